//! The optimisers through the facade: checks of CS231n, groups, names, sparse rows, clipping in the step.

use autograd::nn::Parameter;
use autograd::optim::{
    AdadeltaOptions, AdagradOptions, Adam, AdamOptions, AdamWOptions, AdamaxOptions, AsgdOptions, Error, Lamb,
    LambOptions, LionOptions, Memory, Muon, MuonOptions, NAdamOptions, Optimizer, RAdamOptions, RmsProp,
    RmsPropOptions, RpropOptions, Rule, Sgd, SgdOptions, Stepper, Velocity,
};
use autograd::{Generator, Gradients, Real, Tensor};
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
    // The course's velocity is the step itself, PyTorch's the step divided by -lr.
    for (velocity, factor) in [(Velocity::Steps, 1.0), (Velocity::Gradients, -lr)] {
        let w = Parameter::new(input(check, "w"));
        let options = SgdOptions { lr, momentum, velocity, ..Default::default() };
        let mut optimizer = Sgd::new(vec![w.clone()], options).unwrap();
        let slots = vec![input(check, "v").map(|v| v / factor)];
        optimizer.set_memory("parameter 0", Memory { steps: 1, number: 1.0, slots }).unwrap();
        optimizer.step(&gradients(&w, &input(check, "dw"))).unwrap();
        let v = optimizer.memory("parameter 0").unwrap().slots[0].map(|v| factor * v);
        close(&w.value().to_vec(), &numbers(&check["outputs"]["next_w"]), 1e-8, "w");
        close(&v.to_vec(), &numbers(&check["outputs"]["velocity"]), 1e-8, "velocity");
    }
}

#[test]
fn rmsprop_gives_the_numbers_of_the_course() {
    let reference = reference();
    let check = entry(&reference["checks"], "id", "rmsprop");
    let w = Parameter::new(input(check, "w"));
    let mut optimizer = RmsProp::new(vec![w.clone()], 1e-2).unwrap();
    let memory = Memory { steps: 1, number: 1.0, slots: vec![input(check, "cache")] };
    optimizer.set_memory("parameter 0", memory).unwrap();
    optimizer.step(&gradients(&w, &input(check, "dw"))).unwrap();
    let cache = &optimizer.memory("parameter 0").unwrap().slots[0];
    close(&w.value().to_vec(), &numbers(&check["outputs"]["next_w"]), 1e-7, "w");
    close(&cache.to_vec(), &numbers(&check["outputs"]["cache"]), 1e-7, "cache");
}

