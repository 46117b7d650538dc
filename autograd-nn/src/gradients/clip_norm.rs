//! `clip_grad_norm`: gradients scaled so that their norm stays below a bound.

use super::error::{ClipError, check};
use super::norm::norm;
use super::scope::Scope;
use crate::Parameter;
use autograd_core::{Gradients, Real};

/// Scales all gradients by one factor so that their norm, taken over all of them together, is at most `max_norm`; returns the norm before.
///
/// `g ← g · min(1, max_norm / (norm + 10⁻⁶))` with `norm = √Σ g²`, as PyTorch's `clip_grad_norm_` (Pascanu, Mikolov and Bengio 2013,
/// algorithm 1). The direction stays. Squares are summed in double precision. [`ClipNorm`] has more options.
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
    ClipNorm::new(max_norm).clip(gradients)
}

/// Scales the gradients of some parameters by one factor so that their norm is at most `max_norm`; see [`clip_grad_norm`]. The others stay.
///
/// # Errors
/// If the norm is not finite or `max_norm` is negative or NaN; the gradients are unchanged then.
///
/// # Example
/// ```
/// use autograd_nn::{Parameter, clip_grad_norm_of};
/// let (encoder, head) = (Parameter::new(1.0), Parameter::new(1.0));
/// let mut gradients = (encoder.var() * 8.0 + head.var() * 8.0).backward();
/// assert_eq!(clip_grad_norm_of(&mut gradients, &[encoder.clone()], 2.0), Ok(8.0));
/// assert!((encoder.gradient(&gradients).unwrap().item() - 2.0f64).abs() < 1e-6);
/// assert_eq!(head.gradient(&gradients).unwrap().item(), 8.0);
/// ```
pub fn clip_grad_norm_of<T: Real>(
    gradients: &mut Gradients<T>,
    parameters: &[Parameter<T>],
    max_norm: f64,
) -> Result<f64, ClipError> {
    ClipNorm::new(max_norm).clip_of(gradients, parameters)
}

/// How gradients are clipped by their norm: [`clip_grad_norm`] with all options.
///
/// ```
/// use autograd_core::Var;
/// use autograd_nn::ClipNorm;
/// let x = Var::leaf([0.0f64, 0.0]);
/// let mut gradients = (&x * Var::constant([3.0, -8.0])).sum().backward();
/// let largest = ClipNorm::new(4.0).order(f64::INFINITY).clip(&mut gradients);
/// assert_eq!(largest, Ok(8.0));
/// let clipped = gradients.get(&x).unwrap().to_vec();
/// assert!((clipped[0] - 1.5).abs() < 1e-6 && (clipped[1] + 4.0).abs() < 1e-6);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClipNorm {
    /// The bound.
    pub max_norm: f64,
    /// The order of the norm, as in [`grad_norm`](crate::grad_norm).
    pub order: f64,
    /// Whether a norm that is not finite is taken as it is.
    pub allow_non_finite: bool,
}

impl ClipNorm {
    /// A bound on the norm of order 2, which must be finite.
    pub fn new(max_norm: f64) -> Self {
        ClipNorm { max_norm, order: 2.0, allow_non_finite: false }
    }

    /// With a norm of another order: any above 0, infinity for the largest absolute value.
    ///
    /// # Panics
    /// If the order is not above 0.
    #[must_use]
    #[track_caller]
    #[doc(alias = "norm_type")]
    pub fn order(self, order: f64) -> Self {
        assert!(order > 0.0, "ClipNorm: the order is {order}, it must be above 0");
        ClipNorm { order, ..self }
    }

    /// With a norm that is not finite taken as it is, as PyTorch does unless asked not to: where it is infinite, finite gradients become 0
    /// and the others NaN; where it is NaN, all become NaN.
    #[must_use]
    #[doc(alias = "error_if_nonfinite")]
    pub fn allow_non_finite(self) -> Self {
        ClipNorm { allow_non_finite: true, ..self }
    }

    /// Clips all gradients, and returns the norm they had.
    ///
    /// # Errors
    /// If the norm is not finite, unless that is allowed, or the bound is negative or NaN; the gradients are unchanged then.
    pub fn clip<T: Real>(&self, gradients: &mut Gradients<T>) -> Result<f64, ClipError> {
        self.within(gradients, &Scope::All)
    }

    /// Clips the gradients of some parameters, and returns the norm they had.
    ///
    /// # Errors
    /// As [`clip`](ClipNorm::clip).
    pub fn clip_of<T: Real>(
        &self,
        gradients: &mut Gradients<T>,
        parameters: &[Parameter<T>],
    ) -> Result<f64, ClipError> {
        self.within(gradients, &Scope::of(parameters))
    }

