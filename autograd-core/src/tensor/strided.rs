//! Views that walk the same elements in another way: backwards, along a diagonal, in windows.

use super::{Axes, Element, Shape, Tensor};
use crate::error::Mismatch;
use smallvec::SmallVec;

/// A diagonal of two axes.
pub(crate) struct Diagonal {
    /// The axis of the rows and that of the columns.
    pub axes: [usize; 2],
    /// Row and column of its first element.
    pub first: [usize; 2],
    /// How many elements it has.
    pub len: usize,
}

impl Diagonal {
    /// The diagonal `offset` places above the main one (below, if negative) of a matrix of this size along `axes`.
    pub(crate) fn new(axes: [usize; 2], [m, n]: [usize; 2], offset: isize) -> Self {
        let first = [offset.min(0).unsigned_abs(), offset.max(0) as usize];
        let len = m.saturating_sub(first[0]).min(n.saturating_sub(first[1]));
        Diagonal { axes, first: if len == 0 { [0, 0] } else { first }, len }
    }

    /// The same of the axes that `axes` name in `shape`.
    pub(crate) fn of(shape: &Shape, offset: isize, axes: [isize; 2]) -> Result<Self, Mismatch> {
        let axes = two_axes(shape, axes)?;
        Ok(Diagonal::new(axes, axes.map(|axis| shape[axis]), offset))
    }

    /// The shape of the diagonals of a tensor of this shape: one behind its other axes.
    pub(crate) fn shape(&self, from: &Shape) -> Shape {
        from.reduced(&self.axes, false).iter().copied().chain([self.len]).collect()
    }
}

/// Two different axes of a shape.
pub(crate) fn two_axes(shape: &Shape, [a, b]: [isize; 2]) -> Result<[usize; 2], Mismatch> {
    let (a, b) = (shape.axis(a)?, shape.axis(b)?);
    match a == b {
        true => Err(Mismatch::new(format!("axis {a} is named twice"))),
        false => Ok([a, b]),
    }
}

/// Refuses windows that an axis of size `n` does not hold; the number of them.
pub(crate) fn windows(n: usize, size: usize, step: usize) -> Result<usize, Mismatch> {
    match (size, step) {
        (0, _) => Err(Mismatch::new("the windows have size 0, it must be at least 1")),
        (_, 0) => Err(Mismatch::new("the windows are 0 apart, it must be at least 1")),
        _ if size > n => Err(Mismatch::new(format!("a window of {size} does not lie within an axis of size {n}"))),
        _ => Ok((n - size) / step + 1),
    }
}

/// The shape of the windows along an axis.
pub(crate) fn unfold_shape(from: &Shape, axis: isize, size: usize, step: usize) -> Result<Shape, Mismatch> {
    let axis = from.axis(axis)?;
    let count = windows(from[axis], size, step)?;
    from.with(axis, count).iter().copied().chain([size]).collect::<Shape>().addressable()
}

impl<T: Element> Tensor<T> {
    /// The elements in reverse order along the axes named. A view.
    ///
    /// ```
    /// use autograd_core::Tensor;
    /// assert_eq!(Tensor::from([[1.0, 2.0], [3.0, 4.0]]).flip(1), [[2.0, 1.0], [4.0, 3.0]].into());
    /// ```
    ///
    /// # Panics
    /// If an axis is out of range or named twice.
    #[must_use]
    #[track_caller]
    pub fn flip(&self, axes: impl Into<Axes>) -> Tensor<T> {
        let axes = self.accept("flip", "[..] -> [..]", axes.into().resolve(self.shape()));
        let mut strides = self.view().strides();
        let mut offset = self.layout.offset() as isize;
        for axis in axes {
            offset += (self.shape()[axis] as isize - 1) * strides[axis];
            strides[axis] = -strides[axis];
        }
        let offset = if self.numel() == 0 { 0 } else { offset as usize };
        self.with_layout(self.shape().clone(), strides, offset)
    }

    /// The diagonal of two axes, `offset` places above the main one, as the last axis. A view.
    ///
    /// ```
    /// use autograd_core::Tensor;
    /// let x = Tensor::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    /// assert_eq!(x.diagonal(0, [0, 1]).to_vec(), [1.0, 5.0]);
    /// assert_eq!(x.diagonal(1, [0, 1]).to_vec(), [2.0, 6.0]);
    /// ```
    ///
    /// # Panics
    /// If an axis is out of range, or both are the same.
    #[must_use]
    #[track_caller]
    pub fn diagonal(&self, offset: isize, axes: [isize; 2]) -> Tensor<T> {
        let diagonal = Diagonal::of(self.shape(), offset, axes);
        let diagonal = self.accept("diagonal", "[.., m, .., n, ..] -> [.., k]", diagonal);
        let ([rows, columns], [i, j]) = (diagonal.axes, diagonal.first);
        let strides = self.view().strides();
        let other = (0..self.rank()).filter(|axis| !diagonal.axes.contains(axis)).map(|axis| strides[axis]);
        let along = if diagonal.len > 1 { strides[rows] + strides[columns] } else { 1 };
        let layout: SmallVec<[isize; 4]> = other.chain([along]).collect();
        let first = self.layout.offset() as isize + i as isize * strides[rows] + j as isize * strides[columns];
        let shape = diagonal.shape(self.shape());
        let first = if shape.numel() == 0 { 0 } else { first as usize };
        self.with_layout(shape, layout, first)
    }

    /// The windows of `size` elements, `step` apart, along an axis; the elements of a window are the last axis. A view.
    ///
    /// ```
    /// use autograd_core::Tensor;
    /// assert_eq!(Tensor::<f64>::arange(5).unfold(0, 3, 2), [[0.0, 1.0, 2.0], [2.0, 3.0, 4.0]].into());
    /// ```
    ///
    /// # Panics
    /// If the axis is out of range or holds no window, or if `size` or `step` is 0.
    #[must_use]
    #[track_caller]
    pub fn unfold(&self, axis: isize, size: usize, step: usize) -> Tensor<T> {
        let shape = unfold_shape(self.shape(), axis, size, step);
        let shape = self.accept("unfold", "[.., n, ..] -> [.., (n - size) / step + 1, .., size]", shape);
        let axis = self.shape().axis(axis).expect("the shape was accepted");
        let mut strides = self.view().strides();
        strides.push(strides[axis]);
        // The step past a single window is never taken, and may be longer than memory.
        strides[axis] *= if shape[axis] > 1 { step as isize } else { 1 };
        self.with_layout(shape, strides, self.layout.offset())
    }
}

#[cfg(test)]
mod tests {
    use crate::{AxisSlice, Tensor, s};

    #[test]
    fn nothing_is_copied() {
        let x = Tensor::<f64>::arange(12).reshape([3, 4]).mt();
        assert!(x.flip([0, 1]).shares(&x.slice(s![..;-1, ..;-1])));
        assert!(x.unfold(0, 2, 2).slice(s![.., .., 1]).shares(&x.slice(s![1..;2])));
        let square = Tensor::<f64>::arange(9);
        assert!(square.reshape([3, 3]).diagonal(0, [0, 1]).shares(&square.slice([AxisSlice::from(..).step(4)])));
    }

    #[test]
    fn writing_to_windows_changes_no_other() {
        let x = Tensor::<f64>::arange(4);
        let mut y = x.unfold(0, 2, 1);
        y.write(|y| y[1] = 9.0);
        assert_eq!(y.to_vec(), [0.0, 9.0, 1.0, 2.0, 2.0, 3.0]);
        assert_eq!(x.to_vec(), [0.0, 1.0, 2.0, 3.0]);
    }
}
