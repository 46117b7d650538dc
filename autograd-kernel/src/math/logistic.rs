//! What is made of `eˣ` and `e⁻ˣ`: the hyperbolic tangent, the logistic function and its integral.

use super::exp::{exp, expm1_moderate};
use super::log::log1p_unit;
use super::{Math, at_most};

/// `tanh x`, within 3 ULP in both types, also near 0.
#[inline(always)]
pub fn tanh<T: Math>(x: T) -> T {
    let e = expm1_moderate(at_most(x.abs() * T::TWO, T::TANH_HIGH));
    (e / (e + T::TWO)).copysign(x)
}

/// `1 / (1 + e⁻ˣ)`, within 3 ULP in both types, also where it is nearly 0.
#[inline(always)]
pub fn sigmoid<T: Math>(x: T) -> T {
    // From a power that cannot overflow.
    let e = exp(-x.abs());
    (if x < T::zero() { e } else { T::one() }) / (T::one() + e)
}

/// `ln(1 + eˣ)`, within 3 ULP in both types, also where it is nearly 0.
#[inline(always)]
pub fn softplus<T: Math>(x: T) -> T {
    // From a power that cannot overflow.
    (if x > T::zero() { x } else { T::zero() }) + log1p_unit(exp(-x.abs()))
}
