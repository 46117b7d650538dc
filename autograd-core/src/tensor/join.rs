//! `concat` and `stack` of tensors, and the shape rules that the ops of these names have.

use super::{Element, Shape, Tensor};
use crate::error::{Error, Mismatch};
use crate::kernel::index::{self, Part};
use crate::kernel::list::List;
use std::borrow::Borrow;

impl<T: Element> Tensor<T> {
    /// The tensors one behind the other along an axis, along which their sizes may differ.
    ///
    /// ```
    /// use autograd_core::Tensor;
    /// let (a, b) = (Tensor::from([[1i64], [2]]), Tensor::from([[3, 4], [5, 6]]));
    /// assert_eq!(Tensor::concat(&[&a, &b], 1), [[1, 3, 4], [2, 5, 6]].into());
    /// ```
    ///
    /// # Panics
    /// If there is none, or another axis differs.
    #[must_use]
    #[track_caller]
    #[doc(alias = "cat")]
    pub fn concat(parts: &[impl Borrow<Tensor<T>>], axis: isize) -> Self {
        let parts: List<&Tensor<T>> = parts.iter().map(Borrow::borrow).collect();
        let shape = accept("concat", CONCAT, &parts, concatenated(parts.iter().map(|part| part.shape()), axis));
        let axis = shape.axis(axis).expect("the shape rule accepted the axis");
        join(&parts, axis, shape)
    }

    /// The tensors, all of one shape, along a new axis; negative axes count from the end of the result's.
    ///
    /// ```
    /// use autograd_core::Tensor;
    /// let (a, b) = (Tensor::from([true, false]), Tensor::from([true, true]));
    /// assert_eq!(Tensor::stack(&[&a, &b], -1), [[true, true], [false, true]].into());
    /// ```
    ///
    /// # Panics
    /// If there is none, or their shapes differ.
    #[must_use]
    #[track_caller]
    pub fn stack(parts: &[impl Borrow<Tensor<T>>], axis: isize) -> Self {
        let parts: List<&Tensor<T>> = parts.iter().map(Borrow::borrow).collect();
        let shape = accept("stack", STACK, &parts, stacked(parts.iter().map(|part| part.shape()), axis));
        let axis = shape.axis(axis).expect("the shape rule accepted the axis");
        let one = shape.with(axis, 1);
        let slices: List<Tensor<T>> = parts.iter().map(|part| part.reshape(&one)).collect();
        join(&slices.iter().collect::<List<_>>(), axis, shape)
    }
}

/// What a rule says of the tensors, or its refusal in the name of the method that was called.
#[track_caller]
fn accept<T: Element>(method: &'static str, rule: &str, x: &[&Tensor<T>], says: Result<Shape, Mismatch>) -> Shape {
    match says {
        Ok(shape) => shape,
        Err(why) => Error::refused(method, rule, why, &[], x.iter().map(|x| x.shape())).raise(),
    }
}

/// What [`concatenated`] accepts.
pub(crate) const CONCAT: &str = "[.., n0, ..] x [.., n1, ..] x .. -> [.., n0 + n1 + .., ..]";
/// What [`stacked`] accepts.
pub(crate) const STACK: &str = "k of [.., ..] -> [.., k, ..]";

/// The shape of what lies one behind the other along an axis.
pub(crate) fn concatenated<'a>(
    mut x: impl ExactSizeIterator<Item = &'a Shape>,
    axis: isize,
) -> Result<Shape, Mismatch> {
    let Some(first) = x.next() else { return Err(Mismatch::new("there is nothing to concat")) };
    let axis = first.axis(axis)?;
    let mut total = first[axis];
    for (i, other) in (1..).zip(x) {
        if other.rank() != first.rank() {
            let (a, b) = (first.rank(), other.rank());
            return Err(Mismatch::new(format!("operand {i} has {b} axes, operand 0 has {a}")));
        }
        if let Some(differs) = (0..first.rank()).find(|&d| d != axis && first[d] != other[d]) {
            let (a, b) = (first[differs], other[differs]);
            return Err(Mismatch::new(format!("axis {differs} is {b} in operand {i}, {a} in operand 0")));
        }
        total = total.saturating_add(other[axis]);
    }
    first.with(axis, total).addressable()
}

/// The shape of what lies along a new axis.
pub(crate) fn stacked<'a>(mut x: impl ExactSizeIterator<Item = &'a Shape>, axis: isize) -> Result<Shape, Mismatch> {
    let count = x.len();
    let Some(first) = x.next() else { return Err(Mismatch::new("there is nothing to stack")) };
    if let Some((i, other)) = (1..).zip(x).find(|(_, other)| *other != first) {
        return Err(Mismatch::new(format!("operand {i} has shape {other}, operand 0 has {first}")));
    }
    let mut sizes: List<usize> = first.iter().copied().collect();
    sizes.push(count);
    let axis = Shape::from(&sizes[..]).axis(axis)?;
    sizes[axis..].rotate_right(1);
    Shape::from(&sizes[..]).addressable()
}

/// The operands one behind the other along `axis`, under `shape`.
fn join<'a, T: Element>(x: &[&'a Tensor<T>], axis: usize, shape: Shape) -> Tensor<T> {
    // A few numbers in turn, each operand's own, as of a stack along the last axis.
    if axis + 1 == shape.rank() && x.iter().all(|x| x.shape()[axis] == 1) {
        let in_order: List<&[T]> = x.iter().filter_map(|x| x.view().flat()).collect();
        match in_order[..] {
            _ if in_order.len() != x.len() => {}
            [a, b] => return Tensor::build(shape, |out| index::interleave([a, b], out)),
            [a, b, c] => return Tensor::build(shape, |out| index::interleave([a, b, c], out)),
            [a, b, c, d] => return Tensor::build(shape, |out| index::interleave([a, b, c, d], out)),
            _ => {}
        }
    }
    let mut begin = 0;
    let part = |x: &&'a Tensor<T>| {
        let mut part = Part::at_origin(x.view());
        part.first[axis] = begin;
        begin += x.shape()[axis];
        part
    };
    let parts: List<Part<'a, T>> = x.iter().map(part).collect();
    Tensor::build(shape.clone(), |out| index::place(&parts, None, &shape, out))
}
