//! `quantile`: the value below which a part of the elements along an axis lies.

use super::{ONE, filled_axis_of, refuse, take};
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The value at the part `q` of a sorted axis, between two elements on the line through both.
    ///
    /// `y = (1 - w) · s[i] + w · s[i + 1]` with `s` the sorted elements and `i + w = q · (n - 1)`: at 0 the smallest, at 1/2 the median, at 1 the
    /// largest.
    ///
    /// # Shape
    /// `[.., n, ..] -> [.., ..]`, or `[.., 1, ..]` with `keepdim`; `n` at least 1
    ///
    /// # Gradient
    /// The element `s[i]` gets `(1 - w) · dy`, `s[i + 1]` gets `w · dy`. Saves nothing but their positions.
    ///
    /// # Edge cases
    /// NaN wins: with one among the elements the result is NaN, and the first has the whole gradient. An element with weight 0 is not
    /// looked at.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([4.0, 1.0, 3.0, 2.0]);
    /// let y = x.quantile(0.5, 0, false);
    /// assert_eq!(y.item(), 2.5);
    /// assert_eq!(y.backward().get(&x).unwrap().to_vec(), [0.0, 0.0, 0.5, 0.5]);
    /// ```
    ///
    /// # Panics
    /// If the axis is out of range or empty, or `q` is not from 0 to 1.
    #[track_caller]
    #[must_use]
    #[doc(alias = "percentile")]
    pub fn quantile(&self, q: f64, axis: isize, keepdim: bool) -> Self {
        let axis = filled_axis_of("quantile", self, axis);
        if !(0.0..=1.0).contains(&q) {
            refuse("quantile", ONE, Mismatch::new(format!("q is {q}, it must be from 0 to 1")), self);
        }
        let place = q * (self.shape()[axis] - 1) as f64;
        let (i, weight) = (place as usize, place.fract());
        if weight == 0.0 {
            return take(self, axis, self.value().argnth(axis, i), keepdim).0;
        }
        let both = self.gather(axis as isize, &self.value().argnth_and_next(axis, i));
        let shape = self.shape().with(axis, 1);
        let shape = if keepdim { shape } else { shape.reduced(&[axis], false) };
        let [below, above] = [0, 1].map(|place| both.select(axis as isize, place).reshape(&shape));
        below.mul_scalar(T::of(1.0 - weight)) + above.mul_scalar(T::of(weight))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gradcheck, gradgradcheck};

    #[test]
    fn it_lies_between_its_neighbours() {
        let x = Domain::draw(&[Domain::distinct(0.05)], &[Shape::from([2, 5, 3])], &mut crate::Generator::seed(5));
        let leaf = Var::constant(&x[0]);
        let sorted = leaf.sort(1, false).0;
        for (q, i, w) in [(0.0, 0, 0.0), (0.25, 1, 0.0), (0.375, 1, 0.5), (0.8125, 3, 0.25), (1.0, 4, 0.0)] {
            let [below, above] = [i, (i + 1).min(4)].map(|i| sorted.value().slice((.., i..i + 1)));
            let expected = below.zip(&above, |a, b| (1.0 - w) * a + w * b);
            assert_eq!(*leaf.quantile(q, 1, true).value(), expected, "{q}");
            gradcheck(|x| x[0].quantile(q, -2, false), &x).unwrap();
            gradgradcheck(|x| x[0].quantile(q, -2, false).square(), &x).unwrap();
        }
    }

    #[test]
    fn nan_wins_and_infinities_stay() {
        let x = Var::leaf([[1.0, f64::NAN, 0.0], [f64::INFINITY, 1.0, f64::INFINITY]]);
        let y = x.quantile(0.75, 1, false);
        assert!(y.value().at([0]).is_nan());
        assert_eq!(y.value().at([1]), f64::INFINITY);
        assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.0, 1.0, 0.0, 0.5, 0.0, 0.5]);
    }

    #[test]
    #[should_panic(expected = "quantile: q is 1.5, it must be from 0 to 1")]
    fn a_part_beyond_the_whole_is_refused() {
        let _ = Var::constant([1.0]).quantile(1.5, 0, false);
    }

    #[test]
    #[should_panic(expected = "quantile: axis 0 is empty")]
    fn nothing_has_no_quantile() {
        let _ = Var::constant(Tensor::<f64>::zeros([0])).quantile(0.5, 0, false);
    }
}
