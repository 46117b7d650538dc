//! Optimisers: they take [`Gradients`](autograd_core::Gradients) and give parameters new values. They know nothing of graphs.
//!
//! An [`Optimizer`] is made from the parameters it is to change and its options, one file each: [`Sgd`], [`Adam`]. Defaults are PyTorch's.
//! A step checks each gradient before it changes anything, so that no step is done by half.
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

mod adam;
mod error;
mod optimizer;
mod sgd;

pub use adam::{Adam, AdamOptions, AdamState};
pub use error::Error;
pub use optimizer::Optimizer;
pub use sgd::{Sgd, SgdOptions};
