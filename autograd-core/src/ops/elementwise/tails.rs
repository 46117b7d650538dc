//! Far from 0, gates and their first and second derivatives are their limits, and finite.

use crate::{Var, grad};

/// The value and the first two derivatives of `f` at `x`.
fn orders(f: impl Fn(&Var<f64>) -> Var<f64>, x: f64) -> [f64; 3] {
    let x = Var::leaf(x);
    let y = f(&x);
    let first = grad(&y, &x, true).expect("a gradient");
    let second = grad(&first, &x, false).map_or(0.0, |second| second.item());
    [y.item(), first.item(), second]
}

type Gate = fn(&Var<f64>) -> Var<f64>;

#[test]
fn gates_are_linear_far_from_zero() {
    let gates: [(&str, Gate, [f64; 2], [f64; 2]); 16] = [
        ("elu", |x| x.elu(1.0), [-1.0, 0.0], [1000.0, 1.0]),
        ("selu", Var::selu, [-1.7580993408473766, 0.0], [1050.7009873554805, 1.0507009873554805]),
        ("gelu", Var::gelu, [0.0, 0.0], [1000.0, 1.0]),
        ("gelu_tanh", Var::gelu_tanh, [0.0, 0.0], [1000.0, 1.0]),
        ("silu", Var::silu, [0.0, 0.0], [1000.0, 1.0]),
        ("mish", Var::mish, [0.0, 0.0], [1000.0, 1.0]),
        ("softplus", Var::softplus, [0.0, 0.0], [1000.0, 1.0]),
        ("log_sigmoid", Var::log_sigmoid, [-1000.0, 1.0], [0.0, 0.0]),
        ("sigmoid", Var::sigmoid, [0.0, 0.0], [1.0, 0.0]),
        ("tanh", Var::tanh, [-1.0, 0.0], [1.0, 0.0]),
        ("erf", Var::erf, [-1.0, 0.0], [1.0, 0.0]),
        ("erfc", Var::erfc, [2.0, 0.0], [0.0, 0.0]),
        ("hardsigmoid", Var::hardsigmoid, [0.0, 0.0], [1.0, 0.0]),
        ("hardswish", Var::hardswish, [0.0, 0.0], [1000.0, 1.0]),
        ("logaddexp", |x| x.logaddexp(&Var::constant(0.0)), [0.0, 0.0], [1000.0, 1.0]),
        ("hypot", |x| x.abs().hypot(&Var::constant(0.0)), [1000.0, -1.0], [1000.0, 1.0]),
    ];
    for (name, gate, below, above) in gates {
        assert_eq!(orders(gate, -1000.0), [below[0], below[1], 0.0], "{name} at -1000");
        assert_eq!(orders(gate, 1000.0), [above[0], above[1], 0.0], "{name} at 1000");
    }
}

#[test]
fn derivatives_that_fall_off_slowly_keep_their_digits() {
    let near = |found: [f64; 3], expected: [f64; 3]| {
        for (found, expected) in found.into_iter().zip(expected) {
            assert!((found / expected - 1.0).abs() < 1e-14, "{found:e} instead of {expected:e}");
        }
    };
    let e = (-50f64).exp();
    near(orders(Var::softplus, -50.0), [e, e, e]);
    near(orders(Var::log_sigmoid, 50.0), [-e, e, -e]);
    near(orders(Var::silu, -50.0), [-50.0 * e, -49.0 * e, -48.0 * e]);
    near(orders(Var::mish, -50.0), [-50.0 * e, -49.0 * e, -48.0 * e]);
    near(orders(Var::expm1, -50.0), [e - 1.0, e, e]);
    near(orders(|x| x.elu(2.0), -50.0), [2.0 * e - 2.0, 2.0 * e, 2.0 * e]);
}

#[test]
fn kinks_with_a_tip_have_no_curvature_there() {
    assert_eq!(orders(|x| x.hypot(x), 0.0), [0.0, 0.0, 0.0]);
    assert_eq!(orders(|x| x.xlogy(x), 0.0), [0.0, 0.0, 0.0]);
    let nothing = |x: &Var<f64>| x.logaddexp(&Var::constant(f64::NEG_INFINITY));
    assert_eq!(orders(nothing, f64::NEG_INFINITY), [f64::NEG_INFINITY, 0.0, 0.0]);
}
