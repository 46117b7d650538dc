//! The checker is checked: wrong rules must be caught, each by the law that is meant for it.

use autograd_core::testing::{Cases, Checked, Domain, shapes, tensors, try_check};
use autograd_core::{Fixed, Mismatch, Op, Real, Save, Saved, Shape, Tensor, Var};
use std::sync::atomic::{AtomicUsize, Ordering};

/// An op with one operand: its forward and its rule as given, with the cases of `textbook` and more.
macro_rules! op {
    ($Op:ident, $saves:expr, forward($x:ident) $forward:expr, rule($saved:ident, $dy:ident) $rule:expr, $cases:expr) => {
        op!($Op, $saves, shape(s) Ok(s.clone()), forward($x) $forward, rule($saved, $dy) $rule, $cases);
    };
    ($Op:ident, $saves:expr, shape($s:ident) $shape:expr, forward($x:ident) $forward:expr, rule($saved:ident, $dy:ident) $rule:expr, $cases:expr) => {
        #[derive(Clone)]
        struct $Op;
        impl<T: Real> Op<T> for $Op {
            type Arity = Fixed<1>;
            const NAME: &'static str = stringify!($Op);
            const RULE: &'static str = "[..] -> [..]";
            const SAVES: Save = $saves;
            fn shape(&self, [$s]: [&Shape; 1]) -> Result<Shape, Mismatch> {
                $shape
            }
            fn forward(&self, [$x]: [&Tensor<T>; 1]) -> Tensor<T> {
                $forward
            }
            fn backward(&self, $saved: &Saved<'_, T>, $dy: &Var<T>) -> [Option<Var<T>>; 1] {
                [Some($rule)]
            }
        }
        impl Checked for $Op {
            fn cases() -> Cases<Self> {
                $cases
            }
        }
    };
}

/// The law that an op breaks; "none" if it breaks none.
fn broken<O: Checked>() -> &'static str {
    try_check::<O>().map_or_else(|failure| failure.law, |()| "none")
}

// y = x³, by a rule that is right: the control.
op!(Cube, Save::INPUTS, forward(x) x.map(|x| x * x * x), rule(saved, dy) {
    let [x] = saved.inputs();
    dy * (&x * &x) * T::of(3.0)
}, Cases::unary(Cube, |x| x.powi(3)).pin("at two", Cube, tensors![[2.0]], [8.0], tensors![[12.0]]));

#[test]
fn a_right_rule_passes() {
    try_check::<Cube>().unwrap();
}

op!(Sign, Save::INPUTS, forward(x) x.map(|x| x * x * x), rule(saved, dy) {
    let [x] = saved.inputs();
    -(dy * (&x * &x) * T::of(3.0))
}, Cases::unary(Sign, |x| x.powi(3)));

#[test]
fn a_wrong_sign_is_caught() {
    assert_eq!(broken::<Sign>(), "gradient");
}

op!(Thousandth, Save::INPUTS, forward(x) x.map(|x| x * x * x), rule(saved, dy) {
    let [x] = saved.inputs();
    dy * (&x * &x) * T::of(3.003)
}, Cases::unary(Thousandth, |x| x.powi(3)));

#[test]
fn a_tenth_of_a_percent_is_caught() {
    assert_eq!(broken::<Thousandth>(), "gradient");
}

op!(SecondOrder, Save::INPUTS, forward(x) x.map(|x| x * x * x), rule(saved, dy) {
    let x = saved.inputs::<1>()[0].detach();
    dy * (&x * &x) * T::of(3.0)
}, Cases::unary(SecondOrder, |x| x.powi(3)));

#[test]
fn a_rule_wrong_only_at_second_order_is_caught() {
    assert_eq!(broken::<SecondOrder>(), "second gradient");
}

op!(Value, Save::INPUTS, forward(x) x.map(|x| x * x * x), rule(saved, dy) {
    let [x] = saved.inputs();
    dy * (&x * &x) * T::of(3.0)
}, Cases::unary(Value, |x| x.powi(3) + 1e-9));

#[test]
fn a_result_that_is_not_the_textbooks_is_caught() {
    assert_eq!(broken::<Value>(), "value");
}

op!(Contiguous, Save::NOTHING, forward(x) {
    // Right if the operand is row-major; otherwise its axes are mistaken.
    match x.as_slice() {
        Some(_) => x.map(|x| x + x),
        None => Tensor::from_vec(x.to_vec().into_iter().rev().map(|x| x + x).collect(), x.shape()),
    }
}, rule(_saved, dy) dy + dy, Cases::unary(Contiguous, |x| 2.0 * x));

#[test]
fn an_op_right_only_for_contiguous_operands_is_caught() {
    assert_eq!(broken::<Contiguous>(), "layout");
}

