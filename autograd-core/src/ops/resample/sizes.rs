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

/// The shape of boxes `[k, 5]` of the images `x`, `[n, c, h, w]`, each brought to `size`.
pub(super) fn regions_of(x: &Shape, boxes: &Tensor<f64>, size: [usize; 2], scale: f64) -> Result<Shape, Mismatch> {
    let &[n, c, h, w] = four(x)?;
    let [k, 5] = **boxes.shape() else {
        return Err(Mismatch::new(format!("the boxes have shape {} instead of [k, 5]", boxes.shape())));
    };
    if size.contains(&0) {
        return Err(Mismatch::new(format!("the size is {size:?}, it must be at least 1")));
    }
    if h == 0 || w == 0 {
        return Err(Mismatch::new(format!("the images are {h} by {w}, there is nothing in a box")));
    }
    if !(scale > 0.0 && scale.is_finite()) {
        return Err(Mismatch::new(format!("the spatial scale is {scale}, it must be positive and finite")));
    }
    for (i, row) in boxes.to_vec().chunks_exact(5).enumerate() {
        if !(row[0] >= 0.0 && row[0] < n as f64 && row[0].fract() == 0.0) {
            return Err(Mismatch::new(format!("box {i} is of image {}, there are {n}", row[0])));
        }
        if let Some(corner) = row[1..].iter().find(|corner| !corner.is_finite()) {
            return Err(Mismatch::new(format!("box {i} has a corner at {corner}")));
        }
    }
    x.clone().addressable()?;
    Shape::from([k, c, size[0], size[1]]).addressable()
}

/// Of what the `m` parts of a box along an axis of `n` pixels are made: each is the mean of some samples between pixels.
pub(super) fn box_taps(start: f64, length: f64, m: usize, samples: Option<usize>, n: usize) -> Taps {
    let part = length / m as f64;
    let count = samples.map_or_else(|| part.ceil(), |samples| samples as f64);
    let (step, last) = (part / count, (n - 1) as f64);
    let mut taps = Taps::default();
    for o in 0..m {
        let first = start + o as f64 * part + 0.5 * step;
        let place = |i: usize| first + i as f64 * step;
        // Samples that may lie no more than 1 beyond the image: of a huge box, a few of many. Casts end at 0 and at the largest number.
        let (a, b) = ((-1.0 - first) / step, (n as f64 - first) / step);
        let (low, high) = ((a.min(b).floor()) as usize, (a.max(b).ceil() as usize).saturating_add(1));
        let high = if step == 0.0 { count as usize } else { high.min(count as usize) };
        let near = (low.min(high)..high).map(place).filter(|at| (-1.0..=n as f64).contains(at));
        taps.push(near.flat_map(|at| {
            let at = at.clamp(0.0, last);
            let (low, t) = (at.floor(), at.fract());
            [(low as usize, (1.0 - t) / count), ((low + 1.0).min(last) as usize, t / count)]
        }));
    }
    taps
}

/// The samples of the result of `roi_align` at `at`, from the definition: image, row and column of pixels, and their weights.
#[cfg(any(test, feature = "testing"))]
pub(super) fn textbook_samples(op: &super::RoiAlign, x: &Shape, at: &[usize]) -> Vec<([usize; 3], f64)> {
    let row = &op.boxes.to_vec()[5 * at[0]..5 * at[0] + 5];
    let shift = if op.grid.aligned { 0.5 } else { 0.0 };
    let along = |d: usize| -> Vec<f64> {
        let corner = |i: usize| row[i] * op.grid.spatial_scale - shift;
        let mut length = corner(4 - d) - corner(2 - d);
        if !op.grid.aligned && length < 1.0 {
            length = 1.0;
        }
        let part = length / op.grid.size[d] as f64;
        let count = op.grid.sampling_ratio.unwrap_or(part.ceil().max(0.0) as usize);
        let place = |i: usize| corner(2 - d) + at[2 + d] as f64 * part + (i as f64 + 0.5) * part / count as f64;
        (0..count).map(place).collect()
    };
    let (rows, columns, [h, w]) = (along(0), along(1), [x[2] as f64, x[3] as f64]);
    let mut samples = Vec::new();
    for (y, x) in rows.iter().flat_map(|&y| columns.iter().map(move |&x| (y, x))) {
        if y < -1.0 || y > h || x < -1.0 || x > w {
            continue;
        }
        let (y, x) = (y.clamp(0.0, h - 1.0), x.clamp(0.0, w - 1.0));
        for (i, j) in (0..h as usize).flat_map(|i| (0..w as usize).map(move |j| (i, j))) {
            let hat = |a: f64, b: usize| (1.0 - (a - b as f64).abs()).max(0.0);
            samples.push(([row[0] as usize, i, j], hat(y, i) * hat(x, j) / (rows.len() * columns.len()) as f64));
        }
    }
    samples
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
