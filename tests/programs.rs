//! Property tests: random programs over the ops against a naive oracle that knows only numbers.

use autograd::testing::strategies::{broadcasting, layouts, tensors_of};
use autograd::testing::{gradcheck, layouts::Layout};
use autograd::{Shape, Tensor, Var};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// A step of a program: an op on values computed so far, named by their number.
#[derive(Clone, Debug)]
enum Step {
    Add(usize, usize),
    Sub(usize, usize),
    Mul(usize, usize),
    Maximum(usize, usize),
    Minimum(usize, usize),
    /// `a / (2 + b²)`, whose denominator is never small.
    Div(usize, usize),
    /// `|b| + 1` to the power of `sin a`.
    Pow(usize, usize),
    /// `a` where `a > b`, else `b · 3`.
    Where(usize, usize),
    /// `a bᵀ a`, two matrix products.
    MatMul(usize, usize),
    /// The second row of `a` over the first row of `b`, by `concat` and `slice`.
    Concat(usize, usize),
    Neg(usize),
    Abs(usize),
    Relu(usize),
    LeakyRelu(usize),
    Clamp(usize),
    Cos(usize),
    /// `exp(sin a)`, which stays small.
    Exp(usize),
    /// `log(1 + a²)`
    Log(usize),
    /// `sqrt(1 + a²)`
    Sqrt(usize),
    Tanh(usize),
    Sigmoid(usize),
    Square(usize),
    Sin(usize),
    Scale(usize, i8),
    /// A detour through memory: laid out anew, permuted there and back.
    Relayout(usize, Layout),
    Softmax(usize),
    LogSoftmax(usize),
    SumKeep(usize),
    MeanKeep(usize),
    AmaxKeep(usize),
    LogSumExpKeep(usize),
    /// Rows exchanged by `index_select`.
    IndexSelect(usize),
    /// Columns 2, 0, 0 by `gather`.
    Gather(usize),
    /// A border of ones by `pad`, and a window one place down and right by `slice`.
    Pad(usize),
}

/// A value of the oracle: its numbers, and their derivative along one direction of the inputs.
#[derive(Clone)]
struct Dual {
    value: Vec<f64>,
    tangent: Vec<f64>,
}

impl Dual {
    fn map(&self, f: impl Fn(f64) -> (f64, f64)) -> Dual {
        let (value, tangent) = self.value.iter().zip(&self.tangent).map(|(&x, dx)| (f(x).0, f(x).1 * dx)).unzip();
        Dual { value, tangent }
    }

    fn zip(&self, other: &Dual, f: impl Fn(f64, f64) -> (f64, f64, f64)) -> Dual {
        let all = self.value.iter().zip(&self.tangent).zip(other.value.iter().zip(&other.tangent));
        let (value, tangent) = all
            .map(|((&a, da), (&b, db))| {
                let (y, fa, fb) = f(a, b);
                (y, fa * da + fb * db)
            })
            .unzip();
        Dual { value, tangent }
    }
}

impl Dual {
    fn select(&self, f: impl Fn(&[f64]) -> Vec<f64>) -> Dual {
        Dual { value: f(&self.value), tangent: f(&self.tangent) }
    }

    /// `a bᵀ a` by its definition, and its derivative by the product rule.
    fn sandwich(&self, b: &Dual) -> Dual {
        let product = |x: &[f64], y: &[f64], z: &[f64]| -> Vec<f64> {
            let entry = |i: usize, j: usize| -> f64 {
                let inner = |k: usize| (0..COLUMNS).map(|l| x[i * COLUMNS + l] * y[k * COLUMNS + l]).sum::<f64>();
                (0..ROWS).map(|k| inner(k) * z[k * COLUMNS + j]).sum()
            };
            (0..ROWS * COLUMNS).map(|i| entry(i / COLUMNS, i % COLUMNS)).collect()
        };
        let (a, da, b, db) = (&self.value, &self.tangent, &b.value, &b.tangent);
        let parts = [product(da, b, a), product(a, db, a), product(a, b, da)];
        let tangent = (0..ROWS * COLUMNS).map(|i| parts.iter().map(|part| part[i]).sum()).collect();
        Dual { value: product(a, b, a), tangent }
    }
}

