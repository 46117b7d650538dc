//! `Shared`: a counted reference, as `Arc` without weak ones, for what is made and let go by the thousand in each step of training.
//!
//! Its memory is [recycled](crate::memory), and the last owner pays for no atomic subtraction.

use crate::count::Count;
use crate::memory;
use std::alloc::Layout;
use std::marker::PhantomData;
use std::ops::Deref;
use std::ptr::NonNull;

/// A counted reference.
#[repr(transparent)]
pub(crate) struct Shared<X: ?Sized> {
    inner: NonNull<Inner<X>>,
    owns: PhantomData<Inner<X>>,
}

/// A value with the number of its references.
#[repr(C)]
pub(crate) struct Inner<X: ?Sized> {
    references: Count,
    value: X,
}

// SAFETY: the value is reached for reading only, or by a sole owner, and any thread may be the last to let go; the count is atomic.
unsafe impl<X: ?Sized + Send + Sync> Send for Shared<X> {}
// SAFETY: as above.
unsafe impl<X: ?Sized + Send + Sync> Sync for Shared<X> {}

impl<X> Shared<X> {
    /// How far the value lies behind the count of references, with which the allocation begins.
    pub(crate) const FIRST: usize = std::mem::offset_of!(Inner<X>, value);

    /// The allocation, with the reference to it that this was.
    #[inline]
    pub(crate) fn into_raw(self) -> NonNull<Inner<X>> {
        std::mem::ManuallyDrop::new(self).inner
    }

    #[inline]
    pub(crate) fn new(value: X) -> Self {
        let inner = memory::take(Layout::new::<Inner<X>>()).cast::<Inner<X>>();
        // SAFETY: the place has the size and the alignment of an `Inner<X>`, and nobody else refers to it.
        unsafe { inner.write(Inner { references: Count::one(), value }) };
        Shared { inner, owns: PhantomData }
    }

    /// The same reference without the value's exact type.
    ///
    /// # Safety
    /// `widen` must give back the pointer that it gets, coerced to the wider type.
    #[inline]
    pub(crate) unsafe fn widen<U: ?Sized>(self, widen: fn(NonNull<Inner<X>>) -> NonNull<Inner<U>>) -> Shared<U> {
        let inner = std::mem::ManuallyDrop::new(self).inner;
        Shared { inner: widen(inner), owns: PhantomData }
    }
}

impl<X: ?Sized> Shared<X> {
    #[inline]
    fn references(&self) -> &Count {
        // SAFETY: the value lives as long as a reference to it is counted, and this is one.
        unsafe { &self.inner.as_ref().references }
    }

    /// Where the value lies: no other has this number while this one lives.
    #[inline]
    pub(crate) fn address(&self) -> usize {
        self.inner.as_ptr().addr()
    }

    /// The number of references.
    #[inline]
    pub(crate) fn count(&self) -> usize {
        self.references().get()
    }

    /// Whether this is the only reference.
    #[inline]
    pub(crate) fn is_sole(&self) -> bool {
        self.references().is_one()
    }

    /// The value to be changed, if nobody else refers to it.
    #[inline]
    pub(crate) fn sole(&mut self) -> Option<&mut X> {
        if !self.is_sole() {
            return None;
        }
        // SAFETY: this is the only reference, and it is borrowed mutably.
        Some(unsafe { &mut self.inner.as_mut().value })
    }
}

impl<X: ?Sized> Deref for Shared<X> {
    type Target = X;
    #[inline]
    fn deref(&self) -> &X {
        // SAFETY: as in `references`.
        unsafe { &self.inner.as_ref().value }
    }
}

impl<X: ?Sized> Clone for Shared<X> {
    #[inline]
    fn clone(&self) -> Self {
        self.references().add();
        Shared { inner: self.inner, owns: PhantomData }
    }
}

impl<X: ?Sized> Drop for Shared<X> {
    #[inline]
    fn drop(&mut self) {
        if self.references().leave() {
            // SAFETY: this was the last reference; the layout is that of the value which `new` put there.
            unsafe {
                let layout = Layout::for_value(self.inner.as_ref());
                self.inner.drop_in_place();
                memory::give(self.inner.cast(), layout);
            }
        }
    }
}

/// A reference without the value's exact type: `erase!(shared)` where a `Shared<dyn Trait>` is expected.
macro_rules! erase {
    ($shared:expr) => {
        // SAFETY: the pointer is coerced only.
        unsafe { $shared.widen(|exact| exact) }
    };
}
pub(crate) use erase;

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn the_last_reference_drops_the_value_and_only_a_sole_one_may_write() {
        struct Counted<'a>(&'a AtomicUsize);
        impl Drop for Counted<'_> {
            fn drop(&mut self) {
                self.0.fetch_add(1, Ordering::Relaxed);
            }
        }
        let dropped = AtomicUsize::new(0);
        let mut a = Shared::new(Counted(&dropped));
        let b = a.clone();
        assert!(a.address() == b.address() && a.sole().is_none());
        std::thread::scope(|scope| drop(scope.spawn(move || drop(b)).join()));
        assert!(a.sole().is_some());
        assert_eq!(dropped.load(Ordering::Relaxed), 0);
        drop(a);
        assert_eq!(dropped.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn a_widened_reference_is_the_same_one() {
        let exact = Shared::new([1u8, 2, 3]);
        let address = exact.address();
        let wide: Shared<[u8]> = erase!(exact);
        assert_eq!((wide.address(), &wide[..]), (address, &[1u8, 2, 3][..]));
    }
}
