//! `Ema`: an average in which older points count exponentially less.

use super::{AveragedModel, Averaging};
use crate::{Error, check};

/// The settings of [`Ema`]; a number alone is the decay. The default is PyTorch's: a decay of 0.999, of parameters alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EmaOptions {
    /// The share of the average that is kept in an update.
    pub decay: f64,
    /// Whether the first updates keep less, `(1 + t) / (10 + t)` after `t` of them, so that early points are soon forgotten.
    pub warm_up: bool,
    /// Whether buffers are averaged too, such as running statistics; else those of the model are used.
    pub use_buffers: bool,
}

impl Default for EmaOptions {
    fn default() -> Self {
        EmaOptions { decay: 0.999, warm_up: false, use_buffers: false }
    }
}

impl From<f64> for EmaOptions {
    fn from(decay: f64) -> Self {
        EmaOptions { decay, ..EmaOptions::default() }
    }
}

/// The exponential moving average of a model's parameters.
///
/// ```text
/// a ← w                                in the first update
/// a ← d a + (1 - d) w                  d = decay, or min(decay, (1 + t) / (10 + t)) with warm_up, after t updates
/// ```
///
/// As PyTorch's `AveragedModel` with `get_ema_multi_avg_fn`; the warm-up is that of TensorFlow's `ExponentialMovingAverage` (Polyak and Juditsky
/// 1992 for the average of points; Szegedy et al. 2016, section 8, for this form).
///
/// ```
/// use autograd_core::{Generator, Var};
/// use autograd_nn::{Forward, Linear};
/// use autograd_optim::{Ema, Optimizer, Sgd};
///
/// let net = Linear::new(2, 1, &mut Generator::seed(0));
/// let mut optimizer = Sgd::new(&net, 0.1)?;
/// let mut ema = Ema::new(&net, 0.9)?;
/// let x = Var::constant([[1.0f32, -1.0], [0.5, 2.0]]);
/// for _ in 0..20 {
///     optimizer.step(&net.forward(&x).square().mean().backward())?;
///     ema.update();
/// }
/// let last = net.weight.value();
/// let loss = ema.with(|| net.forward(&x).square().mean().item()); // computed with the average
/// assert!(loss > net.forward(&x).square().mean().item()); // which comes after, in a descent without noise
/// assert_eq!(net.weight.value(), last);
/// # Ok::<(), autograd_optim::Error>(())
/// ```
#[doc(alias = "ExponentialMovingAverage")]
#[doc(alias = "get_ema_multi_avg_fn")]
pub type Ema<T = f32> = AveragedModel<EmaOptions, T>;

impl Averaging for EmaOptions {
    fn check(&self) -> Result<(), Error> {
        let within = (0.0..=1.0).contains(&self.decay);
        check::option("ema", "decay", self.decay, "a number from 0 to 1", within)
    }

    fn share(&self, updates: u64) -> f64 {
        let t = updates as f64;
        let decay = if self.warm_up { self.decay.min((1.0 + t) / (10.0 + t)) } else { self.decay };
        1.0 - decay
    }

    fn use_buffers(&self) -> bool {
        self.use_buffers
    }
}
