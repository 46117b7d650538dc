//! `masked_select` and `masked_scatter`: the elements that a mask marks, taken and put.

use crate::kernel::index;
use crate::ops::prelude::*;
use crate::tensor::views::broadcast_shape;

impl<T: Real> Var<T> {
    /// The elements that the mask marks, in row-major order, as a vector; operand and mask are broadcast to one shape first.
    ///
    /// # Shape
    /// `[..] -> [k]`, where `k` is the number of marks
    ///
    /// # Gradient
    /// `dx` is `dy` at the marks and 0 elsewhere. Saves shapes.
    ///
    /// # Edge cases
    /// What the mask does not mark leaks nowhere, be it NaN or infinite.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Tensor, Var};
    /// let x = Var::leaf([[1.0, 2.0], [3.0, 4.0]]);
    /// let y = x.masked_select(&Tensor::from([[true, false], [true, true]]));
    /// assert_eq!(*y.value(), [1.0, 3.0, 4.0].into());
    /// let gradients = y.backward_with(&[5.0, 6.0, 7.0].into());
    /// assert_eq!(*gradients.get(&x).unwrap(), [[5.0, 0.0], [6.0, 7.0]].into());
    /// ```
    ///
    /// # Panics
    /// If operand and mask do not broadcast.
    #[track_caller]
    #[must_use]
    #[doc(alias = "boolean_mask")]
    pub fn masked_select(&self, mask: &Tensor<bool>) -> Self {
        let shape = self.shape().broadcast(mask.shape()).and_then(Shape::addressable);
        let shape = self.value().accept("masked_select", "[..] -> [k] for a mask with k marks", shape);
        let marks = marks(&mask.broadcast_to(&shape));
        self.broadcast_to(&shape).reshape(shape.numel()).index_select(0, &marks)
    }

    /// The variable with the elements of `source`, in row-major order, in place of those that the mask marks.
    ///
    /// # Shape
    /// `[..] x [..] -> [..]`; the mask broadcasts to `x`, and the source has at least as many elements as there are marks
    ///
    /// # Gradient
    /// `dx = dy`, but 0 at the marks; `dsource` is `dy` at the marks, and 0 for elements that are left over. Saves shapes.
    ///
    /// # Edge cases
    /// What is replaced leaks nowhere, be it NaN or infinite.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Tensor, Var};
    /// let (x, source) = (Var::leaf([[1.0, 2.0], [3.0, 4.0]]), Var::leaf([10.0, 20.0, 30.0]));
    /// let y = x.masked_scatter(&Tensor::from([[true, false], [false, true]]), &source);
    /// assert_eq!(*y.value(), [[10.0, 2.0], [3.0, 20.0]].into());
    /// let gradients = y.backward_with(&[[1.0, 2.0], [3.0, 4.0]].into());
    /// assert_eq!(*gradients.get(&x).unwrap(), [[0.0, 2.0], [3.0, 0.0]].into());
    /// assert_eq!(gradients.get(&source).unwrap().to_vec(), [1.0, 4.0, 0.0]);
    /// ```
    ///
    /// # Panics
    /// If the mask does not broadcast to `x`, or the source has too few elements.
    #[track_caller]
    #[must_use]
    pub fn masked_scatter(&self, mask: &Tensor<bool>, source: &Var<T>) -> Self {
        let marks = marked(self.shape(), mask, source.shape());
        let rule = "[..] x [..] -> [..], as many elements as marks in the mask, or more";
        let marks = self.value().accept("masked_scatter", rule, marks);
        let source = source.reshape(source.numel()).slice((..marks.numel(),));
        self.reshape(self.numel()).index_copy(0, &marks, &source).reshape(self.shape())
    }
}

/// The places, in row-major order, that a mask marks.
fn marks(mask: &Tensor<bool>) -> Tensor<i64> {
    let mask = mask.contiguous();
    let mask = mask.as_slice().expect("contiguous");
    let count: usize = mask.iter().map(|&mark| usize::from(mark)).sum();
    Tensor::build(Shape::from([count]), |out| index::marked(mask, out))
}

/// The marks in `x`, if there are elements for them.
fn marked(x: &Shape, mask: &Tensor<bool>, source: &Shape) -> Result<Tensor<i64>, Mismatch> {
    if broadcast_shape(mask.shape(), x).is_err() {
        return Err(Mismatch::new(format!("the mask of shape {} does not broadcast to {x}", mask.shape())));
    }
    let marks = marks(&mask.broadcast_to(x));
    match marks.numel() <= source.numel() {
        true => Ok(marks),
        false => Err(Mismatch::new(format!("{} marks for {} elements of the source", marks.numel(), source.numel()))),
    }
}

#[cfg(test)]
mod tests {
    use crate::ops::prelude::check_gradients;
    use crate::{Tensor, Var};

    #[test]
    fn masks_broadcast() {
        let x = Var::leaf([[1.0, 2.0], [3.0, 4.0]]);
        assert_eq!(x.masked_select(&[false, true].into()).to_vec(), [2.0, 4.0]);
        assert_eq!(x.masked_select(&true.into()).to_vec(), [1.0, 2.0, 3.0, 4.0]);
        assert_eq!(*x.masked_select(&false.into()).shape(), [0]);
        assert_eq!(Var::leaf(5.0).masked_select(&[true, false, true].into()).to_vec(), [5.0, 5.0]);
        let y = x.masked_scatter(&[false, true].into(), &Var::leaf([[10.0], [20.0]]));
        assert_eq!(*y.value(), [[1.0, 10.0], [3.0, 20.0]].into());
        assert_eq!(x.masked_scatter(&false.into(), &Var::leaf(5.0)).value(), x.value());
    }

    #[test]
    fn what_is_not_taken_leaks_nowhere() {
        let x = Var::leaf([f64::NAN, 2.0]);
        let mask = Tensor::from([false, true]);
        let gradients = x.masked_select(&mask).sum().backward();
        assert_eq!(gradients.get(&x).unwrap().to_vec(), [0.0, 1.0]);
        let y = x.masked_scatter(&mask.not(), &Var::constant([1.0]));
        assert_eq!(y.to_vec(), [1.0, 2.0]);
        assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.0, 1.0]);
    }

    #[test]
    fn gradients_of_both_orders() {
        let mask = Tensor::from([[true, false, true], [false, false, true]]);
        let x = [Tensor::<f64>::linspace(-1.0, 1.0, 6).reshape([2, 3]), Tensor::linspace(0.5, 1.5, 4)];
        check_gradients(|x| x[0].masked_select(&mask).pow_scalar(3.0), &x);
        check_gradients(|x| x[0].masked_scatter(&mask, &x[1]).pow_scalar(3.0), &x);
    }

    #[test]
    #[should_panic(expected = "masked_select: shapes do not broadcast, axis -1 is 2 and 3")]
    fn a_mask_that_does_not_broadcast_is_refused() {
        let _ = Var::leaf([1.0, 2.0]).masked_select(&[true, false, true].into());
    }

    #[test]
    #[should_panic(expected = "masked_scatter: the mask of shape [3] does not broadcast to [2]")]
    fn a_mask_larger_than_the_operand_is_refused() {
        let _ = Var::leaf([1.0, 2.0]).masked_scatter(&[true, false, true].into(), &Var::leaf([1.0]));
    }

    #[test]
    #[should_panic(expected = "masked_scatter: 2 marks for 1 elements of the source")]
    fn each_mark_needs_an_element() {
        let _ = Var::leaf([1.0, 2.0]).masked_scatter(&true.into(), &Var::leaf([1.0]));
    }
}
