//! Weights packed for a whole sequence, and the product of a few rows with them.
//!
//! A block is some hidden units with all their gates, as many as a tile of registers has columns, so that the product of a block has all that a
//! step needs of its units. The weights of a block lie together in the order in which the product reads them.

use crate::element::Real;
use crate::isa::{self, NullaryFnOnce, Simd, WithSimd};
use crate::lanes::Lanes;
use crate::scratch;
use crate::threads;
use num_traits::Zero;
use std::marker::PhantomData;
use std::ops::Range;

/// Registers that the columns of a tile fill.
const VECTORS: usize = 4;
/// Rows of the weights that are multiplied with all rows before the next: of a block they should stay in the first cache.
const DEPTH: usize = 128;

/// How hidden units are cut into blocks.
#[derive(Clone, Copy, Debug)]
pub struct Blocks {
    /// Hidden units.
    pub units: usize,
    /// Columns that each unit has.
    gates: usize,
    /// Elements in a register.
    pub lanes: usize,
    /// Units of a block but the last, a multiple of `lanes`.
    pub width: usize,
}

/// The number of elements in a register.
struct Count<T>(PhantomData<T>);

impl<T: Lanes> WithSimd for Count<T> {
    type Output = usize;
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> usize {
        T::count::<S>()
    }
}

impl Blocks {
    /// The blocks of a cell with these gates, for the vectors of this thread.
    pub fn new<T: Lanes>(units: usize, gates: usize) -> Self {
        let lanes = isa::dispatch(Count::<T>(PhantomData));
        Blocks { units, gates, lanes, width: (VECTORS / gates).max(1) * lanes }
    }

    /// The number of blocks.
    pub fn count(self) -> usize {
        self.units.div_ceil(self.width)
    }

    /// The units of block `b`.
    pub fn units(self, b: usize) -> Range<usize> {
        b * self.width..self.units.min((b + 1) * self.width)
    }

    /// Columns between two gates of block `b`, in the weights and in the product.
    pub fn stride(self, b: usize) -> usize {
        self.units(b).len().next_multiple_of(self.lanes)
    }

    /// Columns of block `b`.
    pub fn columns(self, b: usize) -> usize {
        self.gates * self.stride(b)
    }
}

/// A matrix of `depth` rows, packed by blocks.
pub struct Panels<'a, T> {
    blocks: Blocks,
    pub depth: usize,
    data: &'a [T],
}

