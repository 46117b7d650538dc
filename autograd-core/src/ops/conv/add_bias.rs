//! `add_bias`: one number for each channel.

use crate::error::Error;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The sum with one number for each channel: the bias of a convolution over any number of axes, as in
    /// `x.conv2d(&weight, options).add_bias(&bias)`.
    ///
    /// `y[n, c, ..] = x[n, c, ..] + bias[c]`
    ///
    /// # Shape
    /// `[n, c, ..] x [c] -> [n, c, ..]`
    ///
    /// # Gradient
    /// `dx = dy`; `dbias` is `dy` summed over all axes but that of the channels. Saves nothing.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Var, ops::Conv1d};
    /// let x = Var::leaf([[[1.0, 2.0, 3.0]]]);
    /// let (weight, bias) = (Var::leaf([[[1.0, 1.0]], [[1.0, -1.0]]]), Var::leaf([10.0, 20.0]));
    /// let y = x.conv1d(&weight, Conv1d::default()).add_bias(&bias);
    /// assert_eq!(*y.value(), [[[13.0, 15.0], [19.0, 19.0]]].into());
    /// assert_eq!(y.sum().backward().get(&bias).unwrap().to_vec(), [2.0, 2.0]);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "bias_add")]
    pub fn add_bias(&self, bias: &Var<T>) -> Self {
        let (x, b) = (self.shape(), bias.shape());
        let why = match (&**x, &**b) {
            ([_, c, rest @ ..], [n]) if c == n => {
                let alone: Shape = [*c].into_iter().chain(rest.iter().map(|_| 1)).collect();
                return self.add(&bias.reshape(alone));
            }
            ([_, c, ..], [n]) => format!("the bias has {n} numbers, x has {c} channels"),
            ([_, _, ..], _) => format!("the bias has {} axes instead of 1", b.rank()),
            _ => format!("x has {} axes, the channels are the second", x.rank()),
        };
        let rule = "[n, c, ..] x [c] -> [n, c, ..]";
        Error::refused("add_bias", rule, Mismatch::new(why), &["x", "bias"], [x, b].into_iter()).raise()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gradcheck, gradgradcheck};

    #[test]
    fn each_channel_has_its_own_number() {
        let of = |shape: &[usize]| Tensor::<f64>::from_fn(Shape::from(shape), |i| i as f64 - 2.0);
        let add = |x: &[Var<f64>]| x[0].add_bias(&x[1]).square();
        for shape in [&[2, 3][..], &[2, 3, 2], &[1, 3, 2, 2], &[2, 3, 1, 2, 2], &[0, 3, 2]] {
            let (x, bias) = (of(shape), of(&[3]));
            let y = Var::constant(&x).add_bias(&Var::constant(&bias)).to_vec();
            let inner = shape[2..].iter().product::<usize>();
            let expected: Vec<f64> =
                x.to_vec().iter().enumerate().map(|(i, x)| x + (i / inner % 3) as f64 - 2.0).collect();
            assert_eq!(y, expected, "{shape:?}");
            gradcheck(add, &[x.clone(), bias.clone()]).unwrap();
            gradgradcheck(add, &[x, bias]).unwrap();
        }
    }

    #[test]
    #[should_panic(
        expected = "add_bias: the bias has 2 numbers, x has 3 channels\n  x     [1, 3, 4]\n  bias  [2]\n  rule"
    )]
    fn as_many_numbers_as_channels() {
        let _ = Var::constant(Tensor::<f64>::zeros([1, 3, 4])).add_bias(&Var::constant([1.0, 2.0]));
    }

    #[test]
    #[should_panic(expected = "add_bias: the bias has 2 axes instead of 1")]
    fn a_bias_has_one_axis() {
        let _ = Var::constant(Tensor::<f64>::zeros([1, 3, 4])).add_bias(&Var::constant([[1.0], [2.0], [3.0]]));
    }

    #[test]
    #[should_panic(expected = "add_bias: x has 1 axes, the channels are the second")]
    fn channels_are_the_second_axis() {
        let _ = Var::constant([1.0, 2.0]).add_bias(&Var::constant([1.0, 2.0]));
    }
}
