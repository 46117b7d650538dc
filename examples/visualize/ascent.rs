//! Images that a network would like to see: of a class, by climbing its score, and of a unit, cut out of real digits.

use super::model::{Backward, FIELD, Reader, STRIDE};
use autograd::ops;
use autograd::prelude::*;
use autograd_examples_support::digits::SIZE;

/// Steps between two times that an image is blurred.
const BLUR_EVERY: usize = 2;

/// How the score of a class is climbed.
pub struct Climb {
    pub steps: usize,
    /// How far a step goes: the norm of the change of an image.
    pub rate: f32,
    /// The share of each pixel that decays in a step.
    pub decay: f32,
}

impl Climb {
    /// An image for each digit whose score is high, `[10, 784]`, from noise.
    ///
    /// Simonyan, Vedaldi and Zisserman (2014), section 2, maximise `score - λ ‖image‖²`; blurring now and then keeps the image from fine
    /// patterns that no pen would draw (Yosinski, Clune, Nguyen, Fuchs and Lipson 2015, section 3).
    pub fn images(&self, network: &Reader, generator: &mut Generator) -> Tensor {
        let classes = Tensor::indices(10).reshape([10, 1]);
        let mut images = Tensor::uniform([10, 1, SIZE, SIZE], 0.0, 0.3, generator);
        for step in 0..self.steps {
            let x = Var::leaf(&images);
            // The logarithm of the probability, which also falls where the scores of other digits rise.
            let score = network.forward(&x).log_softmax(1).gather(1, &classes).sum();
            let slope = grad(&score, &x, false).expect("the scores follow from the images");
            // All images climb at one pace, however steep they are.
            let norm = slope.square().sum_axes([1, 2, 3], true).sqrt() + 1e-8;
            let moved = &images * (1.0 - self.decay) + (slope / norm).value() * self.rate;
            images = moved.map(|pixel: f32| pixel.clamp(0.0, 1.0));
            if step % BLUR_EVERY == 0 && step + BLUR_EVERY < self.steps {
                images = blurred(&images);
            }
        }
        images.reshape([10, SIZE * SIZE])
    }
}

/// Each pixel is a mean of itself and its neighbours, `[n, 1, h, w]`.
fn blurred(images: &Tensor) -> Tensor {
    // Most of each stays where it is, so that lines stay lines.
    let line = [0.15f32, 0.7, 0.15];
    let weight = Tensor::from_fn([1, 1, 3, 3], |at| line[at / 3] * line[at % 3]);
    let [images, weight] = [images, &weight].map(Var::constant);
    images.conv2d(&weight, ops::Conv2d::default().padding([1, 1])).value().clone()
}

/// A part of an image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Patch {
    pub image: usize,
    pub top: usize,
    pub left: usize,
}

/// For each unit of the second convolution the `count` images that excite it most, and where it looks in them, the strongest first.
///
/// As Zeiler and Fergus (2014), section 4, show what a feature responds to.
pub fn favourites(network: &Reader, images: &Tensor, count: usize) -> Vec<Vec<Patch>> {
    let answers = no_grad(|| network.units(&Var::constant(images), Backward::Gradient));
    let [n, units, rows, columns] = [0, 1, 2, 3].map(|axis: usize| answers.shape()[axis]);
    // The place of each image that excites a unit most.
    let flat = answers.value().reshape([n, units, rows * columns]);
    let (places, strongest) = (flat.argmax(-1), Var::constant(&flat).amax(-1, false));
    let order = strongest.value().argsort(0, true);
    let patch = |unit: usize, rank: usize| {
        let image = order.at([rank, unit]) as usize;
        let place = places.at([image, unit]) as usize;
        Patch { image, top: place / columns * STRIDE, left: place % columns * STRIDE }
    };
    (0..units).map(|unit| (0..count.min(n)).map(|rank| patch(unit, rank)).collect()).collect()
}

/// The pixels of a patch, row by row.
pub fn cut(image: &[u8], patch: Patch) -> Vec<f32> {
    let places = (0..FIELD * FIELD).map(|at| (patch.top + at / FIELD) * SIZE + patch.left + at % FIELD);
    places.map(|at| f32::from(image[at]) / 255.0).collect()
}
