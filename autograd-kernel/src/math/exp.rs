//! Exponentials: `eˣ = 2ⁿ eʳ` with `|r| ≤ ½ ln 2`.

use super::{Math, at_least, at_most, whole};

/// `eˣ`, within 1 ULP in both types.
#[inline(always)]
pub fn exp<T: Math>(x: T) -> T {
    let (low, high) = T::EXP_RANGE;
    let (n, r) = reduce(at_least(at_most(x, high), low));
    scale(near_zero(r) + T::one(), n)
}

/// `2ˣ`, within 1 ULP in both types; exact for whole numbers.
#[inline(always)]
pub fn exp2<T: Math>(x: T) -> T {
    let (low, high) = T::EXP2_RANGE;
    let x = at_least(at_most(x, high), low);
    let n = whole(x);
    scale(near_zero((x - n) * T::LN_2()) + T::one(), n)
}

/// `eˣ - 1` with full precision near 0, within 2 ULP in both types.
#[inline(always)]
pub fn expm1<T: Math>(x: T) -> T {
    let (n, r) = reduce(at_least(at_most(x, T::EXP_RANGE.1), T::EXPM1_LOW));
    // Half of the result, since the power of the largest one is infinite.
    let half = T::power(n - T::one());
    let y = T::TWO * near_zero(r).mul_add(half, half - T::HALF);
    if x.abs() < T::epsilon() * T::HALF { x } else { y }
}

/// `eˣ - 1` for `x` from 0 to [`Math::TANH_HIGH`].
#[inline(always)]
pub(super) fn expm1_moderate<T: Math>(x: T) -> T {
    let (n, r) = reduce(x);
    let power = T::power(n);
    near_zero(r).mul_add(power, power - T::one())
}

/// `(n, r)` with `x = n ln 2 + r`.
#[inline(always)]
fn reduce<T: Math>(x: T) -> (T, T) {
    let n = whole(x * T::LOG2_E());
    (n, n.mul_add(-T::LN_2_PARTS.1, n.mul_add(-T::LN_2_PARTS.0, x)))
}

/// `eʳ - 1` for `|r| ≤ ½ ln 2`.
#[inline(always)]
fn near_zero<T: Math>(r: T) -> T {
    (r * r).mul_add(T::exp_rest(r), r)
}

/// `y 2ⁿ`, rounded once: in two steps, since the power itself may be out of range.
#[inline(always)]
fn scale<T: Math>(y: T, n: T) -> T {
    let half = whole(n * T::HALF);
    y * T::power(half) * T::power(n - half)
}
