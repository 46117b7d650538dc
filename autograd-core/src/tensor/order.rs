//! Order along an axis: which element comes first has no gradient, and is therefore no op.

use super::{Real, Tensor};
use crate::error::Error;
use crate::kernel::order;

impl<T: Real> Tensor<T> {
    /// The positions of the elements along an axis in rising order, or in falling order; equal elements stay in the order they are in.
    ///
    /// NaN counts as larger than any number. `[.., n, ..] -> [.., n, ..]`
    ///
    /// ```
    /// use autograd_core::Tensor;
    /// let x = Tensor::from([3.0, 1.0, 2.0, 1.0]);
    /// assert_eq!(x.argsort(0, false).to_vec(), [1, 3, 2, 0]);
    /// assert_eq!(x.argsort(0, true).to_vec(), [0, 2, 1, 3]);
    /// ```
    ///
    /// # Panics
    /// If the axis is out of range.
    #[track_caller]
    #[must_use]
    pub fn argsort(&self, axis: isize, descending: bool) -> Tensor<i64> {
        match self.shape().axis(axis) {
            Ok(axis) => self.argtopk(axis, self.shape()[axis], descending),
            Err(why) => {
                let rule = "[.., n, ..] -> [.., n, ..]";
                Error::refused("argsort", rule, why, &[], std::iter::once(self.shape())).raise()
            }
        }
    }

    /// The positions of the `k` largest elements along an axis in falling order, or of the `k` smallest in rising order.
    pub(crate) fn argtopk(&self, axis: usize, k: usize, largest: bool) -> Tensor<i64> {
        if !(1..=order::FEW).contains(&k) || k == self.shape()[axis] {
            return self.pick(axis, k, |row| order::first(row, k, largest));
        }
        self.rows_to(axis, k, |x, n, out| order::first_few(x, n, k, largest, out))
    }

    /// The position of the element at place `i` in rising order along an axis, which stays with size 1; the first NaN if there is one.
    pub(crate) fn argnth(&self, axis: usize, i: usize) -> Tensor<i64> {
        self.pick(axis, 1, |row| order::nth(row, i))
    }

    /// The positions of the elements at the places `i` and `i + 1` in rising order along an axis, which stays with size 2; twice the first NaN if
    /// there is one.
    pub(crate) fn argnth_and_next(&self, axis: usize, i: usize) -> Tensor<i64> {
        self.pick(axis, 2, |row| order::nth_and_next(row, i))
    }

    /// For each position along an axis, that of the best element up to it: the last of several, and NaN before all numbers.
    pub(crate) fn argcumbest(&self, axis: usize, better: impl Fn(T, T) -> bool + Sync) -> Tensor<i64> {
        self.pick(axis, self.shape()[axis], |row| order::running_best(row, &better))
    }

    /// For each row along an axis, the first `k` positions after `f` has rearranged its elements, each with its position.
    fn pick(&self, axis: usize, k: usize, f: impl Fn(&mut [(T, i64)]) + Sync) -> Tensor<i64> {
        self.rows_to(axis, k, |x, n, out| order::pick(x, n, k, out, f))
    }

    /// For each row along an axis, the `k` positions that a kernel finds, which gets the rows one behind the other, and the length of each.
    fn rows_to(&self, axis: usize, k: usize, kernel: impl FnOnce(&[T], usize, &mut [i64])) -> Tensor<i64> {
        let last = self.rank() - 1;
        let mut exchanged: Vec<usize> = (0..self.rank()).collect();
        exchanged.swap(axis, last);
        let x = self.permute(&exchanged).contiguous();
        let shape = x.shape().with(last, k);
        let n = x.shape()[last];
        let picked = Tensor::build(shape, |out| kernel(x.as_slice().expect("contiguous"), n, out));
        picked.permute(&exchanged)
    }
}
