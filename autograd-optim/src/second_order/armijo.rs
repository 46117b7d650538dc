//! Backtracking: the first of ever shorter steps that decreases the loss enough.

use super::line_search::{Found, Trial};
use crate::Error;

/// Backtracking until Armijo's condition holds (Nocedal and Wright 2006, algorithm 3.1).
pub(super) struct Armijo {
    /// After these, besides the first one, the search ends where it began.
    pub more: usize,
}

impl Armijo {
    /// Searches from `start`, where the slope is negative, back from `t`.
    pub fn search<G: Clone>(
        &self,
        start: &Trial<G>,
        mut t: f64,
        evaluate: &mut dyn FnMut(f64) -> Result<Trial<G>, Error>,
    ) -> Result<Found<G>, Error> {
        for more in 0..=self.more {
            let trial = evaluate(t)?.or_too_far();
            if !trial.too_high(start) {
                return Ok(Found { trial, evaluations: more + 1 });
            }
            t = shorter(start, &trial);
        }
        Ok(Found { trial: start.clone(), evaluations: self.more + 1 })
    }
}

/// Where the parabola through the start, with its slope, and the trial is lowest, but between a tenth and half of the trial's length.
fn shorter<G>(start: &Trial<G>, trial: &Trial<G>) -> f64 {
    let (t, slope) = (trial.t, start.slope);
    // Half the length where there is no parabola, as beside an infinite loss.
    let lowest = -slope * t * t / (2.0 * (trial.loss - start.loss - slope * t));
    if trial.loss.is_finite() && lowest.is_finite() { lowest.clamp(0.1 * t, 0.5 * t) } else { 0.5 * t }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::second_order::wolfe::tests::{on, start};

    #[test]
    fn the_loss_decreases_enough() {
        // A parabola of minimum 1 is far overshot from 100; one interpolation finds it.
        let mut parabola = on(|t| (t - 1.0).powi(2), |t| 2.0 * (t - 1.0));
        let begin = start(&mut parabola);
        let found = Armijo { more: 10 }.search(&begin, 4.0, &mut parabola).unwrap();
        assert_eq!((found.trial.t, found.evaluations), (1.0, 2));
        let found = Armijo { more: 10 }.search(&begin, 100.0, &mut parabola).unwrap();
        assert!(found.trial.loss <= 1.0 - 1e-4 * 2.0 * found.trial.t && found.evaluations < 4);
    }

    #[test]
    fn what_is_not_finite_is_too_far() {
        // Lowest at 1/2, and NaN from 1 on.
        let mut barrier = on(|t| -2.0 * t - (1.0 - t).ln(), |t| -2.0 + 1.0 / (1.0 - t));
        let begin = start(&mut barrier);
        let found = Armijo { more: 20 }.search(&begin, 64.0, &mut barrier).unwrap();
        assert!(found.trial.t < 1.0 && found.trial.loss < 0.0);
    }

    #[test]
    fn without_success_it_ends_where_it_began() {
        let mut uphill = on(|t| t, |_| 1.0);
        let begin = Trial { t: 0.0, loss: 0.0, slope: -1.0, gradient: () };
        let found = Armijo { more: 7 }.search(&begin, 1.0, &mut uphill).unwrap();
        assert_eq!((found.trial.t, found.evaluations), (0.0, 8));
    }
}
