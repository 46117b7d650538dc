//! `LayerNorm`: each example normalised over its last axes.

use crate::layers::prelude::*;
use autograd_core::Shape;

/// Each example normalised over its last axes: `y = γ (x - mean) / √(variance + eps) + β`.
///
/// # Shape
/// `[.., normalized shape] -> [.., normalized shape]`
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{Forward, LayerNorm};
/// let layer = LayerNorm::new(2).eps(0.0);
/// let x = Var::leaf([[1.0, 3.0], [10.0, 30.0]]);
/// let y = layer.forward(&x);
/// assert_eq!(y.to_vec(), [-1.0, 1.0, -1.0, 1.0]);
/// let gradients = y.backward_with(&[[1.0, 5.0], [2.0, 2.0]].into());
/// assert_eq!(layer.weight.as_ref().unwrap().gradient(&gradients).unwrap().to_vec(), [-3.0, 7.0]);
/// assert_eq!(layer.bias.as_ref().unwrap().gradient(&gradients).unwrap().to_vec(), [3.0, 7.0]);
/// ```
///
/// Ba, Kiros, Hinton 2016, "Layer Normalization", equation 4.
#[derive(Debug, Module)]
pub struct LayerNorm<T: Real = f32> {
    /// `γ`, of the normalized shape.
    pub weight: Option<Parameter<T>>,
    /// `β`, of the normalized shape.
    pub bias: Option<Parameter<T>>,
    /// The sizes of the axes that are normalised over.
    #[module(skip)]
    pub normalized_shape: Shape,
    /// What is added to the variance.
    pub eps: f64,
}

impl<T: Real> LayerNorm<T> {
    /// A layer over last axes of these sizes, with an eps of 10⁻⁵; `γ` begins as ones, `β` as zeros.
    ///
    /// # Panics
    /// If there is no axis.
    #[track_caller]
    pub fn new(normalized_shape: impl Into<Shape>) -> Self {
        let normalized_shape = normalized_shape.into();
        require!(normalized_shape.rank() > 0, "LayerNorm: there are no axes, it takes at least one");
        let new = |value| Some(Parameter::new(init::constant(&normalized_shape, value)));
        LayerNorm { weight: new(1.0), bias: new(0.0), normalized_shape, eps: 1e-5 }
    }

    /// Adds this to variances.
    ///
    /// # Panics
    /// If it is no finite number of at least 0.
    #[must_use]
    #[track_caller]
    pub fn eps(self, eps: f64) -> Self {
        LayerNorm { eps: super::epsilon("LayerNorm", eps), ..self }
    }

    /// Without `γ` and `β`.
    #[must_use]
    #[doc(alias = "elementwise_affine")]
    pub fn without_affine(self) -> Self {
        LayerNorm { weight: None, bias: None, ..self }
    }

    /// Without `β`.
    #[must_use]
    pub fn without_bias(self) -> Self {
        LayerNorm { bias: None, ..self }
    }
}

impl<T: Real> Forward<T> for LayerNorm<T> {
    /// # Panics
    /// If the last axes of the operand have other sizes.
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        super::ends_with("LayerNorm", x, &self.normalized_shape);
        let [weight, bias] = [&self.weight, &self.bias].map(|parameter| parameter.as_ref().map(Parameter::var));
        report(self, x.layer_norm(self.normalized_shape.rank(), weight.as_ref(), bias.as_ref(), self.eps))
    }
}

#[cfg(test)]
impl Checked for LayerNorm<f64> {
    fn cases() -> Cases<Self> {
        Cases::new(
            Case::forward("plain", |_| LayerNorm::new(4), [2, 3, 4])
                .output([2, 3, 4])
                .state(["weight [4]", "bias [4]"]),
        )
        .case(
            Case::forward("two axes, no bias", |_| LayerNorm::new([2, 2]).without_bias().eps(0.5), [3, 2, 2])
                .output([3, 2, 2])
                .state(["weight [2, 2]"]),
        )
        .case(Case::forward("no parameters", |_| LayerNorm::new(4).without_affine(), [3, 4]).output([3, 4]))
        .rejects("LayerNorm: x has shape [2, 3], the layer normalises over [4]", |_| {
            let _ = LayerNorm::new(4).without_affine().forward(&Var::constant([[0.0; 3]; 2]));
        })
        .rejects("LayerNorm: x has shape [4], the layer normalises over [2, 4]", |_| {
            let _ = LayerNorm::new([2, 4]).forward(&Var::constant([0.0; 4]));
        })
        .rejects("LayerNorm: there are no axes", |_| drop(LayerNorm::<f64>::new([])))
        .rejects("LayerNorm: eps is NaN", |_| drop(LayerNorm::<f64>::new(2).eps(f64::NAN)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::norm::close;

    #[test]
    fn two_axes_have_the_numbers_of_pytorch() {
        let x = Var::constant([[[1.0, 2.0], [-1.0, 0.5]], [[4.0, -3.0], [2.0, 2.5]]]);
        let expected = [
            0.3464086835065456,
            1.2701651728573338,
            -1.5011042951950309,
            -0.11546956116884853,
            0.997739389391295,
            -1.6628989823188252,
            0.23755699747411788,
            0.42760259545341217,
        ];
        close(&LayerNorm::new([2, 2]).forward(&x).to_vec(), &expected);
    }
}
