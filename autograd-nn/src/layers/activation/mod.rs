//! Activations as layers, to stand in [`Sequential`](crate::Sequential); elsewhere the methods of `Var` say the same.

/// The forward pass of layers that are one expression of their operand.
macro_rules! forwards {
    ($($Layer:ident: |$layer:ident, $x:ident| $y:expr;)+) => {$(
        impl<T: Real> Forward<T> for $Layer {
            #[track_caller]
            fn forward(&self, $x: &Var<T>) -> Var<T> {
                let $layer = self;
                report(self, $y)
            }
        }
    )+};
}

/// The cases of layers that keep the shape and refuse nothing. The operand has elements on both sides of 0, ±0.5, ±1, ±3 and 6, where the
/// activations of straight lines have their kinks, and none closer than 0.2 to one.
#[cfg(test)]
macro_rules! checked {
    ($($Layer:ident: $name:literal => $layer:expr $(, $other_name:literal => $other:expr)*;)+) => {$(
        impl Checked for $Layer {
            fn cases() -> Cases<Self> {
                let case = |name, layer: $Layer| {
                    Case::new(name, move |_| layer, |layer, x| vec![layer.forward(&x[0])])
                        .input_between([3, 4], -4.0, 8.0)
                        .output([3, 4])
                };
                Cases::new(case($name, $layer))$(.case(case($other_name, $other)))*
            }
        }
    )+};
}

mod along_axis;
mod choice;
mod piecewise;
mod prelu;
mod rectifier;
mod smooth;

pub use choice::UnknownActivation;

super::register! {
    rectifier::Relu,
    rectifier::Relu6,
    rectifier::LeakyRelu,
    rectifier::Elu,
    rectifier::Celu,
    rectifier::Selu,
    prelu::PRelu<T>,
    smooth::Sigmoid,
    smooth::LogSigmoid,
    smooth::Tanh,
    smooth::Softplus,
    smooth::Softsign,
    smooth::Gelu,
    smooth::GeluTanh,
    smooth::Silu,
    smooth::Mish,
    piecewise::HardSigmoid,
    piecewise::HardSwish,
    piecewise::HardTanh,
    piecewise::Softshrink,
    piecewise::HardShrink,
    piecewise::Tanhshrink,
    piecewise::Threshold,
    along_axis::Softmax,
    along_axis::LogSoftmax,
    along_axis::Softmin,
    along_axis::Maxout,
    along_axis::Glu,
    choice::Activation,
}