/// `log Σ eˣ` of a row and its derivative.
fn logsumexp(x: &[f64], dx: &[f64]) -> (f64, f64) {
    let largest = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let e: Vec<f64> = x.iter().map(|x| (x - largest).exp()).collect();
    let sum: f64 = e.iter().sum();
    (largest + sum.ln(), e.iter().zip(dx).map(|(e, dx)| e * dx).sum::<f64>() / sum)
}

/// All values of a program are matrices of this shape.
const ROWS: usize = 2;
const COLUMNS: usize = 3;

fn run(steps: &[Step], inputs: Vec<Var<f64>>) -> Var<f64> {
    let mut values = inputs;
    for step in steps {
        let n = values.len();
        let at = |i: &usize| &values[i % n];
        let y = match step {
            Step::Add(a, b) => at(a) + at(b),
            Step::Sub(a, b) => at(a) - at(b),
            Step::Mul(a, b) => at(a) * at(b),
            Step::Maximum(a, b) => at(a).maximum(at(b)),
            Step::Minimum(a, b) => at(a).minimum(at(b)),
            Step::Div(a, b) => at(a) / (at(b).square() + 2.0),
            Step::Pow(a, b) => (at(b).abs() + 1.0).pow(&at(a).sin()),
            Step::Where(a, b) => Var::where_(&at(a).value().gt(at(b).value()), at(a), &(at(b) * 3.0)),
            Step::MatMul(a, b) => at(a).matmul(&at(b).mt()).matmul(at(a)),
            Step::Concat(a, b) => Var::concat(&[at(a), at(b)], 0).slice(1..3),
            Step::Neg(a) => -at(a),
            Step::Abs(a) => at(a).abs(),
            Step::Relu(a) => at(a).relu(),
            Step::LeakyRelu(a) => at(a).leaky_relu(0.1),
            Step::Clamp(a) => at(a).clamp(Some(-0.5), Some(0.75)),
            Step::Cos(a) => at(a).cos(),
            Step::Exp(a) => at(a).sin().exp(),
            Step::Log(a) => (at(a).square() + 1.0).log(),
            Step::Sqrt(a) => (1.0 + at(a).square()).sqrt(),
            Step::Tanh(a) => at(a).tanh(),
            Step::Sigmoid(a) => at(a).sigmoid(),
            Step::Square(a) => at(a).square(),
            Step::Sin(a) => at(a).sin(),
            Step::Scale(a, c) => at(a) * f64::from(*c) / 16.0,
            Step::Relayout(a, Layout::Permuted) => at(a).mt().mt(),
            Step::Relayout(a, Layout::Reversed) => {
                let back = || autograd::AxisSlice::from(..).step(-1);
                at(a).slice((back(), back())).slice((back(), back()))
            }
            Step::Relayout(a, _) => at(a).reshape([COLUMNS, ROWS]).reshape([ROWS, COLUMNS]),
            Step::Softmax(a) => at(a).softmax(-1),
            Step::LogSoftmax(a) => at(a).log_softmax(-1),
            Step::SumKeep(a) => at(a).sum_axes(-1, true).broadcast_to([ROWS, COLUMNS]),
            Step::MeanKeep(a) => at(a).mean_axes(-1, true).broadcast_to([ROWS, COLUMNS]),
            Step::AmaxKeep(a) => at(a).amax(-1, true).broadcast_to([ROWS, COLUMNS]),
            Step::LogSumExpKeep(a) => at(a).logsumexp(-1, true).broadcast_to([ROWS, COLUMNS]),
            Step::IndexSelect(a) => at(a).index_select(0, &Tensor::from([1i64, 0])),
            Step::Gather(a) => at(a).gather(1, &Tensor::from([[2i64, 0, 0]; ROWS])),
            Step::Pad(a) => at(a).pad([(0, 1), (0, 1)], 1.0).slice((1.., 1..)),
        };
        values.push(y);
    }
    values.pop().expect("a program has inputs")
}

/// `f` of each row and its derivative.
fn by_rows(x: &Dual, f: impl Fn(&[f64], &[f64]) -> (Vec<f64>, Vec<f64>)) -> Dual {
    let rows = x.value.chunks(COLUMNS).zip(x.tangent.chunks(COLUMNS)).map(|(x, dx)| f(x, dx));
    let (value, tangent): (Vec<Vec<f64>>, Vec<Vec<f64>>) = rows.unzip();
    Dual { value: value.concat(), tangent: tangent.concat() }
}

