//! Views: the same elements under another shape. Nothing is copied where strides can say it.

use super::axis_index::Selection;
use super::{Element, IntoSlices, Shape, Tensor};
use crate::error::{Error, Mismatch};
use smallvec::SmallVec;

/// The shape after reshaping, if it has as many elements.
pub(crate) fn reshape_shape(from: &Shape, to: &Shape) -> Result<Shape, Mismatch> {
    let to = to.clone().addressable()?;
    match from.numel() == to.numel() {
        true => Ok(to),
        false => Err(Mismatch::new(format!("{} elements do not fill {to}, which has {}", from.numel(), to.numel()))),
    }
}

/// The shape after permuting, if `axes` names each axis once.
pub(crate) fn permute_shape(from: &Shape, axes: &[usize]) -> Result<Shape, Mismatch> {
    let mut seen: SmallVec<[bool; 8]> = SmallVec::from_elem(false, from.rank());
    for &axis in axes {
        match seen.get_mut(axis) {
            Some(seen) if !*seen => *seen = true,
            Some(_) => return Err(Mismatch::new(format!("axis {axis} is named twice"))),
            None => return Err(Mismatch::new(format!("axis {axis} is out of range for {} axes", from.rank()))),
        }
    }
    match axes.len() == from.rank() {
        true => Ok(axes.iter().map(|&axis| from[axis]).collect()),
        false => Err(Mismatch::new(format!("{} axes are named, the operand has {}", axes.len(), from.rank()))),
    }
}

/// The shape after broadcasting, if each size is kept or was 1.
pub(crate) fn broadcast_shape(from: &Shape, to: &Shape) -> Result<Shape, Mismatch> {
    let stretches =
        from.rank() <= to.rank() && from.iter().rev().zip(to.iter().rev()).all(|(&from, &to)| from == to || from == 1);
    match stretches {
        true => to.clone().addressable(),
        false => Err(Mismatch::new(format!("{from} does not broadcast to {to}"))),
    }
}

impl<T: Element> Tensor<T> {
    pub(super) fn with_layout(&self, shape: Shape, strides: SmallVec<[isize; 4]>, offset: usize) -> Tensor<T> {
        // Strides of axes of size 1 are never used, so they do not decide whether the order is row-major.
        let row_major = shape.row_major();
        let differs = shape.iter().zip(strides.iter().zip(&row_major)).any(|(&n, (a, b))| n != 1 && a != b);
        let strides = (differs && shape.numel() > 0).then_some(strides);
        Tensor { layout: self.layout.seen(shape, strides, offset) }
    }

    #[track_caller]
    pub(crate) fn accept<X>(&self, method: &'static str, rule: &str, found: Result<X, Mismatch>) -> X {
        // A closure would stand for the caller in the message, so there is none.
        match found {
            Ok(found) => found,
            Err(why) => Error::refused(method, rule, why, &[], std::iter::once(self.shape())).raise(),
        }
    }

    /// The same elements in row-major order under another shape: a view where strides allow it, else a copy.
    ///
    /// # Panics
    /// If the number of elements differs.
    #[must_use]
    #[track_caller]
    pub fn reshape(&self, shape: impl Into<Shape>) -> Tensor<T> {
        let shape =
            self.accept("reshape", "[..] -> shape, as many elements", reshape_shape(self.shape(), &shape.into()));
        if self.is_contiguous() {
            return Tensor { layout: self.layout.seen(shape, None, self.layout.offset()) };
        }
        match reshaped_strides(self.shape(), &self.view().strides(), &shape) {
            Some(strides) => self.with_layout(shape, strides, self.layout.offset()),
            None => Tensor::build(shape, |out| self.view().copy_to(out)),
        }
    }

    /// The axes in another order: axis `i` of the result is axis `axes[i]` of this tensor. A view.
    ///
    /// # Panics
    /// If `axes` does not name each axis once.
    #[must_use]
    #[track_caller]
    pub fn permute(&self, axes: impl AsRef<[usize]>) -> Tensor<T> {
        let axes = axes.as_ref();
        let shape =
            self.accept("permute", "[..] -> [..] with axes in the order named", permute_shape(self.shape(), axes));
        let strides = self.view().strides();
        self.with_layout(shape, axes.iter().map(|&axis| strides[axis]).collect(), self.layout.offset())
    }

