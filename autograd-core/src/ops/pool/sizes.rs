//! What the pooling ops share: from shapes and options to sizes.

use super::{AvgPool2d, MaxPool2d};
use crate::kernel::pool::Pool;
use crate::ops::conv::sizes::{four, positive, span};
use crate::ops::prelude::*;

impl MaxPool2d {
    pub(super) fn sizes(&self, x: &Shape) -> Result<Pool, Mismatch> {
        let MaxPool2d { kernel, stride, padding, dilation } = *self;
        sizes(x, Pool { size: [0, 0], out: [0, 0], kernel, stride, padding, dilation })
    }
}

impl AvgPool2d {
    pub(super) fn sizes(&self, x: &Shape) -> Result<Pool, Mismatch> {
        let AvgPool2d { kernel, stride, padding, .. } = *self;
        sizes(x, Pool { size: [0, 0], out: [0, 0], kernel, stride, padding, dilation: [1, 1] })
    }
}

/// The pooling of `x`, `[n, c, h, w]`, with the options of `pool`.
fn sizes(x: &Shape, mut pool: Pool) -> Result<Pool, Mismatch> {
    let &[_, _, h, w] = four(x, "x")?;
    pool.size = [h, w];
    positive("the kernel", pool.kernel)?;
    positive("the stride", pool.stride)?;
    positive("the dilation", pool.dilation)?;
    for d in 0..2 {
        let (size, kernel, padding, axis) = (pool.size[d], pool.kernel[d], pool.padding[d], d + 2);
        if padding > kernel / 2 {
            let why = format!("the padding is {padding} along axis {axis}, more than half the kernel of {kernel}");
            return Err(Mismatch::new(why));
        }
        let (span, padded) = (span(kernel, pool.dilation[d]), size.saturating_add(2 * padding));
        Shape::from(padded).addressable()?;
        let Some(beyond) = padded.checked_sub(span) else {
            let why = format!("the kernel spans {span} along axis {axis}, the padded image {padded}");
            return Err(Mismatch::new(why));
        };
        pool.out[d] = beyond / pool.stride[d] + 1;
        if padding > 0 && !pool.meets_each(d) {
            let why = format!("a window along axis {axis} lies in the padding, the image has size {size}");
            return Err(Mismatch::new(why));
        }
    }
    Ok(pool)
}

/// The elements that window `[o, p]` looks at, of those of a plane in row-major order.
#[cfg(any(test, feature = "testing"))]
pub(super) fn window(pool: &Pool, o: usize, p: usize) -> Vec<usize> {
    let places = |d: usize, o: usize| {
        let place = move |i: usize| (o * pool.stride[d] + i * pool.dilation[d]).checked_sub(pool.padding[d]);
        (0..pool.kernel[d]).filter_map(place).filter(move |&at| at < pool.size[d])
    };
    places(0, o).flat_map(|row| places(1, p).map(move |column| row * pool.size[1] + column)).collect()
}
