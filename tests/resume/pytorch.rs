//! Training that PyTorch began goes on here as there; the files are of tests/reference/optimizer_states.py.

use autograd::nn::activation::Tanh;
use autograd::nn::container::Sequential;
use autograd::nn::state::{PickleValue, StateDict, Strictness};
use autograd::optim::*;
use autograd::prelude::*;
use std::path::PathBuf;

type Net = Sequential<f64>;

fn file(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests/reference/optimizer_states", name].iter().collect()
}

/// The parts of the file of a case: the model's and the optimiser's.
fn saved(name: &str) -> (StateDict, PickleValue) {
    let saved = PickleValue::load(file(&format!("{name}.pth"))).expect("a file of the repository");
    let part = |key: &str| saved.get(key).expect("the script wrote it");
    (part("model").tensors().expect("tensors"), part("optimizer").clone())
}

fn net() -> Net {
    let generator = &mut Generator::seed(7);
    Sequential::new().then(Linear::new(3, 4, generator)).then(Tanh).then(Linear::new(4, 2, generator))
}

/// Three steps, after which the model is to be PyTorch's.
fn goes_on(name: &str, model: &Net, optimizer: &mut impl Optimizer<f64>) {
    let x = Var::constant(Tensor::linspace(-1.0, 1.0, 15).reshape([5, 3]));
    let y = Var::constant(Tensor::linspace(0.5, -0.5, 10).reshape([5, 2]));
    for _ in 0..3 {
        let loss = (model.forward(&x) - &y).square().mean();
        optimizer.step(&loss.backward()).expect("finite gradients");
    }
    let after = StateDict::load(file(&format!("{name}_after.pth"))).expect("a file of the repository");
    for (key, value) in model.state_dict().iter() {
        let (found, expected) = (value.to_real::<f64>(), after.get(key).expect("the same names").to_real::<f64>());
        for (found, expected) in found.to_vec().iter().zip(expected.to_vec()) {
            assert!((found - expected).abs() <= 1e-10, "{name}, {key}: {found}, not {expected}");
        }
    }
}

/// Loads a case into an optimiser of other settings, which the file replaces.
fn case<R: Rule>(name: &str, other: R) {
    let (model, (weights, state)) = (net(), saved(name));
    model.load_state_dict(&weights, Strictness::Strict).expect("the same model");
    let mut optimizer = Stepper::<R, f64>::new(&model, other).expect("good settings");
    let state = OptimizerState::from_pytorch(&state, &optimizer).unwrap_or_else(|error| panic!("{name}: {error}"));
    optimizer.load_state(&state).unwrap_or_else(|error| panic!("{name}: {error}"));
    goes_on(name, &model, &mut optimizer);
}

#[test]
fn each_optimizer_goes_on_from_pytorchs_file() {
    case::<AdamOptions>("adam", 1.0.into());
    case::<AdamWOptions>("adamw", 1.0.into());
    case::<SgdOptions>("sgd", 1.0.into());
    case::<SgdOptions>("sgd_plain", SgdOptions { momentum: 0.5, ..1.0.into() });
    case::<NAdamOptions>("nadam", 1.0.into());
    case::<RmsPropOptions>("rmsprop", 1.0.into());
    case::<AdagradOptions>("adagrad", 1.0.into());
    case::<AdadeltaOptions>("adadelta", 0.1.into());
    case::<AdamaxOptions>("adamax", 1.0.into());
    case::<RAdamOptions>("radam", 1.0.into());
    case::<AsgdOptions>("asgd", 1.0.into());
    case::<RpropOptions>("rprop", 0.1.into());
}

