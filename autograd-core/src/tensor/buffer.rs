//! `Buffer`: the memory of a tensor, counted by reference, aligned to a cache line, taken from the pool.

use super::Shape;
use super::pool::{self, ALIGN, Header};
use crate::count::Count;
use autograd_kernel::element::Element;
use std::marker::PhantomData;
use std::ptr::NonNull;

/// A shared array of elements. Clones share the memory; only a sole owner may write.
#[repr(transparent)]
pub(crate) struct Buffer<T> {
    block: NonNull<Header>,
    element: PhantomData<T>,
}

// SAFETY: the memory is reached through `&self` for reading only, and for writing only by a sole owner (`unique`), and `T` is itself
// `Send + Sync`; the count is atomic.
unsafe impl<T: Element> Send for Buffer<T> {}
// SAFETY: as above.
unsafe impl<T: Element> Sync for Buffer<T> {}

impl<T: Element> Buffer<T> {
    /// A buffer for a tensor of this shape with arbitrary values: each must be written before it is read.
    #[inline]
    pub(crate) fn recycled(shape: &Shape) -> Self {
        let len = shape.numel();
        let bytes = len.checked_mul(size_of::<T>()).expect("a tensor fits into the address space");
        Buffer::new(pool::take(pool::class(bytes)), shape, len)
    }

    /// `recycled` for a tensor of the shape that another buffer was made for.
    #[inline]
    pub(crate) fn like<X: Element>(other: &Buffer<X>) -> Self {
        if size_of::<X>() != size_of::<T>() {
            return Buffer::recycled(other.shape());
        }
        let Header { shape, len, .. } = other.header();
        Buffer::new(pool::take(other.header().class()), shape, *len)
    }

    #[inline]
    fn new(mut block: NonNull<Header>, shape: &Shape, len: usize) -> Self {
        // SAFETY: `take` returns a block that nobody else refers to.
        let header = unsafe { block.as_mut() };
        header.references = Count::one();
        header.len = len;
        header.shape.clone_from(shape);
        let mut buffer = Buffer::<T> { block, element: PhantomData };
        if !T::ANY_BITS {
            // SAFETY: the block is at least `bytes` long and ours alone; all bytes zero is a value of each `Element`.
            unsafe { buffer.data().write_bytes(0, len) };
        }
        debug_assert!(buffer.unique().is_some());
        buffer
    }

    /// The block, with the reference to it that this was.
    #[inline]
    pub(super) fn into_raw(self) -> NonNull<Header> {
        std::mem::ManuallyDrop::new(self).block
    }

    #[inline]
    fn data(&self) -> *mut T {
        pool::data(self.block).as_ptr().cast::<T>()
    }

    #[inline]
    fn header(&self) -> &Header {
        // SAFETY: the block lives as long as a reference to it is counted, and this is one.
        unsafe { self.block.as_ref() }
    }

    /// The shape that the buffer was made for.
    #[inline]
    pub(crate) fn shape(&self) -> &Shape {
        &self.header().shape
    }

    /// The elements.
    #[inline]
    pub(crate) fn as_slice(&self) -> &[T] {
        debug_assert_eq!(self.data() as usize % ALIGN, 0);
        // SAFETY: `len` elements fit the block and are initialised with values of `T` (see `recycled`); nobody writes while this
        // reference is counted, since writing needs a sole owner borrowed mutably.
        unsafe { std::slice::from_raw_parts(self.data(), self.header().len) }
    }

    /// The elements for writing, if nobody else shares them.
    #[inline]
    pub(crate) fn unique(&mut self) -> Option<&mut [T]> {
        if !self.header().references.is_one() {
            return None;
        }
        // SAFETY: as in `as_slice`; the count is one and this owner is borrowed mutably, so there is no other reference.
        Some(unsafe { std::slice::from_raw_parts_mut(self.data(), self.header().len) })
    }

    /// Whether both are the same memory.
    pub(crate) fn same(&self, other: &Self) -> bool {
        self.block == other.block
    }
}

impl<T> Clone for Buffer<T> {
    #[inline]
    fn clone(&self) -> Self {
        // SAFETY: this reference keeps the block alive.
        unsafe { self.block.as_ref() }.references.add();
        Buffer { block: self.block, element: PhantomData }
    }
}

impl<T> Drop for Buffer<T> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: this reference keeps the block alive until the count says otherwise.
        let references = unsafe { &self.block.as_ref().references };
        if references.leave() {
            // SAFETY: this was the last reference, so the header is ours alone.
            unsafe { self.block.as_mut() }.shape.clear();
            pool::give(self.block);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_sole_owner_may_write() {
        let mut a = Buffer::<f32>::recycled(&[3].into());
        a.unique().unwrap().copy_from_slice(&[1.0, 2.0, 3.0]);
        let b = a.clone();
        assert!(a.unique().is_none());
        assert_eq!(b.as_slice(), [1.0, 2.0, 3.0]);
        drop(b);
        assert!(a.unique().is_some());
    }

    #[test]
    fn a_recycled_buffer_of_bool_holds_valid_values() {
        Buffer::<i64>::recycled(&[4].into()).unique().unwrap().fill(-1);
        assert_eq!(Buffer::<bool>::recycled(&[32].into()).as_slice(), [false; 32]);
    }

    #[test]
    fn an_empty_buffer_is_a_buffer() {
        assert!(Buffer::<f64>::recycled(&[0].into()).as_slice().is_empty());
    }
}
