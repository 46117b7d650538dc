//! What the ops on square matrices share: their shapes, batches of them, and elimination as the textbook does it.

use super::matmul::{batched, without_axis};
use crate::kernel::threads;
use crate::ops::prelude::*;

/// The batch axes and the side of square matrices.
pub(super) fn square(a: &Shape) -> Result<(&[usize], usize), Mismatch> {
    match a.matrix()? {
        (batch, [m, n]) if m == n => Ok((batch, n)),
        (_, [m, n]) => Err(Mismatch::new(format!("the matrix is {m} by {n}, it must be square"))),
    }
}

/// The shape of the solution of `a x = b`, on operands with equal batch axes.
pub(super) fn solution(a: &Shape, b: &Shape) -> Result<Shape, Mismatch> {
    let ((batch_a, n), (batch_b, [rows, _])) = (square(a)?, b.matrix()?);
    if n != rows {
        return Err(Mismatch::new(format!("the matrix has {n} rows, the right side has {rows}")));
    }
    if batch_a != batch_b {
        return Err(Mismatch::new(format!("batch axes differ, {batch_a:?} and {batch_b:?}")));
    }
    Ok(b.clone())
}

/// Records an op that solves `a x = b`: batch axes are broadcast, and a vector `b` is one column.
#[track_caller]
pub(super) fn system<T: Real, O: Registered<T> + Op<T, Arity = Fixed<2>>>(op: O, a: &Var<T>, b: &Var<T>) -> Var<T> {
    let accepted = square(a.shape()).and_then(|(batch, n)| {
        let one_each = |shape: &Shape| Shape::from(&shape[shape.rank().saturating_sub(2)..]);
        let right = if b.rank() == 1 { Shape::from([b.numel(), 1]) } else { b.shape().clone() };
        solution(&[n, n].into(), &one_each(&right))?;
        Shape::from(batch).broadcast(&right[..right.rank() - 2].into()).map(|_| ())
    });
    if let Err(why) = accepted {
        // Refused here, so that the message shows what the caller gave, not what was made of it.
        crate::Error::refused(O::NAME, O::RULE, why, O::OPERANDS, [a.shape(), b.shape()].into_iter()).raise();
    }
    if b.rank() == 1 {
        let [a, b] = batched(a, &b.reshape([b.numel(), 1]));
        return without_axis(&record(op, [&a, &b]), -1);
    }
    if a.rank() == 2 && b.rank() > 2 {
        // One matrix for the whole batch: factored once, its right sides are columns side by side.
        let (last, [n, k]) = (b.rank() - 1, [b.shape()[b.rank() - 2], b.shape()[b.rank() - 1]]);
        let batch = &b.shape()[..last - 1];
        let order: Vec<usize> = [last - 1].into_iter().chain(0..last - 1).chain([last]).collect();
        let back: Vec<usize> = (1..last).chain([0, last]).collect();
        let columns = Shape::joined([batch, &[k]]).numel();
        let x = record(op, [a, &b.permute(order).reshape([n, columns])]);
        return x.reshape(Shape::joined([&[n], batch, &[k]])).permute(back);
    }
    let [a, b] = batched(a, b);
    record(op, [&a, &b])
}

/// The tensor whose part `i`, of `size` elements that cost so much each, is what `f(i)` writes.
pub(super) fn each<T: Real>(shape: Shape, size: usize, cost: usize, f: impl Fn(usize, &mut [T]) + Sync) -> Tensor<T> {
    Tensor::build(shape, |out| threads::chunks(out, size, cost, |start, out| f(start / size, out)))
}

/// Zeros in place of the elements of square matrices that lie beside a triangle: above the diagonal for the lower one, below it for the
/// upper one, and on it too if it does not belong.
#[track_caller]
pub(super) fn triangle<T: Real>(x: &Var<T>, lower: bool, with_diagonal: bool) -> Var<T> {
    let (_, n) = square(x.shape()).expect("the caller has square matrices");
    let beside = Tensor::from_fn([n, n], |at| {
        let (i, j) = (at / n, at % n);
        i == j && !with_diagonal || if lower { j > i } else { j < i }
    });
    x.masked_fill(&beside, T::zero())
}

/// `a⁻¹ b` by Gauss's elimination with the largest pivot, for a batch of matrices.
#[cfg(any(test, feature = "testing"))]
pub(super) fn eliminate(a: &Tensor<f64>, b: &Tensor<f64>) -> Tensor<f64> {
    let ([n, k], mut solution) = ([b.shape()[b.rank() - 2], b.shape()[b.rank() - 1]], b.to_vec());
    if n * k == 0 {
        return b.clone();
    }
    for (a, b) in a.to_vec().chunks_mut(n * n).zip(solution.chunks_mut(n * k)) {
        for p in 0..n {
            let size = |&i: &usize| a[i * n + p].abs();
            let best = (p..n).max_by(|i, j| size(i).total_cmp(&size(j))).expect("a row");
            (0..n).for_each(|j| a.swap(p * n + j, best * n + j));
            (0..k).for_each(|j| b.swap(p * k + j, best * k + j));
            for i in (0..n).filter(|&i| i != p) {
                let factor = a[i * n + p] / a[p * n + p];
                (0..n).for_each(|j| a[i * n + j] -= factor * a[p * n + j]);
                (0..k).for_each(|j| b[i * k + j] -= factor * b[p * k + j]);
            }
        }
        (0..n * k).for_each(|at| b[at] /= a[at / k * n + at / k]);
    }
    Tensor::from_vec(solution, b.shape())
}

/// The determinant of each matrix, expanded along its first row.
#[cfg(any(test, feature = "testing"))]
pub(super) fn expand(a: &Tensor<f64>) -> Tensor<f64> {
    fn det(a: &[f64], n: usize) -> f64 {
        let minor = |j: usize| (n..n * n).filter(|at| at % n != j).map(|at| a[at]).collect::<Vec<_>>();
        let sign = |j: usize| if j.is_multiple_of(2) { 1.0 } else { -1.0 };
        if n == 0 { 1.0 } else { (0..n).map(|j| sign(j) * a[j] * det(&minor(j), n - 1)).sum() }
    }
    let (batch, n) = square(a.shape()).expect("a case that is accepted");
    Tensor::from_fn(batch, |i| det(&a.to_vec()[i * n * n..(i + 1) * n * n], n))
}
