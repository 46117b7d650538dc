//! `huber_loss`: squared near zero, linear beyond.

use super::reduction::Reduction;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The Huber loss: half the square of small errors, a line for large ones, so that an outlier pulls no harder than `delta`.
    ///
    /// `loss = d² / 2` where `|d| < delta`, else `delta · (|d| − delta / 2)`, with `d = x − target`
    ///
    /// # Shape
    /// `[..] x [..] -> []`, or `[..]` without a reduction; the shapes are the same
    ///
    /// # Gradient
    /// `dx = dy · d`, with `d` moved into the interval from `−delta` to `delta`, and `−dx` for the target. Saves both operands.
    ///
    /// # Edge cases
    /// The slope is continuous. Its own slope is 1 inside, and 0 from `|d| = delta` on.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Var, ops::Reduction};
    /// let (x, target) = (Var::leaf([1.0, 5.0]), Var::constant([2.0, 2.0]));
    /// let loss = x.huber_loss(&target, 2.0, Reduction::Sum);
    /// assert_eq!(loss.item(), 0.5 + 2.0 * (3.0 - 1.0));
    /// assert_eq!(loss.backward().get(&x).unwrap().to_vec(), [-1.0, 2.0]);
    /// ```
    ///
    /// Source: Huber, "Robust Estimation of a Location Parameter" (1964).
    #[track_caller]
    #[must_use]
    pub fn huber_loss(&self, target: &Var<T>, delta: T, reduction: Reduction) -> Self {
        reduction.of(record(HuberLoss { delta: delta.as_f64() }, [self, target]))
    }
}

/// The op of [`Var::huber_loss`]: the loss of each element.
#[derive(Clone)]
pub struct HuberLoss {
    /// From which error on the loss is linear.
    pub delta: f64,
}

impl<T: Real> Op<T> for HuberLoss {
    type Arity = Fixed<2>;
    const NAME: &'static str = "huber_loss";
    const RULE: &'static str = "[..] x [..] -> [..]";
    const SAVES: Save = Save::INPUTS;
    const OPERANDS: &'static [&'static str] = &["x", "target"];

    fn shape(&self, [x, target]: [&Shape; 2]) -> Result<Shape, Mismatch> {
        match self.delta > 0.0 {
            true => same_shape(x, target),
            false => Err(Mismatch::new(format!("delta is {}, not positive", self.delta))),
        }
    }

    fn forward(&self, [x, target]: [&Tensor<T>; 2]) -> Tensor<T> {
        let (delta, half) = (T::of(self.delta), T::of(0.5));
        x.zip_cost(target, 2, move |x, target| {
            let d = (x - target).abs();
            if d < delta { half * d * d } else { delta * (d - half * delta) }
        })
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 2] {
        let [x, target] = saved.inputs();
        let delta = T::of(self.delta);
        let dx = dy * (x - target).clamp(Some(-delta), Some(delta));
        [saved.needs(0).then(|| dx.clone()), saved.needs(1).then(|| dx.neg())]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for HuberLoss {
    fn cases() -> Cases<Self> {
        let of = |delta| HuberLoss { delta };
        let (nan, infinity) = (f64::NAN, f64::INFINITY);
        Cases::new(textbook, of(1.0), shapes![[3, 4], [3, 4]])
            .case(of(0.3), shapes![[2, 3, 2], [2, 3, 2]])
            .case(of(infinity), shapes![[4], [4]])
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
                [2.0, 2.0, 0.0, 4.0],
                tensors![[2.0, -2.0, 0.0, 2.0], [-2.0, 2.0, 0.0, -2.0]],
            )
            .pin(
                "at infinity",
                of(2.0),
                tensors![[infinity, -infinity], [0.0, 0.0]],
                [infinity, infinity],
                tensors![[2.0, -2.0], [-2.0, 2.0]],
            )
            .pin("NaN", of(2.0), tensors![[nan], [0.0]], [nan], tensors![[nan], [nan]])
            .rejects(of(1.0), shapes![[2, 3], [3]], "shapes differ")
            .rejects(of(0.0), shapes![[2], [2]], "delta is 0, not positive")
            .rejects(of(nan), shapes![[2], [2]], "delta is NaN, not positive")
            .shared(of(1.0), shapes![[300, 500], [300, 500]])
            .bench(of(1.0), shapes![[1024, 1024], [1024, 1024]], Work::Bytes(12 << 20))
    }
}

/// The two pieces of the definition.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &HuberLoss, x: &[Tensor<f64>]) -> Tensor<f64> {
    crate::testing::from_index(x[0].shape().clone(), |at| {
        let d = crate::testing::element(&x[0], at) - crate::testing::element(&x[1], at);
        if d.abs() <= op.delta { d.powi(2) / 2.0 } else { op.delta * (d.abs() - op.delta / 2.0) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functional::grad;

    #[test]
    fn the_slope_stops_rising_at_delta() {
        let x = Var::leaf([1.0, 2.0, -2.0, 3.0]);
        let loss = x.huber_loss(&Var::constant([0.0; 4]), 2.0, Reduction::Sum);
        let dx = grad(&loss, &x, true).expect("a gradient");
        let ddx = grad(&dx.sum(), &x, false).expect("a second one");
        assert_eq!(ddx.to_vec(), [1.0, 0.0, 0.0, 0.0]);
    }
}
