//! A detector in one stage: a network that looks at the whole scene once, and a loss for all that it says of a cell.

use crate::grid::{PLACE, SCORES, Wanted};
use autograd::prelude::*;

/// How much the places count beside the rest (Redmon, Divvala, Girshick and Farhadi 2016, equation 3).
const PLACES: f32 = 5.0;
/// The error of a place up to which its loss is a parabola: a tenth of a cell.
const PARABOLA: f32 = 0.1;

/// A convolution that keeps the size, normalised, and a ReLU.
#[derive(Module)]
struct Layer {
    conv: Conv2d,
    bn: BatchNorm2d,
}

impl Forward for Layer {
    fn forward(&self, x: &Var) -> Var {
        self.bn.forward(&self.conv.forward(x)).relu()
    }
}

/// Convolutions that bring the scene to the size of the grid, and a last one for what is said of each cell.
#[derive(Module)]
pub struct Detector {
    backbone: Sequential,
    head: Conv2d,
}

impl Detector {
    /// A network with random weights, and `width` channels at the full size; at each smaller one there are twice as many.
    pub fn new(width: usize, generator: &mut Generator) -> Self {
        let mut layer = |inputs, outputs| {
            // The normalisation takes away what a bias would add.
            let conv = Conv2d::new(inputs, outputs, 3, generator).padding(1).without_bias();
            Layer { conv, bn: BatchNorm2d::new(outputs) }
        };
        let backbone = Sequential::new()
            .then(layer(1, width))
            .then(MaxPool2d::new(2)) // 32 x 32
            .then(layer(width, 2 * width))
            .then(MaxPool2d::new(2)) // 16 x 16
            .then(layer(2 * width, 4 * width))
            .then(layer(4 * width, 4 * width))
            .then(MaxPool2d::new(2)) // 8 x 8
            .then(layer(4 * width, 8 * width))
            .then(layer(8 * width, 8 * width));
        Detector { backbone, head: Conv2d::new(8 * width, SCORES, 1, generator) }
    }
}

impl Forward for Detector {
    /// `[n, 1, 64, 64] -> [n, 64, SCORES]`: what is said of each cell.
    fn forward(&self, x: &Var) -> Var {
        let scores = self.head.forward(&self.backbone.forward(x)); // [n, SCORES, 8, 8]
        scores.flatten(2, 3).transpose(1, 2)
    }
}

/// The loss of what is said of the cells: whether there is a digit, of each cell; where there is one, its place and its class. All are for
/// one digit in the mean.
pub fn loss(scores: &Var, wanted: &Wanted) -> Var {
    let digits = wanted.digits.len();
    // Scenes without any digit have nothing but empty cells.
    let per_digit = 1.0 / digits.max(1) as f32;
    let sum = BinaryCrossEntropyOptions { reduction: Reduction::Sum, ..Default::default() };
    let objectness = scores.select(-1, 0).binary_cross_entropy_with_logits(&Var::constant(&wanted.objectness), sum);
    if digits == 0 {
        return objectness;
    }
    let chosen = scores.reshape([wanted.objectness.numel(), SCORES]);
    let chosen = chosen.index_select(0, &Tensor::from(wanted.cells.clone()));
    let parts = chosen.split_sizes([1, PLACE, SCORES - 1 - PLACE], 1);
    let places = Var::constant(Tensor::from_slice(&wanted.places, [digits, PLACE]));
    let place = parts[1].smooth_l1_loss(&places, PARABOLA, Reduction::Sum);
    let class = parts[2].cross_entropy(&Tensor::from(wanted.digits.clone()));
    (objectness + place * PLACES) * per_digit + class
}
