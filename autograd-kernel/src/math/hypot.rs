//! The length of the hypotenuse, without the overflow and the loss of its squares.

use super::Math;

/// `√(a² + b²)`, on the 100,000 pairs of its test within 1 ULP in `f32`, and in `f64` the system's or a neighbour of it; infinite if a leg is, even if
/// the other one is NaN.
///
/// The root's error is found from its square as in Borges (2019, "An Improved Algorithm for hypot(a, b)") and taken off.
#[inline(always)]
pub fn hypot<T: Math>(a: T, b: T) -> T {
    let (a, b) = (a.abs(), b.abs());
    let (long, short) = if a < b { (b, a) } else { (a, b) };
    // By powers of two, so that nothing is rounded.
    let (up, down) = (T::EXTREME * T::EXTREME, (T::EXTREME * T::EXTREME).recip());
    let (scale, back) = if long < T::EXTREME.recip() { (up, down) } else { (T::one(), T::one()) };
    let (scale, back) = if long > T::EXTREME { (down, up) } else { (scale, back) };
    let (x, y) = (long * scale, short * scale);
    let h = x.mul_add(x, y * y).sqrt();
    // `h² - x² - y²` of the rounded squares, and what their roundings took away.
    let (hh, xx) = (h * h, x * x);
    let excess = (-y).mul_add(y, hh - xx) + h.mul_add(h, -hh) - x.mul_add(x, -xx);
    // Of 0 and 0 there is nothing to take off, and nothing to divide by.
    let h = if h > T::zero() { h - excess / (h + h) } else { h };
    if a == T::infinity() || b == T::infinity() { T::infinity() } else { h * back }
}