impl<T: Real> Panels<'_, T> {
    /// Runs `f` with the packed transpose of `w`, `[gates · units, depth]`.
    pub fn transposed<R>(w: &[T], blocks: Blocks, depth: usize, f: impl FnOnce(Panels<'_, T>) -> R) -> R {
        let pack = |b: usize, panel: &mut [T]| {
            let (units, stride, columns) = (blocks.units(b), blocks.stride(b), blocks.columns(b));
            // A few rows of the panel at once, which stay in the cache while the rows of `w` are read along.
            for (i, rows) in panel.chunks_mut(16 * columns).enumerate() {
                for gate in 0..blocks.gates {
                    for (lane, unit) in units.clone().enumerate() {
                        let from = &w[(gate * blocks.units + unit) * depth + 16 * i..];
                        for (row, &w) in rows.chunks_exact_mut(columns).zip(from) {
                            row[gate * stride + lane] = w;
                        }
                    }
                }
            }
        };
        Panels::pack(blocks, depth, pack, f)
    }

    /// Runs `f` with the packed `w`, `[depth, units]`.
    pub fn plain<R>(w: &[T], blocks: Blocks, depth: usize, f: impl FnOnce(Panels<'_, T>) -> R) -> R {
        let pack = |b: usize, panel: &mut [T]| {
            let (units, columns) = (blocks.units(b), blocks.columns(b));
            for (row, w) in panel.chunks_exact_mut(columns).zip(w.chunks_exact(blocks.units)) {
                row[..units.len()].copy_from_slice(&w[units.clone()]);
            }
        };
        Panels::pack(blocks, depth, pack, f)
    }

    fn pack<R>(
        blocks: Blocks,
        depth: usize,
        pack: impl Fn(usize, &mut [T]) + Sync,
        f: impl FnOnce(Panels<'_, T>) -> R,
    ) -> R {
        let len = depth * blocks.gates * blocks.units.next_multiple_of(blocks.lanes);
        scratch::with(len, |data: &mut [T]| {
            let whole = depth * blocks.gates * blocks.width;
            threads::chunks(data, whole, 1, |start, panel| {
                let b = start / whole;
                if blocks.units(b).len() < blocks.stride(b) {
                    panel.fill(T::zero());
                }
                pack(b, panel);
            });
            f(Panels { blocks, depth, data })
        })
    }

    /// `out ←` the product of the rows `a`, each of `depth` elements, with block `b`.
    #[inline(always)]
    pub fn product<S: Simd>(&self, simd: S, a: &[T], b: usize, out: &mut [T]) {
        let (columns, depth) = (self.blocks.columns(b), self.depth);
        let panel = &self.data[b * self.blocks.width * self.blocks.gates * depth..][..columns * depth];
        let rows = out.len() / columns;
        assert!(a.len() == rows * depth && out.len() == rows * columns);
        let job = Job { simd, a, depth, panel, rows, out };
        match columns / T::count::<S>() {
            1 => simd.vectorize(Tiles::<S, T, 1>(job)),
            2 => simd.vectorize(Tiles::<S, T, 2>(job)),
            3 => simd.vectorize(Tiles::<S, T, 3>(job)),
            _ => simd.vectorize(Tiles::<S, T, VECTORS>(job)),
        }
    }
}

/// A product of rows with a panel.
struct Job<'a, S, T> {
    simd: S,
    a: &'a [T],
    depth: usize,
    panel: &'a [T],
    rows: usize,
    out: &'a mut [T],
}

/// A product whose panel is `V` registers wide.
struct Tiles<'a, S, T, const V: usize>(Job<'a, S, T>);

impl<S: Simd, T: Lanes + Zero, const V: usize> NullaryFnOnce for Tiles<'_, S, T, V> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        // Three rows of four registers, those of the panel and an element would be one more than there are where there are sixteen.
        match S::REGISTER_COUNT < 32 && V > 3 && self.0.rows > 2 {
            true => self.run::<2>(),
            false => self.run::<V>(),
        }
    }
}

impl<S: Simd, T: Lanes + Zero, const V: usize> Tiles<'_, S, T, V> {
    /// The product, `W` registers of columns at a time, a divisor of `V`.
    #[inline(always)]
    fn run<const W: usize>(self) {
        let Job { simd, a, depth, panel, rows, out } = self.0;
        let lanes = T::count::<S>();
        assert!(V.is_multiple_of(W) && a.len() == rows * depth);
        assert!(panel.len() == depth * V * lanes && out.len() == rows * V * lanes);
        let sums = if S::REGISTER_COUNT < 32 { 12 } else { 24 };
        let at_once = (sums / W).min(8);
        let tiles = rows.div_ceil(at_once);
        for first in (0..depth).step_by(DEPTH) {
            let part = Part { simd, depth: DEPTH.min(depth - first), stride: depth, width: V, add: first > 0 };
            for tile in 0..tiles {
                // Of nearly the same size, since a tile of few rows waits for its sums.
                let (row, end) = (tile * rows / tiles, (tile + 1) * rows / tiles);
                for column in (0..V).step_by(W) {
                    // SAFETY: the sizes were asserted: the part has `part.depth` rows of the panel from `first` on, and of each of the rows
                    // up to `end` as many elements; `out` has `V` registers for each of them.
                    unsafe {
                        let a = a.as_ptr().add(row * depth + first);
                        let panel = panel.as_ptr().add((first * V + column) * lanes);
                        let out = out.as_mut_ptr().add((row * V + column) * lanes);
                        // What a tile never has is not compiled.
                        match end - row {
                            1 => part.tile::<T, 1, W, 2>(a, panel, out),
                            2 => part.tile::<T, 2, W, 1>(a, panel, out),
                            3 => part.tile::<T, 3, W, 1>(a, panel, out),
                            4 if at_once >= 4 => part.tile::<T, 4, W, 1>(a, panel, out),
                            5 if at_once >= 5 => part.tile::<T, 5, W, 1>(a, panel, out),
                            6 if at_once >= 6 => part.tile::<T, 6, W, 1>(a, panel, out),
                            7 if at_once >= 7 => part.tile::<T, 7, W, 1>(a, panel, out),
                            8 if at_once >= 8 => part.tile::<T, 8, W, 1>(a, panel, out),
                            _ => unreachable!("a tile has no more rows"),
                        }
                    }
                }
            }
        }
    }
}

