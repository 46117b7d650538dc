//! L-BFGS beside PyTorch in a valley; what it remembers, and what it does about functions that end.

use super::*;
use crate::LineSearch;
use autograd_core::{Generator, Tensor};
use autograd_nn::state::AnyTensor;
use serde_json::Value;

const WOLFE: LineSearch = LineSearch::StrongWolfe;

fn rosenbrock(x: &Var<f64>) -> Var<f64> {
    let (a, b) = (x.select(0, 0), x.select(0, 1));
    (&a - 1.0).square() + (b - a.square()).square() * 100.0
}

#[test]
fn rosenbrocks_valley_is_followed_as_pytorch_does() {
    let reference: Value =
        serde_json::from_str(include_str!("../../../../tests/reference/optimizers.json")).expect("JSON");
    let x = Parameter::new([-1.2, 1.0]);
    let options = LbfgsOptions { max_iter: 5, history_size: 6, line_search: WOLFE, ..Default::default() };
    let mut optimizer = Lbfgs::new(vec![x.clone()], options).unwrap();
    for step in reference["lbfgs_rosenbrock"].as_array().unwrap() {
        optimizer.step(|| rosenbrock(&x.var())).unwrap();
        for (i, found) in x.value().to_vec().into_iter().enumerate() {
            let expected = step["x"][i].as_f64().unwrap();
            // Each of the 38 iterations passes the rounding of those before on, a little larger.
            assert!((found - expected).abs() < 1e-8, "{found}, not {expected}");
        }
        assert_eq!(optimizer.evaluations(), step["func_evals"].as_u64().unwrap());
    }
}

#[test]
fn the_first_step_is_no_longer_than_the_rate() {
    // Along a gradient of Σ|g| = 4 a quarter of it; a shorter one is followed as it is.
    for (gradient, expected) in [([3.0, -1.0], [-0.375, 0.125]), ([0.25, -0.25], [-0.125, 0.125])] {
        let x = Parameter::new([0.0, 0.0]);
        let options = LbfgsOptions { lr: 0.5, max_iter: 1, ..Default::default() };
        let mut optimizer = Lbfgs::new(vec![x.clone()], options).unwrap();
        optimizer.step(|| (x.var() * Var::constant(gradient)).sum()).unwrap();
        assert_eq!(x.value().to_vec(), expected);
    }
}

#[test]
fn a_report_says_why_a_step_ended() {
    let run = |options: LbfgsOptions| {
        let x = Parameter::new([-1.2, 1.0]);
        let mut optimizer = Lbfgs::new(vec![x.clone()], options).unwrap();
        optimizer.step(|| rosenbrock(&x.var())).unwrap()
    };
    let wolfe = LbfgsOptions { line_search: WOLFE, max_iter: 100, ..Default::default() };
    let LbfgsReport { loss, iterations, evaluations, stop } = run(LbfgsOptions { tolerance_change: 0.0, ..wolfe });
    assert!((loss - 24.2).abs() < 1e-12 && iterations < 60 && evaluations >= iterations);
    assert_eq!(stop, LbfgsStop::Gradient);
    assert_eq!(run(LbfgsOptions { tolerance_change: 0.01, ..wolfe }).stop, LbfgsStop::Change);
    assert_eq!(run(LbfgsOptions { tolerance_change: 1e9, ..wolfe }).stop, LbfgsStop::Slope);
    let report = run(LbfgsOptions { max_iter: 3, max_eval: Some(50), ..wolfe });
    assert_eq!((report.iterations, report.stop), (3, LbfgsStop::Iterations));
    let report = run(LbfgsOptions { max_eval: Some(7), ..wolfe });
    assert_eq!((report.evaluations, report.stop), (7, LbfgsStop::Evaluations));
}

#[test]
fn it_stays_where_the_loss_is_a_number() {
    // A barrier at 0, lowest at 1, from far away: the first quasi-Newton steps leap over the edge.
    for line_search in [LineSearch::Armijo, WOLFE] {
        let x = Parameter::new([60.0, 0.01]);
        let options = LbfgsOptions { lr: 100.0, line_search, max_iter: 100, ..Default::default() };
        let mut optimizer = Lbfgs::new(vec![x.clone()], options).unwrap();
        let mut beyond = 0;
        optimizer
            .step(|| {
                beyond += usize::from(x.value().to_vec().iter().any(|&x| x <= 0.0));
                (x.var() - x.var().log()).sum()
            })
            .unwrap();
        assert!(beyond > 0, "{line_search:?}: it never tried too far");
        // It ends when the loss changes by less than 1e-9, so half a square of the error is about that.
        assert!(x.value().to_vec().iter().all(|x: &f64| (x - 1.0).abs() < 1e-4), "{line_search:?}: {:?}", x.value());
    }
}

#[test]
fn without_a_search_a_loss_that_ends_is_an_error_and_the_step_undone() {
    let x = Parameter::new([0.5]);
    let mut optimizer = Lbfgs::new(vec![x.clone()], 10.0).unwrap();
    let error = optimizer.step(|| (x.var() * -9.0 - (-x.var() + 1.0).log()).sum()).unwrap_err();
    assert_eq!(error.to_string(), "the loss is NaN; no parameter was changed");
    assert_eq!((x.value().to_vec(), optimizer.evaluations()), (vec![0.5], 0));
}

