//! Right operands that are used for many products: copied into panels once.

use super::kernels::{self, Kernels};
use super::{Matrix, Scalar, panels};
use crate::element::Real;
use crate::list::List;
use crate::scratch;
use std::ops::Range;

/// A right operand in the form that products read fastest.
pub struct Packed<'a, T: 'static> {
    pub(super) panels: &'a [T],
    size: [usize; 2],
    /// Those that the panels were made for; without any the matrix lies row by row.
    pub(super) kernels: Option<&'static Kernels<T>>,
}

/// Columns of a packed matrix that lie side by side: row `i` of them begins at `start + i · pitch`, and has room for whole vectors.
pub(crate) struct Run {
    pub columns: Range<usize>,
    pub start: usize,
    pub pitch: usize,
}

impl<'a, T: Real> Packed<'a, T> {
    /// Packs `b`, in scratch memory of this thread, for the products that `f` makes.
    pub fn with<R>(b: Matrix<'_, T>, f: impl FnOnce(&Packed<'_, T>) -> R) -> R {
        scratch::with(Self::len(b.size()), |panels| f(&T::pack(b, panels)))
    }

    /// The number of elements that a packed matrix takes.
    ///
    /// # Panics
    /// If they are more than memory can address.
    pub fn len([rows, columns]: [usize; 2]) -> usize {
        let whole = columns.next_multiple_of(64 / size_of::<T>());
        rows.checked_mul(whole).expect("a packed matrix fits into the address space")
    }

    /// How the columns of a packed matrix lie, for those who write them there themselves.
    pub(crate) fn runs([rows, columns]: [usize; 2]) -> List<Run> {
        let Some(kernels) = kernels::current::<T>() else {
            return [Run { columns: 0..columns, start: 0, pitch: columns }].into_iter().collect();
        };
        let panels = panels::panels(kernels, columns);
        let run = |panel: usize| {
            let columns = panels.span(panel..panel + 1);
            let (start, pitch) = (columns.start * rows, columns.len().next_multiple_of(kernels.lanes));
            Run { columns, start, pitch }
        };
        (0..panels.count()).map(run).collect()
    }

    /// The matrix of this size that was written to `panels` in [runs](Packed::runs).
    ///
    /// # Panics
    /// If there are not [`Packed::len`] elements.
    pub(crate) fn in_runs(size: [usize; 2], panels: &'a [T]) -> Self {
        Packed { panels: &panels[..Self::len(size)], size, kernels: kernels::current() }
    }

    /// Packs `b` into `panels`, which hold [`Packed::len`] elements.
    ///
    /// # Panics
    /// If they do not.
    pub fn new(b: Matrix<'_, T>, panels: &'a mut [T]) -> Self {
        T::pack(b, panels)
    }
}

impl<T> Packed<'_, T> {
    /// The numbers of rows and of columns.
    pub fn size(&self) -> [usize; 2] {
        self.size
    }
}

/// As [`Packed::new`], for one type.
pub(crate) fn pack<'a, T: Scalar + Real>(b: Matrix<'_, T>, panels: &'a mut [T]) -> Packed<'a, T> {
    let panels = &mut panels[..Packed::<T>::len(b.size())];
    let kernels = kernels::current();
    match kernels {
        Some(kernels) => panels::pack(kernels, b, panels),
        None => {
            for i in 0..b.rows {
                for j in 0..b.columns {
                    panels[i * b.columns + j] = b.at(i, j);
                }
            }
        }
    }
    Packed { panels, size: b.size(), kernels }
}

/// The right operand of a product.
#[derive(Clone, Copy)]
pub enum Right<'a, T: 'static> {
    /// A matrix as it lies.
    Matrix(Matrix<'a, T>),
    /// One that was packed before.
    Packed(&'a Packed<'a, T>),
}

impl<'a, T> From<Matrix<'a, T>> for Right<'a, T> {
    fn from(matrix: Matrix<'a, T>) -> Self {
        Right::Matrix(matrix)
    }
}

impl<'a, T> From<&'a Packed<'a, T>> for Right<'a, T> {
    fn from(packed: &'a Packed<'a, T>) -> Self {
        Right::Packed(packed)
    }
}

impl<'a, T> Right<'a, T> {
    /// The numbers of rows and of columns.
    pub fn size(&self) -> [usize; 2] {
        match self {
            Right::Matrix(matrix) => matrix.size(),
            Right::Packed(packed) => packed.size,
        }
    }

    /// The operand as a strided matrix, if it lies so.
    pub(super) fn matrix(self) -> Matrix<'a, T> {
        match self {
            Right::Matrix(matrix) => matrix,
            Right::Packed(packed) => Matrix::row_major(packed.panels, 0, packed.size),
        }
    }
}
