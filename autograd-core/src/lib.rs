//! A define-by-run engine for reverse-mode automatic differentiation on the CPU.
//!
//! In reading order:
//!
//! 1. [`Tensor`] is an n-dimensional array with value semantics. It knows nothing of gradients.
//! 2. [`Var`] is a tensor and, if it was computed from a leaf, the [node](graph) that remembers how.
//! 3. [`ops`] holds each differentiable operation, one file each; [`Op`] is the contract they satisfy, and [`Composite`] that of
//!    those with several results or a fused rule.
//! 4. [`Var::backward`] walks the graph from the result to the leaves and returns [`Gradients`].
//! 5. [`grad`] gives gradients that are recorded themselves, so that they can be differentiated again.
//! 6. [`no_grad`], [`detect_anomaly`] and [`with_threads`] set how a piece of work runs.
//! 7. `testing` (a feature) checks the gradients of your own functions as this crate checks its own.
//!
//! ```
//! use autograd_core::Var;
//! let x = Var::leaf([1.0, 2.0, 3.0]);
//! let w = Var::leaf([0.5, -1.0, 2.0]);
//! let loss = (&x * &w).sum();
//! assert_eq!(loss.item(), 4.5);
//! let gradients = loss.backward();
//! assert_eq!(gradients.get(&w).unwrap().to_vec(), [1.0, 2.0, 3.0]); // the mul gate switches: dw = x
//! ```

mod address;
mod composite;
mod count;
mod custom;
mod error;
pub mod functional;
pub mod graph;
mod memory;
mod op;
pub mod ops;
mod parallel;
mod shared;
pub mod tensor;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod var;

pub(crate) use autograd_kernel as kernel;
pub use autograd_kernel::list::List;
pub use autograd_kernel::prefetch::prefetch;
pub use composite::{Composite, Operands, RegisteredComposite, Results, custom_composite};
pub use custom::custom;
pub use error::{Error, Mismatch, refuse};
pub use functional::{grad, grad_with};
pub use graph::{Gradients, blame, detect_anomaly, in_layer, no_grad};
pub use op::{Any, Arity, Fixed, In, Op, Registered, Save, Saved};
pub use parallel::{for_each_part, with_threads};
pub use tensor::{Axes, AxisIndex, AxisSlice, Element, Generator, Key, Real, Shape, Tensor};
pub use var::Var;
