//! How many multiplications and additions a core can do: those of registers that wait for nothing.

use autograd_kernel::isa::{Isa, Simd, WithSimd};
use autograd_kernel::lanes::Lanes;
use std::hint::black_box;
use std::time::Instant;

const TURNS: usize = 20_000;
/// More than a fused multiply-add takes from start to end, on two units.
const SUMS: usize = 12;

struct Registers;

impl WithSimd for Registers {
    /// The lanes of a vector, and a number that keeps the sums from being left out.
    type Output = (usize, f32);

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> (usize, f32) {
        let (x, y) = (f32::splat(simd, black_box(1.0)), f32::splat(simd, black_box(0.5)));
        let mut sums = [f32::splat(simd, 0.0); SUMS];
        for _ in 0..TURNS {
            for sum in &mut sums {
                *sum = f32::mul_add_each(simd, *sum, y, x);
            }
        }
        let total = sums.into_iter().map(|sum| f32::sum_lanes(simd, sum)).sum();
        (size_of::<<f32 as Lanes>::Vector<S>>() / size_of::<f32>(), total)
    }
}

/// GFLOP/s of one core.
pub fn gflops() -> f64 {
    let begin = Instant::now();
    let (lanes, total) = Isa::current().dispatch(Registers);
    black_box(total);
    (2 * TURNS * SUMS * lanes) as f64 / 1e9 / begin.elapsed().as_secs_f64()
}
