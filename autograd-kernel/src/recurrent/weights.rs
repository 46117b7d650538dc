//! The weights of the state, in the form in which the steps multiply with them.

use super::panels::{Blocks, Panels};
use super::rows::{Few, Units};
use crate::element::Real;
use crate::gemm::Matrix;
use crate::isa::Simd;

/// Steps from which on it pays to pack the weights.
const LONG: usize = 8;

/// The weights of the state, or their transpose: what rows of so many numbers as the matrix has rows are multiplied with.
pub struct Weights<'a, T> {
    pub blocks: Blocks,
    form: Form<'a, T>,
}

enum Form<'a, T> {
    /// For many steps.
    Packed(Panels<'a, T>),
    /// For few.
    Plain(Matrix<'a, T>),
}

/// The product of some rows with a block of weights.
pub struct Product<'a, T> {
    out: &'a [T],
    /// Elements from one row to the next, and from one gate to the next.
    row: usize,
    gate: usize,
    /// The unit of the first column.
    first: usize,
}

impl<T: Real> Product<'_, T> {
    /// Units of a row.
    #[inline(always)]
    pub fn read<S: Simd>(&self, row: usize, gate: usize, units: Units<S>) -> Few<T> {
        Units { first: units.first - self.first, ..units }.read(self.out, row * self.row + gate * self.gate)
    }
}

impl<T: Real> Weights<'_, T> {
    /// Runs `f` with the transpose of `w`, `[gates · hidden, hidden]`.
    pub fn transposed<R>(w: &[T], [gates, hidden]: [usize; 2], steps: usize, f: impl FnOnce(Weights<'_, T>) -> R) -> R {
        let blocks = Blocks::new::<T>(hidden, gates);
        if steps < LONG {
            let w = Matrix::row_major(w, 0, [gates * hidden, hidden]).transposed();
            return f(Weights { blocks, form: Form::Plain(w) });
        }
        Panels::transposed(w, blocks, hidden, |panels| f(Weights { blocks, form: Form::Packed(panels) }))
    }

    /// Runs `f` with `w`, `[gates · hidden, hidden]`.
    pub fn plain<R>(w: &[T], [gates, hidden]: [usize; 2], steps: usize, f: impl FnOnce(Weights<'_, T>) -> R) -> R {
        let blocks = Blocks::new::<T>(hidden, 1);
        if steps < LONG {
            let w = Matrix::row_major(w, 0, [gates * hidden, hidden]);
            return f(Weights { blocks, form: Form::Plain(w) });
        }
        Panels::plain(w, blocks, gates * hidden, |panels| f(Weights { blocks, form: Form::Packed(panels) }))
    }

    /// Whether they are packed, so that each block can be multiplied with alone.
    pub fn packed(&self) -> bool {
        matches!(self.form, Form::Packed(_))
    }

    /// Elements that products of so many rows need room for.
    pub fn room(&self, rows: usize) -> usize {
        match &self.form {
            Form::Packed(_) => rows * self.blocks.columns(0),
            Form::Plain(w) => rows * w.size()[1],
        }
    }

    /// To be called before the products of rows with any blocks.
    pub fn prepare(&self, a: &[T], room: &mut [T]) {
        if let Form::Plain(w) = self.form {
            let [depth, columns] = w.size();
            let rows = a.len() / depth;
            T::gemm(Matrix::row_major(a, 0, [rows, depth]), w, T::zero(), &mut room[..rows * columns]);
        }
    }

    /// The product of rows with a block.
    #[inline(always)]
    pub fn product<'r, S: Simd>(&self, simd: S, a: &[T], b: usize, room: &'r mut [T]) -> Product<'r, T> {
        match &self.form {
            Form::Packed(panels) => {
                let (row, gate) = (self.blocks.columns(b), self.blocks.stride(b));
                let out = &mut room[..a.len() / panels.depth * row];
                panels.product(simd, a, b, out);
                Product { out, row, gate, first: self.blocks.units(b).start }
            }
            Form::Plain(w) => Product { out: room, row: w.size()[1], gate: self.blocks.units, first: 0 },
        }
    }
}
