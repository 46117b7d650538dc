//! Scratch memory of a thread: kept from call to call, so that a kernel at steady state asks the system for none.

use crate::element::Real;
use std::cell::RefCell;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

/// A cache line, on which vectors are aligned.
#[repr(align(64))]
#[derive(Clone, Copy)]
struct Line(#[expect(dead_code, reason = "only its place is used")] [u8; 64]);

/// A type for which each pattern of bits is a value.
pub(super) trait Plain: Copy + 'static {}
impl<T: Real> Plain for T {}
impl Plain for usize {}

thread_local! {
    /// Buffers that nobody uses. Who takes several gives them back in the opposite order, so that each keeps its size.
    static FREE: RefCell<Vec<Vec<Line>>> = const { RefCell::new(Vec::new()) };
}

/// Elements on a cache line, of any value at first.
pub(super) struct Scratch<T> {
    lines: Vec<Line>,
    len: usize,
    holds: PhantomData<T>,
}

impl<T: Plain> Scratch<T> {
    pub fn new(len: usize) -> Self {
        let mut lines = FREE.with_borrow_mut(Vec::pop).unwrap_or_default();
        let needed = (len * size_of::<T>()).div_ceil(size_of::<Line>());
        if lines.len() < needed {
            // Not resized: nothing needs to be moved.
            lines = vec![Line([0; 64]); needed];
        }
        Scratch { lines, len, holds: PhantomData }
    }
}

impl<T: Plain> Deref for Scratch<T> {
    type Target = [T];

    #[inline(always)]
    fn deref(&self) -> &[T] {
        // SAFETY: the lines hold at least `len` elements, aligned to more than theirs, initialised, of a type that allows any bits.
        unsafe { std::slice::from_raw_parts(self.lines.as_ptr().cast::<T>(), self.len) }
    }
}

impl<T: Plain> DerefMut for Scratch<T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: as above.
        unsafe { std::slice::from_raw_parts_mut(self.lines.as_mut_ptr().cast::<T>(), self.len) }
    }
}

impl<T> Drop for Scratch<T> {
    fn drop(&mut self) {
        let lines = std::mem::take(&mut self.lines);
        FREE.with_borrow_mut(|free| free.push(lines));
    }
}
