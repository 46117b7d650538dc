//! `Sampler`: in which order, and how often, an epoch takes the items.

use super::seed::{Purpose, generator};
use autograd_core::Generator;

/// In which order, and how often, an epoch takes the items of a data set. The order follows from a seed and the epoch alone.
///
/// ```
/// use autograd_nn::data::Sampler;
/// assert_eq!(Sampler::Sequential.order(4, 1, 0), [0, 1, 2, 3]);
/// let (first, second) = (Sampler::Shuffled.order(100, 1, 0), Sampler::Shuffled.order(100, 1, 1));
/// assert!(first != second && first == Sampler::Shuffled.order(100, 1, 0));
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Sampler {
    /// Each item once, in the order of the data.
    #[default]
    Sequential,
    /// Each item once, in an order drawn anew for each epoch.
    Shuffled,
    /// Items drawn in proportion to weights.
    Weighted(Weighted),
}

/// Items drawn in proportion to their weights, as of a rare class more often; see [`balanced_weights`](super::balanced_weights).
///
/// ```
/// use autograd_nn::data::{Sampler, Weighted};
/// let rare = Sampler::from(Weighted::new([1.0, 0.0, 9.0], 1000));
/// let order = rare.order(3, 1, 0);
/// let count = |item| order.iter().filter(|&&i| i == item).count();
/// assert!(count(1) == 0 && count(0) < 150 && count(2) > 850);
/// ```
#[doc(alias = "WeightedRandomSampler")]
#[derive(Clone, Debug, PartialEq)]
pub struct Weighted {
    weights: Vec<f64>,
    draws: usize,
    replacement: bool,
}

impl Weighted {
    /// So many draws an epoch, each independent of the others: an item can come several times.
    ///
    /// # Panics
    /// If a weight is negative or not finite, or all are 0.
    #[track_caller]
    pub fn new(weights: impl Into<Vec<f64>>, draws: usize) -> Self {
        let weights = weights.into();
        if let Some(i) = weights.iter().position(|weight| !(weight.is_finite() && *weight >= 0.0)) {
            panic!("weighted sampler: weight {i} is {}, it must be finite and at least 0", weights[i]);
        }
        let sum: f64 = weights.iter().sum();
        assert!(
            sum.is_finite() && (sum > 0.0 || draws == 0),
            "weighted sampler: the weights sum to {sum}, there is nothing to draw by"
        );
        Weighted { weights, draws, replacement: true }
    }

    /// The same, but an item that was drawn is not drawn again in its epoch.
    ///
    /// # Panics
    /// If there are fewer items with a weight above 0 than draws.
    #[must_use]
    #[track_caller]
    pub fn without_replacement(self) -> Self {
        let (draws, count) = (self.draws, self.weights.iter().filter(|weight| **weight > 0.0).count());
        assert!(draws <= count, "weighted sampler: {draws} draws without replacement from {count} items");
        Weighted { replacement: false, ..self }
    }

    fn order(&self, generator: &mut Generator) -> Vec<usize> {
        if self.replacement { self.with_replacement(generator) } else { self.each_once(generator) }
    }

    /// The item in whose stretch of the line of all weights a random point lies.
    fn with_replacement(&self, generator: &mut Generator) -> Vec<usize> {
        let sum = |end: &mut f64, weight: &f64| {
            *end += weight;
            Some(*end)
        };
        let ends: Vec<f64> = self.weights.iter().scan(0.0, sum).collect();
        let Some(&whole) = ends.last() else { return Vec::new() };
        // A point that is rounded up to the end belongs to the last item that has a weight.
        let last = ends.partition_point(|&end| end < whole);
        let mut draw = || {
            let point = generator.unit() * whole;
            ends.partition_point(|&end| end <= point).min(last)
        };
        (0..self.draws).map(|_| draw()).collect()
    }

    /// Waiting times with rate `weight`: the order in which they end is that of draws one after the other (Efraimidis, Spirakis 2006).
    fn each_once(&self, generator: &mut Generator) -> Vec<usize> {
        // Each item takes its number, also one of weight 0, so that the others do not depend on it.
        let time = |(i, weight): (usize, &f64)| (-libm::log1p(-generator.unit()) / weight, i);
        let mut times: Vec<(f64, usize)> = self.weights.iter().enumerate().map(time).collect();
        times.retain(|&(_, i)| self.weights[i] > 0.0);
        times.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        times.into_iter().take(self.draws).map(|(_, i)| i).collect()
    }
}

impl From<Weighted> for Sampler {
    fn from(weighted: Weighted) -> Self {
        Sampler::Weighted(weighted)
    }
}