/// Some rows of a panel.
#[derive(Clone, Copy)]
struct Part<S> {
    simd: S,
    depth: usize,
    /// Elements between two rows of the other operand.
    stride: usize,
    /// Registers of a row of the panel, and of the product.
    width: usize,
    /// Whether the product is added to what `out` holds.
    add: bool,
}

impl<S: Simd> Part<S> {
    /// Adds the product with row `q` of the panel.
    ///
    /// # Safety
    /// As for [`tile`](Part::tile), and `q` must be below `depth`.
    #[inline(always)]
    unsafe fn step<T: Lanes + Zero, const M: usize, const V: usize>(
        self,
        a: *const T,
        panel: *const T,
        q: usize,
        sums: &mut [[T::Vector<S>; V]; M],
    ) {
        let (simd, lanes) = (self.simd, T::count::<S>());
        let mut w = [T::splat(simd, T::zero()); V];
        for (v, w) in w.iter_mut().enumerate() {
            // SAFETY: the caller's promise.
            *w = unsafe { T::load(simd, panel.add((q * self.width + v) * lanes)) };
        }
        for (m, sums) in sums.iter_mut().enumerate() {
            // SAFETY: the caller's promise.
            let a = T::splat(simd, unsafe { *a.add(m * self.stride + q) });
            for (sum, &w) in sums.iter_mut().zip(&w) {
                *sum = T::mul_add_each(simd, a, w, *sum);
            }
        }
    }

    /// `M` rows times `V` registers of columns, in `C` sums each, so that there are enough that do not wait for each other.
    ///
    /// # Safety
    /// `a` must have `depth` elements at each of `M` rows, `panel` `V` registers at each of `depth` rows, and `out` at each of `M`.
    #[inline(always)]
    unsafe fn tile<T: Lanes + Zero, const M: usize, const V: usize, const C: usize>(
        self,
        a: *const T,
        panel: *const T,
        out: *mut T,
    ) {
        let (simd, lanes) = (self.simd, T::count::<S>());
        let mut sums = [[[T::splat(simd, T::zero()); V]; M]; C];
        for q in 0..self.depth / C {
            for (c, sums) in sums.iter_mut().enumerate() {
                // SAFETY: the caller's promise; this is below `depth`.
                unsafe { self.step(a, panel, C * q + c, sums) };
            }
        }
        for q in self.depth / C * C..self.depth {
            // SAFETY: as above.
            unsafe { self.step(a, panel, q, &mut sums[0]) };
        }
        let (total, others) = sums.split_first_mut().expect("there is a sum");
        for other in others {
            for (sum, &other) in total.as_flattened_mut().iter_mut().zip(other.as_flattened()) {
                *sum = T::add_each(simd, *sum, other);
            }
        }
        for (m, sums) in total.iter().enumerate() {
            for (v, &sum) in sums.iter().enumerate() {
                // SAFETY: the caller's promise.
                unsafe {
                    let out = out.add((m * self.width + v) * lanes);
                    let sum = if self.add { T::add_each(simd, sum, T::load(simd, out)) } else { sum };
                    T::store(simd, out, sum);
                }
            }
        }
    }
}