fn oracle(steps: &[Step], inputs: Vec<Dual>) -> Dual {
    let mut values = inputs;
    for step in steps {
        let n = values.len();
        let at = |i: &usize| &values[i % n];
        let y = match step {
            Step::Add(a, b) => at(a).zip(at(b), |a, b| (a + b, 1.0, 1.0)),
            Step::Sub(a, b) => at(a).zip(at(b), |a, b| (a - b, 1.0, -1.0)),
            Step::Mul(a, b) => at(a).zip(at(b), |a, b| (a * b, b, a)),
            Step::Maximum(a, b) => at(a).zip(at(b), |a, b| match a.partial_cmp(&b) {
                Some(std::cmp::Ordering::Greater) => (a, 1.0, 0.0),
                Some(std::cmp::Ordering::Less) => (b, 0.0, 1.0),
                _ => (a, 0.5, 0.5),
            }),
            Step::Minimum(a, b) => at(a).zip(at(b), |a, b| match a.partial_cmp(&b) {
                Some(std::cmp::Ordering::Less) => (a, 1.0, 0.0),
                Some(std::cmp::Ordering::Greater) => (b, 0.0, 1.0),
                _ => (a, 0.5, 0.5),
            }),
            Step::Div(a, b) => at(a).zip(at(b), |a, b| {
                let d = b * b + 2.0;
                (a / d, 1.0 / d, -2.0 * a * b / (d * d))
            }),
            Step::Pow(a, b) => at(a).zip(at(b), |a, b| {
                let (base, e) = (b.abs() + 1.0, a.sin());
                let sign = if b == 0.0 { 0.0 } else { b.signum() };
                (base.powf(e), base.powf(e) * base.ln() * a.cos(), e * base.powf(e - 1.0) * sign)
            }),
            Step::Where(a, b) => at(a).zip(at(b), |a, b| if a > b { (a, 1.0, 0.0) } else { (b * 3.0, 0.0, 3.0) }),
            Step::MatMul(a, b) => at(a).sandwich(at(b)),
            Step::Concat(a, b) => {
                let rows = |x: &[f64], y: &[f64]| [&x[COLUMNS..], &y[..COLUMNS]].concat();
                let (a, b) = (at(a), at(b));
                Dual { value: rows(&a.value, &b.value), tangent: rows(&a.tangent, &b.tangent) }
            }
            Step::Neg(a) => at(a).map(|x| (-x, -1.0)),
            Step::Abs(a) => at(a).map(|x| (x.abs(), if x == 0.0 { 0.0 } else { x.signum() })),
            Step::Relu(a) => at(a).map(|x| if x > 0.0 { (x, 1.0) } else { (0.0, 0.0) }),
            Step::LeakyRelu(a) => at(a).map(|x| if x > 0.0 { (x, 1.0) } else { (0.1 * x, 0.1) }),
            Step::Clamp(a) => at(a).map(|x| (x.clamp(-0.5, 0.75), if -0.5 < x && x < 0.75 { 1.0 } else { 0.0 })),
            Step::Cos(a) => at(a).map(|x| (x.cos(), -x.sin())),
            Step::Exp(a) => at(a).map(|x| (x.sin().exp(), x.sin().exp() * x.cos())),
            Step::Log(a) => at(a).map(|x| ((x * x + 1.0).ln(), 2.0 * x / (x * x + 1.0))),
            Step::Sqrt(a) => at(a).map(|x| ((x * x + 1.0).sqrt(), x / (x * x + 1.0).sqrt())),
            Step::Tanh(a) => at(a).map(|x| (x.tanh(), 1.0 - x.tanh().powi(2))),
            Step::Sigmoid(a) => at(a).map(|x| {
                let y = 1.0 / (1.0 + (-x).exp());
                (y, y * (1.0 - y))
            }),
            Step::Square(a) => at(a).map(|x| (x * x, 2.0 * x)),
            Step::Sin(a) => at(a).map(|x| (x.sin(), x.cos())),
            Step::Scale(a, c) => at(a).map(|x| (x * f64::from(*c) / 16.0, f64::from(*c) / 16.0)),
            Step::Relayout(a, _) => at(a).clone(),
            Step::Softmax(a) => by_rows(at(a), |x, dx| {
                let e: Vec<f64> = x.iter().map(|x| x.exp()).collect();
                let sum: f64 = e.iter().sum();
                let y: Vec<f64> = e.iter().map(|e| e / sum).collect();
                let mean: f64 = y.iter().zip(dx).map(|(y, dx)| y * dx).sum();
                let dy = y.iter().zip(dx).map(|(y, dx)| y * (dx - mean)).collect();
                (y, dy)
            }),
            Step::LogSoftmax(a) => by_rows(at(a), |x, dx| {
                let (y, dy) = logsumexp(x, dx);
                (x.iter().map(|x| x - y).collect(), dx.iter().map(|dx| dx - dy).collect())
            }),
            Step::SumKeep(a) => by_rows(at(a), |x, dx| (vec![x.iter().sum(); COLUMNS], vec![dx.iter().sum(); COLUMNS])),
            Step::MeanKeep(a) => {
                let mean = |x: &[f64]| vec![x.iter().sum::<f64>() / COLUMNS as f64; COLUMNS];
                by_rows(at(a), |x, dx| (mean(x), mean(dx)))
            }
            Step::AmaxKeep(a) => by_rows(at(a), |x, dx| {
                let y = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let ties: Vec<f64> = x.iter().zip(dx).filter(|(x, _)| **x == y).map(|(_, dx)| *dx).collect();
                (vec![y; COLUMNS], vec![ties.iter().sum::<f64>() / ties.len() as f64; COLUMNS])
            }),
            Step::LogSumExpKeep(a) => by_rows(at(a), |x, dx| {
                let (y, dy) = logsumexp(x, dx);
                (vec![y; COLUMNS], vec![dy; COLUMNS])
            }),
            Step::IndexSelect(a) => at(a).select(|x| [&x[COLUMNS..], &x[..COLUMNS]].concat()),
            Step::Gather(a) => by_rows(at(a), |x, dx| (vec![x[2], x[0], x[0]], vec![dx[2], dx[0], dx[0]])),
            Step::Pad(a) => {
                let a = at(a);
                let window = |x: &[f64], rest: f64| vec![x[4], x[5], rest, rest, rest, rest];
                Dual { value: window(&a.value, 1.0), tangent: window(&a.tangent, 0.0) }
            }
        };
        values.push(y);
    }
    values.pop().expect("a program has inputs")
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    type One = fn(usize) -> Step;
    type Two = fn(usize, usize) -> Step;
    let one: Vec<One> = vec![
        Step::Neg,
        Step::Abs,
        Step::Relu,
        Step::LeakyRelu,
        Step::Clamp,
        Step::Cos,
        Step::Exp,
        Step::Log,
        Step::Sqrt,
        Step::Tanh,
        Step::Sigmoid,
        Step::Square,
        Step::Sin,
        Step::Softmax,
        Step::LogSoftmax,
        Step::SumKeep,
        Step::MeanKeep,
        Step::AmaxKeep,
        Step::LogSumExpKeep,
        Step::IndexSelect,
        Step::Gather,
        Step::Pad,
    ];
    let two: Vec<Two> = vec![
        Step::Add,
        Step::Sub,
        Step::Mul,
        Step::Maximum,
        Step::Minimum,
        Step::Div,
        Step::Pow,
        Step::Where,
        Step::MatMul,
        Step::Concat,
    ];
    let i = 0..64usize;
    let step = prop_oneof![
        4 => (proptest::sample::select(one), i.clone()).prop_map(|(step, a)| step(a)),
        4 => (proptest::sample::select(two), i.clone(), i.clone()).prop_map(|(step, a, b)| step(a, b)),
        1 => (i.clone(), any::<i8>()).prop_map(|(a, c)| Step::Scale(a, c)),
        1 => (i, layouts()).prop_map(|(a, layout)| Step::Relayout(a, layout)),
    ];
    proptest::collection::vec(step, 1..24)
}

