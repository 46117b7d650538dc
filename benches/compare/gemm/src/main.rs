//! Products of matrices beside those of matrixmultiply, gemm and faer: `compare-gemm THREADS [SECONDS] [FILTER]` prints a line for each.

mod peak;
mod product;

use product::{ENGINES, Product};
use std::time::{Duration, Instant};

/// Rows of the left operand, columns of it, columns of the right one.
const SHAPES: [[usize; 3]; 14] = [
    [8, 8, 8],
    [16, 16, 16],
    [32, 32, 32],
    [64, 64, 64],
    [128, 128, 128],
    [256, 256, 256],
    [512, 512, 512],
    [1024, 1024, 1024],
    [2048, 2048, 2048],
    [64, 784, 128],
    [64, 576, 4096],
    [16, 27, 50176],
    [128, 512, 2048],
    [1, 512, 2048],
];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let usage = "usage: compare-gemm THREADS [SECONDS] [FILTER]";
    let threads: usize = arguments.first().expect(usage).parse().expect(usage);
    let seconds: f64 = arguments.get(1).map_or(0.5, |seconds| seconds.parse().expect(usage));
    let filter = arguments.get(2).map_or("", String::as_str);
    rayon::ThreadPoolBuilder::new().num_threads(threads).build_global().expect("the first pool");

    println!(
        "{threads} threads; GFLOP/s in the least time, by engine; shapes are rows x depth x columns, T a transposed operand"
    );
    println!(
        "{:>20} {} {:>10} {:>10}",
        "",
        ENGINES.map(|(name, _)| format!("{name:>15}")).concat(),
        "of peak",
        "ours/best"
    );
    let (mut slower, mut all) = (Vec::new(), 0);
    for shape @ [m, k, n] in SHAPES {
        for (layout, transposed) in
            [("NN", [false, false]), ("NT", [false, true]), ("TN", [true, false]), ("TT", [true, true])]
        {
            let name = format!("{m}x{k}x{n} {layout}");
            if !name.contains(filter) {
                continue;
            }
            let (least, peak) = measure(Product::new(shape, transposed), threads, seconds);
            let speed = |time: Duration| (2 * m * k * n) as f64 / 1e9 / time.as_secs_f64();
            let best = least[1..].iter().min().expect("three peers");
            let ratio = least[0].as_secs_f64() / best.as_secs_f64();
            let speeds: String = least.iter().map(|&time| format!("{:>15.1}", speed(time))).collect();
            println!("{name:>20} {speeds} {:>10.2} {ratio:>10.2}", speed(least[0]) / peak);
            all += 1;
            if ratio > 1.0 {
                slower.push(format!("{name}: {ratio:.2}"));
            }
        }
    }
    println!("{} of {all} slower than the best crate {}", slower.len(), slower.join(", "));
}

/// The least time of each engine for one product, and the machine's peak in GFLOP/s, all in turn.
fn measure(mut product: Product, threads: usize, seconds: f64) -> ([Duration; ENGINES.len()], f64) {
    product.check(threads);
    // Of small ones many at a time, so that looking at the clock does not count.
    let at_a_time = (4_000_000 / product.multiplications()).clamp(1, 10_000) as u32;
    let mut least = [Duration::MAX; ENGINES.len()];
    let (mut peak, mut rounds, start) = (0f64, 0, Instant::now());
    while rounds < 5 || start.elapsed().as_secs_f64() < seconds {
        for (least, (_, run)) in least.iter_mut().zip(ENGINES) {
            let begin = Instant::now();
            (0..at_a_time).for_each(|_| run(&mut product, threads));
            *least = (*least).min(begin.elapsed() / at_a_time);
        }
        peak = peak.max(peak::gflops());
        rounds += 1;
    }
    (least, peak * threads as f64)
}
