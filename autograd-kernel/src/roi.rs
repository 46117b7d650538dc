//! Boxes of images, parted into pieces: where the largest element of each piece is.

use super::threads;
use crate::element::Real;
use std::ops::Range;

/// A box of an image, parted into pieces.
#[derive(Clone, Debug)]
pub struct Pieces {
    /// Which image of the batch.
    pub image: usize,
    /// The rows of each row of pieces; all boxes of a batch have as many.
    pub rows: Vec<Range<usize>>,
    /// The columns of each column of pieces; all boxes of a batch have as many.
    pub columns: Vec<Range<usize>>,
}

/// `at ←` where in `x`, `[images, channels, height, width]`, the largest element of each piece is: the first of several, and the first NaN
/// before each number; -1 for a piece without elements. `at` is `[boxes, channels, rows, columns]`.
#[inline(never)]
pub fn argmax<T: Real>(x: &[T], size: [usize; 2], channels: usize, boxes: &[Pieces], at: &mut [i64]) {
    let Some(pixels) = boxes.first().map(|pieces| pieces.rows.len() * pieces.columns.len()) else { return };
    let plane = size[0] * size[1];
    threads::chunks(at, pixels, plane.div_ceil(pixels), |start, at| {
        let Pieces { image, rows, columns } = &boxes[start / pixels / channels];
        let first = (image * channels + start / pixels % channels) * plane;
        let pieces = rows.iter().flat_map(|rows| columns.iter().map(move |columns| (rows, columns)));
        for (at, (rows, columns)) in at.iter_mut().zip(pieces) {
            let mut largest = None;
            for place in rows.clone().flat_map(|row| columns.clone().map(move |column| first + row * size[1] + column))
            {
                let wins = largest.is_none_or(|so_far| x[place] > so_far || x[place].is_nan() && !so_far.is_nan());
                if wins {
                    (largest, *at) = (Some(x[place]), place as i64);
                }
            }
            *at = if largest.is_some() { *at } else { -1 };
        }
    });
}
