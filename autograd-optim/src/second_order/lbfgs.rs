//! `Lbfgs`: steps scaled by the curvature along the steps before.

mod memory;
mod state;
#[cfg(test)]
mod tests;

use super::line_search::{Line, LineSearch};
use super::space::{Evaluation, Space};
use super::vector::{dot, max_abs, scaled, sum_abs};
use crate::group::{IntoParameters, Named, extend};
#[cfg(test)]
use crate::laws::{Cases, Checked, Task::*, flag, number};
use crate::{Error, OptimizerState, check};
use autograd_core::{Gradients, Real, Var};
use autograd_nn::Parameter;
use memory::Memory;
use serde::{Deserialize, Serialize};

const NAME: &str = "lbfgs";

/// The settings of [`Lbfgs`]; a number alone is the learning rate. The default is PyTorch's: without a line search.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LbfgsOptions {
    /// The learning rate: the length that is tried first, in units of the direction.
    pub lr: f64,
    /// The most iterations of a step.
    pub max_iter: usize,
    /// A step ends once the loss was evaluated this often; `None` for 5/4 of `max_iter`.
    pub max_eval: Option<usize>,
    /// A step ends where no element of the gradient is larger.
    pub tolerance_grad: f64,
    /// A step ends after an iteration that changed the loss, or each element of the parameters, by no more.
    pub tolerance_change: f64,
    /// The number of iterations that are remembered.
    pub history_size: usize,
    /// How far an iteration goes.
    pub line_search: LineSearch,
    /// Whether steps go uphill.
    pub maximize: bool,
}

impl Default for LbfgsOptions {
    fn default() -> Self {
        LbfgsOptions {
            lr: 1.0,
            max_iter: 20,
            max_eval: None,
            tolerance_grad: 1e-7,
            tolerance_change: 1e-9,
            history_size: 100,
            line_search: LineSearch::Fixed,
            maximize: false,
        }
    }
}

impl From<f64> for LbfgsOptions {
    fn from(lr: f64) -> Self {
        LbfgsOptions { lr, ..LbfgsOptions::default() }
    }
}

impl LbfgsOptions {
    fn check(&self) -> Result<(), Error> {
        check::not_negative(NAME, "lr", self.lr)?;
        let counts =
            [("max_iter", Some(self.max_iter)), ("max_eval", self.max_eval), ("history_size", Some(self.history_size))];
        for (option, count) in counts {
            check::option(NAME, option, 0.0, "at least 1", count != Some(0))?;
        }
        check::not_negative(NAME, "tolerance_grad", self.tolerance_grad)?;
        check::not_negative(NAME, "tolerance_change", self.tolerance_change)
    }

    fn max_eval(&self) -> usize {
        self.max_eval.unwrap_or(self.max_iter.saturating_mul(5) / 4)
    }
}

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
/// As PyTorch's, to the order of evaluations (Liu and Nocedal 1989; Nocedal and Wright 2006, algorithms 7.4 and 7.5). [`LineSearch::Fixed`] is
/// PyTorch's `line_search_fn=None`, [`LineSearch::StrongWolfe`] its `"strong_wolfe"`, which is what to use where the loss has no noise.
/// [`LineSearch::Armijo`] is there as well.
///
/// Unlike other optimisers it evaluates the loss itself, several times in a step:
///
/// - The parameters end at the best point of the last search, never at a trial that was worse than the start.
/// - The strong Wolfe search never lets go of a point that has decreased the loss enough; PyTorch's may, if it tries one far away.
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
/// let loss = || (hours.matmul(&weight.var()) + bias.var()).binary_cross_entropy_with_logits(&passed, Default::default());
///
/// let options = LbfgsOptions { line_search: LineSearch::StrongWolfe, ..Default::default() };
/// let mut optimizer = Lbfgs::new(vec![weight.clone(), bias.clone()], options)?;
/// let report = optimizer.step(&loss)?; // one step is enough
/// assert!((report.loss - 2f64.ln()).abs() < 1e-12); // nothing is known before
///
/// let gradients = loss().backward();
/// assert!(weight.gradient(&gradients).unwrap().item().abs() < 1e-6);
/// assert!(bias.gradient(&gradients).unwrap().item().abs() < 1e-6);
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

/// A step under way.
struct Descent<'a, T: Real> {
    options: &'a LbfgsOptions,
    space: &'a Space<'a, T>,
    sign: f64,
    evaluations: usize,
    iterations: usize,
}

