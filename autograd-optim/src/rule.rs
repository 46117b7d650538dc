//! `Rule`: the contract of an optimiser whose steps follow from each parameter's own gradient. Read first.

use crate::Error;
use crate::part::Part;
use autograd_core::{Real, Shape};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// How parameters move: the settings of an optimiser, and the rule that they enter.
///
/// A rule is written for a [`Part`] of a parameter, mostly element by element, so that it reads like the formula; the [`Stepper`] that
/// applies it walks over all parameters in one pass and in parallel, keeps what is remembered, and checks everything first:
///
/// ```
/// use autograd_core::Real;
/// use autograd_nn::Parameter;
/// use autograd_optim::{Error, Optimizer, Part, Rule, Stepper, check};
/// use serde::{Deserialize, Serialize};
///
/// /// Steps of one size in the direction of the gradient's sign.
/// #[derive(Clone, Serialize, Deserialize)]
/// struct SignOptions {
///     lr: f64,
/// }
///
/// impl Rule for SignOptions {
///     const NAME: &'static str = "sign";
///     fn check(&self) -> Result<(), Error> {
///         check::not_negative("sign", "lr", self.lr)
///     }
///     fn lr(&self) -> f64 {
///         self.lr
///     }
///     fn set_lr(&mut self, lr: f64) {
///         self.lr = lr;
///     }
///     fn update<T: Real>(&self, part: Part<'_, T>) {
///         let lr = T::of(self.lr);
///         part.each(|w, g, []| (w - lr * g.signum(), []));
///     }
/// }
///
/// let w = Parameter::new([1.0, -2.0]);
/// let mut optimizer = Stepper::<SignOptions, _>::new(vec![w.clone()], SignOptions { lr: 0.5 })?;
/// optimizer.step(&w.var().square().sum().backward())?;
/// assert_eq!(w.value().to_vec(), [0.5, -1.5]);
/// # Ok::<(), Error>(())
/// ```
///
/// [`Stepper`]: crate::Stepper
pub trait Rule: Clone + Send + Sync + Serialize + DeserializeOwned + 'static {
    /// The name of the optimiser: in errors, saved states and tests.
    const NAME: &'static str;

    /// Whether the rule needs a parameter as a whole, as those do that take norms or products of matrices; else it gets pieces.
    const WHOLE: bool = false;

    /// Refuses settings that make no sense.
    ///
    /// # Errors
    /// The first setting outside its range.
    fn check(&self) -> Result<(), Error>;

    /// Refuses a parameter whose shape the rule has no meaning for, in words that say what it must be. Asked once, when the parameter is
    /// given to the optimiser.
    ///
    /// # Errors
    /// If the rule cannot move such a parameter.
    fn fits(&self, shape: &Shape) -> Result<(), &'static str> {
        let _ = shape;
        Ok(())
    }

    /// The learning rate.
    fn lr(&self) -> f64;

    /// Sets the learning rate; [`check`](Rule::check) follows.
    fn set_lr(&mut self, lr: f64);

    /// Whether steps go uphill; the gradient then comes with the other sign.
    fn maximize(&self) -> bool {
        false
    }

    /// The factor of the parameter that is added to its gradient. Zero for rules that shrink the parameter themselves.
    fn coupled_decay(&self) -> f64 {
        0.0
    }

    /// The names of what is remembered of each element, in PyTorch's words.
    fn slots(&self) -> &'static [&'static str] {
        &[]
    }

    /// What a slot holds before the first step.
    fn initial(&self, slot: usize) -> f64 {
        let _ = slot;
        0.0
    }

    /// A number that is remembered of each parameter besides its steps, 1 before the first; this is its value in step `t`.
    fn advance(&self, t: u64, number: f64) -> f64 {
        let _ = t;
        number
    }

    /// The work for an element in cheap operations of about a nanosecond, from which follows when threads pay.
    fn cost(&self) -> usize {
        4
    }

    /// Moves a part of a parameter.
    fn update<T: Real>(&self, part: Part<'_, T>);
}
