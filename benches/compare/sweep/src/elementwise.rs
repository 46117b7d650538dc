//! Elementwise functions, of a million elements (`e_`) and of four thousand (`es_`).

use crate::Sweep;
use autograd::Key;

pub fn run(sweep: &Sweep) {
    let m: &[usize] = &[1024, 1024];
    macro_rules! one {
        ($($name:ident),*) => {$(
            sweep.both(concat!("e_", stringify!($name)), &[m], |v| v[0].$name());
            sweep.both(concat!("es_", stringify!($name)), &[&[64, 64]], |v| v[0].$name());
        )*};
    }
    one!(
        abs,
        exp,
        log,
        sqrt,
        rsqrt,
        sin,
        cos,
        tan,
        tanh,
        sigmoid,
        relu,
        gelu,
        gelu_tanh,
        silu,
        softplus,
        mish,
        erf,
        erfc,
        log1p,
        expm1,
        asin,
        atan,
        asinh,
        log_sigmoid,
        hardswish,
        square,
        reciprocal,
        neg,
        round,
        selu,
        softsign
    );
    macro_rules! two {
        ($($name:ident),*) => {$(
            sweep.both(concat!("e_", stringify!($name)), &[m, m], |v| v[0].$name(&v[1]));
            sweep.both(concat!("es_", stringify!($name)), &[&[64, 64], &[64, 64]], |v| v[0].$name(&v[1]));
        )*};
    }
    two!(add, sub, mul, div, pow, maximum, minimum, atan2, hypot, logaddexp, copysign, xlogy);
    sweep.both("e_clamp", &[m], |v| v[0].clamp(Some(0.2), Some(0.7)));
    sweep.both("e_leaky", &[m], |v| v[0].leaky_relu(0.1));
    sweep.both("e_elu", &[m], |v| v[0].elu(1.0));
    sweep.both("e_pow3", &[m], |v| v[0].pow_scalar(3.0));
    sweep.both("e_prelu", &[&[32, 64, 32, 32], &[64]], |v| v[0].prelu(&v[1]));
    sweep.both("e_dropout", &[m], |v| v[0].dropout(0.5, Key::seed(1)));
    sweep.both("e_lerp", &[m, m, m], |v| v[0].lerp(&v[1], &v[2]));
}