fn matrix() -> impl Strategy<Value = Tensor<f64>> {
    tensors_of(Shape::from([ROWS, COLUMNS]), -1.0, 1.0)
}

/// Equal but for the roundings that a different order of additions brings, at the scale that the values reach.
fn close(a: f64, b: f64) -> bool {
    a == b
        || (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0)
        || !a.is_finite()
        || !b.is_finite()
        || a.abs() > 1e12
}

/// The same programs in each run, or others with `PROPTEST_RNG_SEED=n`: where two values are equal but for their last rounding, a maximum may
/// rightly go to either, and such a program is not to fail a run that changed nothing.
fn config() -> ProptestConfig {
    let given = ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() };
    match std::env::var_os("PROPTEST_RNG_SEED") {
        Some(_) => given,
        None => ProptestConfig { rng_seed: RngSeed::Fixed(231), ..given },
    }
}

proptest! {
    #![proptest_config(config())]

    /// The value agrees with the oracle's, and ⟨dy, J v⟩ by the rules backward with ⟨dy, J v⟩ by the oracle forward.
    #[test]
    fn programs_agree_with_the_oracle(steps in steps(), x in [matrix(), matrix()], v in [matrix(), matrix()], dy in matrix()) {
        let leaves = [Var::leaf(&x[0]), Var::leaf(&x[1])];
        let y = run(&steps, leaves.to_vec());
        let duals = x.iter().zip(&v).map(|(x, v)| Dual { value: x.to_vec(), tangent: v.to_vec() });
        let expected = oracle(&steps, duals.collect());
        for (found, expected) in y.to_vec().iter().zip(&expected.value) {
            prop_assert!(close(*found, *expected), "value {found} and {expected}");
        }
        let forward: f64 = dy.to_vec().iter().zip(&expected.tangent).map(|(a, b)| a * b).sum();
        let gradients = y.backward_with(&dy);
        let dot = |a: &Tensor<f64>, b: &Tensor<f64>| a.to_vec().iter().zip(b.to_vec()).map(|(a, b)| a * b).sum::<f64>();
        let backward: f64 = leaves.iter().zip(&v).filter_map(|(x, v)| Some(dot(gradients.get(x)?, v))).sum();
        let scale = expected.tangent.iter().chain(&expected.value).fold(1f64, |scale, x| scale.max(x.abs()));
        prop_assert!(close(forward / scale, backward / scale), "forward {forward}, backward {backward}");
    }

    /// Broadcasting gives what copying both operands to the common shape gives, forward and backward.
    #[test]
    fn broadcasting_is_copying((a, b) in broadcasting(3, 3), layout in layouts()) {
        let shape = a.broadcast(&b).unwrap();
        let value = |shape: &Shape, step: f64| layout.of(&Tensor::from_fn(shape, |i| (i as f64 * step).sin()));
        let (x, y) = (value(&a, 0.7), value(&b, 1.3));
        let f = |x: &[Var<f64>]| &x[0] * &x[1] + &x[0];
        let direct = f(&[Var::constant(&x), Var::constant(&y)]);
        let full = |x: &Tensor<f64>| Var::constant(x.broadcast_to(&shape).contiguous());
        prop_assert_eq!(direct.to_vec(), f(&[full(&x), full(&y)]).to_vec());
        prop_assert!(gradcheck(f, &[x, y]).is_ok());
    }

    /// Views show the elements that their indices name, however the tensor lies in memory.
    #[test]
    fn views_are_index_arithmetic(layout in layouts(), start in 0..4usize, step in prop_oneof![-3..0isize, 1..4isize]) {
        let x = Tensor::<f64>::arange(60).reshape([3, 4, 5]);
        let laid = layout.of(&x);
        let part = laid.slice((autograd::AxisSlice::from(..), autograd::AxisSlice::from(start..4).step(step))).permute([2, 0, 1]);
        let mut columns: Vec<usize> = (start..4).collect();
        if step < 0 {
            columns.reverse();
        }
        let columns: Vec<usize> = columns.into_iter().step_by(step.unsigned_abs()).collect();
        let mut expected = Vec::new();
        for k in 0..5 {
            for i in 0..3 {
                expected.extend(columns.iter().map(|j| (i * 20 + j * 5 + k) as f64));
            }
        }
        prop_assert_eq!(part.to_vec(), expected.clone());
        prop_assert_eq!(part.reshape([expected.len()]).to_vec(), expected);
    }
}
