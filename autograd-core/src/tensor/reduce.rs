//! Reductions of values: any axes are brought into the one form that the kernels know.

use super::{Real, Shape, Tensor};
use crate::List;
use crate::kernel::reduce::{self, Fold};

impl<T: Real> Tensor<T> {
    /// The tensor in row-major order, with `axes` (rising) side by side, and the fold that runs over them.
    pub(crate) fn fold_over(&self, axes: &[usize]) -> (Tensor<T>, Fold) {
        let side_by_side = axes.windows(2).all(|pair| pair[0] + 1 == pair[1]);
        let (x, first) = match (side_by_side, axes.first()) {
            (true, first) => (self.contiguous(), first.copied().unwrap_or(0)),
            (false, _) => {
                let kept = (0..self.rank()).filter(|axis| !axes.contains(axis));
                let order: List<usize> = kept.chain(axes.iter().copied()).collect();
                (self.permute(&**order).contiguous(), self.rank() - axes.len())
            }
        };
        let size = |range: std::ops::Range<usize>| x.shape()[range].iter().product();
        let last = first + axes.len();
        let fold = Fold { outer: size(0..first), n: size(first..last), inner: size(last..x.rank()) };
        (x, fold)
    }

    /// The sum over `axes` (rising), under `shape`.
    pub(crate) fn sum_over(&self, axes: &[usize], shape: Shape) -> Tensor<T> {
        if axes.len() == self.rank()
            && let Some(sums) = self.block_sums()
        {
            return Tensor::build(shape, |out| out[0] = reduce::sum_slice(&sums));
        }
        if let Some(gap) = axes.windows(2).rposition(|pair| pair[0] + 1 != pair[1]) {
            // The last axes first, which lie side by side: to bring the others beside them would copy all elements.
            let (first, last) = axes.split_at(gap + 1);
            return self.sum_over(last, self.shape().reduced(last, true)).sum_over(first, shape);
        }
        let (x, fold) = self.fold_over(axes);
        Tensor::build(shape, |out| reduce::sum(x.as_slice().expect("contiguous"), fold, out))
    }

    /// `f` of each row over `axes` (rising), under `shape`.
    pub(crate) fn each_row(&self, axes: &[usize], shape: Shape, f: impl Fn(&[T]) -> T + Sync) -> Tensor<T> {
        let (x, fold) = self.fold_over(axes);
        Tensor::build(shape, |out| reduce::each_row(x.as_slice().expect("contiguous"), fold, out, f))
    }

    /// The tensor whose rows along `axis` are those of this one after `f`, which gets a row to change in place.
    pub(crate) fn map_rows(&self, axis: isize, f: impl Fn(&mut [T]) + Sync) -> Tensor<T> {
        self.by_rows(axis, |x, fold, out| reduce::rows(x, fold, out, f))
    }

    /// The tensor of this one's shape that a kernel makes of its rows along `axis`.
    pub(crate) fn by_rows(&self, axis: isize, kernel: impl FnOnce(&[T], Fold, &mut [T])) -> Tensor<T> {
        let axis = self.shape().axis(axis).expect("the shape rule accepted the axis");
        let (x, fold) = self.fold_over(&[axis]);
        Tensor::build(self.shape(), |out| kernel(x.as_slice().expect("contiguous"), fold, out))
    }

    /// As [`by_rows`](Self::by_rows), of the rows of two tensors of one shape.
    pub(crate) fn with_rows(
        &self,
        other: &Tensor<T>,
        axis: isize,
        kernel: impl FnOnce(&[T], &[T], Fold, &mut [T]),
    ) -> Tensor<T> {
        let axis = self.shape().axis(axis).expect("the shape rule accepted the axis");
        let ((x, fold), other) = (self.fold_over(&[axis]), other.contiguous());
        let (x, other) = (x.as_slice().expect("contiguous"), other.as_slice().expect("contiguous"));
        Tensor::build(self.shape(), |out| kernel(x, other, fold, out))
    }
}
