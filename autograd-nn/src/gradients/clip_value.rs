//! `clip_grad_value`: each element of the gradients within a bound.

use super::error::{ClipError, check};
use super::scope::Scope;
use crate::Parameter;
use autograd_core::{Gradients, Real};

/// Moves each element of the gradients into `-limit ..= limit`; NaN stays NaN.
///
/// The direction changes; see [`clip_grad_norm`](crate::clip_grad_norm).
///
/// # Errors
/// If `limit` is negative or NaN; the gradients are unchanged then.
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::clip_grad_value;
/// let x = Var::leaf([1.0, 1.0]);
/// let mut gradients = (&x * Var::constant([0.5, -7.0])).sum().backward();
/// clip_grad_value(&mut gradients, 2.0).unwrap();
/// assert_eq!(gradients.get(&x).unwrap().to_vec(), [0.5, -2.0]);
/// ```
pub fn clip_grad_value<T: Real>(gradients: &mut Gradients<T>, limit: f64) -> Result<(), ClipError> {
    clip(gradients, &Scope::All, limit)
}

/// Moves each element of the gradients of some parameters into `-limit ..= limit`; see [`clip_grad_value`]. The others stay.
///
/// # Errors
/// If `limit` is negative or NaN; the gradients are unchanged then.
pub fn clip_grad_value_of<T: Real>(
    gradients: &mut Gradients<T>,
    parameters: &[Parameter<T>],
    limit: f64,
) -> Result<(), ClipError> {
    clip(gradients, &Scope::of(parameters), limit)
}

fn clip<T: Real>(gradients: &mut Gradients<T>, scope: &Scope<'_, T>, limit: f64) -> Result<(), ClipError> {
    check(limit)?;
    let limit = T::of(limit);
    scope.each_mut(gradients, |gradient| {
        gradient.write(|elements| elements.iter_mut().for_each(|g| *g = clamped(*g, limit)));
    });
    Ok(())
}

/// `g` moved into `-limit ..= limit`; every comparison with NaN is false, so it stays.
fn clamped<T: Real>(g: T, limit: T) -> T {
    if g > limit {
        limit
    } else if g < -limit {
        -limit
    } else {
        g
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_support::with_gradients;
    use super::*;

    #[test]
    fn values_are_clipped_one_by_one_and_nan_stays() {
        let ([x], mut mixed) = with_gradients([&[f64::NEG_INFINITY, f64::NAN, 0.25]]);
        clip_grad_value(&mut mixed, 0.5).unwrap();
        let clipped = x.gradient(&mixed).unwrap().to_vec();
        assert!(clipped[0] == -0.5 && clipped[1].is_nan() && clipped[2] == 0.25);
    }

    #[test]
    fn a_group_leaves_the_others_alone() {
        let ([a, b], mut gradients) = with_gradients([&[3.0], &[-4.0]]);
        clip_grad_value_of(&mut gradients, std::slice::from_ref(&b), 1.0).unwrap();
        assert_eq!(a.gradient(&gradients).unwrap().item(), 3.0);
        assert_eq!(b.gradient(&gradients).unwrap().item(), -1.0);
    }

    #[test]
    fn a_bound_that_is_none_is_refused() {
        assert!(clip_grad_value(&mut with_gradients([&[1.0]]).1, f64::NAN).is_err());
    }
}