op!(Undeclared, Save::NOTHING, forward(x) x.map(|x| x * x), rule(saved, dy) {
    let [x] = saved.inputs();
    dy * x * T::of(2.0)
}, Cases::unary(Undeclared, |x| x * x));

#[test]
#[should_panic(expected = "the rule reads operand 0, which SAVES does not declare")]
fn a_rule_that_reads_what_is_not_saved_is_caught() {
    let _ = try_check::<Undeclared>();
}

op!(Hoarder, Save::INPUTS.and(Save::OUTPUT), forward(x) x.map(|x| x * x), rule(saved, dy) {
    dy * saved.input(0) * T::of(2.0)
}, Cases::unary(Hoarder, |x| x * x));

#[test]
fn a_saved_value_that_the_rule_never_reads_is_caught() {
    assert_eq!(broken::<Hoarder>(), "saves");
}

op!(Pinned, Save::NOTHING, forward(x) x.map(|x| x + x), rule(_saved, dy) dy + dy,
    Cases::unary(Pinned, |x| 2.0 * x).pin("wrong", Pinned, tensors![[1.0]], [2.0], tensors![[2.5]]));

#[test]
fn a_pin_that_does_not_hold_is_caught() {
    assert_eq!(broken::<Pinned>(), "pins");
}

// y = |x|³, whose rule is right in both orders but at 0, where its second derivative is NaN: 0 · ∞ behind a gate.
op!(Kink, Save::INPUTS, forward(x) x.map(|x| (x * x * x).abs()), rule(saved, dy) {
    let [x] = saved.inputs();
    dy * (&x * &x * &x * &x).sqrt() * Var::where_(&x.value().gt(T::zero()), &(&x * T::zero() + T::of(3.0)), &(&x * T::zero() - T::of(3.0)))
}, Cases::unary(Kink, |x| x.powi(3).abs()).domain(Domain::between(0.5, 2.0))
    .pin("at zero", Kink, tensors![[0.0]], [0.0], tensors![[0.0]]).second(tensors![[0.0]]));

#[test]
fn a_second_order_wrong_only_at_a_point_is_caught_by_its_pin() {
    assert_eq!(broken::<Kink>(), "pins");
}

op!(Lenient, Save::NOTHING, forward(x) x.map(|x| x + x), rule(_saved, dy) dy + dy,
    Cases::unary(Lenient, |x| 2.0 * x).rejects(Lenient, shapes![[2]], "too short"));

#[test]
fn an_op_that_accepts_what_it_should_refuse_is_caught() {
    assert_eq!(broken::<Lenient>(), "errors");
}

op!(Crude, Save::NOTHING, forward(x) x.map(|x| if size_of::<T>() == 4 { x * T::of(2.001) } else { x + x }),
    rule(_saved, dy) dy + dy, Cases::unary(Crude, |x| 2.0 * x));

#[test]
fn single_precision_that_disagrees_with_double_is_caught() {
    assert_eq!(broken::<Crude>(), "f32");
}

static CALLS: AtomicUsize = AtomicUsize::new(0);
op!(Moody, Save::NOTHING, forward(x) {
    // A last bit that depends on how often it was called.
    let bump = if CALLS.fetch_add(1, Ordering::Relaxed).is_multiple_of(2) { T::epsilon() } else { T::zero() };
    x.map(|x| (x + x) * (T::one() + bump))
}, rule(_saved, dy) dy + dy, Cases::unary(Moody, |x| 2.0 * x));

#[test]
fn calls_that_differ_in_the_last_bit_are_caught() {
    assert_eq!(broken::<Moody>(), "purity");
}

// softmax over the last axis, by the rule with + for -: invisible to a plain sum, which has gradient zero by either rule.
op!(Softmax, Save::OUTPUT, shape(s) if s.rank() == 2 { Ok(s.clone()) } else { Err(Mismatch::new("not a matrix")) }, forward(x) {
    let e = x.map(num_traits_exp);
    let rows = Var::constant(&e).sum_axes(-1, true);
    e.zip(rows.broadcast_to(x.shape()).value(), |e, sum| e / sum)
}, rule(saved, dy) {
    let y = saved.y();
    &y * (dy + (dy * &y).sum_axes(-1, true))
}, Cases::new(|_, x| {
    let e: Vec<f64> = x[0].to_vec().iter().map(|x| x.exp()).collect();
    Tensor::from_fn(x[0].shape(), |i| e[i] / e[i / 4 * 4..i / 4 * 4 + 4].iter().sum::<f64>())
}, Softmax, shapes![[3, 4]]));

fn num_traits_exp<T: Real>(x: T) -> T {
    x.exp()
}

