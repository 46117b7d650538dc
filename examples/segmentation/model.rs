//! An encoder that makes images smaller, and a decoder that makes them large again, with a score for each class at each pixel.

use autograd::prelude::*;
use autograd_examples_support::scenes::CLASSES;
use clap::ValueEnum;

/// How the decoder doubles the size.
#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
pub enum Upsampling {
    /// The elements go back to where the pooling found them: SegNet (Badrinarayanan, Kendall and Cipolla 2017)
    Unpool,
    /// A transposed convolution, and what the encoder had at that size beside it: U-Net (Ronneberger, Fischer and Brox 2015)
    Transposed,
}

/// A convolution that keeps the size, normalised, and a ReLU.
#[derive(Module)]
struct Layer {
    conv: Conv2d,
    bn: BatchNorm2d,
}

impl Layer {
    fn new(inputs: usize, outputs: usize, generator: &mut Generator) -> Self {
        // The normalisation takes away what a bias would add.
        let conv = Conv2d::new(inputs, outputs, 3, generator).padding(1).without_bias();
        Layer { conv, bn: BatchNorm2d::new(outputs) }
    }
}

impl Forward for Layer {
    fn forward(&self, x: &Var) -> Var {
        self.bn.forward(&self.conv.forward(x)).relu()
    }
}

/// What the encoder leaves at each size for the decoder: its channels, and where the pooling found the largest elements.
type Kept = (Var, Tensor<i64>);

/// How one step of the decoder gets to twice the height and width.
#[derive(Module)]
struct Up {
    /// Without it, the step unpools.
    transposed: Option<ConvTranspose2d>,
}

impl Up {
    fn new(upsampling: Upsampling, channels: usize, generator: &mut Generator) -> Self {
        let transposed = || ConvTranspose2d::new(channels, channels, 2, generator).stride(2);
        Up { transposed: (upsampling == Upsampling::Transposed).then(transposed) }
    }

    fn forward(&self, x: &Var, (features, places): &Kept) -> Var {
        match &self.transposed {
            Some(transposed) => Var::concat(&[&transposed.forward(x), features], 1),
            None => MaxUnpool2d::new(2).forward(x, places),
        }
    }
}

/// The whole network.
#[derive(Module)]
pub struct Segmenter {
    /// At the full size, at half and at a quarter of it.
    down: [Sequential; 3],
    /// At an eighth.
    bottom: Sequential,
    /// The scores of each block of pixels, which only the training looks at.
    coarse: Conv2d,
    up: [Up; 3],
    /// At a quarter, at half and at the full size; the last one gives the scores.
    quarter: Layer,
    half: Layer,
    full: Conv2d,
}

impl Segmenter {
    /// A network with random weights, and `width` channels at the full size; at each smaller one there are twice as many.
    pub fn new(upsampling: Upsampling, width: usize, generator: &mut Generator) -> Self {
        let [full, half, quarter, eighth] = [0, 1, 2, 3].map(|level| width << level);
        let mut stage = |channels: &[usize]| {
            channels.windows(2).fold(Sequential::new(), |stage, c| stage.then(Layer::new(c[0], c[1], generator)))
        };
        let down = [stage(&[1, full]), stage(&[full, half]), stage(&[half, quarter, quarter])];
        let bottom = stage(&[quarter, eighth, quarter]);
        let up = [quarter, half, full].map(|channels| Up::new(upsampling, channels, generator));
        // What the encoder had doubles the channels.
        let times = if upsampling == Upsampling::Transposed { 2 } else { 1 };
        Segmenter {
            down,
            bottom,
            coarse: Conv2d::new(quarter, CLASSES, 1, generator),
            up,
            quarter: Layer::new(times * quarter, half, generator),
            half: Layer::new(times * half, full, generator),
            full: Conv2d::new(times * full, CLASSES, 3, generator).padding(1),
        }
    }

    /// The most likely class of each pixel, `[n, 1, h, w] -> [n, h, w]`.
    pub fn answer(&self, images: &Tensor) -> Tensor<i64> {
        no_grad(|| self.scores(&Var::constant(images)).0).value().argmax(1)
    }

    /// A score for each class at each pixel and, from the encoder alone, at each block:
    /// `[n, 1, h, w] -> [n, 11, h, w], [n, 11, h / 8, w / 8]`.
    pub fn scores(&self, x: &Var) -> (Var, Var) {
        let (mut x, mut kept) = (x.clone(), Vec::new());
        for stage in &self.down {
            let features = stage.forward(&x);
            let (pooled, places) = MaxPool2d::new(2).forward_with_indices(&features);
            kept.push((features, places));
            x = pooled;
        }
        let up = |i: usize, x: &Var| self.up[i].forward(x, &kept[2 - i]);
        let bottom = self.bottom.forward(&x);
        let x = self.quarter.forward(&up(0, &bottom));
        let x = self.half.forward(&up(1, &x));
        (self.full.forward(&up(2, &x)), self.coarse.forward(&bottom))
    }
}
