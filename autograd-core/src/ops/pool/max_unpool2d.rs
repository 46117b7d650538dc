//! `max_unpool2d`: the largest elements back in their places.

use super::sizes::four;
use crate::error::Error;
use crate::kernel::pool::overwritten;
use crate::ops::prelude::*;

/// The shape rule.
const RULE: &str = "[n, c, oh, ow] -> [n, c, h, w] for indices [n, c, oh, ow]";

impl<T: Real> Var<T> {
    /// Zeros of `size`, but for each element at the position that `indices` gives for it: the inverse of
    /// [`max_pool2d_with_indices`](Var::max_pool2d_with_indices) as far as there is one.
    ///
    /// `y[n, c, indices[n, c, o, p]] = x[n, c, o, p]`, positions counted in row-major order within a plane, and 0 elsewhere
    ///
    /// # Shape
    /// `[n, c, oh, ow] -> [n, c, h, w]` for the `size` `[h, w]` and indices `[n, c, oh, ow]` from 0 to `h·w - 1`
    ///
    /// # Gradient
    /// `dx[n, c, o, p] = dy[n, c, indices[n, c, o, p]]`. Saves nothing but the indices.
    ///
    /// # Edge cases
    /// The last of several elements sent to one place stays; those that it replaces have gradient 0.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Var, ops::MaxPool2d};
    /// let x = Var::leaf([[[[1.0, 5.0, 2.0, 3.0], [4.0, 0.0, 8.0, 6.0]]]]);
    /// let (y, at) = x.max_pool2d_with_indices(MaxPool2d::new([2, 2]));
    /// let y = y.max_unpool2d(&at, [2, 4]);
    /// assert_eq!(y.to_vec(), [0.0, 5.0, 0.0, 0.0, 0.0, 0.0, 8.0, 0.0]);
    /// let gradients = y.square().sum().backward();
    /// assert_eq!(gradients.get(&x).unwrap().to_vec(), [0.0, 10.0, 0.0, 0.0, 0.0, 0.0, 16.0, 0.0]);
    /// ```
    ///
    /// Zeiler and Fergus, "Visualizing and understanding convolutional networks" (2014).
    #[track_caller]
    #[must_use]
    pub fn max_unpool2d(&self, indices: &Tensor<i64>, size: [usize; 2]) -> Self {
        let shape = match sizes(self.shape(), indices, size) {
            Ok(shape) => shape,
            Err(why) => {
                let shapes = [self.shape(), indices.shape()].into_iter();
                Error::refused("max_unpool2d", RULE, why, &["x", "indices"], shapes).raise()
            }
        };
        let (plane, all) = (self.shape()[2] * self.shape()[3], size[0] * size[1]);
        let planes = [shape[0], shape[1], plane];
        let (x, indices) = (self.reshape(planes), indices.reshape(planes).contiguous());
        let replaced = Tensor::build(Shape::from(planes), |out| {
            overwritten(indices.as_slice().expect("contiguous"), plane, all, out);
        });
        let x = if replaced.any() { x.masked_fill(&replaced, T::zero()) } else { x };
        x.scatter_add(2, &indices, all).reshape(shape)
    }
}

/// The shape of the result.
fn sizes(x: &Shape, indices: &Tensor<i64>, size: [usize; 2]) -> Result<Shape, Mismatch> {
    let &[n, c, oh, ow] = four(x)?;
    if indices.shape() != x {
        return Err(Mismatch::new(format!("the indices have shape {}, x has {x}", indices.shape())));
    }
    let shape = Shape::from([n, c, size[0], size[1]]).addressable()?;
    Shape::from([oh, ow]).addressable()?;
    match first(indices, |i| outside(i, size[0] * size[1])) {
        Some((i, at)) => Err(Mismatch::new(format!(
            "index {i} at {at:?} is out of range, a plane has {} elements",
            size[0] * size[1]
        ))),
        None => Ok(shape),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::MaxPool2d;
    use crate::tensor::Generator;
    use crate::testing::{gradcheck, gradgradcheck};

    #[test]
    fn what_was_pooled_goes_back_to_its_place() {
        let x = Tensor::<f64>::uniform([2, 2, 4, 6], -2.0, 2.0, &mut Generator::seed(2));
        let (y, at) = Var::constant(&x).max_pool2d_with_indices(MaxPool2d::new([2, 3]));
        let back = y.max_unpool2d(&at, [4, 6]);
        let (again, _) = back.relu().max_pool2d_with_indices(MaxPool2d::new([2, 3]));
        assert_eq!(again.to_vec(), y.relu().to_vec());
        gradcheck(|x| x[0].max_unpool2d(&at, [4, 6]), &[y.value().clone()]).unwrap();
        gradgradcheck(|x| x[0].max_unpool2d(&at, [4, 6]).square(), &[y.value().clone()]).unwrap();
    }

    #[test]
    fn the_last_of_several_stays_and_the_others_have_gradient_zero() {
        let x = Var::leaf([[[[1.0, 2.0, f64::NAN, 4.0]]]]);
        let y = x.max_unpool2d(&Tensor::from([[[[2i64, 0, 2, 2]]]]), [1, 3]);
        assert_eq!(y.to_vec(), [2.0, 0.0, 4.0]);
        let dx = y.backward_with(&[[[[5.0, 6.0, 7.0]]]].into());
        assert_eq!(dx.get(&x).unwrap().to_vec(), [0.0, 5.0, 0.0, 7.0]);
    }

    #[test]
    fn empty_planes_and_batches() {
        let none = Tensor::from_vec(vec![], [0, 2, 3, 3]);
        assert_eq!(
            *Var::constant(Tensor::<f64>::zeros([0, 2, 3, 3])).max_unpool2d(&none, [6, 6]).shape(),
            [0, 2, 6, 6]
        );
        let none = Tensor::from_vec(vec![], [1, 2, 0, 3]);
        let y = Var::constant(Tensor::<f64>::zeros([1, 2, 0, 3])).max_unpool2d(&none, [2, 1]);
        assert_eq!(*y.value(), Tensor::zeros([1, 2, 2, 1]));
    }

    #[test]
    #[should_panic(expected = "max_unpool2d: index 4 at [0, 0, 0, 1] is out of range, a plane has 4 elements\n  x")]
    fn an_index_beyond_the_plane_is_refused() {
        let _ = Var::constant(Tensor::<f64>::zeros([1, 1, 1, 2])).max_unpool2d(&Tensor::from([[[[0i64, 4]]]]), [2, 2]);
    }

    #[test]
    #[should_panic(expected = "max_unpool2d: the indices have shape [1, 1, 1, 1], x has [1, 1, 1, 2]")]
    fn indices_of_another_shape_are_refused() {
        let _ = Var::constant(Tensor::<f64>::zeros([1, 1, 1, 2])).max_unpool2d(&Tensor::from([[[[0i64]]]]), [2, 2]);
    }
}
