//! `roi_pool`: boxes of images at one size, the largest element of each part.

use super::boxes::regions_of;
use crate::kernel::roi::{Pieces, argmax};
use crate::ops::pool::sizes::accept;
use crate::ops::prelude::*;
use std::ops::Range;

impl<T: Real> Var<T> {
    /// Boxes of the images, each brought to one size: a result is the largest element of its part of the box.
    ///
    /// A row of `boxes` is the number of the image and the box's corners, `x1, y1, x2, y2`, which are multiplied by `spatial_scale`, rounded
    /// half away from zero, and belong to the box, both. Part `o` of `m` along a box of `n` pixels goes from `⌊o n / m⌋` to
    /// `⌈(o + 1) n / m⌉`, as far as that lies inside the image.
    ///
    /// # Shape
    /// `[n, c, h, w] -> [k, c, oh, ow]` for boxes `[k, 5]` and the `size` `[oh, ow]`
    ///
    /// # Gradient
    /// The max gate routes: `dy` goes to the element that won. Saves where it is.
    ///
    /// # Edge cases
    /// The first of several largest elements takes all. NaN wins over every number. A part outside the image is 0. A box without a pixel, with
    /// `x2 < x1`, has one.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Tensor, Var};
    /// let x = Var::leaf([[[[1.0, 4.0, 3.0, 9.0]]]]);
    /// let boxes = Tensor::from([[0.0, 0.0, 0.0, 2.0, 0.0]]); // the first three pixels
    /// let y = x.roi_pool(&boxes, [1, 2], 1.0);
    /// assert_eq!(y.to_vec(), [4.0, 4.0]); // the second pixel belongs to both parts
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.0, 2.0, 0.0, 0.0]);
    /// ```
    ///
    /// Girshick, "Fast R-CNN" (2015).
    #[track_caller]
    #[must_use]
    pub fn roi_pool(&self, boxes: &Tensor<T>, size: [usize; 2], spatial_scale: f64) -> Self {
        let boxes: Tensor<f64> = boxes.cast();
        let rule = "[n, c, h, w] -> [k, c, oh, ow] for boxes [k, 5]";
        let shape = accept("roi_pool", rule, self.shape(), regions_of(self.shape(), &boxes, size, spatial_scale));
        let plane = [self.shape()[2], self.shape()[3]];
        let pieces: Vec<Pieces> = if shape.contains(&0) {
            Vec::new()
        } else {
            boxes.to_vec().chunks_exact(5).map(|row| parted(row, spatial_scale, size, plane)).collect()
        };
        let x = self.value().contiguous();
        let winner = Tensor::build(Shape::from(shape.numel()), |at: &mut [i64]| {
            argmax(x.as_slice().expect("contiguous"), plane, shape[1], &pieces, at);
        });
        let empty = winner.lt(0);
        let y = self.reshape(self.numel()).gather(0, &winner.map(|at| at.max(0)));
        let y = if empty.any() { y.masked_fill(&empty, T::zero()) } else { y };
        y.reshape(shape)
    }
}

