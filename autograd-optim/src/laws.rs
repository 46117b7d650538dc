//! The laws that each optimiser satisfies, and the cases it states for them.

mod cases;
mod evaluating;
mod problems;

pub(crate) use cases::{Cases, Checked, Task, flag, number, two};

use crate::{Error, Optimizer, OptimizerState, Rule, Stepper};
use autograd_core::{Generator, Tensor, Var, with_threads};
use autograd_nn::Parameter;
use cases::{Make, MakeFrom};
use serde_json::Value;

/// Puts an optimiser through all laws.
pub(crate) fn check<C: Checked>() {
    let cases = C::cases();
    assert!(!cases.paths.is_empty() || cases.without_path.is_some(), "state a path of PyTorch, or why there is none");
    states_each_task(&cases);
    for case in &cases.cases {
        case.tasks.iter().for_each(|task| problems::solve(&case.make, *task));
        resumes(&case.make);
        leaves_alone(&case.make);
        changes_nothing_by_half(&case.make);
        same_bits(&case.make);
        if cases.evaluates {
            evaluating::check(&case.make);
        }
    }
    cases.paths.iter().for_each(|(name, make)| follows(name, make));
    for (attempt, expected) in &cases.refusals {
        let error = attempt().err().unwrap_or_else(|| panic!("accepted, though stated: {expected}"));
        assert_eq!(error.to_string(), *expected);
    }
}

/// Each optimiser brings a quadratic, Rosenbrock's valley and a network low; those that move matrices alone have a quadratic of matrices.
fn states_each_task(cases: &Cases) {
    let states = |wanted: fn(&Task) -> bool| cases.cases.iter().flat_map(|case| &case.tasks).any(wanted);
    let all = states(|task| matches!(task, Task::Quadratic(_)))
        && states(|task| matches!(task, Task::Rosenbrock(..)))
        && states(|task| matches!(task, Task::Network(_)));
    assert!(
        all || states(|task| matches!(task, Task::Matrix(_))),
        "state a quadratic, Rosenbrock's valley and a network"
    );
}

/// Holds a rule without a path of PyTorch's to a formula in plain loops: of the step from 1, the elements to move, and the gradient.
pub(crate) fn follow<R: Rule>(settings: R, mut formula: impl FnMut(i32, &mut [f64], &[f64])) {
    let mut generator = Generator::seed(6);
    let mut draw = || Tensor::normal([2, 3], 0.0, 1.0, &mut generator);
    let w = Parameter::new(draw());
    let mut expected = w.value().to_vec();
    let mut optimizer = Stepper::<R, f64>::new(vec![w.clone()], settings).expect("good settings");
    for step in 1..=12 {
        let gradient = draw();
        formula(step, &mut expected, &gradient.to_vec());
        optimizer.step(&(w.var() * 1.0).backward_with(&gradient)).expect("a finite gradient");
        for (found, expected) in w.value().to_vec().into_iter().zip(&expected) {
            assert!((found - expected).abs() < 1e-14, "step {step}: {found}, not {expected}");
        }
    }
}

/// "path": PyTorch's twelve steps, to 1e-10.
fn follows(name: &str, make: &MakeFrom) {
    let reference: Value = serde_json::from_str(include_str!("../../tests/reference/optimizers.json")).expect("JSON");
    let paths = reference["paths"].as_array().expect("a list");
    let path = paths.iter().find(|path| path["name"] == name).unwrap_or_else(|| panic!("there is a path {name}"));
    let [x, w] = [0, 1].map(|i| Parameter::new(tensor(&path["start"][i])));
    let named = vec![("x".to_owned(), x.clone()), ("w".to_owned(), w.clone())];
    let mut optimizer = make(named, &path["settings"]);
    for (step, point) in path["trajectory"].as_array().expect("a list of points").iter().enumerate() {
        optimizer.advance(&|| problems::of_the_paths(&x.var(), &w.var())).expect("a finite gradient");
        for (parameter, expected) in [&x, &w].into_iter().zip([0, 1].map(|i| tensor(&point[i]))) {
            for (found, expected) in parameter.value().to_vec().into_iter().zip(expected.to_vec()) {
                let error = (found - expected).abs();
                assert!(error <= 1e-10 * expected.abs().max(1.0), "{name}, step {step}: {found}, not {expected}");
            }
        }
        for (count, values) in path["counts"].as_object().into_iter().flatten() {
            let state = optimizer.state();
            let found = state.tensors.get(count).and_then(|found| found.as_i64()).map(Tensor::item);
            assert_eq!(found, values[step].as_i64(), "{name}, step {step}: {count}");
        }
    }
}

/// A vector, or a matrix from its rows.
fn tensor(value: &Value) -> Tensor<f64> {
    let list = value.as_array().expect("a list");
    if list[0].is_array() {
        let rows: Vec<Vec<f64>> = list.iter().map(|row| tensor(row).to_vec()).collect();
        return Tensor::from_vec(rows.concat(), [rows.len(), rows[0].len()]);
    }
    list.iter().map(|number| number.as_f64().expect("a number")).collect::<Vec<f64>>().into()
}

