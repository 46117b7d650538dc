//! `Dimension`: what one setting may be, and how it is drawn.

use super::{SearchError, Value};
use autograd_core::Generator;
use std::ops::RangeInclusive;

/// What a setting may be. Ranges hold both their ends.
#[derive(Clone, Debug, PartialEq)]
pub enum Dimension {
    /// A real number, equally likely anywhere: for shares, such as that of dropout.
    Uniform(RangeInclusive<f64>),
    /// A real number whose logarithm is equally likely anywhere, so that each factor of ten has the same chance: for factors, such as a
    /// learning rate.
    LogUniform(RangeInclusive<f64>),
    /// A whole number, each equally likely.
    Integer(RangeInclusive<usize>),
    /// A whole number that is log-uniform, for sizes, such as that of a layer: `n` has the chance of a real number from `n - 1/2` to
    /// `n + 1/2` whose logarithm is equally likely anywhere.
    LogInteger(RangeInclusive<usize>),
    /// One of these, each equally likely.
    Choice(Vec<Value>),
}

impl Dimension {
    /// One of these, each equally likely.
    ///
    /// ```
    /// use autograd_optim::search::{Dimension, Value};
    /// let optimizer = Dimension::choice(["sgd", "adam"]);
    /// assert_eq!(optimizer, Dimension::Choice(vec![Value::Text("sgd".into()), Value::Text("adam".into())]));
    /// ```
    #[doc(alias = "categorical")]
    pub fn choice(values: impl IntoIterator<Item = impl Into<Value>>) -> Self {
        Dimension::Choice(values.into_iter().map(Into::into).collect())
    }

    /// Refuses what cannot be drawn from.
    pub(super) fn check(&self, name: &str) -> Result<(), SearchError> {
        let (low, high, positive) = match self {
            Dimension::Uniform(range) => (*range.start(), *range.end(), false),
            Dimension::LogUniform(range) => (*range.start(), *range.end(), true),
            Dimension::Integer(range) => (*range.start() as f64, *range.end() as f64, false),
            Dimension::LogInteger(range) => (*range.start() as f64, *range.end() as f64, true),
            Dimension::Choice(values) if values.is_empty() => {
                return Err(SearchError::NoChoice { name: name.to_owned() });
            }
            Dimension::Choice(_) => return Ok(()),
        };
        let must = if !(low.is_finite() && high.is_finite()) {
            "its ends must be finite"
        } else if low > high {
            "it must not end before it begins"
        } else if positive && low <= 0.0 {
            "it must begin above 0, as its logarithm is drawn"
        } else {
            return Ok(());
        };
        Err(SearchError::Range { name: name.to_owned(), low, high, must })
    }

    /// A value at random.
    pub(super) fn sample(&self, generator: &mut Generator) -> Value {
        match self {
            Dimension::Uniform(range) => Value::Real(between(range, generator.unit())),
            Dimension::LogUniform(range) => Value::Real(log_between(range, generator.unit())),
            Dimension::Integer(range) => {
                let count = (range.end() - range.start()).saturating_add(1);
                Value::Integer(range.start() + generator.below(count))
            }
            Dimension::LogInteger(range) => {
                let around = *range.start() as f64 - 0.5..=*range.end() as f64 + 0.5;
                Value::Integer(rounded(log_between(&around, generator.unit()), range))
            }
            Dimension::Choice(values) => values[generator.below(values.len())].clone(),
        }
    }

    /// At most `points` values at equal distances, on the scale that is drawn from, both ends among them; the middle for a single point. Of a
    /// choice, all.
    pub(super) fn levels(&self, points: usize) -> Vec<Value> {
        let share = |i: usize| if points == 1 { 0.5 } else { i as f64 / (points - 1) as f64 };
        let level = |i| match self {
            Dimension::Uniform(range) => Value::Real(between(range, share(i))),
            Dimension::LogUniform(range) => Value::Real(log_between(range, share(i))),
            Dimension::Integer(range) => Value::Integer(rounded(between(&real(range), share(i)), range)),
            Dimension::LogInteger(range) => Value::Integer(rounded(log_between(&real(range), share(i)), range)),
            Dimension::Choice(values) => values[i].clone(),
        };
        let count = if let Dimension::Choice(values) = self { values.len() } else { points };
        let mut levels: Vec<Value> = (0..count).map(level).collect();
        // Whole numbers may be fewer than points, and then come in runs.
        if !matches!(self, Dimension::Choice(_)) {
            levels.dedup();
        }
        levels
    }
}