#[test]
fn gradients_of_parts_of_a_batch_add_to_those_of_the_whole() {
    let generator = &mut Generator::seed(8);
    let data: Tensor<f64> = Tensor::uniform([12, 3], -1.0, 1.0, generator);
    let truth: Tensor<f64> = Tensor::uniform([12], -1.0, 1.0, generator);
    let run = |parts: usize| {
        let w = Parameter::new([0.0, 0.0, 0.0]);
        let options = LbfgsOptions { line_search: WOLFE, ..Default::default() };
        let mut optimizer = Lbfgs::new(vec![w.clone()], options).unwrap();
        let size = 12 / parts;
        let part = |i: usize| {
            let rows = i * size..(i + 1) * size;
            let (x, y) = (Var::constant(&data).slice((rows.clone(), ..)), Var::constant(&truth).slice((rows,)));
            let loss = (x.matmul(&w.var()) - y).square().sum();
            (loss.item(), loss.backward())
        };
        optimizer
            .step_with(|| {
                let (mut loss, mut gradients) = part(0);
                for i in 1..parts {
                    let (more, others) = part(i);
                    loss += more;
                    gradients.accumulate(others);
                }
                (loss, gradients)
            })
            .unwrap();
        w.value().to_vec()
    };
    let (whole, parts) = (run(1), run(4));
    assert!(whole.iter().zip(&parts).all(|(a, b)| (a - b).abs() < 1e-7), "{whole:?} and {parts:?}");
}

#[test]
fn other_frozen_parameters_begin_anew() {
    let [a, b] = [2.0, -3.0].map(|x| Parameter::new([x]));
    let loss = || (a.var() * b.var() - 1.0).square().sum() + a.var().square().sum();
    let options = LbfgsOptions { line_search: WOLFE, max_iter: 3, ..Default::default() };
    let mut optimizer = Lbfgs::new(vec![a.clone(), b.clone()], options).unwrap();
    optimizer.step(loss).unwrap();
    b.freeze();
    let held = b.value().to_vec();

    let fresh = Parameter::new(a.value());
    let alone = || (fresh.var() * b.var() - 1.0).square().sum() + fresh.var().square().sum();
    let mut other = Lbfgs::new(vec![fresh.clone()], options).unwrap();
    for _ in 0..2 {
        optimizer.step(loss).unwrap();
        other.step(alone).unwrap();
        assert_eq!(a.value().to_vec(), fresh.value().to_vec());
    }
    assert_eq!(b.value().to_vec(), held);
    // A state that was saved with it frozen knows nothing of it.
    assert!(optimizer.state().tensors.names().all(|name| !name.starts_with("parameter 1.")));
}

#[test]
fn single_precision_converges_too() {
    let x = Parameter::new([-1.2f32, 1.0]);
    let mut optimizer = Lbfgs::new(vec![x.clone()], LbfgsOptions { line_search: WOLFE, ..Default::default() }).unwrap();
    for _ in 0..4 {
        let (a, b) = (|| x.var().select(0, 0), || x.var().select(0, 1));
        optimizer.step(|| (a() - 1.0).square() + (b() - a().square()).square() * 100.0).unwrap();
    }
    assert!(x.value().to_vec().iter().all(|x| (x - 1.0).abs() < 1e-3), "{:?}", x.value());
}

#[test]
fn a_damaged_state_is_refused_and_changes_nothing() {
    let [a, b] = [2.0, -3.0].map(|x| Parameter::new([x, 1.0]));
    let named = || vec![("a".to_owned(), a.clone()), ("b".to_owned(), b.clone())];
    let options = LbfgsOptions { line_search: WOLFE, max_iter: 4, ..Default::default() };
    let mut optimizer = Lbfgs::new(named(), options).unwrap();
    optimizer.step(|| (a.var().exp() - b.var() * a.var()).square().sum() + b.var().square().sum()).unwrap();
    let good = optimizer.state();
    assert_eq!(good.tensors.get("a.old_stps").unwrap().shape().to_vec(), [3, 2]);

    let cases: [(&str, Option<AnyTensor>, &str); 9] = [
        ("n_iter", None, "the state lacks n_iter, or it is not a single count"),
        ("func_evals", Some(Tensor::<i64>::from(-1).into()), "the state lacks func_evals, or it is not a single count"),
        ("a.old_dirs", None, "the state lacks a.old_dirs, or it is not a single count"),
        ("b.prev_step", None, "the state lacks b.prev_step, or it is not a single count"),
        (
            "b.prev_flat_grad",
            Some(Tensor::<f64>::zeros([3]).into()),
            "prev_flat_grad of b has shape [3], the parameter [2]",
        ),
        (
            "b.old_dirs",
            Some(Tensor::<f64>::zeros([2, 2]).into()),
            "2 tensors are remembered of b, the optimiser takes 3",
        ),
        ("b.old_stps", Some(Tensor::<f64>::zeros([]).into()), "old_stps of b has shape [], the parameter [2]"),
        (
            "b.old_dirs",
            Some(Tensor::<f64>::full([3, 2], f64::NAN).into()),
            "the state lacks a.old_dirs, or it is not a single count",
        ),
        ("c.old_dirs", Some(Tensor::<f64>::zeros([3, 2]).into()), "there is no parameter for c.old_dirs"),
    ];
    for (entry, value, says) in cases {
        let mut bad = good.clone();
        match value {
            Some(value) => bad.tensors.insert(entry, value),
            None => bad.tensors.remove(entry),
        };
        assert_eq!(optimizer.load_state(&bad).unwrap_err().to_string(), says);
        assert_eq!(optimizer.state(), good, "{entry}");
    }
}
