//! `Lbfgs`: steps scaled by the curvature along the steps before.

#[cfg(test)]
mod cases;
mod descent;
mod memory;
mod options;
mod state;
#[cfg(test)]
mod tests;

pub use options::LbfgsOptions;

use super::space::Space;
use crate::group::{IntoParameters, Named, extend};
use crate::{Error, OptimizerState};
use autograd_core::{Gradients, Real, Var};
use autograd_nn::Parameter;
use descent::Descent;
use memory::Memory;

const NAME: &str = "lbfgs";

/// The quasi-Newton method of Broyden, Fletcher, Goldfarb and Shanno with limited memory, for losses without noise: the whole data set, or a
/// large batch.
///
/// One step is up to `max_iter` iterations:
///
/// ```text
/// d ← -H g                    H from the last history_size pairs s, y: algorithm 7.4, begun with H₀ = (s·y / y·y) I
/// w ← w + t d                 t from the line search, which tries lr first; in the very first iteration lr · min(1, 1 / Σ|g|)
/// s, y ← t d, g_new - g       kept if s·y > 1e-10
/// ```
///
/// As PyTorch's, to the number of evaluations (Liu and Nocedal 1989; Nocedal and Wright 2006, algorithms 7.4 and 7.5).
/// [`LineSearch::Fixed`](crate::LineSearch::Fixed) is PyTorch's `line_search_fn=None`,
/// [`LineSearch::StrongWolfe`](crate::LineSearch::StrongWolfe) its `"strong_wolfe"`, which is what to use where the loss has no noise.
///
/// Unlike other optimisers it evaluates the loss itself, several times in a step:
///
/// - With a line search the parameters end at the best point that it found, never at a trial that was worse than the start. PyTorch's may let
///   go of such a point if a trial is far away, or the evaluations are used up.
/// - With a line search, a trial where loss or gradient is not finite has gone too far, and the next is nearer. PyTorch goes on with NaN.
/// - After an error or a panic within a step the parameters are where they were before it, and nothing is remembered of it.
/// - Frozen parameters stay out; if others are frozen than in the step before, the method begins anew. A parameter that no path reaches has
///   gradient zero.
///
/// Remembers the latest gradient and step (`prev_flat_grad`, `prev_step`) and the pairs (`old_stps`, `old_dirs`), of each parameter its part,
/// besides the numbers of iterations and evaluations.
///
/// Logistic regression, whose gradient vanishes at the best fit:
///
/// ```
/// use autograd_core::Var;
/// use autograd_nn::Parameter;
/// use autograd_optim::{Lbfgs, LbfgsOptions, LineSearch};
///
/// // Hours of study, and who passed.
/// let hours = Var::constant([[0.5f64], [1.0], [1.5], [2.0], [2.5], [3.0], [3.5], [4.0]]);
/// let passed = Var::constant([[0.0], [0.0], [1.0], [0.0], [1.0], [0.0], [1.0], [1.0]]);
/// let (weight, bias) = (Parameter::new([[0.0]]), Parameter::new([0.0]));
/// let logits = || hours.matmul(&weight.var()) + bias.var();
/// let loss = || logits().binary_cross_entropy_with_logits(&passed, Default::default());
///
/// let options = LbfgsOptions { line_search: LineSearch::StrongWolfe, ..Default::default() };
/// let mut optimizer = Lbfgs::new(vec![weight.clone(), bias.clone()], options)?;
/// let report = optimizer.step(&loss)?; // one step is enough
/// assert!((report.loss - 2f64.ln()).abs() < 1e-12); // nothing is known before
///
/// let gradients = loss().backward();
/// assert!(weight.gradient(&gradients).unwrap().item().abs() < 1e-4);
/// assert!(bias.gradient(&gradients).unwrap().item().abs() < 1e-4);
/// assert!(weight.value().item() > 1.0);
/// # Ok::<(), autograd_optim::Error>(())
/// ```
#[doc(alias = "LBFGS")]
#[doc(alias = "BFGS")]
#[doc(alias = "quasi-Newton")]
pub struct Lbfgs<T: Real = f32> {
    options: LbfgsOptions,
    all: Vec<Named<T>>,
    memory: Memory<T>,
}

/// What a step of [`Lbfgs`] came to.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct LbfgsReport {
    /// The loss before the step.
    pub loss: f64,
    /// The number of iterations.
    pub iterations: usize,
    /// The number of evaluations of the loss.
    pub evaluations: usize,
    /// Why it ended.
    pub stop: LbfgsStop,
}

/// Why a step of [`Lbfgs`] ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LbfgsStop {
    /// No element of the gradient is larger than `tolerance_grad`: a stationary point.
    Gradient,
    /// The loss or the parameters changed by no more than `tolerance_change`.
    Change,
    /// The direction leads downhill by no more than `tolerance_change`.
    Slope,
    /// After `max_iter` iterations.
    Iterations,
    /// After `max_eval` evaluations.
    Evaluations,
}

