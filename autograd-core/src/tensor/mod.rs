//! `Tensor`: an n-dimensional array with value semantics. It knows nothing of gradients.

pub(crate) mod axis_index;
mod axis_slice;
pub(crate) mod buffer;
mod compare;
mod convert;
mod create;
pub(crate) mod index_select;
pub(crate) mod join;
mod layout;
mod order;
pub(crate) mod pending;
pub mod pool;
mod print;
mod random;
mod reduce;
mod shape;
pub(crate) mod strided;
pub(crate) mod views;

pub use autograd_kernel::element::{Element, Real};
pub use axis_index::{AxisIndex, IntoSlices};
pub use axis_slice::AxisSlice;
pub use compare::Operand;
pub use convert::Nested;
pub use random::{Generator, Key};
pub use shape::{Axes, Shape};

use crate::error::{Error, Mismatch};
use crate::kernel::elementwise::{self, Of, Short};
use crate::kernel::view::View;
use buffer::Buffer;
use layout::Layout;
use std::borrow::Borrow;

/// An n-dimensional array with value semantics.
///
/// A clone is cheap and shares the elements; writing to a tensor never changes another one. Reshaping, permuting, slicing and
/// broadcasting give views that share the elements as well, wherever strides can express them.
///
/// ```
/// use autograd_core::Tensor;
/// let x = Tensor::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
/// assert_eq!(*x.shape(), [2, 3]);
/// assert_eq!(x.permute([1, 0]).to_vec(), [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
/// ```
#[derive(Clone)]
pub struct Tensor<T: Element = f32> {
    layout: Layout<T>,
}

impl<T: Element> Tensor<T> {
    /// A row-major tensor whose elements `fill` writes; it must write each, since the memory is recycled.
    #[inline]
    pub(crate) fn build(shape: impl Borrow<Shape>, fill: impl FnOnce(&mut [T])) -> Self {
        let mut buffer = Buffer::recycled(shape.borrow());
        fill(buffer.unique().expect("a new buffer has one owner"));
        Tensor { layout: Layout::ready(buffer) }
    }

    /// The sizes of the axes.
    #[inline]
    pub fn shape(&self) -> &Shape {
        self.layout.shape()
    }

    /// The number of axes.
    #[inline]
    pub fn rank(&self) -> usize {
        self.shape().rank()
    }

    /// The number of elements.
    #[inline]
    pub fn numel(&self) -> usize {
        self.shape().numel()
    }

