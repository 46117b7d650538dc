//! `roi_align`: boxes of images at one size, linear between pixels.

use super::boxes::{box_taps, regions_of};
use crate::kernel::resample::{self, Region, Resampling};
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// Boxes of the images, each brought to one size: a result is the mean of some samples in its part of the box, each linear between the four
    /// pixels around it.
    ///
    /// A row of `boxes` is the number of the image and the box's corners, `x1, y1, x2, y2`, which are multiplied by `spatial_scale`. A
    /// box is parted into `oh × ow` equal parts, and a part into `sampling_ratio` equal pieces in each direction, with a sample in the
    /// middle of each; without a ratio, as many as pixels fit in, rounded up. With `aligned` a pixel's centre lies half a pixel from its edges;
    /// without it, at the whole number, and no box is narrower or lower than 1.
    ///
    /// # Shape
    /// `[n, c, h, w] -> [k, c, oh, ow]` for boxes `[k, 5]`
    ///
    /// # Gradient
    /// `dx = roi_align_adjoint(dy)`: each pixel gets its share of the samples. The boxes have none. Saves the shape of `x`.
    ///
    /// # Edge cases
    /// A sample more than 1 beyond the first pixel's or the last pixel's place is 0; closer ones are those pixels. Without a
    /// sampling ratio, an aligned box of no or negative size has no sample and is 0.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Tensor, Var, ops::RoiGrid};
    /// let x = Var::leaf([[[[1.0, 2.0, 3.0, 4.0]]]]);
    /// let boxes = Tensor::from([[0.0, 1.0, 0.0, 3.0, 1.0]]); // the two pixels in the middle
    /// let y = x.roi_align(&boxes, RoiGrid::new([1, 2]).aligned(true));
    /// assert_eq!(y.to_vec(), [2.0, 3.0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.0, 1.0, 1.0, 0.0]);
    /// ```
    ///
    /// He, Gkioxari, Dollár and Girshick, "Mask R-CNN" (2017).
    #[track_caller]
    #[must_use]
    pub fn roi_align(&self, boxes: &Tensor<T>, grid: RoiGrid) -> Self {
        record(RoiAlign { boxes: boxes.cast(), grid }, [self])
    }
}

/// How [`Var::roi_align`] samples boxes: `RoiGrid::new([7, 7]).spatial_scale(1.0 / 16.0).aligned(true)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RoiGrid {
    /// Height and width of the result.
    pub size: [usize; 2],
    /// What the boxes' corners are multiplied by, to count in pixels of `x`; 1 if not set.
    pub spatial_scale: f64,
    /// Samples in each direction of each part; as many as pixels fit in if not set.
    pub sampling_ratio: Option<usize>,
    /// Whether a pixel's centre lies half a pixel from its edges; it does not if not set.
    pub aligned: bool,
}

impl RoiGrid {
    /// Results of this size.
    pub fn new(size: [usize; 2]) -> Self {
        RoiGrid { size, spatial_scale: 1.0, sampling_ratio: None, aligned: false }
    }

    /// With the boxes' corners multiplied by this.
    #[must_use]
    pub fn spatial_scale(self, spatial_scale: f64) -> Self {
        RoiGrid { spatial_scale, ..self }
    }

    /// With so many samples in each direction of each part.
    #[must_use]
    pub fn sampling_ratio(self, samples: usize) -> Self {
        RoiGrid { sampling_ratio: Some(samples), ..self }
    }

    /// With a pixel's centre half a pixel from its edges, or at the whole number.
    #[must_use]
    pub fn aligned(self, aligned: bool) -> Self {
        RoiGrid { aligned, ..self }
    }
}

/// The op of [`Var::roi_align`].
#[derive(Clone, Debug)]
pub struct RoiAlign {
    /// The number of the image and the corners of each box, `[k, 5]`.
    pub boxes: Tensor<f64>,
    /// How they are sampled.
    pub grid: RoiGrid,
}

impl RoiAlign {
    /// The shape of the result for images of this shape.
    pub(super) fn result(&self, x: &Shape) -> Result<Shape, Mismatch> {
        if self.grid.sampling_ratio == Some(0) {
            return Err(Mismatch::new("the sampling ratio is 0, it must be at least 1"));
        }
        regions_of(x, &self.boxes, self.grid.size, self.grid.spatial_scale)
    }

    /// How each box is resampled from planes of this size.
    pub(super) fn regions(&self, size: [usize; 2]) -> Vec<Region> {
        let RoiGrid { size: out, spatial_scale, sampling_ratio, aligned } = self.grid;
        let region = |row: &[f64]| {
            let shift = if aligned { 0.5 } else { 0.0 };
            let corner = |i: usize| row[i] * spatial_scale - shift;
            let taps = |d: usize| {
                let (start, end) = (corner(2 - d), corner(4 - d));
                let length = if aligned { end - start } else { (end - start).max(1.0) };
                box_taps(start, length, out[d], sampling_ratio, size[d])
            };
            let resampling = Resampling { width: size[1], rows: taps(0), columns: taps(1) };
            Region { image: row[0] as usize, resampling }
        };
        self.boxes.to_vec().chunks_exact(5).map(region).collect()
    }
}

impl<T: Real> Op<T> for RoiAlign {
    type Arity = Fixed<1>;
    const NAME: &'static str = "roi_align";
    const RULE: &'static str = "[n, c, h, w] -> [k, c, oh, ow] for boxes [k, 5]";
    const SAVES: Save = Save::SHAPES;

