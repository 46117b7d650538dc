//! LeNet-5 (LeCun, Bottou, Bengio and Haffner 1998), with today's max pooling and ReLU.

use autograd::prelude::*;
use autograd_examples_support::digits::Digits;

/// Two convolutions with pooling, then three linear layers.
#[derive(Module)]
pub struct LeNet5 {
    conv1: Conv2d,
    conv2: Conv2d,
    fc1: Linear,
    fc2: Linear,
    fc3: Linear,
}

impl LeNet5 {
    /// A network with random weights.
    pub fn new(generator: &mut Generator) -> Self {
        LeNet5 {
            conv1: Conv2d::new(1, 6, [5, 5], generator).padding([2, 2]),
            conv2: Conv2d::new(6, 16, [5, 5], generator),
            fc1: Linear::new(16 * 5 * 5, 120, generator),
            fc2: Linear::new(120, 84, generator),
            fc3: Linear::new(84, 10, generator),
        }
    }

    /// A hash of the bits of all weights (FNV-1a): equal for equal seeds, whatever the number of threads.
    pub fn fingerprint(&self) -> u64 {
        let weights = self.parameters().into_iter().flat_map(|parameter| parameter.value().to_vec());
        let bytes = weights.flat_map(|weight| weight.to_bits().to_le_bytes());
        bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
    }

    /// The most likely digit of each image.
    pub fn read(&self, digits: &Digits) -> Vec<u8> {
        let order: Vec<usize> = (0..digits.len()).collect();
        let read = |batch: &[usize]| self.forward(&digits.batch(batch).0).value().argmax(-1).to_vec();
        no_grad(|| order.chunks(250).flat_map(read).map(|digit| digit as u8).collect())
    }
}

impl Forward for LeNet5 {
    /// `[n, 1, 28, 28] -> [n, 10]`: a score for each digit.
    fn forward(&self, x: &Var) -> Var {
        let pool = MaxPool2d::new([2, 2]);
        let x = pool.forward(&self.conv1.forward(x).relu()); // [n, 6, 14, 14]
        let x = pool.forward(&self.conv2.forward(&x).relu()); // [n, 16, 5, 5]
        let x = Flatten::default().forward(&x); // [n, 400]
        let x = self.fc1.forward(&x).relu();
        let x = self.fc2.forward(&x).relu();
        self.fc3.forward(&x)
    }
}
