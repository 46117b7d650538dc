//! `grad_norm`: the norm of gradients, taken over all their elements together.

use super::scope::Scope;
use crate::Parameter;
use autograd_core::{Gradients, Real};

/// The norm of all gradients together: `(Σ |g|ᵖ)^(1/p)` for the order `p`, the largest `|g|` for the order infinity. 0 if there are none.
///
/// The usual order is 2. The result is not finite if a gradient is not, or its power overflows.
///
/// ```
/// use autograd_core::Var;
/// use autograd_nn::grad_norm;
/// let (x, y) = (Var::leaf(1.0), Var::leaf(1.0));
/// let gradients = (&x * 3.0 - &y * 4.0).backward();
/// assert_eq!(grad_norm(&gradients, 2.0), 5.0);
/// assert_eq!(grad_norm(&gradients, 1.0), 7.0);
/// assert_eq!(grad_norm(&gradients, f64::INFINITY), 4.0);
/// ```
///
/// # Panics
/// If the order is not above 0.
#[track_caller]
#[doc(alias = "get_total_norm")]
pub fn grad_norm<T: Real>(gradients: &Gradients<T>, order: f64) -> f64 {
    norm(gradients, &Scope::All, order)
}

/// The norm of the gradients of some parameters together; see [`grad_norm`].
///
/// # Panics
/// If the order is not above 0.
#[track_caller]
pub fn grad_norm_of<T: Real>(gradients: &Gradients<T>, parameters: &[Parameter<T>], order: f64) -> f64 {
    norm(gradients, &Scope::of(parameters), order)
}

#[track_caller]
pub(super) fn norm<T: Real>(gradients: &Gradients<T>, scope: &Scope<'_, T>, order: f64) -> f64 {
    assert!(order > 0.0, "grad_norm: the order is {order}, it must be above 0");
    let (mut total, mut largest) = (0.0, 0.0);
    scope.each(gradients, |gradient| {
        let gradient = gradient.contiguous();
        let elements = gradient.as_slice().expect("contiguous");
        match order {
            1.0 => total += sum(elements, f64::abs),
            2.0 => total += sum(elements, |g| g * g),
            f64::INFINITY => largest = larger(largest, max_abs(elements)),
            _ => total += sum(elements, |g| g.abs().powf(order)),
        }
    });
    match order {
        1.0 => total,
        2.0 => total.sqrt(),
        f64::INFINITY => largest,
        _ => total.powf(order.recip()),
    }
}

/// `Σ f(x)` in double precision: sixteen sums side by side, which are then added in pairs. The order is fixed by the number of elements.
pub(super) fn sum<T: Real>(elements: &[T], f: impl Fn(f64) -> f64) -> f64 {
    const LANES: usize = 16;
    let mut sums = [0.0; LANES];
    for row in elements.chunks(LANES) {
        sums.iter_mut().zip(row).for_each(|(sum, x)| *sum += f(x.as_f64()));
    }
    let mut half = LANES;
    while half > 1 {
        half /= 2;
        let (low, high) = sums.split_at_mut(half);
        low.iter_mut().zip(high).for_each(|(low, high)| *low += *high);
    }
    sums[0]
}

/// The largest absolute value; NaN if one is NaN.
pub(super) fn max_abs<T: Real>(elements: &[T]) -> f64 {
    elements.iter().fold(0.0, |largest, x| larger(largest, x.as_f64().abs()))
}

/// The larger of two numbers; NaN wins, and stays.
fn larger(a: f64, b: f64) -> f64 {
    if b > a || b.is_nan() { b } else { a }
}

#[cfg(test)]
mod tests {
    use super::super::test_support::with_gradients;
    use super::*;

    #[test]
    fn norms_of_all_orders_are_over_all_elements_together() {
        let ([a, b], gradients) = with_gradients([&[1.0, -2.0, 2.0], &[-4.0]]);
        let cases = [(0.5, 33.970562748477136), (1.0, 9.0), (2.0, 5.0), (3.0, 81f64.cbrt()), (f64::INFINITY, 4.0)];
        for (order, expected) in cases {
            let found = grad_norm(&gradients, order);
            assert!((found - expected).abs() < 1e-13, "order {order}: {found}");
        }
        assert_eq!(grad_norm_of(&gradients, std::slice::from_ref(&a), 2.0), 3.0);
        assert_eq!(grad_norm_of(&gradients, &[a.clone(), a, b], 2.0), 5.0, "a parameter counts once");
        assert_eq!(grad_norm_of(&gradients, &[Parameter::new(1.0)], 2.0), 0.0, "no gradient, no norm");
    }

    #[test]
    fn what_is_not_finite_shows_in_every_order() {
        for order in [0.5, 1.0, 2.0, f64::INFINITY] {
            let (_, gradients) = with_gradients([&[1.0, f64::NAN, 2.0], &[3.0]]);
            assert!(grad_norm(&gradients, order).is_nan(), "order {order}");
            let (_, gradients) = with_gradients([&[1.0, f64::NEG_INFINITY]]);
            assert_eq!(grad_norm(&gradients, order), f64::INFINITY, "order {order}");
        }
    }

    #[test]
    fn sums_are_those_of_plain_addition() {
        for n in [0, 1, 15, 16, 17, 1000] {
            let x: Vec<f32> = (0..n).map(|i| i as f32).collect();
            assert_eq!(sum(&x, |x| x + 1.0), (n * (n + 1) / 2) as f64);
        }
        // Single precision loses the ones.
        let mut x = vec![1.0f32; 1 << 10];
        x[0] = 2f32.powi(26);
        assert_eq!(sum(&x, |x| x), 2f64.powi(26) + 1023.0);
    }

    #[test]
    #[should_panic(expected = "grad_norm: the order is 0, it must be above 0")]
    fn order_0_is_refused() {
        let (_, gradients) = with_gradients([&[1.0]]);
        grad_norm(&gradients, 0.0);
    }
}
