//! `clamp_between`: each element moved between two variables.

use super::ternary::common_shape;
use crate::tensor::Real;
use crate::var::Var;

impl<T: Real> Var<T> {
    /// Each element moved between its own bounds, which are variables; see [`clamp`](Var::clamp) for bounds that are numbers, and
    /// [`maximum`](Var::maximum) or [`minimum`](Var::minimum) for one bound alone.
    ///
    /// `y = min(max(x, low), high)`
    ///
    /// # Shape
    /// `[..] x [..] x [..] -> [..]`; operands are broadcast to one shape first.
    ///
    /// # Gradient
    /// `dy` goes to `x` where `low < x < high`, else to the bound that holds it. Saves the operands of both steps.
    ///
    /// # Edge cases
    /// At a bound, `x` and the bound get half each, as at any tie of [`maximum`](Var::maximum): a bound that learns must not be deaf
    /// there, and no part of `dy` is lost. With `low > high` the result is `high`, which gets the gradient.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let (x, low, high) = (Var::leaf([-2.0, 0.5, 1.0]), Var::leaf(0.0), Var::leaf(1.0));
    /// let y = x.clamp_between(&low, &high);
    /// assert_eq!(y.to_vec(), [0.0, 0.5, 1.0]);
    /// let gradients = y.sum().backward();
    /// assert_eq!(gradients.get(&x).unwrap().to_vec(), [0.0, 1.0, 0.5]);
    /// assert_eq!(gradients.get(&low).unwrap().item(), 1.0);
    /// assert_eq!(gradients.get(&high).unwrap().item(), 0.5);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "clamp_tensor")]
    #[doc(alias = "clip")]
    pub fn clamp_between(&self, low: &Var<T>, high: &Var<T>) -> Self {
        common_shape("clamp_between", &["x", "low", "high"], [self.shape(), low.shape(), high.shape()]);
        self.maximum(low).minimum(high)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{gradcheck, gradgradcheck};
    use crate::{Tensor, Var};

    #[test]
    fn bounds_learn_in_every_order() {
        let x = Tensor::from([[-1.5, 0.2, 0.9], [0.4, 3.0, -0.1]]);
        let operands = [x, Tensor::from([-0.5, -0.25, 0.0]), Tensor::from([[0.5], [0.75]])];
        gradcheck(|x| x[0].clamp_between(&x[1], &x[2]), &operands).unwrap();
        gradgradcheck(|x| x[0].clamp_between(&x[1], &x[2]).square(), &operands).unwrap();
    }

    #[test]
    fn crossed_bounds_give_the_upper_one() {
        let [x, low, high] = [0.5, 2.0, 1.0].map(|x| Var::<f64>::leaf(Tensor::full([], x)));
        let y = x.clamp_between(&low, &high);
        assert_eq!(y.item(), 1.0);
        let gradients = y.backward();
        assert_eq!([&x, &low, &high].map(|x| gradients.get(x).unwrap().item()), [0.0, 0.0, 1.0]);
    }

    #[test]
    #[should_panic(expected = "clamp_between: ")]
    fn bounds_of_another_shape_are_refused() {
        let _ = Var::constant([1.0, 2.0]).clamp_between(&Var::constant(0.0), &Var::constant([1.0, 2.0, 3.0]));
    }
}