/// The parts of the box of a row, in planes of this size.
fn parted(row: &[f64], scale: f64, size: [usize; 2], plane: [usize; 2]) -> Pieces {
    let along = |d: usize| -> Vec<Range<usize>> {
        let (start, end) = ((row[2 - d] * scale).round(), (row[4 - d] * scale).round());
        let (length, m) = ((end - start + 1.0).max(1.0), size[d] as f64);
        let inside = |at: f64| (at + start).clamp(0.0, plane[d] as f64) as usize;
        let part = |o: usize| inside((o as f64 * length / m).floor())..inside(((o + 1) as f64 * length / m).ceil());
        (0..size[d]).map(part).collect()
    };
    Pieces { image: row[0] as usize, rows: along(0), columns: along(1) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grad_with;
    use crate::parallel::with_threads;
    use crate::tensor::Generator;
    use crate::testing::{element, from_index, gradcheck, gradgradcheck, layouts::LAYOUTS};
    use std::slice::from_ref;

    /// The largest of the elements that lie in a part of a box, looked for in the whole image.
    fn textbook(x: &Tensor<f64>, boxes: &Tensor<f64>, size: [usize; 2], scale: f64) -> Tensor<f64> {
        let shape = [boxes.shape()[0], x.shape()[1], size[0], size[1]];
        from_index(shape.into(), |at| {
            let inside = |d: usize, i: usize| {
                let corner = |column| (element(boxes, &[at[0], column]) * scale).round() as i64;
                let (start, end) = (corner(2 - d), corner(4 - d));
                let (length, m, o) = ((end - start + 1).max(1), size[d] as i64, at[2 + d] as i64);
                let (i, last) = (i as i64 - start, ((o + 1) * length + m - 1) / m);
                i >= o * length / m && i < last
            };
            let image = element(boxes, &[at[0], 0]) as usize;
            let mut largest = None;
            for (i, j) in (0..x.shape()[2]).flat_map(|i| (0..x.shape()[3]).map(move |j| (i, j))) {
                if inside(0, i) && inside(1, j) {
                    largest = Some(element(x, &[image, at[1], i, j]).max(largest.unwrap_or(f64::NEG_INFINITY)));
                }
            }
            largest.unwrap_or(0.0)
        })
    }

    fn boxes() -> Tensor<f64> {
        Tensor::from([
            [1.0, 0.3, 0.2, 3.1, 2.7],
            [0.0, -3.0, 1.0, 2.5, 9.0],
            [1.0, 3.0, 2.0, 1.0, 2.0],
            [0.0, 8.0, 8.0, 9.0, 9.0],
        ])
    }

    #[test]
    fn parts_are_the_textbooks() {
        let x = Tensor::<f64>::uniform([2, 3, 4, 5], -2.0, 2.0, &mut Generator::seed(12));
        for (size, scale) in [([2, 3], 1.0), ([1, 1], 0.5), ([3, 2], 1.5)] {
            let y = textbook(&x, &boxes(), size, scale);
            for layout in LAYOUTS {
                let x = Var::constant(layout.of(&x));
                assert_eq!(*x.roi_pool(&layout.of(&boxes()), size, scale).value(), y, "{layout:?}");
            }
            gradcheck(|x| x[0].roi_pool(&boxes(), size, scale), from_ref(&x)).unwrap();
            gradgradcheck(|x| x[0].roi_pool(&boxes(), size, scale).square(), from_ref(&x)).unwrap();
        }
    }

    #[test]
    fn nothing_makes_nothing() {
        let none = Tensor::from_vec(vec![], [0, 5]);
        assert_eq!(
            *Var::constant(Tensor::<f64>::zeros([2, 3, 4, 5])).roi_pool(&none, [2, 2], 1.0).shape(),
            [0, 3, 2, 2]
        );
        assert_eq!(
            *Var::constant(Tensor::<f64>::zeros([2, 0, 4, 5])).roi_pool(&boxes(), [2, 2], 1.0).shape(),
            [4, 0, 2, 2]
        );
    }

    #[test]
    fn nan_wins_and_the_first_of_several_takes_all() {
        let x = Var::leaf([[[[1.0, 7.0, 7.0, f64::NAN, 9.0]]]]);
        let y = x.roi_pool(&[[0.0, 0.0, 0.0, 2.0, 0.0], [0.0, 2.0, 0.0, 4.0, 0.0]].into(), [1, 1], 1.0);
        assert_eq!((y.to_vec()[0], y.to_vec()[1].is_nan()), (7.0, true));
        assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.0, 1.0, 0.0, 1.0, 0.0]);
    }

    #[test]
    fn one_thread_and_two_give_the_same_bits() {
        let x = Var::leaf(Tensor::<f32>::normal([2, 16, 28, 28], 0.0, 1.0, &mut Generator::seed(1)));
        let boxes = Tensor::from_fn([40, 5], |i| [(i / 5 % 2) as f32, 2.0, (i / 5 % 9) as f32, 20.0, 24.0][i % 5]);
        let run = |threads| {
            with_threads(threads, || {
                let y = x.roi_pool(&boxes, [7, 7], 1.0);
                let dx = grad_with(&y, &y.detach(), &x, false);
                (y.to_vec(), dx.unwrap().to_vec())
            })
        };
        assert_eq!(run(1), run(2));
    }

    #[test]
    #[should_panic(expected = "roi_pool: box 0 is of image 1, there are 1\n  x     [1, 3, 4, 5]")]
    fn a_box_of_no_image_is_refused() {
        let _ = Var::constant(Tensor::<f64>::zeros([1, 3, 4, 5])).roi_pool(&boxes(), [2, 2], 1.0);
    }
}
