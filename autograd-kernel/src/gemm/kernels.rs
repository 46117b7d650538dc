//! The kernels of each set of instructions, as a table that is looked up once for a product.

use super::dot::{self, SIDE};
use super::fit::Fit;
use super::pack::{self, FromRows, Panel};
use super::tile::{Run, Tile};
use crate::isa::{Isa, Simd, WithSimd};
use crate::lanes::Lanes;
use crate::transpose::square;
use std::marker::PhantomData;

/// The most rows and vectors of a tile, of any set.
const ROWS: usize = 8;
const VECTORS: usize = 3;

type RunTile<T> = unsafe fn(&Tile<T>);
type RunDot<T> = unsafe fn(&dot::Block<T>, &mut [T; SIDE * SIDE]);

/// Kernels of one set of instructions.
pub(super) struct Kernels<T> {
    /// The most rows of a tile.
    pub rows: usize,
    /// The most vectors of a tile.
    pub vectors: usize,
    /// Elements in a vector.
    pub lanes: usize,
    pub fit: Fit,
    tile: [[RunTile<T>; VECTORS]; ROWS],
    /// Of the most rows but one and of the most, copying `b`.
    copying: [[RunTile<T>; VECTORS]; 2],
    dot: [[RunDot<T>; SIDE]; SIDE],
    from_rows: unsafe fn(&Panel<T>),
    from_columns: unsafe fn(&Panel<T>),
}

impl<T: Lanes + Default> Kernels<T> {
    /// Computes a tile of so many rows.
    ///
    /// # Safety
    /// The tile's elements must be there, and those of `c` nobody else's.
    #[inline]
    pub unsafe fn tile(&self, rows: usize, tile: &Tile<T>) {
        let run = self.tile[rows - 1][self.vectors_of(tile) - 1];
        // SAFETY: the caller's promise.
        unsafe { run(tile) }
    }

    /// How far from each row of a right operand lies what to ask for when it is read, if it is read in rows of its `own` or else in panels.
    #[inline]
    pub fn ahead(&self, own: bool, b_row: isize) -> isize {
        match self.fit.beside {
            vectors if own && vectors > 0 => (vectors * self.lanes) as isize,
            _ => self.fit.ahead * b_row,
        }
    }

    /// As many vectors as hold the columns; the lanes are a power of two, and a division takes its time.
    #[inline]
    fn vectors_of(&self, tile: &Tile<T>) -> usize {
        (tile.columns + self.lanes - 1) >> self.lanes.trailing_zeros()
    }

    /// Whether there is a kernel for so many rows that copies `b`: that of many rows cut evenly there is.
    pub fn copies(&self, rows: usize) -> bool {
        rows + 1 >= self.rows
    }

    /// As [`tile`](Kernels::tile); copies `b` on the way.
    ///
    /// # Safety
    /// As there; the room for the copy must be nobody else's.
    pub unsafe fn tile_and_copy(&self, rows: usize, tile: &Tile<T>) {
        let run = self.copying[rows + 1 - self.rows][self.vectors_of(tile) - 1];
        // SAFETY: the caller's promise.
        unsafe { run(tile) }
    }

    /// Computes the dot products of a block of so many rows and columns.
    ///
    /// # Safety
    /// The block's elements must be there.
    pub unsafe fn dot(&self, rows: usize, columns: usize, block: &dot::Block<T>, out: &mut [T; SIDE * SIDE]) {
        // SAFETY: the caller's promise.
        unsafe { self.dot[rows - 1][columns - 1](block, out) }
    }

    /// Copies a panel.
    ///
    /// # Safety
    /// Its elements must be there, and the room for them nobody else's.
    pub unsafe fn pack(&self, panel: &Panel<T>) {
        // SAFETY: the caller's promise.
        unsafe {
            match () {
                () if panel.column == 1 => (self.from_rows)(panel),
                () if panel.row == 1 => (self.from_columns)(panel),
                () => panel.one_by_one(),
            }
        }
    }
}

/// The kernels for this thread's instructions; none for the portable ones.
#[inline]
pub(super) fn current<T: Lanes + PartialEq + Default>() -> Option<&'static Kernels<T>> {
    Isa::current().dispatch(Select(PhantomData))
}

struct Select<T>(PhantomData<T>);

