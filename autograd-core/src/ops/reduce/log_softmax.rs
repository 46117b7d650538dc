//! `log_softmax`: the logarithm of softmax along an axis.

use crate::kernel::softmax;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The logarithm of [`softmax`](Var::softmax) along an axis: scores become log-probabilities.
    ///
    /// `y[j] = x[j] - ln Σₖ exp(x[k])`, with the largest score subtracted from each first: exact also where a probability rounds to 0.
    ///
    /// # Shape
    /// `[.., n, ..] -> [.., n, ..]`
    ///
    /// # Gradient
    /// `dx = dy - eʸ · Σₖ dy[k]`, [`log_softmax_adjoint`](Var::log_softmax_adjoint). Saves `y`.
    ///
    /// # Edge cases
    /// A score of minus infinity has log-probability minus infinity. If all are, the result is NaN: there is nothing to choose from.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[0.0, 1000.0]]);
    /// let y = x.log_softmax(1);
    /// assert_eq!(y.to_vec(), [-1000.0, 0.0]);
    /// let gradients = y.backward_with(&[[1.0, 0.0]].into());
    /// assert_eq!(gradients.get(&x).unwrap().to_vec(), [1.0, -1.0]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn log_softmax(&self, axis: isize) -> Self {
        record(LogSoftmax { axis }, [self])
    }
}

/// The op of [`Var::log_softmax`].
#[derive(Clone)]
pub struct LogSoftmax {
    /// The axis whose probabilities sum to 1; negative ones count from the end.
    pub axis: isize,
}

impl<T: Real> Op<T> for LogSoftmax {
    type Arity = Fixed<1>;
    const NAME: &'static str = "log_softmax";
    const RULE: &'static str = "[.., n, ..] -> [.., n, ..]";
    const SAVES: Save = Save::OUTPUT;

    fn shape(&self, [x]: [&Shape; 1]) -> Result<Shape, Mismatch> {
        x.axis(self.axis).map(|_| x.clone())
    }

    fn forward(&self, [x]: [&Tensor<T>; 1]) -> Tensor<T> {
        x.by_rows(self.axis, softmax::log_softmax_rows)
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 1] {
        [saved.needs(0).then(|| saved.y().log_softmax_adjoint(dy, self.axis))]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for LogSoftmax {
    fn cases() -> Cases<Self> {
        let along = |axis| LogSoftmax { axis };
        let (nan, infinity) = (f64::NAN, f64::INFINITY);
        Cases::new(textbook, along(1), shapes![[3, 4]])
            .case(along(-2), shapes![[2, 3, 4]])
            .case(along(0), shapes![[5]])
            .case(along(0), shapes![[3, 2]])
            .case(along(-1), shapes![[3, 1]])
            .case(along(1), shapes![[0, 3]])
            .case(along(0), shapes![[0, 3]])
            .pin("large", along(0), tensors![[1e3, 0.0, -1e3]], [0.0, -1e3, -2e3], tensors![[-2.0, 1.0, 1.0]])
            .pin("minus infinity", along(0), tensors![[-infinity, 1.0]], [-infinity, 0.0], tensors![[1.0, -1.0]])
            .pin("all minus infinity", along(0), tensors![[-infinity, -infinity]], [nan, nan], tensors![[nan, nan]])
            .pin("NaN", along(0), tensors![[nan, 1.0]], [nan, nan], tensors![[nan, nan]])
            .rejects(along(2), shapes![[2, 3]], "axis 2 is out of range, the axes are -2 to 1")
            .rejects(along(0), shapes![[]], "axis 0 of a single number, which has none")
            .shared(along(1), shapes![[200, 400]])
            .shared(along(0), shapes![[200, 400]])
            .bench(along(1), shapes![[1024, 1024]], Work::Bytes(8 << 20))
            .bench(along(0), shapes![[1024, 1024]], Work::Bytes(8 << 20))
    }
}

/// Each element less the logarithm of the sum of exponentials on its line.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &LogSoftmax, x: &[Tensor<f64>]) -> Tensor<f64> {
    let axis = x[0].shape().axis(op.axis).expect("a case that is accepted");
    crate::testing::from_index(x[0].shape().clone(), |index| {
        let mut at = index.to_vec();
        let mut sum = 0.0;
        for j in 0..x[0].shape()[axis] {
            at[axis] = j;
            sum += crate::testing::element(&x[0], &at).exp();
        }
        crate::testing::element(&x[0], index) - sum.ln()
    })
}
