//! The engine alone, in nodes per second: a chain, a wide sum, a diamond, recording without a backward pass, and dropping.

use autograd::{Tensor, Var, no_grad};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

/// Nodes in each graph.
const NODES: usize = 1000;

fn chain(x: &Var, a: &Var) -> Var {
    let mut y = x.clone();
    for _ in 0..NODES / 2 {
        y = &(&y * a) + a;
    }
    y
}

/// A balanced tree of sums over products of one leaf.
fn wide(x: &Var, a: &Var) -> Var {
    let mut level: Vec<Var> = (0..NODES / 2).map(|_| x * a).collect();
    while level.len() > 1 {
        level = level.chunks(2).map(|pair| if let [a, b] = pair { a + b } else { pair[0].clone() }).collect();
    }
    level.swap_remove(0)
}

/// Each value is used twice by the next.
fn diamond(x: &Var, _: &Var) -> Var {
    (0..NODES).fold(x.clone(), |y, _| &y + &y)
}

fn graphs(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("graph");
    group.throughput(Throughput::Elements(NODES as u64));
    for n in [1usize, 16, 256] {
        let x = Var::leaf(Tensor::full(n, 1e-3f32));
        let a = Var::constant(Tensor::full(n, 0.5f32));
        let dy = Tensor::ones(n);
        for (name, build) in [("chain", chain as fn(&Var, &Var) -> Var), ("wide", wide), ("diamond", diamond)] {
            group.bench_function(format!("{name}/{n}"), |b| b.iter(|| build(&x, &a).backward_with(&dy)));
        }
        group.bench_function(format!("no_grad/{n}"), |b| b.iter(|| no_grad(|| chain(&x, &a))));
        group.bench_function(format!("record_and_drop/{n}"), |b| b.iter(|| drop(chain(&x, &a))));
    }
    group.finish();
}

criterion_group!(benches, graphs);
criterion_main!(benches);
