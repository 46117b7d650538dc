//! Averages and renewed statistics against PyTorch's, and what they promise.

use super::*;
use crate::Error;
use autograd_core::{Generator, Real, Tensor, Var, with_threads};
use autograd_nn::state::StateDict;
use autograd_nn::{BatchNorm1d, Dropout, Forward, Linear, Module, Parameter, Sequential};
use serde_json::Value;
use std::panic::{AssertUnwindSafe, catch_unwind};

fn reference(name: &str) -> Value {
    let all: Value = serde_json::from_str(include_str!("../../../tests/reference/schedules.json")).expect("JSON");
    all[name].clone()
}

fn numbers(value: &Value) -> Vec<f64> {
    serde_json::from_value(value.clone()).expect("a list of numbers")
}

fn close(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= tolerance * expected.abs().max(1.0), "{found}, not {expected}");
    }
}

/// Takes a layer from point to point, and compares the averages with PyTorch's.
fn follows<A: Averaging>(name: &str, averaging: A) {
    let reference = reference(name);
    let layer = Linear::<f64>::new(2, 2, &mut Generator::seed(0));
    let mut average = AveragedModel::<A, f64>::new(&layer, averaging).unwrap();
    let lists = |key: &str| reference[key].as_array().expect("a list").clone();
    for (point, mean) in lists("points").into_iter().zip(lists("means")) {
        layer.weight.set(Tensor::from_vec(numbers(&point[0]), [2, 2]));
        layer.bias.as_ref().unwrap().set(numbers(&point[1]));
        average.update();
        let found: Vec<Vec<f64>> = average.averages().map(|(_, average)| average.to_vec()).collect();
        found.iter().zip([&mean[0], &mean[1]]).for_each(|(found, mean)| close(found, &numbers(mean), 1e-14));
        let lent = average.with(|| layer.weight.value().to_vec());
        close(&lent, &numbers(&mean[0]), 1e-14);
        assert_eq!(layer.weight.value().to_vec(), numbers(&point[0]));
    }
}

#[test]
fn averages_are_those_of_pytorch() {
    follows("ema", EmaOptions::from(0.7));
    follows("swa", SwaOptions::default());
}

#[test]
fn a_warm_up_forgets_the_first_points_sooner() {
    let w = Parameter::new([0.0f64]);
    let mut ema = Ema::new(&w, EmaOptions { decay: 0.25, warm_up: true, ..Default::default() }).unwrap();
    let mut expected = 0.0;
    for t in 0..6 {
        w.set([f64::from(t * t)]);
        ema.update();
        let decay = [0.0, 2.0 / 11.0, 0.25, 0.25, 0.25, 0.25][t as usize];
        expected = decay * expected + (1.0 - decay) * f64::from(t * t);
        close(&ema.averages().next().unwrap().1.to_vec(), &[expected], 1e-14);
    }
}

#[test]
fn buffers_are_averaged_only_if_asked() {
    let layer = BatchNorm1d::<f64>::new(1);
    let mean = layer.running_mean.as_ref().unwrap();
    for (use_buffers, expected) in [(false, 4.0), (true, 3.0)] {
        let mut swa = Swa::new(&layer, SwaOptions { use_buffers }).unwrap();
        for point in [2.0, 4.0] {
            mean.set([point]);
            swa.update();
        }
        assert_eq!(swa.with(|| mean.value().to_vec()), [expected]);
        assert_eq!(mean.value().to_vec(), [4.0]);
    }
}

#[test]
fn the_model_has_its_own_values_again_after_a_panic() {
    let w = Parameter::new([1.0f64]);
    let mut ema = Ema::new(&w, 0.5).unwrap();
    ema.update();
    w.set([3.0]);
    let panics = catch_unwind(AssertUnwindSafe(|| {
        ema.with(|| {
            assert_eq!(w.value().to_vec(), [1.0]);
            panic!("on purpose");
        })
    }));
    assert!(panics.is_err());
    assert_eq!(w.value().to_vec(), [3.0]);
    ema.update();
    assert_eq!(ema.averages().next().unwrap().1.to_vec(), [2.0], "the average is none the worse");
}

