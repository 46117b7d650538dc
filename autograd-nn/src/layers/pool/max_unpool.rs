//! `MaxUnpool1d` and `MaxUnpool2d`: the largest elements put back to where they were.

use super::sequences::{as_images, single};
use crate::layers::conv::{PerAxis, positive};
use crate::layers::prelude::*;

/// The largest elements of windows, put back to the places where [`MaxPool1d`](crate::MaxPool1d) found them, among zeros.
///
/// # Shape
/// `[n, c, l] -> [n, c, l']` for indices `[n, c, l]`, with `l' = (l - 1) stride - 2 padding + kernel` unless a size is asked for
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{MaxPool1d, MaxUnpool1d};
/// let x = Var::leaf([[[1.0, 4.0, 3.0, 2.0]]]);
/// let (y, indices) = MaxPool1d::new(2).forward_with_indices(&x);
/// let back = MaxUnpool1d::new(2).forward(&y, &indices);
/// assert_eq!(back.to_vec(), [0.0, 4.0, 3.0, 0.0]);
/// let gradients = back.square().sum().backward();
/// assert_eq!(gradients.get(&x).unwrap().to_vec(), [0.0, 8.0, 6.0, 0.0]);
/// ```
#[derive(Clone, Debug, Module)]
#[module(stateless)]
pub struct MaxUnpool1d {
    /// The length of the window of the pooling.
    pub kernel: usize,
    /// The distance between its windows.
    pub stride: usize,
    /// The places on both sides of its operand.
    pub padding: usize,
}

/// The largest elements of windows, put back to the places where [`MaxPool2d`](crate::MaxPool2d) found them, among zeros: the way back of
/// a network that mirrors its pooling.
///
/// # Shape
/// `[n, c, h, w] -> [n, c, h', w']` for indices `[n, c, h, w]`, with `h' = (h - 1) stride - 2 padding + kernel`, and likewise `w'`, unless
/// a size is asked for
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{MaxPool2d, MaxUnpool2d};
/// let x = Var::leaf([[[[1.0, 2.0, 5.0], [4.0, 3.0, 1.0]]]]);
/// let (y, indices) = MaxPool2d::new(2).forward_with_indices(&x);
/// let unpool = MaxUnpool2d::new(2);
/// assert_eq!(*unpool.forward(&y, &indices).shape(), [1, 1, 2, 2]);
/// let back = unpool.forward_to(&y, &indices, [2, 3]); // what the rounding had left over
/// assert_eq!(back.to_vec(), [0.0, 0.0, 0.0, 4.0, 0.0, 0.0]);
/// let gradients = back.square().sum().backward();
/// assert_eq!(gradients.get(&x).unwrap().to_vec(), [0.0, 0.0, 0.0, 8.0, 0.0, 0.0]);
/// ```
///
/// Zeiler and Fergus, "Visualizing and understanding convolutional networks" (2014), section 2.1.
#[derive(Clone, Debug, Module)]
#[module(stateless)]
pub struct MaxUnpool2d {
    /// The size of the window of the pooling.
    pub kernel: [usize; 2],
    /// The distances between its windows.
    pub stride: [usize; 2],
    /// The places on both sides of each axis of its operand.
    pub padding: [usize; 2],
}

/// `$sizes` brings an array of sizes into the form that the fields have.
macro_rules! builders {
    ($Layer:ident, $d:literal, $sizes:path) => {
        impl $Layer {
            /// The way back of a pooling with this window, which moved by its own size.
            ///
            /// # Panics
            /// If it is 0.
            #[track_caller]
            pub fn new(kernel: impl PerAxis<$d>) -> Self {
                let kernel = $sizes(positive(stringify!($Layer), "kernel", kernel));
                $Layer { kernel, stride: kernel, padding: $sizes([0; $d]) }
            }

            /// The window of the pooling moved by this much.
            ///
            /// # Panics
            /// If it is 0.
            #[must_use]
            #[track_caller]
            pub fn stride(self, stride: impl PerAxis<$d>) -> Self {
                $Layer { stride: $sizes(positive(stringify!($Layer), "stride", stride)), ..self }
            }

            /// The pooling had so many places on both sides of each axis.
            #[must_use]
            pub fn padding(self, padding: impl PerAxis<$d>) -> Self {
                $Layer { padding: $sizes(padding.per_axis()), ..self }
            }
        }
    };
}
builders!(MaxUnpool1d, 1, single);
builders!(MaxUnpool2d, 2, std::convert::identity);

/// The size that a pooling without anything left over came from.
fn unpooled(places: usize, kernel: usize, stride: usize, padding: usize) -> usize {
    let last = places.saturating_sub(1).saturating_mul(stride);
    last.saturating_add(kernel).saturating_sub(padding.saturating_mul(2))
}

