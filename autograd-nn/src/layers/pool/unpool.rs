//! `NearestUnpool2d` and `BedOfNailsUnpool2d`: each pixel as a block.

use crate::layers::conv::{PerAxis, positive};
use crate::layers::prelude::*;

/// Each pixel as a block of copies of it.
///
/// # Shape
/// `[n, c, h, w] -> [n, c, h r, w s]` for a block `[r, s]`
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{Forward, NearestUnpool2d};
/// let x = Var::leaf([[[[1.0, 2.0]]]]);
/// let y = NearestUnpool2d::new(2).forward(&x);
/// assert_eq!(y.to_vec(), [1.0, 1.0, 2.0, 2.0, 1.0, 1.0, 2.0, 2.0]);
/// let gradients = y.sum().backward();
/// assert_eq!(gradients.get(&x).unwrap().to_vec(), [4.0, 4.0]);
/// ```
#[derive(Clone, Debug, Module)]
#[module(stateless)]
#[doc(alias = "UpSampling2D")]
pub struct NearestUnpool2d {
    /// Height and width of the block.
    pub block: [usize; 2],
}

/// Each pixel in the top left corner of a block that is else 0.
///
/// # Shape
/// `[n, c, h, w] -> [n, c, h r, w s]` for a block `[r, s]`
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::{BedOfNailsUnpool2d, Forward};
/// let x = Var::leaf([[[[1.0, 2.0]]]]);
/// let y = BedOfNailsUnpool2d::new(2).forward(&x);
/// assert_eq!(y.to_vec(), [1.0, 0.0, 2.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
/// let gradients = y.sum().backward();
/// assert_eq!(gradients.get(&x).unwrap().to_vec(), [1.0, 1.0]);
/// ```
#[derive(Clone, Debug, Module)]
#[module(stateless)]
pub struct BedOfNailsUnpool2d {
    /// Height and width of the block.
    pub block: [usize; 2],
}

macro_rules! unpool {
    ($Layer:ident, $op:ident, $rank:literal, $block:literal) => {
        impl $Layer {
            /// A layer with a block of this size.
            ///
            /// # Panics
            /// If it is 0.
            #[track_caller]
            pub fn new(block: impl PerAxis<2>) -> Self {
                $Layer { block: positive(stringify!($Layer), "block", block) }
            }
        }

        impl<T: Real> Forward<T> for $Layer {
            #[track_caller]
            fn forward(&self, x: &Var<T>) -> Var<T> {
                report(self, x.$op(self.block))
            }
        }

        #[cfg(test)]
        impl Checked for $Layer {
            fn cases() -> Cases<Self> {
                Cases::new(Case::forward("plain", |_| $Layer::new([2, 3]), [2, 1, 3, 2]).output([2, 1, 6, 6]))
                    .rejects($rank, |_| {
                        let _ = $Layer::new(2).forward(&Var::constant([0.0; 4]));
                    })
                    .rejects($block, |_| {
                        let _ = $Layer::new([2, 0]);
                    })
            }
        }
    };
}
unpool!(
    NearestUnpool2d,
    nearest_unpool2d,
    "nearest_unpool2d: x has 1 axes instead of 4",
    "NearestUnpool2d: the block is [2, 0], it must be at least 1"
);
unpool!(
    BedOfNailsUnpool2d,
    bed_of_nails_unpool2d,
    "bed_of_nails_unpool2d: x has 1 axes instead of 4",
    "BedOfNailsUnpool2d: the block is [2, 0], it must be at least 1"
);
