//! `binary_cross_entropy_with_logits`: the loss of yes or no, straight from scores.

use super::checks::accept;
use super::reduction::Reduction;
use crate::kernel::elementwise::Function;
use crate::kernel::math;
use crate::ops::prelude::*;
use crate::tensor::views::broadcast_shape;

impl<T: Real> Var<T> {
    /// The cross entropy of scores (logits) with what happened, yes (1), no (0) or a share between.
    ///
    /// `loss = weight · (pos_weight · target · softplus(−x) + (1 − target) · softplus(x))` with `softplus(x) = log(1 + eˣ)`
    ///
    /// # Shape
    /// `[..] x [..] -> []`, or `[..]` without a reduction; the shapes are the same, both weights broadcast to them
    ///
    /// # Gradient
    /// With σ the sigmoid `dx = dy · ((1 − target) · σ(x) − pos_weight · target · σ(−x))`, and
    /// `dy · (pos_weight · softplus(−x) − softplus(x))` for the target, both times `weight`. Saves both operands.
    ///
    /// # Edge cases
    /// No score is too large: nothing overflows, and nothing small is lost beside something large. A score of infinity that is right costs
    /// nothing.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Var, ops::BinaryCrossEntropyOptions};
    /// let (x, target) = (Var::leaf([0.0, 800.0]), Var::constant([1.0, 0.0]));
    /// let loss = x.binary_cross_entropy_with_logits(&target, BinaryCrossEntropyOptions::new());
    /// assert_eq!(loss.item(), (2f64.ln() + 800.0) / 2.0);
    /// assert_eq!(loss.backward().get(&x).unwrap().to_vec(), [-0.25, 0.5]);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "bce_with_logits")]
    #[doc(alias = "sigmoid_cross_entropy")]
    pub fn binary_cross_entropy_with_logits(&self, target: &Var<T>, options: BinaryCrossEntropyOptions) -> Self {
        let BinaryCrossEntropyOptions { weight, pos_weight, reduction } = options;
        let mut losses = record(BinaryCrossEntropyWithLogits { pos_weight }, [self, target]);
        if let Some(weight) = weight {
            let name = "binary_cross_entropy_with_logits";
            let fits = check_weights("weights", Some(&weight), losses.shape());
            accept(name, "[..] x [..] -> [..], the weights broadcast to it", &[("x", self.shape())], fits);
            losses *= Var::constant(weight.cast());
        }
        reduction.of(losses)
    }
}

/// How [`Var::binary_cross_entropy_with_logits`] counts elements. By default each counts 1, and the mean is taken.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BinaryCrossEntropyOptions {
    /// How much each element counts.
    pub weight: Option<Tensor<f64>>,
    /// How much a yes counts against a no: above 1 where few things happen and none should be missed.
    pub pos_weight: Option<Tensor<f64>>,
    /// What is made of the losses.
    pub reduction: Reduction,
}

impl BinaryCrossEntropyOptions {
    /// The mean over elements that all count 1.
    pub fn new() -> Self {
        Self::default()
    }

    /// With elements that count so much; it broadcasts.
    #[must_use]
    pub fn weight(self, weight: impl Into<Tensor<f64>>) -> Self {
        Self { weight: Some(weight.into()), ..self }
    }

    /// With a yes that counts so much; it broadcasts.
    #[must_use]
    pub fn pos_weight(self, pos_weight: impl Into<Tensor<f64>>) -> Self {
        Self { pos_weight: Some(pos_weight.into()), ..self }
    }

    /// With another reduction.
    #[must_use]
    pub fn reduction(self, reduction: Reduction) -> Self {
        Self { reduction, ..self }
    }
}

/// The op of [`Var::binary_cross_entropy_with_logits`]: the loss of each element.
#[derive(Clone)]
pub struct BinaryCrossEntropyWithLogits {
    /// How much a yes counts against a no; each 1 if `None`.
    pub pos_weight: Option<Tensor<f64>>,
}

/// Refuses weights that do not broadcast to the shape of the losses.
fn check_weights(what: &str, weights: Option<&Tensor<f64>>, x: &Shape) -> Result<(), Mismatch> {
    match weights.map(|weights| (weights.shape(), broadcast_shape(weights.shape(), x))) {
        Some((shape, Err(_))) => Err(Mismatch::new(format!("the {what} of shape {shape} do not broadcast to {x}"))),
        _ => Ok(()),
    }
}

/// The loss of a score, given its target and the weight of a yes.
struct Loss;

impl<T: Real> Function<(T, T, T), T> for Loss {
    #[inline(always)]
    fn at(&self, (x, target, positive): (T, T, T)) -> T {
        // What is not there costs nothing, be its score infinite.
        let part = |share: T, cost: T| if share == T::zero() { share } else { share * cost };
        part(positive * target, math::softplus(-x)) + part(T::one() - target, math::softplus(x))
    }
}

impl<T: Real> Function<(T, T), T> for Loss {
    #[inline(always)]
    fn at(&self, (x, target): (T, T)) -> T {
        self.at((x, target, T::one()))
    }
}