    fn shape(&self, [x]: [&Shape; 1]) -> Result<Shape, Mismatch> {
        self.result(x)
    }

    fn forward(&self, [x]: [&Tensor<T>; 1]) -> Tensor<T> {
        let shape = self.result(x.shape()).expect("the shape rule accepted the operand");
        if shape.contains(&0) {
            return Tensor::zeros(shape);
        }
        let size = [x.shape()[2], x.shape()[3]];
        let (regions, channels, x) = (self.regions(size), shape[1], x.contiguous());
        Tensor::build(shape, |y| {
            resample::regions(x.as_slice().expect("contiguous"), size[0] * size[1], channels, &regions, y);
        })
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 1] {
        [saved.needs(0).then(|| {
            let &[n, _, h, w] = saved.shape(0).first_chunk().expect("a batch of images");
            super::roi_align_adjoint::adjoint(dy, self, [n, h, w])
        })]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for RoiAlign {
    fn cases() -> Cases<Self> {
        let of =
            |boxes: &[[f64; 5]], grid| RoiAlign { boxes: Tensor::from_slice(&boxes.concat(), [boxes.len(), 5]), grid };
        let new = RoiGrid::new;
        let some = [[1.0, 0.3, 0.2, 3.1, 2.7], [0.0, -3.0, 1.0, 2.5, 9.0], [1.0, 2.0, 2.0, 2.2, 2.1]];
        let image = || Tensor::from([[[[1.0, 2.0], [3.0, 4.0]]]]);
        let none = || image().map(|_| 0.0);
        Cases::new(textbook, of(&some, new([2, 3])), shapes![[2, 2, 4, 5]])
            .case(of(&some, new([2, 2]).aligned(true)), shapes![[2, 2, 4, 5]])
            .case(of(&some, new([3, 2]).sampling_ratio(2).spatial_scale(0.6)), shapes![[2, 1, 4, 3]])
            .case(of(&some, new([1, 2]).sampling_ratio(3).spatial_scale(1.7).aligned(true)), shapes![[2, 1, 3, 4]])
            .case(of(&[], new([2, 2])), shapes![[2, 2, 4, 5]])
            .case(of(&some, new([2, 2])), shapes![[2, 0, 4, 5]])
            .rejects(of(&some, new([2, 2])), shapes![[2, 4, 4]], "x has 3 axes instead of 4")
            .rejects(of(&some, new([2, 2])), shapes![[1, 1, 4, 4]], "box 0 is of image 1, there are 1")
            .rejects(
                of(&[[0.5, 0.0, 0.0, 1.0, 1.0]], new([2, 2])),
                shapes![[1, 1, 4, 4]],
                "box 0 is of image 0.5, there are 1",
            )
            .rejects(
                of(&[[0.0, 0.0, f64::NAN, 1.0, 1.0]], new([2, 2])),
                shapes![[1, 1, 4, 4]],
                "box 0 has a corner at NaN",
            )
            .rejects(of(&some, new([0, 2])), shapes![[2, 1, 4, 4]], "the size is [0, 2], it must be at least 1")
            .rejects(of(&some, new([2, 2])), shapes![[2, 1, 0, 4]], "the images are 0 by 4")
            .rejects(of(&some, new([2, 2]).sampling_ratio(0)), shapes![[2, 1, 4, 4]], "the sampling ratio is 0")
            .rejects(
                of(&some, new([2, 2]).spatial_scale(f64::INFINITY)),
                shapes![[2, 1, 4, 4]],
                "the spatial scale is inf, it must be positive and finite",
            )
            .rejects(
                RoiAlign { boxes: Tensor::zeros([3, 4]), grid: new([2, 2]) },
                shapes![[2, 1, 4, 4]],
                "the boxes have shape [3, 4] instead of [k, 5]",
            )
            .rejects(of(&some, new([usize::MAX, 2])), shapes![[2, 1, 4, 4]], "is more than memory can address")
            .pin(
                "beyond the edge by 1",
                of(&[[0.0, 1.5, 0.0, 2.5, 1.0]], new([1, 1]).sampling_ratio(1)),
                vec![image()],
                [[[[3.0]]]],
                vec![Tensor::from([[[[0.0, 0.5], [0.0, 0.5]]]])],
            )
            .pin(
                "beyond it by more",
                of(&[[0.0, 1.75, 0.0, 2.75, 1.0]], new([1, 1]).sampling_ratio(1)),
                vec![image()],
                [[[[0.0]]]],
                vec![none()],
            )
            .pin(
                "a box of negative size",
                of(&[[0.0, 1.5, 1.5, 0.5, 0.5]], new([1, 1]).aligned(true)),
                vec![image()],
                [[[[0.0]]]],
                vec![none()],
            )
            .bench(
                RoiAlign {
                    boxes: Tensor::from_fn([32, 5], |i| [0.0, 2.0, 3.0, 20.0, 24.0][i % 5]),
                    grid: new([7, 7]).sampling_ratio(2),
                },
                shapes![[1, 16, 28, 28]],
                Work::Flops(32 * 16 * 49 * 4 * 8),
            )
    }
}

/// The mean of the samples of each part.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &RoiAlign, x: &[Tensor<f64>]) -> Tensor<f64> {
    let shape = op.result(x[0].shape()).expect("a case that is accepted");
    crate::testing::from_index(shape, |at| {
        let samples = super::boxes::textbook_samples(op, x[0].shape(), at);
        let terms = samples
            .iter()
            .map(|&(place, weight)| weight * crate::testing::element(&x[0], &[place[0], at[1], place[1], place[2]]));
        terms.sum()
    })
}