    /// The tensor with its last two axes exchanged. A view.
    ///
    /// # Panics
    /// If there are fewer than two axes.
    #[must_use]
    #[track_caller]
    pub fn mt(&self) -> Tensor<T> {
        if let Err(why) = self.shape().matrix() {
            Error::refused("mt", "[.., m, n] -> [.., n, m]", why, &[], std::iter::once(self.shape())).raise();
        }
        let mut axes: SmallVec<[usize; 4]> = (0..self.rank()).collect();
        axes.swap(self.rank() - 2, self.rank() - 1);
        self.permute(axes)
    }

    /// The tensor repeated, without copying, along axes of size 1 and along new leading axes. A view.
    ///
    /// # Panics
    /// If a size other than 1 would change.
    #[must_use]
    #[track_caller]
    pub fn broadcast_to(&self, shape: impl Into<Shape>) -> Tensor<T> {
        let rule = "[..] -> shape, where sizes are equal or were 1, from the last axis";
        let shape = self.accept("broadcast_to", rule, broadcast_shape(self.shape(), &shape.into()));
        let new = shape.rank() - self.rank();
        let strides = self.view().strides();
        let stride = |axis: usize| match axis.checked_sub(new) {
            Some(old) if self.shape()[old] == shape[axis] => strides[old],
            _ => 0,
        };
        let strides = (0..shape.rank()).map(stride).collect();
        self.with_layout(shape, strides, self.layout.offset())
    }

    /// A part of the tensor: for each axis, from the first on, a range, or a position, which drops the axis; axes not named are taken
    /// whole. A view. The macro [`s!`](crate::s) writes it as NumPy does.
    ///
    /// ```
    /// use autograd_core::{Tensor, s};
    /// let x = Tensor::<f64>::arange(12).reshape([3, 4]);
    /// assert_eq!(x.slice((1.., ..2)), [[4.0, 5.0], [8.0, 9.0]].into());
    /// assert_eq!(x.slice((0, 1..3)).to_vec(), [1.0, 2.0]);
    /// assert_eq!(x.slice(s![1..-1, ..;-2]), [[7.0, 5.0]].into());
    /// ```
    ///
    /// # Panics
    /// If there are more ranges than axes, or one does not lie within its axis.
    #[must_use]
    #[track_caller]
    pub fn slice(&self, ranges: impl IntoSlices) -> Tensor<T> {
        let selection = Selection::new(&ranges.into_slices(), self.shape());
        self.select(&self.accept("slice", "[..] -> the size of each range", selection))
    }

    pub(crate) fn select(&self, selection: &Selection) -> Tensor<T> {
        let mut strides = self.view().strides();
        let mut offset = self.layout.offset() as isize;
        for (axis, stride) in strides.iter_mut().enumerate() {
            offset += selection.first[axis] as isize * *stride;
            *stride *= selection.steps[axis];
        }
        let shape = selection.shape();
        let offset = if shape.numel() == 0 { 0 } else { offset as usize };
        self.with_layout(shape, selection.along(1, &strides).collect(), offset)
    }
}

/// The strides under which the elements of a strided tensor appear reshaped, if there are any.
fn reshaped_strides(from: &Shape, strides: &[isize], to: &Shape) -> Option<SmallVec<[isize; 4]>> {
    if from.numel() == 0 {
        return None;
    }
    let mut result: SmallVec<[isize; 4]> = SmallVec::from_elem(0, to.rank());
    // Groups of old axes and of new axes with the same number of elements, from the left; the old ones must join into one stride.
    let (mut i, mut j) = (0, 0);
    while i < from.rank() && j < to.rank() {
        let (mut old, mut new) = (from[i], to[j]);
        let (i0, j0) = (i, j);
        while old != new {
            if old < new {
                i += 1;
                old *= from[i];
            } else {
                j += 1;
                new *= to[j];
            }
        }
        (i, j) = (i + 1, j + 1);
        // Within the group, axes of size 1 are of no account.
        let axes: SmallVec<[usize; 4]> = (i0..i).filter(|&axis| from[axis] != 1).collect();
        if axes.windows(2).any(|pair| strides[pair[0]] != strides[pair[1]] * from[pair[1]] as isize) {
            return None;
        }
        let mut stride = axes.last().map_or(1, |&axis| strides[axis]);
        for axis in (j0..j).rev() {
            result[axis] = stride;
            stride *= to[axis] as isize;
        }
    }
    Some(result)
}
