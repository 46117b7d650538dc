//! What the resampling ops share: the sizes that are asked for, and of which pixels each new one is made.

use crate::kernel::resample::{Resampling, Taps};
use crate::ops::pool::sizes::four;
use crate::ops::prelude::*;

/// The height and width that images are brought to.
///
/// ```
/// use autograd_core::{Tensor, Var};
/// let x = Var::constant(Tensor::<f64>::zeros([1, 1, 2, 4]));
/// assert_eq!(*x.upsample_nearest([3, 5]).shape(), [1, 1, 3, 5]); // to a size
/// assert_eq!(*x.upsample_nearest(2).shape(), [1, 1, 4, 8]); // by a whole number
/// assert_eq!(*x.upsample_nearest(1.5).shape(), [1, 1, 3, 6]); // by any factor
/// assert_eq!(*x.upsample_nearest([2.0, 0.5]).shape(), [1, 1, 4, 2]); // by one for each axis
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Resize {
    /// To this height and width.
    To([usize; 2]),
    /// By a factor for the height and one for the width; the size is rounded down.
    By([f64; 2]),
}

impl From<[usize; 2]> for Resize {
    fn from(size: [usize; 2]) -> Self {
        Resize::To(size)
    }
}
impl From<usize> for Resize {
    fn from(factor: usize) -> Self {
        Resize::By([factor as f64; 2])
    }
}
impl From<f64> for Resize {
    fn from(factor: f64) -> Self {
        Resize::By([factor; 2])
    }
}
impl From<[f64; 2]> for Resize {
    fn from(factors: [f64; 2]) -> Self {
        Resize::By(factors)
    }
}

/// How a new pixel is made of old ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interpolation {
    /// The pixel that it lies in.
    Nearest,
    /// Linear between two in each direction.
    Bilinear {
        /// Whether the centres of the outer pixels stay where they are, instead of their outer edges.
        align_corners: bool,
    },
    /// Cubic between four in each direction, by Keys' kernel with `a = -3/4`; the edge is repeated.
    Bicubic {
        /// Whether the centres of the outer pixels stay where they are, instead of their outer edges.
        align_corners: bool,
    },
}

impl Resize {
    /// The height and width of `x`, `[n, c, h, w]`, afterwards.
    pub(super) fn sizes(&self, x: &Shape) -> Result<[usize; 2], Mismatch> {
        let &[n, c, h, w] = four(x)?;
        let mut out = [0, 0];
        for (d, size) in [h, w].into_iter().enumerate() {
            let axis = d + 2;
            out[d] = match *self {
                Resize::To(to) => to[d],
                Resize::By(by) if by[d] > 0.0 && by[d].is_finite() => (size as f64 * by[d]).floor() as usize,
                Resize::By(by) => {
                    let why = format!("the factor is {} along axis {axis}, it must be positive and finite", by[d]);
                    return Err(Mismatch::new(why));
                }
            };
            if size == 0 || out[d] == 0 {
                let why =
                    format!("axis {axis} would be brought from size {size} to {}, both must be at least 1", out[d]);
                return Err(Mismatch::new(why));
            }
        }
        Shape::from([n, c, out[0], out[1]]).addressable()?;
        Shape::from([h, w]).addressable()?;
        Ok(out)
    }

    /// Of what the pixels of images of size `out` are made, taken from images of size `size`.
    pub(super) fn resampling(&self, how: Interpolation, size: [usize; 2], out: [usize; 2]) -> Resampling {
        let [rows, columns] = [0, 1].map(|d| {
            let by = if let Resize::By(by) = self { Some(by[d]) } else { None };
            taps(how, size[d], out[d], by)
        });
        Resampling { width: size[1], rows, columns }
    }
}

/// Of what `m` pixels along an axis are made, taken from `n`; by the factor, if there is one, else by the sizes.
fn taps(how: Interpolation, n: usize, m: usize, by: Option<f64>) -> Taps {
    let last = n - 1;
    let ratio = by.map_or_else(|| n as f64 / m as f64, f64::recip);
    // Where the centre of new pixel `o` lies, in old pixels.
    let centre = |o: usize, align_corners: bool| match (align_corners, m) {
        (true, 1) => 0.0,
        (true, _) => o as f64 * last as f64 / (m - 1) as f64,
        (false, _) => (o as f64 + 0.5) * ratio - 0.5,
    };
    // Which old pixel it lies in: in one division, since a second rounding would be off by a whole pixel.
    let nearest = |o: usize| match by {
        Some(by) => ((o as f64 / by).floor() as usize).min(last),
        None => (o as u128 * n as u128 / m as u128) as usize,
    };
    let mut taps = Taps::default();
    for o in 0..m {
        match how {
            Interpolation::Nearest => taps.push([(nearest(o), 1.0)]),
            Interpolation::Bilinear { align_corners } => {
                let at = centre(o, align_corners).clamp(0.0, last as f64);
                let (low, t) = (at.floor() as usize, at.fract());
                taps.push([(low, 1.0 - t), ((low + 1).min(last), t)]);
            }
            Interpolation::Bicubic { align_corners } => {
                let at = centre(o, align_corners);
                let t = at - at.floor();
                let place = |i: usize| (at.floor() + i as f64 - 1.0).clamp(0.0, last as f64) as usize;
                let weights = [keys(1.0 + t), keys(t), keys(1.0 - t), keys(2.0 - t)];
                taps.push(weights.into_iter().enumerate().map(|(i, weight)| (place(i), weight)));
            }
        }
    }
    taps
}

/// The weight of a pixel at this distance in cubic interpolation (Keys 1981, equation 4, with `a = -3/4`).
fn keys(distance: f64) -> f64 {
    const A: f64 = -0.75;
    match distance {
        d if d <= 1.0 => ((A + 2.0) * d - (A + 3.0)) * d * d + 1.0,
        d if d < 2.0 => ((A * d - 5.0 * A) * d + 8.0 * A) * d - 4.0 * A,
        _ => 0.0,
    }
}

/// The same, from the definition and for one pixel alone: pairs of a place and a weight.
#[cfg(any(test, feature = "testing"))]
pub(super) fn textbook_taps(
    to: Resize,
    how: Interpolation,
    d: usize,
    n: usize,
    m: usize,
    o: usize,
) -> Vec<(usize, f64)> {
    let scale = match to {
        Resize::To(_) => m as f64 / n as f64,
        Resize::By(by) => by[d],
    };
    let align_corners = match how {
        Interpolation::Nearest => return vec![((o as f64 / scale + 1e-9) as usize, 1.0)],
        Interpolation::Bilinear { align_corners } | Interpolation::Bicubic { align_corners } => align_corners,
    };
    let at = match align_corners {
        true if m == 1 => 0.0,
        true => o as f64 * (n as f64 - 1.0) / (m as f64 - 1.0),
        false => (o as f64 + 0.5) / scale - 0.5,
    };
    let weight = |distance: f64| match (how, distance.abs()) {
        (Interpolation::Bilinear { .. }, d) => (1.0 - d).max(0.0),
        (_, d) if d < 1.0 => 1.25 * d.powi(3) - 2.25 * d.powi(2) + 1.0,
        (_, d) if d < 2.0 => -0.75 * d.powi(3) + 3.75 * d.powi(2) - 6.0 * d + 3.0,
        _ => 0.0,
    };
    // Beyond the edges the outer pixels are repeated.
    let place = |i: isize| i.clamp(0, n as isize - 1) as usize;
    let near = at.floor() as isize - 2..=at.floor() as isize + 3;
    near.map(|i| (place(i), weight(at - i as f64))).collect()
}
