//! Functions of numbers that the standard library lacks, or computes with gaps at the ends of their domain.

use super::{elementwise, math};
use crate::element::Real;

/// The inverse of the hyperbolic sine; that of the standard library overflows from half the largest number on.
pub fn asinh<T: Real>(x: T) -> T {
    T::of(libm::asinh(x.as_f64()))
}

/// The inverse of the hyperbolic cosine; that of the standard library overflows, too.
pub fn acosh<T: Real>(x: T) -> T {
    T::of(libm::acosh(x.as_f64()))
}

/// The inverse of the hyperbolic tangent, odd to the last bit.
pub fn atanh<T: Real>(x: T) -> T {
    T::of(libm::atanh(x.as_f64()))
}

/// The nearest whole number, of two equally near ones the even one.
pub fn round_ties_even<T: Real>(x: T) -> T {
    T::of(x.as_f64().round_ties_even())
}

/// `ln(eᵃ + eᵇ)`, from a power that cannot overflow.
#[inline(always)]
pub fn logaddexp<T: Real>(a: T, b: T) -> T {
    // Equal infinities cannot be subtracted from each other.
    let apart = if a == b { T::zero() } else { (a - b).abs() };
    elementwise::max(a, b) + math::softplus(-apart)
}

/// `x ln y`; 0 where `x` is, unless `y` is NaN.
#[inline(always)]
pub fn xlogy<T: Real>(x: T, y: T) -> T {
    if x == T::zero() && !y.is_nan() { T::zero() } else { x * math::log(y) }
}

/// `a + w (b - a)` from the nearer end, so that both ends are met to the last bit.
#[inline(always)]
pub fn lerp<T: Real>(a: T, b: T, w: T) -> T {
    if w < T::of(0.5) { a + w * (b - a) } else { b - (T::one() - w) * (b - a) }
}

/// `a - b ⌊a / b⌋`, exact: the remainder that has the sign of the divisor.
#[inline(always)]
pub fn remainder<T: Real>(a: T, b: T) -> T {
    let truncated = a % b;
    if leans_away(truncated, b) { truncated + b } else { truncated }
}

/// `⌊a / b⌋`, the quotient that belongs to [`remainder`]; the rounded `a / b` may already be the next whole number.
#[inline(always)]
pub fn floor_div<T: Real>(a: T, b: T) -> T {
    if b == T::zero() {
        return a / b;
    }
    let truncated = a % b;
    let quotient = ((a - truncated) / b).round();
    if leans_away(truncated, b) { quotient - T::one() } else { quotient }
}

/// Whether a truncated remainder has not the sign of the divisor.
#[inline(always)]
fn leans_away<T: Real>(truncated: T, b: T) -> bool {
    truncated != T::zero() && (truncated < T::zero()) != (b < T::zero())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inverse_hyperbolic_functions_reach_the_ends_of_their_domain() {
        let far = 1e308f64.ln() + std::f64::consts::LN_2;
        assert_eq!((asinh(1e308), asinh(-1e308), acosh(1e308)), (far, -far, far));
        let near = 1.0 - 1e-10;
        assert_eq!(atanh(-near), -atanh(near));
    }

    #[test]
    fn remainder_and_quotient_belong_together() {
        for (a, b) in [(7.0, 3.0), (-7.0, 3.0), (7.0, -3.0), (-7.0, -3.0), (6.0, 3.0), (1.0, 0.1), (-1e-20, 3.0)] {
            let (r, q): (f64, f64) = (remainder(a, b), floor_div(a, b));
            assert!((q * b + r - a).abs() < 1e-15 && q == q.floor(), "{a} = {q} · {b} + {r}");
            assert!(r == 0.0 || (r < 0.0) == (b < 0.0), "{a} = {q} · {b} + {r}");
        }
        assert_eq!(floor_div(1.0, 0.1), 9.0); // 0.1 is a little more than a tenth
    }
}
