//! The laws of layers, for ours and for yours.
//!
//! [`check`] puts each [`Case`] of a module through the laws: the shapes it promises, its parameters by name, gradients of inputs and
//! parameters of first and second order against difference quotients, every parameter reached, frozen parameters left alone, a round trip
//! through its state, training and evaluation, first values from the generator alone, its place in observations, and the errors of wrong
//! operands at the caller's line.
//!
//! ```
//! use autograd_core::Var;
//! use autograd_nn::testing::{Case, Cases, Checked, check};
//! use autograd_nn::{Forward, Linear, Module, Real, observed};
//!
//! /// Two layers with a branch around them.
//! #[derive(Module)]
//! struct Block<T: Real> {
//!     first: Linear<T>,
//!     second: Linear<T>,
//! }
//!
//! impl<T: Real> Forward<T> for Block<T> {
//!     fn forward(&self, x: &Var<T>) -> Var<T> {
//!         observed(self, x + self.second.forward(&self.first.forward(x).tanh()))
//!     }
//! }
//!
//! impl Checked for Block<f64> {
//!     fn cases() -> Cases<Self> {
//!         let block = |g: &mut _| Block { first: Linear::new(3, 4, g), second: Linear::new(4, 3, g) };
//!         Cases::new(Case::forward("plain", block, [2, 3]).output([2, 3]).state([
//!             "first.weight [4, 3]",
//!             "first.bias [4]",
//!             "second.weight [3, 4]",
//!             "second.bias [3]",
//!         ]))
//!     }
//! }
//!
//! check::<Block<f64>>();
//! ```

mod case;
mod laws;
mod refusal;

pub use case::{Case, Cases, Checked};
pub use laws::{Broken, check, try_check};
