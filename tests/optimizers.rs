//! The optimisers against paths of PyTorch and checks of CS231n, and what they refuse.

use autograd::nn::Parameter;
use autograd::optim::{Adam, AdamOptions, AdamState, Error, Optimizer, Sgd, SgdOptions};
use autograd::{Gradients, Tensor, Var};
use serde_json::Value;

fn reference() -> Value {
    serde_json::from_str(include_str!("reference/optimizers.json")).expect("the reference is JSON")
}

/// The entry of a list whose `key` is `name`.
fn entry<'a>(list: &'a Value, key: &str, name: &str) -> &'a Value {
    let found = list.as_array().and_then(|list| list.iter().find(|entry| entry[key] == name));
    found.unwrap_or_else(|| panic!("the reference has {name}"))
}

/// The numbers of nested lists, in order.
fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(list) => list.iter().flat_map(numbers).collect(),
        number => vec![number.as_f64().expect("a number")],
    }
}

fn close(found: &[f64], expected: &[f64], tolerance: f64, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        let error = (found - expected).abs();
        assert!(error <= tolerance * expected.abs().max(1.0), "{what}, element {i}: {found}, not {expected}");
    }
}

/// `0.5 x·A·x + 0.01 Σ x⁴ + Σ (w - x[:2])²` with `A = diag(1, 10, 0.1)`.
fn loss(x: &Var<f64>, w: &Var<f64>) -> Var<f64> {
    let curvature = Var::constant([1.0, 10.0, 0.1]);
    let squares = x.square();
    (&squares * curvature).sum() * 0.5 + squares.square().sum() * 0.01 + (w - x.slice([..2])).square().sum()
}

fn follows(name: &str, optimizer: impl Fn(Vec<Parameter<f64>>, &Value) -> Box<dyn Optimizer<f64>>) {
    let reference = reference();
    let path = entry(&reference["paths"], "name", name);
    let [x, w] = [0, 1].map(|i| Parameter::new(numbers(&path["start"][i])));
    let mut optimizer = optimizer(vec![x.clone(), w.clone()], &path["settings"]);
    for (step, point) in path["trajectory"].as_array().expect("a list of points").iter().enumerate() {
        optimizer.step(&loss(&x.var(), &w.var()).backward()).expect("a finite gradient");
        close(&x.value().to_vec(), &numbers(&point[0]), 1e-10, &format!("{name}, step {step}, x"));
        close(&w.value().to_vec(), &numbers(&point[1]), 1e-10, &format!("{name}, step {step}, w"));
    }
}

fn sgd(parameters: Vec<Parameter<f64>>, options: &Value) -> Box<dyn Optimizer<f64>> {
    let get = |name: &str| options[name].as_f64().unwrap_or(0.0);
    let options = SgdOptions {
        lr: get("lr"),
        momentum: get("momentum"),
        dampening: get("dampening"),
        weight_decay: get("weight_decay"),
        nesterov: options["nesterov"] == true,
    };
    Box::new(Sgd::new(parameters, options).expect("good options"))
}

#[test]
fn sgd_follows_pytorch() {
    ["sgd", "momentum", "nesterov"].into_iter().for_each(|name| follows(name, sgd));
}

#[test]
fn adam_follows_pytorch() {
    follows("adam", |parameters, options| {
        Box::new(Adam::new(parameters, options["lr"].as_f64().expect("a rate")).expect("good options"))
    });
}

/// The inputs of a check of the course: a row of numbers at equal distances under a shape.
fn input(check: &Value, name: &str) -> Tensor<f64> {
    let (ends, sizes) = (numbers(&check["inputs"][name]["linspace"]), numbers(&check["inputs"][name]["shape"]));
    let shape: Vec<usize> = sizes.iter().map(|&size| size as usize).collect();
    Tensor::linspace(ends[0], ends[1], shape.iter().product()).reshape(shape)
}

/// Gradients that give a parameter the gradient `dw`.
fn gradients(parameter: &Parameter<f64>, dw: &Tensor<f64>) -> Gradients<f64> {
    (parameter.var() * 1.0).backward_with(dw)
}

