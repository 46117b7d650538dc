//! `AdaptiveAvgPool1d`, `AdaptiveAvgPool2d` and `AdaptiveAvgPool3d`: the means of so many pieces.

use super::sequences::single;
use crate::layers::conv::{PerAxis, positive};
use crate::layers::prelude::*;

/// The mean of each of so many pieces of a sequence, whatever its length.
///
/// Piece `i` of `l'` goes from `i l / l'`, rounded down, to `(i + 1) l / l'`, rounded up: neighbours may overlap.
///
/// # Shape
/// `[n, c, l] -> [n, c, l']` with the `l'` of the layer
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{AdaptiveAvgPool1d, Forward};
/// let x = Var::leaf([[[1.0, 2.0, 6.0]]]);
/// let y = AdaptiveAvgPool1d::new(2).forward(&x);
/// assert_eq!(y.to_vec(), [1.5, 4.0]);
/// let gradients = y.sum().backward();
/// assert_eq!(gradients.get(&x).unwrap().to_vec(), [0.5, 1.0, 0.5]);
/// ```
#[derive(Clone, Debug, Module)]
#[module(stateless)]
pub struct AdaptiveAvgPool1d {
    /// The length of the result.
    pub size: usize,
}

/// The mean of each of so many pieces of an image, whatever its size: gives a classifier of images of any size an operand of one size.
///
/// The pieces of each axis are those of [`AdaptiveAvgPool1d`]. For a single piece see [`GlobalAvgPool2d`](crate::GlobalAvgPool2d).
///
/// # Shape
/// `[n, c, h, w] -> [n, c, h', w']` with the `h'` and `w'` of the layer
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{AdaptiveAvgPool2d, Forward};
/// let x = Var::leaf([[[[1.0, 2.0, 6.0], [3.0, 4.0, 8.0]]]]);
/// let y = AdaptiveAvgPool2d::new([1, 2]).forward(&x);
/// assert_eq!(y.to_vec(), [2.5, 5.0]);
/// let gradients = y.sum().backward();
/// assert_eq!(gradients.get(&x).unwrap().to_vec(), [0.25, 0.5, 0.25, 0.25, 0.5, 0.25]);
/// ```
#[derive(Clone, Debug, Module)]
#[module(stateless)]
pub struct AdaptiveAvgPool2d {
    /// Height and width of the result.
    pub size: [usize; 2],
}

/// The mean of each of so many pieces of a volume, whatever its size.
///
/// The pieces of each axis are those of [`AdaptiveAvgPool1d`].
///
/// # Shape
/// `[n, c, d, h, w] -> [n, c, d', h', w']` with the `d'`, `h'` and `w'` of the layer
///
/// # Example
/// ```
/// use autograd_core::{Tensor, Var};
/// use autograd_nn::{AdaptiveAvgPool3d, Forward};
/// let x = Var::leaf(Tensor::from([1.0, 2.0, 6.0]).reshape([1, 1, 3, 1, 1]));
/// let y = AdaptiveAvgPool3d::new([2, 1, 1]).forward(&x);
/// assert_eq!(y.to_vec(), [1.5, 4.0]);
/// let gradients = y.sum().backward();
/// assert_eq!(gradients.get(&x).unwrap().to_vec(), [0.5, 1.0, 0.5]);
/// ```
#[derive(Clone, Debug, Module)]
#[module(stateless)]
pub struct AdaptiveAvgPool3d {
    /// Depth, height and width of the result.
    pub size: [usize; 3],
}

impl AdaptiveAvgPool1d {
    /// A layer with a result of this length.
    ///
    /// # Panics
    /// If it is 0.
    #[track_caller]
    pub fn new(size: impl PerAxis<1>) -> Self {
        AdaptiveAvgPool1d { size: single(positive("AdaptiveAvgPool1d", "size", size)) }
    }
}

impl AdaptiveAvgPool2d {
    /// A layer with a result of this size.
    ///
    /// # Panics
    /// If it is 0.
    #[track_caller]
    pub fn new(size: impl PerAxis<2>) -> Self {
        AdaptiveAvgPool2d { size: positive("AdaptiveAvgPool2d", "size", size) }
    }
}

impl AdaptiveAvgPool3d {
    /// A layer with a result of this size.
    ///
    /// # Panics
    /// If it is 0.
    #[track_caller]
    pub fn new(size: impl PerAxis<3>) -> Self {
        AdaptiveAvgPool3d { size: positive("AdaptiveAvgPool3d", "size", size) }
    }
}

impl<T: Real> Forward<T> for AdaptiveAvgPool3d {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        report(self, x.adaptive_avg_pool3d(self.size))
    }
}

impl<T: Real> Forward<T> for AdaptiveAvgPool1d {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        report(self, x.adaptive_avg_pool1d(self.size))
    }
}

impl<T: Real> Forward<T> for AdaptiveAvgPool2d {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        report(self, x.adaptive_avg_pool2d(self.size))
    }
}

#[cfg(test)]
impl Checked for AdaptiveAvgPool1d {
    fn cases() -> Cases<Self> {
        Cases::new(Case::forward("overlapping", |_| AdaptiveAvgPool1d::new(3), [2, 2, 5]).output([2, 2, 3]))
            .case(Case::forward("longer than the operand", |_| AdaptiveAvgPool1d::new(3), [1, 2, 2]).output([1, 2, 3]))
            .rejects("adaptive_avg_pool1d: x has 1 axes instead of 3", |_| {
                let _ = AdaptiveAvgPool1d::new(2).forward(&Var::constant([0.0; 4]));
            })
            .rejects("AdaptiveAvgPool1d: the size is [0], it must be at least 1", |_| {
                let _ = AdaptiveAvgPool1d::new(0);
            })
    }
}

#[cfg(test)]
impl Checked for AdaptiveAvgPool2d {
    fn cases() -> Cases<Self> {
        Cases::new(Case::forward("overlapping", |_| AdaptiveAvgPool2d::new([2, 3]), [2, 2, 3, 4]).output([2, 2, 2, 3]))
            .rejects("adaptive_avg_pool2d: x has 1 axes instead of 4", |_| {
                let _ = AdaptiveAvgPool2d::new(2).forward(&Var::constant([0.0; 4]));
            })
            .rejects("AdaptiveAvgPool2d: the size is [0, 1], it must be at least 1", |_| {
                let _ = AdaptiveAvgPool2d::new([0, 1]);
            })
    }
}

#[cfg(test)]
impl Checked for AdaptiveAvgPool3d {
    fn cases() -> Cases<Self> {
        let overlapping = Case::forward("overlapping", |_| AdaptiveAvgPool3d::new([2, 2, 3]), [1, 2, 3, 2, 4]);
        Cases::new(overlapping.output([1, 2, 2, 2, 3]))
            .rejects("adaptive_avg_pool3d: x has 4 axes instead of 5", |_| {
                let _ = AdaptiveAvgPool3d::new(2).forward(&Var::constant([[[[0.0; 4]; 4]]]));
            })
            .rejects("AdaptiveAvgPool3d: the size is [0, 1, 1], it must be at least 1", |_| {
                let _ = AdaptiveAvgPool3d::new([0, 1, 1]);
            })
    }
}
