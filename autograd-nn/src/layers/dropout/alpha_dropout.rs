//! `AlphaDropout`: dropout for networks of SELUs.

use super::noise;
use crate::layers::prelude::*;

/// Each element set with probability `p` to where a [`Selu`](crate::Selu) saturates, then all scaled and shifted so that mean 0 and
/// variance 1 stay; in evaluation nothing is done.
///
/// # Shape
/// `[..] -> [..]`
///
/// # Example
/// ```
/// use autograd_core::{Generator, Tensor, Var};
/// use autograd_nn::{AlphaDropout, Forward};
/// let mut generator = Generator::seed(0);
/// let layer = AlphaDropout::new(0.5, &mut generator);
/// let x = Var::leaf(Tensor::<f64>::normal([10_000], 0.0, 1.0, &mut generator));
/// let y = layer.forward(&x);
/// assert!(y.mean().item().abs() < 0.05 && (y.square().mean().item() - 1.0).abs() < 0.05);
/// // No gradient reaches what was dropped; the rest gets the scale, which lies below 1.
/// let dx = y.sum().backward().get(&x).unwrap().to_vec();
/// let scale = dx.iter().copied().fold(0.0, f64::max);
/// assert!((0.8..0.9).contains(&scale) && dx.iter().all(|&dx| dx == 0.0 || dx == scale));
///
/// layer.training.set(false); // as `eval` of a network does for all its layers
/// assert_eq!(layer.forward(&x).to_vec(), x.to_vec());
/// ```
///
/// Klambauer et al. 2017, "Self-Normalizing Neural Networks", section "New Dropout Technique".
#[derive(Clone, Debug)]
pub struct AlphaDropout {
    /// The probability that an element is dropped.
    pub p: f64,
    /// Where the masks come from.
    pub keys: KeyStream,
    /// Whether anything is dropped.
    pub training: Training,
}

noise!(AlphaDropout);

impl<T: Real> Forward<T> for AlphaDropout {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        let y = match self.training.is_on() && self.p != 0.0 {
            true => x.alpha_dropout(self.p, self.keys.next()),
            false => x.clone(),
        };
        report(self, y)
    }
}

#[cfg(test)]
impl Checked for AlphaDropout {
    fn cases() -> Cases<Self> {
        let case = |name, p| Case::forward(name, move |g| AlphaDropout::new(p, g), [4, 5]).output([4, 5]);
        Cases::new(case("half", 0.5).trains_otherwise())
            .case(case("nothing is dropped", 0.0))
            .case(case("all is dropped", 1.0).trains_otherwise())
            .rejects("AlphaDropout: p is 2, a probability lies from 0 to 1", |g| {
                let _ = AlphaDropout::new(2.0, g);
            })
    }
}