#[test]
fn sgd_with_momentum_gives_the_numbers_of_the_course() {
    let reference = reference();
    let check = entry(&reference["checks"], "id", "sgd_momentum");
    let (lr, momentum) = (1e-3, 0.9);
    let w = Parameter::new(input(check, "w"));
    let mut optimizer = Sgd::new(vec![w.clone()], SgdOptions { lr, momentum, ..Default::default() }).unwrap();
    // The course's velocity is the step itself, ours is the step divided by -lr.
    optimizer.set_velocity(0, Some(input(check, "v").map(|v| -v / lr))).unwrap();
    optimizer.step(&gradients(&w, &input(check, "dw"))).unwrap();
    let velocity = optimizer.velocity(0).unwrap().map(|v| -lr * v);
    close(&w.value().to_vec(), &numbers(&check["outputs"]["next_w"]), 1e-8, "w");
    close(&velocity.to_vec(), &numbers(&check["outputs"]["velocity"]), 1e-8, "velocity");
}

#[test]
fn adam_gives_the_numbers_of_the_course() {
    let reference = reference();
    let check = entry(&reference["checks"], "id", "adam");
    let w = Parameter::new(input(check, "w"));
    let mut optimizer = Adam::new(vec![w.clone()], 1e-2).unwrap();
    let state = AdamState { steps: 5, m: input(check, "m"), v: input(check, "v") };
    optimizer.set_state(0, Some(state)).unwrap();
    optimizer.step(&gradients(&w, &input(check, "dw"))).unwrap();
    let AdamState { steps, m, v } = optimizer.state(0).unwrap();
    close(&w.value().to_vec(), &numbers(&check["outputs"]["next_w"]), 1e-7, "w");
    close(&m.to_vec(), &numbers(&check["outputs"]["m"]), 1e-7, "m");
    close(&v.to_vec(), &numbers(&check["outputs"]["v"]), 1e-7, "v");
    assert_eq!(*steps, 6);
}

#[test]
fn dampening_spares_the_first_step() {
    let w = Parameter::new([0.0]);
    let options = SgdOptions { lr: 1.0, momentum: 0.5, dampening: 0.25, ..Default::default() };
    let mut optimizer = Sgd::new(vec![w.clone()], options).unwrap();
    for expected in [-4.0, -9.0] {
        optimizer.step(&gradients(&w, &[4.0].into())).unwrap();
        assert_eq!(w.value().to_vec(), [expected]); // v = 4, then 0.5 · 4 + 0.75 · 4
    }
}

#[test]
fn bad_options_are_refused_when_built() {
    let parameters = || vec![Parameter::<f64>::new([1.0])];
    let sgd = |options: SgdOptions| Sgd::new(parameters(), options).err().expect("refused").to_string();
    let good = SgdOptions::default();
    let finite = "it must be a number that is not negative";
    assert_eq!(sgd(SgdOptions { lr: -0.1, ..good }), format!("sgd: lr is -0.1, {finite}"));
    assert_eq!(sgd(SgdOptions { lr: f64::NAN, ..good }), format!("sgd: lr is NaN, {finite}"));
    assert_eq!(sgd(SgdOptions { momentum: -1.0, ..good }), format!("sgd: momentum is -1, {finite}"));
    assert_eq!(sgd(SgdOptions { weight_decay: f64::INFINITY, ..good }), format!("sgd: weight_decay is inf, {finite}"));
    assert_eq!(sgd(SgdOptions { dampening: f64::NAN, ..good }), "sgd: dampening is NaN, it must be a finite number");
    let nesterov = SgdOptions { nesterov: true, ..good };
    assert_eq!(sgd(nesterov), "sgd: momentum is 0, it must be above 0 where nesterov is set");
    let dampened = SgdOptions { momentum: 0.9, dampening: 0.1, ..nesterov };
    assert_eq!(sgd(dampened), "sgd: dampening is 0.1, it must be 0 where nesterov is set");

    let adam = |options: AdamOptions| Adam::new(parameters(), options).err().expect("refused").to_string();
    let good = AdamOptions::default();
    assert_eq!(adam(AdamOptions { lr: f64::INFINITY, ..good }), format!("adam: lr is inf, {finite}"));
    let beta = "it must be at least 0 and below 1";
    assert_eq!(adam(AdamOptions { betas: (1.0, 0.999), ..good }), format!("adam: betas.0 is 1, {beta}"));
    assert_eq!(adam(AdamOptions { betas: (0.9, -0.1), ..good }), format!("adam: betas.1 is -0.1, {beta}"));
    assert_eq!(adam(AdamOptions { eps: -1e-8, ..good }), format!("adam: eps is -0.00000001, {finite}"));
    assert_eq!(adam(AdamOptions { weight_decay: f64::NAN, ..good }), format!("adam: weight_decay is NaN, {finite}"));

    let w = Parameter::<f64>::new([1.0]);
    assert_eq!(Adam::<f32>::new(Vec::new(), 0.1).err(), Some(Error::NoParameters));
    let twice = vec![Parameter::new([2.0]), w.clone(), w];
    assert_eq!(Sgd::new(twice, 0.1).err().unwrap().to_string(), "parameters 1 and 2 are the same");
}