    fn within<T: Real>(&self, gradients: &mut Gradients<T>, scope: &Scope<'_, T>) -> Result<f64, ClipError> {
        check(self.max_norm)?;
        let norm = norm(gradients, scope, self.order);
        if !norm.is_finite() && !self.allow_non_finite {
            return Err(ClipError::NonFinite { norm });
        }
        let factor = self.max_norm / (norm + 1e-6);
        if factor < 1.0 || factor.is_nan() {
            let factor = T::of(factor);
            scope.each_mut(gradients, |gradient| {
                gradient.write(|elements| elements.iter_mut().for_each(|g| *g *= factor));
            });
        }
        Ok(norm)
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_support::with_gradients;
    use super::*;

    #[test]
    fn gradients_within_the_bound_keep_their_bits() {
        let ([x], mut small) = with_gradients([&[1.0, 2.0, 2.0]]);
        assert_eq!(clip_grad_norm(&mut small, 3.1), Ok(3.0));
        assert_eq!(x.gradient(&small).unwrap().to_vec(), [1.0, 2.0, 2.0]);
    }

    #[test]
    fn a_bound_of_zero_gives_zero_and_zero_gradients_stay() {
        let ([x], mut some) = with_gradients([&[1.0, -2.0, 2.0]]);
        assert_eq!(clip_grad_norm(&mut some, 0.0), Ok(3.0));
        assert_eq!(x.gradient(&some).unwrap().to_vec(), [0.0; 3]);
        assert_eq!(clip_grad_norm(&mut some, 1.0), Ok(0.0));
        assert_eq!(x.gradient(&some).unwrap().to_vec(), [0.0; 3]);
    }

    #[test]
    fn a_norm_that_is_not_finite_is_an_error_and_changes_nothing() {
        let ([x], mut bad) = with_gradients([&[1.0, f64::INFINITY, 2.0]]);
        assert_eq!(clip_grad_norm(&mut bad, 1.0), Err(ClipError::NonFinite { norm: f64::INFINITY }));
        assert_eq!(x.gradient(&bad).unwrap().to_vec(), [1.0, f64::INFINITY, 2.0]);
        let error = clip_grad_norm(&mut with_gradients([&[f64::NAN, 0.0]]).1, 1.0).unwrap_err();
        assert!(error.to_string().starts_with("the norm of the gradients is NaN; GradientReport names"), "{error}");
    }

    #[test]
    fn by_choice_it_is_taken_as_it_is() {
        let clip = ClipNorm::new(1.0).allow_non_finite();
        let ([x], mut infinite) = with_gradients([&[1.0, f64::INFINITY]]);
        assert_eq!(clip.clip(&mut infinite), Ok(f64::INFINITY));
        let left = x.gradient(&infinite).unwrap().to_vec();
        assert!(left[0] == 0.0 && left[1].is_nan());
        let ([x], mut nan) = with_gradients([&[1.0, f64::NAN]]);
        assert!(clip.clip(&mut nan).unwrap().is_nan());
        assert!(x.gradient(&nan).unwrap().to_vec().iter().all(|g| g.is_nan()));
    }

    #[test]
    fn a_bound_below_zero_is_refused() {
        let error = clip_grad_norm(&mut with_gradients([&[1.0]]).1, -1.0).unwrap_err();
        assert_eq!(error.to_string(), "the bound is -1, it must be at least 0");
    }

    #[test]
    fn a_group_is_clipped_by_its_own_norm_each_parameter_once() {
        let ([a, b, c], mut gradients) = with_gradients([&[3.0], &[4.0], &[100.0]]);
        let group = [a.clone(), b.clone(), a.clone()];
        assert_eq!(clip_grad_norm_of(&mut gradients, &group, 1.0), Ok(5.0));
        let left = [a, b, c].map(|parameter| parameter.gradient(&gradients).unwrap().item());
        let factor = 1.0 / (5.0 + 1e-6);
        assert_eq!(left, [3.0 * factor, 4.0 * factor, 100.0]);
    }

    #[test]
    fn other_orders_scale_by_their_norm() {
        // torch.nn.utils.clip_grad_norm_ with norm_type 1, 3 and inf.
        let cases = [
            (1.0, 7.0, [0.857142734694, -1.142856979592]),
            (3.0, 4.497941445275, [1.333943258056, -1.778591010742]),
            (f64::INFINITY, 4.0, [1.499999625, -1.9999995]),
        ];
        for (order, norm, clipped) in cases {
            let ([a, b], mut gradients) = with_gradients([&[3.0], &[-4.0]]);
            let found = ClipNorm::new(2.0).order(order).clip(&mut gradients).unwrap();
            assert!((found - norm).abs() < 1e-11, "order {order}: {found}");
            for (parameter, clipped) in [a, b].iter().zip(clipped) {
                let found = parameter.gradient(&gradients).unwrap().item();
                assert!((found - clipped).abs() < 1e-11, "order {order}: {found}, not {clipped}");
            }
        }
    }

    #[test]
    fn views_are_clipped_too() {
        // The gradient of a sum is one number, spread over the shape.
        let x = Parameter::<f64>::new(vec![0.0; 4]);
        let mut gradients = x.var().sum().backward();
        assert_eq!(clip_grad_norm(&mut gradients, 1.0), Ok(2.0));
        assert_eq!(x.gradient(&gradients).unwrap().to_vec(), [1.0 / (2.0 + 1e-6); 4]);
    }
}
