//! What is given back to models and optimisers, and what a folder keeps.

use super::*;
use crate::{Adam, Lion, Optimizer, Sgd, SgdOptions};
use autograd_core::Generator;
use autograd_nn::state::{Checkpoint, FileError};
use autograd_nn::{Linear, Parameter};
use std::fs;
use std::path::{Path, PathBuf};

fn layer(seed: u64) -> Linear<f64> {
    Linear::new(2, 3, &mut Generator::seed(seed))
}

/// A layer and an optimiser of each part that have taken a step.
fn stepped() -> (Linear<f64>, Adam<f64>, Sgd<f64>) {
    let model = layer(1);
    let (mut weight, mut bias) = optimizers(&model);
    let gradients = (model.weight.var().square().sum() + bias_of(&model)[0].var().square().sum()).backward();
    weight.step(&gradients).unwrap();
    bias.step(&gradients).unwrap();
    (model, weight, bias)
}

fn bias_of(model: &Linear<f64>) -> Vec<Parameter<f64>> {
    model.bias.iter().cloned().collect()
}

fn optimizers(model: &Linear<f64>) -> (Adam<f64>, Sgd<f64>) {
    let settings = SgdOptions { momentum: 0.9, ..0.1.into() };
    (Adam::new(vec![model.weight.clone()], 0.1).unwrap(), Sgd::new(bias_of(model), settings).unwrap())
}

#[test]
fn a_model_and_its_optimizers_get_their_state_back_all_or_none() {
    let (model, weight, bias) = stepped();
    let checkpoint = Checkpoint::of(&model)
        .with_optimizer_state("weight", weight.state())
        .with_optimizer_state("bias", bias.state());
    let other = layer(2);
    let (mut adam, mut sgd) = optimizers(&other);
    let before = (Checkpoint::of(&other), adam.state(), sgd.state());
    // The second is of another kind, when the first has been given its state.
    let mut lion = Lion::new(bias_of(&other), 0.1).unwrap();
    let error = checkpoint.resume_all(&other, &mut [("weight", &mut adam), ("bias", &mut lion)]).unwrap_err();
    assert_eq!(error.to_string(), "bias: the state is that of sgd, the optimiser is lion");
    assert_eq!((Checkpoint::of(&other), adam.state(), sgd.state()), before);
    // The model does not fit.
    let wide = Linear::<f64>::new(5, 3, &mut Generator::seed(0));
    let error = checkpoint.resume_all(&wide, &mut [("weight", &mut adam), ("bias", &mut sgd)]).unwrap_err();
    assert!(matches!(error, ResumeError::Model(_)), "{error}");
    assert_eq!((adam.state(), sgd.state()), (before.1, before.2));

    checkpoint.resume_all(&other, &mut [("weight", &mut adam), ("bias", &mut sgd)]).unwrap();
    let states = [("weight", adam.state()), ("bias", sgd.state())];
    let of_other =
        states.into_iter().fold(Checkpoint::of(&other), |all, (name, state)| all.with_optimizer_state(name, state));
    assert_eq!(of_other, checkpoint);
}

