//! `NewtonCg`: Newton's steps, from products with the Hessian.

#[cfg(test)]
mod cases;
mod hessian;
mod options;
#[cfg(test)]
mod tests;

pub use options::{Forcing, NewtonCgOptions};

use super::line_search::Line;
use super::space::{Evaluation, Space};
use super::vector::{add_scaled, dot, scaled};
use crate::group::{IntoParameters, Named, extend};
use crate::{Error, OptimizerState};
use autograd_core::{Real, Var};
use autograd_nn::Parameter;
use hessian::Hessian;

const NAME: &str = "newton_cg";

/// Newton's method with conjugate gradients: few steps, each of which knows the curvature in all directions.
///
/// ```text
/// solve (H + damping · I) d = -g     by conjugate gradients, until the residual is below forcing · |g|,
///                                    or a direction with curvature ≤ 0 comes up: then d is what was found before, -g at first
/// w ← w + t d                        t from the line search, which tries lr first
/// ```
///
/// The line search Newton-CG method of Nocedal and Wright 2006, algorithm 7.1, with the treatment of negative curvature of Dembo and Steihaug
/// 1983. PyTorch has no such optimiser. The products `H v` are derivatives of the recorded gradient (Pearlmutter 1994), exact, at about twice
/// the price of a gradient; the Hessian itself is never formed, so that a model may have many parameters.
///
/// A step evaluates the loss once to record it, and then at each trial of the line search; what holds of trials, errors and frozen parameters
/// in [`Lbfgs`](crate::Lbfgs) holds here too. Where the gradient is zero a step does nothing, at a saddle as well.
///
/// Remembers nothing.
///
/// Fits an exponential decay `a · exp(-b t)`:
///
/// ```
/// use autograd_core::{Tensor, Var};
/// use autograd_nn::Parameter;
/// use autograd_optim::NewtonCg;
///
/// let t = Tensor::from([0.0f64, 0.5, 1.0, 1.5, 2.0, 2.5]);
/// let measured = t.map(|t| 3.0 * (-0.7 * t).exp());
/// let (a, b) = (Parameter::new([1.0]), Parameter::new([0.1]));
/// let loss = || (a.var() * (-b.var() * Var::constant(&t)).exp() - Var::constant(&measured)).square().sum();
///
/// let mut optimizer = NewtonCg::new(vec![a.clone(), b.clone()], 1.0)?;
/// let mut steps = 0;
/// while optimizer.step(&loss)?.gradient_norm > 1e-9 {
///     steps += 1;
/// }
/// assert!(steps < 15, "{steps} steps");
/// assert!((a.value().item() - 3.0).abs() < 1e-8 && (b.value().item() - 0.7).abs() < 1e-8);
/// # Ok::<(), autograd_optim::Error>(())
/// ```
#[doc(alias = "Newton")]
#[doc(alias = "truncated Newton")]
#[doc(alias = "Hessian-free")]
pub struct NewtonCg<T: Real = f32> {
    options: NewtonCgOptions,
    all: Vec<Named<T>>,
}

/// What a step of [`NewtonCg`] came to.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct NewtonCgReport {
    /// The loss before the step.
    pub loss: f64,
    /// The length of the gradient before the step.
    pub gradient_norm: f64,
    /// The number of products with the Hessian.
    pub products: usize,
    /// Whether a direction came up along which the loss curves downwards, or not at all.
    pub negative_curvature: bool,
    /// The number of evaluations of the loss, the first included.
    pub evaluations: usize,
    /// How far the step went, in units of its direction; 0 if the search found no better point.
    pub step: f64,
}

impl<T: Real> NewtonCg<T> {
    /// An optimiser of these parameters: of a module, `&model`, or of a list.
    ///
    /// # Errors
    /// If a setting makes no sense, there is no parameter, or one is listed twice.
    pub fn new(parameters: impl IntoParameters<T>, options: impl Into<NewtonCgOptions>) -> Result<Self, Error> {
        let (options, mut all) = (options.into(), Vec::new());
        options.check()?;
        extend(&mut all, parameters.into_parameters())?;
        Ok(NewtonCg { options, all })
    }

