//! `kl_div`: how far one distribution is from another.

use super::reduction::Reduction;
use crate::kernel::elementwise::Function;
use crate::kernel::math;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The Kullback-Leibler divergence of a target distribution from one that is given by its log-probabilities.
    ///
    /// `loss = target · (log target − x)`, or `e^target · (target − x)` with `log_target`, which says that the target is given by its
    /// logarithm too. [`Reduction::BatchMean`] is the divergence as mathematics has it: summed over a distribution, averaged over the batch.
    ///
    /// # Shape
    /// `[..] x [..] -> []`, or `[..]` without a reduction; the shapes are the same
    ///
    /// # Gradient
    /// `dx = −dy · target`, and `dy · (log target + 1 − x)` for the target; with `log_target`, `dx = −dy · e^target` and
    /// `dy · e^target · (target + 1 − x)`. Saves both operands.
    ///
    /// # Edge cases
    /// What has probability 0 in the target costs nothing, be its log-probability minus infinity, and all gradients are finite there: that
    /// of the target is `−x`, or 0 where `x` is infinite.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Var, ops::Reduction};
    /// let (x, target) = (Var::leaf([[0.5f64.ln(), 0.5f64.ln()]]), Var::constant([[1.0, 0.0]]));
    /// let loss = x.kl_div(&target, false, Reduction::BatchMean);
    /// assert_eq!(loss.item(), 2f64.ln());
    /// assert_eq!(loss.backward().get(&x).unwrap().to_vec(), [-1.0, 0.0]);
    /// ```
    ///
    /// Source: Kullback and Leibler, "On Information and Sufficiency" (1951).
    #[track_caller]
    #[must_use]
    pub fn kl_div(&self, target: &Var<T>, log_target: bool, reduction: Reduction) -> Self {
        reduction.of(record(KlDiv { log_target }, [self, target]))
    }
}

/// The op of [`Var::kl_div`]: the part of each element.
#[derive(Clone)]
pub struct KlDiv {
    /// Whether the target is given by its logarithm.
    pub log_target: bool,
}

impl<T: Real> Function<(T, T), T> for KlDiv {
    #[inline(always)]
    fn at(&self, (x, target): (T, T)) -> T {
        let (p, log) = match self.log_target {
            false => (target, math::log(target)),
            true => (math::exp(target), target),
        };
        if p == T::zero() { p } else { p * (log - x) }
    }
}

impl<T: Real> Op<T> for KlDiv {
    type Arity = Fixed<2>;
    const NAME: &'static str = "kl_div";
    const RULE: &'static str = "[..] x [..] -> [..]";
    const SAVES: Save = Save::INPUTS;
    const OPERANDS: &'static [&'static str] = &["x", "target"];

    fn shape(&self, [x, target]: [&Shape; 2]) -> Result<Shape, Mismatch> {
        same_shape(x, target)
    }

    fn forward(&self, [x, target]: [&Tensor<T>; 2]) -> Tensor<T> {
        x.zip_by(target, 16, self.clone())
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 2] {
        let [x, target] = saved.inputs();
        let (zero, one) = (T::zero(), T::one());
        if !self.log_target {
            let log = || {
                let none = target.value().eq(zero);
                target.masked_fill(&none, one).log().add_scalar(one).masked_fill(&none, zero)
            };
            let dtarget = || dy * (log() - where_counted(&x, target.value()));
            return [saved.needs(0).then(|| dy.neg() * &target), saved.needs(1).then(dtarget)];
        }
        let p = target.exp();
        let dtarget = || {
            let difference = (&target - &x).add_scalar(one).masked_fill(&p.value().eq(zero), zero);
            dy * (&p * difference)
        };
        [saved.needs(0).then(|| dy.neg() * &p), saved.needs(1).then(dtarget)]
    }
}

/// `log` without the infinities of which there is no share: a gradient that they reach would be 0 · ∞ in what made the share.
pub(super) fn where_counted<T: Real>(log: &Var<T>, share: &Tensor<T>) -> Var<T> {
    let uncounted = log.value().zip_cost(share, 1, |log, share| share == T::zero() && log.is_infinite());
    log.masked_fill(&uncounted, T::zero())
}

#[cfg(any(test, feature = "testing"))]
impl Checked for KlDiv {
    fn cases() -> Cases<Self> {
        let [plain, log] = [false, true].map(|log_target| KlDiv { log_target });
        let (nan, infinity) = (f64::NAN, f64::INFINITY);
        Cases::new(textbook, plain.clone(), shapes![[3, 4], [3, 4]])
            .case(log.clone(), shapes![[3, 4], [3, 4]])
            .case(plain.clone(), shapes![[2, 1, 3], [2, 1, 3]])
            .case(log.clone(), shapes![[], []])
            .case(plain.clone(), shapes![[0, 2], [0, 2]])
            .domains([Domain::between(-2.0, 0.0), Domain::between(0.1, 1.0)])
            .pin(
                "target zero",
                plain.clone(),
                tensors![[-2.0, -infinity, -infinity], [0.0, 0.0, 1.0]],
                [0.0, 0.0, infinity],
                tensors![[0.0, 0.0, -1.0], [2.0, 0.0, infinity]],
            )
            .second(tensors![[-2.0, 0.0, -2.0], [-1.0, -1.0, 1.0]])
            .pin(
                "log target minus infinity",
                log.clone(),
                tensors![[-2.0, -infinity], [-infinity, -infinity]],
                [0.0, 0.0],
                tensors![[0.0, 0.0], [0.0, 0.0]],
            )
            .second(tensors![[0.0, 0.0], [0.0, 0.0]])
            .pin("no probability", plain.clone(), tensors![[0.0], [-1.0]], [nan], tensors![[1.0], [nan]])
            .rejects(plain.clone(), shapes![[2, 3], [3]], "shapes differ")
            .shared(plain.clone(), shapes![[200, 300], [200, 300]])
            .bench(plain, shapes![[1024, 1024], [1024, 1024]], Work::Bytes(12 << 20))
            .bench(log, shapes![[1024, 1024], [1024, 1024]], Work::Bytes(12 << 20))
    }
}

/// The definition.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &KlDiv, x: &[Tensor<f64>]) -> Tensor<f64> {
    crate::testing::from_index(x[0].shape().clone(), |at| {
        let [x, target] = [0, 1].map(|i| crate::testing::element(&x[i], at));
        let p = if op.log_target { target.exp() } else { target };
        p * (p.ln() - x)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functional::grad;

    #[test]
    fn distributions_that_share_what_cannot_be_have_finite_derivatives_of_both_orders() {
        let mask: Tensor<bool> = [[false, true, false], [false, false, true]].into();
        let (a, b) = (Var::leaf([[1.0, 2.0, 3.0], [0.5, 0.0, -1.0]]), Var::leaf([[0.0, 1.0, 0.5], [2.0, 1.0, 0.0]]));
        let [x, target] = [&a, &b].map(|scores| scores.masked_fill(&mask, f64::NEG_INFINITY));
        let plain = x.log_softmax(1).kl_div(&target.softmax(1), false, Reduction::BatchMean);
        let log = x.log_softmax(1).kl_div(&target.log_softmax(1), true, Reduction::BatchMean);
        assert!((plain.item() - log.item()).abs() < 1e-15);
        for loss in [plain, log] {
            for first in grad(&loss, &[&a, &b], true).into_iter().flatten() {
                assert!(first.value().is_finite(), "{first}");
                for second in grad(&(&first * &first).sum(), &[&a, &b], false).into_iter().flatten() {
                    assert!(second.value().is_finite(), "{second}");
                }
            }
        }
    }
}
