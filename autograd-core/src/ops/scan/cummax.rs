//! `cummax` and `cummin`: the extreme element so far along an axis, and where it stands.

use crate::error::Error;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The largest of the elements up to each along an axis, and its position.
    ///
    /// `y[j] = max x[k]` over `k ≤ j`
    ///
    /// # Shape
    /// `[.., n, ..] -> [.., n, ..]`, and the same of the index
    ///
    /// # Gradient
    /// Each `dy[j]` goes to the element that was the largest up to `j`. Saves nothing but the index.
    ///
    /// # Edge cases
    /// The last of several largest elements takes the gradient. NaN wins from where it stands on.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([1.0, 3.0, 2.0, 5.0]);
    /// let (y, index) = x.cummax(0);
    /// assert_eq!(y.to_vec(), [1.0, 3.0, 3.0, 5.0]);
    /// assert_eq!(index.to_vec(), [0, 1, 1, 3]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [1.0, 2.0, 0.0, 1.0]);
    /// ```
    ///
    /// # Panics
    /// If the axis is out of range.
    #[track_caller]
    #[must_use]
    #[doc(alias = "maximum_accumulate")]
    pub fn cummax(&self, axis: isize) -> (Self, Tensor<i64>) {
        running_best("cummax", self, axis, |x, best| x > best)
    }

    /// The smallest of the elements up to each along an axis, and its position; otherwise as [`cummax`](Var::cummax).
    ///
    /// `y[j] = min x[k]` over `k ≤ j`
    ///
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([4.0, 3.0, 5.0]);
    /// let (y, index) = x.cummin(0);
    /// assert_eq!(y.to_vec(), [4.0, 3.0, 3.0]);
    /// assert_eq!(index.to_vec(), [0, 1, 1]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [1.0, 2.0, 0.0]);
    /// ```
    ///
    /// # Panics
    /// If the axis is out of range.
    #[track_caller]
    #[must_use]
    #[doc(alias = "minimum_accumulate")]
    pub fn cummin(&self, axis: isize) -> (Self, Tensor<i64>) {
        running_best("cummin", self, axis, |x, best| x < best)
    }
}

#[track_caller]
fn running_best<T: Real>(
    method: &'static str,
    x: &Var<T>,
    axis: isize,
    better: impl Fn(T, T) -> bool + Sync,
) -> (Var<T>, Tensor<i64>) {
    match x.shape().axis(axis) {
        Ok(axis) => {
            let index = x.value().argcumbest(axis, better);
            (x.gather(axis as isize, &index), index)
        }
        Err(why) => {
            let rule = "[.., n, ..] -> [.., n, ..]";
            Error::refused(method, rule, why, &[], std::iter::once(x.shape())).raise()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gradcheck, gradgradcheck};

    #[test]
    fn each_is_the_extreme_of_what_was_passed() {
        let x = Domain::draw(&[Domain::distinct(0.05)], &[Shape::from([2, 5, 3])], &mut crate::Generator::seed(6));
        let leaf = Var::constant(&x[0]);
        for axis in [0, 1, -1] {
            let extreme = |f: fn(f64, f64) -> f64| {
                crate::testing::from_index(x[0].shape().clone(), |at| {
                    super::super::neighbours::passed(&x[0], axis, false, at)
                        .into_iter()
                        .reduce(f)
                        .expect("one at least")
                })
            };
            assert_eq!(*leaf.cummax(axis).0.value(), extreme(f64::max));
            assert_eq!(*leaf.cummin(axis).0.value(), extreme(f64::min));
            gradcheck(|x| x[0].cummax(axis).0, &x).unwrap();
            gradcheck(|x| x[0].cummin(axis).0, &x).unwrap();
            gradgradcheck(|x| x[0].cummax(axis).0.square(), &x).unwrap();
        }
    }

    #[test]
    fn the_last_takes_all_and_nan_wins() {
        let x = Var::constant([2.0, 2.0, 1.0, f64::NAN, 9.0, f64::NAN]);
        assert_eq!(x.cummax(0).1.to_vec(), [0, 1, 1, 3, 3, 5]);
        assert_eq!(x.cummin(0).1.to_vec(), [0, 1, 2, 3, 3, 5]);
        assert_eq!(*Var::constant(Tensor::<f64>::zeros([2, 0])).cummax(1).1.shape(), [2, 0]);
    }

    #[test]
    #[should_panic(expected = "cummin: axis 1 is out of range, the axes are -1 to 0")]
    fn an_axis_that_is_not_there_is_refused() {
        let _ = Var::constant([1.0]).cummin(1);
    }
}
