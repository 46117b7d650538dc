//! `affine_grid`: the grid of an affine map, for `grid_sample`.

use crate::ops::pool::sizes::accept;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The places where an affine map takes the pixels of an image of `size`, as [`grid_sample`](Var::grid_sample) wants them.
    ///
    /// `y[n, i, j] = θ[n] (u, v, 1)ᵀ` for the pixel in row `i` and column `j`, whose centre has the coordinates `u` across and `v` down: from
    /// -1 to 1 with `align_corners`, else -1 and 1 are the outer edges
    ///
    /// # Shape
    /// `[n, 2, 3] -> [n, h, w, 2]` for the `size` `[h, w]`
    ///
    /// # Gradient
    /// `dθ[n] = Σᵢⱼ dy[n, i, j] (u, v, 1)`. Saves nothing of `θ`.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let theta = Var::leaf([[[1.0, 0.0, 0.25], [0.0, 1.0, 0.0]]]); // to the right by an eighth of the width
    /// let y = theta.affine_grid([1, 2], false);
    /// assert_eq!(*y.value(), [[[[-0.25, 0.0], [0.75, 0.0]]]].into());
    /// assert_eq!(y.sum().backward().get(&theta).unwrap().to_vec(), [0.0, 0.0, 2.0, 0.0, 0.0, 2.0]);
    /// ```
    ///
    /// Jaderberg et al., "Spatial transformer networks" (2015), equation 1.
    #[track_caller]
    #[must_use]
    pub fn affine_grid(&self, size: [usize; 2], align_corners: bool) -> Self {
        let [h, w] = size;
        let says = match **self.shape() {
            [n, 2, 3] => Shape::from([n, h, w, 3]).addressable().map(|_| n),
            _ => Err(Mismatch::new(format!("{} is no batch of affine maps", self.shape()))),
        };
        let n = accept("affine_grid", "[n, 2, 3] -> [n, h, w, 2]", self.shape(), says);
        if n == 0 {
            return self.reshape([0, h, w, 2]);
        }
        let coordinate = |i: usize, n: usize| match (align_corners, n) {
            (true, 1) => 0.0,
            (true, _) => 2.0 * i as f64 / (n - 1) as f64 - 1.0,
            (false, _) => (2 * i + 1) as f64 / n as f64 - 1.0,
        };
        let centres = Tensor::from_fn([h * w, 3], |k| {
            let pixel = k / 3;
            T::of([coordinate(pixel % w, w), coordinate(pixel / w, h), 1.0][k % 3])
        });
        Var::constant(centres).matmul(&self.mt()).reshape([n, h, w, 2])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor::Generator;
    use crate::testing::{element, from_index, gradcheck, gradgradcheck};
    use std::slice::from_ref;

    #[test]
    fn the_grid_is_the_textbooks() {
        let theta = Tensor::<f64>::uniform([2, 2, 3], -1.0, 1.0, &mut Generator::seed(8));
        for (size, align_corners) in [([3, 4], false), ([3, 4], true), ([1, 2], true), ([0, 2], false)] {
            let coordinate = |i: usize, n: usize| match align_corners {
                true if n == 1 => 0.0,
                true => -1.0 + 2.0 * i as f64 / (n as f64 - 1.0),
                false => -1.0 + (2.0 * i as f64 + 1.0) / n as f64,
            };
            let expected = from_index([2, size[0], size[1], 2].into(), |at| {
                let entry = |column| element(&theta, &[at[0], at[3], column]);
                entry(0) * coordinate(at[2], size[1]) + entry(1) * coordinate(at[1], size[0]) + entry(2)
            });
            let y = Var::constant(&theta).affine_grid(size, align_corners);
            assert_eq!(y.shape(), expected.shape());
            for (a, b) in y.to_vec().into_iter().zip(expected.to_vec()) {
                assert!((a - b).abs() < 1e-14, "{a} and {b}");
            }
            gradcheck(|x| x[0].affine_grid(size, align_corners), from_ref(&theta)).unwrap();
            gradgradcheck(|x| x[0].affine_grid(size, align_corners).square(), from_ref(&theta)).unwrap();
        }
        assert_eq!(*Var::constant(Tensor::<f64>::zeros([0, 2, 3])).affine_grid([2, 2], false).shape(), [0, 2, 2, 2]);
    }

    #[test]
    #[should_panic(expected = "affine_grid: [2, 3] is no batch of affine maps\n  x     [2, 3]")]
    fn a_single_map_is_refused() {
        let _ = Var::constant(Tensor::<f64>::zeros([2, 3])).affine_grid([2, 2], false);
    }
}
