//! The search for a step that satisfies the strong Wolfe conditions.

use super::line_search::{Found, Trial};
use crate::Error;

#[cfg(test)]
pub(super) mod tests;

/// How much of the slope at the start may be left.
const C2: f64 = 0.9;

/// The search for a point where the loss has decreased enough and the slope has flattened:
///
/// ```text
/// f(t) ≤ f(0) + 0.0001 · t · f'(0)        |f'(t)| ≤ 0.9 · |f'(0)|
/// ```
///
/// First steps grow until two points have such a point between them (Nocedal and Wright 2006, algorithm 3.5), then the two are brought
/// together (algorithm 3.6). The choices that the book leaves open are PyTorch's, those of Schmidt's minFunc: cubic interpolation kept away
/// from both ends of the bracket. In two things it is the book that is followed: the low end always satisfies the first condition, while
/// PyTorch takes the lower of both ends, and so may lose the bracket if a far point is below the start, but not by enough; and the best point
/// is kept when the evaluations are used up, while PyTorch has only the last and the start to choose from.
pub(super) struct StrongWolfe {
    /// After these, besides the first one, the search ends at the best point.
    pub more: usize,
    /// The largest element of the direction.
    pub reach: f64,
    /// Two points whose elements all are closer than this are not brought closer.
    pub tolerance: f64,
}

impl StrongWolfe {
    /// Searches from `start`, where the slope is negative, with `t` as the first length.
    pub fn search<G: Clone>(
        &self,
        start: &Trial<G>,
        t: f64,
        evaluate: &mut dyn FnMut(f64) -> Result<Trial<G>, Error>,
    ) -> Result<Found<G>, Error> {
        let mut at = |t| evaluate(t).map(Trial::or_too_far);
        let flat = |trial: &Trial<G>| trial.slope.abs() <= -C2 * start.slope;
        let mut trial = at(t)?;
        let mut previous = start.clone();
        let mut more = 0;
        let mut bracket = loop {
            if more >= self.more {
                // The one before has decreased the loss enough, or is the start.
                let best = if trial.loss < previous.loss { trial } else { previous };
                return Ok(Found { trial: best, evaluations: more + 1 });
            }
            if trial.too_high(start) || (more > 1 && trial.loss >= previous.loss) {
                break Bracket { low: previous, high: trial };
            }
            if flat(&trial) {
                return Ok(Found { trial, evaluations: more + 1 });
            }
            if trial.slope >= 0.0 {
                let lower = trial.loss < previous.loss;
                let (low, high) = if lower { (trial, previous) } else { (previous, trial) };
                break Bracket { low, high };
            }
            let bounds = (trial.t + 0.01 * (trial.t - previous.t), trial.t * 10.0);
            let t = lowest_between(&previous, &trial, bounds);
            previous = trial;
            trial = at(t)?;
            more += 1;
        };
        let mut pressed = false;
        while more < self.more && bracket.width() * self.reach >= self.tolerance {
            let trial = at(bracket.inside(&mut pressed))?;
            more += 1;
            if trial.too_high(start) || trial.loss >= bracket.low.loss {
                bracket.high = trial;
            } else if flat(&trial) {
                return Ok(Found { trial, evaluations: more + 1 });
            } else {
                bracket.lower(trial);
            }
        }
        Ok(Found { trial: bracket.low, evaluations: more + 1 })
    }
}

/// Two points with one between them that satisfies the conditions.
struct Bracket<G> {
    /// The one whose loss is the lowest so far of those that decreased it enough.
    low: Trial<G>,
    high: Trial<G>,
}

impl<G> Bracket<G> {
    fn width(&self) -> f64 {
        (self.high.t - self.low.t).abs()
    }

    /// Puts a lower point in the place of the low end, which becomes the high one if the loss rises from the point towards that.
    fn lower(&mut self, trial: Trial<G>) {
        let rises = trial.slope * (self.high.t - self.low.t) >= 0.0;
        let before = std::mem::replace(&mut self.low, trial);
        if rises {
            self.high = before;
        }
    }

    /// Where to try next: the lowest point of the cubic, but a tenth of the bracket inside if it came close to an end twice in a row, or lies
    /// at one.
    fn inside(&self, pressed: &mut bool) -> f64 {
        let (left, right) = (self.low.t.min(self.high.t), self.low.t.max(self.high.t));
        let t = lowest_between(&self.low, &self.high, (left, right));
        let margin = 0.1 * (right - left);
        let close = (right - t).min(t - left) < margin;
        let moved = close && (*pressed || t >= right || t <= left);
        *pressed = close && !moved;
        match moved {
            true if (t - right).abs() < (t - left).abs() => right - margin,
            true => left + margin,
            false => t,
        }
    }
}

/// Where the cubic through two points with their slopes is lowest, within bounds; their middle where there is no such place, as beside an
/// infinite loss.
fn lowest_between<G>(a: &Trial<G>, b: &Trial<G>, (left, right): (f64, f64)) -> f64 {
    let (a, b) = if a.t <= b.t { (a, b) } else { (b, a) };
    let d1 = a.slope + b.slope - 3.0 * (a.loss - b.loss) / (a.t - b.t);
    // NaN if the square is negative.
    let d2 = (d1 * d1 - a.slope * b.slope).sqrt();
    let lowest = b.t - (b.t - a.t) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2.0 * d2));
    if lowest.is_nan() { (left + right) / 2.0 } else { lowest.max(left).min(right) }
}
