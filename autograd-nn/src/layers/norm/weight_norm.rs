//! `WeightNorm`: the length of each weight vector apart from its direction.

use super::weighted::{self, Weighted};
use crate::layers::prelude::*;
use std::fmt;
use std::panic::Location;

/// A layer whose weight vectors are given by length and direction: `w = g v / ‖v‖` for each output.
///
/// The state has PyTorch's names, `bias`, `weight_g` and `weight_v`; the weight of the layer within plays `v`.
/// A vector of zeros has no direction, and gives NaN.
///
/// # Shape
/// That of the layer within.
///
/// # Example
/// ```
/// use autograd_core::{Generator, Var};
/// use autograd_nn::{Forward, Linear, WeightNorm};
/// let linear = Linear::new(2, 1, &mut Generator::seed(0)).without_bias();
/// linear.weight.set([[3.0, 4.0]]);
/// let layer = WeightNorm::new(linear); // computes as before
/// let x = Var::constant([1.0, 2.0]);
/// assert_eq!(layer.forward(&x).to_vec(), [11.0]);
///
/// layer.weight_g.set([[10.0]]); // twice the length
/// let y = layer.forward(&x);
/// assert_eq!(y.to_vec(), [22.0]);
/// assert_eq!(layer.weight_g.gradient(&y.sum().backward()).unwrap().to_vec(), [2.2]);
/// ```
///
/// Salimans, Kingma 2016, "Weight Normalization", equation 2.
#[doc(alias = "weight_norm")]
pub struct WeightNorm<T: Real = f32> {
    /// `g`, of shape `[out, 1, ..]`.
    pub weight_g: Parameter<T>,
    /// The layer within, whose weight is `v`.
    pub layer: Box<dyn Weighted<T> + Send + Sync>,
}

impl<T: Real> WeightNorm<T> {
    /// The layer with its weight parted in length and direction; it computes as before.
    pub fn new(layer: impl Weighted<T> + Send + Sync + 'static) -> Self {
        let length = lengths(&Var::constant(layer.weight().value()));
        WeightNorm { weight_g: Parameter::new(length.value().clone()), layer: Box::new(layer) }
    }
}

/// The length of each vector of a weight, `[out, ..] -> [out, 1, ..]`.
fn lengths<T: Real>(weight: &Var<T>) -> Var<T> {
    let axes: Vec<isize> = (1..weight.rank() as isize).collect();
    weight.norm(2.0, axes, true)
}

impl<T: Real> Module<T> for WeightNorm<T> {
    fn visit(&self, visitor: &mut Visitor<'_, T>) {
        visitor.module(self);
        let parameters = [("weight_g", &self.weight_g), ("weight_v", self.layer.weight())];
        weighted::visit(&*self.layer, visitor, &parameters);
    }
}

impl<T: Real> Forward<T> for WeightNorm<T> {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        let v = self.layer.weight().var();
        let weight = &v * (self.weight_g.var() / lengths(&v));
        report(self, blame(Location::caller(), || self.layer.forward_with(&weight, x)))
    }
}

/// The shapes of its parameters by name.
impl<T: Real> fmt::Debug for WeightNorm<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.named_parameters()).finish()
    }
}

#[cfg(test)]
impl Checked for WeightNorm<f64> {
    fn cases() -> Cases<Self> {
        let linear = |g: &mut Generator| WeightNorm::new(crate::Linear::new(3, 2, g));
        Cases::new(Case::forward("linear", linear, [4, 3]).output([4, 2]).state([
            "bias [2]",
            "weight_g [2, 1]",
            "weight_v [2, 3]",
        ]))
        .case(
            Case::forward("a convolution", |g| WeightNorm::new(crate::Conv1d::new(2, 3, 2, g)), [2, 2, 4])
                .output([2, 3, 3])
                .state(["bias [3]", "weight_g [3, 1, 1]", "weight_v [3, 2, 2]"]),
        )
        .rejects("linear: x has 4 inputs, the weight has 3", move |g| {
            let _ = linear(g).forward(&Var::constant([0.0; 4]));
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Linear;
    use crate::layers::norm::close;

    #[test]
    fn it_has_the_numbers_of_pytorch() {
        let linear = Linear::new(2, 2, &mut Generator::seed(0));
        linear.weight.set([[3.0, 4.0], [1.0, -2.0]]);
        linear.bias.as_ref().unwrap().set([1.0, -1.0]);
        let layer = WeightNorm::new(linear);
        layer.weight_g.set([[2.0], [0.5]]);
        let y = layer.forward(&Var::constant([[1.0, 2.0], [-0.5, 3.0]]));
        close(&y.to_vec(), &[5.4, -1.670820393249937, 5.2, -2.453444185374863]);
        let gradients = y.square().sum().backward();
        close(&layer.weight_g.gradient(&gradients).unwrap().to_vec(), &[45.6, 18.7470583144992]);
        let expected = [-8.704, 6.528, -2.073312629199899, -1.036656314599949];
        close(&layer.layer.weight().gradient(&gradients).unwrap().to_vec(), &expected);
    }
}
