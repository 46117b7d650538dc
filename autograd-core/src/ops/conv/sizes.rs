//! What the convolution ops share: from shapes and options to sizes, and the sum that they are.

use super::{Conv2d, ConvTranspose2d};
use crate::kernel::conv::Conv;
use crate::ops::prelude::*;

impl Conv2d {
    /// The sizes of the convolution of `x` with `weight`.
    pub(in crate::ops) fn sizes(&self, x: &Shape, weight: &Shape) -> Result<Conv, Mismatch> {
        let Conv2d { padding, dilation, groups, .. } = *self;
        let (&[images, channels, h, w], &[filters, per_group, r, s]) = (four(x, "x")?, four(weight, "the weight")?);
        positive("the stride", self.stride)?;
        positive("the dilation", dilation)?;
        positive("the kernel", [r, s])?;
        divides(groups, channels, "channels")?;
        divides(groups, filters, "filters")?;
        if per_group != channels / groups {
            let why = format!("the filters have {per_group} channels, a group of x has {}", channels / groups);
            return Err(Mismatch::new(why));
        }
        let mut conv = Conv {
            images,
            channels,
            size: [h, w],
            filters,
            out: [0, 0],
            kernel: [r, s],
            stride: self.stride,
            padding,
            dilation,
            groups,
        };
        let padded: [usize; 2] = std::array::from_fn(|d| conv.size[d].saturating_add(padding[d].saturating_mul(2)));
        Shape::from(padded).addressable()?;
        for d in 0..2 {
            let span = span(conv.kernel[d], dilation[d]);
            let Some(beyond) = padded[d].checked_sub(span) else {
                let why = format!("the kernel spans {span} along axis {}, the padded image {}", d + 2, padded[d]);
                return Err(Mismatch::new(why));
            };
            conv.out[d] = beyond / self.stride[d] + 1;
            // A stride that leaves the image is as good as one that just does.
            conv.stride[d] = self.stride[d].min(padded[d]);
        }
        Ok(conv)
    }

    /// The transposed convolution that gives images of this size back.
    pub(in crate::ops) fn transposed(&self, size: &[usize], kernel: &[usize]) -> ConvTranspose2d {
        let Conv2d { stride, padding, dilation, groups } = *self;
        let left_over = |d: usize| (size[d] + 2 * padding[d] - span(kernel[d], dilation[d])) % stride[d];
        ConvTranspose2d { stride, padding, output_padding: [left_over(0), left_over(1)], dilation, groups }
    }
}

impl ConvTranspose2d {
    /// The convolution that this is the transpose of.
    pub(in crate::ops) fn plain(&self) -> Conv2d {
        let ConvTranspose2d { stride, padding, dilation, groups, .. } = *self;
        Conv2d { stride, padding, dilation, groups }
    }

    /// The sizes of the convolution of which this is the transpose: its result is `x`, its images are the result.
    pub(in crate::ops) fn sizes(&self, x: &Shape, weight: &Shape) -> Result<Conv, Mismatch> {
        let ConvTranspose2d { stride, padding, output_padding, dilation, groups } = *self;
        let (&[images, filters, h, w], &[takes, per_group, r, s]) = (four(x, "x")?, four(weight, "the weight")?);
        let (out, kernel) = ([h, w], [r, s]);
        positive("the stride", stride)?;
        positive("the dilation", dilation)?;
        positive("the kernel", kernel)?;
        positive("the image", out)?;
        divides(groups, filters, "channels")?;
        if takes != filters {
            return Err(Mismatch::new(format!("the weight has {takes} filters, x has {filters} channels")));
        }
        let channels = per_group.saturating_mul(groups);
        let mut conv = Conv { images, channels, size: [0, 0], filters, out, kernel, stride, padding, dilation, groups };
        for d in 0..2 {
            if output_padding[d] >= stride[d].max(dilation[d]) {
                return Err(Mismatch::new(format!(
                    "the output padding is {} along axis {}, it must be less than the stride {} or the dilation {}",
                    output_padding[d],
                    d + 2,
                    stride[d],
                    dilation[d]
                )));
            }
            let steps = (out[d] - 1).saturating_mul(stride[d]);
            let uncut = steps.saturating_add(span(kernel[d], dilation[d])).saturating_add(output_padding[d]);
            Shape::from(uncut).addressable()?;
            let Some(size) = uncut.checked_sub(padding[d].saturating_mul(2)) else {
                let (padding, axis) = (padding[d], d + 2);
                let why = format!("a padding of {padding} cuts more than the {uncut} that there are along axis {axis}");
                return Err(Mismatch::new(why));
            };
            conv.size[d] = size;
            conv.stride[d] = stride[d].min(uncut);
        }
        Shape::from([images, channels, conv.size[0], conv.size[1]]).addressable()?;
        Ok(conv)
    }
}

/// The length that a kernel covers.
pub(in crate::ops) fn span(kernel: usize, dilation: usize) -> usize {
    dilation.saturating_mul(kernel - 1).saturating_add(1)
}

/// The four axes of a batch of images or of a weight.
pub(in crate::ops) fn four<'a>(x: &'a Shape, name: &str) -> Result<&'a [usize; 4], Mismatch> {
    <&[usize; 4]>::try_from(&**x).map_err(|_| Mismatch::new(format!("{name} has {} axes instead of 4", x.rank())))
}

/// Refuses sizes of which one is 0.
pub(in crate::ops) fn positive(name: &str, sizes: [usize; 2]) -> Result<(), Mismatch> {
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

/// Each term of a convolution: the positions, in row-major order, of its result, its pixel and its weight.
#[cfg(any(test, feature = "testing"))]
pub(in crate::ops) fn terms(op: &Conv2d, x: &Shape, weight: &Shape, y: &Shape, mut f: impl FnMut(usize, usize, usize)) {
    let at = |shape: &Shape, index: [usize; 4]| index.iter().zip(&**shape).fold(0, |at, (&i, &n)| at * n + i);
    let sizes = [y[0], y[1], y[2], y[3], weight[1], weight[2], weight[3]];
    for mut number in 0..sizes.iter().product() {
        let mut index = sizes;
        for i in index.iter_mut().rev() {
            (number, *i) = (number / *i, number % *i);
        }
        let [n, k, o, p, c, i, j] = index;
        let read = |d: usize, o: usize, i: usize| {
            (o * op.stride[d] + i * op.dilation[d]).checked_sub(op.padding[d]).filter(|&at| at < x[2 + d])
        };
        if let (Some(row), Some(column)) = (read(0, o, i), read(1, p, j)) {
            let channel = k / (y[1] / op.groups) * weight[1] + c;
            f(at(y, [n, k, o, p]), at(x, [n, channel, row, column]), at(weight, [k, c, i, j]));
        }
    }
}
