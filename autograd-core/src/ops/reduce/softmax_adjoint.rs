//! `softmax_adjoint`: what the gradient of a softmax becomes on the way to its scores.

use crate::kernel::softmax;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The gradient of the scores of a [`softmax`](Var::softmax) along an axis, given its result `self` and the gradient `dy` of that: the adjoint of
    /// its derivative, and the derivative itself, since the matrix is symmetric.
    ///
    /// `z = y · (dy - Σₖ dy[k] · y[k])` with `y` for `self`
    ///
    /// # Shape
    /// `[.., n, ..] x [.., n, ..] -> [.., n, ..]`
    ///
    /// # Gradient
    /// Of `y`: `dz · (dy - Σₖ dy[k] · y[k]) - dy · Σₖ dz[k] · y[k]`. Of `dy`: `softmax_adjoint(y, dz)`. Saves both.
    ///
    /// # Edge cases
    /// Where `y` is 0 the result is 0. What is added to all of `dy` along the axis changes nothing, since `y` sums to 1.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let (y, dy) = (Var::leaf([0.25, 0.75]), Var::leaf([1.0, 0.0]));
    /// let z = y.softmax_adjoint(&dy, 0);
    /// assert_eq!(z.to_vec(), [0.1875, -0.1875]);
    /// let of = z.backward_with(&[1.0, 0.0].into());
    /// assert_eq!(of.get(&y).unwrap().to_vec(), [0.5, 0.0]);
    /// assert_eq!(of.get(&dy).unwrap().to_vec(), [0.1875, -0.1875]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn softmax_adjoint(&self, dy: &Var<T>, axis: isize) -> Self {
        record(SoftmaxAdjoint { axis }, [self, dy])
    }
}

/// The op of [`Var::softmax_adjoint`].
#[derive(Clone)]
pub struct SoftmaxAdjoint {
    /// The axis of the softmax; negative ones count from the end.
    pub axis: isize,
}

impl<T: Real> Op<T> for SoftmaxAdjoint {
    type Arity = Fixed<2>;
    const NAME: &'static str = "softmax_adjoint";
    const RULE: &'static str = "[.., n, ..] x [.., n, ..] -> [.., n, ..]";
    const SAVES: Save = Save::INPUTS;
    const OPERANDS: &'static [&'static str] = &["y", "dy"];

    fn shape(&self, [y, dy]: [&Shape; 2]) -> Result<Shape, Mismatch> {
        y.axis(self.axis)?;
        same_shape(y, dy)
    }

    fn forward(&self, [y, dy]: [&Tensor<T>; 2]) -> Tensor<T> {
        y.with_rows(dy, self.axis, softmax::softmax_adjoint)
    }

    fn backward(&self, saved: &Saved<'_, T>, dz: &Var<T>) -> [Option<Var<T>>; 2] {
        let [y, dy] = saved.inputs();
        let sum = |of: &Var<T>| (of * &y).sum_axes(self.axis, true);
        [
            saved.needs(0).then(|| dz * (&dy - sum(&dy)) - &dy * sum(dz)),
            saved.needs(1).then(|| y.softmax_adjoint(dz, self.axis)),
        ]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for SoftmaxAdjoint {
    fn cases() -> Cases<Self> {
        let along = |axis| SoftmaxAdjoint { axis };
        Cases::new(textbook, along(1), shapes![[3, 4], [3, 4]])
            .case(along(-2), shapes![[2, 3, 4], [2, 3, 4]])
            .case(along(0), shapes![[5], [5]])
            .case(along(-1), shapes![[3, 1], [3, 1]])
            .case(along(1), shapes![[0, 3], [0, 3]])
            .case(along(0), shapes![[0, 3], [0, 3]])
            .pin(
                "a share of nothing",
                along(0),
                tensors![[0.0, 1.0], [3.0, 2.0]],
                [0.0, 0.0],
                tensors![[-2.0, -2.0], [0.0, 0.0]],
            )
            .pin("NaN", along(0), tensors![[f64::NAN], [1.0]], [f64::NAN], tensors![[f64::NAN], [f64::NAN]])
            .rejects(along(2), shapes![[2, 3], [2, 3]], "axis 2 is out of range, the axes are -2 to 1")
            .rejects(along(0), shapes![[2, 3], [3, 2]], "shapes differ")
            .shared(along(1), shapes![[200, 400], [200, 400]])
            .shared(along(0), shapes![[200, 400], [200, 400]])
            .bench(along(1), shapes![[1024, 1024], [1024, 1024]], Work::Bytes(12 << 20))
            .bench(along(0), shapes![[1024, 1024], [1024, 1024]], Work::Bytes(12 << 20))
    }
}

/// The matrix `y[j] · ((1 if j = k) - y[k])` times `dy` along each line.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &SoftmaxAdjoint, x: &[Tensor<f64>]) -> Tensor<f64> {
    let axis = x[0].shape().axis(op.axis).expect("a case that is accepted");
    crate::testing::from_index(x[0].shape().clone(), |index| {
        let at = |x: &Tensor<f64>, k: usize| {
            let mut place = index.to_vec();
            place[axis] = k;
            crate::testing::element(x, &place)
        };
        let j = index[axis];
        let slope = |k: usize| at(&x[0], j) * (f64::from(j == k) - at(&x[0], k));
        (0..x[0].shape()[axis]).map(|k| slope(k) * at(&x[1], k)).sum()
    })
}
