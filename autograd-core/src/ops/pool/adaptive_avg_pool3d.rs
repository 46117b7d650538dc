//! `adaptive_avg_pool3d`: the mean of each of a given number of pieces of a volume.

use super::sizes::piece;
use super::volumes::pool;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The mean of each of `od × oh × ow` pieces into which the volumes are parted, whatever their size:
    /// [`adaptive_avg_pool2d`](Var::adaptive_avg_pool2d) over height and width, then over depth.
    ///
    /// # Shape
    /// `[n, c, d, h, w] -> [n, c, od, oh, ow]` for the `size` `[od, oh, ow]`
    ///
    /// # Gradient
    /// Each element of a piece gets the same share of `dy`. Saves the shape of `x`.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Tensor, Var};
    /// let x = Var::leaf(Tensor::from([1.0, 5.0, 3.0]).reshape([1, 1, 3, 1, 1]));
    /// let y = x.adaptive_avg_pool3d([2, 1, 1]);
    /// assert_eq!(y.to_vec(), [3.0, 4.0]); // the second plane belongs to both pieces
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.5, 1.0, 0.5]);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "AdaptiveAvgPool3d")]
    pub fn adaptive_avg_pool3d(&self, size: [usize; 3]) -> Self {
        let [od, oh, ow] = size;
        let says = |[d, h, w]: [usize; 3]| Ok([piece(d, od, 2)?, piece(h, oh, 3)?, piece(w, ow, 4)?]);
        let planes = |x: &Var<T>| x.adaptive_avg_pool2d([oh, ow]);
        pool("adaptive_avg_pool3d", self, says, planes, |x| x.adaptive_avg_pool2d([od, oh * ow]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::pool::sizes::pieces;
    use crate::testing::gradcheck;

    #[test]
    fn pieces_may_overlap_along_each_axis() {
        let (x, size) = (Tensor::<f64>::from_fn([1, 2, 3, 4, 5], |i| (i * 37 % 121) as f64), [2, 3, 2]);
        let y = Var::constant(&x).adaptive_avg_pool3d(size);
        assert_eq!(*y.shape(), [1, 2, 2, 3, 2]);
        let of = [pieces(3, 2), pieces(4, 3), pieces(5, 2)];
        for (i, y) in y.to_vec().into_iter().enumerate() {
            let [d, h, w] = [&of[0][i / 6 % 2], &of[1][i / 2 % 3], &of[2][i % 2]];
            let places = d.clone().flat_map(|d| h.clone().flat_map(move |h| w.clone().map(move |w| [d, h, w])));
            let sum: f64 = places.map(|[d, h, w]| x.at([0, i / 12, d, h, w])).sum();
            let mean = sum / (d.len() * h.len() * w.len()) as f64;
            assert!((y - mean).abs() < 1e-12, "{y}, not {mean}");
        }
        gradcheck(|x| x[0].adaptive_avg_pool3d(size), &[x]).unwrap();
    }

    #[test]
    #[should_panic(expected = "adaptive_avg_pool3d: the result has size 0 along axis 3, it must be at least 1")]
    fn no_pieces_are_refused() {
        let _ = Var::constant(Tensor::<f64>::zeros([1, 1, 2, 2, 2])).adaptive_avg_pool3d([1, 0, 1]);
    }
}
