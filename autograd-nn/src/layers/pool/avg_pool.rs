//! `AvgPool1d`, `AvgPool2d` and `AvgPool3d`: the mean of each window.

use super::sequences::single;
use crate::layers::conv::{PerAxis, positive};
use crate::layers::prelude::*;
use std::convert::identity;

/// The mean of each window of a sequence; the window moves by its own length unless a stride is given.
///
/// # Shape
/// `[n, c, l] -> [n, c, l']` with `l' = (l + 2 padding - kernel) / stride + 1`, rounded down
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{AvgPool1d, Forward};
/// let x = Var::leaf([[[1.0, 4.0, 2.0, 3.0]]]);
/// let y = AvgPool1d::new(2).forward(&x);
/// assert_eq!(y.to_vec(), [2.5, 2.5]);
/// let gradients = y.sum().backward();
/// assert_eq!(gradients.get(&x).unwrap().to_vec(), [0.5; 4]);
/// ```
#[derive(Clone, Debug, Module)]
#[module(stateless)]
pub struct AvgPool1d {
    /// Window, stride, padding, what counts in the mean, and how sizes are rounded.
    pub options: ops::AvgPool1d,
}

/// The mean of each window of an image; the window moves by its own size unless a stride is given.
///
/// # Shape
/// `[n, c, h, w] -> [n, c, h', w']` with `h' = (h + 2 padding - kernel) / stride + 1`, rounded down, and likewise `w'`
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{AvgPool2d, Forward};
/// let x = Var::leaf([[[[1.0, 2.0, 5.0, 3.0], [4.0, 3.0, 1.0, 1.0]]]]);
/// let y = AvgPool2d::new(2).forward(&x);
/// assert_eq!(y.to_vec(), [2.5, 2.5]);
/// let gradients = y.sum().backward();
/// assert_eq!(gradients.get(&x).unwrap().to_vec(), [0.25; 8]);
/// ```
#[derive(Clone, Debug, Module)]
#[module(stateless)]
pub struct AvgPool2d {
    /// Window, stride, padding, what counts in the mean, and how sizes are rounded.
    pub options: ops::AvgPool2d,
}

/// The mean of each window of a volume; the window moves by its own size unless a stride is given.
///
/// # Shape
/// `[n, c, d, h, w] -> [n, c, d', h', w']` with `d' = (d + 2 padding - kernel) / stride + 1`, rounded down, and likewise `h'` and `w'`
///
/// # Example
/// ```
/// use autograd_core::{Tensor, Var};
/// use autograd_nn::{AvgPool3d, Forward};
/// let x = Var::leaf(Tensor::from([1.0, 2.0, 5.0, 4.0]).reshape([1, 1, 2, 1, 2]));
/// let y = AvgPool3d::new([2, 1, 2]).forward(&x);
/// assert_eq!(y.to_vec(), [3.0]);
/// let gradients = y.sum().backward();
/// assert_eq!(gradients.get(&x).unwrap().to_vec(), [0.25; 4]);
/// ```
#[derive(Clone, Debug, Module)]
#[module(stateless)]
pub struct AvgPool3d {
    /// Window, stride, padding, what counts in the mean, and how sizes are rounded.
    pub options: ops::AvgPool3d,
}

/// `$sizes` brings an array of sizes into the form that the op wants.
macro_rules! avg_pool {
    ($Layer:ident, $d:literal, $op:ident, $sizes:path) => {
        impl $Layer {
            /// A layer with a window of this size.
            ///
            /// # Panics
            /// If it is 0.
            #[track_caller]
            pub fn new(kernel: impl PerAxis<$d>) -> Self {
                $Layer { options: ops::$Layer::new($sizes(positive(stringify!($Layer), "kernel", kernel))) }
            }

            /// Moves the window by this much.
            ///
            /// # Panics
            /// If it is 0.
            #[must_use]
            #[track_caller]
            pub fn stride(self, stride: impl PerAxis<$d>) -> Self {
                $Layer { options: self.options.stride($sizes(positive(stringify!($Layer), "stride", stride))) }
            }

            /// Puts this many zeros on both sides of each axis: at most half the window.
            #[must_use]
            pub fn padding(self, padding: impl PerAxis<$d>) -> Self {
                $Layer { options: self.options.padding($sizes(padding.per_axis())) }
            }

            /// Whether the zeros of the padding count in the mean, as they do unless this is said.
            #[must_use]
            pub fn count_include_pad(self, count_include_pad: bool) -> Self {
                $Layer { options: self.options.count_include_pad(count_include_pad) }
            }

            /// Whether sizes are rounded up: a last window may then reach beyond the padding. They are rounded down unless this is said.
            #[must_use]
            pub fn ceil_mode(self, ceil_mode: bool) -> Self {
                $Layer { options: self.options.ceil_mode(ceil_mode) }
            }

            /// Divides each sum by this number instead of that of the elements; 1 gives the sums.
            ///
            /// # Panics
            /// If it is 0.
            #[must_use]
            #[track_caller]
            pub fn divisor_override(self, divisor: usize) -> Self {
                require!(divisor > 0, "{}: the divisor is 0", stringify!($Layer));
                $Layer { options: self.options.divisor_override(divisor) }
            }
        }

        impl<T: Real> Forward<T> for $Layer {
            #[track_caller]
            fn forward(&self, x: &Var<T>) -> Var<T> {
                report(self, x.$op(self.options))
            }
        }
    };
}
avg_pool!(AvgPool1d, 1, avg_pool1d, single);
avg_pool!(AvgPool2d, 2, avg_pool2d, identity);
avg_pool!(AvgPool3d, 3, avg_pool3d, identity);