#[test]
fn of_one_optimizer_likewise() {
    let (model, mut adam, mut sgd) = stepped();
    let checkpoint = Checkpoint::of(&model).with_optimizer(&adam);
    let saved = adam.state();
    adam.set_lr(0.3).unwrap();
    let error = checkpoint.resume(&model, &mut sgd).unwrap_err();
    assert_eq!(error.to_string(), "optimizer: the state is that of adam, the optimiser is sgd");
    let mut boxed: Box<dyn Optimizer<f64>> = Box::new(adam);
    checkpoint.resume(&model, &mut *boxed).unwrap();
    assert_eq!(boxed.state(), saved);
    let error = Checkpoint::of(&model).resume(&model, &mut *boxed).unwrap_err();
    assert_eq!(error.to_string(), r#"the checkpoint has no optimiser named "optimizer"; it has none"#);
    let error = checkpoint.optimizer_state("critic").unwrap_err();
    assert_eq!(error.to_string(), r#"the checkpoint has no optimiser named "critic"; it has "optimizer""#);
}

#[test]
fn what_is_set_before_the_first_step_is_saved_too() {
    let w = Parameter::new([1.0f64, 2.0]);
    let mut adam = Adam::new(vec![w.clone()], 0.1).unwrap();
    let mut memory = adam.memory("parameter 0").unwrap().clone();
    memory.slots = vec![[0.5, 0.5].into(), [0.25, 0.25].into()];
    adam.set_memory("parameter 0", memory.clone()).unwrap();
    let mut other = Adam::new(vec![w], 0.2).unwrap();
    other.load_state(&adam.state()).unwrap();
    assert_eq!(other.memory("parameter 0"), Some(&memory));
}

#[test]
#[should_panic(expected = "with_optimizer: the checkpoint has a section named \"model\" already")]
fn an_optimizer_does_not_replace_the_model() {
    let (model, adam, _) = stepped();
    let _ = Checkpoint::of(&model).with_optimizer_state("model", adam.state());
}

/// A folder of a test's own, removed with all in it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        Folder(std::env::temp_dir().join(format!("autograd-checkpoints-{name}-{}", std::process::id())))
    }

    fn names(&self) -> Vec<String> {
        let names = fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

fn number(i: i64) -> Checkpoint {
    Checkpoint::new().with("number", i)
}

fn latest(checkpoints: &Checkpoints) -> (i64, usize) {
    let found = checkpoints.latest().unwrap().unwrap();
    (found.checkpoint.value("number").unwrap(), found.damaged.len())
}

fn damage(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(path, bytes).unwrap();
}

#[test]
fn the_last_few_are_kept_and_nothing_else_is_touched() {
    let folder = Folder::new("few");
    let mut checkpoints = Checkpoints::new(&folder.0).unwrap().keep(2);
    assert!(checkpoints.latest().unwrap().is_none() && checkpoints.best().unwrap().is_none());
    let others = ["checkpoint-1.safetensors", "checkpoint-x.safetensors", "notes.txt", ".notes.tmp"];
    others.iter().for_each(|name| fs::write(folder.file(name), "mine").unwrap());
    let left = folder.file(".checkpoint-000001.safetensors.1-0.tmp");
    fs::write(&left, "half").unwrap();
    for i in 0..4 {
        checkpoints.save(&number(i)).unwrap();
    }
    let mut expected: Vec<&str> = others.to_vec();
    expected.extend(["checkpoint-000003.safetensors", "checkpoint-000004.safetensors"]);
    expected.sort_unstable();
    assert_eq!(folder.names(), expected);
    assert_eq!(latest(&checkpoints), (3, 0));
    // Another process goes on with the numbers.
    let path = Checkpoints::new(&folder.0).unwrap().keep(1).save(&number(9)).unwrap();
    assert_eq!(path, folder.file("checkpoint-000005.safetensors"));
    assert_eq!(checkpoints.paths().unwrap(), [path]);
}

#[test]
fn damaged_ones_are_passed_over_and_told() {
    let folder = Folder::new("damaged");
    let mut checkpoints = Checkpoints::new(&folder.0).unwrap();
    let paths = [0, 1, 2].map(|i| checkpoints.save(&number(i)).unwrap());
    damage(&paths[2]);
    fs::write(&paths[1], "").unwrap();
    let found = checkpoints.latest().unwrap().unwrap();
    assert_eq!((latest(&checkpoints), &found.path), ((0, 2), &paths[0]));
    let files: Vec<_> = found.damaged.iter().map(|error| error.place().file.as_deref()).collect();
    assert_eq!(files, [Some(paths[2].as_path()), Some(paths[1].as_path())]);
    damage(&paths[0]);
    let error = checkpoints.latest().unwrap_err();
    assert!(error.to_string().starts_with(&format!("{}: the file is damaged", paths[2].display())), "{error}");
    // A file of another kind is not passed over.
    let foreign = autograd_nn::state::StateDict::new();
    foreign.save(&paths[2]).unwrap();
    assert!(matches!(checkpoints.latest(), Err(FileError::Unsupported { .. })));
    // The next one counts on from there.
    checkpoints.save(&number(3)).unwrap();
    assert_eq!(latest(&checkpoints), (3, 0));
}

#[test]
fn the_best_is_kept_also_from_process_to_process() {
    let folder = Folder::new("best");
    let lowest = || Checkpoints::new(&folder.0).unwrap();
    let best = |checkpoints: &Checkpoints| checkpoints.best().unwrap().unwrap().value::<i64>("number").unwrap();
    let mut checkpoints = lowest();
    assert!(!checkpoints.save_if_best(&number(0), f64::NAN).unwrap());
    assert!(checkpoints.save_if_best(&number(1), f64::INFINITY).unwrap());
    assert!(checkpoints.save_if_best(&number(2), 0.5).unwrap());
    assert!(!checkpoints.save_if_best(&number(3), 0.5).unwrap());
    assert!(!lowest().save_if_best(&number(4), 0.6).unwrap());
    assert!(lowest().save_if_best(&number(5), 0.4).unwrap());
    assert_eq!(best(&checkpoints), 5);
    let mut highest = lowest().highest_is_best();
    assert!(!highest.save_if_best(&number(6), 0.3).unwrap());
    assert!(highest.save_if_best(&number(7), 0.9).unwrap());
    assert_eq!(best(&highest), 7);
    // A damaged one is replaced by any.
    damage(&folder.file("best.safetensors"));
    assert!(lowest().save_if_best(&number(8), 7.0).unwrap());
    assert_eq!(best(&highest), 8);
    assert_eq!(folder.names(), ["best.safetensors"]);
}

#[test]
#[should_panic(expected = "checkpoints: the number to keep is 0, it must be at least 1")]
fn at_least_one_is_kept() {
    let _ = Checkpoints::new(std::env::temp_dir()).unwrap().keep(0);
}
