//! `MaxPool1d`, `MaxPool2d` and `MaxPool3d`: the largest element of each window.

use super::sequences::{as_images, as_sequences, single};
use crate::layers::conv::{PerAxis, positive};
use crate::layers::prelude::*;
use std::convert::identity;

/// The largest element of each window of a sequence; the window moves by its own length unless a stride is given.
///
/// # Shape
/// `[n, c, l] -> [n, c, l']` with `l' = (l + 2 padding - dilation (kernel - 1) - 1) / stride + 1`, rounded down
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{Forward, MaxPool1d};
/// let x = Var::leaf([[[1.0, 4.0, 2.0, 3.0]]]);
/// let y = MaxPool1d::new(2).forward(&x);
/// assert_eq!(y.to_vec(), [4.0, 3.0]);
/// let gradients = y.sum().backward();
/// assert_eq!(gradients.get(&x).unwrap().to_vec(), [0.0, 1.0, 0.0, 1.0]);
/// ```
#[derive(Clone, Debug, Module)]
#[module(stateless)]
pub struct MaxPool1d {
    /// Window, stride, padding, dilation, and how sizes are rounded.
    pub options: ops::MaxPool1d,
}

/// The largest element of each window of an image; the window moves by its own size unless a stride is given.
///
/// # Shape
/// `[n, c, h, w] -> [n, c, h', w']` with `h' = (h + 2 padding - dilation (kernel - 1) - 1) / stride + 1`, rounded down, and likewise `w'`
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{Forward, MaxPool2d};
/// let x = Var::leaf([[[[1.0, 2.0, 5.0, 3.0], [4.0, 3.0, 1.0, 0.0]]]]);
/// let y = MaxPool2d::new(2).forward(&x);
/// assert_eq!(y.to_vec(), [4.0, 5.0]);
/// let gradients = y.sum().backward();
/// assert_eq!(gradients.get(&x).unwrap().to_vec(), [0.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0]);
/// ```
#[derive(Clone, Debug, Module)]
#[module(stateless)]
pub struct MaxPool2d {
    /// Window, stride, padding, dilation, and how sizes are rounded.
    pub options: ops::MaxPool2d,
}

/// The largest element of each window of a volume; the window moves by its own size unless a stride is given.
///
/// # Shape
/// `[n, c, d, h, w] -> [n, c, d', h', w']` with `d' = (d + 2 padding - dilation (kernel - 1) - 1) / stride + 1`, rounded down, and likewise
/// `h'` and `w'`
///
/// # Example
/// ```
/// use autograd_core::{Tensor, Var};
/// use autograd_nn::{Forward, MaxPool3d};
/// let x = Var::leaf(Tensor::from([1.0, 2.0, 5.0, 3.0, 4.0, 3.0, 1.0, 0.0]).reshape([1, 1, 2, 2, 2]));
/// let y = MaxPool3d::new(2).forward(&x);
/// assert_eq!(y.to_vec(), [5.0]);
/// let gradients = y.sum().backward();
/// assert_eq!(gradients.get(&x).unwrap().to_vec(), [0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
/// ```
#[derive(Clone, Debug, Module)]
#[module(stateless)]
pub struct MaxPool3d {
    /// Window, stride, padding, dilation, and how sizes are rounded.
    pub options: ops::MaxPool3d,
}

