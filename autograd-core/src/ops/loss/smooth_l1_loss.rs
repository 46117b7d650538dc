//! `smooth_l1_loss`: the absolute error, rounded near zero.

use super::reduction::Reduction;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The absolute error, rounded to a parabola where it is smaller than `beta`: a Huber loss by its width.
    ///
    /// `loss = d² / (2 beta)` where `|d| < beta`, else `|d| − beta / 2`, with `d = x − target`
    ///
    /// # Shape
    /// `[..] x [..] -> []`, or `[..]` without a reduction; the shapes are the same
    ///
    /// # Gradient
    /// `dx = dy · d / beta`, with `d / beta` moved into the interval from −1 to 1, and `−dx` for the target. Saves both operands.
    ///
    /// # Edge cases
    /// With `beta = 0` it is [`l1_loss`](Var::l1_loss).
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Var, ops::Reduction};
    /// let (x, target) = (Var::leaf([1.0, 5.0]), Var::constant([2.0, 2.0]));
    /// let loss = x.smooth_l1_loss(&target, 2.0, Reduction::Sum);
    /// assert_eq!(loss.item(), 0.25 + (3.0 - 1.0));
    /// assert_eq!(loss.backward().get(&x).unwrap().to_vec(), [-0.5, 1.0]);
    /// ```
    ///
    /// Source: Girshick, "Fast R-CNN" (2015), equation 3.
    #[track_caller]
    #[must_use]
    pub fn smooth_l1_loss(&self, target: &Var<T>, beta: T, reduction: Reduction) -> Self {
        reduction.of(record(SmoothL1Loss { beta: beta.as_f64() }, [self, target]))
    }
}

/// The op of [`Var::smooth_l1_loss`]: the loss of each element.
#[derive(Clone)]
pub struct SmoothL1Loss {
    /// From which error on the loss is linear.
    pub beta: f64,
}

impl<T: Real> Op<T> for SmoothL1Loss {
    type Arity = Fixed<2>;
    const NAME: &'static str = "smooth_l1_loss";
    const RULE: &'static str = "[..] x [..] -> [..]";
    const SAVES: Save = Save::INPUTS;
    const OPERANDS: &'static [&'static str] = &["x", "target"];

    fn shape(&self, [x, target]: [&Shape; 2]) -> Result<Shape, Mismatch> {
        match self.beta >= 0.0 {
            true => same_shape(x, target),
            false => Err(Mismatch::new(format!("beta is {}, not at least 0", self.beta))),
        }
    }

    fn forward(&self, [x, target]: [&Tensor<T>; 2]) -> Tensor<T> {
        let (beta, half) = (T::of(self.beta), T::of(0.5));
        x.zip_cost(target, 2, move |x, target| {
            let d = (x - target).abs();
            // The quotient first: it is below 1, while the square of a small error may vanish.
            if d < beta { half * d * (d / beta) } else { d - half * beta }
        })
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 2] {
        let [x, target] = saved.inputs();
        let (beta, one) = (T::of(self.beta), T::one());
        let d = x - target;
        let slope = match beta == T::zero() {
            true => Var::constant(d.value().map(|d| if d == T::zero() { d } else { d.signum() })),
            false => (d / beta).clamp(Some(-one), Some(one)),
        };
        let dx = dy * slope;
        [saved.needs(0).then(|| dx.clone()), saved.needs(1).then(|| dx.neg())]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for SmoothL1Loss {
    fn cases() -> Cases<Self> {
        let of = |beta| SmoothL1Loss { beta };
        let (nan, infinity) = (f64::NAN, f64::INFINITY);
        Cases::new(textbook, of(1.0), shapes![[3, 4], [3, 4]])
            .case(of(0.3), shapes![[2, 3, 2], [2, 3, 2]])
            .case(of(0.0), shapes![[4], [4]])
            .case(of(1.0), shapes![[], []])
            .case(of(1.0), shapes![[0, 2], [0, 2]])
            // Errors from -1.8 to 0.8, those of exactly the distances at which the loss turns left out.
            .domains([
                Domain::between(-1.9, 0.3).away_from([-1.0, -0.3, 0.0, 0.3], 0.01),
                Domain::between(-0.004, 0.004),
            ])
            .pin(
                "where it turns",
                of(2.0),
                tensors![[2.0, -2.0, 0.0, 3.0], [0.0; 4]],
                [1.0, 1.0, 0.0, 2.0],
                tensors![[1.0, -1.0, 0.0, 1.0], [-1.0, 1.0, 0.0, -1.0]],
            )
            .pin(
                "without a parabola",
                of(0.0),
                tensors![[2.0, -2.0, 0.0], [0.0; 3]],
                [2.0, 2.0, 0.0],
                tensors![[1.0, -1.0, 0.0], [-1.0, 1.0, 0.0]],
            )
            .pin(
                "at infinity",
                of(2.0),
                tensors![[infinity, -infinity], [0.0, 0.0]],
                [infinity, infinity],
                tensors![[1.0, -1.0], [-1.0, 1.0]],
            )
            .pin("NaN", of(2.0), tensors![[nan], [0.0]], [nan], tensors![[nan], [nan]])
            .rejects(of(1.0), shapes![[2, 3], [3]], "shapes differ")
            .rejects(of(-1.0), shapes![[2], [2]], "beta is -1, not at least 0")
            .rejects(of(nan), shapes![[2], [2]], "beta is NaN, not at least 0")
            .shared(of(1.0), shapes![[300, 500], [300, 500]])
            .bench(of(1.0), shapes![[1024, 1024], [1024, 1024]], Work::Bytes(12 << 20))
    }
}

/// The two pieces of the definition.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &SmoothL1Loss, x: &[Tensor<f64>]) -> Tensor<f64> {
    crate::testing::from_index(x[0].shape().clone(), |at| {
        let d = crate::testing::element(&x[0], at) - crate::testing::element(&x[1], at);
        if d.abs() < op.beta { d.powi(2) / (2.0 * op.beta) } else { d.abs() - op.beta / 2.0 }
    })
}
