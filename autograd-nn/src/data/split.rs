//! Which items go into which part: splits and folds, plain or with each class in each part.

use super::seed::{Purpose, generator};
use std::collections::BTreeMap;

/// One fold of a cross-validation: which items are learned from, and which are held out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fold {
    /// All items of the other folds.
    pub train: Vec<usize>,
    /// The items of this fold.
    pub held_out: Vec<usize>,
}

/// The numbers `0..count` in parts that have these shares, in random order.
///
/// The ends of the parts are rounded, so that each has its share to within one item.
///
/// # Panics
/// If the shares are not at least 0 and together 1.
#[must_use]
#[track_caller]
pub fn split_indices<const N: usize>(count: usize, shares: [f64; N], seed: u64) -> [Vec<usize>; N] {
    check_shares(&shares);
    cut(&shuffled((0..count).collect(), seed, 0), &shares)
}

/// As [`split_indices`] of `labels.len()` items, but of each class: each part has its share of each, to within one item.
///
/// ```
/// use autograd_nn::data::stratified_split_indices;
/// let labels = [0, 0, 0, 0, 1, 1, 1, 1];
/// let [train, test] = stratified_split_indices(&labels, [0.75, 0.25], 1);
/// assert_eq!(test.iter().map(|&i| labels[i]).collect::<Vec<i64>>(), [0, 1]);
/// assert_eq!(train.len(), 6);
/// ```
///
/// # Panics
/// If the shares are not at least 0 and together 1.
#[must_use]
#[track_caller]
pub fn stratified_split_indices<const N: usize>(labels: &[i64], shares: [f64; N], seed: u64) -> [Vec<usize>; N] {
    check_shares(&shares);
    let mut parts = [const { Vec::new() }; N];
    for (class, items) in by_class(labels).into_iter().enumerate() {
        let cut: [Vec<usize>; N] = cut(&shuffled(items, seed, class + 1), &shares);
        parts.iter_mut().zip(cut).for_each(|(part, more)| part.extend(more));
    }
    parts
}

/// The numbers `0..count`, each held out in one of `k` folds; folds differ by at most one in size.
///
/// # Panics
/// If `k` is less than 2 or more than `count`.
#[must_use]
#[track_caller]
pub fn k_fold_indices(count: usize, k: usize, seed: u64) -> Vec<Fold> {
    check_folds(count, k);
    deal(&shuffled((0..count).collect(), seed, 0), k)
}

/// As [`k_fold_indices`] of `labels.len()` items, but of each class: the folds also differ by at most one in how many they have of each.
///
/// ```
/// use autograd_nn::data::{Dataset, Items, stratified_k_fold_indices};
/// use std::sync::Arc;
/// let labels = vec![0, 0, 0, 0, 0, 0, 1, 1, 1];
/// let data = Arc::new(Items(labels.clone()));
/// for fold in stratified_k_fold_indices(&labels, 3, 1) {
///     let (train, held_out) = (data.clone().subset(fold.train), data.clone().subset(fold.held_out));
///     assert_eq!((train.len(), held_out.len()), (6, 3));
///     assert_eq!(held_out.indices().iter().filter(|&&i| labels[i] == 1).count(), 1);
/// }
/// ```
///
/// # Panics
/// If `k` is less than 2 or more than there are labels.
#[doc(alias = "StratifiedKFold")]
#[must_use]
#[track_caller]
pub fn stratified_k_fold_indices(labels: &[i64], k: usize, seed: u64) -> Vec<Fold> {
    check_folds(labels.len(), k);
    let classes = by_class(labels).into_iter().enumerate();
    // Dealt out in one go, class by class: each class, and the whole, are spread evenly.
    let dealt: Vec<usize> = classes.flat_map(|(class, items)| shuffled(items, seed, class + 1)).collect();
    deal(&dealt, k)
}

#[track_caller]
fn check_shares(shares: &[f64]) {
    let sum: f64 = shares.iter().sum();
    assert!(
        shares.iter().all(|share| *share >= 0.0) && (sum - 1.0).abs() < 1e-9,
        "split: the shares are {shares:?}, they must be at least 0 and together 1"
    );
}

#[track_caller]
fn check_folds(count: usize, k: usize) {
    assert!((2..=count).contains(&k), "k-fold: {k} folds of {count} items, there must be from 2 folds to one an item");
}

/// The numbers of the items of each class, in the order of the classes.
fn by_class(labels: &[i64]) -> Vec<Vec<usize>> {
    let mut classes: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    labels.iter().enumerate().for_each(|(i, &label)| classes.entry(label).or_default().push(i));
    classes.into_values().collect()
}

