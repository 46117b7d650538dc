//! Modules, parameters and layers: networks, written as structs of what they consist of.
//!
//! In reading order:
//!
//! 1. A [`Parameter`] is a shared slot that holds a leaf; an optimiser gives it new values, a forward pass asks it for the current one.
//! 2. A [`Module`] shows its parameters under their names. `#[derive(Module)]` writes it for a struct of modules.
//! 3. [`Forward`] is a module from one variable to one, as it goes into [`Sequential`]; any other signature is a method of your own.
//! 4. The [`layers`] compose ops of `autograd_core`; there is no gradient rule in this crate.
//! 5. [`init`] draws first values from an explicit [`Generator`](autograd_core::Generator).
//! 6. [`clip_grad_norm`] bounds the gradients between the backward pass and the step of an optimiser; a [`GradientReport`] says what is
//!    wrong with them.
//! 7. [`Tbptt`] trains a recurrent network on a stream without end, by truncated back-propagation through time.
//! 8. [`state`] saves and loads: safetensors, checkpoints, the files of PyTorch and NumPy.
//!
//! `new` takes what a layer must know, methods change the rest: `Conv2d::new(3, 8, 3, &mut generator).stride(2)`. Activations with a setting are its
//! struct, `LeakyRelu { slope: 0.2 }`; options of losses, attention and transformers are values of their own, changed by methods,
//! `CrossEntropyOptions::new().label_smoothing(0.1)`; those of optimisers are structs, `AdamWOptions { weight_decay: 0.1, ..1e-3.into() }`.
//!
//! ```
//! use autograd_core::{Generator, Var};
//! use autograd_nn::{Forward, Linear, Module};
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
//! let mut generator = Generator::seed(1);
//! let mlp = Mlp { hidden: Linear::new(2, 8, &mut generator), out: Linear::new(8, 1, &mut generator) };
//! let names: Vec<String> = mlp.named_parameters().into_iter().map(|(name, _)| name).collect();
//! assert_eq!(names, ["hidden.weight", "hidden.bias", "out.weight", "out.bias"]);
//! let gradients = mlp.forward(&Var::constant([[1.0f32, -1.0]])).sum().backward();
//! assert_eq!(mlp.out.bias.as_ref().unwrap().gradient(&gradients).unwrap().to_vec(), [1.0]);
//! ```

// The derived code names this crate; inside, too, it must be found under that name.
extern crate self as autograd_nn;

pub mod data;
mod gradients;
pub mod init;
pub mod layers;
mod module;
mod parameter;
mod refuse;
pub mod state;
mod table;
pub mod tbptt;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use autograd_core::Real;
pub use autograd_core::ops::{PadMode, Padding};
pub use autograd_derive::Module;
pub use gradients::{
    ClipError, ClipNorm, GradientNoise, GradientReport, GradientRow, GradientState, clip_grad_adaptive, clip_grad_norm,
    clip_grad_norm_of, clip_grad_value, clip_grad_value_of, grad_norm, grad_norm_of,
};
pub use layers::*;
pub use module::{
    Buffer, Counter, Forward, KeyStream, Module, ModuleRef, Observation, Part, Summary, SummaryRow, Training, Visitor,
    functional_call, observe, observed, unreached,
};
pub use parameter::{Parameter, ParameterGuard};
pub use tbptt::Tbptt;
