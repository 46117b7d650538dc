//! `roi_align_adjoint`: boxes of one size in shares back to the images.

use super::{RoiAlign, RoiGrid};
use crate::kernel::resample;
use crate::ops::pool::sizes::four;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// A batch of `n` images of height `h` and width `w`, in which each pixel gets the shares of the samples that
    /// [`roi_align`](Var::roi_align) would have taken there: its adjoint.
    ///
    /// # Shape
    /// `[k, c, oh, ow] -> [n, c, h, w]` for boxes `[k, 5]` and `images` `[n, h, w]`
    ///
    /// # Gradient
    /// `dx = roi_align(dy)`. Saves nothing but the boxes.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Tensor, Var, ops::RoiGrid};
    /// let x = Var::leaf([[[[10.0, 20.0]]]]);
    /// let boxes = Tensor::from([[0.0, 1.0, 0.0, 3.0, 1.0]]);
    /// let y = x.roi_align_adjoint(&boxes, RoiGrid::new([1, 2]).aligned(true), [1, 1, 4]);
    /// assert_eq!(y.to_vec(), [0.0, 10.0, 20.0, 0.0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [1.0, 1.0]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn roi_align_adjoint(&self, boxes: &Tensor<T>, grid: RoiGrid, images: [usize; 3]) -> Self {
        adjoint(self, &RoiAlign { boxes: boxes.cast(), grid }, images)
    }
}

/// [`Var::roi_align_adjoint`] with the boxes in double precision.
#[track_caller]
pub(super) fn adjoint<T: Real>(x: &Var<T>, align: &RoiAlign, images: [usize; 3]) -> Var<T> {
    record(RoiAlignAdjoint { align: align.clone(), images }, [x])
}

/// The op of [`Var::roi_align_adjoint`].
#[derive(Clone, Debug)]
pub struct RoiAlignAdjoint {
    /// The op of which this is the adjoint.
    pub align: RoiAlign,
    /// The number of images, their height and width.
    pub images: [usize; 3],
}

impl<T: Real> Op<T> for RoiAlignAdjoint {
    type Arity = Fixed<1>;
    const NAME: &'static str = "roi_align_adjoint";
    const RULE: &'static str = "[k, c, oh, ow] -> [n, c, h, w] for boxes [k, 5]";
    const SAVES: Save = Save::NOTHING;

    fn shape(&self, [x]: [&Shape; 1]) -> Result<Shape, Mismatch> {
        let (&[_, c, _, _], [n, h, w]) = (four(x)?, self.images);
        let shape = Shape::from([n, c, h, w]).addressable()?;
        let boxes = self.align.result(&shape)?;
        match boxes == *x {
            true => Ok(shape),
            false => Err(Mismatch::new(format!("roi_align makes {boxes} of images {shape}, x has {x}"))),
        }
    }

    fn forward(&self, [x]: [&Tensor<T>; 1]) -> Tensor<T> {
        let [n, h, w] = self.images;
        let shape = Shape::from([n, x.shape()[1], h, w]);
        if shape.contains(&0) {
            return Tensor::zeros(shape);
        }
        let (regions, channels, x) = (self.align.regions([h, w]), shape[1], x.contiguous());
        Tensor::build(shape, |y| {
            resample::regions_adjoint(x.as_slice().expect("contiguous"), h * w, channels, &regions, y);
        })
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 1] {
        [saved.needs(0).then(|| record(self.align.clone(), [dy]))]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for RoiAlignAdjoint {
    fn cases() -> Cases<Self> {
        let of = |boxes: &[[f64; 5]], grid, images| {
            let boxes = Tensor::from_slice(&boxes.concat(), [boxes.len(), 5]);
            RoiAlignAdjoint { align: RoiAlign { boxes, grid }, images }
        };
        let new = RoiGrid::new;
        let some = [[1.0, 0.3, 0.2, 3.1, 2.7], [0.0, -3.0, 1.0, 2.5, 9.0], [1.0, 2.0, 2.0, 2.2, 2.1]];
        Cases::new(textbook, of(&some, new([2, 3]), [2, 4, 5]), shapes![[3, 2, 2, 3]])
            .case(of(&some, new([1, 2]).sampling_ratio(2).aligned(true), [2, 3, 4]), shapes![[3, 1, 1, 2]])
            .case(of(&[], new([2, 2]), [2, 4, 5]), shapes![[0, 2, 2, 2]])
            .case(of(&some, new([2, 2]), [2, 4, 5]), shapes![[3, 0, 2, 2]])
            .case(of(&[], new([2, 2]), [0, 4, 5]), shapes![[0, 2, 2, 2]])
            .rejects(of(&some, new([2, 2]), [2, 4, 4]), shapes![[2, 4, 4]], "x has 3 axes instead of 4")
            .rejects(of(&some, new([2, 2]), [1, 4, 4]), shapes![[3, 1, 2, 2]], "box 0 is of image 1, there are 1")
            .rejects(
                of(&some, new([2, 2]), [2, 4, 4]),
                shapes![[3, 1, 2, 3]],
                "roi_align makes [3, 1, 2, 2] of images [2, 1, 4, 4], x has [3, 1, 2, 3]",
            )
            .rejects(of(&some, new([2, 2]), [2, usize::MAX, 4]), shapes![[3, 1, 2, 2]], "more than memory can address")
            .bench(
                RoiAlignAdjoint {
                    align: RoiAlign {
                        boxes: Tensor::from_fn([32, 5], |i| [0.0, 2.0, 3.0, 20.0, 24.0][i % 5]),
                        grid: new([7, 7]).sampling_ratio(2),
                    },
                    images: [1, 28, 28],
                },
                shapes![[32, 16, 7, 7]],
                Work::Flops(32 * 16 * 49 * 4 * 8),
            )
    }
}

/// Each result, by the weights of its samples, added to their pixels.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &RoiAlignAdjoint, x: &[Tensor<f64>]) -> Tensor<f64> {
    let shape = Op::<f64>::shape(op, [x[0].shape()]).expect("a case that is accepted");
    let mut sums = vec![0.0; shape.numel()];
    let _ = crate::testing::from_index(x[0].shape().clone(), |at| {
        for (place, weight) in super::boxes::textbook_samples(&op.align, &shape, at) {
            let pixel = ((place[0] * shape[1] + at[1]) * shape[2] + place[1]) * shape[3] + place[2];
            sums[pixel] += weight * crate::testing::element(&x[0], at);
        }
        0.0
    });
    Tensor::from_vec(sums, shape)
}
