//! What the pooling ops share: from shapes and options to sizes, and refusals in the name of the method that was called.

use super::{AvgPool2d, MaxPool2d};
use crate::error::Error;
use crate::kernel::pool::{Divisor, Kind, Pool, Sliding};
use crate::ops::prelude::*;

impl MaxPool2d {
    pub(super) fn sliding(&self) -> Sliding {
        let MaxPool2d { kernel, stride, padding, dilation, .. } = *self;
        Sliding { kernel, stride, padding, dilation }
    }

    pub(super) fn sizes(&self, x: &Shape) -> Result<Pool, Mismatch> {
        sizes(x, self.sliding(), self.ceil_mode)
    }
}

impl AvgPool2d {
    pub(super) fn sliding(&self) -> Sliding {
        let AvgPool2d { kernel, stride, padding, .. } = *self;
        Sliding { kernel, stride, padding, dilation: [1, 1] }
    }

    pub(super) fn sizes(&self, x: &Shape) -> Result<Pool, Mismatch> {
        self.divisor()?;
        sizes(x, self.sliding(), self.ceil_mode)
    }

    pub(super) fn divisor(&self) -> Result<Divisor, Mismatch> {
        match self.divisor_override {
            Some(0) => Err(Mismatch::new("the divisor is 0")),
            Some(divisor) => Ok(Divisor::Fixed(divisor)),
            None if self.count_include_pad => Ok(Divisor::Places),
            None => Ok(Divisor::Inside),
        }
    }
}

/// The pooling of `x`, `[n, c, h, w]`, with sliding windows.
fn sizes(x: &Shape, sliding: Sliding, ceil_mode: bool) -> Result<Pool, Mismatch> {
    let &[_, _, h, w] = four(x)?;
    let out = [windows(&sliding, 0, h, ceil_mode, 2)?, windows(&sliding, 1, w, ceil_mode, 3)?];
    Shape::from([h, w]).addressable()?;
    Ok(Pool { size: [h, w], out, kind: Kind::Sliding(sliding) })
}

/// How many windows there are along axis `d` of a plane of this size; refusals call it `axis`.
pub(super) fn windows(
    sliding: &Sliding,
    d: usize,
    size: usize,
    ceil_mode: bool,
    axis: usize,
) -> Result<usize, Mismatch> {
    let (kernel, stride, padding, dilation) =
        (sliding.kernel[d], sliding.stride[d], sliding.padding[d], sliding.dilation[d]);
    for (name, value) in [("kernel", kernel), ("stride", stride), ("dilation", dilation)] {
        if value == 0 {
            return Err(Mismatch::new(format!("the {name} is 0 along axis {axis}, it must be at least 1")));
        }
    }
    if padding > kernel / 2 {
        let why = format!("the padding is {padding} along axis {axis}, more than half the kernel of {kernel}");
        return Err(Mismatch::new(why));
    }
    let span = dilation.saturating_mul(kernel - 1).saturating_add(1);
    let padded = size.saturating_add(2 * padding);
    Shape::from(padded).addressable()?;
    // Rounded up, a last window may reach beyond the padding, but not begin there.
    let reach = if ceil_mode { padded.saturating_add(stride - 1) } else { padded };
    let mut out = reach.checked_sub(span).map_or(0, |beyond| beyond / stride + 1);
    if ceil_mode && out > 0 && (out - 1).saturating_mul(stride) >= size + padding {
        out -= 1;
    }
    if out == 0 {
        let why = format!("the kernel spans {span} along axis {axis}, the padded image {padded}");
        return Err(Mismatch::new(why));
    }
    if padding > 0 && !sliding.meets_each(d, size, out) {
        let why = format!("a window along axis {axis} lies in the padding, the image has size {size}");
        return Err(Mismatch::new(why));
    }
    Ok(out)
}

/// The pooling of `x`, `[n, c, h, w]`, to planes of size `out`, whatever theirs.
pub(super) fn adaptive(x: &Shape, out: [usize; 2]) -> Result<Pool, Mismatch> {
    let &[n, c, h, w] = four(x)?;
    let out = [piece(h, out[0], 2)?, piece(w, out[1], 3)?];
    Shape::from([n, c, out[0], out[1]]).addressable()?;
    Shape::from([h, w]).addressable()?;
    Ok(Pool::adaptive([h, w], out))
}

/// Refuses to part an axis of size 0, or into nothing; gives the number of pieces.
pub(super) fn piece(size: usize, out: usize, axis: usize) -> Result<usize, Mismatch> {
    match (size, out) {
        (0, _) => Err(Mismatch::new(format!("the image has size 0 along axis {axis}"))),
        (_, 0) => Err(Mismatch::new(format!("the result has size 0 along axis {axis}, it must be at least 1"))),
        _ => Ok(out),
    }
}

/// The axes of a batch of images.
pub(in crate::ops) fn four(x: &Shape) -> Result<&[usize; 4], Mismatch> {
    <&[usize; 4]>::try_from(&**x).map_err(|_| Mismatch::new(format!("x has {} axes instead of 4", x.rank())))
}

/// What a rule says of `x`, or its refusal in the name of the method that was called.
#[track_caller]
pub(in crate::ops) fn accept<R>(method: &'static str, rule: &str, x: &Shape, says: Result<R, Mismatch>) -> R {
    match says {
        Ok(says) => says,
        Err(why) => Error::refused(method, rule, why, &[], [x].into_iter()).raise(),
    }
}

/// A batch of sequences `[n, c, l]` as images `[n, c, 1, l]`, or a refusal in the name of the method that was called: `says` is given the
/// length.
#[track_caller]
pub(super) fn as_images<T: Real, R>(
    method: &'static str,
    x: &Var<T>,
    says: impl FnOnce(usize) -> Result<R, Mismatch>,
) -> Var<T> {
    let checked = match **x.shape() {
        [n, c, l] => says(l).map(|_| [n, c, 1, l]),
        _ => Err(Mismatch::new(format!("x has {} axes instead of 3", x.rank()))),
    };
    x.reshape(accept(method, "[n, c, l] -> [n, c, ol]", x.shape(), checked))
}

/// A batch of images of height 1 as sequences.
#[track_caller]
pub(super) fn as_sequences<T: Real>(x: &Var<T>) -> Var<T> {
    let &[n, c, _, l] = four(x.shape()).expect("a batch of images");
    x.reshape([n, c, l])
}

/// The elements that window `[o, p]` looks at, of those of a plane in row-major order.
#[cfg(any(test, feature = "testing"))]
pub(super) fn window(sliding: &Sliding, size: [usize; 2], o: usize, p: usize) -> Vec<usize> {
    let places = |d: usize, o: usize| {
        let place = move |i: usize| (o * sliding.stride[d] + i * sliding.dilation[d]).checked_sub(sliding.padding[d]);
        (0..sliding.kernel[d]).filter_map(place).filter(move |&at| at < size[d])
    };
    places(0, o).flat_map(|row| places(1, p).map(move |column| row * size[1] + column)).collect()
}

/// The pieces into which an axis of size `n` is parted, `m` of them, as ranges.
#[cfg(any(test, feature = "testing"))]
pub(super) fn pieces(n: usize, m: usize) -> Vec<std::ops::Range<usize>> {
    let at = |i: usize| i as f64 * n as f64 / m as f64;
    (0..m).map(|i| at(i).floor() as usize..at(i + 1).ceil() as usize).collect()
}
