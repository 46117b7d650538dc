//! Comparison of tensors, with the worst entry as the evidence.

use crate::tensor::{Real, Tensor};

/// The entry at which two tensors of one shape are furthest beyond what is allowed: its text, or nothing if all agree.
///
/// `|a - b|` may be at most `tolerance · max(1, |a|, |b|)`; infinities and NaN must be the same.
pub(super) fn worst<T: Real>(a: &Tensor<T>, b: &Tensor<T>, tolerance: f64) -> Option<String> {
    if a.shape() != b.shape() {
        return Some(format!("the shapes are {} and {}", a.shape(), b.shape()));
    }
    let mut worst: Option<(f64, usize)> = None;
    let mut count = 0;
    let (left, right) = (a.to_vec(), b.to_vec());
    for (i, (a, b)) in left.iter().map(|x| x.as_f64()).zip(right.iter().map(|x| x.as_f64())).enumerate() {
        if a == b || a.is_nan() && b.is_nan() {
            continue;
        }
        let excess = (a - b).abs() / 1f64.max(a.abs()).max(b.abs());
        if excess <= tolerance {
            continue;
        }
        count += 1;
        if worst.is_none_or(|(so_far, _)| excess.is_nan() || excess > so_far) {
            worst = Some((excess, i));
        }
    }
    let (excess, i) = worst?;
    let (n, index, a, b) = (left.len(), index_of(i, a.shape()), left[i], right[i]);
    Some(format!(
        "at {index:?}: {a} and {b}, off by {excess:.1e}, allowed {tolerance:.0e}\n  {count} of {n} entries differ; the worst is shown"
    ))
}

/// The first entry whose bits differ; NaN is NaN.
pub(super) fn different_bits<T: Real>(a: &Tensor<T>, b: &Tensor<T>) -> Option<String> {
    if a.shape() != b.shape() {
        return Some(format!("the shapes are {} and {}", a.shape(), b.shape()));
    }
    // Zeros of either sign are equal as numbers; their reciprocals are not.
    let same = |a: f64, b: f64| {
        a == b && (a != 0.0 || a.is_sign_negative() == b.is_sign_negative()) || a.is_nan() && b.is_nan()
    };
    let (left, right) = (a.to_vec(), b.to_vec());
    let i = left.iter().zip(&right).position(|(a, b)| !same(a.as_f64(), b.as_f64()))?;
    Some(format!("at {:?}: {:e} and {:e}", index_of(i, a.shape()), left[i].as_f64(), right[i].as_f64()))
}

fn index_of(mut i: usize, shape: &[usize]) -> Vec<usize> {
    let mut index = vec![0; shape.len()];
    for (at, &n) in index.iter_mut().zip(shape).rev() {
        *at = i % n;
        i /= n;
    }
    index
}
