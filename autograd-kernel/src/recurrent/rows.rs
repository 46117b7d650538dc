//! Matrices of states, read and written a register at a time, in parts that threads share out among themselves.

use crate::element::Real;
use crate::isa::Simd;
use crate::threads::Shared;
use std::marker::PhantomData;
use std::ops::Range;

/// The most elements that a register has.
pub const LANES: usize = 16;

/// Numbers of neighbouring units; those behind the first few are 0.
pub type Few<T> = [T; LANES];

/// Which units are worked on together.
#[derive(Clone, Copy)]
pub struct Units<S> {
    pub simd: S,
    /// The first.
    pub first: usize,
    /// How many there are, no more than a register has elements.
    pub count: usize,
}

impl<S: Simd> Units<S> {
    /// Units in parts that fit into registers.
    #[inline(always)]
    pub fn split<T: Real>(simd: S, units: Range<usize>) -> impl Iterator<Item = Self> {
        let lanes = T::count::<S>();
        units.clone().step_by(lanes).map(move |first| Units { simd, first, count: lanes.min(units.end - first) })
    }

    /// These of the numbers from `start` on.
    #[inline(always)]
    pub fn read<T: Real>(self, x: &[T], start: usize) -> Few<T> {
        let x = &x[start + self.first..][..self.count];
        let mut read = [T::zero(); LANES];
        // SAFETY: `x` has `count` elements, and no register more than `LANES`.
        unsafe {
            let few = match self.count == T::count::<S>() {
                true => T::load(self.simd, x.as_ptr()),
                false => T::load_masked(self.simd, T::first(self.simd, self.count), x.as_ptr()),
            };
            T::store(self.simd, read.as_mut_ptr(), few);
        }
        read
    }

    /// Writes them to as many elements.
    #[inline(always)]
    fn write<T: Real>(self, values: &Few<T>, x: &mut [T]) {
        assert_eq!(x.len(), self.count);
        // SAFETY: as in `read`.
        unsafe {
            let few = T::load(self.simd, values.as_ptr());
            match self.count == T::count::<S>() {
                true => T::store(self.simd, x.as_mut_ptr(), few),
                false => T::store_masked(self.simd, T::first(self.simd, self.count), x.as_mut_ptr(), few),
            }
        }
    }
}

/// A matrix that several threads write, each rows or columns of its own.
pub struct Rows<'a, T> {
    base: Shared<T>,
    len: usize,
    pub width: usize,
    life: PhantomData<&'a mut [T]>,
}

impl<'a, T: Real> Rows<'a, T> {
    pub fn new(x: &'a mut [T], width: usize) -> Self {
        Rows { base: Shared(x.as_mut_ptr()), len: x.len(), width, life: PhantomData }
    }

    /// These rows.
    ///
    /// # Safety
    /// Nobody writes them meanwhile.
    #[inline(always)]
    pub unsafe fn rows(&self, rows: Range<usize>) -> &[T] {
        assert!(rows.start <= rows.end && rows.end * self.width <= self.len);
        // SAFETY: they lie in the slice that `self` borrows, and nobody writes them.
        unsafe { std::slice::from_raw_parts(self.base.at(rows.start * self.width), rows.len() * self.width) }
    }

    /// Units of a row, which are `at` elements behind its start.
    ///
    /// # Safety
    /// Nobody writes them meanwhile.
    #[inline(always)]
    pub unsafe fn read<S: Simd>(&self, row: usize, at: usize, units: Units<S>) -> Few<T> {
        let start = row * self.width + at + units.first;
        assert!(start + units.count <= self.len);
        // SAFETY: they lie in the slice that `self` borrows, and nobody writes them.
        let x = unsafe { std::slice::from_raw_parts(self.base.at(start), units.count) };
        Units { first: 0, ..units }.read(x, 0)
    }

    /// Writes units of a row, which are `at` elements behind its start.
    ///
    /// # Safety
    /// Nobody else reads or writes them meanwhile.
    #[inline(always)]
    pub unsafe fn write<S: Simd>(&self, row: usize, at: usize, units: Units<S>, values: &Few<T>) {
        let start = row * self.width + at + units.first;
        assert!(start + units.count <= self.len);
        // SAFETY: they lie in the slice that `self` borrows, and nobody else uses them.
        units.write(values, unsafe { std::slice::from_raw_parts_mut(self.base.at(start), units.count) });
    }
}