#[test]
fn groups_are_matched_by_their_order() {
    let (model, (weights, state)) = (net(), saved("adam_groups"));
    model.load_state_dict(&weights, Strictness::Strict).expect("the same model");
    let part = |layer: &str| -> Vec<(String, Parameter<f64>)> {
        model.named_parameters().into_iter().filter(|(name, _)| name.starts_with(layer)).collect()
    };
    part("0")[1].1.freeze();
    let mut adam = Adam::new(part("2"), 1.0).expect("good settings").group(part("0"), 1.0).expect("good settings");
    adam.load_state(&OptimizerState::from_pytorch(&state, &adam).expect("it fits")).expect("it fits");
    assert_eq!((adam.settings(0).lr, adam.settings(1).lr, adam.settings(1).betas), (0.01, 0.1, (0.5, 0.9)));
    assert_eq!(adam.memory("0.weight").map(|memory| memory.steps), Some(3));
    assert_eq!(adam.memory("0.bias").map(|memory| memory.steps), Some(0));
    goes_on("adam_groups", &model, &mut adam);
}

/// What is said of a file, or of a part of one, that does not fit an optimiser.
fn refusal<R: Rule>(name: &str, alter: impl FnOnce(PickleValue) -> PickleValue, settings: R) -> String {
    let optimizer = Stepper::<R, f64>::new(&net(), settings).expect("good settings");
    let state = alter(saved(name).1);
    OptimizerState::from_pytorch(&state, &optimizer).expect_err("it does not fit").to_string()
}

/// The same dictionary with another value for a key.
fn with(value: PickleValue, key: &str, new: PickleValue) -> PickleValue {
    let PickleValue::Dict(entries) = value else { panic!("a dictionary") };
    let other = |(name, value): (PickleValue, PickleValue)| match name.as_str() == Some(key) {
        true => (name, new.clone()),
        false => (name, value),
    };
    PickleValue::Dict(entries.into_iter().map(other).collect())
}

#[test]
fn what_does_not_fit_is_refused_in_clear_words() {
    let fits = "the state of PyTorch does not fit: ";
    let same = |value| value;
    for (found, expected) in [
        (refusal::<AdamOptions>("adamw", same, 0.1.into()), "the state is that of adamw, the optimiser is adam".into()),
        (refusal::<AdamWOptions>("adam", same, 0.1.into()), "the state is that of adam, the optimiser is adamw".into()),
        (refusal::<AdamOptions>("sgd", same, 0.1.into()), format!("{fits}adam has no setting momentum")),
        (refusal::<SgdOptions>("rprop", same, 0.1.into()), format!("{fits}sgd has no setting etas")),
        (
            refusal::<AdamOptions>("adam_groups", same, 0.1.into()),
            "the state has 2 groups of parameters, the optimiser 1".into(),
        ),
        (
            refusal::<AdamOptions>("adam", |state| state.get("state").expect("a state").clone(), 0.1.into()),
            format!("{fits}it has no \"param_groups\"; of a whole checkpoint, give the part that is the optimiser's"),
        ),
        (
            refusal::<AdamOptions>(
                "adam",
                |state| {
                    let PickleValue::Dict(mut entries) = state.get("state").expect("a state").clone() else {
                        panic!("a dictionary")
                    };
                    entries.push((PickleValue::Int(4), PickleValue::Dict(Vec::new())));
                    with(state, "state", PickleValue::Dict(entries))
                },
                0.1.into(),
            ),
            format!("{fits}no group has the parameter 4"),
        ),
        (
            refusal::<AdamOptions>(
                "adam",
                |state| {
                    let group = state.get("param_groups").and_then(PickleValue::items).expect("groups")[0].clone();
                    let group = with(group, "lr", PickleValue::Float(-0.5));
                    with(state, "param_groups", PickleValue::List(vec![group]))
                },
                0.1.into(),
            ),
            "adam: lr is -0.5, it must be a number that is not negative".into(),
        ),
        (
            refusal::<AdamOptions>(
                "adam",
                |state| {
                    let group = state.get("param_groups").and_then(PickleValue::items).expect("groups")[0].clone();
                    let group = with(group, "amsgrad", PickleValue::Bool(false));
                    with(state, "param_groups", PickleValue::List(vec![group]))
                },
                0.1.into(),
            ),
            format!("{fits}it remembers max_exp_avg_sq of 0.weight, which adam does not"),
        ),
    ] {
        assert_eq!(found, expected);
    }
}
