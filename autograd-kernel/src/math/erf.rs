//! The error function and its complement.

use super::exp::exp;
use super::{Math, at_most};

/// The error function, within 2.2 ULP in both types, also near 0.
#[inline(always)]
pub fn erf<T: Math>(x: T) -> T {
    let a = x.abs();
    let far = T::one() - tail(at_most(a, T::ERF_HIGH));
    (if a < T::HALF { near_zero(a) } else { far }).copysign(x)
}

/// The complement of the error function, within 4.6 ULP in both types, also where it is nearly 0.
#[inline(always)]
pub fn erfc<T: Math>(x: T) -> T {
    let a = x.abs();
    let far = tail(at_most(a, T::ERFC_HIGH));
    let y = if a < T::HALF { T::one() - near_zero(a) } else { far };
    if x < T::zero() { T::TWO - y } else { y }
}

/// `erf x` for `|x| < ½`.
#[inline(always)]
fn near_zero<T: Math>(x: T) -> T {
    x.mul_add(T::erf_rest(x * x), x)
}

/// `erfc x` from ½ on, as `e^-x² / (1 + 2x)` times a function that changes little.
#[inline(always)]
fn tail<T: Math>(x: T) -> T {
    let slow = T::erfc_rest((x - T::ERFC_TURN) / (x + T::ERFC_TURN));
    // What the square loses by rounding would be a large part of its power.
    let square = x * x;
    let lost = x.mul_add(x, -square);
    let e = exp(-square);
    e.mul_add(-lost, e) * slow / T::TWO.mul_add(x, T::one())
}
