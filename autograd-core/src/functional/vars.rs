//! `Vars`: variables that are passed together, one or several.

use crate::tensor::Real;
use crate::var::Var;
use std::borrow::Borrow;

/// Variables that are passed together: one, an array of them, or a list. What there is of each, such as its gradient, comes in the same form. An array
/// or list may hold variables or references to them.
///
/// | passed | a gradient of each |
/// |---|---|
/// | `&x` | `Option<Var>` |
/// | `&[&a, &b]` | `[Option<Var>; 2]` |
/// | `&list`, a `Vec` or a slice | `Vec<Option<Var>>` |
///
/// ```
/// use autograd_core::{Var, grad};
/// let (x, a) = (Var::leaf(3.0), Var::leaf(2.0));
/// let [dx, da] = grad(&(&x * &a), &[&x, &a], false);
/// assert_eq!((dx.unwrap().item(), da.unwrap().item()), (2.0, 3.0));
/// ```
pub trait Vars<T: Real> {
    /// One `X` for each variable: `X` itself, `[X; N]`, `Vec<X>`.
    type Of<X>;
    /// The variables.
    fn refs(&self) -> Vec<&Var<T>>;
    /// One `X` for each variable, from the first on.
    fn collect<X>(each: Vec<X>) -> Self::Of<X>;
}

impl<T: Real> Vars<T> for Var<T> {
    type Of<X> = X;

    fn refs(&self) -> Vec<&Var<T>> {
        vec![self]
    }

    fn collect<X>(each: Vec<X>) -> X {
        each.into_iter().next().expect("there is one variable")
    }
}

impl<T: Real, V: Borrow<Var<T>>, const N: usize> Vars<T> for [V; N] {
    type Of<X> = [X; N];

    fn refs(&self) -> Vec<&Var<T>> {
        self.as_slice().refs()
    }

    fn collect<X>(each: Vec<X>) -> [X; N] {
        let mut each = each.into_iter();
        std::array::from_fn(|_| each.next().expect("there are N variables"))
    }
}

impl<T: Real, V: Borrow<Var<T>>> Vars<T> for [V] {
    type Of<X> = Vec<X>;

    fn refs(&self) -> Vec<&Var<T>> {
        self.iter().map(Borrow::borrow).collect()
    }

    fn collect<X>(each: Vec<X>) -> Vec<X> {
        each
    }
}

impl<T: Real, V: Borrow<Var<T>>> Vars<T> for Vec<V> {
    type Of<X> = Vec<X>;

    fn refs(&self) -> Vec<&Var<T>> {
        self.as_slice().refs()
    }

    fn collect<X>(each: Vec<X>) -> Vec<X> {
        each
    }
}

#[cfg(test)]
mod tests {
    use crate::{Var, grad, grad_with};

    #[test]
    fn gradients_come_in_the_form_of_the_variables() {
        let xs = vec![Var::leaf(3.0), Var::leaf(2.0), Var::leaf(7.0)];
        let y = &xs[0] * &xs[1];
        let found = |dxs: &[Option<Var<f64>>]| dxs.iter().map(|dx| dx.as_ref().map(Var::item)).collect::<Vec<_>>();
        let expected = [Some(2.0), Some(3.0), None];
        assert_eq!(found(&grad(&y, &xs, false)), expected);
        assert_eq!(found(&grad(&[&y], &xs[..], false)), expected);
        assert_eq!(found(&grad(&vec![&y], &xs.iter().collect::<Vec<_>>(), false)), expected);
        assert_eq!(found(&grad(&[&y], &[xs[0].clone(), xs[1].clone(), xs[2].clone()], false)), expected);
        assert_eq!(grad(&[&y, &y], &xs[1], false).map(|dx| dx.item()), Some(6.0));
        assert_eq!(grad_with(&y, &Var::constant(10.0), &xs[0], false).map(|dx| dx.item()), Some(20.0));
        let none: [Var<f64>; 0] = [];
        assert!(grad(&y, &none, false).is_empty() && grad(&none, &xs[0], false).is_none());
    }

    #[test]
    #[should_panic(expected = "grad_with: 1 results have 2 gradients")]
    fn each_result_has_a_gradient() {
        let x = Var::leaf(1.0);
        let _ = grad_with(&x, &[&x, &x], &x, false);
    }
}
