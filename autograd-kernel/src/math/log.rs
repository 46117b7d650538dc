//! Logarithms: `ln x = k ln 2 + ln m` with `m` between √½ and √2.

use super::Math;

/// `ln x`, within 1 ULP in both types.
#[inline(always)]
pub fn log<T: Math>(x: T) -> T {
    let (k, l) = parts(x);
    ends(x, k.mul_add(T::LN_2_PARTS.0, k.mul_add(T::LN_2_PARTS.1, l)))
}

/// `log₂ x`, within 2 ULP in both types; exact for powers of two.
#[inline(always)]
pub fn log2<T: Math>(x: T) -> T {
    let (k, l) = parts(x);
    ends(x, l.mul_add(T::LOG2_E(), k))
}

/// `log₁₀ x`, within 2 ULP in both types.
#[inline(always)]
pub fn log10<T: Math>(x: T) -> T {
    let (k, l) = parts(x);
    ends(x, k.mul_add(T::LOG10_2_PARTS.0, k.mul_add(T::LOG10_2_PARTS.1, l * T::LOG10_E())))
}

/// `ln(1 + x)` with full precision near 0, within 2 ULP in both types.
#[inline(always)]
pub fn log1p<T: Math>(x: T) -> T {
    let u = T::one() + x;
    let lost = if u > T::TWO { T::one() - (u - x) } else { x - (u - T::one()) };
    let (m, k) = T::split(u);
    let l = series(m - T::one(), T::log_rest) + lost / u;
    let y = k.mul_add(T::LN_2_PARTS.0, k.mul_add(T::LN_2_PARTS.1, l));
    let y = if x == T::zero() { x } else { y };
    // The end at -1 is where `u` is 0, but `y` came from a quotient by it.
    let y = if u > T::zero() { y } else { ends(u, y) };
    if x == T::infinity() { x } else { y }
}

/// `ln(1 + x)` for `x` from 0 to 1, without taking it apart.
#[inline(always)]
pub(super) fn log1p_unit<T: Math>(x: T) -> T {
    series(x, T::log_unit_rest)
}

/// `(k, ln m)` of a positive number `m 2ᵏ`.
#[inline(always)]
fn parts<T: Math>(x: T) -> (T, T) {
    let (lift, exponent) = T::LIFT;
    let subnormal = x < T::NORMAL;
    let (m, k) = T::split(if subnormal { x * lift } else { x });
    (if subnormal { k - exponent } else { k }, series(m - T::one(), T::log_rest))
}

/// `ln(1 + f) = f - ½f² + s (½f² + s² P(s²))` with `s = f / (2 + f)`: only small terms bear the error of the quotient.
#[inline(always)]
fn series<T: Math>(f: T, rest: impl Fn(T) -> T) -> T {
    let s = f / (T::TWO + f);
    let (z, half) = (s * s, T::HALF * f * f);
    f - (half - s * z.mul_add(rest(z), half))
}

/// `y` for positive numbers that are finite, else what a logarithm is.
#[inline(always)]
fn ends<T: Math>(x: T, y: T) -> T {
    let y = if x < T::infinity() { y } else { x };
    let rest = if x == T::zero() { T::neg_infinity() } else { T::nan() };
    if x > T::zero() { y } else { rest }
}