/// Where a share of the way from one end to the other leads; exactly to the ends for 0 and 1.
fn between(range: &RangeInclusive<f64>, share: f64) -> f64 {
    let (low, high) = (*range.start(), *range.end());
    (low * (1.0 - share) + high * share).clamp(low, high)
}

/// As [`between`], on the scale of the logarithm.
fn log_between(range: &RangeInclusive<f64>, share: f64) -> f64 {
    let (low, high) = (*range.start(), *range.end());
    if share == 0.0 {
        low
    } else if share == 1.0 {
        high
    } else {
        between(&(low.ln()..=high.ln()), share).exp().clamp(low, high)
    }
}

fn real(range: &RangeInclusive<usize>) -> RangeInclusive<f64> {
    *range.start() as f64..=*range.end() as f64
}

/// The whole number of the range that is nearest.
fn rounded(x: f64, range: &RangeInclusive<usize>) -> usize {
    (x.round() as usize).clamp(*range.start(), *range.end())
}

#[cfg(test)]
mod tests {
    use super::*;

    const DRAWS: usize = 40_000;

    fn draws(dimension: &Dimension) -> Vec<f64> {
        dimension.check("x").unwrap();
        let mut generator = Generator::seed(5);
        (0..DRAWS).map(|_| dimension.sample(&mut generator).number().unwrap()).collect()
    }

    /// The mean and variance of draws against those of the distribution, to within five deviations of their estimates.
    #[track_caller]
    fn check_moments(draws: &[f64], mean: f64, variance: f64, fourth: f64) {
        let n = draws.len() as f64;
        let found = draws.iter().sum::<f64>() / n;
        assert!((found - mean).abs() < 5.0 * (variance / n).sqrt(), "mean {found}, not {mean}");
        let found = draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
        let deviation = ((fourth - variance * variance) / n).sqrt();
        assert!((found - variance).abs() < 5.0 * deviation, "variance {found}, not {variance}");
    }

    #[test]
    fn uniform_draws_have_the_moments_of_the_distribution() {
        let draws = draws(&Dimension::Uniform(-1.0..=3.0));
        assert!(draws.iter().all(|x| (-1.0..=3.0).contains(x)));
        check_moments(&draws, 1.0, 4f64.powi(2) / 12.0, 4f64.powi(4) / 80.0);
    }

    #[test]
    fn logarithms_of_log_uniform_draws_are_uniform() {
        let (low, high) = (1e-5f64, 1.0f64);
        let draws = draws(&Dimension::LogUniform(low..=high));
        assert!(draws.iter().all(|x| (low..=high).contains(x)));
        let width = (high / low).ln();
        let logarithms: Vec<f64> = draws.iter().map(|x| x.ln()).collect();
        check_moments(&logarithms, (low * high).ln() / 2.0, width.powi(2) / 12.0, width.powi(4) / 80.0);
        // E[xᵏ] = (bᵏ - aᵏ) / (k ln(b / a)), against the moments of the draws themselves.
        let moment = |k: i32| (high.powi(k) - low.powi(k)) / (f64::from(k) * width);
        let (mean, n) = (draws.iter().sum::<f64>() / DRAWS as f64, DRAWS as f64);
        assert!((mean - moment(1)).abs() < 5.0 * ((moment(2) - moment(1).powi(2)) / n).sqrt(), "{mean}");
        // Each factor of ten has its fifth.
        for decade in -5..0 {
            let share = draws.iter().filter(|x| x.log10().floor() as i32 == decade).count() as f64 / n;
            assert!((share - 0.2).abs() < 5.0 * (0.16 / n).sqrt(), "{decade}: {share}");
        }
    }

