//! `nearest_unpool2d` and `bed_of_nails_unpool2d`: each element as a block, or as the corner of one.

use super::sizes::{accept, four};
use crate::ops::prelude::*;
use crate::tensor::AxisSlice;

/// The shape rule.
const RULE: &str = "[n, c, h, w] -> [n, c, h·r, w·s]";

impl<T: Real> Var<T> {
    /// Each element as a block of `r × s` copies.
    ///
    /// `y[n, c, i, j] = x[n, c, i / r, j / s]`, rounded down
    ///
    /// # Shape
    /// `[n, c, h, w] -> [n, c, h·r, w·s]` for the `block` `[r, s]`
    ///
    /// # Gradient
    /// `dx` is the sum of `dy` over the block. Saves the shape of `x`.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[[[1.0, 2.0]]]]);
    /// let y = x.nearest_unpool2d([2, 2]);
    /// assert_eq!(y.to_vec(), [1.0, 1.0, 2.0, 2.0, 1.0, 1.0, 2.0, 2.0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [4.0, 4.0]);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "repeat_interleave")]
    pub fn nearest_unpool2d(&self, block: [usize; 2]) -> Self {
        let shape = accept("nearest_unpool2d", RULE, self.shape(), blocks(self.shape(), block));
        let &[n, c, h, w] = four(self.shape()).expect("accepted above");
        let copies = self.reshape([n, c, h, 1, w, 1]).broadcast_to([n, c, h, block[0], w, block[1]]);
        copies.reshape(shape)
    }

    /// Each element in the top left corner of a block of `r × s` elements that are else 0.
    ///
    /// `y[n, c, i·r, j·s] = x[n, c, i, j]`, and 0 elsewhere
    ///
    /// # Shape
    /// `[n, c, h, w] -> [n, c, h·r, w·s]` for the `block` `[r, s]`
    ///
    /// # Gradient
    /// `dx[n, c, i, j] = dy[n, c, i·r, j·s]`. Saves nothing.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[[[1.0, 2.0]]]]);
    /// let y = x.bed_of_nails_unpool2d([2, 2]);
    /// assert_eq!(y.to_vec(), [1.0, 0.0, 2.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [1.0, 1.0]);
    /// ```
    ///
    /// Dosovitskiy, Springenberg and Brox, "Learning to generate chairs with convolutional neural networks" (2015).
    #[track_caller]
    #[must_use]
    pub fn bed_of_nails_unpool2d(&self, block: [usize; 2]) -> Self {
        let shape = accept("bed_of_nails_unpool2d", RULE, self.shape(), blocks(self.shape(), block));
        let all = AxisSlice::from(..);
        let ranges = [all, all, all.step(block[0] as isize), all.step(block[1] as isize)];
        self.embed(ranges.as_slice(), shape)
    }
}

/// The shape of a result in which each element has become a block.
fn blocks(x: &Shape, block: [usize; 2]) -> Result<Shape, Mismatch> {
    let &[n, c, h, w] = four(x)?;
    if block.contains(&0) {
        return Err(Mismatch::new(format!("the block is {block:?}, it must be at least 1")));
    }
    Shape::from(block).addressable()?;
    Shape::from([n, c, h.saturating_mul(block[0]), w.saturating_mul(block[1])]).addressable()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor::Generator;
    use crate::testing::{element, from_index, gradcheck, gradgradcheck};
    use std::slice::from_ref;

    #[test]
    fn blocks_are_the_textbooks() {
        for (shape, block) in
            [([2, 2, 3, 2], [2, 3]), ([1, 2, 2, 2], [1, 1]), ([1, 1, 1, 3], [4, 1]), ([0, 1, 2, 2], [2, 2])]
        {
            let x = Tensor::<f64>::uniform(shape, -2.0, 2.0, &mut Generator::seed(9));
            let to = Shape::from([shape[0], shape[1], shape[2] * block[0], shape[3] * block[1]]);
            let of = |at: &[usize]| element(&x, &[at[0], at[1], at[2] / block[0], at[3] / block[1]]);
            let corner = |at: &[usize]| at[2].is_multiple_of(block[0]) && at[3].is_multiple_of(block[1]);
            let nails = from_index(to.clone(), |at| if corner(at) { of(at) } else { 0.0 });
            assert_eq!(*Var::constant(&x).nearest_unpool2d(block).value(), from_index(to, of));
            assert_eq!(*Var::constant(&x).bed_of_nails_unpool2d(block).value(), nails);
            for unpool in [Var::nearest_unpool2d, Var::bed_of_nails_unpool2d] {
                gradcheck(|x| unpool(&x[0], block), from_ref(&x)).unwrap();
                gradgradcheck(|x| unpool(&x[0], block).square(), from_ref(&x)).unwrap();
            }
        }
    }

    #[test]
    fn nothing_is_multiplied() {
        let x = Var::constant([[[[f64::INFINITY, f64::NAN]]]]);
        let y = x.bed_of_nails_unpool2d([1, 2]).to_vec();
        assert_eq!((y[0], y[1], y[2].is_nan(), y[3]), (f64::INFINITY, 0.0, true, 0.0));
    }

    #[test]
    #[should_panic(expected = "nearest_unpool2d: the block is [0, 2], it must be at least 1")]
    fn a_block_of_nothing_is_refused() {
        let _ = Var::constant(Tensor::<f64>::zeros([1, 1, 2, 2])).nearest_unpool2d([0, 2]);
    }

    #[test]
    #[should_panic(expected = "is more than memory can address")]
    fn a_block_beyond_memory_is_refused() {
        let _ = Var::constant(Tensor::<f64>::zeros([1, 1, 2, 2])).bed_of_nails_unpool2d([usize::MAX, 1]);
    }
}
