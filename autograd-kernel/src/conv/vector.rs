//! Registers of neighbouring elements, where the set of instructions is known from the type alone.

use crate::lanes::Lanes;
use pulp::Simd;

/// How many elements a register holds.
pub(super) const fn lanes<S: Simd, T: Lanes>() -> usize {
    size_of::<T::Vector<S>>() / size_of::<T>()
}

/// # Safety
/// A register full must be readable from `x` on.
#[inline(always)]
pub(super) unsafe fn load<S: Simd, T: Lanes>(x: *const T) -> T::Vector<S> {
    // SAFETY: the caller's promise; a vector is as many elements side by side.
    unsafe { x.cast::<T::Vector<S>>().read_unaligned() }
}

/// # Safety
/// A register full must be writable from `y` on.
#[inline(always)]
pub(super) unsafe fn store<S: Simd, T: Lanes>(y: *mut T, value: T::Vector<S>) {
    // SAFETY: the caller's promise; a vector is as many elements side by side.
    unsafe { y.cast::<T::Vector<S>>().write_unaligned(value) }
}

/// Copies a register full. As a load and a store it would pass by the stack, too.
///
/// # Safety
/// A register full must be readable from `x` on and writable from `y` on, and both must be apart.
#[inline(always)]
pub(super) unsafe fn copy<S: Simd, T: Lanes>(x: *const T, y: *mut T) {
    // SAFETY: the caller's promise.
    unsafe { y.copy_from_nonoverlapping(x, const { lanes::<S, T>() }) }
}
