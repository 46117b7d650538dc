//! What `roi_align` and `roi_pool` share: which boxes they take, and of which pixels their parts are made.

use crate::kernel::resample::Taps;
use crate::ops::pool::sizes::four;
use crate::ops::prelude::*;

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
