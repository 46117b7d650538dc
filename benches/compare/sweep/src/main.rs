//! Single operations, forward and backward: `compare-sweep THREADS [SECONDS] [FILTER]` prints for each its name, its least and its median time in
//! milliseconds. `sweep.py` runs it beside PyTorch.

mod convolutions;
mod elementwise;
mod indices;
mod networks;
mod products;
mod reductions;

use autograd::{Generator, Tensor, Var, with_threads};
use std::hint::black_box;
use std::time::Instant;

/// What is timed, and for how long each.
struct Sweep {
    filter: String,
    seconds: f64,
}

impl Sweep {
    /// Times `f`, after two calls that do not count.
    fn time(&self, name: &str, mut f: impl FnMut()) {
        if !name.contains(&self.filter) {
            return;
        }
        (f(), f());
        let (mut times, begin) = (Vec::new(), Instant::now());
        while begin.elapsed().as_secs_f64() < self.seconds || times.len() < 3 {
            let start = Instant::now();
            f();
            times.push(start.elapsed().as_secs_f64() * 1e3);
        }
        times.sort_by(f64::total_cmp);
        println!("{name}\t{:.5}\t{:.5}", times[0], times[times.len() / 2]);
    }

    /// Times `f` of leaves of these shapes, and their gradients.
    fn both(&self, name: &str, shapes: &[&[usize]], f: impl Fn(&[Var<f32>]) -> Var<f32>) {
        if !name.contains(&self.filter) {
            return;
        }
        let mut generator = Generator::seed(0);
        let mut uniform = |shape: &[usize]| Tensor::<f32>::uniform(shape, 0.1, 0.9, &mut generator);
        let leaves: Vec<Var<f32>> = shapes.iter().map(|shape| Var::leaf(uniform(shape))).collect();
        let dy = uniform(f(&leaves).shape());
        self.time(name, || {
            black_box(f(&leaves).backward_with(&dy));
        });
    }
}

/// `n` positions below `below`, without an order.
fn positions(n: usize, below: i64) -> Tensor<i64> {
    Tensor::from((0..n as i64).map(|i| (i * 7919 + 13) % below).collect::<Vec<_>>())
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let usage = "usage: compare-sweep THREADS [SECONDS] [FILTER]";
    let threads = arguments.first().expect(usage).parse().expect(usage);
    let seconds = arguments.get(1).map_or(0.1, |seconds| seconds.parse().expect(usage));
    let sweep = Sweep { filter: arguments.get(2).cloned().unwrap_or_default(), seconds };
    let families = [reductions::run, indices::run, elementwise::run, products::run, convolutions::run, networks::run];
    with_threads(threads, || families.iter().for_each(|run| run(&sweep)));
}
