//! Exponentials, logarithms and their kin, as code without branches, calls or tables: inlined into a loop that [`isa`](crate::isa) dispatches, it becomes
//! vector code.
//!
//! Arguments are reduced as by Cody and Waite (1980, "Software Manual for the Elementary Functions"); the polynomials are fitted in `make.py`. Each product
//! that is added to something is a fused multiply-add, so that all instruction sets give the same bits. Errors are stated in units in
//! the last place (ULP): those in `f32` are the largest over all arguments, as `AUTOGRAD_EXHAUSTIVE=1 cargo test -p autograd-kernel --release math` finds;
//! of `tan` it has not been run to its end, and `hypot`, of two arguments, is tested on a sample.

/// A polynomial with coefficients from the constant term on.
macro_rules! horner {
    ($float:ty, $x:ident; $c:literal) => { $c };
    ($float:ty, $x:ident; $c:literal $($rest:literal)+) => {
        <$float>::mul_add(horner!($float, $x; $($rest)+), $x, $c)
    };
}

mod erf;
mod exp;
mod hypot;
mod log;
mod logistic;
mod tables;
#[cfg(test)]
mod tests;
mod trig;
#[cfg(test)]
mod values;

pub use erf::{erf, erfc};
pub use exp::{exp, exp2, expm1};
pub use hypot::hypot;
pub use log::{log, log1p, log2, log10};
pub use logistic::{sigmoid, softplus, tanh};
pub use trig::{cos, is_far, near, sin, tan};

use num_traits::{Float, FloatConst};

/// The polynomials of a type.
#[doc(hidden)]
pub trait Polynomials: Sized {
    /// Where the argument of [`erfc_rest`](Polynomials::erfc_rest) is 0.
    const ERFC_TURN: Self;

    /// `(eˣ - 1 - x) / x²` between ± ½ ln 2.
    fn exp_rest(x: Self) -> Self;
    /// `(2 artanh s - 2s) / s³` at `x = s²`, where `s = f / (2 + f)` and `1 + f` lies between √½ and √2.
    fn log_rest(x: Self) -> Self;
    /// The same where `f` lies between 0 and 1.
    fn log_unit_rest(x: Self) -> Self;
    /// `erf r / r - 1` at `x = r²`, up to `r = ½`.
    fn erf_rest(x: Self) -> Self;
    /// `(sin r - r) / r³` at `x = r²`, up to `r = π/4`.
    fn sin_rest(x: Self) -> Self;
    /// `(cos r - 1 + ½r²) / r⁴` at `x = r²`, up to `r = π/4`.
    fn cos_rest(x: Self) -> Self;
    /// `e^r² erfc r · (1 + 2r)` at `x = (r - ERFC_TURN) / (r + ERFC_TURN)`, from `r = ½` on.
    fn erfc_rest(x: Self) -> Self;
}

/// What the functions know of a type: its bits, and from where on they have reached their limits.
#[doc(hidden)]
pub trait Math: Float + FloatConst + Polynomials {
    /// Added to a number and taken off again, this rounds it to a whole one.
    const ROUNDER: Self;
    /// Below it, numbers are subnormal.
    const NORMAL: Self;
    /// A power of two that makes subnormal numbers normal, and its exponent.
    const LIFT: (Self, Self);
    /// A power of two. The squares of numbers between it and its reciprocal are normal, as are the roundings of these; other numbers come to lie there,
    /// subnormal ones too, when they are multiplied with its square or divided by it.
    const EXTREME: Self;
    /// ln 2 in two parts; whole numbers as large as an exponent can be multiplied with the first one exactly.
    const LN_2_PARTS: (Self, Self);
    /// log₁₀ 2 in two parts, likewise.
    const LOG10_2_PARTS: (Self, Self);
    /// ½π in four parts; the whole numbers up to the farthest argument's can be multiplied with each but the last exactly.
    const HALF_PI_PARTS: [Self; 4];
    /// The farthest argument of which a multiple of ½π is taken off in these parts.
    const FAR: Self;
    /// Between these, `eˣ` may be neither 0 nor infinite.
    const EXP_RANGE: (Self, Self);
    /// The same of `2ˣ`.
    const EXP2_RANGE: (Self, Self);
    /// From here on down `eˣ - 1` is -1.
    const EXPM1_LOW: Self;
    /// From here on `tanh ½x` is 1.
    const TANH_HIGH: Self;
    /// From here on `erf x` is 1.
    const ERF_HIGH: Self;
    /// From here on `erfc x` is 0.
    const ERFC_HIGH: Self;
    /// `½`.
    const HALF: Self;
    /// `2`.
    const TWO: Self;

