//! `interpolate_adjoint`: each pixel in shares to those that it was made of.

use super::Interpolate;
use super::sizes::{Interpolation, Resize};
use crate::kernel::resample;
use crate::ops::pool::sizes::four;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// Images of `size`, in which each pixel gets the share of those that [`interpolate`](Var::interpolate) would have taken it for: its
    /// adjoint.
    ///
    /// `y[n, c, i, j] = Σ r[o, i] · s[p, j] · x[n, c, o, p]` over rows `o` and columns `p`, with the weights of `interpolate`
    ///
    /// # Shape
    /// `[n, c, oh, ow] -> [n, c, h, w]` for the `size` `[h, w]`, which is brought to `[oh, ow]`
    ///
    /// # Gradient
    /// `dx = interpolate(dy)`. Saves nothing.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Var, ops::Interpolation};
    /// let x = Var::leaf([[[[1.0, 2.0, 3.0, 4.0]]]]);
    /// let y = x.interpolate_adjoint([1, 2], [1, 4], Interpolation::Nearest);
    /// assert_eq!(y.to_vec(), [3.0, 7.0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [1.0; 4]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn interpolate_adjoint(&self, size: [usize; 2], to: impl Into<Resize>, how: Interpolation) -> Self {
        record(InterpolateAdjoint { interpolate: Interpolate { to: to.into(), how }, size }, [self])
    }
}

/// The op of [`Var::interpolate_adjoint`].
#[derive(Clone, Copy, Debug)]
pub struct InterpolateAdjoint {
    /// The interpolation of which this is the adjoint.
    pub interpolate: Interpolate,
    /// Height and width of the result.
    pub size: [usize; 2],
}

impl<T: Real> Op<T> for InterpolateAdjoint {
    type Arity = Fixed<1>;
    const NAME: &'static str = "interpolate_adjoint";
    const RULE: &'static str = "[n, c, oh, ow] -> [n, c, h, w]";
    const SAVES: Save = Save::NOTHING;

    fn shape(&self, [x]: [&Shape; 1]) -> Result<Shape, Mismatch> {
        let &[n, c, oh, ow] = four(x)?;
        let shape = Shape::from([n, c, self.size[0], self.size[1]]).addressable()?;
        let out = self.interpolate.to.sizes(&shape)?;
        match out == [oh, ow] {
            true => Ok(shape),
            false => Err(Mismatch::new(format!("{:?} is brought to {out:?}, x has {:?}", self.size, [oh, ow]))),
        }
    }

    fn forward(&self, [x]: [&Tensor<T>; 1]) -> Tensor<T> {
        let shape = Op::<T>::shape(self, [x.shape()]).expect("accepted before");
        if shape.contains(&0) {
            return Tensor::zeros(shape);
        }
        let Interpolate { to, how } = self.interpolate;
        let resampling = to.resampling(how, self.size, [x.shape()[2], x.shape()[3]]);
        let x = x.contiguous();
        Tensor::build(shape, |y| {
            resample::planes_adjoint(x.as_slice().expect("contiguous"), self.size[0] * self.size[1], &resampling, y);
        })
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 1] {
        [saved.needs(0).then(|| dy.interpolate(self.interpolate.to, self.interpolate.how))]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for InterpolateAdjoint {
    fn cases() -> Cases<Self> {
        use Interpolation::{Bicubic, Bilinear, Nearest};
        let of = |to, how, size| InterpolateAdjoint { interpolate: Interpolate { to, how }, size };
        let [edges, centres] = [false, true].map(|align_corners| Bilinear { align_corners });
        let (to, by) = (Resize::To, Resize::By);
        Cases::new(textbook, of(to([5, 7]), edges, [3, 4]), shapes![[2, 3, 5, 7]])
            .case(of(to([5, 7]), centres, [3, 4]), shapes![[1, 2, 5, 7]])
            .case(of(by([0.5, 1.7]), edges, [4, 3]), shapes![[1, 1, 2, 5]])
            .case(of(to([5, 2]), Nearest, [3, 7]), shapes![[1, 2, 5, 2]])
            .case(of(by([1.6, 0.7]), Nearest, [3, 5]), shapes![[1, 1, 4, 3]])
            .case(of(to([6, 7]), Bicubic { align_corners: false }, [4, 3]), shapes![[1, 2, 6, 7]])
            .case(of(to([4, 4]), edges, [2, 2]), shapes![[0, 3, 4, 4]])
            .rejects(of(to([2, 2]), edges, [1, 1]), shapes![[3, 2, 2]], "x has 3 axes instead of 4")
            .rejects(
                of(by([2.0, 2.0]), edges, [2, 3]),
                shapes![[1, 1, 4, 4]],
                "[2, 3] is brought to [4, 6], x has [4, 4]",
            )
            .rejects(of(to([2, 2]), edges, [0, 1]), shapes![[1, 1, 2, 2]], "axis 2 would be brought from size 0 to 2")
            .rejects(of(to([2, 2]), edges, [usize::MAX, 1]), shapes![[1, 1, 2, 2]], "is more than memory can address")
            .bench(of(to([56, 56]), edges, [28, 28]), shapes![[4, 16, 56, 56]], Work::Bytes(4 * 4 * 16 * 5 * 28 * 28))
    }
}

/// Each pixel, by its weights, added to those that it was made of.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &InterpolateAdjoint, x: &[Tensor<f64>]) -> Tensor<f64> {
    let (shape, Interpolate { to, how }) = (x[0].shape(), op.interpolate);
    let taps = |d: usize, o: usize| super::sizes::textbook_taps(to, how, d, op.size[d], shape[2 + d], o);
    crate::testing::from_index([shape[0], shape[1], op.size[0], op.size[1]].into(), |at| {
        let mut sum = 0.0;
        for (o, p) in (0..shape[2]).flat_map(|o| (0..shape[3]).map(move |p| (o, p))) {
            let weight = |d: usize, o: usize| -> f64 {
                taps(d, o).into_iter().filter(|tap| tap.0 == at[2 + d]).map(|tap| tap.1).sum()
            };
            sum += weight(0, o) * weight(1, p) * crate::testing::element(&x[0], &[at[0], at[1], o, p]);
        }
        sum
    })
}