impl<T: Real> Lbfgs<T> {
    /// An optimiser of these parameters: of a module, `&model`, or of a list.
    ///
    /// # Errors
    /// If a setting makes no sense, there is no parameter, or one is listed twice.
    pub fn new(parameters: impl IntoParameters<T>, options: impl Into<LbfgsOptions>) -> Result<Self, Error> {
        let (options, mut all) = (options.into(), Vec::new());
        options.check()?;
        extend(&mut all, parameters.into_parameters())?;
        Ok(Lbfgs { options, all, memory: Memory::new() })
    }

    /// Takes one step, of several iterations, down the loss that `loss` computes at the parameters of the moment.
    ///
    /// # Errors
    /// If the loss or a gradient is not finite at the start, or, without a line search, later. Parameters and memory are then as before.
    ///
    /// # Panics
    /// As [`Var::backward`]: if the loss is not a single number, or no parameter that is not frozen leads to it.
    pub fn step(&mut self, mut loss: impl FnMut() -> Var<T>) -> Result<LbfgsReport, Error> {
        self.step_with(|| {
            let loss = loss();
            (loss.item().as_f64(), loss.backward())
        })
    }

    /// Takes one step with losses and gradients that `evaluate` computes itself at the parameters of the moment, as for a large batch in parts,
    /// whose gradients are [added](Gradients::accumulate).
    ///
    /// ```
    /// use autograd_nn::Parameter;
    /// use autograd_optim::Lbfgs;
    ///
    /// let w = Parameter::new([0.0]);
    /// let mut optimizer = Lbfgs::new(vec![w.clone()], 1.0)?;
    /// optimizer.step_with(|| {
    ///     let [first, second] = [1.0, 3.0].map(|target| (w.var() - target).square().sum());
    ///     let value = first.item() + second.item();
    ///     let mut gradients = first.backward();
    ///     gradients.accumulate(second.backward());
    ///     (value, gradients)
    /// })?;
    /// assert!((w.value().item() - 2.0f64).abs() < 1e-6);
    /// # Ok::<(), autograd_optim::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`step`](Lbfgs::step).
    pub fn step_with(&mut self, mut evaluate: impl FnMut() -> (f64, Gradients<T>)) -> Result<LbfgsReport, Error> {
        let space = Space::of(&self.all);
        let sign = if self.options.maximize { -1.0 } else { 1.0 };
        let mut evaluate = || {
            let (loss, gradients) = evaluate();
            space.evaluation(loss, &gradients, sign)
        };
        let mut memory = self.memory.for_step(&space);
        let start = space.start();
        let first = evaluate()?;
        space.check(&first, sign)?;
        let loss = first.loss * sign;
        let mut descent = Descent { options: &self.options, space: &space, sign, evaluations: 1, iterations: 0 };
        let stop = descent.run(first, &mut memory, &mut evaluate)?;
        let Descent { iterations, evaluations, .. } = descent;
        memory.evaluations += evaluations as u64;
        start.leave();
        self.memory = memory;
        Ok(LbfgsReport { loss, iterations, evaluations, stop })
    }

    /// The settings.
    pub fn options(&self) -> &LbfgsOptions {
        &self.options
    }

    /// Changes the settings.
    ///
    /// # Errors
    /// If one makes no sense; the old ones stay then.
    pub fn set_options(&mut self, options: LbfgsOptions) -> Result<(), Error> {
        options.check()?;
        self.options = options;
        Ok(())
    }

    /// The learning rate.
    pub fn lr(&self) -> f64 {
        self.options.lr
    }

    /// Sets the learning rate for the steps that follow.
    ///
    /// # Errors
    /// If it is negative or not finite; the old one stays then.
    pub fn set_lr(&mut self, lr: f64) -> Result<(), Error> {
        self.set_options(LbfgsOptions { lr, ..self.options })
    }

    /// The number of iterations in all steps so far.
    pub fn iterations(&self) -> u64 {
        self.memory.iterations
    }

    /// The number of evaluations of the loss in all steps so far.
    pub fn evaluations(&self) -> u64 {
        self.memory.evaluations
    }

    /// Each parameter with its name.
    pub fn parameters(&self) -> Vec<(String, Parameter<T>)> {
        self.all.iter().map(|named| (named.name.clone(), named.parameter.clone())).collect()
    }

    /// All that the steps to come depend on besides parameters and loss.
    pub fn state(&self) -> OptimizerState {
        let mut state = OptimizerState::new(NAME, &[&self.options]);
        self.memory.save(&self.all, &mut state);
        state
    }

    /// Goes on from a state.
    ///
    /// # Errors
    /// If it is that of another optimiser or of other parameters. Nothing has changed then.
    pub fn load_state(&mut self, state: &OptimizerState) -> Result<(), Error> {
        let settings = state.settings_with(NAME, 1, LbfgsOptions::check)?;
        let memory = Memory::load(&self.all, state)?;
        state.check_names(self.all.iter().map(|named| named.name.as_str()).chain(state::COUNTS))?;
        self.options = settings[0];
        self.memory = memory;
        Ok(())
    }
}
