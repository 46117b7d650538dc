//! `SpectralNorm`: a weight divided by its largest singular value.

use super::weighted::{self, Weighted};
use crate::layers::prelude::*;
use std::fmt;
use std::panic::Location;

/// How often the singular vectors are improved when a layer is made.
const FIRST_ITERATIONS: usize = 15;
/// Shorter vectors are divided by this instead of their length.
const EPS: f64 = 1e-12;

/// A layer whose weight, as a matrix of `[out, rest]`, is divided by its largest singular value: no vector comes out longer than it went in.
///
/// `w = W / σ` with `σ = uᵀ W v`. Each pass in training first improves the singular vectors `u` and `v` by a power iteration,
/// `v = Wᵀ u / ‖Wᵀ u‖` and `u = W v / ‖W v‖`, and the gradient takes them as constants. The state has PyTorch's names: `bias`, `weight_orig`,
/// `weight_u` and `weight_v`.
///
/// # Shape
/// That of the layer within.
///
/// # Example
/// ```
/// use autograd_core::{Generator, Var};
/// use autograd_nn::{Forward, Linear, SpectralNorm};
/// let mut generator = Generator::seed(0);
/// let linear = Linear::<f64>::new(2, 2, &mut generator).without_bias();
/// linear.weight.set([[4.0, 0.0], [0.0, 2.0]]);
/// let layer = SpectralNorm::new(linear, &mut generator);
/// let y = layer.forward(&Var::constant([1.0, 1.0]));
/// assert!((y.value().at([0]) - 1.0).abs() < 1e-6 && (y.value().at([1]) - 0.5).abs() < 1e-6);
/// // A larger weight in the direction of the largest singular value scales both alike: its own result stays.
/// let gradients = y.backward_with(&[1.0, 0.0].into());
/// assert!(layer.layer.weight().gradient(&gradients).unwrap().at([0, 0]).abs() < 1e-6);
/// ```
///
/// Miyato et al. 2018, "Spectral Normalization for Generative Adversarial Networks", algorithm 1.
#[doc(alias = "spectral_norm")]
pub struct SpectralNorm<T: Real = f32> {
    /// `u`, the left singular vector, of shape `[out]`.
    pub weight_u: Buffer<T>,
    /// `v`, the right singular vector, of as many numbers as an output has weights.
    pub weight_v: Buffer<T>,
    /// How many power iterations a pass in training does.
    pub power_iterations: usize,
    /// Whether `u` and `v` follow the weight.
    pub training: Training,
    /// The layer within, whose weight is `W`.
    pub layer: Box<dyn Weighted<T> + Send + Sync>,
}

impl<T: Real> SpectralNorm<T> {
    /// The layer with its weight divided by an estimate of its largest singular value, from random vectors after 15 power iterations.
    ///
    /// # Panics
    /// If the weight is a single number.
    #[track_caller]
    pub fn new(layer: impl Weighted<T> + Send + Sync + 'static, generator: &mut Generator) -> Self {
        let shape = layer.weight().shape();
        require!(shape.rank() > 0, "SpectralNorm: the weight is a single number, it must have outputs");
        let (out, rest) = (shape[0], shape[1..].iter().product());
        let [weight_u, weight_v] = [out, rest].map(|n: usize| {
            let direction = Var::constant(init::normal([n], 0.0, 1.0, generator)).l2_normalize(0, EPS);
            Buffer::new(direction.value().clone())
        });
        let layer = Box::new(layer);
        let new = SpectralNorm { weight_u, weight_v, power_iterations: 1, training: Training::default(), layer };
        new.improve(&new.matrix().detach(), FIRST_ITERATIONS);
        new
    }

    /// Does so many power iterations in each pass in training.
    #[must_use]
    #[doc(alias = "n_power_iterations")]
    pub fn power_iterations(self, power_iterations: usize) -> Self {
        SpectralNorm { power_iterations, ..self }
    }

    /// The weight as a matrix of a row for each output.
    fn matrix(&self) -> Var<T> {
        let weight = self.layer.weight().var();
        let shape = weight.shape();
        weight.reshape([shape[0], shape[1..].iter().product()])
    }

    /// The singular vectors as a row and a column.
    fn vectors(&self) -> [Var<T>; 2] {
        let [u, v] = [&self.weight_u, &self.weight_v].map(Buffer::value);
        [Var::constant(u.reshape([1, u.numel()])), Var::constant(v.reshape([v.numel(), 1]))]
    }

    /// Draws the vectors nearer to the singular ones of a matrix that is a constant.
    fn improve(&self, matrix: &Var<T>, iterations: usize) {
        let [mut u, mut v] = self.vectors();
        for _ in 0..iterations {
            v = u.matmul(matrix).mt().l2_normalize(0, EPS);
            u = matrix.matmul(&v).mt().l2_normalize(1, EPS);
        }
        self.weight_u.set(u.value().reshape(u.numel()));
        self.weight_v.set(v.value().reshape(v.numel()));
    }
}