fn shuffled(mut items: Vec<usize>, seed: u64, group: usize) -> Vec<usize> {
    generator(Purpose::Split, seed, 0, group).shuffle(&mut items);
    items
}

/// The items in consecutive parts with these shares.
fn cut<const N: usize>(items: &[usize], shares: &[f64; N]) -> [Vec<usize>; N] {
    let mut parts = [const { Vec::new() }; N];
    let (mut start, mut share) = (0, 0.0);
    for (part, more) in parts.iter_mut().zip(shares) {
        share += more;
        let end = ((items.len() as f64 * share).round() as usize).min(items.len());
        part.extend_from_slice(&items[start..end]);
        start = end;
    }
    parts
}

/// Each `k`-th item to one fold.
fn deal(items: &[usize], k: usize) -> Vec<Fold> {
    let fold = |fold| {
        let (held_out, train): (Vec<_>, Vec<_>) = items.iter().enumerate().partition(|(place, _)| place % k == fold);
        let numbers = |part: Vec<(usize, &usize)>| part.into_iter().map(|(_, &item)| item).collect();
        Fold { train: numbers(train), held_out: numbers(held_out) }
    };
    (0..k).map(fold).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(mut items: Vec<usize>) -> Vec<usize> {
        items.sort_unstable();
        items
    }

    fn labels() -> Vec<i64> {
        (0..53).map(|i| [7, -1, 7, 3, 7][i % 5]).collect()
    }

    #[test]
    fn splits_are_partitions_with_their_shares() {
        for count in [0, 1, 2, 9, 100, 1001] {
            let parts = split_indices(count, [0.7, 0.2, 0.1], 3);
            for (part, share) in parts.iter().zip([0.7, 0.2, 0.1]) {
                assert!((part.len() as f64 - share * count as f64).abs() <= 1.0);
            }
            assert_eq!(sorted(parts.concat()), (0..count).collect::<Vec<_>>());
        }
        assert_eq!(split_indices(10, [1.0, 0.0], 1)[1], [0; 0]);
        assert_eq!(split_indices(100, [0.5, 0.5], 1), split_indices(100, [0.5, 0.5], 1));
        assert_ne!(split_indices(100, [0.5, 0.5], 1), split_indices(100, [0.5, 0.5], 2));
    }

    #[test]
    fn folds_are_partitions_of_nearly_equal_size() {
        for (count, k) in [(2, 2), (10, 3), (53, 5), (53, 53)] {
            let folds = k_fold_indices(count, k, 1);
            let held_out: Vec<Vec<usize>> = folds.iter().map(|fold| fold.held_out.clone()).collect();
            assert_eq!(sorted(held_out.concat()), (0..count).collect::<Vec<_>>());
            for fold in folds {
                assert!((count / k..=count.div_ceil(k)).contains(&fold.held_out.len()));
                assert_eq!(sorted([fold.train, fold.held_out].concat()), (0..count).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn stratified_parts_have_their_share_of_each_class() {
        let labels = labels();
        let of = |items: &[usize], class| items.iter().filter(|&&i| labels[i] == class).count();
        let all: Vec<usize> = (0..labels.len()).collect();
        let parts = stratified_split_indices(&labels, [0.75, 0.25], 1);
        assert_eq!(sorted(parts.concat()), all);
        let folds = stratified_k_fold_indices(&labels, 4, 1);
        assert_eq!(sorted(folds.iter().flat_map(|fold| fold.held_out.clone()).collect()), all);
        for class in [7, 3, -1] {
            let whole = of(&all, class);
            assert!((of(&parts[0], class) as f64 - 0.75 * whole as f64).abs() <= 0.5);
            for fold in &folds {
                assert!((whole / 4..=whole.div_ceil(4)).contains(&of(&fold.held_out, class)));
                assert_eq!(of(&fold.train, class) + of(&fold.held_out, class), whole);
            }
        }
        assert!(folds.iter().all(|fold| (13..=14).contains(&fold.held_out.len())));
    }

    #[test]
    #[should_panic(expected = "split: the shares are [0.8, 0.1], they must be at least 0 and together 1")]
    fn shares_that_are_not_the_whole_are_refused() {
        let _ = split_indices(10, [0.8, 0.1], 0);
    }

    #[test]
    #[should_panic(expected = "k-fold: 4 folds of 3 items, there must be from 2 folds to one an item")]
    fn more_folds_than_items_are_refused() {
        let _ = k_fold_indices(3, 4, 0);
    }
}
