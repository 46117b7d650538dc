//! `index_select` of tensors, and what refuses an index.

use super::{Element, Shape, Tensor};
use crate::error::Mismatch;
use crate::kernel::index;

impl<T: Element> Tensor<T> {
    /// Rows along an axis, at the positions that `index` names, in its order and as often.
    ///
    /// `y[.., j, ..] = x[.., index[j], ..]`
    ///
    /// ```
    /// use autograd_core::Tensor;
    /// let labels = Tensor::from([[0i64, 1], [2, 3], [4, 5]]);
    /// assert_eq!(labels.index_select(0, &[2, 0].into()), [[4, 5], [0, 1]].into());
    /// ```
    ///
    /// # Panics
    /// If `index` is no list, or names no position of the axis.
    #[must_use]
    #[track_caller]
    #[doc(alias = "take")]
    pub fn index_select(&self, axis: isize, index: &Tensor<i64>) -> Self {
        let shape = self.accept("index_select", INDEX_SELECT, selected(self.shape(), axis, index));
        self.rows(shape.axis(axis).expect("the shape rule accepted the axis"), index)
    }

    /// The rows that an index names, which [`selected`] accepted.
    pub(crate) fn rows(&self, axis: usize, index: &Tensor<i64>) -> Self {
        let (x, index) = (self.contiguous(), index.contiguous());
        let (n, inner) = (x.shape()[axis], x.shape()[axis + 1..].iter().product());
        Tensor::build(x.shape().with(axis, index.numel()), |out| {
            let (x, index) = (x.as_slice().expect("contiguous"), index.as_slice().expect("contiguous"));
            index::select(x, n, inner, index, out);
        })
    }
}

/// What [`selected`] accepts.
pub(crate) const INDEX_SELECT: &str = "[.., n, ..] -> [.., k, ..] for an index [k]";

/// The shape of the rows that an index names.
pub(crate) fn selected(x: &Shape, axis: isize, index: &Tensor<i64>) -> Result<Shape, Mismatch> {
    let axis = x.axis(axis)?;
    one_axis(index)?;
    within(index, axis, x[axis])?;
    x.with(axis, index.numel()).addressable()
}

/// Refuses an index that is not a list.
pub(crate) fn one_axis(index: &Tensor<i64>) -> Result<(), Mismatch> {
    match index.rank() {
        1 => Ok(()),
        rank => Err(Mismatch::new(format!("the index has shape {}, {rank} axes instead of one", index.shape()))),
    }
}

/// The first value of an index that is wrong, and its position.
pub(crate) fn first(index: &Tensor<i64>, wrong: impl Fn(i64) -> bool) -> Option<(i64, Vec<usize>)> {
    let index = index.contiguous();
    let values = index.as_slice().expect("contiguous");
    let mut i = values.iter().position(|&value| wrong(value))?;
    let value = values[i];
    let mut position = index.shape().to_vec();
    for size in position.iter_mut().rev() {
        (i, *size) = (i / *size, i % *size);
    }
    Some((value, position))
}

/// Whether a value of an index is no position of an axis of size `n`.
pub(crate) fn outside(value: i64, n: usize) -> bool {
    value < 0 || value as u64 >= n as u64
}

/// Refuses an index that names no position of an axis of size `n`.
pub(crate) fn within(index: &Tensor<i64>, axis: usize, n: usize) -> Result<(), Mismatch> {
    // Nearly always nothing is wrong, and how to name it need not be known.
    let values = index.contiguous();
    if index::within(values.as_slice().expect("contiguous"), n) {
        return Ok(());
    }
    match first(index, |value| outside(value, n)) {
        Some((i, at)) => Err(Mismatch::new(format!("index {i} at {at:?} is out of range, axis {axis} has size {n}"))),
        None => Ok(()),
    }
}
