//! `Matrices`: the matrices of a batch, as kernels take them.

use crate::kernel::gemm::Matrix;
use crate::kernel::view::View;
use crate::tensor::{Real, Tensor};
use smallvec::SmallVec;

/// The matrices of a batch, wherever they lie.
pub(super) struct Matrices<'a, T> {
    view: View<'a, T>,
    strides: SmallVec<[isize; 4]>,
    pub(super) size: [usize; 2],
}

impl<T: Real> Matrices<'_, T> {
    pub(super) fn matrix(&self, mut i: usize) -> Matrix<'_, T> {
        let (batch, matrix) = self.strides.split_at(self.strides.len() - 2);
        let mut at = self.view.offset as isize;
        for (&n, &stride) in self.view.shape.iter().zip(batch).rev() {
            at += (i % n) as isize * stride;
            i /= n;
        }
        Matrix::new(self.view.data, at as usize, self.size, [matrix[0], matrix[1]])
    }
}

pub(super) fn matrices<T: Real>(x: &Tensor<T>) -> Matrices<'_, T> {
    let (_, size) = x.shape().matrix().expect("accepted before");
    let view = x.view();
    Matrices { view, strides: view.strides(), size }
}
