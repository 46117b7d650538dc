//! `GlobalAvgPool1d`, `GlobalAvgPool2d`, `GlobalMaxPool1d` and `GlobalMaxPool2d`: one number for each channel.

use crate::layers::prelude::*;

/// The mean of each channel of a sequence.
///
/// The axis stays, with size 1; a [`Flatten`](crate::Flatten) afterwards drops it.
///
/// # Shape
/// `[n, c, l] -> [n, c, 1]`
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{Forward, GlobalAvgPool1d};
/// let x = Var::leaf([[[1.0, 2.0], [3.0, 7.0]]]);
/// let y = GlobalAvgPool1d.forward(&x);
/// assert_eq!(y.to_vec(), [1.5, 5.0]);
/// let gradients = y.sum().backward();
/// assert_eq!(gradients.get(&x).unwrap().to_vec(), [0.5; 4]);
/// ```
#[derive(Clone, Debug, Default, Module)]
#[module(stateless)]
#[doc(alias = "GlobalAveragePooling1D")]
pub struct GlobalAvgPool1d;

/// The mean of each channel of an image: what residual networks put in place of the first layer of a classifier.
///
/// The axes stay, with size 1; a [`Flatten`](crate::Flatten) afterwards drops them.
///
/// # Shape
/// `[n, c, h, w] -> [n, c, 1, 1]`
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{Forward, GlobalAvgPool2d};
/// let x = Var::leaf([[[[1.0, 2.0], [3.0, 6.0]]]]);
/// let y = GlobalAvgPool2d.forward(&x);
/// assert_eq!(y.to_vec(), [3.0]);
/// let gradients = y.sum().backward();
/// assert_eq!(gradients.get(&x).unwrap().to_vec(), [0.25; 4]);
/// ```
///
/// Lin, Chen and Yan, "Network in network" (2013), section 3.2.
#[derive(Clone, Debug, Default, Module)]
#[module(stateless)]
#[doc(alias = "GlobalAveragePooling2D")]
pub struct GlobalAvgPool2d;

/// The largest element of each channel of a sequence: max over time.
///
/// The axis stays, with size 1; a [`Flatten`](crate::Flatten) afterwards drops it. The first of several largest elements gets all of the
/// gradient.
///
/// # Shape
/// `[n, c, l] -> [n, c, 1]`
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{Forward, GlobalMaxPool1d};
/// let x = Var::leaf([[[1.0, 2.0], [7.0, 3.0]]]);
/// let y = GlobalMaxPool1d.forward(&x);
/// assert_eq!(y.to_vec(), [2.0, 7.0]);
/// let gradients = y.sum().backward();
/// assert_eq!(gradients.get(&x).unwrap().to_vec(), [0.0, 1.0, 1.0, 0.0]);
/// ```
///
/// Collobert et al., "Natural language processing (almost) from scratch" (2011), section 3.3.2.
#[derive(Clone, Debug, Default, Module)]
#[module(stateless)]
#[doc(alias = "GlobalMaxPooling1D")]
pub struct GlobalMaxPool1d;

/// The largest element of each channel of an image.
///
/// The axes stay, with size 1; a [`Flatten`](crate::Flatten) afterwards drops them. The first of several largest elements gets all of the
/// gradient.
///
/// # Shape
/// `[n, c, h, w] -> [n, c, 1, 1]`
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{Forward, GlobalMaxPool2d};
/// let x = Var::leaf([[[[1.0, 2.0], [6.0, 3.0]]]]);
/// let y = GlobalMaxPool2d.forward(&x);
/// assert_eq!(y.to_vec(), [6.0]);
/// let gradients = y.sum().backward();
/// assert_eq!(gradients.get(&x).unwrap().to_vec(), [0.0, 0.0, 1.0, 0.0]);
/// ```
#[derive(Clone, Debug, Default, Module)]
#[module(stateless)]
#[doc(alias = "GlobalMaxPooling2D")]
pub struct GlobalMaxPool2d;

macro_rules! global_pool {
    ($Layer:ident, $op:ident, $shape:expr, $result:expr, $refusal:literal) => {
        impl<T: Real> Forward<T> for $Layer {
            #[track_caller]
            fn forward(&self, x: &Var<T>) -> Var<T> {
                report(self, x.$op())
            }
        }

        #[cfg(test)]
        impl Checked for $Layer {
            fn cases() -> Cases<Self> {
                Cases::new(Case::forward("plain", |_| $Layer, $shape).output($result)).rejects($refusal, |_| {
                    let _ = $Layer.forward(&Var::constant([0.0; 4]));
                })
            }
        }
    };
}
global_pool!(GlobalAvgPool1d, global_avg_pool1d, [2, 3, 4], [2, 3, 1], "global_avg_pool1d: x has 1 axes instead of 3");
global_pool!(GlobalMaxPool1d, global_max_pool1d, [2, 3, 4], [2, 3, 1], "global_max_pool1d: x has 1 axes instead of 3");
global_pool!(
    GlobalAvgPool2d,
    global_avg_pool2d,
    [2, 3, 2, 3],
    [2, 3, 1, 1],
    "global_avg_pool2d: x has 1 axes instead of 4"
);
global_pool!(
    GlobalMaxPool2d,
    global_max_pool2d,
    [2, 3, 2, 3],
    [2, 3, 1, 1],
    "global_max_pool2d: x has 1 axes instead of 4"
);
