//! `Layout`: where the elements of a tensor lie.
//!
//! A tensor is two words, since it is moved and cloned with each op and kept by each node: most are whole, and have their shape beside the elements. What is
//! seen in another way has a description of its own, which its clones share.

use super::pending::Store;
use super::{Element, Shape};
use crate::kernel::view::{Strides, View};
use crate::shared::Shared;

/// Where the elements of a tensor lie.
#[derive(Clone)]
pub(super) enum Layout<T: Element> {
    /// All of them, in row-major order, under the shape they were made for.
    Whole(Store<T>),
    Other(Shared<Other<T>>),
}

/// A way of seeing elements.
pub(super) struct Other<T: Element> {
    store: Store<T>,
    shape: Shape,
    /// `None`: row-major order.
    strides: Option<Strides>,
    /// Place of the first element.
    offset: usize,
}

impl<T: Element> Layout<T> {
    /// These elements under another shape; no strides stand for row-major order.
    pub(super) fn seen(&self, shape: Shape, strides: Option<Strides>, offset: usize) -> Self {
        let store = self.store().clone();
        match strides.is_none() && offset == 0 && *store.shape() == shape {
            true => Layout::Whole(store),
            false => Layout::Other(Shared::new(Other { store, shape, strides, offset })),
        }
    }

    #[inline]
    pub(super) fn store(&self) -> &Store<T> {
        match self {
            Layout::Whole(store) => store,
            Layout::Other(other) => &other.store,
        }
    }

    #[inline]
    pub(super) fn shape(&self) -> &Shape {
        match self {
            Layout::Whole(store) => store.shape(),
            Layout::Other(other) => &other.shape,
        }
    }

    /// `None`: row-major order.
    #[inline]
    pub(super) fn strides(&self) -> Option<&[isize]> {
        match self {
            Layout::Whole(_) => None,
            Layout::Other(other) => other.strides.as_deref(),
        }
    }

    /// The place of the first element.
    #[inline]
    pub(super) fn offset(&self) -> usize {
        match self {
            Layout::Whole(_) => 0,
            Layout::Other(other) => other.offset,
        }
    }

    /// The elements; computes them if need be.
    #[inline]
    pub(super) fn view(&self) -> View<'_, T> {
        View {
            data: self.store().buffer().as_slice(),
            offset: self.offset(),
            shape: self.shape(),
            strides: self.strides(),
        }
    }

    /// Everything that is stored, to be written, if nobody shares it and it is in row-major order; computes it if need be.
    pub(super) fn sole(&mut self) -> Option<&mut [T]> {
        match self {
            Layout::Whole(store) => store.unique(),
            Layout::Other(other) => other.sole().filter(|other| other.strides.is_none())?.store.unique(),
        }
    }
}
