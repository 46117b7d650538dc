//! The layers, one a file. Each only composes ops of `autograd_core`, whose laws are proven there.

mod activation;
mod conv2d;
mod flatten;
mod linear;
mod pool2d;
mod sequential;

pub use activation::{LeakyRelu, LogSoftmax, Relu, Sigmoid, Softmax, Tanh};
pub use conv2d::Conv2d;
pub use flatten::Flatten;
pub use linear::Linear;
pub use pool2d::{AvgPool2d, MaxPool2d};
pub use sequential::Sequential;