impl MaxUnpool1d {
    /// The elements at their places, in sequences of the length that a pooling without anything left over came from.
    ///
    /// # Panics
    /// If an index lies outside; then there was something left over, and [`forward_to`](MaxUnpool1d::forward_to) says how much.
    #[track_caller]
    pub fn forward<T: Real>(&self, x: &Var<T>, indices: &Tensor<i64>) -> Var<T> {
        let length = x.shape().get(2).map_or(0, |&l| unpooled(l, self.kernel, self.stride, self.padding));
        self.forward_to(x, indices, length)
    }

    /// The elements at their places, in sequences of this length.
    ///
    /// # Panics
    /// If an index lies outside.
    #[track_caller]
    #[doc(alias = "output_size")]
    pub fn forward_to<T: Real>(&self, x: &Var<T>, indices: &Tensor<i64>, size: impl PerAxis<1>) -> Var<T> {
        let images = as_images("MaxUnpool1d", x);
        let (given, taken) = (indices.shape(), x.shape());
        require!(given == taken, "MaxUnpool1d: the indices have shape {given}, x has {taken}");
        let indices = indices.reshape(images.shape());
        report(self, images.max_unpool2d(&indices, [1, single(size.per_axis())]).squeeze(2))
    }
}

impl MaxUnpool2d {
    /// The elements at their places, in images of the size that a pooling without anything left over came from.
    ///
    /// # Panics
    /// If an index lies outside; then there was something left over, and [`forward_to`](MaxUnpool2d::forward_to) says how much.
    #[track_caller]
    pub fn forward<T: Real>(&self, x: &Var<T>, indices: &Tensor<i64>) -> Var<T> {
        let size = [0, 1].map(|d| {
            let places = x.shape().get(d + 2);
            places.map_or(0, |&places| unpooled(places, self.kernel[d], self.stride[d], self.padding[d]))
        });
        self.forward_to(x, indices, size)
    }

    /// The elements at their places, in images of this size.
    ///
    /// # Panics
    /// If an index lies outside.
    #[track_caller]
    #[doc(alias = "output_size")]
    pub fn forward_to<T: Real>(&self, x: &Var<T>, indices: &Tensor<i64>, size: impl PerAxis<2>) -> Var<T> {
        report(self, x.max_unpool2d(indices, size.per_axis()))
    }
}

#[cfg(test)]
impl Checked for MaxUnpool1d {
    fn cases() -> Cases<Self> {
        let indices = || Tensor::from([[[1i64, 2, 4], [0, 3, 5]]]);
        let overlapping = |_: &mut Generator| MaxUnpool1d::new(3).stride(2).padding(1);
        let forward = move |layer: &Self, x: &[Var<f64>]| vec![layer.forward(&x[0], &indices())];
        let to = move |layer: &Self, x: &[Var<f64>]| vec![layer.forward_to(&x[0], &indices(), 7)];
        let x = || Var::constant([[[0.0; 2]]]);
        Cases::new(Case::new("plain", |_| MaxUnpool1d::new(2), forward).input([1, 2, 3]).output([1, 2, 6]))
            .case(Case::new("to a size", overlapping, to).input([1, 2, 3]).output([1, 2, 7]))
            .rejects("max_unpool2d: index 3 at [0, 0, 0, 1] is out of range, a plane has 3 elements", move |g| {
                let _ = overlapping(g).forward(&x(), &Tensor::from([[[0i64, 3]]]));
            })
            .rejects("MaxUnpool1d: the indices have shape [1, 1, 1], x has [1, 1, 2]", move |g| {
                let _ = overlapping(g).forward(&x(), &Tensor::from([[[0i64]]]));
            })
            .rejects("MaxUnpool1d: x has 1 axes instead of 3, its shape is [2]", move |g| {
                let _ = overlapping(g).forward(&Var::constant([0.0, 1.0]), &Tensor::from([0i64, 1]));
            })
            .rejects("MaxUnpool1d: the stride is [0], it must be at least 1", |_| {
                let _ = MaxUnpool1d::new(2).stride(0);
            })
    }
}

#[cfg(test)]
impl Checked for MaxUnpool2d {
    fn cases() -> Cases<Self> {
        let indices = || Tensor::from([[[[0i64, 3], [8, 7]]]]);
        let layer = |_: &mut Generator| MaxUnpool2d::new([3, 2]).stride(2).padding([1, 0]);
        let forward = move |layer: &Self, x: &[Var<f64>]| vec![layer.forward(&x[0], &indices())];
        let to = move |layer: &Self, x: &[Var<f64>]| vec![layer.forward_to(&x[0], &indices(), [3, 3])];
        Cases::new(Case::new("plain", layer, forward).input([1, 1, 2, 2]).output([1, 1, 3, 4]))
            .case(Case::new("to a size", layer, to).input([1, 1, 2, 2]).output([1, 1, 3, 3]))
            .rejects("max_unpool2d: x has 1 axes instead of 4", move |g| {
                let _ = layer(g).forward(&Var::constant([0.0, 1.0]), &Tensor::from([0i64, 1]));
            })
            .rejects("MaxUnpool2d: the kernel is [0, 0], it must be at least 1", |_| {
                let _ = MaxUnpool2d::new(0);
            })
    }
}
