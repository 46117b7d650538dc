//! `grid_sample_nearest`: images sampled at the places of a grid, one pixel each.

use super::GridSample;
use crate::composite::Composite;
use crate::error::Error;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The pixels nearest to the places that a grid names, as [`grid_sample`](Var::grid_sample) names them. The result does not move with the
    /// grid, which is therefore no variable.
    ///
    /// `y[n, c, i, j] = x[n, c, r, s]` for the row `r` and the column `s` next to the place; of two that are equally near, the even one
    ///
    /// # Shape
    /// `[n, c, h, w] x [n, oh, ow, 2] -> [n, c, oh, ow]`; a pair of the grid is the place across, then down
    ///
    /// # Gradient
    /// Each pixel gets the sum over the places that it is nearest to. Saves where they are.
    ///
    /// # Edge cases
    /// A NaN coordinate makes NaN, with gradient 0; so does an infinite one under reflection, while elsewhere it is infinitely far beyond the
    /// edge.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Tensor, Var, ops::GridSample};
    /// let x = Var::leaf([[[[1.0, 5.0]]]]);
    /// let grid = Tensor::from([[[[-0.4, 0.0], [0.4, 0.0], [0.6, 0.0], [1.6, 0.0]]]]);
    /// let y = x.grid_sample_nearest(&grid, GridSample::default());
    /// assert_eq!(y.to_vec(), [1.0, 5.0, 5.0, 0.0]); // the last place lies beyond the edge
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [1.0, 2.0]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn grid_sample_nearest(&self, grid: &Tensor<T>, options: GridSample) -> Self {
        let shape = match GridSample::result(self.shape(), grid.shape()) {
            Ok(shape) => shape,
            Err(why) => {
                let rule = <GridSample as Composite<T>>::RULE;
                let shapes = [self.shape(), grid.shape()].into_iter();
                Error::refused("grid_sample_nearest", rule, why, &["x", "grid"], shapes).raise()
            }
        };
        let (sampler, samples) = (options.grid(self.shape()), shape[2] * shape[3]);
        let [h, w] = sampler.size;
        let grid = grid.contiguous();
        let pairs: Vec<[f64; 2]> = grid
            .as_slice()
            .expect("contiguous")
            .chunks_exact(2)
            .map(|at| {
                [sampler.position(0, at[1]).0, sampler.position(1, at[0]).0].map(|at| at.as_f64().round_ties_even())
            })
            .collect();
        let inside = |at: &[f64; 2]| at[0] >= 0.0 && at[0] < h as f64 && at[1] >= 0.0 && at[1] < w as f64;
        let place = |i: usize| if inside(&pairs[i]) { pairs[i][0] as usize * w + pairs[i][1] as usize } else { 0 };
        let alike = [shape[0], 1, samples];
        let index = Tensor::from_fn(alike, |i| place(i) as i64).broadcast_to([shape[0], shape[1], samples]);
        let nowhere = Tensor::from_fn(alike, |i| pairs[i].iter().any(|at| at.is_nan()));
        let outside = Tensor::from_fn(alike, |i| !inside(&pairs[i]));
        let y = self.reshape([shape[0], shape[1], h * w]).gather(2, &index);
        y.masked_fill(&outside, T::zero()).masked_fill(&nowhere, T::nan()).reshape(shape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::GridPadding;
    use crate::tensor::Generator;
    use crate::testing::{element, gradcheck, gradgradcheck};
    use std::slice::from_ref;

    #[test]
    fn the_nearest_pixel_is_the_textbooks() {
        let mut generator = Generator::seed(6);
        let x = Tensor::<f64>::uniform([2, 3, 3, 4], -2.0, 2.0, &mut generator);
        let grid = Tensor::<f64>::uniform([2, 4, 5, 2], -1.9, 1.9, &mut generator);
        for align_corners in [false, true] {
            let options = GridSample::default().padding(GridPadding::Border).align_corners(align_corners);
            let y = Var::constant(&x).grid_sample_nearest(&grid, options);
            for (i, y) in y.to_vec().into_iter().enumerate() {
                let at = [i / 60, i / 20 % 3, i / 5 % 4, i % 5];
                let near = |d: usize| {
                    let (g, n) = (element(&grid, &[at[0], at[2], at[3], 1 - d]), x.shape()[2 + d] as f64);
                    let place = if align_corners { (g + 1.0) / 2.0 * (n - 1.0) } else { (g + 1.0) * n / 2.0 - 0.5 };
                    place.round().clamp(0.0, n - 1.0) as usize
                };
                assert_eq!(y, element(&x, &[at[0], at[1], near(0), near(1)]));
            }
            gradcheck(|x| x[0].grid_sample_nearest(&grid, options), from_ref(&x)).unwrap();
            gradgradcheck(|x| x[0].grid_sample_nearest(&grid, options).square(), from_ref(&x)).unwrap();
        }
    }

    #[test]
    fn coordinates_that_are_no_number_and_infinite_ones() {
        let x = Var::<f64>::leaf([[[[1.0, 5.0]]]]);
        let grid = Tensor::from([[[[f64::NAN, 0.0], [f64::INFINITY, 0.0], [-1e300, 0.0], [0.5, 0.0]]]]);
        let of = |padding| x.grid_sample_nearest(&grid, GridSample::default().padding(padding));
        let zeros = of(GridPadding::Zeros);
        assert!(zeros.to_vec()[0].is_nan());
        assert_eq!(zeros.to_vec()[1..], [0.0, 0.0, 5.0]);
        assert_eq!(zeros.sum().backward().get(&x).unwrap().to_vec(), [0.0, 1.0]);
        assert_eq!(of(GridPadding::Border).to_vec()[1..], [5.0, 1.0, 5.0]);
        assert!(of(GridPadding::Reflection).to_vec()[1].is_nan());
    }

    #[test]
    #[should_panic(
        expected = "grid_sample_nearest: there are 1 images and 2 grids\n  x     [1, 1, 2, 2]\n  grid  [2, 1, 1, 2]"
    )]
    fn another_number_of_grids_is_refused() {
        let x = Var::constant(Tensor::<f64>::zeros([1, 1, 2, 2]));
        let _ = x.grid_sample_nearest(&Tensor::zeros([2, 1, 1, 2]), GridSample::default());
    }
}
