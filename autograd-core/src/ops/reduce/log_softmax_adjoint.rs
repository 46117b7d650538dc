//! `log_softmax_adjoint`: what the gradient of a `log_softmax` becomes on the way to its scores.

use crate::kernel::softmax;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The gradient of the scores of a [`log_softmax`](Var::log_softmax) along an axis, given its result `self` and the gradient `dy` of that: the
    /// adjoint of its derivative.
    ///
    /// `z = dy - eʸ · Σₖ dy[k]` with `y` for `self`
    ///
    /// # Shape
    /// `[.., n, ..] x [.., n, ..] -> [.., n, ..]`
    ///
    /// # Gradient
    /// Of `y`: `-dz · eʸ · Σₖ dy[k]`. Of `dy`: `dz - Σₖ dz[k] · exp(y[k])`. Saves both.
    ///
    /// # Edge cases
    /// Where `y` is minus infinity the result is `dy`.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let (y, dy) = (Var::leaf([0.0, f64::NEG_INFINITY]), Var::leaf([3.0, 1.0]));
    /// let z = y.log_softmax_adjoint(&dy, 0);
    /// assert_eq!(z.to_vec(), [-1.0, 1.0]);
    /// let of = z.backward_with(&[1.0, 0.5].into());
    /// assert_eq!(of.get(&y).unwrap().to_vec(), [-4.0, 0.0]);
    /// assert_eq!(of.get(&dy).unwrap().to_vec(), [0.0, -0.5]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn log_softmax_adjoint(&self, dy: &Var<T>, axis: isize) -> Self {
        record(LogSoftmaxAdjoint { axis }, [self, dy])
    }
}

/// The op of [`Var::log_softmax_adjoint`].
#[derive(Clone)]
pub struct LogSoftmaxAdjoint {
    /// The axis of the softmax; negative ones count from the end.
    pub axis: isize,
}

impl<T: Real> Op<T> for LogSoftmaxAdjoint {
    type Arity = Fixed<2>;
    const NAME: &'static str = "log_softmax_adjoint";
    const RULE: &'static str = "[.., n, ..] x [.., n, ..] -> [.., n, ..]";
    const SAVES: Save = Save::INPUTS;
    const OPERANDS: &'static [&'static str] = &["y", "dy"];

    fn shape(&self, [y, dy]: [&Shape; 2]) -> Result<Shape, Mismatch> {
        y.axis(self.axis)?;
        same_shape(y, dy)
    }

    fn forward(&self, [y, dy]: [&Tensor<T>; 2]) -> Tensor<T> {
        y.with_rows(dy, self.axis, softmax::log_softmax_adjoint)
    }

    fn backward(&self, saved: &Saved<'_, T>, dz: &Var<T>) -> [Option<Var<T>>; 2] {
        let share = saved.input(0).exp();
        let sum = |of: &Var<T>| of.sum_axes(self.axis, true);
        [
            saved.needs(0).then(|| -(dz * &share * sum(&saved.input(1)))),
            saved.needs(1).then(|| dz - sum(&(dz * &share))),
        ]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for LogSoftmaxAdjoint {
    fn cases() -> Cases<Self> {
        let along = |axis| LogSoftmaxAdjoint { axis };
        Cases::new(textbook, along(1), shapes![[3, 4], [3, 4]])
            .case(along(-2), shapes![[2, 3, 4], [2, 3, 4]])
            .case(along(0), shapes![[5], [5]])
            .case(along(-1), shapes![[3, 1], [3, 1]])
            .case(along(1), shapes![[0, 3], [0, 3]])
            .case(along(0), shapes![[0, 3], [0, 3]])
            .pin(
                "a class that cannot be",
                along(0),
                tensors![[f64::NEG_INFINITY, 0.0], [3.0, 2.0]],
                [3.0, -3.0],
                tensors![[0.0, -5.0], [0.0, 0.0]],
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

/// The matrix `(1 if j = k) - exp(y[j])` times `dy` along each line.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &LogSoftmaxAdjoint, x: &[Tensor<f64>]) -> Tensor<f64> {
    let axis = x[0].shape().axis(op.axis).expect("a case that is accepted");
    crate::testing::from_index(x[0].shape().clone(), |index| {
        let share = crate::testing::element(&x[0], index).exp();
        let at = |k: usize| {
            let mut place = index.to_vec();
            place[axis] = k;
            crate::testing::element(&x[1], &place)
        };
        (0..x[0].shape()[axis]).map(|k| (f64::from(index[axis] == k) - share) * at(k)).sum()
    })
}
