//! What the convolution ops share over any number of axes: from shapes and options to sizes, and the computation.

use super::{Conv, ConvTranspose, ConvWeight, Padding};
use crate::kernel::conv::Sizes;
use crate::ops::prelude::*;
use crate::tensor::AxisSlice;
use std::array;

impl<const D: usize> Conv<D> {
    /// The sizes of the convolution of `x` with `weight`.
    fn sizes(&self, x: &Shape, weight: &Shape) -> Result<Sizes, Mismatch> {
        let (images, channels, size) = parts::<D>(x, "x")?;
        let (filters, per_group, kernel) = parts::<D>(weight, "the weight")?;
        let Conv { stride, padding, dilation, groups } = *self;
        let padding = padding.zeros(kernel, stride, dilation)?;
        divides(groups, channels, "channels")?;
        divides(groups, filters, "filters")?;
        if per_group != channels / groups {
            let why = format!("the filters have {per_group} channels, a group of x has {}", channels / groups);
            return Err(Mismatch::new(why));
        }
        let padded: [usize; D] = array::from_fn(|d| size[d].saturating_add(padding[d].0).saturating_add(padding[d].1));
        shape(images, channels, padded).addressable()?;
        shape(filters, per_group, kernel).addressable()?;
        for d in 0..D {
            let span = span(kernel[d], dilation[d]);
            if span > padded[d] {
                let why = format!("the kernel spans {span} along axis {}, the padded image {}", d + 2, padded[d]);
                return Err(Mismatch::new(why));
            }
        }
        let out = array::from_fn(|d| (padded[d] - span(kernel[d], dilation[d])) / stride[d] + 1);
        shape(images, filters, out).addressable()?;
        // A stride that leaves the image is as good as one that just does.
        let stride = array::from_fn(|d| stride[d].min(padded[d]));
        Ok(all(images, [channels, filters, groups], [size, out, kernel, stride, padding.map(|p| p.0), dilation]))
    }

    /// The shape rule.
    pub(super) fn result(&self, x: &Shape, weight: &Shape) -> Result<Shape, Mismatch> {
        let sizes = self.sizes(x, weight)?;
        Ok(shape::<D>(sizes.images, sizes.filters, last(sizes.out)))
    }

    pub(super) fn compute<T: Real>(&self, x: &Tensor<T>, weight: &Tensor<T>) -> Tensor<T> {
        let sizes = self.sizes(x.shape(), weight.shape()).expect(ACCEPTED);
        let shape = self.result(x.shape(), weight.shape()).expect(ACCEPTED);
        build(shape, x, weight, |x, weight, y| sizes.forward(x, weight, y))
    }

    /// The transposed convolution that gives images of this shape back.
    pub(super) fn transposed(&self, x: &Shape, kernel: [usize; D]) -> ConvTranspose<D> {
        let Conv { stride, padding, dilation, groups } = *self;
        let zeros = padding.zeros(kernel, stride, dilation).expect(ACCEPTED);
        let left_over = |d: usize| (x[d + 2] + zeros[d].0 + zeros[d].1 - span(kernel[d], dilation[d])) % stride[d];
        ConvTranspose { stride, padding, output_padding: array::from_fn(left_over), dilation, groups }
    }
}

impl<const D: usize> ConvWeight<D> {
    fn sizes(&self, x: &Shape, dy: &Shape) -> Result<Sizes, Mismatch> {
        let ((_, channels, _), (images, filters, out)) = (parts::<D>(x, "x")?, parts::<D>(dy, "dy")?);
        let weight = shape(filters, channels / self.conv.groups.max(1), self.kernel).addressable()?;
        let sizes = self.conv.sizes(x, &weight)?;
        match (sizes.images, last(sizes.out)) == (images, out) {
            true => Ok(sizes),
            false => {
                let given = shape::<D>(sizes.images, sizes.filters, last(sizes.out));
                Err(Mismatch::new(format!("dy has shape {dy}, the convolution gives {given}")))
            }
        }
    }

    /// The shape rule.
    pub(super) fn result(&self, x: &Shape, dy: &Shape) -> Result<Shape, Mismatch> {
        let sizes = self.sizes(x, dy)?;
        Ok(shape(sizes.filters, sizes.channels / sizes.groups, self.kernel))
    }

