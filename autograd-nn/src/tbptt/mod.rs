//! Truncated back-propagation through time: training on a stream without end, in bounded memory.
//!
//! The loss of a long sequence depends on the parameters through every step, and its exact gradient needs the graph of all of them. Truncated,
//! the pass is repeated every [`k1`](Tbptt::k1) steps and goes back over the last [`k2`](Tbptt::k2) of them, no further. States are handed
//! on for ever; only gradients are cut.
//!
//! # What is computed
//! After every `k1`-th step `t`, [`Run::step`] returns a [`Window`] with the gradient of
//!
//! `Σ loss_s` over the last `min(k1, k2)` steps, `t − min(k1, k2) < s ≤ t`,
//!
//! in which the state after step `t − k2` is held constant. No gradient is approximated but for that: each is what one backward pass over the
//! graph of the last `k2` steps gives. The first state is not held constant: if it was computed from leaves, as one that is learned is,
//! windows that reach back to the beginning reach these leaves.
//!
//! - `k1 = k2`: the stream is cut into pieces. The cheapest, and what most people do; a step near the beginning of a piece is
//!   credited with the losses of few steps.
//! - `k1 < k2`: the windows overlap, so that each loss goes back over more than `k2 − k1` steps. A step is walked about `k2 / k1` times, and
//!   computed once.
//! - `k1 > k2`: the losses of only the last `k2` of every `k1` steps count. The steps before them are not recorded at all.
//!
//! Not more than `k2` steps are held at any time, however long the stream is.
//!
//! # Parameters that change on the way
//! Between two windows an optimiser may change the parameters. With `k1 < k2` a window then spans steps that were computed with older values.
//! Recorded values stay what they were, so the gradient is the exact derivative of the computation as it took place, in which a
//! parameter stands for all its values at once: `Σ_s ∂/∂w_s`, with `w_s` the value at step `s`. It is close to the gradient at a single value
//! where the parameters change little within a window. With `k1 ≥ k2`, and as long as nobody changes the parameters in the midst of a
//! window, there is no difference.
//!
//! # Steps that are segments
//! A step may be a whole segment of the stream that a sequence module computes at once, as an [`Lstm`](crate::Lstm) does. `k1` and `k2` then
//! count segments: `Tbptt::new(1, 1)` over segments of 32 elements is what truncation every 32 steps usually means, at the speed of the fused op.
//!
//! ```
//! use autograd_core::{Generator, Tensor, Var};
//! use autograd_nn::{Lstm, Module, Tbptt};
//! let lstm = Lstm::<f32>::new(3, 8, &mut Generator::seed(0));
//! let stream = (0..10).map(|i| Var::constant(Tensor::full([32, 2, 3], i as f32 / 10.0))); // segments of 32 steps, 2 examples
//!
//! let mut run = Tbptt::new(1, 2).unwrap().start(None);
//! for x in stream {
//!     let window = run.step(|state: &Option<(Var, Var)>| {
//!         let (y, state) = lstm.forward_with(&x, state.as_ref().map(|(h, c)| (h, c)), None);
//!         (Some(state), y.square().mean())
//!     });
//!     let window = window.expect("one after each segment");
//!     assert!(autograd_nn::unreached(&lstm, &window.gradients).is_empty()); // here an optimiser takes its step
//! }
//! ```
//!
//! Williams and Peng, "An Efficient Gradient-Based Algorithm for On-Line Training of Recurrent Network Trajectories", 1990; Sutskever,
//! "Training Recurrent Neural Networks", 2013, section 2.8.6, whose names `k1` and `k2` are.

mod run;
mod segment;
mod state;
#[cfg(test)]
mod tests;

pub use run::{Run, Window};
pub use state::State;

use autograd_core::Real;

/// How often gradients are computed, and how far back they go; see the [module's page](self).
///
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{Parameter, Tbptt};
/// // hₜ = w hₜ₋₁ + xₜ, and each state is its own loss.
/// let w = Parameter::new(0.5);
/// let mut run = Tbptt::new(2, 2).unwrap().start(Var::constant(1.0));
/// let mut seen = Vec::new();
/// for x in [1.0, 2.0, 3.0, 4.0, 5.0] {
///     let window = run.step(|h| {
///         let h = w.var() * h + x;
///         (h.clone(), h)
///     });
///     if let Some(window) = window {
///         seen.push((window.loss, w.gradient(&window.gradients).unwrap().item()));
///     }
/// }
/// // States 1.5, 2.75 | 4.375, 6.1875 | 8.09375. In each piece: dh₁ = h₀, dh₂ = h₁ + w dh₁.
/// assert_eq!(seen, [(4.25, 1.0 + 1.5 + 0.5), (10.5625, 2.75 + 4.375 + 0.5 * 2.75)]);
/// let rest = run.finish().unwrap();
/// assert_eq!((rest.loss, w.gradient(&rest.gradients).unwrap().item()), (8.09375, 6.1875));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "truncated back-propagation through time")]
pub struct Tbptt {
    k1: usize,
    k2: usize,
}

/// A window without steps was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("tbptt: k1 is {k1} and k2 is {k2}, both must be at least 1")]
pub struct EmptyWindow {
    /// The steps from one backward pass to the next.
    pub k1: usize,
    /// The steps that a backward pass goes back.
    pub k2: usize,
}

impl Tbptt {
    /// A backward pass after every `k1` steps, over the last `k2`.
    ///
    /// A number that is never reached, as [`usize::MAX`], stands for the whole stream: as `k2` no state is ever held constant, and as both there
    /// is one window, that of [`Run::finish`], which is back-propagation through time without truncation. Memory is bounded no longer.
    ///
    /// # Errors
    /// If one of them is 0.
    pub fn new(k1: usize, k2: usize) -> Result<Self, EmptyWindow> {
        if k1 == 0 || k2 == 0 { Err(EmptyWindow { k1, k2 }) } else { Ok(Tbptt { k1, k2 }) }
    }

    /// The steps from one backward pass to the next.
    pub fn k1(&self) -> usize {
        self.k1
    }

    /// The steps that a backward pass goes back.
    pub fn k2(&self) -> usize {
        self.k2
    }

    /// Begins a stream in this state.
    #[must_use]
    pub fn start<T: Real, S: State<T>>(self, state: S) -> Run<T, S> {
        Run::new(self, state)
    }
}
