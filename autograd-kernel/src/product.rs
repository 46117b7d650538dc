//! `Product`: the product of two numbers, and a way around those over which the machine stumbles.

use crate::element::Real;
use crate::elementwise::Function;

/// `a · b`.
#[derive(Clone, Copy)]
pub struct Product;

impl<T: Real> Function<(T, T), T> for Product {
    const STUMBLES: bool = T::STUMBLES;

    #[inline(always)]
    fn at(&self, (a, b): (T, T)) -> T {
        a * b
    }
    #[inline(always)]
    fn stumbles(&self, (a, b): (T, T)) -> bool {
        T::stumbles(a, b)
    }
    #[inline(always)]
    fn around(&self, (a, b): (T, T)) -> T {
        T::around(a, b)
    }
}

/// Products whose operand or result is subnormal. An Intel processor interrupts itself for each vector of them, which takes as long as some twenty products
/// ([`subnormals_interrupt`](crate::isa::subnormals_interrupt)); gradients that vanish, as those of a long recurrence do, are subnormal before they are 0.
#[doc(hidden)]
pub trait Subnormal: Sized {
    /// Whether there is a way around.
    const STUMBLES: bool;

    /// Whether an operand of `a · b` is subnormal or the result may be.
    fn stumbles(a: Self, b: Self) -> bool;
    /// `a · b`, to the bit, by instructions that do not mind.
    fn around(a: Self, b: Self) -> Self;
}

const SIGN: u32 = 1 << 31;
/// The least normal number.
const NORMAL: u32 = 1 << 23;
const ONE: u32 = 1.0f32.to_bits();

impl Subnormal for f32 {
    const STUMBLES: bool = cfg!(target_arch = "x86_64");

    #[inline(always)]
    fn stumbles(a: f32, b: f32) -> bool {
        let (a, b) = (a.to_bits() & !SIGN, b.to_bits() & !SIGN);
        // The exponents add up; where the fractions carry, the mantissas make 2 or more, and so a normal number.
        let small = a + b < ONE + NORMAL;
        // Not `&&`: without branches it is vector code.
        (a != 0) & (b != 0) & (small | (a < NORMAL) | (b < NORMAL))
    }

    #[inline(always)]
    fn around(a: f32, b: f32) -> f32 {
        // Twice 24 bits are fewer than 53: nothing is rounded before the end.
        narrow(wide(a) * wide(b))
    }
}

/// `2ⁿ`.
const fn power(n: i64) -> f64 {
    f64::from_bits(((1023 + n) as u64) << 52)
}

/// What a whole number below 2⁵² is added to, so that it lies in the last bits.
const WHOLE: f64 = power(52);
/// The exponent of the least number in single precision.
const LEAST: i64 = -149;

/// `f64::from(x)`; a subnormal number as so many of the least one.
#[inline(always)]
fn wide(x: f32) -> f64 {
    let bits = x.to_bits();
    let rest = bits & !SIGN;
    let subnormal = rest < NORMAL;
    let count = f64::from_bits(WHOLE.to_bits() | u64::from(rest)) - WHOLE;
    // Some normal number instead, but no constant: the compiler would convert first and choose afterwards.
    let normal = f64::from(f32::from_bits(if subnormal { bits | ONE } else { bits }));
    if subnormal { (count * power(LEAST)).copysign(normal) } else { normal }
}

/// `x as f32`; the bits of a subnormal number are the number of least ones in it, and so are those of the first normal one.
#[inline(always)]
fn narrow(x: f64) -> f32 {
    let subnormal = x.abs() < power(-126);
    // The sum rounds to the nearest whole number, of two to the even one.
    let count = x.abs() * power(-LEAST) + WHOLE;
    let normal = (if subnormal { count } else { x }) as f32;
    let sign = (x.to_bits() >> 32) as u32 & SIGN;
    if subnormal { f32::from_bits(count.to_bits() as u32 | sign) } else { normal }
}

/// There is no wider type to compute in.
impl Subnormal for f64 {
    const STUMBLES: bool = false;

    #[inline(always)]
    fn stumbles(_: f64, _: f64) -> bool {
        false
    }
    #[inline(always)]
    fn around(a: f64, b: f64) -> f64 {
        a * b
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::elementwise::Tile;
    use crate::isa::Isa;

    /// Bits that a generator of Marsaglia (2003, "Xorshift RNGs") makes, with the exponents from `low` on.
    fn random(state: &mut u32, low: u32, exponents: u32) -> f32 {
        let mut next = || {
            *state ^= *state << 13;
            *state ^= *state >> 17;
            *state ^= *state << 5;
            *state
        };
        let exponent = low + next() % exponents;
        f32::from_bits(next() & (SIGN | (NORMAL - 1)) | exponent << 23)
    }

    fn check(a: &[f32], b: &[f32]) {
        for isa in Isa::all() {
            let mut y = vec![f32::NAN; a.len()];
            isa.dispatch(Tile { f: &Product, x: (a, b), y: &mut y });
            for ((&y, &a), &b) in y.iter().zip(a).zip(b) {
                let exact = a * b;
                let agree = |y: f32| y.to_bits() == exact.to_bits() || (y.is_nan() && exact.is_nan());
                assert!(agree(y) && agree(f32::around(a, b)), "{a:?} times {b:?} is {exact:?}, not {y:?}");
                let subnormal = [a, b, exact].iter().any(|x| x.is_subnormal()) && a != 0.0 && b != 0.0;
                assert!(f32::stumbles(a, b) || !subnormal, "{a:?} times {b:?}");
            }
        }
    }

    #[test]
    fn a_way_around_gives_the_same_bits() {
        let ends = [0, 1, 2, 3, NORMAL - 1, NORMAL, NORMAL + 1, 2 * NORMAL - 1, 2 * NORMAL, ONE - 1, ONE, ONE + 1];
        let ends: Vec<f32> = (ends.into_iter().chain([0x7f7f_ffff, 0x7f80_0000, 0x7fc0_0000]))
            .flat_map(|bits| [f32::from_bits(bits), f32::from_bits(bits | SIGN)])
            .chain([0.5, 1.5, 0.75, 1e-20, 3e-19])
            .collect();
        for &a in &ends {
            check(&vec![a; ends.len()], &ends);
        }
        let mut state = 1;
        // Any two; subnormal numbers and moderate ones; those whose product is about the least normal one or the least of all.
        for (first, second) in [((0, 256), (0, 256)), ((0, 2), (100, 60)), ((30, 60), (30, 60)), ((60, 8), (40, 30))] {
            for _ in 0..200 {
                let some = |state: &mut u32, (low, exponents)| random(state, low, exponents);
                let a: Vec<f32> = (0..61).map(|_| some(&mut state, first)).collect();
                let b: Vec<f32> = (0..61).map(|_| some(&mut state, second)).collect();
                check(&a, &b);
            }
        }
    }

    #[test]
    fn ordinary_numbers_go_the_short_way() {
        for (a, b) in [(1.0, 1.0), (0.0, 1.0), (-0.0, 1e-40), (1e-18, 1e-18), (1e30, -1e-30), (f32::INFINITY, 2.0)] {
            assert!(!f32::stumbles(a, b) && !f32::stumbles(b, a), "{a:?} times {b:?}");
        }
    }
}
