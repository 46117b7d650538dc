//! `upsample_nearest`, `upsample_bilinear` and `upsample_bicubic`: `interpolate` under the names of the field.

use super::{Interpolation, Resize};
use crate::ops::pool::sizes::accept;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// Images of another size, each new pixel the old one that it lies in: [`interpolate`](Var::interpolate) with
    /// [`Nearest`](Interpolation::Nearest).
    ///
    /// `y[n, c, o, p] = x[n, c, ⌊o h / oh⌋, ⌊p w / ow⌋]`
    ///
    /// # Shape
    /// `[n, c, h, w] -> [n, c, oh, ow]`; see [`Resize`] for what `to` may be
    ///
    /// # Gradient
    /// Each pixel gets the sum over those that it was taken for. Saves the shape of `x`.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[[[1.0, 2.0]]]]);
    /// let y = x.upsample_nearest(2);
    /// assert_eq!(y.to_vec(), [1.0, 1.0, 2.0, 2.0, 1.0, 1.0, 2.0, 2.0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [4.0, 4.0]);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "UpsamplingNearest2d")]
    pub fn upsample_nearest(&self, to: impl Into<Resize>) -> Self {
        upsample("upsample_nearest", self, to.into(), Interpolation::Nearest)
    }

    /// Images of another size, each new pixel linear in each direction between the old ones beside its centre:
    /// [`interpolate`](Var::interpolate) with [`Bilinear`](Interpolation::Bilinear).
    ///
    /// With `align_corners` the centres of the outer pixels stay where they are, without it their outer edges.
    ///
    /// # Shape
    /// `[n, c, h, w] -> [n, c, oh, ow]`; see [`Resize`] for what `to` may be
    ///
    /// # Gradient
    /// Each pixel gets its share of those that it was taken for. Saves the shape of `x`.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[[[0.0, 4.0]]]]);
    /// let y = x.upsample_bilinear([1, 4], false);
    /// assert_eq!(y.to_vec(), [0.0, 1.0, 3.0, 4.0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [2.0, 2.0]);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "UpsamplingBilinear2d")]
    pub fn upsample_bilinear(&self, to: impl Into<Resize>, align_corners: bool) -> Self {
        upsample("upsample_bilinear", self, to.into(), Interpolation::Bilinear { align_corners })
    }

    /// Images of another size, each new pixel cubic in each direction between the four old ones around its centre:
    /// [`interpolate`](Var::interpolate) with [`Bicubic`](Interpolation::Bicubic). It can overshoot: the result may leave the range of `x`.
    ///
    /// # Shape
    /// `[n, c, h, w] -> [n, c, oh, ow]`; see [`Resize`] for what `to` may be
    ///
    /// # Gradient
    /// Each pixel gets its share of those that it was taken for. Saves the shape of `x`.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[[[0.0, 0.0, 1.0, 1.0]]]]);
    /// let y = x.upsample_bicubic([1, 7], true);
    /// assert_eq!(y.to_vec(), [0.0, -0.09375, 0.0, 0.5, 1.0, 1.09375, 1.0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [1.40625, 2.09375, 2.09375, 1.40625]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn upsample_bicubic(&self, to: impl Into<Resize>, align_corners: bool) -> Self {
        upsample("upsample_bicubic", self, to.into(), Interpolation::Bicubic { align_corners })
    }
}

#[track_caller]
fn upsample<T: Real>(method: &'static str, x: &Var<T>, to: Resize, how: Interpolation) -> Var<T> {
    accept(method, "[n, c, h, w] -> [n, c, oh, ow]", x.shape(), to.sizes(x.shape()));
    x.interpolate(to, how)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(
        expected = "upsample_nearest: the factor is 0 along axis 2, it must be positive and finite\n  x     [1, 1, 2, 2]"
    )]
    fn a_factor_of_zero_is_refused_in_the_name_of_the_method() {
        let _ = Var::constant(Tensor::<f64>::zeros([1, 1, 2, 2])).upsample_nearest(0);
    }

    #[test]
    fn whole_factors_hit_each_pixel_as_often() {
        for factor in 1..100 {
            let y =
                Var::constant(Tensor::<f64>::arange(13).reshape([1, 1, 1, 13])).upsample_nearest([1.0, factor as f64]);
            assert_eq!(y.to_vec(), (0..13 * factor).map(|i| (i / factor) as f64).collect::<Vec<_>>(), "by {factor}");
        }
    }

    #[test]
    fn cubic_values_are_those_that_onnx_publishes() {
        // The first row of the example `resize_upsample_scales_cubic` of its operator Resize.
        let row = [0.47265625, 0.76953125, 1.24609375, 1.875, 2.28125, 2.91015625, 3.38671875, 3.68359375];
        let x = Var::constant(Tensor::<f64>::arange(16).reshape([1, 1, 4, 4])) + 1.0;
        assert_eq!(x.upsample_bicubic(2, false).to_vec()[..8], row);
    }
}
