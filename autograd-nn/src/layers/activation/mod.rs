//! Activations as layers.

mod activations;

super::register! {
    activations::Relu,
    activations::LeakyRelu,
    activations::Tanh,
    activations::Sigmoid,
    activations::Softmax,
    activations::LogSoftmax,
}
