//! Each op of the register: forward and backward, in GB/s or GFLOP/s. A new op is timed without a line here.

use autograd::testing::{Work, entries};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

fn ops(criterion: &mut Criterion) {
    for entry in entries() {
        if entry.benches.is_empty() {
            continue;
        }
        let mut group = criterion.benchmark_group(entry.file);
        for (i, case) in entry.benches.iter().enumerate() {
            // Cases of one shape, which differ in the op's options, are told apart by their number.
            let earlier = entry.benches[..i].iter().filter(|earlier| earlier.shapes == case.shapes).count();
            let id = if earlier > 0 { format!("{} #{}", case.shapes, earlier + 1) } else { case.shapes.clone() };
            group.throughput(match case.work {
                Work::Bytes(bytes) => Throughput::Bytes(bytes),
                Work::Flops(flops) => Throughput::Elements(flops),
            });
            let prepared = case.prepare();
            group.bench_function(BenchmarkId::new("forward", &id), |b| b.iter(&prepared.forward));
            group.bench_function(BenchmarkId::new("backward", &id), |b| b.iter(&prepared.backward));
        }
        group.finish();
    }
}

criterion_group!(benches, ops);
criterion_main!(benches);