#[test]
fn adam_gives_the_numbers_of_the_course() {
    let reference = reference();
    let check = entry(&reference["checks"], "id", "adam");
    let w = Parameter::new(input(check, "w"));
    let mut optimizer = Adam::new(vec![w.clone()], 1e-2).unwrap();
    let memory = Memory { steps: 5, number: 1.0, slots: vec![input(check, "m"), input(check, "v")] };
    optimizer.set_memory("parameter 0", memory).unwrap();
    optimizer.step(&gradients(&w, &input(check, "dw"))).unwrap();
    let Memory { steps, slots, .. } = optimizer.memory("parameter 0").unwrap();
    let [m, v] = slots.as_slice() else { panic!("two moments") };
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
fn parameters_are_named_once() {
    let w = Parameter::<f64>::new([1.0]);
    assert_eq!(Adam::<f32>::new(Vec::<Parameter>::new(), 0.1).err(), Some(Error::NoParameters));
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
fn a_parameter_that_the_rule_cannot_move_is_refused_by_name() {
    let (matrix, bias) = (Parameter::<f64>::new([[1.0, 2.0]]), Parameter::new([1.0]));
    let named = |name: &str, parameter: &Parameter<f64>| vec![(name.to_owned(), parameter.clone())];
    let muon = Muon::new(named("weight", &matrix), 0.1).unwrap();
    let error = muon.group(named("bias", &bias), 0.1).err().unwrap();
    assert_eq!(error.to_string(), "muon: bias has shape [1], it must be a matrix");
}

/// Calls a function for each rule, with settings without decay.
macro_rules! each_rule {
    ($check:ident) => {
        $check::<AdadeltaOptions>(0.5);
        $check::<AdagradOptions>(0.5);
        $check::<AdamOptions>(0.5);
        $check::<AdamWOptions>(AdamWOptions { weight_decay: 0.0, ..0.5.into() });
        $check::<AdamaxOptions>(0.5);
        $check::<AsgdOptions>(AsgdOptions { lambd: 0.0, ..0.5.into() });
        $check::<LambOptions>(0.5);
        $check::<LionOptions>(0.5);
        $check::<MuonOptions>(MuonOptions { weight_decay: 0.0, ..0.5.into() });
        $check::<NAdamOptions>(0.5);
        $check::<RAdamOptions>(0.5);
        $check::<RmsPropOptions>(RmsPropOptions { momentum: 0.5, centered: true, ..0.5.into() });
        $check::<RpropOptions>(0.5);
        $check::<SgdOptions>(0.5);
    };
}

#[test]
fn an_infinite_weight_stays_what_it_is_without_decay() {
    fn check<R: Rule>(settings: impl Into<R>) {
        let mask = Parameter::new([[f64::NEG_INFINITY, 1.0]]);
        let mut optimizer = Stepper::<R, f64>::new(vec![mask.clone()], settings).unwrap();
        for slope in [0.0, -1.0] {
            optimizer.step(&gradients(&mask, &[[0.0, slope]].into())).unwrap();
            let after = mask.value().to_vec();
            assert_eq!((after[0], after[1] > 1.0), (f64::NEG_INFINITY, slope != 0.0), "{}: {after:?}", R::NAME);
        }
    }
    each_rule!(check);
}

#[test]
fn single_precision_follows_double() {
    fn path<R: Rule, T: Real>(settings: R) -> Vec<f64> {
        let generator = &mut Generator::seed(8);
        let mut draw = || Tensor::<f64>::normal([3, 4], 0.0, 1.0, generator);
        let w = Parameter::<T>::new(draw().cast::<T>());
        let mut optimizer = Stepper::<R, T>::new(vec![w.clone()], settings).unwrap();
        for _ in 0..10 {
            let gradient = draw().cast::<T>();
            optimizer.step(&(w.var() * T::one()).backward_with(&gradient)).unwrap();
        }
        w.value().cast::<f64>().to_vec()
    }
    fn check<R: Rule>(settings: impl Into<R>) {
        let settings = settings.into();
        close(&path::<R, f32>(settings.clone()), &path::<R, f64>(settings), 1e-4, R::NAME);
    }
    each_rule!(check);
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
    let steps = |i: usize| optimizer.memory(&format!("parameter {i}")).unwrap().steps;
    assert_eq!([steps(0), steps(1), steps(2)], [1, 0, 0]);
}

#[test]
fn what_is_remembered_must_have_the_shape_of_its_parameter() {
    let mut sgd = Sgd::new(vec![Parameter::new([1.0, 2.0])], SgdOptions { momentum: 0.9, ..0.1.into() }).unwrap();
    let memory = |slots| Memory { steps: 1, number: 1.0, slots };
    let error = sgd.set_memory("parameter 0", memory(vec![[1.0].into()])).unwrap_err().to_string();
    assert_eq!(error, "momentum_buffer of parameter 0 has shape [1], the parameter [2]");
    let error = sgd.set_memory("parameter 0", memory(Vec::new())).unwrap_err().to_string();
    assert_eq!(error, "0 tensors are remembered of parameter 0, the optimiser takes 1");
    assert_eq!(sgd.set_memory("w", memory(Vec::new())).unwrap_err().to_string(), "there is no parameter for w");
}

#[test]
fn groups_have_settings_of_their_own_and_share_no_parameter() {
    let (w, b) = (Parameter::new([1.0]), Parameter::new([1.0]));
    let named = |name: &str, parameter: &Parameter<f64>| vec![(name.to_owned(), parameter.clone())];
    let mut optimizer = Sgd::new(named("w", &w), SgdOptions { weight_decay: 1.0, ..0.5.into() }).unwrap();
    optimizer = optimizer.group(named("b", &b), 0.25).unwrap();
    optimizer.step(&(w.var() + b.var()).sum().backward()).unwrap();
    assert_eq!((w.value().item(), b.value().item()), (0.0, 0.75));
    optimizer.set_lr(0.125).unwrap();
    assert_eq!((optimizer.groups(), optimizer.group_lr(0), optimizer.group_lr(1)), (2, 0.125, 0.125));
    optimizer.set_group_lr(1, 1.0).unwrap();
    assert_eq!((optimizer.lr(), optimizer.settings(1).lr), (0.125, 1.0));
    assert_eq!(optimizer.group(named("w", &w), 0.1).err(), Some(Error::Twice { first: 0, second: 2 }));
    let again = Sgd::new(named("w", &w), 0.1).unwrap().group(named("w", &b), 0.1);
    assert_eq!(again.err(), Some(Error::SameName { name: "w".to_owned() }));
}

#[test]
fn rows_without_gradient_stay_if_rows_are_sparse() {
    let table = Parameter::new([[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]]);
    let options = AdamOptions { lr: 0.5, weight_decay: 0.1, ..Default::default() };
    let mut optimizer = Adam::new(vec![table.clone()], options).unwrap().sparse_rows();
    for _ in 0..3 {
        let rows = table.var().embedding(&[2i64, 0].into(), None);
        optimizer.step(&rows.sum().backward()).unwrap();
    }
    let after = table.value().to_vec();
    assert_eq!(after[2..4], [2.0, 2.0]);
    assert!(after[0] < 0.0 && after[5] < 2.0, "{after:?}");
    let moments = &optimizer.memory("parameter 0").unwrap().slots;
    assert!(moments.iter().all(|moment| moment.to_vec()[2..4] == [0.0, 0.0]));
}

#[test]
#[should_panic(expected = "sparse_rows: lamb moves a parameter as a whole, it cannot leave rows out")]
fn rules_of_whole_parameters_leave_no_rows_out() {
    let _ = Lamb::new(vec![Parameter::new([[1.0], [2.0]])], 0.1).unwrap().sparse_rows();
}

#[test]
fn clipping_and_scaling_are_folded_into_the_step() {
    let make = || {
        let (a, b) = (Parameter::new([1.0, 2.0]), Parameter::new([[3.0]]));
        (Sgd::new(vec![a.clone(), b.clone()], 0.1).unwrap(), a, b)
    };
    let of = |a: &Parameter<f64>, b: &Parameter<f64>| {
        let mut both = gradients(a, &[0.0, 3.0].into());
        both.accumulate(gradients(b, &[[4.0]].into()));
        both
    };
    let (mut folded, a, b) = make();
    assert_eq!(folded.step_clipped(&of(&a, &b), 2.0), Ok(5.0));
    let (mut apart, c, d) = make();
    let mut clipped = of(&c, &d);
    autograd::nn::clip_grad_norm(&mut clipped, 2.0).unwrap();
    apart.step(&clipped).unwrap();
    close(&a.value().to_vec(), &c.value().to_vec(), 1e-15, "a");
    close(&b.value().to_vec(), &d.value().to_vec(), 1e-15, "b");
    // Within the bound nothing is scaled.
    assert_eq!(folded.step_clipped(&of(&a, &b), 5.1), Ok(5.0));

    let before = a.value();
    let error = folded.step_clipped(&of(&a, &b), -1.0).unwrap_err().to_string();
    assert_eq!(error, "sgd: max_norm is -1, it must be a number that is not negative");
    assert!(folded.step_scaled(&of(&a, &b), f64::NAN).is_err());
    let mut huge = of(&a, &b);
    *b.gradient_mut(&mut huge).unwrap() = [[1e200]].into();
    let error = folded.step_clipped(&huge, 1.0).unwrap_err().to_string();
    assert_eq!(error, "sgd: the norm of all gradients is inf, it must be finite, so that it can be clipped");
    assert_eq!(a.value(), before);
    folded.step_scaled(&of(&a, &b), 0.5).unwrap();
    close(&a.value().to_vec(), &[before.to_vec()[0], before.to_vec()[1] - 0.15], 1e-15, "half a step");
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
