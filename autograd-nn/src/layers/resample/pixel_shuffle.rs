//! `PixelShuffle` and `PixelUnshuffle`: channels as pixels, and back.

use crate::layers::prelude::*;

/// Groups of `r²` channels as blocks of `r × r` pixels: after a convolution a way to larger images that can be learned.
///
/// # Shape
/// `[n, c r², h, w] -> [n, c, h r, w r]`
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{Forward, PixelShuffle};
/// let x = Var::leaf([[[[1.0, 5.0]], [[2.0, 6.0]], [[3.0, 7.0]], [[4.0, 8.0]]]]);
/// let y = PixelShuffle::new(2).forward(&x);
/// assert_eq!(*y.value(), [[[[1.0, 2.0, 5.0, 6.0], [3.0, 4.0, 7.0, 8.0]]]].into());
/// let gradients = y.square().sum().backward();
/// assert_eq!(gradients.get(&x).unwrap().to_vec(), [2.0, 10.0, 4.0, 12.0, 6.0, 14.0, 8.0, 16.0]);
/// ```
///
/// Shi et al., "Real-time single image and video super-resolution" (2016), equation 4.
#[derive(Clone, Debug, Module)]
#[module(stateless)]
#[doc(alias = "depth_to_space")]
pub struct PixelShuffle {
    /// How many times higher and wider the images become.
    #[doc(alias = "upscale_factor")]
    pub factor: usize,
}

/// Blocks of `r × r` pixels as groups of `r²` channels: undoes [`PixelShuffle`].
///
/// # Shape
/// `[n, c, h r, w r] -> [n, c r², h, w]`
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{Forward, PixelUnshuffle};
/// let x = Var::leaf([[[[1.0, 2.0, 5.0, 6.0], [3.0, 4.0, 7.0, 8.0]]]]);
/// let y = PixelUnshuffle::new(2).forward(&x);
/// assert_eq!(*y.value(), [[[[1.0, 5.0]], [[2.0, 6.0]], [[3.0, 7.0]], [[4.0, 8.0]]]].into());
/// let gradients = y.square().sum().backward();
/// assert_eq!(gradients.get(&x).unwrap().to_vec(), [2.0, 4.0, 10.0, 12.0, 6.0, 8.0, 14.0, 16.0]);
/// ```
#[derive(Clone, Debug, Module)]
#[module(stateless)]
#[doc(alias = "space_to_depth")]
pub struct PixelUnshuffle {
    /// How many times lower and narrower the images become.
    #[doc(alias = "downscale_factor")]
    pub factor: usize,
}

macro_rules! shuffle {
    ($Layer:ident, $op:ident) => {
        impl $Layer {
            /// A layer with this factor.
            ///
            /// # Panics
            /// If it is 0.
            #[track_caller]
            pub fn new(factor: usize) -> Self {
                require!(factor > 0, "{}: the factor is 0, it must be at least 1", stringify!($Layer));
                $Layer { factor }
            }
        }

        impl<T: Real> Forward<T> for $Layer {
            #[track_caller]
            fn forward(&self, x: &Var<T>) -> Var<T> {
                report(self, x.$op(self.factor))
            }
        }
    };
}
shuffle!(PixelShuffle, pixel_shuffle);
shuffle!(PixelUnshuffle, pixel_unshuffle);

#[cfg(test)]
impl Checked for PixelShuffle {
    fn cases() -> Cases<Self> {
        Cases::new(Case::forward("plain", |_| PixelShuffle::new(2), [2, 8, 1, 3]).output([2, 2, 2, 6]))
            .rejects("pixel_shuffle: 3 channels do not form groups of 2 by 2", |_| {
                let _ = PixelShuffle::new(2).forward(&Var::constant([[[[0.0; 2]; 2]; 3]]));
            })
            .rejects("PixelShuffle: the factor is 0, it must be at least 1", |_| {
                let _ = PixelShuffle::new(0);
            })
    }
}

#[cfg(test)]
impl Checked for PixelUnshuffle {
    fn cases() -> Cases<Self> {
        Cases::new(Case::forward("plain", |_| PixelUnshuffle::new(2), [2, 2, 2, 4]).output([2, 8, 1, 2]))
            .rejects("pixel_unshuffle: 3 by 2 pixels do not form blocks of 2 by 2", |_| {
                let _ = PixelUnshuffle::new(2).forward(&Var::constant([[[[0.0; 2]; 3]]]));
            })
            .rejects("PixelUnshuffle: the factor is 0, it must be at least 1", |_| {
                let _ = PixelUnshuffle::new(0);
            })
    }
}
