//! Exponentials: `eˣ = 2ⁿ eʳ` with `|r| ≤ ½ ln 2`.

use super::{Math, at_least, at_most, whole};

/// `eˣ`, within 1 ULP in both types.
#[inline(always)]
pub fn exp<T: Math>(x: T) -> T {
    let (low, high) = T::EXP_RANGE;
    let (n, r) = reduce(at_least(at_most(x, high), low));
    scale(r.expm1() + T::one(), n)
}

/// `2ˣ`, within 1.1 ULP in both types; exact for whole numbers.
#[inline(always)]
pub fn exp2<T: Math>(x: T) -> T {
    let (low, high) = T::EXP2_RANGE;
    let x = at_least(at_most(x, high), low);
    let n = whole(x);
    scale(Reduced { high: (x - n) * T::LN_2(), low: T::zero() }.expm1() + T::one(), n)
}

/// `eˣ - 1` with full precision near 0, within 2 ULP in both types.
#[inline(always)]
pub fn expm1<T: Math>(x: T) -> T {
    let (n, r) = reduce(at_least(at_most(x, T::EXP_RANGE.1), T::EXPM1_LOW));
    // Half of the result, since the power of the largest one is infinite.
    let half = T::power(n - T::one());
    let y = T::TWO * r.expm1().mul_add(half, half - T::HALF);
    if x.abs() < T::epsilon() * T::HALF { x } else { y }
}

/// `eˣ - 1` for `x` from 0 to [`Math::TANH_HIGH`].
#[inline(always)]
pub(super) fn expm1_moderate<T: Math>(x: T) -> T {
    let (n, r) = reduce(x);
    let power = T::power(n);
    r.expm1().mul_add(power, power - T::one())
}

/// A number `high - low` between ± ½ ln 2, of which `low` is what rounding would cut off, and more.
struct Reduced<T> {
    high: T,
    low: T,
}

/// `(n, r)` with `x = n ln 2 + r`.
#[inline(always)]
fn reduce<T: Math>(x: T) -> (T, Reduced<T>) {
    let n = whole(x * T::LOG2_E());
    (n, Reduced { high: n.mul_add(-T::LN_2_PARTS.0, x), low: n * T::LN_2_PARTS.1 })
}

impl<T: Math> Reduced<T> {
    /// `eʳ - 1`.
    #[inline(always)]
    fn expm1(self) -> T {
        let r = self.high - self.low;
        (r * r).mul_add(T::exp_rest(r), -self.low) + self.high
    }
}

/// `y 2ⁿ`, rounded once: in two steps, since the power itself may be out of range.
#[inline(always)]
fn scale<T: Math>(y: T, n: T) -> T {
    let half = whole(n * T::HALF);
    y * T::power(half) * T::power(n - half)
}