impl Sampler {
    /// How many items an epoch takes of `items`.
    pub fn draws(&self, items: usize) -> usize {
        match self {
            Sampler::Sequential | Sampler::Shuffled => items,
            Sampler::Weighted(weighted) => weighted.draws,
        }
    }

    /// The numbers of the items that an epoch takes of `items`, in order.
    ///
    /// # Panics
    /// If there are weights, but not one for each item.
    #[track_caller]
    pub fn order(&self, items: usize, seed: u64, epoch: u64) -> Vec<usize> {
        self.check(items);
        let generator = &mut generator(Purpose::Order, seed, epoch, 0);
        match self {
            Sampler::Sequential => (0..items).collect(),
            Sampler::Shuffled => {
                let mut order: Vec<usize> = (0..items).collect();
                generator.shuffle(&mut order);
                order
            }
            Sampler::Weighted(weighted) => weighted.order(generator),
        }
    }

    #[track_caller]
    pub(super) fn check(&self, items: usize) {
        if let Sampler::Weighted(Weighted { weights, .. }) = self {
            assert!(weights.len() == items, "weighted sampler: {} weights for {items} items", weights.len());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shuffled_epoch_takes_each_item_once_and_no_two_are_alike() {
        let epochs: Vec<Vec<usize>> = (0..20).map(|epoch| Sampler::Shuffled.order(50, 9, epoch)).collect();
        for (i, order) in epochs.iter().enumerate() {
            let mut sorted = order.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, (0..50).collect::<Vec<_>>());
            assert!(!epochs[..i].contains(order));
        }
        assert_ne!(epochs[0], Sampler::Shuffled.order(50, 10, 0));
    }

    /// How often each item comes first.
    fn firsts(sampler: &Sampler, items: usize) -> Vec<f64> {
        let mut counts = vec![0.0; items];
        (0..4000).for_each(|epoch| counts[sampler.order(items, 5, epoch)[0]] += 1.0 / 4000.0);
        counts
    }

    #[test]
    fn weights_are_probabilities_with_and_without_replacement() {
        let weighted = Weighted::new([1.0, 2.0, 0.0, 5.0], 3);
        for sampler in [weighted.clone().into(), weighted.without_replacement().into()] {
            let found = firsts(&sampler, 4);
            for (found, p) in found.into_iter().zip([0.125, 0.25, 0.0, 0.625]) {
                // Five standard deviations of 4000 draws.
                assert!((found - p).abs() <= 5.0 * (p * (1.0 - p) / 4000.0).sqrt(), "{found} for {p}");
            }
        }
    }

    #[test]
    fn without_replacement_the_second_is_drawn_from_the_rest() {
        let sampler = Sampler::from(Weighted::new([1.0, 2.0, 5.0], 3).without_replacement());
        let orders: Vec<Vec<usize>> = (0..4000).map(|epoch| sampler.order(3, 6, epoch)).collect();
        let after_two: Vec<usize> = orders.iter().filter(|order| order[0] == 2).map(|order| order[1]).collect();
        let (share, p) = (after_two.iter().filter(|&&i| i == 1).count() as f64 / after_two.len() as f64, 2.0 / 3.0);
        assert!((share - p).abs() < 5.0 * (p * (1.0 - p) / after_two.len() as f64).sqrt(), "{share}");
        assert!(orders.iter().all(|order| order.iter().sum::<usize>() == 3 && order.len() == 3), "each once");
    }

    #[test]
    fn an_epoch_of_no_draws_is_empty() {
        assert!(Sampler::from(Weighted::new([], 0)).order(0, 1, 0).is_empty());
        assert!(Sampler::Shuffled.order(0, 1, 0).is_empty());
    }

    #[test]
    #[should_panic(expected = "weighted sampler: weight 1 is NaN, it must be finite and at least 0")]
    fn a_weight_that_is_none_is_refused() {
        let _ = Weighted::new([1.0, f64::NAN], 1);
    }

    #[test]
    #[should_panic(expected = "weighted sampler: the weights sum to 0, there is nothing to draw by")]
    fn weights_of_zero_are_refused() {
        let _ = Weighted::new([0.0, 0.0], 1);
    }

    #[test]
    #[should_panic(expected = "weighted sampler: 3 draws without replacement from 2 items")]
    fn more_draws_than_items_are_refused() {
        let _ = Weighted::new([1.0, 0.0, 1.0], 3).without_replacement();
    }

    #[test]
    #[should_panic(expected = "weighted sampler: 2 weights for 3 items")]
    fn a_weight_for_each_item() {
        let _ = Sampler::from(Weighted::new([1.0, 1.0], 1)).order(3, 0, 0);
    }
}
