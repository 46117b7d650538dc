//! `adaptive_max_pool2d`: the largest element of each of a given number of pieces.

use super::max_pool2d::take_largest;
use super::sizes::{accept, adaptive, as_images, as_sequences, piece};
use crate::ops::prelude::*;

/// The shape rule.
const RULE: &str = "[n, c, h, w] -> [n, c, oh, ow]";

impl<T: Real> Var<T> {
    /// The largest element of each of `oh × ow` pieces into which the images are parted, whatever their size; the pieces are those of
    /// [`adaptive_avg_pool2d`](Var::adaptive_avg_pool2d).
    ///
    /// # Shape
    /// `[n, c, h, w] -> [n, c, oh, ow]` for the `size` `[oh, ow]`
    ///
    /// # Gradient
    /// The max gate routes: `dy` goes to the element that won. Saves where it is.
    ///
    /// # Edge cases
    /// The first of several largest elements takes all. NaN wins over every number.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[[[1.0, 5.0, 3.0]]]]);
    /// let y = x.adaptive_max_pool2d([1, 2]);
    /// assert_eq!(y.to_vec(), [5.0, 5.0]); // the second column belongs to both pieces
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.0, 2.0, 0.0]);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "AdaptiveMaxPool2d")]
    pub fn adaptive_max_pool2d(&self, size: [usize; 2]) -> Self {
        take_largest(self, &accept("adaptive_max_pool2d", RULE, self.shape(), adaptive(self.shape(), size))).0
    }

    /// The result of [`adaptive_max_pool2d`](Var::adaptive_max_pool2d), and the position of each element among those of its plane, in
    /// row-major order.
    ///
    /// # Shape
    /// `[n, c, h, w] -> [n, c, oh, ow]`, twice
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[[[1.0, 2.0, 3.0, 4.0], [8.0, 7.0, 6.0, 5.0]]]]);
    /// let (y, at) = x.adaptive_max_pool2d_with_indices([1, 2]);
    /// assert_eq!((y.to_vec(), at.to_vec()), (vec![8.0, 6.0], vec![4, 6]));
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 1.0, 0.0]);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "return_indices")]
    pub fn adaptive_max_pool2d_with_indices(&self, size: [usize; 2]) -> (Self, Tensor<i64>) {
        let says = adaptive(self.shape(), size);
        take_largest(self, &accept("adaptive_max_pool2d_with_indices", RULE, self.shape(), says))
    }

    /// The largest element of each of `size` pieces into which the sequences are parted, whatever their length:
    /// [`adaptive_max_pool2d`](Var::adaptive_max_pool2d) on images of height 1.
    ///
    /// # Shape
    /// `[n, c, l] -> [n, c, size]`
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[[1.0, 5.0, 3.0]]]);
    /// let y = x.adaptive_max_pool1d(2);
    /// assert_eq!(y.to_vec(), [5.0, 5.0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.0, 2.0, 0.0]);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "AdaptiveMaxPool1d")]
    pub fn adaptive_max_pool1d(&self, size: usize) -> Self {
        let x = as_images("adaptive_max_pool1d", self, |l| piece(l, size, 2));
        let says = adaptive(x.shape(), [1, size]);
        let pool = accept("adaptive_max_pool1d", "[n, c, l] -> [n, c, ol]", self.shape(), says);
        as_sequences(&take_largest(&x, &pool).0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::sizes::pieces;
    use super::*;
    use crate::grad_with;
    use crate::parallel::with_threads;
    use crate::tensor::Generator;
    use crate::testing::{element, from_index, gradcheck, gradgradcheck, layouts::LAYOUTS};
    use std::slice::from_ref;

    /// The largest element over the rows and columns of each piece.
    fn textbook(x: &Tensor<f64>, size: [usize; 2]) -> Tensor<f64> {
        let [rows, columns] = [pieces(x.shape()[2], size[0]), pieces(x.shape()[3], size[1])];
        from_index([x.shape()[0], x.shape()[1], size[0], size[1]].into(), |at| {
            let places = rows[at[2]].clone().flat_map(|i| columns[at[3]].clone().map(move |j| (i, j)));
            places.map(|(i, j)| element(x, &[at[0], at[1], i, j])).fold(f64::NEG_INFINITY, f64::max)
        })
    }

    #[test]
    fn pieces_are_the_textbooks() {
        for (shape, size) in
            [([2, 2, 5, 7], [2, 3]), ([1, 3, 4, 6], [2, 2]), ([1, 1, 2, 5], [3, 2]), ([2, 1, 3, 4], [1, 1])]
        {
            let x = Tensor::<f64>::uniform(shape, -2.0, 2.0, &mut Generator::seed(7));
            let y = textbook(&x, size);
            for layout in LAYOUTS {
                assert_eq!(*Var::constant(layout.of(&x)).adaptive_max_pool2d(size).value(), y, "{layout:?}");
            }
            gradcheck(|x| x[0].adaptive_max_pool2d(size), from_ref(&x)).unwrap();
            gradgradcheck(|x| x[0].adaptive_max_pool2d(size).square(), &[x]).unwrap();
        }
        assert_eq!(
            *Var::constant(Tensor::<f64>::zeros([0, 2, 3, 4])).adaptive_max_pool2d([2, 2]).shape(),
            [0, 2, 2, 2]
        );
    }

    #[test]
    fn the_first_of_several_takes_all_and_nan_wins() {
        let x = Var::leaf([[[[1.0, 2.0, 2.0], [f64::NAN, 9.0, f64::NAN]]]]);
        let (y, at) = x.adaptive_max_pool2d_with_indices([2, 1]);
        assert_eq!((y.to_vec()[0], y.to_vec()[1].is_nan(), at.to_vec()), (2.0, true, vec![1, 3]));
        assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.0, 1.0, 0.0, 1.0, 0.0, 0.0]);
    }

    #[test]
    fn one_thread_and_two_give_the_same_bits() {
        let x = Var::leaf(Tensor::<f32>::normal([4, 8, 29, 31], 0.0, 1.0, &mut Generator::seed(1)));
        let run = |threads| {
            with_threads(threads, || {
                let y = x.adaptive_max_pool2d([7, 7]);
                let dx = grad_with(&y, &y.detach(), &x, false);
                (y.to_vec(), dx.unwrap().to_vec())
            })
        };
        assert_eq!(run(1), run(2));
    }

    #[test]
    #[should_panic(expected = "adaptive_max_pool2d: the result has size 0 along axis 2, it must be at least 1")]
    fn no_pieces_are_refused() {
        let _ = Var::constant(Tensor::<f64>::zeros([1, 2, 3, 4])).adaptive_max_pool2d([0, 2]);
    }

    #[test]
    #[should_panic(expected = "adaptive_max_pool1d: x has 4 axes instead of 3")]
    fn images_are_no_sequences() {
        let _ = Var::constant(Tensor::<f64>::zeros([1, 2, 3, 4])).adaptive_max_pool1d(2);
    }
}