#[test]
fn before_the_first_update_the_average_is_the_model() {
    let w = Parameter::new([1.0f64]);
    let mut swa = Swa::new(&w, SwaOptions::default()).unwrap();
    w.set([2.0]);
    assert_eq!(swa.with(|| w.value().to_vec()), [1.0]);
    swa.update();
    assert_eq!((swa.with(|| w.value().to_vec()), swa.updates()), (vec![2.0], 1));
}

#[test]
fn an_infinite_weight_stays_what_it_is() {
    let mask = Parameter::new([f64::NEG_INFINITY, 1.0]);
    let (mut ema, mut swa) = (Ema::new(&mask, 0.9).unwrap(), Swa::new(&mask, SwaOptions::default()).unwrap());
    for _ in 0..3 {
        ema.update();
        swa.update();
    }
    for average in ema.averages().chain(swa.averages()) {
        assert_eq!(average.1.to_vec(), [f64::NEG_INFINITY, 1.0]);
    }
}

fn bits<T: Real>(model: &AveragedModel<EmaOptions, T>) -> Vec<u64> {
    model.averages().flat_map(|(_, average)| average.to_vec()).map(|x| x.as_f64().to_bits()).collect()
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let run = |threads| {
        with_threads(threads, || {
            let mut generator = Generator::seed(3);
            let w = Parameter::<f32>::new(Tensor::uniform([300, 400], -1.0, 1.0, &mut generator));
            let mut ema = Ema::new(&w, 0.9).unwrap();
            ema.update();
            w.set(Tensor::uniform([300, 400], -1.0, 1.0, &mut generator));
            ema.update();
            bits(&ema)
        })
    };
    assert_eq!(run(1), run(2));
}

#[test]
fn averaging_goes_on_from_a_state_and_from_no_other() {
    let mut generator = Generator::seed(1);
    let layer = Linear::<f64>::new(2, 3, &mut generator);
    let options = EmaOptions { warm_up: true, ..0.9.into() };
    let mut straight = Ema::new(&layer, options).unwrap();
    let mut second = Ema::new(&layer, options).unwrap();
    for t in 0..6 {
        if t == 3 {
            second.load_state(&straight.state()).unwrap();
        }
        layer.weight.set(Tensor::normal([3, 2], 0.0, 1.0, &mut generator));
        straight.update();
        if t >= 3 {
            second.update();
        }
    }
    assert_eq!((bits(&second), second.updates()), (bits(&straight), 6));

    let good = straight.state();
    assert_eq!(good.names().collect::<Vec<_>>(), ["n_averaged", "module.weight", "module.bias"]);
    let mut refused = |change: fn(&mut StateDict)| {
        let mut state = good.clone();
        change(&mut state);
        let error = straight.load_state(&state).unwrap_err().to_string();
        assert_eq!(straight.state(), good);
        error
    };
    let error = refused(|state| drop(state.remove("n_averaged")));
    assert_eq!(error, "the state lacks n_averaged, or it is not a single count");
    let error = refused(|state| drop(state.insert("n_averaged", Tensor::<i64>::from(-1i64))));
    assert_eq!(error, "the state lacks n_averaged, or it is not a single count");
    let error = refused(|state| drop(state.remove("module.bias")));
    assert_eq!(error, "the state lacks module.bias, or it is not a single count");
    let error = refused(|state| drop(state.insert("module.bias", Tensor::from([1.0]))));
    assert_eq!(error, "the average of bias has shape [1], the parameter [3]");
    let error = refused(|state| drop(state.insert("module.other", Tensor::from([1.0]))));
    assert_eq!(error, "there is no parameter for module.other");
}

#[test]
fn nonsense_is_refused() {
    let w = Parameter::new([1.0f64]);
    for decay in [-0.1, 1.1, f64::NAN] {
        let error = Ema::new(&w, decay).err().unwrap().to_string();
        assert_eq!(error, format!("ema: decay is {decay}, it must be a number from 0 to 1"));
    }
    let empty: Sequential = Sequential::new();
    assert_eq!(Ema::new(&empty, 0.9).err(), Some(Error::NoParameters));
}

/// The batches of the reference.
fn batches() -> Vec<Var<f64>> {
    let reference = reference("update_bn");
    let batch = |batch: &Value| {
        let rows: Vec<Vec<f64>> = batch.as_array().expect("rows").iter().map(numbers).collect();
        Var::constant(Tensor::from_vec(rows.concat(), [rows.len(), 2]))
    };
    reference["batches"].as_array().expect("a list").iter().map(batch).collect()
}

