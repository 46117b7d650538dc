//! `global_avg_pool1d` and `global_max_pool1d`: one number for each channel of a sequence.

use super::sizes::accept;
use crate::ops::prelude::*;

/// The shape rule.
const RULE: &str = "[n, c, l] -> [n, c, 1], l at least 1";

impl<T: Real> Var<T> {
    /// The mean of each channel of a sequence.
    ///
    /// `y[n, c, 0] = Σᵢ x[n, c, i] / l`
    ///
    /// # Shape
    /// `[n, c, l] -> [n, c, 1]`
    ///
    /// # Gradient
    /// `dx = dy / l`, the same for each place. Saves the shape of `x`.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[[1.0, 2.0, 3.0, 6.0]]]);
    /// let y = x.global_avg_pool1d();
    /// assert_eq!(*y.value(), [[[3.0]]].into());
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.25; 4]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn global_avg_pool1d(&self) -> Self {
        accept("global_avg_pool1d", RULE, self.shape(), some_place(self.shape()));
        self.mean_axes(2, true)
    }

    /// The largest element of each channel of a sequence: max over time.
    ///
    /// `y[n, c, 0] = maxᵢ x[n, c, i]`
    ///
    /// # Shape
    /// `[n, c, l] -> [n, c, 1]`
    ///
    /// # Gradient
    /// `dy` goes to the element that won. Saves where it is.
    ///
    /// # Edge cases
    /// The first of several largest elements takes all, where [`amax`](Var::amax) shares. NaN wins over every number.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[[1.0, 6.0, 3.0, 6.0]]]);
    /// let y = x.global_max_pool1d();
    /// assert_eq!(*y.value(), [[[6.0]]].into());
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.0, 1.0, 0.0, 0.0]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn global_max_pool1d(&self) -> Self {
        accept("global_max_pool1d", RULE, self.shape(), some_place(self.shape()));
        self.adaptive_max_pool1d(1)
    }
}

/// Refuses what is no batch of sequences, and sequences of nothing.
fn some_place(x: &Shape) -> Result<(), Mismatch> {
    match **x {
        [_, _, 0] => Err(Mismatch::new("the sequences are 0 long, a channel has no element")),
        [_, _, _] => Ok(()),
        _ => Err(Mismatch::new(format!("x has {} axes instead of 3", x.rank()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor::Generator;
    use crate::testing::{gradcheck, gradgradcheck};
    use std::slice::from_ref;

    #[test]
    fn gradients_are_right_in_both_orders() {
        let x = Tensor::<f64>::uniform([2, 3, 4], -2.0, 2.0, &mut Generator::seed(3));
        gradcheck(|x| x[0].global_avg_pool1d(), from_ref(&x)).unwrap();
        gradgradcheck(|x| x[0].global_avg_pool1d().square(), from_ref(&x)).unwrap();
        gradcheck(|x| x[0].global_max_pool1d(), from_ref(&x)).unwrap();
        gradgradcheck(|x| x[0].global_max_pool1d().square(), &[x]).unwrap();
    }

    #[test]
    #[should_panic(expected = "global_avg_pool1d: x has 2 axes instead of 3")]
    fn other_shapes_are_refused() {
        let _ = Var::constant(Tensor::<f64>::zeros([2, 3])).global_avg_pool1d();
    }

    #[test]
    #[should_panic(expected = "global_max_pool1d: the sequences are 0 long, a channel has no element")]
    fn empty_sequences_are_refused() {
        let _ = Var::constant(Tensor::<f64>::zeros([1, 1, 0])).global_max_pool1d();
    }
}
