//! The layers, a folder a family. Each only composes ops of `autograd_core`, whose laws are proven there.

mod prelude;
mod register;

pub mod activation;
pub mod attention;
pub mod container;
pub mod conv;
pub mod dropout;
pub mod embedding;
pub mod linear;
pub mod loss;
pub mod norm;
pub mod pool;
pub mod recurrent;
pub mod resample;
pub mod transformer;

pub use activation::*;
pub use attention::*;
pub use container::*;
pub use conv::*;
pub use dropout::*;
pub use embedding::*;
pub use linear::*;
pub use loss::*;
pub use norm::*;
pub use pool::*;
pub use recurrent::*;
pub use register::Registered;
pub(crate) use register::register;
pub use resample::*;
pub use transformer::*;
