//! Maps over an image: which pixels an answer rests on.

use super::model::{Backward, Reader};
use autograd::prelude::*;
use autograd_examples_support::digits::{PIXELS, SIZE};

/// The gradient of the score of each image's class with respect to its pixels, `[n, 784]`.
///
/// Its absolute value is the saliency map of Simonyan, Vedaldi and Zisserman (2014), section 3; with [`Backward::Guided`] it is not the gradient
/// but what guided back-propagation makes of it.
pub fn gradient(network: &Reader, images: &Tensor, classes: &Tensor<i64>, backward: Backward) -> Tensor {
    let (x, n) = (Var::leaf(images), classes.numel());
    // The images do not mix, so the gradient of the sum is that of each score.
    let scores = network.scores(&x, backward).gather(1, &classes.reshape([n, 1]));
    let gradient = grad(&scores.sum(), &x, false).expect("the scores follow from the images");
    gradient.value().reshape([n, PIXELS])
}

/// How much of the class's score is lost when a black square of `side` pixels covers the image around each pixel, `[784]`.
///
/// Zeiler and Fergus (2014), section 4.2. Of a score more is seen than of a probability, which hardly leaves 1.
pub fn occlusion(network: &Reader, image: &[f32], class: usize, side: usize) -> Tensor {
    let score = |images: Tensor| no_grad(|| network.forward(&Var::constant(images))).select(1, class as isize);
    let whole = score(Tensor::from_slice(image, [1, 1, SIZE, SIZE])).item();
    let covered = Tensor::from_fn([PIXELS, 1, SIZE, SIZE], |at| {
        let (middle, pixel) = (at / PIXELS, at % PIXELS);
        let near = |a: usize, b: usize| a.abs_diff(b) <= side / 2;
        let hidden = near(middle / SIZE, pixel / SIZE) && near(middle % SIZE, pixel % SIZE);
        if hidden { 0.0 } else { image[pixel] }
    });
    score(covered).value().map(|left| whole - left)
}

/// The images with the `count` pixels of the highest value in each row of `importance` black.
pub fn blanked(images: &Tensor, importance: &Tensor, count: usize) -> Tensor {
    let order = importance.argsort(-1, true).to_vec();
    let mut pixels = images.to_vec();
    for (image, order) in pixels.chunks_mut(PIXELS).zip(order.chunks(PIXELS)) {
        order[..count].iter().for_each(|&pixel| image[pixel as usize] = 0.0);
    }
    Tensor::from_vec(pixels, images.shape().clone())
}
