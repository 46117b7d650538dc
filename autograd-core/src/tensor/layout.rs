//! `Layout`: where the elements of a tensor lie.
//!
//! A tensor is one word, since it is moved and cloned with each op and kept by each node: most are whole, and have their shape beside the elements. What
//! waits to be computed, and what is seen in another way, has a description of its own, which its clones share. All three begin alike, so a clone
//! counts one reference more without asking which it is.

use super::buffer::Buffer;
use super::pending::Pending;
use super::{Element, Shape};
use crate::count::Count;
use crate::kernel::view::{Strides, View};
use crate::shared::Shared;
use std::marker::PhantomData;
use std::mem::offset_of;
use std::ptr::{self, NonNull};

/// What the word of a tensor refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    /// The block of a [`Buffer`].
    Ready,
    /// A [`Pending`].
    Pending,
    /// An [`Other`].
    Other,
}

/// How each of them begins: a block's header, and what `Shared` counts.
#[repr(C)]
struct Head {
    references: Count,
    kind: Kind,
}

/// Where [`Head`] has the kind, behind the count of references.
pub(super) const KIND_AT: usize = offset_of!(Head, kind);

/// Where the elements of a tensor lie.
#[repr(transparent)]
pub(super) struct Layout<T: Element> {
    head: NonNull<Head>,
    owns: Owned<T>,
}

/// One of these.
type Owned<T> = PhantomData<(Buffer<T>, Shared<Pending<T>>, Shared<Other<T>>)>;

/// The same with a type for each kind.
pub(super) enum Place<'a, T: Element> {
    /// All of them, in row-major order, under the shape they were made for.
    Ready(&'a Buffer<T>),
    /// As above, when they are computed.
    Pending(&'a Shared<Pending<T>>),
    Other(&'a Shared<Other<T>>),
}

/// A way of seeing elements.
#[repr(C)]
pub(super) struct Other<T: Element> {
    /// Always [`Kind::Other`].
    kind: Kind,
    /// Of another kind than this one.
    store: Layout<T>,
    shape: Shape,
    /// `None`: row-major order.
    strides: Option<Strides>,
    /// Place of the first element.
    offset: usize,
}

// SAFETY: it is one of a buffer and two shared values, which may all be sent to and used by other threads.
unsafe impl<T: Element> Send for Layout<T> {}
// SAFETY: as above.
unsafe impl<T: Element> Sync for Layout<T> {}

impl<T: Element> Layout<T> {
    /// Elements that are there.
    #[inline]
    pub(super) fn ready(buffer: Buffer<T>) -> Self {
        Layout { head: buffer.into_raw().cast(), owns: PhantomData }
    }

    /// Elements to be computed.
    pub(super) fn pending(pending: Shared<Pending<T>>) -> Self {
        const { assert!(Shared::<Pending<T>>::FIRST == KIND_AT && offset_of!(Pending<T>, kind) == 0) };
        Layout { head: pending.into_raw().cast(), owns: PhantomData }
    }

    fn other(other: Shared<Other<T>>) -> Self {
        const { assert!(Shared::<Other<T>>::FIRST == KIND_AT && offset_of!(Other<T>, kind) == 0) };
        Layout { head: other.into_raw().cast(), owns: PhantomData }
    }

    /// These elements under another shape; no strides stand for row-major order.
    pub(super) fn seen(&self, shape: Shape, strides: Option<Strides>, offset: usize) -> Self {
        let store = self.store().clone();
        match strides.is_none() && offset == 0 && *store.shape() == shape {
            true => store,
            false => Layout::other(Shared::new(Other { kind: Kind::Other, store, shape, strides, offset })),
        }
    }

    #[inline]
    fn head(&self) -> &Head {
        // SAFETY: what the word refers to lives as long as a reference to it is counted, and begins with a head.
        unsafe { self.head.as_ref() }
    }

    /// Where the elements lie, with its type.
    #[inline]
    pub(super) fn place(&self) -> Place<'_, T> {
        let this = ptr::from_ref(self);
        // SAFETY: the kind says which reference the word is; all are a word, as this is.
        unsafe {
            match self.head().kind {
                Kind::Ready => Place::Ready(&*this.cast()),
                Kind::Pending => Place::Pending(&*this.cast()),
                Kind::Other => Place::Other(&*this.cast()),
            }
        }
    }

    /// The elements that are seen, as they are stored: ready or pending.
    #[inline]
    pub(super) fn store(&self) -> &Layout<T> {
        match self.place() {
            Place::Other(other) => &other.store,
            _ => self,
        }
    }

    #[inline]
    pub(super) fn shape(&self) -> &Shape {
        match self.place() {
            Place::Ready(buffer) => buffer.shape(),
            Place::Pending(pending) => pending.shape(),
            Place::Other(other) => &other.shape,
        }
    }

    /// `None`: row-major order.
    #[inline]
    pub(super) fn strides(&self) -> Option<&[isize]> {
        match self.place() {
            Place::Other(other) => other.strides.as_deref(),
            _ => None,
        }
    }

    /// The place of the first element.
    #[inline]
    pub(super) fn offset(&self) -> usize {
        match self.place() {
            Place::Other(other) => other.offset,
            _ => 0,
        }
    }

    /// What is stored; computes it if need be.
    #[inline]
    pub(super) fn buffer(&self) -> &Buffer<T> {
        match self.place() {
            Place::Ready(buffer) => buffer,
            Place::Pending(pending) => Pending::look(pending),
            Place::Other(other) => other.store.buffer(),
        }
    }

    /// The elements; computes them if need be.
    #[inline]
    pub(super) fn view(&self) -> View<'_, T> {
        View { data: self.buffer().as_slice(), offset: self.offset(), shape: self.shape(), strides: self.strides() }
    }

    /// Everything that is stored, to be written, if nobody shares it and it is in row-major order; computes it if need be.
    pub(super) fn sole(&mut self) -> Option<&mut [T]> {
        let this = ptr::from_mut(self);
        match self.head().kind {
            // SAFETY: as in `place`; the word is borrowed mutably.
            Kind::Ready => unsafe { &mut *this.cast::<Buffer<T>>() }.unique(),
            Kind::Pending => {
                // SAFETY: as above.
                let pending = unsafe { &mut *this.cast::<Shared<Pending<T>>>() };
                Pending::look(pending);
                let buffer = pending.sole()?.take();
                *self = Layout::ready(buffer);
                self.sole()
            }
            Kind::Other => {
                // SAFETY: as above.
                let other = unsafe { &mut *this.cast::<Shared<Other<T>>>() };
                other.sole().filter(|other| other.strides.is_none())?.store.sole()
            }
        }
    }
}

impl<T: Element> Clone for Layout<T> {
    #[inline]
    fn clone(&self) -> Self {
        self.head().references.add();
        Layout { head: self.head, owns: PhantomData }
    }
}

impl<T: Element> Drop for Layout<T> {
    #[inline]
    fn drop(&mut self) {
        if !self.head().references.leave() {
            return;
        }
        let this = ptr::from_mut(self);
        // SAFETY: as in `place`; nobody uses the word any more, and what it refers to is let go by the reference that is still counted.
        unsafe {
            match self.head().kind {
                Kind::Ready => this.cast::<Buffer<T>>().drop_in_place(),
                Kind::Pending => this.cast::<Shared<Pending<T>>>().drop_in_place(),
                Kind::Other => this.cast::<Shared<Other<T>>>().drop_in_place(),
            }
        }
    }
}
