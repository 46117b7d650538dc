//! Sine, cosine and tangent: `x = ½π k + r` with `r` between ± ¼π.

use super::{Math, whole};

/// Whether `x` is so far from 0 that the multiple of ½π which is taken off it takes digits along.
#[inline(always)]
pub fn is_far<T: Math>(x: T) -> bool {
    x.abs() > T::FAR
}

/// `sin x`, within 1.5 ULP in both types.
pub fn sin<T: Math>(x: T) -> T {
    if is_far(x) { x.sin() } else { near::sin(x) }
}

/// `cos x`, within 1.5 ULP in both types.
pub fn cos<T: Math>(x: T) -> T {
    if is_far(x) { x.cos() } else { near::cos(x) }
}

/// `tan x`, within 2.5 ULP in both types.
pub fn tan<T: Math>(x: T) -> T {
    if is_far(x) { x.tan() } else { near::tan(x) }
}

/// The functions where [`is_far`] is false, without a branch.
pub mod near {
    use super::{Math, Reduced};

    /// [`sin`](super::sin), not far from 0.
    #[inline(always)]
    pub fn sin<T: Math>(x: T) -> T {
        let reduced = Reduced::of(x);
        let k = reduced.quarter;
        let y = if reduced.is_odd() { reduced.cos() } else { reduced.sin() };
        let y = if (k < T::zero()) | (k == T::TWO) { -y } else { y };
        // The sign of 0 is lost on the way.
        if x == T::zero() { x } else { y }
    }

    /// [`cos`](super::cos), not far from 0.
    #[inline(always)]
    pub fn cos<T: Math>(x: T) -> T {
        let reduced = Reduced::of(x);
        let k = reduced.quarter;
        let y = if reduced.is_odd() { reduced.sin() } else { reduced.cos() };
        if (k > T::zero()) | (k == -T::TWO) { -y } else { y }
    }

    /// [`tan`](super::tan), not far from 0.
    #[inline(always)]
    pub fn tan<T: Math>(x: T) -> T {
        let reduced = Reduced::of(x);
        let (s, c, odd) = (reduced.sin(), reduced.cos(), reduced.is_odd());
        let y = (if odd { -c } else { s }) / (if odd { s } else { c });
        if x == T::zero() { x } else { y }
    }
}

/// An argument less a multiple of ½π.
struct Reduced<T> {
    /// The multiple, less one of 4: a whole number between ± 2.
    quarter: T,
    r: T,
    /// What `r` is rounded by.
    rest: T,
}

impl<T: Math> Reduced<T> {
    #[inline(always)]
    fn of(x: T) -> Self {
        let k = whole(x * T::FRAC_2_PI());
        let [first, second, third, last] = T::HALF_PI_PARTS;
        // The products with the first parts are exact, and so are the differences, but for roundings that are kept.
        let a = k.mul_add(-first, x);
        let b = k.mul_add(-second, a);
        let c = k.mul_add(-third, b);
        let lost = k.mul_add(-second, a - b) + k.mul_add(-third, b - c);
        let tail = k.mul_add(-last, lost);
        let r = c + tail;
        let quarter = k - T::TWO * T::TWO * whole(k * T::HALF * T::HALF);
        Reduced { quarter, r, rest: (c - r) + tail }
    }

    #[inline(always)]
    fn is_odd(&self) -> bool {
        self.quarter.abs() == T::one()
    }

    #[inline(always)]
    fn sin(&self) -> T {
        let (r, z) = (self.r, self.r * self.r);
        r + (z * r).mul_add(T::sin_rest(z), self.rest - self.rest * (T::HALF * z))
    }

    #[inline(always)]
    fn cos(&self) -> T {
        let z = self.r * self.r;
        let half = T::HALF * z;
        let y = T::one() - half;
        y + ((T::one() - y - half) + (z * z).mul_add(T::cos_rest(z), -(self.r * self.rest)))
    }
}
