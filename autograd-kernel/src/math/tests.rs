//! The functions against double precision in `f32`, against values computed to many digits in `f64`, on each instruction set.

use super::*;
use crate::isa::{Isa, NullaryFnOnce};

/// A function with a method that is inlined for sure, as a closure's is not.
trait Function: Copy {
    fn at<T: Math>(self, x: T) -> T;
}

/// A function of a slice, compiled for the set that it is dispatched to.
struct Each<'a, T, F>(F, &'a [T], &'a mut [T]);

impl<T: Math, F: Function> NullaryFnOnce for Each<'_, T, F> {
    type Output = ();
    #[inline(always)]
    fn call(self) {
        let Each(f, x, y) = self;
        // Not `for_each`: its closure would be a function of its own.
        for (y, &x) in y.iter_mut().zip(x) {
            *y = f.at(x);
        }
    }
}

/// The distance from `exact` in units of the last place of `f32`; numbers beyond the largest one are as far as the next would be.
fn ulps(y: f32, exact: f64) -> f64 {
    if exact.is_nan() || y.is_nan() {
        return if exact.is_nan() && y.is_nan() { 0.0 } else { f64::INFINITY };
    }
    if exact == 0.0 && y.is_sign_negative() != exact.is_sign_negative() {
        return f64::INFINITY;
    }
    let end = 2f64.powi(128);
    let (y, exact) = (f64::from(y).clamp(-end, end), exact.clamp(-end, end));
    let exponent = if exact == 0.0 { -126 } else { exact.abs().log2().floor().max(-126.0) as i32 };
    (y - exact).abs() / 2f64.powi(exponent - 23)
}

/// The distance of two `f64` in units of the last place of the second.
fn ulps_wide(y: f64, exact: f64) -> f64 {
    if y == exact || (y.is_nan() && exact.is_nan()) {
        return 0.0;
    }
    let next = f64::from_bits(exact.to_bits() + 1);
    (y - exact).abs() / (next - exact).abs()
}

/// Holds a function against `exact` on a sample of all bit patterns, on all of them if `AUTOGRAD_EXHAUSTIVE` is set; all sets must give the same bits.
fn sweep(bound: f64, f: impl Function, exact: fn(f64) -> f64) {
    let stride = if std::env::var_os("AUTOGRAD_EXHAUSTIVE").is_some() { 1 } else { 4099 };
    let ends =
        [0.0, -0.0, f32::INFINITY, f32::NEG_INFINITY, f32::NAN, 1.0, -1.0, f32::MAX, f32::MIN, f32::MIN_POSITIVE];
    let patterns = (0..=u32::MAX).step_by(stride).map(f32::from_bits);
    let mut arguments = ends.into_iter().chain(patterns);
    let mut worst = (0.0, 0.0);
    loop {
        let x: Vec<f32> = arguments.by_ref().take(1 << 12).collect();
        if x.is_empty() {
            break;
        }
        let results: Vec<Vec<f32>> = Isa::all()
            .iter()
            .map(|isa| {
                let mut y = vec![0.0; x.len()];
                isa.dispatch(Each(f, &x, &mut y));
                y
            })
            .collect();
        for (i, &x) in x.iter().enumerate() {
            let y = results[0][i];
            let same = |y: f32, z: f32| y.to_bits() == z.to_bits() || (y.is_nan() && z.is_nan());
            assert!(results.iter().all(|other| same(other[i], y)), "sets differ at {x:?}");
            let error = ulps(y, exact(f64::from(x)));
            assert!(error <= bound, "{y:?} at {x:?} ({:#x}) is {error:.2} ULP off", x.to_bits());
            worst = if error > worst.0 { (error, x) } else { worst };
        }
    }
    println!("worst {:.3} ULP at {:?}", worst.0, worst.1);
}

/// Holds a function against a table of values.
fn table(bound: f64, f: impl Function, values: &[(f64, f64)]) {
    let (x, exact): (Vec<f64>, Vec<f64>) = values.iter().copied().unzip();
    for isa in Isa::all() {
        let mut y = vec![0.0; x.len()];
        isa.dispatch(Each(f, &x, &mut y));
        for ((&x, &y), &exact) in x.iter().zip(&y).zip(&exact) {
            let error = ulps_wide(y, exact);
            // The value of the table is rounded, too.
            assert!(error <= bound + 0.5, "{y:?} at {x:?} on {} is {error:.2} ULP off", isa.name);
        }
    }
}

/// `hypot` of a slice and another one.
struct Hypot<'a, T>(&'a [T], &'a [T], &'a mut [T]);

impl<T: Math> NullaryFnOnce for Hypot<'_, T> {
    type Output = ();
    #[inline(always)]
    fn call(self) {
        let Hypot(a, b, y) = self;
        for ((y, &a), &b) in y.iter_mut().zip(a).zip(b) {
            *y = super::hypot(a, b);
        }
    }
}