impl<T: Real> Op<T> for BinaryCrossEntropyWithLogits {
    type Arity = Fixed<2>;
    const NAME: &'static str = "binary_cross_entropy_with_logits";
    const RULE: &'static str = "[..] x [..] -> [..], the weights broadcast to it";
    const SAVES: Save = Save::INPUTS;
    const OPERANDS: &'static [&'static str] = &["x", "target"];

    fn shape(&self, [x, target]: [&Shape; 2]) -> Result<Shape, Mismatch> {
        check_weights("positive weights", self.pos_weight.as_ref(), x)?;
        same_shape(x, target)
    }

    fn forward(&self, [x, target]: [&Tensor<T>; 2]) -> Tensor<T> {
        match &self.pos_weight {
            None => x.zip_by(target, 40, Loss),
            Some(positive) => x.zip3_by((target, &positive.cast::<T>().broadcast_to(x.shape())), 40, Loss),
        }
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 2] {
        let [x, target] = saved.inputs();
        let positive = self.pos_weight.as_ref().map(|positive| Var::constant(positive.cast()));
        let dx = || {
            let yes = match &positive {
                Some(positive) => &target * positive,
                None => target.clone(),
            };
            dy * (target.rsub_scalar(T::one()) * x.sigmoid() - yes * x.neg().sigmoid())
        };
        let dtarget = || match &positive {
            Some(positive) => dy * (positive * x.neg().softplus() - x.softplus()),
            None => dy * x.neg(),
        };
        [saved.needs(0).then(dx), saved.needs(1).then(dtarget)]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for BinaryCrossEntropyWithLogits {
    fn cases() -> Cases<Self> {
        let plain = BinaryCrossEntropyWithLogits { pos_weight: None };
        let weighted = |weights: Tensor<f64>| BinaryCrossEntropyWithLogits { pos_weight: Some(weights) };
        let (nan, infinity) = (f64::NAN, f64::INFINITY);
        Cases::new(textbook, plain.clone(), shapes![[3, 4], [3, 4]])
            .case(weighted([0.5, 2.0, 1.0, 3.0].into()), shapes![[3, 4], [3, 4]])
            .case(weighted([[2.0], [0.5]].into()), shapes![[3, 2, 2], [3, 2, 2]])
            .case(weighted(3.0.into()), shapes![[], []])
            .case(plain.clone(), shapes![[0, 3], [0, 3]])
            .domains([Domain::between(-4.0, 4.0), Domain::between(0.0, 1.0)])
            .pin("at zero", plain.clone(), tensors![[0.0], [1.0]], [std::f64::consts::LN_2], tensors![[-0.5], [0.0]])
            .second(tensors![[0.25 - 2.0], [-1.0]])
            .pin(
                "large scores",
                plain.clone(),
                tensors![[800.0, -800.0, 800.0, -800.0], [1.0, 0.0, 0.0, 1.0]],
                [0.0, 0.0, 800.0, 800.0],
                tensors![[0.0, 0.0, 1.0, -1.0], [-800.0, 800.0, -800.0, 800.0]],
            )
            .second(tensors![[-2.0; 4], [-1.0; 4]])
            .pin(
                "small losses",
                plain.clone(),
                tensors![[-40.0, 40.0], [0.0, 1.0]],
                [(-40f64).exp(), (-40f64).exp()],
                tensors![[(-40f64).exp(), -(-40f64).exp()], [40.0, -40.0]],
            )
            .pin(
                "infinite and right",
                plain.clone(),
                tensors![[infinity, -infinity], [1.0, 0.0]],
                [0.0, 0.0],
                tensors![[0.0, 0.0], [-infinity, infinity]],
            )
            .second(tensors![[-2.0; 2], [-1.0; 2]])
            .pin("NaN", plain.clone(), tensors![[nan], [1.0]], [nan], tensors![[nan], [nan]])
            .rejects(plain.clone(), shapes![[2, 3], [3]], "shapes differ")
            .rejects(
                weighted([1.0, 2.0].into()),
                shapes![[2, 3], [2, 3]],
                "the positive weights of shape [2] do not broadcast to [2, 3]",
            )
            .shared(weighted(2.0.into()), shapes![[200, 300], [200, 300]])
            .bench(plain, shapes![[1024, 1024], [1024, 1024]], Work::Bytes(12 << 20))
    }
}

/// The definition, from probabilities.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &BinaryCrossEntropyWithLogits, x: &[Tensor<f64>]) -> Tensor<f64> {
    let ones = Tensor::ones(x[0].shape());
    let positive = op.pos_weight.as_ref().unwrap_or(&ones).broadcast_to(x[0].shape()).contiguous();
    crate::testing::from_index(x[0].shape().clone(), |at| {
        let [x, target, positive] = [&x[0], &x[1], &positive].map(|x| crate::testing::element(x, at));
        let p = 1.0 / (1.0 + (-x).exp());
        -positive * target * p.ln() - (1.0 - target) * (1.0 - p).ln()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_scale_losses_and_do_not_change_what_the_mean_divides_by() {
        let (x, target) = (Var::leaf([[0.0, 1.0], [2.0, 3.0]]), Var::constant([[1.0, 0.0], [0.5, 1.0]]));
        let options = BinaryCrossEntropyOptions::new;
        let plain = x.binary_cross_entropy_with_logits(&target, options().reduction(Reduction::None)).to_vec();
        let weighted = x.binary_cross_entropy_with_logits(&target, options().weight([2.0, 0.0]));
        assert_eq!(weighted.item(), (2.0 * plain[0] + 2.0 * plain[2]) / 4.0);
        assert_eq!(weighted.backward().get(&x).unwrap().at([1, 1]), 0.0);
    }

    #[test]
    #[should_panic(expected = "binary_cross_entropy_with_logits: the weights of shape [3] do not broadcast to [2]")]
    fn other_weights_are_refused() {
        let options = BinaryCrossEntropyOptions::new().weight([1.0, 2.0, 3.0]);
        let _ = Var::leaf([0.0, 1.0]).binary_cross_entropy_with_logits(&Var::constant([0.0, 1.0]), options);
    }
}
