//! Optimisers: they take [`Gradients`](autograd_core::Gradients) and give parameters new values. They know nothing of graphs.
//!
//! An [`Optimizer`] is made from a module, `&model`, or a list of parameters, and its settings. Defaults are PyTorch's. A step checks each
//! gradient before it changes anything, so that no step is done by half, and then walks over all parameters once.
//!
//! In reading order: [`Rule`] is what the optimisers have of their own, one file each; [`Stepper`] applies it; [`OptimizerState`] is what is
//! saved, [`Resume`] brings it into a checkpoint from which training goes on exactly, and [`Checkpoints`] keeps the last few. [`Lbfgs`] and
//! [`NewtonCg`], which learn about the curvature, evaluate the loss several times in a step; they take it as a closure.
//! The page of [`rules`] says which to choose when, that of [`search`] how their settings are found.
//!
//! Around them: [`schedules`] of the learning rate, which a [`Scheduler`] applies; averages of the weights, [`Ema`], [`Swa`] and, within an
//! optimiser, [`Lookahead`]; [`Accumulation`] of gradients over micro-batches.
//!
//! ```
//! use autograd_nn::Parameter;
//! use autograd_optim::{Optimizer, Sgd, SgdOptions};
//!
//! let x = Parameter::new([3.0f64, -2.0]);
//! let options = SgdOptions { lr: 0.1, momentum: 0.5, ..SgdOptions::default() };
//! let mut optimizer = Sgd::new(vec![x.clone()], options)?;
//! for _ in 0..100 {
//!     let loss = (x.var() * x.var()).sum();
//!     optimizer.step(&loss.backward())?;
//! }
//! assert!(x.value().to_vec().iter().all(|x| x.abs() < 1e-6));
//! # Ok::<(), autograd_optim::Error>(())
//! ```

mod accumulation;
mod averaging;
pub mod check;
mod checkpoint;
mod error;
mod group;
#[cfg(test)]
mod laws;
mod lookahead;
mod memory;
mod norm;
mod optimizer;
mod part;
mod pytorch;
mod register;
mod rule;
pub mod rules;
pub mod schedules;
pub mod search;
mod second_order;
mod state;
mod stepper;

pub use accumulation::Accumulation;
pub use averaging::*;
pub use checkpoint::{Checkpoints, FoundCheckpoint, Resume, ResumeError};
pub use error::Error;
pub use group::IntoParameters;
pub use lookahead::{Lookahead, LookaheadOptions};
pub use memory::Memory;
pub use optimizer::Optimizer;
pub use part::Part;
pub use rule::Rule;
#[doc(inline)]
pub use rules::*;
#[doc(inline)]
pub use schedules::{ReduceLrOnPlateau, Schedule, Scheduler};
pub use second_order::*;
pub use state::OptimizerState;
pub use stepper::Stepper;