/// Pairs of all sizes, alike or far apart, and the ends of the range.
fn legs<T: Math>(number: impl Fn(u64) -> T, ends: &[T]) -> (Vec<T>, Vec<T>) {
    let mut bits = 1u64;
    let mut next = || {
        bits ^= bits << 13;
        bits ^= bits >> 7;
        bits ^= bits << 17;
        bits
    };
    let mut pairs: Vec<(T, T)> = ends.iter().flat_map(|&a| ends.iter().map(move |&b| (a, b))).collect();
    for i in 0..100_000 {
        let (a, ratio) = (number(next()), T::from(next() % 1000).expect("a small number"));
        let alike = a * ratio / T::from(500).expect("a small number");
        pairs.push((a, if i % 2 == 0 { number(next()) } else { alike }));
    }
    pairs.into_iter().unzip()
}

#[test]
fn hypot() {
    let common = [0.0, -0.0, 1.0, -3.0, f32::INFINITY, f32::NEG_INFINITY, f32::NAN];
    let ends = [&common[..], &[f32::MAX, f32::MIN_POSITIVE, 1e-45]].concat();
    let wide_ends = [&common.map(f64::from)[..], &[f64::MAX, f64::MIN_POSITIVE, 5e-324]].concat();
    let (a, b) = legs(|bits| f32::from_bits(bits as u32), &ends);
    let (wide_a, wide_b) = legs(f64::from_bits, &wide_ends);
    let mut before: Option<(Vec<u32>, Vec<u64>)> = None;
    for isa in Isa::all() {
        let (mut y, mut wide) = (vec![0.0; a.len()], vec![0.0; wide_a.len()]);
        isa.dispatch(Hypot(&a, &b, &mut y));
        isa.dispatch(Hypot(&wide_a, &wide_b, &mut wide));
        for ((&y, &a), &b) in y.iter().zip(&a).zip(&b) {
            let error = ulps(y, f64::from(a).hypot(f64::from(b)));
            assert!(error <= 1.0, "{y:?} of {a:?} and {b:?} is {error:.2} ULP off");
        }
        for ((&y, &a), &b) in wide.iter().zip(&wide_a).zip(&wide_b) {
            let exact = a.hypot(b);
            let next = y.to_bits().abs_diff(exact.to_bits()) <= 1;
            assert!(next || (y.is_nan() && exact.is_nan()), "{y:?} of {a:?} and {b:?} is not {exact:?}");
        }
        let all = |x: f32| if x.is_nan() { 0 } else { x.to_bits() };
        let all_wide = |x: f64| if x.is_nan() { 0 } else { x.to_bits() };
        let bits = (y.into_iter().map(all).collect(), wide.into_iter().map(all_wide).collect());
        assert!(before.as_ref().is_none_or(|before| *before == bits), "sets differ on {}", isa.name);
        before = Some(bits);
    }
}

macro_rules! functions {
    ($($name:ident: $bound:literal, $values:ident, $exact:expr;)*) => {
        $(#[test]
        fn $name() {
            #[derive(Clone, Copy)]
            struct It;
            impl Function for It {
                #[inline(always)]
                fn at<T: Math>(self, x: T) -> T {
                    super::$name(x)
                }
            }
            sweep($bound, It, $exact);
            table($bound, It, values::$values);
        })*
        /// Where the functions end in `f64`, too.
        #[test]
        fn ends() {
            for x in [0.0, -0.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, f64::MAX, f64::MIN, 5e-324, -5e-324] {
                $(let (y, exact): (f64, f64) = (super::$name(x), ($exact as fn(f64) -> f64)(x));
                assert!(ulps_wide(y, exact) <= 2.0, "{} of {x:?} is {y:?}, not {exact:?}", stringify!($name));
                assert!(y != 0.0 || y.is_sign_negative() == exact.is_sign_negative(), "{} of {x:?}", stringify!($name));)*
            }
        }
    };
}

functions! {
    // Those of erf and erfc are what the sweep over all arguments finds, 2.15 at 0.523 and 4.57 at 1.523; the sample alone would pass 2 and 4.
    exp: 1.0, EXP, f64::exp;
    exp2: 1.1, EXP2, f64::exp2;
    expm1: 2.0, EXPM1, f64::exp_m1;
    log: 1.5, LOG, f64::ln;
    log2: 2.0, LOG2, f64::log2;
    log10: 2.0, LOG10, f64::log10;
    log1p: 2.0, LOG1P, f64::ln_1p;
    sin: 1.5, SIN, f64::sin;
    cos: 1.5, COS, f64::cos;
    tan: 2.5, TAN, f64::tan;
    tanh: 3.0, TANH, f64::tanh;
    sigmoid: 3.0, SIGMOID, |x| 1.0 / (1.0 + (-x).exp());
    softplus: 3.0, SOFTPLUS, |x| if x > 0.0 { x + (-x).exp().ln_1p() } else { x.exp().ln_1p() };
    erf: 2.2, ERF, libm::erf;
    erfc: 4.6, ERFC, libm::erfc;
}
