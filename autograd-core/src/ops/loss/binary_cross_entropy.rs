//! `binary_cross_entropy`: the loss of yes or no, from probabilities.

use super::reduction::Reduction;
use crate::kernel::elementwise::{self, Function};
use crate::kernel::math;
use crate::ops::prelude::*;

/// Below it no logarithm of a probability falls.
const LOWEST: f64 = -100.0;
/// Below it no variance `p (1 − p)` falls by which the gradient is divided.
const LEAST: f64 = 1e-12;

impl<T: Real> Var<T> {
    /// The cross entropy of probabilities with what happened, yes (1), no (0) or a share between.
    ///
    /// `loss = −target · log x − (1 − target) · log(1 − x)`, each logarithm at least −100
    ///
    /// From scores, [`binary_cross_entropy_with_logits`](Var::binary_cross_entropy_with_logits) is exact where a probability rounds to 0 or 1. For
    /// elements that do not count alike, multiply what [`Reduction::None`] gives by their weights.
    ///
    /// # Shape
    /// `[..] x [..] -> []`, or `[..]` without a reduction; the shapes are the same
    ///
    /// # Gradient
    /// `dx = dy · (x − target) / (x (1 − x))` with a divisor of at least 10⁻¹², and `dy · (log(1 − x) − log x)` for the target. Saves both
    /// operands.
    ///
    /// # Edge cases
    /// Loss and gradients are finite for probabilities of exactly 0 and 1. Outside, the loss is NaN.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Var, ops::Reduction};
    /// let (x, target) = (Var::leaf([0.25, 0.5]), Var::constant([1.0, 0.0]));
    /// let loss = x.binary_cross_entropy(&target, Reduction::Sum);
    /// assert_eq!(loss.item(), 4f64.ln() + 2f64.ln());
    /// assert_eq!(loss.backward().get(&x).unwrap().to_vec(), [-4.0, 2.0]);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "bce")]
    #[doc(alias = "BCELoss")]
    pub fn binary_cross_entropy(&self, target: &Var<T>, reduction: Reduction) -> Self {
        reduction.of(record(BinaryCrossEntropy, [self, target]))
    }
}

/// The op of [`Var::binary_cross_entropy`]: the loss of each element.
#[derive(Clone)]
pub struct BinaryCrossEntropy;

impl<T: Real> Function<(T, T), T> for BinaryCrossEntropy {
    #[inline(always)]
    fn at(&self, (x, target): (T, T)) -> T {
        let lowest = T::of(LOWEST);
        let (yes, no) = (elementwise::max(math::log(x), lowest), elementwise::max(math::log1p(-x), lowest));
        -(target * yes + (T::one() - target) * no)
    }
}

impl<T: Real> Op<T> for BinaryCrossEntropy {
    type Arity = Fixed<2>;
    const NAME: &'static str = "binary_cross_entropy";
    const RULE: &'static str = "[..] x [..] -> [..]";
    const SAVES: Save = Save::INPUTS;
    const OPERANDS: &'static [&'static str] = &["x", "target"];

    fn shape(&self, [x, target]: [&Shape; 2]) -> Result<Shape, Mismatch> {
        same_shape(x, target)
    }

    fn forward(&self, [x, target]: [&Tensor<T>; 2]) -> Tensor<T> {
        x.zip_by(target, 40, self.clone())
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 2] {
        let [x, target] = saved.inputs();
        let against = x.rsub_scalar(T::one());
        let dx = || dy * (&x - &target) / (&x * &against).clamp(Some(T::of(LEAST)), None);
        [saved.needs(0).then(dx), saved.needs(1).then(|| dy * (bounded_log(&against) - bounded_log(&x)))]
    }
}

/// The logarithm of probabilities, at least [`LOWEST`], and without gradient there: an infinite slope of the logarithm, hidden only
/// after it was taken, would still meet its own gradient's 0.
fn bounded_log<T: Real>(p: &Var<T>) -> Var<T> {
    let lowest = T::of(LOWEST);
    let low = p.value().map_cost(16, move |p| p.ln() <= lowest);
    p.masked_fill(&low, T::one()).log().masked_fill(&low, lowest)
}

#[cfg(any(test, feature = "testing"))]
impl Checked for BinaryCrossEntropy {
    fn cases() -> Cases<Self> {
        let of = BinaryCrossEntropy;
        let nan = f64::NAN;
        Cases::new(textbook, of.clone(), shapes![[3, 4], [3, 4]])
            .case(of.clone(), shapes![[2, 1, 3], [2, 1, 3]])
            .case(of.clone(), shapes![[], []])
            .case(of.clone(), shapes![[0], [0]])
            .domains([Domain::between(0.1, 0.9), Domain::between(0.0, 1.0)])
            .pin(
                "certain and right",
                of.clone(),
                tensors![[0.0, 1.0], [0.0, 1.0]],
                [0.0, 0.0],
                tensors![[0.0, 0.0], [100.0, -100.0]],
            )
            .second(tensors![[1e12 - 2.0; 2], [-1e12; 2]])
            .pin(
                "certain and wrong",
                of.clone(),
                tensors![[0.0, 1.0], [1.0, 0.0]],
                [100.0, 100.0],
                tensors![[-1e12, 1e12], [100.0, -100.0]],
            )
            .second(tensors![[1e12 - 2.0; 2], [-1e12; 2]])
            .pin("no probability", of.clone(), tensors![[nan], [0.5]], [nan], tensors![[nan], [nan]])
            .rejects(of.clone(), shapes![[2, 3], [3]], "shapes differ")
            .shared(of.clone(), shapes![[200, 300], [200, 300]])
            .bench(of, shapes![[1024, 1024], [1024, 1024]], Work::Bytes(12 << 20))
    }
}

/// The definition.
#[cfg(any(test, feature = "testing"))]
fn textbook(_: &BinaryCrossEntropy, x: &[Tensor<f64>]) -> Tensor<f64> {
    crate::testing::from_index(x[0].shape().clone(), |at| {
        let [p, target] = [0, 1].map(|i| crate::testing::element(&x[i], at));
        -target * p.ln() - (1.0 - target) * (1.0 - p).ln()
    })
}
