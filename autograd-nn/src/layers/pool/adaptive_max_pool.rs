//! `AdaptiveMaxPool1d` and `AdaptiveMaxPool2d`: the largest elements of so many pieces.

use super::sequences::{as_images, as_sequences, single};
use crate::layers::conv::{PerAxis, positive};
use crate::layers::prelude::*;

/// The largest element of each of so many pieces of a sequence, whatever its length; the pieces are those of
/// [`AdaptiveAvgPool1d`](crate::AdaptiveAvgPool1d).
///
/// # Shape
/// `[n, c, l] -> [n, c, l']` with the `l'` of the layer
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{AdaptiveMaxPool1d, Forward};
/// let x = Var::leaf([[[1.0, 5.0, 2.0]]]);
/// let y = AdaptiveMaxPool1d::new(2).forward(&x);
/// assert_eq!(y.to_vec(), [5.0, 5.0]);
/// let gradients = y.sum().backward();
/// assert_eq!(gradients.get(&x).unwrap().to_vec(), [0.0, 2.0, 0.0]);
/// ```
#[derive(Clone, Debug, Module)]
#[module(stateless)]
pub struct AdaptiveMaxPool1d {
    /// The length of the result.
    pub size: usize,
}

/// The largest element of each of so many pieces of an image, whatever its size; the pieces of each axis are those of
/// [`AdaptiveAvgPool1d`](crate::AdaptiveAvgPool1d).
///
/// # Shape
/// `[n, c, h, w] -> [n, c, h', w']` with the `h'` and `w'` of the layer
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{AdaptiveMaxPool2d, Forward};
/// let x = Var::leaf([[[[1.0, 2.0, 6.0], [3.0, 4.0, 8.0]]]]);
/// let y = AdaptiveMaxPool2d::new([1, 2]).forward(&x);
/// assert_eq!(y.to_vec(), [4.0, 8.0]);
/// let gradients = y.sum().backward();
/// assert_eq!(gradients.get(&x).unwrap().to_vec(), [0.0, 0.0, 0.0, 0.0, 1.0, 1.0]);
/// ```
#[derive(Clone, Debug, Module)]
#[module(stateless)]
pub struct AdaptiveMaxPool2d {
    /// Height and width of the result.
    pub size: [usize; 2],
}

impl AdaptiveMaxPool1d {
    /// A layer with a result of this length.
    ///
    /// # Panics
    /// If it is 0.
    #[track_caller]
    pub fn new(size: impl PerAxis<1>) -> Self {
        AdaptiveMaxPool1d { size: single(positive("AdaptiveMaxPool1d", "size", size)) }
    }

    /// The result, and the place in its sequence where each element was found.
    #[track_caller]
    #[doc(alias = "return_indices")]
    pub fn forward_with_indices<T: Real>(&self, x: &Var<T>) -> (Var<T>, Tensor<i64>) {
        let images = as_images("AdaptiveMaxPool1d", x);
        let (y, indices) = as_sequences(images.adaptive_max_pool2d_with_indices([1, self.size]));
        (report(self, y), indices)
    }
}

impl AdaptiveMaxPool2d {
    /// A layer with a result of this size.
    ///
    /// # Panics
    /// If it is 0.
    #[track_caller]
    pub fn new(size: impl PerAxis<2>) -> Self {
        AdaptiveMaxPool2d { size: positive("AdaptiveMaxPool2d", "size", size) }
    }

    /// The result, and the place in its plane where each element was found, in row-major order.
    #[track_caller]
    #[doc(alias = "return_indices")]
    pub fn forward_with_indices<T: Real>(&self, x: &Var<T>) -> (Var<T>, Tensor<i64>) {
        let (y, indices) = x.adaptive_max_pool2d_with_indices(self.size);
        (report(self, y), indices)
    }
}

impl<T: Real> Forward<T> for AdaptiveMaxPool1d {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        report(self, x.adaptive_max_pool1d(self.size))
    }
}

impl<T: Real> Forward<T> for AdaptiveMaxPool2d {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        report(self, x.adaptive_max_pool2d(self.size))
    }
}

#[cfg(test)]
impl Checked for AdaptiveMaxPool1d {
    fn cases() -> Cases<Self> {
        let layer = |_: &mut Generator| AdaptiveMaxPool1d::new(3);
        let indices = |layer: &Self, x: &[Var<f64>]| vec![layer.forward_with_indices(&x[0]).0];
        Cases::new(Case::forward("overlapping", layer, [2, 2, 5]).output([2, 2, 3]))
            .case(Case::new("with indices", layer, indices).input([2, 2, 5]).output([2, 2, 3]))
            .rejects("adaptive_max_pool1d: x has 1 axes instead of 3", |_| {
                let _ = AdaptiveMaxPool1d::new(2).forward(&Var::constant([0.0; 4]));
            })
            .rejects("AdaptiveMaxPool1d: x has 1 axes instead of 3", |_| {
                let _ = AdaptiveMaxPool1d::new(2).forward_with_indices(&Var::constant([0.0; 4]));
            })
            .rejects("AdaptiveMaxPool1d: the size is [0], it must be at least 1", |_| {
                let _ = AdaptiveMaxPool1d::new(0);
            })
    }
}

#[cfg(test)]
impl Checked for AdaptiveMaxPool2d {
    fn cases() -> Cases<Self> {
        let layer = |_: &mut Generator| AdaptiveMaxPool2d::new([2, 3]);
        let indices = |layer: &Self, x: &[Var<f64>]| vec![layer.forward_with_indices(&x[0]).0];
        Cases::new(Case::forward("overlapping", layer, [2, 2, 3, 4]).output([2, 2, 2, 3]))
            .case(Case::new("with indices", layer, indices).input([2, 2, 3, 4]).output([2, 2, 2, 3]))
            .rejects("adaptive_max_pool2d: x has 1 axes instead of 4", |_| {
                let _ = AdaptiveMaxPool2d::new(2).forward(&Var::constant([0.0; 4]));
            })
            .rejects("AdaptiveMaxPool2d: the size is [0, 1], it must be at least 1", |_| {
                let _ = AdaptiveMaxPool2d::new([0, 1]);
            })
    }
}
