//! `Upsample`: images of another size.

use crate::layers::prelude::*;
use autograd_core::ops::{Interpolation, Resize};

/// Images brought to a size, or made larger by a factor: by copies of the nearest pixel, unless [`mode`](Upsample::mode) says otherwise.
///
/// # Shape
/// - `[n, c, h, w] -> [n, c, h', w']`, with the size of the layer, or `h' = h · factor` rounded down, and likewise `w'`
/// - `[n, c, l] -> [n, c, l']`: a sequence is an image of height 1 and keeps it, so that only the factor for the width counts, and a size
///   is `[1, l']`
///
/// # Example
/// ```
/// use autograd_core::{Var, ops::Interpolation};
/// use autograd_nn::{Forward, Upsample};
/// let x = Var::leaf([[[[0.0, 3.0]]]]);
/// assert_eq!(Upsample::new(2).forward(&x).to_vec(), [0.0, 0.0, 3.0, 3.0, 0.0, 0.0, 3.0, 3.0]);
/// let y = Upsample::new([1, 4]).mode(Interpolation::Bilinear { align_corners: true }).forward(&x);
/// assert_eq!(y.to_vec(), [0.0, 1.0, 2.0, 3.0]);
/// let dx = y.sum().backward().get(&x).unwrap().to_vec();
/// assert!(dx.iter().all(|dx: &f64| (dx - 2.0).abs() < 1e-15));
///
/// let sequence = Var::constant([[[1.0, 2.0]]]);
/// assert_eq!(Upsample::new(2).forward(&sequence).to_vec(), [1.0, 1.0, 2.0, 2.0]);
/// ```
#[derive(Clone, Debug, Module)]
#[module(stateless)]
#[doc(alias = "UpsamplingNearest2d")]
#[doc(alias = "UpsamplingBilinear2d")]
pub struct Upsample {
    /// The size, or the factors.
    pub to: Resize,
    /// How new pixels are made of old ones.
    pub mode: Interpolation,
}

impl Upsample {
    /// A layer that makes images larger by a factor (`2` or `1.5`), by one for the height and one for the width (`[2.0, 1.5]`), or brings
    /// them to a height and a width (`[64, 48]`). See [`Resize`].
    ///
    /// # Panics
    /// If a factor is not positive and finite, or the size is 0.
    #[track_caller]
    pub fn new(to: impl Into<Resize>) -> Self {
        let to = to.into();
        match to {
            Resize::To(size) => require!(!size.contains(&0), "Upsample: the size is {size:?}, it must be at least 1"),
            Resize::By(by) => {
                let grows = by.iter().all(|&by| by > 0.0 && by.is_finite());
                require!(grows, "Upsample: the factors are {by:?}, they must be positive and finite");
            }
        }
        Upsample { to, mode: Interpolation::Nearest }
    }

    /// Makes new pixels of old ones in this way.
    #[must_use]
    pub fn mode(self, mode: Interpolation) -> Self {
        Upsample { mode, ..self }
    }
}

impl<T: Real> Forward<T> for Upsample {
    /// # Panics
    /// If a sequence is to be brought to a height that is not 1.
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        if x.rank() != 3 {
            return report(self, x.interpolate(self.to, self.mode));
        }
        let to = match self.to {
            Resize::By([_, by]) => Resize::By([1.0, by]),
            Resize::To([1, length]) => Resize::To([1, length]),
            Resize::To([height, _]) => refuse!("Upsample: a sequence has height 1, it cannot be brought to {height}"),
        };
        report(self, x.unsqueeze(2).interpolate(to, self.mode).squeeze(2))
    }
}

#[cfg(test)]
impl Checked for Upsample {
    fn cases() -> Cases<Self> {
        let bilinear =
            |_: &mut Generator| Upsample::new([2.0, 1.5]).mode(Interpolation::Bilinear { align_corners: false });
        let bicubic = |_: &mut Generator| Upsample::new([3, 4]).mode(Interpolation::Bicubic { align_corners: true });
        Cases::new(Case::forward("nearest", |_| Upsample::new(2), [2, 2, 2, 3]).output([2, 2, 4, 6]))
            .case(Case::forward("bilinear", bilinear, [1, 2, 2, 3]).output([1, 2, 4, 4]))
            .case(Case::forward("bicubic", bicubic, [1, 1, 2, 3]).output([1, 1, 3, 4]))
            .case(Case::forward("sequences by a factor", bilinear, [1, 2, 3]).output([1, 2, 4]))
            .case(Case::forward("sequences to a length", |_| Upsample::new([1, 5]), [1, 2, 3]).output([1, 2, 5]))
            .rejects("Upsample: a sequence has height 1, it cannot be brought to 3", move |g| {
                let _ = bicubic(g).forward(&Var::constant([[[0.0; 4]]]));
            })
            .rejects("interpolate: x has 1 axes instead of 4", |_| {
                let _ = Upsample::new(2).forward(&Var::constant([0.0; 4]));
            })
            .rejects("Upsample: the size is [0, 3], it must be at least 1", |_| {
                let _ = Upsample::new([0, 3]);
            })
            .rejects("Upsample: the factors are [1.0, -2.0], they must be positive and finite", |_| {
                let _ = Upsample::new([1.0, -2.0]);
            })
    }
}
