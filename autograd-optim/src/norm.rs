//! The norm of all gradients of a step, which at once shows whether each is finite.

use crate::Error;
use crate::group::{Due, Named};
use autograd_core::{List, Real, for_each_part};

/// Elements that are summed one after the other; the sums of pieces are added in order.
const PIECE: usize = 1 << 14;

/// The root of the sum of all squares, in double precision and with the same bits for any number of threads; infinite if squares overflow.
///
/// # Errors
/// If a gradient holds NaN or infinity: the first one, by name.
pub(crate) fn checked<T: Real>(all: &[Named<T>], due: &[Due<T>]) -> Result<f64, Error> {
    let sum: f64 = over_pieces(due, squares).into_iter().sum();
    if !sum.is_finite() {
        refuse_not_finite(all, due)?;
    }
    Ok(sum.sqrt())
}

/// Refuses gradients that hold NaN or infinity; half the work of the norm.
pub(crate) fn check_finite<T: Real>(all: &[Named<T>], due: &[Due<T>]) -> Result<(), Error> {
    if over_pieces(due, zero_if_finite).into_iter().all(|zero| zero == 0.0) {
        Ok(())
    } else {
        refuse_not_finite(all, due)
    }
}

/// What `f` gives for each piece of each gradient, in order.
fn over_pieces<T: Real>(due: &[Due<T>], f: impl Fn(&[T]) -> f64 + Sync) -> List<f64> {
    let pieces = || due.iter().flat_map(|due| elements(due).chunks(PIECE));
    let work = pieces().map(<[T]>::len).sum();
    let mut results = List::filled(0.0, pieces().count());
    for_each_part(pieces().zip(&mut results), work, |(piece, result)| *result = f(piece));
    results
}

/// The first element that is not finite as an error.
fn refuse_not_finite<T: Real>(all: &[Named<T>], due: &[Due<T>]) -> Result<(), Error> {
    for due in due {
        if let Some(element) = elements(due).iter().position(|g| !g.is_finite()) {
            let parameter = all[due.place].name.clone();
            let value = elements(due)[element].as_f64();
            return Err(Error::NonFinite { parameter, shape: due.gradient.shape().clone(), element, value });
        }
    }
    Ok(())
}

/// The root of the sum of squares, in double precision.
pub(crate) fn norm<T: Real>(x: &[T]) -> f64 {
    squares(x).sqrt()
}

fn elements<T: Real>(due: &Due<T>) -> &[T] {
    due.gradient.as_slice().expect("row-major")
}

/// The sum of squares in lanes side by side, which an order of its own would not let run on vectors.
fn squares<T: Real>(piece: &[T]) -> f64 {
    pulp::Arch::new()
        .dispatch(Lanes { piece, start: 0.0, add: |sum: f64, x: T| sum + x.as_f64() * x.as_f64() })
        .iter()
        .sum()
}

/// 0 if all elements are finite, else NaN: `0 · ∞` is NaN, and NaN stays.
fn zero_if_finite<T: Real>(piece: &[T]) -> f64 {
    let add = |sum: T, x: T| sum + x * T::zero();
    pulp::Arch::new().dispatch(Lanes { piece, start: T::zero(), add }).iter().map(|sum| sum.as_f64()).sum()
}

/// Elements gathered in lanes side by side, compiled for each set of vector instructions. There are enough for several vectors, so that none
/// waits for the sum before.
struct Lanes<'a, T, S, F> {
    piece: &'a [T],
    start: S,
    add: F,
}

impl<T: Copy, S: Copy, F: Fn(S, T) -> S> pulp::NullaryFnOnce for Lanes<'_, T, S, F> {
    type Output = [S; 64];

    #[inline(always)]
    fn call(self) -> [S; 64] {
        let mut lanes = [self.start; 64];
        let (rows, rest) = self.piece.as_chunks::<64>();
        let quarter = rows.len() / 4;
        // A processor fetches ahead for each place from which memory is read in order, and not far: four places keep memory busy.
        let order = (0..quarter).flat_map(|i| [i, quarter + i, 2 * quarter + i, 3 * quarter + i]);
        for i in order.chain(4 * quarter..rows.len()) {
            for (lane, &x) in lanes.iter_mut().zip(&rows[i]) {
                *lane = (self.add)(*lane, x);
            }
        }
        for (lane, &x) in lanes.iter_mut().zip(rest) {
            *lane = (self.add)(*lane, x);
        }
        lanes
    }
}
