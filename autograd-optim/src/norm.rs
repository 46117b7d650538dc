//! The norm of all gradients of a step, which at once shows whether each is finite.

use crate::Error;
use crate::group::{Due, Named};
use autograd_core::{Real, for_each_part};
use std::sync::atomic::{AtomicU64, Ordering};

/// Elements that are summed one after the other; the sums of pieces are added in order.
const PIECE: usize = 1 << 14;

/// The root of the sum of all squares, in double precision and with the same bits for any number of threads.
///
/// # Errors
/// If a gradient holds NaN or infinity: the first one, by name.
pub(crate) fn checked<T: Real>(all: &[Named<T>], due: &[Due<T>]) -> Result<f64, Error> {
    let pieces: Vec<&[T]> = due.iter().flat_map(|due| elements(due).chunks(PIECE)).collect();
    let sums: Vec<AtomicU64> = pieces.iter().map(|_| AtomicU64::new(0)).collect();
    let work = pieces.iter().map(|piece| piece.len()).sum();
    let parts: Vec<(&[T], &AtomicU64)> = pieces.into_iter().zip(&sums).collect();
    for_each_part(parts, work, |(piece, sum)| sum.store(squares(piece).to_bits(), Ordering::Relaxed));
    let sum: f64 = sums.iter().map(|sum| f64::from_bits(sum.load(Ordering::Relaxed))).sum();
    if sum.is_finite() {
        return Ok(sum.sqrt());
    }
    for due in due {
        if let Some(element) = elements(due).iter().position(|g| !g.is_finite()) {
            let parameter = all[due.place].name.clone();
            let value = elements(due)[element].as_f64();
            return Err(Error::NonFinite { parameter, shape: due.gradient.shape().clone(), element, value });
        }
    }
    // All elements are finite and only their squares overflow.
    Ok(f64::INFINITY)
}

fn elements<T: Real>(due: &Due<T>) -> &[T] {
    due.gradient.as_slice().expect("row-major")
}

/// The sum of squares in 16 lanes, which an order of its own would not let run on vectors.
fn squares<T: Real>(piece: &[T]) -> f64 {
    let mut lanes = [0.0; 16];
    let rows = piece.chunks_exact(lanes.len());
    let rest = rows.remainder();
    for row in rows {
        for (lane, x) in lanes.iter_mut().zip(row) {
            *lane += x.as_f64() * x.as_f64();
        }
    }
    lanes.iter().sum::<f64>() + rest.iter().map(|x| x.as_f64() * x.as_f64()).sum::<f64>()
}
