//! Attacks: images whose pixels are moved by little, and along the gradient, so that a network reads them wrongly.

use autograd::prelude::*;

/// How an attacker finds the change.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Method {
    /// One step along the sign of the gradient (Goodfellow, Shlens and Szegedy 2015, section 4):
    /// `x + ε sign(∂loss/∂x)`.
    FastGradientSign,
    /// From a random place, this many steps of `2.5 ε / steps`, each brought back to where the pixels may be (Madry, Makelov, Schmidt, Tsipras
    /// and Vladu 2018, sections 2.1 and 5.1).
    ProjectedDescent(usize),
}

/// An attacker who sees the network, and may move each pixel by at most `epsilon` of the way from black to white.
#[derive(Clone, Copy, Debug)]
pub struct Attack {
    pub method: Method,
    pub epsilon: f32,
}

impl Attack {
    /// The images as the attacker leaves them, with pixels from 0 to 1. The loss of the network on them is to be large.
    pub fn apply(
        &self,
        network: &impl Forward,
        images: &Tensor,
        labels: &Tensor<i64>,
        generator: &mut Generator,
    ) -> Tensor {
        let epsilon = self.epsilon;
        let climb = |x: &Tensor, step: f32| {
            let leaf = Var::leaf(x);
            let loss = network.forward(&leaf).cross_entropy(labels);
            let gradient = grad(&loss, &leaf, false).expect("the scores follow from the images");
            // Not `signum`, which is 1 at 0: where the loss does not change, neither does the pixel.
            let moved = x.zip(gradient.value(), |x, g| if g == 0.0 { x } else { x + step * g.signum() });
            moved.zip(images, |x, from| x.clamp(from - epsilon, from + epsilon).clamp(0.0, 1.0))
        };
        match self.method {
            Method::FastGradientSign => climb(images, epsilon),
            Method::ProjectedDescent(steps) => {
                let bound = f64::from(epsilon);
                let start = images + Tensor::uniform(images.shape().clone(), -bound, bound, generator);
                let start = start.map(|x: f32| x.clamp(0.0, 1.0));
                (0..steps).fold(start, |x, _| climb(&x, 2.5 * epsilon / steps as f32))
            }
        }
    }
}