    /// The one door to the elements: each kernel comes through here.
    #[inline]
    pub(crate) fn view(&self) -> View<'_, T> {
        self.layout.view()
    }

    /// Whether the elements lie one behind the other in row-major order.
    pub fn is_contiguous(&self) -> bool {
        self.layout.strides().is_none()
    }

    /// The elements as a slice, if they lie in row-major order; [`contiguous`](Tensor::contiguous) makes it so.
    pub fn as_slice(&self) -> Option<&[T]> {
        self.view().flat()
    }

    /// The same values in row-major order; free where they are already.
    #[must_use]
    pub fn contiguous(&self) -> Tensor<T> {
        if self.is_contiguous() {
            return self.clone();
        }
        Tensor::build(self.shape(), |out| self.view().copy_to(out))
    }

    /// The elements in row-major order.
    pub fn to_vec(&self) -> Vec<T> {
        self.contiguous().as_slice().expect("contiguous").to_vec()
    }

    /// The single element of a tensor that has only one, whatever its rank.
    ///
    /// # Panics
    /// If there are more or fewer.
    #[track_caller]
    pub fn item(&self) -> T {
        if self.numel() != 1 {
            let why = format!("a tensor of shape {} has {} elements, not one", self.shape(), self.numel());
            Error::new("item", Mismatch::new(why)).raise();
        }
        let view = self.view();
        view.data[view.offset]
    }

    /// The element at `index`, one number for each axis.
    ///
    /// # Panics
    /// If the index has another length than the shape or lies outside it.
    #[track_caller]
    pub fn at<const N: usize>(&self, index: [usize; N]) -> T {
        if N != self.rank() || index.iter().zip(&**self.shape()).any(|(i, n)| i >= n) {
            Error::new("at", Mismatch::new(format!("index {index:?} is not in a tensor of shape {}", self.shape())))
                .raise();
        }
        let view = self.view();
        let steps: isize = index.iter().zip(&view.strides()).map(|(&i, s)| i as isize * s).sum();
        view.data[(view.offset as isize + steps) as usize]
    }

    /// Writes in place: the elements, in row-major order, are passed to `write`.
    ///
    /// No other tensor changes: if the memory is shared with a clone, a view or a recorded graph, the elements are copied first.
    ///
    /// ```
    /// use autograd_core::Tensor;
    /// let before = Tensor::from([1.0, 2.0]);
    /// let mut x = before.clone();
    /// x.write(|elements| elements[0] = 5.0);
    /// assert_eq!((x.to_vec(), before.to_vec()), (vec![5.0, 2.0], vec![1.0, 2.0]));
    /// ```
    pub fn write<R>(&mut self, write: impl FnOnce(&mut [T]) -> R) -> R {
        write(self.as_mut_slice())
    }

    /// The elements in row-major order, to be changed in place; as with [`write`](Tensor::write), no other tensor changes.
    pub fn as_mut_slice(&mut self) -> &mut [T] {
        if self.layout.sole().is_none() {
            *self = Tensor::build(self.shape(), |out| self.view().copy_to(out));
        }
        let (start, len) = (self.layout.offset(), self.numel());
        &mut self.layout.sole().expect("one owner: tested or new")[start..start + len]
    }

    /// The tensor of `f` of each element; also from one element type to another.
    ///
    /// ```
    /// use autograd_core::Tensor;
    /// assert_eq!(Tensor::from([1.0, -2.0]).map(|x| x > 0.0).to_vec(), [true, false]);
    /// ```
    #[must_use]
    pub fn map<Y: Element>(&self, f: impl Fn(T) -> Y + Send + Sync) -> Tensor<Y> {
        Tensor::build(self.shape(), |out| elementwise::map(self.view(), out, &Of::<_, (T, Y)>::new(1, Short(&f))))
    }

    /// The tensor of `f` of each pair of elements of two tensors of one shape.
    ///
    /// # Panics
    /// If the shapes differ.
    #[must_use]
    #[track_caller]
    pub fn zip<B: Element, Y: Element>(&self, other: &Tensor<B>, f: impl Fn(T, B) -> Y + Send + Sync) -> Tensor<Y> {
        if self.shape() != other.shape() {
            Error::refused(
                "zip",
                "[..] x [..] -> [..]",
                Mismatch::new("shapes differ"),
                &[],
                [self.shape(), other.shape()].into_iter(),
            )
            .raise();
        }
        Tensor::build(self.shape(), |out| {
            elementwise::zip(self.view(), other.view(), out, &Of::<_, (T, B, Y)>::new(1, Short(&f)))
        })
    }

    /// Whether both tensors are the same elements in memory, seen in the same way.
    pub fn shares(&self, other: &Tensor<T>) -> bool {
        let (a, b) = (&self.layout, &other.layout);
        a.buffer().same(b.buffer()) && (a.shape(), a.strides(), a.offset()) == (b.shape(), b.strides(), b.offset())
    }
}

impl<T: Real> Tensor<T> {
    /// Whether writing needs neither a copy nor a computation: the elements are there, row-major, and nobody shares the memory.
    pub(crate) fn is_writable(&mut self) -> bool {
        // Asked of a gradient that waits, the memory itself would be a look, and the sum of gradients a pass for each.
        !self.is_pending() && self.layout.sole().is_some()
    }

    /// Adds `other`, of the same shape, in place where the memory is not shared.
    pub(crate) fn add_assign(&mut self, other: &Tensor<T>) {
        debug_assert_eq!(self.shape(), other.shape());
        if self.is_pending() || other.is_pending() {
            *self = self.zip_cost(other, 1, |a, b| a + b);
        } else if self.is_writable() {
            let other = other.contiguous();
            let other = other.as_slice().expect("contiguous");
            self.write(|x| {
                crate::kernel::threads::chunks(x, 1 << 13, 1, |start, x| {
                    x.iter_mut().zip(&other[start..]).for_each(|(x, &y)| *x += y);
                });
            });
        } else {
            *self = self.zip_cost(other, 1, |a, b| a + b);
        }
    }
}

// Elements never change once they are there, and a pass that panics leaves its values waiting, so a panic leaves none half-done.
impl<T: Element> std::panic::UnwindSafe for Tensor<T> {}
impl<T: Element> std::panic::RefUnwindSafe for Tensor<T> {}

/// Two tensors are equal if they have one shape and equal elements; as with floats, NaN equals nothing.
impl<T: Element> PartialEq for Tensor<T> {
    fn eq(&self, other: &Tensor<T>) -> bool {
        self.shape() == other.shape() && self.to_vec() == other.to_vec()
    }
}