fn statistics(layer: &BatchNorm1d<f64>) -> ([Vec<f64>; 2], u64) {
    let values = [&layer.running_mean, &layer.running_var].map(|buffer| buffer.as_ref().unwrap().value().to_vec());
    (values, layer.num_batches_tracked.as_ref().unwrap().get())
}

#[test]
fn renewed_statistics_are_those_of_pytorch_whatever_the_momentum() {
    let reference = reference("update_bn");
    for momentum in [Some(0.1), Some(1.0), Some(1e-3), None] {
        let layer = BatchNorm1d::new(2).momentum(momentum);
        layer.running_mean.as_ref().unwrap().set([7.0, -7.0]);
        layer.eval();
        update_bn(&layer, batches(), |batch| layer.forward(batch));
        let ([mean, var], count) = statistics(&layer);
        // The momentum is found out to the last digit but 13 or so, of 1e-3 to three less.
        close(&mean, &numbers(&reference["mean"]), 1e-12);
        close(&var, &numbers(&reference["var"]), 1e-12);
        assert_eq!(Some(count), reference["count"].as_u64());
        assert!(!layer.training.is_on(), "the model evaluates as before");
    }
}

#[test]
fn a_layer_that_is_used_more_than_once_weighs_its_uses_as_in_training() {
    let layer = BatchNorm1d::<f64>::new(2).momentum(0.25);
    let uses = |batch: &Var<f64>, n: usize| (0..n).for_each(|i| drop(layer.forward(&(batch + i as f64))));
    let [first, second, _] = batches().try_into().unwrap();
    update_bn(&layer, [(first.clone(), 1), (second.clone(), 2)], |(batch, n)| uses(batch, *n));
    // A use takes a quarter, and the one before it keeps three.
    let mean = |batch: &Var<f64>| batch.mean_axes(0, false).to_vec();
    let expected: Vec<f64> =
        mean(&first).iter().zip(mean(&second)).map(|(a, b)| (a + (0.75 * b + (b + 1.0)) / 1.75) / 2.0).collect();
    close(&statistics(&layer).0[0], &expected, 1e-12);
}

/// Two normalisations, of which the first has a dropout before it, and one that is never used.
#[derive(Module)]
struct Net<T: Real> {
    dropout: Dropout,
    first: BatchNorm1d<T>,
    second: BatchNorm1d<T>,
    unused: BatchNorm1d<T>,
}

#[test]
fn layers_that_are_not_reached_keep_their_statistics_and_a_panic_changes_none() {
    let layer = || BatchNorm1d::<f64>::new(2);
    let net = Net {
        dropout: Dropout::new(0.5, &mut Generator::seed(4)),
        first: layer(),
        second: layer().momentum(0.5),
        unused: layer(),
    };
    net.unused.running_mean.as_ref().unwrap().set([3.0, 4.0]);
    net.unused.num_batches_tracked.as_ref().unwrap().set(9);
    let kept = statistics(&net.unused);
    let frozen = layer().momentum(0.0);
    update_bn(&frozen, batches(), |batch| frozen.forward(batch));
    assert_eq!(statistics(&frozen), ([vec![0.0; 2], vec![1.0; 2]], 0));

    let forward = |x: &Var<f64>| net.second.forward(&(net.first.forward(&net.dropout.forward(x)) * 2.0 + 1.0));
    update_bn(&net, batches(), forward);
    assert_eq!(statistics(&net.unused), kept);
    // What the first gives out has mean 0 in each batch, whatever the dropout left.
    let ([mean, _], count) = statistics(&net.second);
    close(&mean, &[1.0, 1.0], 1e-12);
    assert_eq!(count, 3);

    let before = net.state_dict();
    let mut passes = 0;
    let panics = catch_unwind(AssertUnwindSafe(|| {
        update_bn(&net, batches(), |batch| {
            passes += 1;
            assert!(passes < 3, "on purpose");
            forward(batch)
        });
    }));
    assert!(panics.is_err());
    assert_eq!(net.state_dict(), before);
    assert!(net.first.training.is_on());
}
