//! `Optimizer`: what gives parameters new values.

use crate::{Error, OptimizerState};
use autograd_core::{Gradients, Real};
use autograd_nn::Parameter;

/// What gives parameters new values from their gradients.
///
/// Nothing is done by half: a step that is refused has changed nothing.
pub trait Optimizer<T: Real = f32> {
    /// Takes one step. Parameters that are frozen or that no gradient reached stay as they are, be it all of them, as with the gradients of another
    /// model's loss; [`unreached`](autograd_nn::unreached) names them.
    ///
    /// # Errors
    /// If a gradient holds NaN or infinity. No parameter has changed then.
    fn step(&mut self, gradients: &Gradients<T>) -> Result<(), Error> {
        self.step_scaled(gradients, 1.0)
    }

    /// Takes one step with all gradients multiplied by `scale`: the mean over micro-batches whose gradients were added, the way back from a
    /// scaled loss.
    ///
    /// # Errors
    /// If a gradient or the scale is NaN or infinite. No parameter has changed then.
    fn step_scaled(&mut self, gradients: &Gradients<T>, scale: f64) -> Result<(), Error>;

    /// Takes one step with the gradients clipped: scaled so that their norm over all parameters of this optimiser is at most `max_norm`.
    /// Returns the norm before.
    ///
    /// As [`clip_grad_norm`](autograd_nn::clip_grad_norm) and [`step`](Optimizer::step), without a pass of its own.
    ///
    /// # Errors
    /// If a gradient is not finite or the bound is negative or NaN. No parameter has changed then.
    fn step_clipped(&mut self, gradients: &Gradients<T>, max_norm: f64) -> Result<f64, Error>;

    /// The number of groups of parameters, each with its own settings.
    fn groups(&self) -> usize;

    /// The learning rate of a group.
    ///
    /// # Panics
    /// If there is no such group.
    fn group_lr(&self, group: usize) -> f64;

    /// Sets the learning rate of a group for the steps that follow, as a schedule does.
    ///
    /// # Errors
    /// If it is negative or not finite; the old one stays then.
    ///
    /// # Panics
    /// If there is no such group.
    fn set_group_lr(&mut self, group: usize, lr: f64) -> Result<(), Error>;

    /// The learning rate of the first group.
    fn lr(&self) -> f64 {
        self.group_lr(0)
    }

    /// Sets the learning rate of all groups.
    ///
    /// # Errors
    /// If it is negative or not finite; the old ones stay then.
    fn set_lr(&mut self, lr: f64) -> Result<(), Error> {
        (0..self.groups()).try_for_each(|group| self.set_group_lr(group, lr))
    }

    /// Each parameter with its name, group by group.
    fn parameters(&self) -> Vec<(String, Parameter<T>)>;

    /// All that the steps to come depend on besides parameters and gradients.
    fn state(&self) -> OptimizerState;

    /// Goes on from a state.
    ///
    /// # Errors
    /// If it is that of another optimiser or of other parameters. Nothing has changed then.
    fn load_state(&mut self, state: &OptimizerState) -> Result<(), Error>;
}