    /// `2ⁿ` for a whole number that is the exponent of a normal number.
    fn power(n: Self) -> Self;

    /// A normal number as `m 2ᵏ` with `m` between √½ and √2; anything for other numbers.
    fn split(x: Self) -> (Self, Self);
}

macro_rules! math {
    ($float:ty, $bits:ty, { $($constants:tt)* }) => {
        impl Math for $float {
            const ROUNDER: Self = 1.5 / <$float>::EPSILON;
            const NORMAL: Self = <$float>::MIN_POSITIVE;
            const HALF: Self = 0.5;
            const TWO: Self = 2.0;
            $($constants)*

            #[inline(always)]
            fn power(n: Self) -> Self {
                const BIAS: $float = (<$float>::MAX_EXP - 1) as $float;
                // The sum has the biased exponent in its last bits.
                <$float>::from_bits((n + (Self::ROUNDER + BIAS)).to_bits() << (<$float>::MANTISSA_DIGITS - 1))
            }

            #[inline(always)]
            fn split(x: Self) -> (Self, Self) {
                const SHIFT: u32 = <$float>::MANTISSA_DIGITS - 1;
                const BIAS: $float = (<$float>::MAX_EXP - 1) as $float;
                const LEAST: $bits = (std::f64::consts::FRAC_1_SQRT_2 as $float).to_bits();
                const ONE: $bits = (1.0 as $float).to_bits();
                let from_least = x.to_bits().wrapping_sub(LEAST);
                let biased = from_least.wrapping_add(ONE) >> SHIFT;
                // In the last bits of the rounder a whole number becomes a float without a conversion, which not each set has.
                let k = <$float>::from_bits(Self::ROUNDER.to_bits() + biased) - (Self::ROUNDER + BIAS);
                let m = <$float>::from_bits((from_least & ((1 << SHIFT) - 1)).wrapping_add(LEAST));
                (m, k)
            }
        }
    };
}

math!(f32, u32, {
    const LIFT: (f32, f32) = (33_554_432.0, 25.0);
    const EXTREME: f32 = 1_125_899_906_842_624.0;
    const LN_2_PARTS: (f32, f32) = (0.693_145_75, 1.428_606_8e-6);
    const LOG10_2_PARTS: (f32, f32) = (0.301_033_02, -3.024_355_5e-6);
    const HALF_PI_PARTS: [f32; 4] = [1.5703125, 0.0004837513, 7.5495336e-08, 2.563344e-12];
    const FAR: f32 = 1e4;
    const EXP_RANGE: (f32, f32) = (-104.0, 89.0);
    const EXP2_RANGE: (f32, f32) = (-151.0, 129.0);
    const EXPM1_LOW: f32 = -18.0;
    const TANH_HIGH: f32 = 20.0;
    const ERF_HIGH: f32 = 4.0;
    const ERFC_HIGH: f32 = 10.2;
});

math!(f64, u64, {
    const LIFT: (f64, f64) = (18_014_398_509_481_984.0, 54.0);
    const EXTREME: f64 = f64::from_bits((1023 + 400) << 52);
    const LN_2_PARTS: (f64, f64) = (0.693_147_180_559_890_3, 5.497_923_018_708_371e-14);
    const LOG10_2_PARTS: (f64, f64) = (0.301_029_995_663_952_83, 2.836_339_455_104_496_4e-14);
    const HALF_PI_PARTS: [f64; 4] =
        [1.5707963267341256, 6.077100506303966e-11, 2.0222662487111665e-21, 8.4784276603689e-32];
    const FAR: f64 = 1e6;
    const EXP_RANGE: (f64, f64) = (-746.0, 710.0);
    const EXP2_RANGE: (f64, f64) = (-1077.0, 1025.0);
    const EXPM1_LOW: f64 = -40.0;
    const TANH_HIGH: f64 = 44.0;
    const ERF_HIGH: f64 = 6.0;
    const ERFC_HIGH: f64 = 27.3;
});

/// The nearest whole number; `x` must be far below 1 / ε.
#[inline(always)]
fn whole<T: Math>(x: T) -> T {
    (x + T::ROUNDER) - T::ROUNDER
}

/// `x`, but at most `most`; NaN stays.
#[inline(always)]
fn at_most<T: Math>(x: T, most: T) -> T {
    if x > most { most } else { x }
}

/// `x`, but at least `least`; NaN stays.
#[inline(always)]
fn at_least<T: Math>(x: T, least: T) -> T {
    if x < least { least } else { x }
}
