//! `LpPool1d` and `LpPool2d`: the `p`-norm of each window.

use super::sequences::single;
use crate::layers::conv::{PerAxis, positive};
use crate::layers::prelude::*;
use std::convert::identity;

/// The `p`-norm of each window of a sequence, `(Σ xᵖ)^(1/p)`; the window moves by its own length unless a stride is given.
///
/// There are no absolute values, as in PyTorch: an odd or broken `p` is for elements that are not negative.
///
/// # Shape
/// `[n, c, l] -> [n, c, l']` with `l' = (l - kernel) / stride + 1`, rounded down
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{Forward, LpPool1d};
/// let x = Var::leaf([[[-8.0, 6.0, 0.0, 2.0]]]);
/// let y = LpPool1d::new(2.0, 2).forward(&x);
/// assert_eq!(y.to_vec(), [10.0, 2.0]);
/// let gradients = y.sum().backward();
/// let dx = gradients.get(&x).unwrap().to_vec();
/// assert!(dx.iter().zip([-0.8, 0.6, 0.0, 1.0]).all(|(dx, ratio): (&f64, f64)| (dx - ratio).abs() < 1e-15)); // x / y
/// ```
#[derive(Clone, Debug, Module)]
#[module(stateless)]
#[doc(alias = "LPPool1d")]
pub struct LpPool1d {
    /// Power, window, stride, and how sizes are rounded.
    pub options: ops::LpPool1d,
}

/// The `p`-norm of each window of an image, `(Σ xᵖ)^(1/p)`; the window moves by its own size unless a stride is given.
///
/// There are no absolute values, as in PyTorch: an odd or broken `p` is for elements that are not negative.
///
/// # Shape
/// `[n, c, h, w] -> [n, c, h', w']` with `h' = (h - kernel) / stride + 1`, rounded down, and likewise `w'`
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{Forward, LpPool2d};
/// let x = Var::leaf([[[[1.0, 5.0], [1.0, 3.0]]]]);
/// let y = LpPool2d::new(2.0, 2).forward(&x);
/// assert_eq!(y.to_vec(), [6.0]);
/// let gradients = y.sum().backward();
/// let dx = gradients.get(&x).unwrap().to_vec();
/// assert!(dx.iter().zip([1.0, 5.0, 1.0, 3.0]).all(|(dx, x): (&f64, f64)| (dx - x / 6.0).abs() < 1e-15));
/// ```
///
/// Sermanet, Chintala and LeCun, "Convolutional neural networks applied to house numbers digit classification" (2012).
#[derive(Clone, Debug, Module)]
#[module(stateless)]
#[doc(alias = "LPPool2d")]
pub struct LpPool2d {
    /// Power, window, stride, and how sizes are rounded.
    pub options: ops::LpPool2d,
}

/// `$sizes` brings an array of sizes into the form that the op wants.
macro_rules! lp_pool {
    ($Layer:ident, $d:literal, $op:ident, $sizes:path) => {
        impl $Layer {
            /// A layer with this power and a window of this size.
            ///
            /// # Panics
            /// If the power is not positive and finite, or the size is 0.
            #[track_caller]
            pub fn new(p: f64, kernel: impl PerAxis<$d>) -> Self {
                let name = stringify!($Layer);
                require!(p > 0.0 && p.is_finite(), "{name}: the power is {p}, it must be positive and finite");
                $Layer { options: ops::$Layer::new(p, $sizes(positive(name, "kernel", kernel))) }
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

            /// Whether sizes are rounded up: a last window may then reach beyond the end, and what lies there counts as the mean power of
            /// the rest. They are rounded down unless this is said.
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
lp_pool!(LpPool1d, 1, lp_pool1d, single);
lp_pool!(LpPool2d, 2, lp_pool2d, identity);

#[cfg(test)]
impl Checked for LpPool1d {
    fn cases() -> Cases<Self> {
        let every = |_: &mut Generator| LpPool1d::new(2.0, 3).stride(2).ceil_mode(true);
        Cases::new(
            Case::new("cubes", |_| LpPool1d::new(3.0, 2), |layer: &Self, x| vec![layer.forward(&x[0])])
                .input_between([2, 2, 5], 0.5, 2.0)
                .output([2, 2, 2]),
        )
        .case(Case::forward("every option", every, [1, 2, 6]).output([1, 2, 3]))
        .rejects("lp_pool1d: x has 1 axes instead of 3", |_| {
            let _ = LpPool1d::new(2.0, 2).forward(&Var::constant([0.0; 4]));
        })
        .rejects("LpPool1d: the power is 0, it must be positive and finite", |_| {
            let _ = LpPool1d::new(0.0, 2);
        })
        .rejects("LpPool1d: the kernel is [0], it must be at least 1", |_| {
            let _ = LpPool1d::new(2.0, 0);
        })
        .rejects("LpPool1d: the stride is [0], it must be at least 1", |_| {
            let _ = LpPool1d::new(2.0, 2).stride(0);
        })
    }
}

#[cfg(test)]
impl Checked for LpPool2d {
    fn cases() -> Cases<Self> {
        let every = |_: &mut Generator| LpPool2d::new(2.0, [2, 3]).stride([1, 2]).ceil_mode(true);
        Cases::new(Case::forward("plain", |_| LpPool2d::new(2.0, 2), [2, 2, 2, 4]).output([2, 2, 1, 2]))
            .case(Case::forward("every option", every, [1, 2, 3, 4]).output([1, 2, 2, 2]))
            .rejects("lp_pool2d: x has 1 axes instead of 4", |_| {
                let _ = LpPool2d::new(2.0, 2).forward(&Var::constant([0.0; 4]));
            })
            .rejects("LpPool2d: the power is NaN, it must be positive and finite", |_| {
                let _ = LpPool2d::new(f64::NAN, 2);
            })
    }
}