    pub(super) fn compute<T: Real>(&self, x: &Tensor<T>, dy: &Tensor<T>) -> Tensor<T> {
        let sizes = self.sizes(x.shape(), dy.shape()).expect(ACCEPTED);
        let shape = self.result(x.shape(), dy.shape()).expect(ACCEPTED);
        build(shape, x, dy, |x, dy, dw| sizes.weight(x, dy, dw))
    }
}

impl<const D: usize> ConvTranspose<D> {
    /// The convolution that this is the transpose of.
    pub(super) fn plain(&self) -> Conv<D> {
        let ConvTranspose { stride, padding, dilation, groups, .. } = *self;
        Conv { stride, padding, dilation, groups }
    }

    /// The sizes of the convolution of which this is the transpose: its result is `x`, its images are the result.
    fn sizes(&self, x: &Shape, weight: &Shape) -> Result<Sizes, Mismatch> {
        let (images, filters, out) = parts::<D>(x, "x")?;
        let (takes, per_group, kernel) = parts::<D>(weight, "the weight")?;
        let ConvTranspose { stride, padding, output_padding, dilation, groups } = *self;
        let padding = padding.zeros(kernel, stride, dilation)?;
        positive("the image", out)?;
        divides(groups, filters, "channels")?;
        if takes != filters {
            return Err(Mismatch::new(format!("the weight has {takes} filters, x has {filters} channels")));
        }
        if let Some(d) = (0..D).find(|&d| output_padding[d] >= stride[d].max(dilation[d])) {
            return Err(Mismatch::new(format!(
                "the output padding is {} along axis {}, it must be less than the stride {} or the dilation {}",
                output_padding[d],
                d + 2,
                stride[d],
                dilation[d]
            )));
        }
        let channels = per_group.saturating_mul(groups);
        let uncut: [usize; D] = array::from_fn(|d| {
            let steps = (out[d] - 1).saturating_mul(stride[d]);
            steps.saturating_add(span(kernel[d], dilation[d])).saturating_add(output_padding[d])
        });
        for shape in [x.clone(), shape(filters, per_group, kernel), shape(images, channels, uncut)] {
            shape.addressable()?;
        }
        let mut size = uncut;
        for d in 0..D {
            let cut = padding[d].0.saturating_add(padding[d].1);
            size[d] = uncut[d].checked_sub(cut).ok_or_else(|| {
                let (uncut, axis) = (uncut[d], d + 2);
                Mismatch::new(format!("the padding cuts {cut} from the {uncut} that there are along axis {axis}"))
            })?;
        }
        let stride = array::from_fn(|d| stride[d].min(uncut[d]));
        Ok(all(images, [channels, filters, groups], [size, out, kernel, stride, padding.map(|p| p.0), dilation]))
    }

    /// The shape rule.
    pub(super) fn result(&self, x: &Shape, weight: &Shape) -> Result<Shape, Mismatch> {
        let sizes = self.sizes(x, weight)?;
        Ok(shape::<D>(sizes.images, sizes.channels, last(sizes.size)))
    }

    pub(super) fn compute<T: Real>(&self, x: &Tensor<T>, weight: &Tensor<T>) -> Tensor<T> {
        let sizes = self.sizes(x.shape(), weight.shape()).expect(ACCEPTED);
        let shape = self.result(x.shape(), weight.shape()).expect(ACCEPTED);
        build(shape, x, weight, |x, weight, y| sizes.input(x, weight, y))
    }

    /// What an output padding of a stride or more adds: patches of the result that no element of `x` is given to.
    fn more(&self) -> [usize; D] {
        array::from_fn(|d| self.output_padding[d] / self.stride[d])
    }

    /// The convolution of the result, without those patches.
    pub(super) fn without_more<T: Real>(&self, dx: Var<T>, x: &Shape) -> Var<T> {
        match self.more() == [0; D] {
            true => dx,
            false => dx.slice(x.iter().map(|&n| AxisSlice::from(..n)).collect::<Vec<_>>()),
        }
    }

