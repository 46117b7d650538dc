//! Sums and updates of long vectors, with the same bits for any number of threads.

use autograd_core::{Real, for_each_part};

/// Elements that one thread takes at a time; the sums of pieces are added in order.
pub(super) const PIECE: usize = 1 << 14;

/// The inner product, in double precision.
pub(super) fn dot<T: Real>(a: &[T], b: &[T]) -> f64 {
    over_pieces(a, b, |a, b| {
        // Lanes, since a sum in one order would not run on vectors.
        let mut lanes = [0.0; 16];
        let (rows_a, rows_b) = (a.chunks_exact(lanes.len()), b.chunks_exact(lanes.len()));
        let rest = rows_a.remainder().iter().zip(rows_b.remainder());
        let rest: f64 = rest.map(|(a, b)| a.as_f64() * b.as_f64()).sum();
        for (a, b) in rows_a.zip(rows_b) {
            for (lane, (a, b)) in lanes.iter_mut().zip(a.iter().zip(b)) {
                *lane += a.as_f64() * b.as_f64();
            }
        }
        lanes.iter().sum::<f64>() + rest
    })
    .into_iter()
    .sum()
}

/// The sum of all absolute values.
pub(super) fn sum_abs<T: Real>(a: &[T]) -> f64 {
    over_pieces(a, a, |a, _| a.iter().map(|a| a.as_f64().abs()).sum()).into_iter().sum()
}

/// The largest absolute value; 0 if there is none.
pub(super) fn max_abs<T: Real>(a: &[T]) -> f64 {
    let largest = |a: &[T], _: &[T]| a.iter().fold(0.0, |most: f64, a| most.max(a.as_f64().abs()));
    over_pieces(a, a, largest).into_iter().fold(0.0, f64::max)
}

/// Adds `factor · x` to `y`.
pub(super) fn add_scaled<T: Real>(y: &mut [T], factor: f64, x: &[T]) {
    let factor = T::of(factor);
    let n = y.len();
    let parts: Vec<_> = y.chunks_mut(PIECE).zip(x.chunks(PIECE)).collect();
    for_each_part(parts, n, |(y, x)| y.iter_mut().zip(x).for_each(|(y, &x)| *y += factor * x));
}

/// `factor · x`.
pub(super) fn scaled<T: Real>(x: &[T], factor: f64) -> Vec<T> {
    let factor = T::of(factor);
    x.iter().map(|&x| x * factor).collect()
}

/// What `f` gives for each piece of two vectors of one length, in order.
fn over_pieces<T: Real>(a: &[T], b: &[T], f: impl Fn(&[T], &[T]) -> f64 + Sync) -> Vec<f64> {
    let mut results = vec![0.0; a.len().div_ceil(PIECE)];
    let parts: Vec<_> = a.chunks(PIECE).zip(b.chunks(PIECE)).zip(&mut results).collect();
    for_each_part(parts, a.len(), |((a, b), result)| *result = f(a, b));
    results
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_those_of_the_textbook() {
        // Whole numbers, so that every order of summation is exact; more than two pieces, and a rest.
        let n = 2 * PIECE + 37;
        let a: Vec<f64> = (0..n).map(|i| (i % 7) as f64 - 3.0).collect();
        let b: Vec<f64> = (0..n).map(|i| (i % 5) as f64).collect();
        assert_eq!(dot(&a, &b), a.iter().zip(&b).map(|(a, b)| a * b).sum::<f64>());
        assert_eq!(sum_abs(&a), a.iter().map(|a| a.abs()).sum::<f64>());
        assert_eq!(max_abs(&a), 3.0);
        let mut sum = b.clone();
        add_scaled(&mut sum, -2.0, &a);
        assert!(sum.iter().zip(a.iter().zip(&b)).all(|(sum, (a, b))| *sum == b - 2.0 * a));
        assert_eq!(scaled(&a, 0.5)[6], 1.5);
        assert_eq!((max_abs::<f32>(&[]), dot::<f32>(&[], &[])), (0.0, 0.0));
    }
}