#[cfg(test)]
impl Checked for AvgPool1d {
    fn cases() -> Cases<Self> {
        let inside =
            |_: &mut Generator| AvgPool1d::new(3).stride(2).padding(1).count_include_pad(false).ceil_mode(true);
        Cases::new(Case::forward("plain", |_| AvgPool1d::new(2), [2, 2, 5]).output([2, 2, 2]))
            .case(Case::forward("without the padding", inside, [1, 2, 6]).output([1, 2, 4]))
            .case(Case::forward("sums", |_| AvgPool1d::new(2).divisor_override(1), [1, 2, 4]).output([1, 2, 2]))
            .rejects("avg_pool1d: x has 1 axes instead of 3", |_| {
                let _ = AvgPool1d::new(2).forward(&Var::constant([0.0; 4]));
            })
            .rejects("AvgPool1d: the kernel is [0], it must be at least 1", |_| {
                let _ = AvgPool1d::new(0);
            })
            .rejects("AvgPool1d: the stride is [0], it must be at least 1", |_| {
                let _ = AvgPool1d::new(2).stride(0);
            })
            .rejects("AvgPool1d: the divisor is 0", |_| {
                let _ = AvgPool1d::new(2).divisor_override(0);
            })
    }
}

#[cfg(test)]
impl Checked for AvgPool2d {
    fn cases() -> Cases<Self> {
        let every = |_: &mut Generator| AvgPool2d::new(2).stride([1, 2]).padding([1, 0]).ceil_mode(true);
        Cases::new(Case::forward("plain", |_| AvgPool2d::new([2, 3]), [2, 2, 4, 7]).output([2, 2, 2, 2]))
            .case(Case::forward("strided and padded", every, [1, 2, 3, 5]).output([1, 2, 4, 3]))
            .case(
                Case::forward("without the padding", move |g| every(g).count_include_pad(false), [1, 2, 3, 5])
                    .output([1, 2, 4, 3]),
            )
            .rejects("avg_pool2d: x has 1 axes instead of 4", |_| {
                let _ = AvgPool2d::new(2).forward(&Var::constant([0.0; 4]));
            })
            .rejects("AvgPool2d: the kernel is [2, 0], it must be at least 1", |_| {
                let _ = AvgPool2d::new([2, 0]);
            })
    }
}

#[cfg(test)]
impl Checked for AvgPool3d {
    fn cases() -> Cases<Self> {
        let every = |_: &mut Generator| AvgPool3d::new(2).stride([1, 2, 1]).padding([1, 0, 1]).ceil_mode(true);
        Cases::new(Case::forward("plain", |_| AvgPool3d::new([1, 2, 3]), [1, 2, 2, 4, 3]).output([1, 2, 2, 2, 1]))
            .case(Case::forward("strided and padded", every, [1, 2, 2, 3, 2]).output([1, 2, 3, 2, 3]))
            .case(
                Case::forward("without the padding", move |g| every(g).count_include_pad(false), [1, 2, 2, 3, 2])
                    .output([1, 2, 3, 2, 3]),
            )
            .case(
                Case::forward("sums", |_| AvgPool3d::new(2).divisor_override(1), [1, 2, 2, 2, 4])
                    .output([1, 2, 1, 1, 2]),
            )
            .rejects("avg_pool3d: x has 4 axes instead of 5", |_| {
                let _ = AvgPool3d::new(2).forward(&Var::constant([[[[0.0; 4]; 4]]]));
            })
            .rejects("AvgPool3d: the stride is [0, 0, 0], it must be at least 1", |_| {
                let _ = AvgPool3d::new(2).stride(0);
            })
    }
}
