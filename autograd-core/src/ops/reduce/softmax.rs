//! `softmax`: exponentials along an axis, scaled to sum to 1.

use crate::kernel::softmax;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The exponentials along an axis, scaled to sum to 1: scores become probabilities.
    ///
    /// `y[j] = exp(x[j]) / Σₖ exp(x[k])`, with the largest score subtracted from each first: nothing overflows.
    ///
    /// # Shape
    /// `[.., n, ..] -> [.., n, ..]`
    ///
    /// # Gradient
    /// `dx = y · (dy - Σₖ dy[k] · y[k])`, [`softmax_adjoint`](Var::softmax_adjoint). Saves `y`.
    ///
    /// # Edge cases
    /// A score of minus infinity has probability 0 and gradient 0. If all are, the result is NaN: there is nothing to choose from.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[0.0, 3f64.ln()]]);
    /// let y = x.softmax(1);
    /// let dx = y.clone().backward_with(&[[1.0, 0.0]].into());
    /// let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-15);
    /// close(y.value().at([0, 1]), 0.75);
    /// close(dx.get(&x).unwrap().at([0, 1]), -0.25 * 0.75);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn softmax(&self, axis: isize) -> Self {
        record(Softmax { axis }, [self])
    }
}

/// The op of [`Var::softmax`].
#[derive(Clone)]
pub struct Softmax {
    /// The axis that sums to 1; negative ones count from the end.
    pub axis: isize,
}

impl<T: Real> Op<T> for Softmax {
    type Arity = Fixed<1>;
    const NAME: &'static str = "softmax";
    const RULE: &'static str = "[.., n, ..] -> [.., n, ..]";
    const SAVES: Save = Save::OUTPUT;

    fn shape(&self, [x]: [&Shape; 1]) -> Result<Shape, Mismatch> {
        x.axis(self.axis).map(|_| x.clone())
    }

    fn forward(&self, [x]: [&Tensor<T>; 1]) -> Tensor<T> {
        x.by_rows(self.axis, softmax::softmax_rows)
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 1] {
        [saved.needs(0).then(|| saved.y().softmax_adjoint(dy, self.axis))]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Softmax {
    fn cases() -> Cases<Self> {
        let along = |axis| Softmax { axis };
        let (nan, infinity) = (f64::NAN, f64::INFINITY);
        Cases::new(textbook, along(1), shapes![[3, 4]])
            .case(along(-2), shapes![[2, 3, 4]])
            .case(along(0), shapes![[5]])
            .case(along(0), shapes![[3, 2]])
            .case(along(-1), shapes![[3, 1]])
            .case(along(1), shapes![[0, 3]])
            .case(along(0), shapes![[0, 3]])
            .pin("large", along(0), tensors![[1000.0, 0.0, 1000.0]], [0.5, 0.0, 0.5], tensors![[0.0, 0.0, 0.0]])
            .pin("minus infinity", along(0), tensors![[-infinity, 1.0]], [0.0, 1.0], tensors![[0.0, 0.0]])
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

/// Each exponential by the sum of those on its line.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &Softmax, x: &[Tensor<f64>]) -> Tensor<f64> {
    let axis = x[0].shape().axis(op.axis).expect("a case that is accepted");
    crate::testing::from_index(x[0].shape().clone(), |index| {
        let mut at = index.to_vec();
        let mut exp = |j: usize| {
            at[axis] = j;
            crate::testing::element(&x[0], &at).exp()
        };
        exp(index[axis]) / (0..x[0].shape()[axis]).map(exp).sum::<f64>()
    })
}
