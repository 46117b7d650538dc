//! A define-by-run automatic differentiation engine and neural-network library for the CPU.
//!
//! This package only gathers the others under one name: [`Tensor`], [`Var`] and the graph from `autograd-core`, the modules and layers of
//! [`nn`], the optimisers of [`optim`]. The [`prelude`] holds what most programs name.
//!
//! ```
//! use autograd::prelude::*;
//!
//! #[derive(Module)]
//! struct Mlp {
//!     hidden: Linear,
//!     out: Linear,
//! }
//!
//! impl Forward for Mlp {
//!     fn forward(&self, x: &Var) -> Var {
//!         self.out.forward(&self.hidden.forward(x).tanh())
//!     }
//! }
//!
//! // The exclusive or, which no linear map computes.
//! let x = Var::constant([[0.0f32, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]);
//! let truth = Tensor::from([0i64, 1, 1, 0]);
//!
//! let mut generator = Generator::seed(1);
//! let mlp = Mlp { hidden: Linear::new(2, 8, &mut generator), out: Linear::new(8, 2, &mut generator) };
//! let mut adam = Adam::new(&mlp, 0.05)?;
//! for _ in 0..200 {
//!     let loss = mlp.forward(&x).cross_entropy(&truth);
//!     adam.step(&loss.backward())?;
//! }
//! assert_eq!(no_grad(|| mlp.forward(&x)).value().argmax(1), truth);
//! # Ok::<(), autograd::optim::Error>(())
//! ```

pub use autograd_core::*;
pub use autograd_optim as optim;

/// Modules, parameters, layers, first values, gradients, saving and data: the crate `autograd-nn`.
pub mod nn {
    // The derive of the same name, which looks for the trait here instead of in `autograd_nn`.
    pub use autograd_derive::FacadeModule as Module;
    pub use autograd_nn::*;
}

/// What most programs name: `use autograd::prelude::*`.
pub mod prelude {
    pub use crate::nn::{
        Buffer, Counter, Forward, KeyStream, Module, PadMode, Padding, Parameter, Tbptt, Training, clip_grad_norm,
        clip_grad_value, init, unreached,
    };
    pub use autograd_core::ops::{BinaryCrossEntropyOptions, CrossEntropyOptions, Reduction};
    pub use autograd_core::{
        Axes, Generator, Gradients, Key, Real, Shape, Tensor, Var, grad, no_grad, s, with_threads,
    };
    pub use autograd_nn::layers::{
        activation::*, attention::*, container::*, conv::*, dropout::*, embedding::*, linear::*, loss::*, norm::*,
        pool::*, recurrent::*, resample::*, transformer::*,
    };
    pub use autograd_nn::state::{Checkpoint, StateDict, Strictness};
    pub use autograd_optim::{
        Adam, AdamOptions, AdamW, AdamWOptions, Ema, Optimizer, Resume, Scheduler, Sgd, SgdOptions, schedules::*,
    };
}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

#[cfg(doctest)]
#[doc = include_str!("../docs/from-pytorch.md")]
struct FromPyTorch;
