//! A residual network for small images (He, Zhang, Ren and Sun 2016, section 4.2).

use autograd::prelude::*;

/// Two convolutions, and the operand added to their result.
#[derive(Module)]
struct Block {
    conv1: Conv2d,
    bn1: BatchNorm2d,
    conv2: Conv2d,
    bn2: BatchNorm2d,
    /// Where the size changes: a convolution of one pixel brings the operand to it.
    shortcut: Option<(Conv2d, BatchNorm2d)>,
}

impl Block {
    fn new(inputs: usize, outputs: usize, stride: usize, generator: &mut Generator) -> Self {
        let mut conv = |inputs, kernel: usize, stride: usize| {
            let conv =
                Conv2d::new(inputs, outputs, kernel, generator).stride(stride).padding(kernel / 2).without_bias();
            conv.weight.set(init::he_normal(conv.weight.shape(), init::Fan::Out, init::Gain::Relu, generator));
            conv
        };
        let (conv1, conv2) = (conv(inputs, 3, stride), conv(outputs, 3, 1));
        let changes = inputs != outputs || stride != 1;
        let shortcut = changes.then(|| (conv(inputs, 1, stride), BatchNorm2d::new(outputs)));
        Block { conv1, bn1: BatchNorm2d::new(outputs), conv2, bn2: BatchNorm2d::new(outputs), shortcut }
    }
}

impl Forward for Block {
    fn forward(&self, x: &Var) -> Var {
        let y = self.bn1.forward(&self.conv1.forward(x)).relu();
        let y = self.bn2.forward(&self.conv2.forward(&y));
        match &self.shortcut {
            Some((conv, bn)) => y + bn.forward(&conv.forward(x)),
            None => y + x,
        }
        .relu()
    }
}

/// Three stages of blocks, each on images of half the side and with twice the channels of the one before, then the mean of each channel.
#[derive(Module)]
pub struct ResNet {
    conv: Conv2d,
    bn: BatchNorm2d,
    blocks: Vec<Block>,
    fc: Linear,
}

impl ResNet {
    /// A network with `blocks` blocks in each stage, `6 blocks + 2` layers in all, and `width` channels in the first.
    pub fn new(blocks: usize, width: usize, classes: usize, generator: &mut Generator) -> Self {
        let conv = Conv2d::new(3, width, 3, generator).padding(1).without_bias();
        let (mut all, mut inputs) = (Vec::new(), width);
        for stage in 0..3 {
            let outputs = width << stage;
            for block in 0..blocks {
                let stride = if stage > 0 && block == 0 { 2 } else { 1 };
                all.push(Block::new(inputs, outputs, stride, generator));
                inputs = outputs;
            }
        }
        ResNet { conv, bn: BatchNorm2d::new(width), blocks: all, fc: Linear::new(inputs, classes, generator) }
    }
}

impl Forward for ResNet {
    fn forward(&self, x: &Var) -> Var {
        let first = self.bn.forward(&self.conv.forward(x)).relu();
        let last = self.blocks.iter().fold(first, |x, block| block.forward(&x));
        self.fc.forward(&last.mean_axes([2, 3], false))
    }
}