    #[test]
    fn whole_numbers_have_their_chances() {
        let chance = |dimension: &Dimension, n: usize| {
            draws(dimension).iter().filter(|&&x| x == n as f64).count() as f64 / DRAWS as f64
        };
        for n in 3..=6 {
            let uniform = chance(&Dimension::Integer(3..=6), n);
            assert!((uniform - 0.25).abs() < 5.0 * (0.1875 / DRAWS as f64).sqrt(), "{n}: {uniform}");
            let expected = ((n as f64 + 0.5) / (n as f64 - 0.5)).ln() / (6.5f64 / 2.5).ln();
            let log = chance(&Dimension::LogInteger(3..=6), n);
            let deviation = (expected * (1.0 - expected) / DRAWS as f64).sqrt();
            assert!((log - expected).abs() < 5.0 * deviation, "{n}: {log}, not {expected}");
        }
        assert_eq!(chance(&Dimension::Integer(7..=7), 7), 1.0);
        let all = Dimension::Integer(0..=usize::MAX);
        assert!(draws(&all).iter().any(|&x| x > usize::MAX as f64 / 2.0));
    }

    #[test]
    fn choices_are_equally_likely() {
        let draws = draws(&Dimension::choice([1.0, 2.0, 4.0]));
        check_moments(&draws, 7.0 / 3.0, 14.0 / 9.0, {
            let fourth = |x: f64| (x - 7.0 / 3.0).powi(4) / 3.0;
            fourth(1.0) + fourth(2.0) + fourth(4.0)
        });
    }

    #[test]
    fn levels_are_at_equal_distances_on_their_scale_and_hold_the_ends() {
        let numbers = |dimension: Dimension, points| -> Vec<f64> {
            dimension.levels(points).iter().map(|value| value.number().unwrap()).collect()
        };
        assert_eq!(numbers(Dimension::Uniform(0.0..=1.0), 5), [0.0, 0.25, 0.5, 0.75, 1.0]);
        assert_eq!(numbers(Dimension::Uniform(0.0..=1.0), 1), [0.5]);
        let log = numbers(Dimension::LogUniform(1e-4..=1e-1), 4);
        assert_eq!((log[0], log[3]), (1e-4, 1e-1));
        assert!((log[1] - 1e-3).abs() < 1e-15 && (log[2] - 1e-2).abs() < 1e-14, "{log:?}");
        assert_eq!(numbers(Dimension::Integer(2..=4), 9), [2.0, 3.0, 4.0]);
        assert_eq!(numbers(Dimension::LogInteger(8..=128), 3), [8.0, 32.0, 128.0]);
        assert_eq!(numbers(Dimension::Uniform(2.0..=2.0), 3), [2.0]);
        assert_eq!(Dimension::choice(["sgd", "adam"]).levels(1).len(), 2);
        // Neither a difference nor a quotient of the ends overflows.
        assert_eq!(numbers(Dimension::Uniform(f64::MIN..=f64::MAX), 3), [f64::MIN, 0.0, f64::MAX]);
        assert!((numbers(Dimension::LogUniform(1e-300..=1e300), 3)[1] - 1.0).abs() < 1e-12);
    }

    #[test]
    fn senseless_ranges_are_refused() {
        let says = |dimension: Dimension| dimension.check("lr").unwrap_err().to_string();
        assert_eq!(says(Dimension::Uniform(2.0..=1.0)), "lr: the range is 2 to 1, it must not end before it begins");
        assert_eq!(says(Dimension::Uniform(0.0..=f64::NAN)), "lr: the range is 0 to NaN, its ends must be finite");
        assert_eq!(
            says(Dimension::LogUniform(0.0..=1.0)),
            "lr: the range is 0 to 1, it must begin above 0, as its logarithm is drawn"
        );
        assert_eq!(
            says(Dimension::LogUniform(1.0..=f64::INFINITY)),
            "lr: the range is 1 to inf, its ends must be finite"
        );
        assert_eq!(
            says(Dimension::Integer(RangeInclusive::new(9, 8))),
            "lr: the range is 9 to 8, it must not end before it begins"
        );
        assert_eq!(
            says(Dimension::LogInteger(0..=8)),
            "lr: the range is 0 to 8, it must begin above 0, as its logarithm is drawn"
        );
        assert_eq!(says(Dimension::choice([0.1; 0])), "lr: there is nothing to choose from");
    }
}
