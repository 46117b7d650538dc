//! Gradient clipping: bounds on the gradients between the backward pass and the step of an optimiser.

use autograd_core::{Gradients, Real};

/// Why gradients were not clipped. They are unchanged.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ClipError {
    /// The bound is negative or NaN.
    #[error("the bound is {bound}, it must be at least 0")]
    Bound {
        /// The bound.
        bound: f64,
    },
    /// The gradients hold NaN or infinity, or their squares overflow.
    #[error("the global norm of the gradients is {norm}")]
    NonFinite {
        /// The norm.
        norm: f64,
    },
}

/// Scales all gradients by one factor so that their norm, taken over all of them together, is at most `max_norm`; returns the norm before.
///
/// `g ← g · min(1, max_norm / (norm + 10⁻⁶))` with `norm = √Σ g²`, as PyTorch's `clip_grad_norm_` (Pascanu, Mikolov and Bengio 2013,
/// algorithm 1). The direction stays. Squares are summed in double precision.
///
/// # Errors
/// If the norm is not finite or `max_norm` is negative or NaN; the gradients are unchanged then.
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::clip_grad_norm;
/// let (x, y) = (Var::leaf(3.0), Var::leaf(4.0));
/// let mut gradients = (&x * 3.0 + &y * 4.0).backward();
/// assert_eq!(clip_grad_norm(&mut gradients, 1.0), Ok(5.0));
/// assert!((gradients.get(&x).unwrap().item() - 0.6f64).abs() < 1e-6);
/// assert!((gradients.get(&y).unwrap().item() - 0.8f64).abs() < 1e-6);
/// ```
pub fn clip_grad_norm<T: Real>(gradients: &mut Gradients<T>, max_norm: f64) -> Result<f64, ClipError> {
    check(max_norm)?;
    let mut squares = 0.0;
    for gradient in gradients.iter() {
        let gradient = gradient.contiguous();
        let elements = gradient.as_slice().expect("contiguous");
        squares += elements.iter().map(|g| g.as_f64() * g.as_f64()).sum::<f64>();
    }
    let norm = squares.sqrt();
    if !norm.is_finite() {
        return Err(ClipError::NonFinite { norm });
    }
    let factor = max_norm / (norm + 1e-6);
    if factor < 1.0 {
        let factor = T::of(factor);
        for gradient in gradients.iter_mut() {
            gradient.write(|elements| elements.iter_mut().for_each(|g| *g *= factor));
        }
    }
    Ok(norm)
}

/// Moves each element of the gradients into `-limit ..= limit`; NaN stays NaN.
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
    check(limit)?;
    let limit = T::of(limit);
    for gradient in gradients.iter_mut() {
        gradient.write(|elements| elements.iter_mut().for_each(|g| *g = clamped(*g, limit)));
    }
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

fn check(bound: f64) -> Result<(), ClipError> {
    if bound >= 0.0 { Ok(()) } else { Err(ClipError::Bound { bound }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use autograd_core::Var;

    fn gradients(of: [f64; 3]) -> (Var<f64>, Gradients<f64>) {
        let x = Var::leaf([0.0; 3]);
        let gradients = x.reshape([3]).backward_with(&of.into());
        (x, gradients)
    }

    #[test]
    fn gradients_within_the_bound_keep_their_bits() {
        let (x, mut small) = gradients([1.0, 2.0, 2.0]);
        assert_eq!(clip_grad_norm(&mut small, 3.1), Ok(3.0));
        assert_eq!(small.get(&x).unwrap().to_vec(), [1.0, 2.0, 2.0]);
    }

    #[test]
    fn a_bound_of_zero_gives_zero_and_zero_gradients_stay() {
        let (x, mut some) = gradients([1.0, -2.0, 2.0]);
        assert_eq!(clip_grad_norm(&mut some, 0.0), Ok(3.0));
        assert_eq!(some.get(&x).unwrap().to_vec(), [0.0; 3]);
        assert_eq!(clip_grad_norm(&mut some, 1.0), Ok(0.0));
        assert_eq!(some.get(&x).unwrap().to_vec(), [0.0; 3]);
    }

    #[test]
    fn a_norm_that_is_not_finite_is_an_error_and_changes_nothing() {
        let (x, mut bad) = gradients([1.0, f64::INFINITY, 2.0]);
        assert_eq!(clip_grad_norm(&mut bad, 1.0), Err(ClipError::NonFinite { norm: f64::INFINITY }));
        assert_eq!(bad.get(&x).unwrap().to_vec(), [1.0, f64::INFINITY, 2.0]);
        let error = clip_grad_norm(&mut gradients([f64::NAN, 0.0, 0.0]).1, 1.0).unwrap_err();
        assert_eq!(error.to_string(), "the global norm of the gradients is NaN");
    }

    #[test]
    fn a_bound_below_zero_is_refused() {
        let error = clip_grad_norm(&mut gradients([1.0; 3]).1, -1.0).unwrap_err();
        assert_eq!(error.to_string(), "the bound is -1, it must be at least 0");
        assert!(clip_grad_value(&mut gradients([1.0; 3]).1, f64::NAN).is_err());
    }

    #[test]
    fn values_are_clipped_one_by_one_and_nan_stays() {
        let (x, mut mixed) = gradients([f64::NEG_INFINITY, f64::NAN, 0.25]);
        clip_grad_value(&mut mixed, 0.5).unwrap();
        let clipped = mixed.get(&x).unwrap().to_vec();
        assert!(clipped[0] == -0.5 && clipped[1].is_nan() && clipped[2] == 0.25);
    }
}