/// `$sizes` brings an array of sizes into the form that the op wants.
macro_rules! max_pool {
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

            /// Puts this many places, which never win, on both sides of each axis: at most half the window.
            #[must_use]
            pub fn padding(self, padding: impl PerAxis<$d>) -> Self {
                $Layer { options: self.options.padding($sizes(padding.per_axis())) }
            }

            /// Spreads the window: its neighbouring elements lie this far apart.
            ///
            /// # Panics
            /// If it is 0.
            #[must_use]
            #[track_caller]
            pub fn dilation(self, dilation: impl PerAxis<$d>) -> Self {
                $Layer { options: self.options.dilation($sizes(positive(stringify!($Layer), "dilation", dilation))) }
            }

            /// Whether sizes are rounded up: a last window may then reach beyond the padding. They are rounded down unless this is said.
            #[must_use]
            pub fn ceil_mode(self, ceil_mode: bool) -> Self {
                $Layer { options: self.options.ceil_mode(ceil_mode) }
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
max_pool!(MaxPool1d, 1, max_pool1d, single);
max_pool!(MaxPool2d, 2, max_pool2d, identity);
max_pool!(MaxPool3d, 3, max_pool3d, identity);

impl MaxPool1d {
    /// The result, and the place in its sequence where each element was found, as [`MaxUnpool1d`](crate::MaxUnpool1d) wants it.
    #[track_caller]
    #[doc(alias = "return_indices")]
    pub fn forward_with_indices<T: Real>(&self, x: &Var<T>) -> (Var<T>, Tensor<i64>) {
        let ops::MaxPool1d { kernel, stride, padding, dilation, ceil_mode } = self.options;
        let images = ops::MaxPool2d {
            kernel: [1, kernel],
            stride: [1, stride],
            padding: [0, padding],
            dilation: [1, dilation],
            ceil_mode,
        };
        let (y, indices) = as_sequences(as_images("MaxPool1d", x).max_pool2d_with_indices(images));
        (report(self, y), indices)
    }
}

impl MaxPool2d {
    /// The result, and the place in its plane where each element was found, in row-major order, as [`MaxUnpool2d`](crate::MaxUnpool2d)
    /// wants it.
    #[track_caller]
    #[doc(alias = "return_indices")]
    pub fn forward_with_indices<T: Real>(&self, x: &Var<T>) -> (Var<T>, Tensor<i64>) {
        let (y, indices) = x.max_pool2d_with_indices(self.options);
        (report(self, y), indices)
    }
}

#[cfg(test)]
impl Checked for MaxPool1d {
    fn cases() -> Cases<Self> {
        let every = |_: &mut Generator| MaxPool1d::new(3).stride(2).padding(1).dilation(2).ceil_mode(true);
        let indices = |layer: &Self, x: &[Var<f64>]| vec![layer.forward_with_indices(&x[0]).0];
        Cases::new(Case::forward("plain", |_| MaxPool1d::new(2), [2, 2, 5]).output([2, 2, 2]))
            .case(Case::forward("every option", every, [1, 2, 7]).output([1, 2, 3]))
            .case(Case::new("with indices", every, indices).input([1, 2, 7]).output([1, 2, 3]))
            .rejects("max_pool1d: x has 1 axes instead of 3", |_| {
                let _ = MaxPool1d::new(2).forward(&Var::constant([0.0; 4]));
            })
            .rejects("MaxPool1d: x has 1 axes instead of 3, its shape is [4]", |_| {
                let _ = MaxPool1d::new(2).forward_with_indices(&Var::constant([0.0; 4]));
            })
            .rejects("MaxPool1d: the kernel is [0], it must be at least 1", |_| {
                let _ = MaxPool1d::new(0);
            })
            .rejects("MaxPool1d: the stride is [0], it must be at least 1", |_| {
                let _ = MaxPool1d::new(2).stride(0);
            })
            .rejects("MaxPool1d: the dilation is [0], it must be at least 1", |_| {
                let _ = MaxPool1d::new(2).dilation(0);
            })
    }
}

#[cfg(test)]
impl Checked for MaxPool2d {
    fn cases() -> Cases<Self> {
        let every =
            |_: &mut Generator| MaxPool2d::new(2).stride([1, 2]).padding([1, 0]).dilation([2, 1]).ceil_mode(true);
        let indices = |layer: &Self, x: &[Var<f64>]| vec![layer.forward_with_indices(&x[0]).0];
        Cases::new(Case::forward("plain", |_| MaxPool2d::new([2, 3]), [2, 2, 4, 7]).output([2, 2, 2, 2]))
            .case(Case::forward("every option", every, [1, 2, 3, 5]).output([1, 2, 3, 3]))
            .case(Case::new("with indices", every, indices).input([1, 2, 3, 5]).output([1, 2, 3, 3]))
            .rejects("max_pool2d: x has 1 axes instead of 4", |_| {
                let _ = MaxPool2d::new(2).forward(&Var::constant([0.0; 4]));
            })
            .rejects("max_pool2d: the padding is 2 along axis 2, more than half the kernel of 3", |_| {
                let _ = MaxPool2d::new(3).padding(2).forward(&Var::constant([[[[0.0; 4]; 4]]]));
            })
            .rejects("MaxPool2d: the kernel is [2, 0], it must be at least 1", |_| {
                let _ = MaxPool2d::new([2, 0]);
            })
    }
}

#[cfg(test)]
impl Checked for MaxPool3d {
    fn cases() -> Cases<Self> {
        let every = |_: &mut Generator| {
            MaxPool3d::new(2).stride([1, 2, 1]).padding([1, 0, 1]).dilation([2, 1, 1]).ceil_mode(true)
        };
        Cases::new(Case::forward("plain", |_| MaxPool3d::new([1, 2, 3]), [1, 2, 2, 4, 3]).output([1, 2, 2, 2, 1]))
            .case(Case::forward("every option", every, [1, 2, 3, 3, 2]).output([1, 2, 3, 2, 3]))
            .rejects("max_pool3d: x has 4 axes instead of 5", |_| {
                let _ = MaxPool3d::new(2).forward(&Var::constant([[[[0.0; 4]; 4]]]));
            })
            .rejects("MaxPool3d: the kernel is [2, 0, 1], it must be at least 1", |_| {
                let _ = MaxPool3d::new([2, 0, 1]);
            })
    }
}