#[test]
fn a_rate_can_be_changed_but_not_to_nonsense() {
    let mut optimizer = Adam::new(vec![Parameter::<f64>::new([1.0])], 0.1).unwrap();
    optimizer.set_lr(0.05).unwrap();
    assert!(optimizer.set_lr(-1.0).is_err() && optimizer.set_lr(f64::NAN).is_err());
    assert_eq!(optimizer.lr(), 0.05);
}

#[test]
fn a_gradient_that_is_not_finite_changes_nothing() {
    let (a, b) = (Parameter::new([1.0, 2.0]), Parameter::new([[3.0, 4.0]]));
    for bad in [f64::NAN, f64::NEG_INFINITY] {
        let optimizers: [Box<dyn Optimizer<f64>>; 2] = [
            Box::new(Sgd::new(vec![a.clone(), b.clone()], 0.1).unwrap()),
            Box::new(Adam::new(vec![a.clone(), b.clone()], 0.1).unwrap()),
        ];
        for mut optimizer in optimizers {
            let mut both = gradients(&a, &[1.0, 1.0].into());
            both.accumulate(gradients(&b, &[[0.0, bad]].into()));
            let error = optimizer.step(&both).unwrap_err().to_string();
            let expected = format!("the gradient of parameter 1, of shape [1, 2], holds {bad} at element 1");
            assert_eq!(error, expected + "; no parameter was changed");
            assert_eq!((a.value().to_vec(), b.value().to_vec()), (vec![1.0, 2.0], vec![3.0, 4.0]));
        }
    }
}

#[test]
fn an_infinite_weight_stays_what_it_is_without_decay() {
    let mask = Parameter::new([f64::NEG_INFINITY, 1.0]);
    let optimizers: [Box<dyn Optimizer<f64>>; 2] =
        [Box::new(Sgd::new(vec![mask.clone()], 0.5).unwrap()), Box::new(Adam::new(vec![mask.clone()], 0.5).unwrap())];
    for mut optimizer in optimizers {
        optimizer.step(&gradients(&mask, &[0.0, 0.0].into())).unwrap();
        assert_eq!(mask.value().to_vec(), [f64::NEG_INFINITY, 1.0]);
    }
}

#[test]
fn parameters_without_gradient_or_frozen_stay() {
    let [used, unused, frozen] = [0; 3].map(|_| Parameter::new([1.0]));
    let all = vec![used.clone(), unused.clone(), frozen.clone()];
    let options = AdamOptions { lr: 0.1, weight_decay: 0.1, ..Default::default() };
    let mut optimizer = Adam::new(all, options).unwrap();
    let loss = used.var() * frozen.var();
    frozen.freeze();
    optimizer.step(&loss.sum().backward()).unwrap();
    assert!(used.value().item() < 1.0);
    assert_eq!((unused.value().item(), frozen.value().item()), (1.0, 1.0));
    assert!(optimizer.state(0).is_some() && optimizer.state(1).is_none() && optimizer.state(2).is_none());
}

#[test]
fn states_of_another_shape_are_refused() {
    let mut sgd = Sgd::new(vec![Parameter::new([1.0, 2.0])], 0.1).unwrap();
    let error = sgd.set_velocity(0, Some([1.0].into())).unwrap_err().to_string();
    assert_eq!(error, "the velocity of parameter 0 has shape [1], the parameter [2]");
    let mut adam = Adam::new(vec![Parameter::new([1.0, 2.0])], 0.1).unwrap();
    let state = AdamState { steps: 1, m: [1.0, 2.0].into(), v: Tensor::zeros([3]) };
    let error = adam.set_state(0, Some(state)).unwrap_err().to_string();
    assert_eq!(error, "the second moment of parameter 0 has shape [3], the parameter [2]");
}

#[test]
fn steps_are_taken_in_place() {
    let w = Parameter::new(vec![1.0f32; 1000]);
    let mut optimizer = Adam::new(vec![w.clone()], 0.1).unwrap();
    let loss = w.var().square().sum();
    let gradients = loss.backward();
    let before = w.value().as_slice().map(<[f32]>::as_ptr);
    optimizer.step(&gradients).unwrap();
    assert_eq!(w.value().as_slice().map(<[f32]>::as_ptr), before);
}
