//! Matrices of states, read and written a register at a time, in parts that threads share out among themselves.

use crate::element::Real;
use crate::threads::Shared;
use std::marker::PhantomData;
use std::ops::Range;

/// The most elements that a register has.
pub const LANES: usize = 16;

/// Numbers of neighbouring units; those behind the first few are 0.
pub type Few<T> = [T; LANES];

/// Which units are worked on together.
#[derive(Clone, Copy)]
pub struct Units {
    /// The first.
    pub first: usize,
    /// How many there are.
    pub count: usize,
    /// How many there would be, were the row not at its end: known when a kernel is compiled.
    pub lanes: usize,
}

impl Units {
    /// Some of the elements from `first` on.
    #[inline(always)]
    pub fn read<T: Real>(self, x: &[T], start: usize) -> Few<T> {
        let mut read = [T::zero(); LANES];
        let x = &x[start + self.first..][..self.count];
        // With a length that is known, this is one instruction.
        if self.count == self.lanes {
            read[..self.lanes].copy_from_slice(&x[..self.lanes]);
        } else {
            read[..self.count].copy_from_slice(x);
        }
        read
    }

    /// Writes some of the elements from `first` on.
    #[inline(always)]
    pub fn write<T: Real>(self, values: &Few<T>, x: &mut [T]) {
        if self.count == self.lanes {
            x[..self.lanes].copy_from_slice(&values[..self.lanes]);
        } else {
            x[..self.count].copy_from_slice(&values[..self.count]);
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
    pub unsafe fn read(&self, row: usize, at: usize, units: Units) -> Few<T> {
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
    pub unsafe fn write(&self, row: usize, at: usize, units: Units, values: &Few<T>) {
        let start = row * self.width + at + units.first;
        assert!(start + units.count <= self.len);
        // SAFETY: they lie in the slice that `self` borrows, and nobody else uses them.
        units.write(values, unsafe { std::slice::from_raw_parts_mut(self.base.at(start), units.count) });
    }
}