impl<T: Real> Descent<'_, T> {
    /// Iterates from a first evaluation until something ends it. The order of the questions is PyTorch's.
    fn run(
        &mut self,
        first: Evaluation<T>,
        memory: &mut Memory<T>,
        evaluate: &mut dyn FnMut() -> Result<Evaluation<T>, Error>,
    ) -> Result<LbfgsStop, Error> {
        let &LbfgsOptions { lr, max_iter, tolerance_grad, tolerance_change, history_size, line_search, .. } =
            self.options;
        let max_eval = self.options.max_eval();
        let mut at = first;
        if max_abs(&at.gradient) <= tolerance_grad {
            return Ok(LbfgsStop::Gradient);
        }
        loop {
            self.iterations += 1;
            let mut t = lr;
            if memory.is_fresh() {
                // The first direction is the gradient, whose size says nothing about the distance.
                t *= (1.0 / sum_abs(&at.gradient)).min(1.0);
            }
            let d = memory.direction(&at.gradient, history_size);
            let slope = dot(&at.gradient, &d);
            if slope > -tolerance_change || slope.is_nan() {
                return Ok(LbfgsStop::Slope);
            }
            let before = at.loss;
            if line_search == LineSearch::Fixed && self.iterations == max_iter {
                // The next step evaluates the loss here, maybe on another batch.
                self.space.advance(t, &d);
            } else {
                let more = max_eval.saturating_sub(self.evaluations);
                let line = Line { space: self.space, start: &at, d: &d, t, more, tolerance_change };
                let found = line_search.run(&line, evaluate)?;
                self.evaluations += found.evaluations;
                t = found.trial.t;
                at = Evaluation { loss: found.trial.loss, gradient: found.trial.gradient };
                self.space.check(&at, self.sign)?;
            }
            let step = scaled(&d, t);
            let farthest = max_abs(&step);
            memory.moved(step);
            if self.iterations >= max_iter {
                return Ok(LbfgsStop::Iterations);
            }
            if self.evaluations >= max_eval {
                return Ok(LbfgsStop::Evaluations);
            }
            if max_abs(&at.gradient) <= tolerance_grad {
                return Ok(LbfgsStop::Gradient);
            }
            if farthest <= tolerance_change || (at.loss - before).abs() < tolerance_change {
                return Ok(LbfgsStop::Change);
            }
        }
    }
}

#[cfg(test)]
impl Checked for LbfgsOptions {
    fn cases() -> Cases {
        let plain = LbfgsOptions::default();
        let wolfe = LbfgsOptions { line_search: LineSearch::StrongWolfe, ..plain };
        let make = |options| move |parameters| Ok(Box::new(Lbfgs::<f64>::new(parameters, options)?) as _);
        let read = move |parameters, settings: &serde_json::Value| {
            let or = |name, default| if settings[name].is_null() { default } else { number(settings, name) };
            let options = LbfgsOptions {
                lr: or("lr", 1.0),
                max_iter: or("max_iter", 20.0) as usize,
                max_eval: settings["max_eval"].as_u64().map(|count| count as usize),
                history_size: or("history_size", 100.0) as usize,
                line_search: if settings["line_search_fn"].is_null() {
                    LineSearch::Fixed
                } else {
                    LineSearch::StrongWolfe
                },
                maximize: flag(settings, "maximize"),
                ..plain
            };
            Box::new(Lbfgs::new(parameters, options).expect("good settings")) as _
        };
        let refuses = |options: LbfgsOptions| move || Lbfgs::<f64>::new(vec![Parameter::new([1.0])], options).map(drop);
        Cases::evaluating(make(wolfe), [Quadratic(1), Rosenbrock(3, 1e-9), Network(2)])
            .case_of(make(LbfgsOptions { lr: 0.5, ..plain }), [Quadratic(2)])
            .case_of(make(LbfgsOptions { max_iter: 3, history_size: 2, ..wolfe }), [Quadratic(4), Rosenbrock(30, 1e-8)])
            .case_of(
                make(LbfgsOptions { line_search: LineSearch::Armijo, history_size: 4, ..plain }),
                [Quadratic(1), Rosenbrock(4, 1e-9)],
            )
            .path_of("lbfgs", read)
            .path_of("lbfgs_plain", read)
            .path_of("lbfgs_two", read)
            .path_of("lbfgs_converges", read)
            .path_of("lbfgs_maximize", read)
            .refuses_to(
                refuses(LbfgsOptions { lr: -1.0, ..plain }),
                "lbfgs: lr is -1, it must be a number that is not negative",
            )
            .refuses_to(refuses(LbfgsOptions { max_iter: 0, ..plain }), "lbfgs: max_iter is 0, it must be at least 1")
            .refuses_to(
                refuses(LbfgsOptions { max_eval: Some(0), ..plain }),
                "lbfgs: max_eval is 0, it must be at least 1",
            )
            .refuses_to(
                refuses(LbfgsOptions { history_size: 0, ..plain }),
                "lbfgs: history_size is 0, it must be at least 1",
            )
            .refuses_to(
                refuses(LbfgsOptions { tolerance_grad: f64::NAN, ..plain }),
                "lbfgs: tolerance_grad is NaN, it must be a number that is not negative",
            )
            .refuses_to(
                refuses(LbfgsOptions { tolerance_change: -1e-9, ..plain }),
                "lbfgs: tolerance_change is -0.000000001, it must be a number that is not negative",
            )
    }
}
