//! `interpolate`: images of another size.

use super::sizes::{Interpolation, Resize};
use crate::kernel::resample;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// Images of another size, each new pixel made of the old ones near its place.
    ///
    /// `y[n, c, o, p] = Σᵢⱼ r[o, i] · s[p, j] · x[n, c, i, j]` with weights `r` and `s` that depend on the sizes alone: one pixel for
    /// [`Nearest`](Interpolation::Nearest), two in each direction for [`Bilinear`](Interpolation::Bilinear), four for
    /// [`Bicubic`](Interpolation::Bicubic).
    ///
    /// The centre of new pixel `o` lies at `(o + ½) h / oh − ½` in old pixels, or at `o (h − 1) / (oh − 1)` with `align_corners`; nearest
    /// takes pixel `⌊o h / oh⌋`. With a factor, its inverse stands for `h / oh`, also where the size had to be rounded.
    ///
    /// # Shape
    /// `[n, c, h, w] -> [n, c, oh, ow]`; see [`Resize`] for what `to` may be
    ///
    /// # Gradient
    /// `dx = interpolate_adjoint(dy)`: each pixel gets its share of those that it was taken for. Saves the shape of `x`.
    ///
    /// # Edge cases
    /// A pixel of weight 0 is not looked at: a NaN or an infinity there leaks nowhere.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Var, ops::Interpolation};
    /// let x = Var::leaf([[[[1.0, 3.0]]]]);
    /// let y = x.interpolate([1, 3], Interpolation::Bilinear { align_corners: true });
    /// assert_eq!(y.to_vec(), [1.0, 2.0, 3.0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [1.5, 1.5]);
    /// ```
    ///
    /// Keys, "Cubic convolution interpolation for digital image processing" (1981).
    #[track_caller]
    #[must_use]
    pub fn interpolate(&self, to: impl Into<Resize>, how: Interpolation) -> Self {
        record(Interpolate { to: to.into(), how }, [self])
    }
}

/// The op of [`Var::interpolate`].
#[derive(Clone, Copy, Debug)]
pub struct Interpolate {
    /// The size that images are brought to.
    pub to: Resize,
    /// How pixels are made.
    pub how: Interpolation,
}

impl<T: Real> Op<T> for Interpolate {
    type Arity = Fixed<1>;
    const NAME: &'static str = "interpolate";
    const RULE: &'static str = "[n, c, h, w] -> [n, c, oh, ow]";
    const SAVES: Save = Save::SHAPES;

    fn shape(&self, [x]: [&Shape; 1]) -> Result<Shape, Mismatch> {
        let [oh, ow] = self.to.sizes(x)?;
        Ok([x[0], x[1], oh, ow].into())
    }

    fn forward(&self, [x]: [&Tensor<T>; 1]) -> Tensor<T> {
        let shape = Op::<T>::shape(self, [x.shape()]).expect("accepted before");
        if shape.contains(&0) {
            return Tensor::zeros(shape);
        }
        let size = [x.shape()[2], x.shape()[3]];
        let resampling = self.to.resampling(self.how, size, [shape[2], shape[3]]);
        let x = x.contiguous();
        Tensor::build(shape, |y| {
            resample::planes(x.as_slice().expect("contiguous"), size[0] * size[1], &resampling, y);
        })
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 1] {
        let size = [saved.shape(0)[2], saved.shape(0)[3]];
        [saved.needs(0).then(|| dy.interpolate_adjoint(size, self.to, self.how))]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Interpolate {
    fn cases() -> Cases<Self> {
        use Interpolation::{Bicubic, Bilinear, Nearest};
        let of = |to, how| Interpolate { to, how };
        let [edges, centres] = [false, true].map(|align_corners| Bilinear { align_corners });
        let [cubic, cubic_centres] = [false, true].map(|align_corners| Bicubic { align_corners });
        let (to, by) = (Resize::To, Resize::By);
        let row = |x: &[f64]| Tensor::from_slice(x, [1, 1, 1, x.len()]);
        Cases::new(textbook, of(to([5, 7]), edges), shapes![[2, 3, 3, 4]])
            .case(of(to([5, 7]), centres), shapes![[1, 2, 3, 4]])
            .case(of(to([2, 3]), edges), shapes![[1, 1, 5, 7]])
            .case(of(to([1, 3]), centres), shapes![[1, 2, 4, 1]])
            .case(of(by([1.7, 0.6]), edges), shapes![[1, 2, 4, 5]])
            .case(of(by([2.0, 2.0]), Nearest), shapes![[2, 1, 2, 3]])
            .case(of(to([5, 2]), Nearest), shapes![[1, 2, 3, 7]])
            .case(of(by([1.6, 0.7]), Nearest), shapes![[1, 1, 3, 5]])
            .case(of(to([6, 7]), cubic), shapes![[1, 2, 4, 3]])
            .case(of(by([2.3, 0.6]), cubic), shapes![[1, 1, 3, 6]])
            .case(of(to([6, 3]), cubic_centres), shapes![[1, 1, 4, 1]])
            .case(of(to([4, 4]), edges), shapes![[0, 3, 2, 2]])
            .case(of(to([4, 4]), Nearest), shapes![[2, 0, 2, 2]])
            .rejects(of(to([2, 2]), edges), shapes![[3, 4, 4]], "x has 3 axes instead of 4")
            .rejects(
                of(to([0, 2]), Nearest),
                shapes![[1, 1, 4, 4]],
                "axis 2 would be brought from size 4 to 0, both must be at least 1",
            )
            .rejects(
                of(by([2.0, 2.0]), edges),
                shapes![[1, 1, 4, 0]],
                "axis 3 would be brought from size 0 to 0, both must be at least 1",
            )
            .rejects(
                of(by([1.0, f64::NAN]), cubic),
                shapes![[1, 1, 4, 4]],
                "the factor is NaN along axis 3, it must be positive and finite",
            )
            .rejects(of(by([1e300, 1.0]), Nearest), shapes![[1, 1, 4, 4]], "is more than memory can address")
            .pin(
                "weight 0",
                of(to([1, 5]), centres),
                vec![row(&[1.0, f64::NAN, 3.0])],
                row(&[1.0, f64::NAN, f64::NAN, f64::NAN, 3.0]),
                vec![row(&[1.5, 2.0, 1.5])],
            )
            .pin(
                "a quarter",
                of(to([1, 4]), edges),
                vec![row(&[0.0, 4.0])],
                row(&[0.0, 1.0, 3.0, 4.0]),
                vec![row(&[2.0, 2.0])],
            )
            .bench(of(to([56, 56]), edges), shapes![[4, 16, 28, 28]], Work::Bytes(4 * 4 * 16 * 5 * 28 * 28))
            .bench(of(by([2.0, 2.0]), Nearest), shapes![[4, 16, 28, 28]], Work::Bytes(4 * 4 * 16 * 5 * 28 * 28))
    }
}

/// The sum over rows and columns.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &Interpolate, x: &[Tensor<f64>]) -> Tensor<f64> {
    let shape = Op::<f64>::shape(op, [x[0].shape()]).expect("a case that is accepted");
    let taps = |d: usize, m: usize, o: usize| super::sizes::textbook_taps(op.to, op.how, d, x[0].shape()[2 + d], m, o);
    let (height, width) = (shape[2], shape[3]);
    crate::testing::from_index(shape, |at| {
        let mut sum = 0.0;
        for (i, r) in taps(0, height, at[2]) {
            for (j, s) in taps(1, width, at[3]) {
                sum += r * s * crate::testing::element(&x[0], &[at[0], at[1], i, j]);
            }
        }
        sum
    })
}
