//! `RmsNorm`: each example scaled by its root mean square.

use crate::layers::prelude::*;
use autograd_core::Shape;

/// Each example scaled over its last axes to a root mean square of one: `y = γ x / √(mean(x²) + eps)`.
///
/// # Shape
/// `[.., normalized shape] -> [.., normalized shape]`
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{Forward, RmsNorm};
/// let layer = RmsNorm::new(2).eps(0.0);
/// let x = Var::leaf([[5.0, 5.0], [-2.0, 2.0]]);
/// let y = layer.forward(&x);
/// assert_eq!(y.to_vec(), [1.0, 1.0, -1.0, 1.0]);
/// let gradients = y.backward_with(&[[1.0, 5.0], [2.0, 2.0]].into());
/// assert_eq!(layer.weight.as_ref().unwrap().gradient(&gradients).unwrap().to_vec(), [-1.0, 7.0]);
/// ```
///
/// Zhang, Sennrich 2019, "Root Mean Square Layer Normalization", equation 4.
#[derive(Debug, Module)]
#[doc(alias = "RMSNorm")]
pub struct RmsNorm<T: Real = f32> {
    /// `γ`, of the normalized shape.
    pub weight: Option<Parameter<T>>,
    /// The sizes of the axes that are normalised over.
    #[module(skip)]
    pub normalized_shape: Shape,
    /// What is added to the mean square; without one, the distance from 1 to the next number of the element type.
    #[module(skip)]
    pub eps: Option<f64>,
}

impl<T: Real> RmsNorm<T> {
    /// A layer over last axes of these sizes, with an eps of the element type's precision, as in PyTorch; `γ` begins as ones.
    ///
    /// # Panics
    /// If there is no axis.
    #[track_caller]
    pub fn new(normalized_shape: impl Into<Shape>) -> Self {
        let normalized_shape = normalized_shape.into();
        require!(normalized_shape.rank() > 0, "RmsNorm: there are no axes, it takes at least one");
        let weight = Some(Parameter::new(init::constant(&normalized_shape, 1.0)));
        RmsNorm { weight, normalized_shape, eps: None }
    }

    /// Adds this to mean squares.
    ///
    /// # Panics
    /// If it is no finite number of at least 0.
    #[must_use]
    #[track_caller]
    pub fn eps(self, eps: f64) -> Self {
        RmsNorm { eps: Some(super::epsilon("RmsNorm", eps)), ..self }
    }

    /// Without `γ`.
    #[must_use]
    #[doc(alias = "elementwise_affine")]
    pub fn without_affine(self) -> Self {
        RmsNorm { weight: None, ..self }
    }
}

impl<T: Real> Forward<T> for RmsNorm<T> {
    /// # Panics
    /// If the last axes of the operand have other sizes.
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        super::ends_with("RmsNorm", x, &self.normalized_shape);
        let weight = self.weight.as_ref().map(Parameter::var);
        let eps = self.eps.unwrap_or_else(|| T::epsilon().as_f64());
        report(self, x.rms_norm(self.normalized_shape.rank(), weight.as_ref(), eps))
    }
}

#[cfg(test)]
impl Checked for RmsNorm<f64> {
    fn cases() -> Cases<Self> {
        Cases::new(Case::forward("plain", |_| RmsNorm::new(4), [2, 3, 4]).output([2, 3, 4]).state(["weight [4]"]))
            .case(
                Case::forward("two axes", |_| RmsNorm::new([2, 2]).eps(0.5), [3, 2, 2])
                    .output([3, 2, 2])
                    .state(["weight [2, 2]"]),
            )
            .case(Case::forward("no parameters", |_| RmsNorm::new(4).without_affine(), [3, 4]).output([3, 4]))
            .rejects("RmsNorm: x has shape [2, 3], the layer normalises over [4]", |_| {
                let _ = RmsNorm::new(4).forward(&Var::constant([[0.0; 3]; 2]));
            })
            .rejects("RmsNorm: there are no axes", |_| drop(RmsNorm::<f64>::new([])))
            .rejects("RmsNorm: eps is inf", |_| drop(RmsNorm::<f64>::new(2).eps(f64::INFINITY)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::norm::close;

    #[test]
    fn it_has_the_numbers_of_pytorch_with_the_precision_as_eps() {
        let x = Var::constant([[1.0, 2.0], [-1.0, 0.5], [4.0, -3.0], [2.0, 2.5]]);
        let expected = [
            0.6324555320336759,
            1.2649110640673518,
            -1.2649110640673515,
            0.6324555320336758,
            1.131370849898476,
            -0.848528137423857,
            0.8834522085987723,
            1.1043152607484654,
        ];
        close(&RmsNorm::new(2).forward(&x).to_vec(), &expected);
        // An operand that small shows the eps, which is 2⁻²³ in single precision.
        let tiny = RmsNorm::new(1).forward(&Var::constant([2f32.powi(-11)])).item();
        assert!((tiny - (2f32.powi(-22) / (2f32.powi(-22) + 2f32.powi(-23))).sqrt()).abs() < 1e-6, "{tiny}");
    }
}