/// Two parameters with a loss whose gradient depends on both.
fn pair() -> [(String, Parameter<f64>); 2] {
    let mut generator = Generator::seed(5);
    [("a", [3, 4]), ("b", [2, 5])]
        .map(|(name, shape)| (name.to_owned(), Parameter::new(Tensor::uniform(shape, -1.0, 1.0, &mut generator))))
}

fn loss(pair: &[(String, Parameter<f64>); 2]) -> Var<f64> {
    let [a, b] = pair.each_ref().map(|(_, parameter)| parameter.var());
    let sum = a.sum() + b.sum() * 0.5;
    // Of gentle slope wherever it is, so that a large rate does no harm.
    (a.square() + 1.0).sqrt().sum() * 0.2 + (b.tanh() - 0.3).square().sum() * 0.5 + sum.tanh()
}

fn bits(parameters: &[(String, Parameter<f64>)]) -> Vec<Vec<u64>> {
    let bits = |(_, parameter): &(String, Parameter<f64>)| parameter.value().to_vec().into_iter().map(f64::to_bits);
    parameters.iter().map(|parameter| bits(parameter).collect()).collect()
}

/// "resume": seven steps, and three, a state that went through text, and four more, end in the same bits.
fn resumes(make: &Make) {
    let straight = pair();
    let mut optimizer = make(straight.to_vec()).expect("good settings");
    optimizer.descend(7, &|| loss(&straight));

    let interrupted = pair();
    let mut first = make(interrupted.to_vec()).expect("good settings");
    first.descend(3, &|| loss(&interrupted));
    let saved = first.state();
    let text: Vec<String> = saved.groups.iter().map(Value::to_string).collect();
    let groups = text.iter().map(|text| serde_json::from_str(text).expect("JSON")).collect();
    let saved = OptimizerState { groups, ..saved };
    let mut second = make(interrupted.to_vec()).expect("good settings");
    second.load_state(&saved).expect("its own state");
    assert_eq!(second.state(), saved, "a state is loaded whole");
    second.descend(4, &|| loss(&interrupted));
    assert_eq!(bits(&straight), bits(&interrupted), "resumed training differs");

    let mut other = saved.clone();
    other.optimizer = "another".to_owned();
    assert!(matches!(second.load_state(&other), Err(Error::OtherOptimizer { .. })));
    let mut strange = saved.clone();
    strange.tensors.insert("stranger.step", Tensor::<i64>::from(1i64));
    assert!(second.load_state(&strange).is_err(), "a state with a stranger's entries");
}

/// "frozen": parameters that are frozen or that no gradient reaches stay.
fn leaves_alone(make: &Make) {
    let pair = pair();
    let extra = ("extra".to_owned(), Parameter::new([[1.0, 2.0]]));
    let mut optimizer = make([pair.as_slice(), std::slice::from_ref(&extra)].concat()).expect("good settings");
    pair[0].1.freeze();
    let before = bits(&[pair[0].clone(), extra.clone()]);
    let moved = bits(&pair[1..]);
    optimizer.advance(&|| loss(&pair)).expect("a step");
    assert_eq!(bits(&[pair[0].clone(), extra]), before, "a parameter without gradient moved");
    assert_ne!(bits(&pair[1..]), moved, "the one with a gradient did not");
}

/// A number that is 0 and whose derivative with respect to element `[1, 2]` of `b` is `slope · ∞`: NaN if the slope is 0.
fn steep(b: &Parameter<f64>, slope: f64) -> Var<f64> {
    let element = b.var().select(0, 1).select(0, 2);
    (&element - element.detach()).sqrt() * slope
}

/// "all or nothing": a gradient that is not finite is reported by name and place, and neither parameters nor state change.
fn changes_nothing_by_half(make: &Make) {
    for (bad, slope) in [(f64::NAN, 0.0), (f64::INFINITY, 1.0), (f64::NEG_INFINITY, -1.0)] {
        let pair = pair();
        let mut optimizer = make(pair.to_vec()).expect("good settings");
        optimizer.advance(&|| loss(&pair)).expect("a step");
        let (before, state) = (bits(&pair), optimizer.state());
        let error = optimizer.advance(&|| loss(&pair) + steep(&pair[1].1, slope));
        let error = error.expect_err("a gradient that is not finite is refused").to_string();
        let expected =
            format!("the gradient of b, of shape [2, 5], holds {bad} at element 7; no parameter was changed");
        assert_eq!(error, expected);
        assert_eq!(bits(&pair), before, "parameters changed");
        assert_eq!(optimizer.state(), state, "the state changed");
    }
}

/// "threads": the same bits on one and on two.
fn same_bits(make: &Make) {
    let run = |threads| {
        with_threads(threads, || {
            let mut generator = Generator::seed(9);
            let large = Parameter::new(Tensor::uniform([40, 1000], -1.0, 1.0, &mut generator));
            let named = vec![("large".to_owned(), large.clone())];
            let mut optimizer = make(named.clone()).expect("good settings");
            optimizer.descend(2, &|| (large.var() - 0.1).square().mean());
            bits(&named)
        })
    };
    assert_eq!(run(1), run(2), "one and two threads differ");
}