    /// Takes one step down the loss that `loss` computes at the parameters of the moment, by ops that can be differentiated twice.
    ///
    /// # Errors
    /// If the loss or a gradient is not finite at the start, or, without a line search, at the end. The parameters are then as before.
    ///
    /// # Panics
    /// If the loss is not a single number, or no parameter that is not frozen leads to it.
    pub fn step(&mut self, mut loss: impl FnMut() -> Var<T>) -> Result<NewtonCgReport, Error> {
        let space = Space::of(&self.all);
        let start = space.start();
        let (at, hessian) = Hessian::record(&space, &loss());
        space.check(&at, 1.0)?;
        let gradient_norm = dot(&at.gradient, &at.gradient).sqrt();
        let (loss_before, mut evaluations, mut step) = (at.loss, 1, 0.0);
        let Direction { d, products, negative_curvature } = self.direction(&at.gradient, gradient_norm, &hessian);
        // The graph has served; its memory is for those of the trials.
        drop(hessian);
        if dot(&at.gradient, &d) < 0.0 {
            let NewtonCgOptions { lr, line_search, max_eval, .. } = self.options;
            let line = Line { space: &space, start: &at, d: &d, t: lr, more: max_eval - 1, tolerance_change: 0.0 };
            let found = line_search.run(&line, &mut || {
                let loss = loss();
                space.evaluation(loss.item().as_f64(), &loss.backward(), 1.0)
            })?;
            let reached = Evaluation { loss: found.trial.loss, gradient: found.trial.gradient };
            space.check(&reached, 1.0)?;
            (evaluations, step) = (1 + found.evaluations, found.trial.t);
        }
        start.leave();
        Ok(NewtonCgReport { loss: loss_before, gradient_norm, products, negative_curvature, evaluations, step })
    }

    /// Solves Newton's equation as exactly as is asked for (Nocedal and Wright 2006, algorithm 7.1, its inner loop).
    fn direction(&self, gradient: &[T], norm: f64, hessian: &Hessian<'_, T>) -> Direction<T> {
        let NewtonCgOptions { max_cg, forcing, damping, .. } = self.options;
        let tolerance = forcing.share(norm).max(T::epsilon().as_f64()) * norm;
        let downhill = scaled(gradient, -1.0);
        let (mut solution, mut residual, mut d) =
            (vec![T::zero(); gradient.len()], gradient.to_vec(), downhill.clone());
        let (mut square, mut products, mut negative_curvature) = (norm * norm, 0, false);
        while products < max_cg && square.sqrt() > tolerance {
            let mut product = hessian.times(&d);
            add_scaled(&mut product, damping, &d);
            products += 1;
            let curvature = dot(&d, &product);
            if curvature <= 0.0 || curvature.is_nan() {
                negative_curvature = true;
                break;
            }
            let alpha = square / curvature;
            add_scaled(&mut solution, alpha, &d);
            add_scaled(&mut residual, alpha, &product);
            let before = std::mem::replace(&mut square, dot(&residual, &residual));
            d = scaled(&d, square / before);
            add_scaled(&mut d, -1.0, &residual);
        }
        // Zero if the first direction had no curvature; no number if the curvature is too small to divide by.
        let slope = dot(gradient, &solution);
        let usable = slope < 0.0 && slope.is_finite();
        Direction { d: if usable { solution } else { downhill }, products, negative_curvature }
    }

    /// The settings.
    pub fn options(&self) -> &NewtonCgOptions {
        &self.options
    }

    /// Changes the settings.
    ///
    /// # Errors
    /// If one makes no sense; the old ones stay then.
    pub fn set_options(&mut self, options: NewtonCgOptions) -> Result<(), Error> {
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
        self.set_options(NewtonCgOptions { lr, ..self.options })
    }

    /// Each parameter with its name.
    pub fn parameters(&self) -> Vec<(String, Parameter<T>)> {
        self.all.iter().map(|named| (named.name.clone(), named.parameter.clone())).collect()
    }

    /// All that the steps to come depend on besides parameters and loss: the settings.
    pub fn state(&self) -> OptimizerState {
        OptimizerState::new(NAME, &[&self.options])
    }

    /// Goes on from a state.
    ///
    /// # Errors
    /// If it is that of another optimiser. Nothing has changed then.
    pub fn load_state(&mut self, state: &OptimizerState) -> Result<(), Error> {
        let settings = state.settings_with(NAME, 1, NewtonCgOptions::check)?;
        state.check_names(std::iter::empty())?;
        self.options = settings[0];
        Ok(())
    }
}

/// A direction, and what it took to find it.
struct Direction<T> {
    d: Vec<T>,
    products: usize,
    negative_curvature: bool,
}
