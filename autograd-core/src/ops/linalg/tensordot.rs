//! `tensordot`: the product of two operands, summed over axes of both.

use super::contraction::{Label, Labelled, contract};
use crate::graph::mode::blame;
use crate::ops::prelude::*;
use std::panic::Location;

/// Over which axes [`Var::tensordot`] sums: a count, of the last axes of one operand and the first of the other, or a list for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DotAxes {
    /// The last so many axes of the first operand, with the first so many of the second.
    Count(usize),
    /// These axes of the first operand with these of the second, in this order; negative ones count from the end.
    Pairs(Vec<isize>, Vec<isize>),
}

impl From<usize> for DotAxes {
    fn from(count: usize) -> Self {
        DotAxes::Count(count)
    }
}
impl<const N: usize> From<([isize; N], [isize; N])> for DotAxes {
    fn from((a, b): ([isize; N], [isize; N])) -> Self {
        DotAxes::Pairs(a.into(), b.into())
    }
}
impl From<(Vec<isize>, Vec<isize>)> for DotAxes {
    fn from((a, b): (Vec<isize>, Vec<isize>)) -> Self {
        DotAxes::Pairs(a, b)
    }
}

const RULE: &str = "[..] x [..] -> the other axes of both";

impl<T: Real> Var<T> {
    /// The product of two operands, summed over pairs of axes: one of each operand.
    ///
    /// `y[i, j] = Σₖ a[i, k] · b[k, j]`, where `i`, `j` and `k` stand for any number of axes
    ///
    /// # Shape
    /// `[..] x [..] ->` the axes of `a` that are not summed over, then those of `b`
    ///
    /// # Gradient
    /// `da[i, k] = Σⱼ dy[i, j] · b[k, j]`, and for `b` likewise. A composition of permutations and a matrix product, which saves both
    /// operands.
    ///
    /// # Edge cases
    /// With a count of 0 nothing is summed: each element of one operand times each of the other.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let a = Var::leaf([[1.0, 2.0], [3.0, 4.0]]);
    /// let b = Var::leaf([[1.0, 0.0], [10.0, 100.0]]);
    /// assert_eq!(*a.tensordot(&b, 1).value(), [[21.0, 200.0], [43.0, 400.0]].into()); // the matrix product
    /// let y = a.tensordot(&b, ([0, 1], [1, 0]));
    /// assert_eq!(y.item(), 1.0 + 2.0 * 10.0 + 4.0 * 100.0);
    /// assert_eq!(*y.backward().get(&a).unwrap(), [[1.0, 10.0], [0.0, 100.0]].into());
    /// ```
    #[track_caller]
    #[must_use]
    pub fn tensordot(&self, other: &Var<T>, axes: impl Into<DotAxes>) -> Self {
        let at = Location::caller();
        let y = match labels(self.shape(), other.shape(), axes.into()) {
            Ok([a, b, summed]) => blame(at, || {
                let (a, b) = (Labelled { x: self.clone(), labels: a }, Labelled { x: other.clone(), labels: b });
                contract(a, b, |label| !summed.contains(&label)).map(|y| y.x)
            }),
            Err(why) => Err(why),
        };
        match y {
            Ok(y) => y,
            Err(why) => {
                let operands = [self.shape(), other.shape()].into_iter();
                crate::Error::refused("tensordot", RULE, why, &[], operands).raise()
            }
        }
    }
}

/// Labels for the axes of both operands, equal where they are summed over, and those that are.
fn labels(a: &Shape, b: &Shape, axes: DotAxes) -> Result<[Vec<Label>; 3], Mismatch> {
    let (pairs_a, pairs_b) = match axes {
        DotAxes::Count(count) if count > a.rank().min(b.rank()) => {
            let why = format!("{count} axes are summed over, the operands have {} and {}", a.rank(), b.rank());
            return Err(Mismatch::new(why));
        }
        DotAxes::Count(count) => ((a.rank() - count..a.rank()).collect(), (0..count).collect()),
        DotAxes::Pairs(pairs_a, pairs_b) => (resolved(a, &pairs_a)?, resolved(b, &pairs_b)?),
    };
    if pairs_a.len() != pairs_b.len() {
        return Err(Mismatch::new(format!("{} axes are summed over with {}", pairs_a.len(), pairs_b.len())));
    }
    let labels_a: Vec<Label> = (0..a.rank() as Label).collect();
    let mut labels_b: Vec<Label> = (0..b.rank()).map(|axis| (a.rank() + axis) as Label).collect();
    for (&i, &j) in pairs_a.iter().zip(&pairs_b) {
        if a[i] != b[j] {
            return Err(Mismatch::new(format!("axis {i} of a has size {}, axis {j} of b has {}", a[i], b[j])));
        }
        labels_b[j] = labels_a[i];
    }
    Ok([labels_a, labels_b, pairs_a.into_iter().map(|axis| axis as Label).collect()])
}

/// Axes counted from the start, in the order given; each only once.
fn resolved(shape: &Shape, axes: &[isize]) -> Result<Vec<usize>, Mismatch> {
    Axes::from(axes).resolve(shape)?;
    axes.iter().map(|&axis| shape.axis(axis)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gradcheck, gradgradcheck};

    fn filled(shape: &[usize]) -> Tensor<f64> {
        Tensor::from_fn(shape, |i| (i as f64 * 0.7 + shape.len() as f64).sin())
    }

    #[test]
    fn it_is_the_sum_that_the_axes_say() {
        let (a, b) = (Var::constant(filled(&[2, 3, 4])), Var::constant(filled(&[4, 3, 5])));
        let close = |found: Var<f64>, equation| {
            let expected = Var::einsum(equation, &[&a, &b]);
            assert_eq!(found.shape(), expected.shape());
            let pairs = found.to_vec().into_iter().zip(expected.to_vec());
            pairs.for_each(|(a, b)| assert!((a - b).abs() < 1e-14));
        };
        close(a.tensordot(&b, 1), "abc,cde->abde");
        close(a.tensordot(&b, ([-1, 1], [0, -2])), "abc,cbd->ad");
        close(a.tensordot(&b, 0), "abc,def->abcdef");
        assert_eq!(*a.tensordot(&Var::constant(filled(&[3, 4])), 2).shape(), [2]);
    }

    #[test]
    fn derivatives() {
        let x = [filled(&[2, 3, 2]), filled(&[2, 3])];
        let f = |x: &[Var<f64>]| x[0].tensordot(&x[1], ([2, 1], [0, 1]));
        gradcheck(f, &x).unwrap();
        gradgradcheck(f, &x).unwrap();
    }

    #[test]
    fn axes_that_do_not_fit_are_refused() {
        let (a, b) = (Var::constant(filled(&[2, 3])), Var::constant(filled(&[2, 4])));
        for (axes, why) in [
            (DotAxes::Count(1), "axis 1 of a has size 3, axis 0 of b has 2"),
            (DotAxes::Count(3), "3 axes are summed over, the operands have 2 and 2"),
            (DotAxes::Pairs(vec![0, 1], vec![0]), "2 axes are summed over with 1"),
            (DotAxes::Pairs(vec![0, -2], vec![0, 1]), "axis 0 is named twice"),
            (DotAxes::Pairs(vec![2], vec![0]), "axis 2 is out of range, the axes are -2 to 1"),
        ] {
            let message = std::panic::catch_unwind(|| a.tensordot(&b, axes)).unwrap_err();
            let message = message.downcast_ref::<String>().expect("a message");
            assert!(message.starts_with(&format!("tensordot: {why}\n")), "{message}");
        }
    }
}
