//! The network: two convolutions and two linear layers, for pixels from 0 to 1, with a rectifier that can be exchanged.

use super::guided::guided_relu;
use autograd::prelude::*;

/// Mean and standard deviation of the pixels of MNIST.
const MEAN: f32 = 0.1307;
const STD: f32 = 0.3081;
/// Pixels that a unit of the second convolution sees in each direction, and how far its neighbour's begin from its own.
pub const FIELD: usize = 10;
pub const STRIDE: usize = 2;

/// How gradients pass the rectifiers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Backward {
    /// As they are.
    Gradient,
    /// By guided back-propagation.
    Guided,
}

/// A network that reads digits.
#[derive(Module)]
pub struct Reader {
    /// The filters of 5 × 5 pixels.
    pub conv1: Conv2d,
    conv2: Conv2d,
    fc1: Linear,
    fc2: Linear,
}

impl Reader {
    /// A network with random weights.
    pub fn new(generator: &mut Generator) -> Self {
        Reader {
            conv1: Conv2d::new(1, 16, 5, generator),
            conv2: Conv2d::new(16, 32, 3, generator),
            fc1: Linear::new(32 * 5 * 5, 100, generator),
            fc2: Linear::new(100, 10, generator),
        }
    }

    /// What the units of the second convolution answer, `[n, 1, 28, 28] -> [n, 32, 10, 10]`.
    pub fn units(&self, x: &Var, backward: Backward) -> Var {
        let relu = rectifier(backward);
        let x = (x - MEAN) / STD;
        let x = MaxPool2d::new([2, 2]).forward(&relu(&self.conv1.forward(&x))); // [n, 16, 12, 12]
        relu(&self.conv2.forward(&x))
    }

    /// A score for each digit, `[n, 1, 28, 28] -> [n, 10]`.
    pub fn scores(&self, x: &Var, backward: Backward) -> Var {
        let x = MaxPool2d::new([2, 2]).forward(&self.units(x, backward)); // [n, 32, 5, 5]
        let x = Flatten::default().forward(&x);
        self.fc2.forward(&rectifier(backward)(&self.fc1.forward(&x)))
    }

    /// The most likely digit of each image.
    pub fn read(&self, images: &Tensor) -> Tensor<i64> {
        no_grad(|| self.forward(&Var::constant(images))).value().argmax(-1)
    }
}

fn rectifier(backward: Backward) -> fn(&Var) -> Var {
    match backward {
        Backward::Gradient => Var::relu,
        Backward::Guided => guided_relu,
    }
}

impl Forward for Reader {
    fn forward(&self, x: &Var) -> Var {
        self.scores(x, Backward::Gradient)
    }
}