    /// `x` with zeros for those patches.
    pub(super) fn with_more<T: Real>(&self, x: &Var<T>) -> Var<T> {
        match self.more() {
            more if more == [0; D] => x.clone(),
            more => x.pad([0, 0].into_iter().chain(more).map(|n| (0, n)).collect::<Vec<_>>(), T::zero()),
        }
    }
}

impl<const D: usize> Padding<D> {
    /// The zeros before and after, along each axis. Refuses what makes no convolution.
    fn zeros(
        &self,
        kernel: [usize; D],
        stride: [usize; D],
        dilation: [usize; D],
    ) -> Result<[(usize, usize); D], Mismatch> {
        positive("the stride", stride)?;
        positive("the dilation", dilation)?;
        positive("the kernel", kernel)?;
        match *self {
            Padding::Zeros(zeros) => Ok(zeros),
            Padding::Same if stride != [1; D] => {
                Err(Mismatch::new(format!("the stride is {stride:?}, with the padding \"same\" it must be 1")))
            }
            Padding::Same => Ok(array::from_fn(|d| {
                let both = span(kernel[d], dilation[d]) - 1;
                (both / 2, both - both / 2)
            })),
        }
    }
}

const ACCEPTED: &str = "the shape rule accepted the operands";

/// The sizes of all three axes of the kernels, those that there are not being 1 and without padding.
fn all<const D: usize>(images: usize, [channels, filters, groups]: [usize; 3], axes: [[usize; D]; 6]) -> Sizes {
    let three = |i: usize, missing: usize| {
        let mut three = [missing; 3];
        three[3 - D..].copy_from_slice(&axes[i]);
        three
    };
    Sizes {
        images,
        channels,
        size: three(0, 1),
        filters,
        out: three(1, 1),
        kernel: three(2, 1),
        stride: three(3, 1),
        padding: three(4, 0),
        dilation: three(5, 1),
        groups,
    }
}

/// The sizes of the axes that there are.
fn last<const D: usize>(three: [usize; 3]) -> [usize; D] {
    array::from_fn(|d| three[3 - D + d])
}

fn shape<const D: usize>(n: usize, c: usize, size: [usize; D]) -> Shape {
    [n, c].into_iter().chain(size).collect()
}

/// The batch (or filters), the channels and the sizes of the other axes.
fn parts<const D: usize>(x: &Shape, name: &str) -> Result<(usize, usize, [usize; D]), Mismatch> {
    match **x {
        [n, c, ref size @ ..] if size.len() == D => Ok((n, c, array::from_fn(|d| size[d]))),
        _ => Err(Mismatch::new(format!("{name} has {} axes instead of {}", x.rank(), D + 2))),
    }
}

/// The sizes of the kernel of a weight.
pub(super) fn kernel<const D: usize>(weight: &Shape) -> [usize; D] {
    array::from_fn(|d| weight[d + 2])
}

/// The tensor that `fill` makes from the elements of two others.
fn build<T: Real>(shape: Shape, a: &Tensor<T>, b: &Tensor<T>, fill: impl FnOnce(&[T], &[T], &mut [T])) -> Tensor<T> {
    let (a, b) = (a.contiguous(), b.contiguous());
    let (a, b) = (a.as_slice().expect("contiguous"), b.as_slice().expect("contiguous"));
    Tensor::build(shape, |y| fill(a, b, y))
}

/// The length that a kernel covers.
fn span(kernel: usize, dilation: usize) -> usize {
    dilation.saturating_mul(kernel - 1).saturating_add(1)
}

/// Refuses sizes of which one is 0.
fn positive<const N: usize>(name: &str, sizes: [usize; N]) -> Result<(), Mismatch> {
    match sizes.contains(&0) {
        true => Err(Mismatch::new(format!("{name} is {sizes:?}, it must be at least 1"))),
        false => Ok(()),
    }
}

/// Refuses a number of groups that does not divide what is grouped.
pub(in crate::ops) fn divides(groups: usize, n: usize, name: &str) -> Result<(), Mismatch> {
    match groups > 0 && n.is_multiple_of(groups) {
        true => Ok(()),
        false => Err(Mismatch::new(format!("{n} {name} do not form {groups} groups"))),
    }
}
