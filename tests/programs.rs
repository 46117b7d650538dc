//! Property tests: random programs over the ops against a naive oracle that knows only numbers.

use autograd::testing::strategies::{broadcasting, layouts, tensors_of};
use autograd::testing::{gradcheck, layouts::Layout};
use autograd::{Shape, Tensor, Var};
use proptest::prelude::*;

/// A step of a program: an op on values computed so far, named by their number.
#[derive(Clone, Debug)]
enum Step {
    Add(usize, usize),
    Sub(usize, usize),
    Mul(usize, usize),
    Maximum(usize, usize),
    Tanh(usize),
    Sigmoid(usize),
    Square(usize),
    Sin(usize),
    Scale(usize, i8),
    /// A detour through memory: laid out anew, permuted there and back.
    Relayout(usize, Layout),
    Softmax(usize),
    SumKeep(usize),
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
            Step::SumKeep(a) => at(a).sum_axes(-1, true).broadcast_to([ROWS, COLUMNS]),
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
            Step::SumKeep(a) => by_rows(at(a), |x, dx| (vec![x.iter().sum(); COLUMNS], vec![dx.iter().sum(); COLUMNS])),
        };
        values.push(y);
    }
    values.pop().expect("a program has inputs")
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let i = 0..64usize;
    let step = prop_oneof![
        (i.clone(), i.clone()).prop_map(|(a, b)| Step::Add(a, b)),
        (i.clone(), i.clone()).prop_map(|(a, b)| Step::Sub(a, b)),
        (i.clone(), i.clone()).prop_map(|(a, b)| Step::Mul(a, b)),
        (i.clone(), i.clone()).prop_map(|(a, b)| Step::Maximum(a, b)),
        i.clone().prop_map(Step::Tanh),
        i.clone().prop_map(Step::Sigmoid),
        i.clone().prop_map(Step::Square),
        i.clone().prop_map(Step::Sin),
        (i.clone(), any::<i8>()).prop_map(|(a, c)| Step::Scale(a, c)),
        (i.clone(), layouts()).prop_map(|(a, layout)| Step::Relayout(a, layout)),
        i.clone().prop_map(Step::Softmax),
        i.prop_map(Step::SumKeep),
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

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
