//! The network: two convolutions and two linear layers, for pixels from 0 to 1.

use autograd::prelude::*;

/// Mean and standard deviation of the pixels of MNIST.
const MEAN: f32 = 0.1307;
const STD: f32 = 0.3081;

/// A network that reads digits. It normalises the pixels itself, so that an attacker counts in pixels.
#[derive(Module)]
pub struct Reader {
    conv1: Conv2d,
    conv2: Conv2d,
    fc1: Linear,
    fc2: Linear,
}

impl Reader {
    /// A network with random weights.
    pub fn new(generator: &mut Generator) -> Self {
        Reader {
            conv1: Conv2d::new(1, 16, 3, generator).padding(1),
            conv2: Conv2d::new(16, 32, 3, generator).padding(1),
            fc1: Linear::new(32 * 7 * 7, 100, generator),
            fc2: Linear::new(100, 10, generator),
        }
    }

    /// The most likely digit of each image.
    pub fn read(&self, images: &Tensor) -> Tensor<i64> {
        no_grad(|| self.forward(&Var::constant(images))).value().argmax(-1)
    }
}

impl Forward for Reader {
    /// `[n, 1, 28, 28] -> [n, 10]`: a score for each digit.
    fn forward(&self, x: &Var) -> Var {
        let pool = MaxPool2d::new([2, 2]);
        let x = (x - MEAN) / STD;
        let x = pool.forward(&self.conv1.forward(&x).relu()); // [n, 16, 14, 14]
        let x = pool.forward(&self.conv2.forward(&x).relu()); // [n, 32, 7, 7]
        let x = Flatten::default().forward(&x);
        self.fc2.forward(&self.fc1.forward(&x).relu())
    }
}
