//! Of labels: how often each class occurs, and weights that make all count alike.

/// How often each of `classes` classes occurs.
///
/// ```
/// use autograd_nn::data::class_counts;
/// assert_eq!(class_counts(&[0, 2, 2], 4), [1, 0, 2, 0]);
/// ```
///
/// # Panics
/// If a label is none of the classes.
#[doc(alias = "bincount")]
#[must_use]
#[track_caller]
pub fn class_counts(labels: &[i64], classes: usize) -> Vec<usize> {
    let mut counts = vec![0; classes];
    for (i, &label) in labels.iter().enumerate() {
        match usize::try_from(label).ok().and_then(|class| counts.get_mut(class)) {
            Some(count) => *count += 1,
            None => panic!("class counts: label {i} is {label}, which is none of {classes} classes"),
        }
    }
    counts
}

/// For each item a weight, such that a [`Weighted`](super::Weighted) sampler draws each class equally often: one by the size of its class.
///
/// ```
/// use autograd_nn::data::balanced_weights;
/// assert_eq!(balanced_weights(&[0, 2, 2], 3), [1.0, 0.5, 0.5]);
/// ```
///
/// # Panics
/// If a label is none of the classes.
#[must_use]
#[track_caller]
pub fn balanced_weights(labels: &[i64], classes: usize) -> Vec<f64> {
    let counts = class_counts(labels, classes);
    labels.iter().map(|&label| 1.0 / counts[label as usize] as f64).collect()
}

/// For each class a weight, such that a loss counts each class alike: `n / (classes · count)`; 0 for a class that does not occur.
///
/// It is the `weight` of [`cross_entropy_with`](autograd_core::Var::cross_entropy_with).
///
/// ```
/// use autograd_nn::data::class_weights;
/// assert_eq!(class_weights(&[0, 1, 1, 1], 2), [2.0, 4.0 / 6.0]);
/// ```
///
/// # Panics
/// If a label is none of the classes.
#[must_use]
#[track_caller]
pub fn class_weights(labels: &[i64], classes: usize) -> Vec<f64> {
    let weight = |count| if count == 0 { 0.0 } else { labels.len() as f64 / (classes * count) as f64 };
    class_counts(labels, classes).into_iter().map(weight).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "class counts: label 1 is 3, which is none of 3 classes")]
    fn a_label_beyond_the_classes_is_refused() {
        let _ = class_counts(&[0, 3], 3);
    }

    #[test]
    fn a_class_that_does_not_occur_weighs_nothing() {
        assert_eq!(class_weights(&[2, 2], 3), [0.0, 0.0, 1.0 / 3.0]);
    }
}
