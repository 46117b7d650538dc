//! `prelu`: the rectifier that learns what it lets through.

use crate::error::Error;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// Each element where it is positive, else its product with the weight of its channel.
    ///
    /// `y = x` where `x > 0`, else `w · x`
    ///
    /// # Shape
    /// `[n, c, ..] x [c] -> [n, c, ..]`, or any shape with a single weight, `[1]` or `[]`
    ///
    /// # Gradient
    /// `dx = dy` where `x > 0`, else `w · dy`; `dw` is the sum of `dy · x` where `x <= 0`. Saves both.
    ///
    /// # Edge cases
    /// At 0 the gradient is `w · dy`. Positive elements, infinity too, leave no trace in `dw`.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let (x, w) = (Var::leaf([[-2.0, -2.0], [4.0, -1.0]]), Var::leaf([0.25, 0.5]));
    /// let y = x.prelu(&w);
    /// assert_eq!(y.to_vec(), [-0.5, -1.0, 4.0, -0.5]);
    /// let gradients = y.sum().backward();
    /// assert_eq!(gradients.get(&x).unwrap().to_vec(), [0.25, 0.5, 1.0, 0.5]);
    /// assert_eq!(gradients.get(&w).unwrap().to_vec(), [-2.0, -3.0]);
    /// ```
    ///
    /// He, Zhang, Ren and Sun, 2015, "Delving Deep into Rectifiers", equation 1.
    ///
    /// # Panics
    /// If there is neither one weight nor one for each channel.
    #[track_caller]
    #[must_use]
    pub fn prelu(&self, weight: &Var<T>) -> Self {
        let shapes = [self.shape(), weight.shape()];
        match weight_shape(shapes) {
            Ok(shape) => record(Prelu, [self, &weight.reshape(shape).broadcast_to(self.shape())]),
            Err(why) => {
                let rule = "[n, c, ..] x [c] or [1] -> [n, c, ..]";
                Error::refused("prelu", rule, why, <Prelu as Op<T>>::OPERANDS, shapes.into_iter()).raise()
            }
        }
    }
}

/// The shape of the weights with the axes of `x`: their sizes stand along axis 1.
fn weight_shape([x, w]: [&Shape; 2]) -> Result<Shape, Mismatch> {
    let mut sizes = vec![1; x.rank()];
    match (&**w, x.get(1)) {
        ([] | [1], _) => {}
        (&[weights], Some(&channels)) if weights == channels => sizes[1] = channels,
        (&[weights], Some(channels)) => {
            return Err(Mismatch::new(format!("there are {weights} weights for {channels} channels")));
        }
        (&[weights], None) => return Err(Mismatch::new(format!("there are {weights} weights, and x has no channels"))),
        _ => return Err(Mismatch::new(format!("the weight has {} axes instead of 1", w.rank()))),
    }
    Ok(Shape::from(sizes))
}

/// The op of [`Var::prelu`], on operands of one shape.
#[derive(Clone)]
pub struct Prelu;

impl<T: Real> Op<T> for Prelu {
    type Arity = Fixed<2>;
    const NAME: &'static str = "prelu";
    const RULE: &'static str = "[..] x [..] -> [..]";
    const SAVES: Save = Save::INPUTS;
    const OPERANDS: &'static [&'static str] = &["x", "weight"];

    fn shape(&self, [x, w]: [&Shape; 2]) -> Result<Shape, Mismatch> {
        same_shape(x, w)
    }

    fn forward(&self, [x, w]: [&Tensor<T>; 2]) -> Tensor<T> {
        x.zip_cost(w, 1, move |x, w| if x > T::zero() { x } else { w * x })
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 2] {
        let [x, w] = saved.inputs();
        let above = x.value().gt(T::zero());
        [
            saved.needs(0).then(|| Var::where_(&above, dy, &(dy * w))),
            // Masked before the product: an infinity above 0 would make 0 · inf after it.
            saved.needs(1).then(|| dy * x.masked_fill(&above, T::zero())),
        ]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Prelu {
    fn cases() -> Cases<Self> {
        Cases::binary(Prelu, |x, w| if x > 0.0 { x } else { w * x })
            .domains([Domain::between(-2.0, 2.0).away_from([0.0], 0.1), Domain::between(-1.0, 1.0)])
            .pin("at zero", Prelu, tensors![[0.0], [0.25]], [0.0], tensors![[0.25], [0.0]])
            .pin("at infinity", Prelu, tensors![[f64::INFINITY], [0.25]], [f64::INFINITY], tensors![[1.0], [0.0]])
            .pin("NaN", Prelu, tensors![[f64::NAN], [0.25]], [f64::NAN], tensors![[0.25], [f64::NAN]])
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{gradcheck, gradgradcheck};
    use crate::{Tensor, Var};

    #[test]
    fn weights_belong_to_axis_1() {
        let x = Tensor::linspace(-2.0, 2.2, 12).reshape([2, 3, 2]);
        for w in [Tensor::from([0.1, 0.2, 0.3]), Tensor::from([0.1]), Tensor::from(0.1)] {
            gradcheck(|x| x[0].prelu(&x[1]), &[x.clone(), w.clone()]).unwrap();
            gradgradcheck(|x| x[0].prelu(&x[1]), &[x.clone(), w]).unwrap();
        }
        assert_eq!(Var::constant(-2.0).prelu(&Var::constant([0.5])).item(), -1.0);
        let three = Var::constant(x).prelu(&Var::constant([0.1, 0.2, 0.3]));
        assert_eq!(three.value().at([0, 1, 0]), 0.2 * Tensor::<f64>::linspace(-2.0, 2.2, 12).at([2]));
    }

    #[test]
    #[should_panic(expected = "prelu: there are 2 weights for 3 channels")]
    fn other_weights_are_refused() {
        let _ = Var::constant(Tensor::<f64>::zeros([2, 3])).prelu(&Var::constant([0.1, 0.2]));
    }

    #[test]
    #[should_panic(expected = "prelu: there are 2 weights, and x has no channels")]
    fn weights_without_channels_are_refused() {
        let _ = Var::constant([1.0, 2.0]).prelu(&Var::constant([0.1, 0.2]));
    }

    #[test]
    #[should_panic(expected = "prelu: the weight has 2 axes instead of 1")]
    fn weights_of_two_axes_are_refused() {
        let _ = Var::constant([[1.0, 2.0]]).prelu(&Var::constant([[0.1, 0.2]]));
    }
}