impl<T: Real> Module<T> for SpectralNorm<T> {
    fn visit(&self, visitor: &mut Visitor<'_, T>) {
        visitor.module(self);
        weighted::visit(&*self.layer, visitor, &[("weight_orig", self.layer.weight())]);
        visitor.field("weight_u", &self.weight_u);
        visitor.field("weight_v", &self.weight_v);
        visitor.field("training", &self.training);
    }
}

impl<T: Real> Forward<T> for SpectralNorm<T> {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        let matrix = self.matrix();
        if self.training.is_on() {
            self.improve(&matrix.detach(), self.power_iterations);
        }
        let [u, v] = self.vectors();
        let largest = u.matmul(&matrix).matmul(&v).reshape([]);
        let weight = self.layer.weight().var() / largest;
        report(self, blame(Location::caller(), || self.layer.forward_with(&weight, x)))
    }
}

/// The shapes of its parameters by name.
impl<T: Real> fmt::Debug for SpectralNorm<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.named_parameters()).finish()
    }
}

#[cfg(test)]
impl Checked for SpectralNorm<f64> {
    fn cases() -> Cases<Self> {
        let linear = |outputs, g: &mut Generator| SpectralNorm::new(crate::Linear::new(3, outputs, g), g);
        // Without iterations the vectors are constants for difference quotients, too. For a single output one iteration finds them, where the
        // first derivative of the singular value does not depend on theirs.
        Cases::new(
            Case::forward("no iterations", move |g| linear(2, g).power_iterations(0), [4, 3]).output([4, 2]).state([
                "bias [2]",
                "weight_orig [2, 3]",
                "weight_u [2]",
                "weight_v [3]",
            ]),
        )
        .case(
            Case::forward("one output", move |g| linear(1, g), [4, 3])
                .output([4, 1])
                .state(["bias [1]", "weight_orig [1, 3]", "weight_u [1]", "weight_v [3]"])
                .first_order(),
        )
        .case(
            Case::forward(
                "a convolution",
                |g| SpectralNorm::new(crate::Conv2d::new(1, 2, 2, g).without_bias(), g).power_iterations(0),
                [1, 1, 3, 3],
            )
            .output([1, 2, 2, 2])
            .state(["weight_orig [2, 1, 2, 2]", "weight_u [2]", "weight_v [4]"]),
        )
        .rejects("linear: x has 4 inputs, the weight has 3", move |g| {
            let _ = linear(2, g).forward(&Var::constant([0.0; 4]));
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Linear;
    use crate::layers::norm::close;

    fn of(weight: [[f64; 2]; 3]) -> SpectralNorm<f64> {
        let generator = &mut Generator::seed(4);
        let linear = Linear::new(2, 3, generator);
        linear.weight.set(weight);
        linear.bias.as_ref().unwrap().set([1.0, -1.0, 0.0]);
        SpectralNorm::new(linear, generator)
    }

    #[test]
    fn it_has_the_numbers_of_pytorch() {
        let layer = of([[3.0, 4.0], [1.0, -2.0], [0.0, 1.0]]);
        layer.weight_u.set([0.6, 0.8, 0.0]);
        layer.weight_v.set([1.0, 0.0]);
        let x = Var::constant([[1.0, 2.0], [-0.5, 3.0]]);
        let y = layer.forward(&x);
        let expected = [
            3.7020443566220926,
            -1.7369211881696616,
            0.4912807921131077,
            3.5792241585938154,
            -2.5966625743676,
            0.7369211881696616,
        ];
        close(&y.to_vec(), &expected);
        close(&layer.weight_u.value().to_vec(), &[0.9932912602673085, 0.09029920547884625, 0.07223936438307699]);
        close(&layer.weight_v.value().to_vec(), &[0.9557790087219501, 0.2940858488375231]);
        let gradients = y.square().sum().backward();
        let expected = [
            -10.928193449122874,
            5.261088132443695,
            -1.2943557660773133,
            -5.865667980283905,
            -0.8027687735117149,
            1.3032476231033256,
        ];
        close(&layer.layer.weight().gradient(&gradients).unwrap().to_vec(), &expected);
        layer.eval();
        assert_eq!(layer.forward(&x).to_vec(), y.to_vec());
    }

    #[test]
    fn the_largest_singular_value_becomes_one() {
        // Orthogonal columns of lengths 5 and 2.
        let layer = of([[3.0, 0.0], [0.0, 2.0], [4.0, 0.0]]);
        let [u, v] = layer.vectors();
        let largest = u.matmul(&layer.matrix()).matmul(&v).item();
        assert!((largest - 5.0).abs() < 1e-10, "{largest}");
    }
}