#[test]
fn softmax_with_plus_for_minus_is_caught() {
    assert_eq!(broken::<Softmax>(), "gradient");
}

// The rows of a table, by a rule that overwrites where a row was taken twice.
op!(Twice, Save::NOTHING, shape(s) if **s == [2] { Ok(Shape::from([3])) } else { Err(Mismatch::new("not two numbers")) }, forward(x) {
    let x = x.to_vec();
    Tensor::from_vec(vec![x[0], x[1], x[1]], [3])
}, rule(_saved, dy) {
    let select = Tensor::from_vec(vec![T::one(), T::zero(), T::zero(), T::zero(), T::zero(), T::one()], [2, 3]);
    Var::constant(select).matmul(dy)
}, Cases::new(|_, x| { let x = x[0].to_vec(); Tensor::from(vec![x[0], x[1], x[1]]) }, Twice, shapes![[2]]));

#[test]
fn a_lost_accumulation_is_caught() {
    assert_eq!(broken::<Twice>(), "gradient");
}

/// An op with two operands and the rule given.
macro_rules! product {
    ($Op:ident, $shape:expr, $forward:expr, rule($a:ident, $b:ident, $dy:ident) $rule:expr, $cases:expr) => {
        #[derive(Clone)]
        struct $Op;
        impl<T: Real> Op<T> for $Op {
            type Arity = Fixed<2>;
            const NAME: &'static str = stringify!($Op);
            const RULE: &'static str = "[m, k] x [k, n] -> [m, n]";
            const SAVES: Save = Save::INPUTS;
            fn shape(&self, [a, b]: [&Shape; 2]) -> Result<Shape, Mismatch> {
                let shape: fn(&Shape, &Shape) -> Option<Shape> = $shape;
                shape(a, b).ok_or_else(|| Mismatch::new("other shapes were expected"))
            }
            fn forward(&self, [a, b]: [&Tensor<T>; 2]) -> Tensor<T> {
                let forward: fn(Var<T>, Var<T>) -> Var<T> = $forward;
                forward(Var::constant(a), Var::constant(b)).value().clone()
            }
            fn backward(&self, saved: &Saved<'_, T>, $dy: &Var<T>) -> [Option<Var<T>>; 2] {
                let [$a, $b] = saved.inputs();
                let rules = $rule;
                let needed: [_; 2] = std::array::from_fn(|i| saved.needs(i));
                let mut rules = rules.into_iter().zip(needed).map(|(rule, needed)| needed.then_some(rule));
                std::array::from_fn(|_| rules.next().flatten())
            }
        }
        impl Checked for $Op {
            fn cases() -> Cases<Self> {
                $cases
            }
        }
    };
}

fn square(a: &Shape, b: &Shape) -> Option<Shape> {
    (a.rank() == 2 && a == b && a[0] == a[1]).then(|| a.clone())
}

fn textbook_product(x: &[Tensor<f64>]) -> Tensor<f64> {
    let (n, a, b) = (x[0].shape()[0], x[0].to_vec(), x[1].to_vec());
    Tensor::from_fn([n, n], |i| (0..n).map(|k| a[i / n * n + k] * b[k * n + i % n]).sum())
}

product!(Transposed, square, |a, b| a.matmul(&b), rule(a, b, dy) [dy.matmul(&b), a.mt().matmul(dy)],
    Cases::new(|_, x| textbook_product(x), Transposed, shapes![[3, 3], [3, 3]]));

#[test]
fn an_operand_that_should_be_transposed_is_caught() {
    assert_eq!(broken::<Transposed>(), "gradient");
}

fn row_added(a: &Shape, b: &Shape) -> Option<Shape> {
    (a.rank() == 2 && b.rank() == 1 && a[1] == b[0]).then(|| a.clone())
}

product!(ForgottenSum, row_added, |a, b| a.mul(&b), rule(a, b, dy) [dy.mul(&b), dy.mul(&a)],
    Cases::new(|_, x| {
        let (a, b) = (x[0].to_vec(), x[1].to_vec());
        Tensor::from_fn(x[0].shape(), |i| a[i] * b[i % b.len()])
    }, ForgottenSum, shapes![[2, 3], [3]]));

#[test]
fn a_forgotten_sum_to_is_caught() {
    assert_eq!(broken::<ForgottenSum>(), "gradient");
}

#[test]
fn a_failure_says_where_and_how_to_see_it_again() {
    let text = try_check::<Sign>().unwrap_err().to_string();
    assert!(
        text.starts_with("Sign: the law of gradient is broken\n  operand 0, gradient and difference at ["),
        "{text}"
    );
    assert!(text.contains("allowed 1e-6") && text.contains("AUTOGRAD_SEED=231 cargo test Sign"), "{text}");
}