impl<T: Lanes + PartialEq + Default> WithSimd for Select<T> {
    type Output = Option<&'static Kernels<T>>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> Self::Output {
        if S::IS_SCALAR { None } else { Some(&Table::<S, T>::KERNELS) }
    }
}

struct Table<S, T>(PhantomData<(S, T)>);

impl<S: Simd, T: Lanes + PartialEq + Default> Table<S, T> {
    const KERNELS: Kernels<T> = Kernels {
        // Sums, vectors of `b` and one of `a` fill the registers.
        rows: if S::REGISTER_COUNT >= 32 { 8 } else { 6 },
        vectors: if S::REGISTER_COUNT >= 32 { 3 } else { 2 },
        lanes: size_of::<T::Vector<S>>() / size_of::<T>(),
        fit: if S::REGISTER_COUNT >= 32 { Fit::AVX512 } else { Fit::AVX2 },
        tile: [
            [Self::tile::<1, 1, false>, Self::tile::<1, 2, false>, Self::tile::<1, 3, false>],
            [Self::tile::<2, 1, false>, Self::tile::<2, 2, false>, Self::tile::<2, 3, false>],
            [Self::tile::<3, 1, false>, Self::tile::<3, 2, false>, Self::tile::<3, 3, false>],
            [Self::tile::<4, 1, false>, Self::tile::<4, 2, false>, Self::tile::<4, 3, false>],
            [Self::tile::<5, 1, false>, Self::tile::<5, 2, false>, Self::tile::<5, 3, false>],
            [Self::tile::<6, 1, false>, Self::tile::<6, 2, false>, Self::tile::<6, 3, false>],
            [Self::tile::<7, 1, false>, Self::tile::<7, 2, false>, Self::tile::<7, 3, false>],
            [Self::tile::<8, 1, false>, Self::tile::<8, 2, false>, Self::tile::<8, 3, false>],
        ],
        copying: if S::REGISTER_COUNT >= 32 {
            [
                [Self::tile::<7, 1, true>, Self::tile::<7, 2, true>, Self::tile::<7, 3, true>],
                [Self::tile::<8, 1, true>, Self::tile::<8, 2, true>, Self::tile::<8, 3, true>],
            ]
        } else {
            [
                [Self::tile::<5, 1, true>, Self::tile::<5, 2, true>, Self::tile::<5, 3, true>],
                [Self::tile::<6, 1, true>, Self::tile::<6, 2, true>, Self::tile::<6, 3, true>],
            ]
        },
        dot: [
            [Self::dot::<1, 1>, Self::dot::<1, 2>, Self::dot::<1, 3>, Self::dot::<1, 4>],
            [Self::dot::<2, 1>, Self::dot::<2, 2>, Self::dot::<2, 3>, Self::dot::<2, 4>],
            [Self::dot::<3, 1>, Self::dot::<3, 2>, Self::dot::<3, 3>, Self::dot::<3, 4>],
            [Self::dot::<4, 1>, Self::dot::<4, 2>, Self::dot::<4, 3>, Self::dot::<4, 4>],
        ],
        from_rows: Self::from_rows,
        from_columns: Self::from_columns,
    };

    /// The proof that the machine has these instructions.
    fn simd() -> S {
        const { assert!(size_of::<S>() == 0) };
        // SAFETY: a proof has no bits, and who reads this table, which `Select` gives out, had one in hand.
        unsafe { std::mem::transmute_copy(&()) }
    }

    unsafe fn tile<const R: usize, const V: usize, const COPY: bool>(tile: &Tile<T>) {
        Self::simd().vectorize(Run::<T, R, V, COPY>(tile));
    }

    unsafe fn dot<const R: usize, const C: usize>(block: &dot::Block<T>, out: &mut [T; SIDE * SIDE]) {
        Self::simd().vectorize(dot::Run::<T, R, C>(block, out));
    }

    unsafe fn from_rows(panel: &Panel<T>) {
        Self::simd().vectorize(FromRows(panel));
    }

    unsafe fn from_columns(panel: &Panel<T>) {
        // SAFETY: the caller's promise; the instructions are those of `S`, which this machine has.
        unsafe {
            match square::<S, T>(panel.rows) {
                Some(square) => pack::from_columns(panel, square),
                None => panel.one_by_one(),
            }
        }
    }
}
