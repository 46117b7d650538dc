//! Checkpoints: after each epoch, all that the training goes on from.

use crate::model::CharRnn;
use autograd::nn::state::{Checkpoint, StateDict};
use autograd::optim::Resume;
use autograd::prelude::*;
use std::error::Error;
use std::path::Path;

/// How far the training has come.
#[derive(Default)]
pub struct Progress {
    /// The epochs behind it.
    pub epochs: usize,
    /// The loss of each segment in them.
    pub losses: Vec<f32>,
}

/// Settings by name that a training can only go on with as they were.
pub type Setup = Vec<(String, String)>;

/// Writes a checkpoint; whatever happens, there is the old file or the new.
pub fn save(
    path: &Path,
    model: &CharRnn,
    adam: &Adam,
    setup: &Setup,
    progress: &Progress,
) -> Result<(), Box<dyn Error>> {
    let mut checkpoint =
        Checkpoint::of(model).with_optimizer(adam).with("setup", setup).with("epochs", progress.epochs);
    let losses = Tensor::from(progress.losses.clone());
    checkpoint.insert("losses", [("segment", losses)].into_iter().collect::<StateDict>());
    Ok(checkpoint.save(path)?)
}

/// Gives the model and its optimiser what a checkpoint holds, if it is one of a training with this setup.
pub fn load(path: &Path, model: &CharRnn, adam: &mut Adam, setup: &Setup) -> Result<Progress, Box<dyn Error>> {
    let checkpoint = Checkpoint::load(path)?;
    let unfit = |why: String| format!("{}: {why}", path.display());
    let saved: Setup = checkpoint.value("setup").map_err(|error| unfit(error.to_string()))?;
    let pairs = setup.iter().zip(&saved).filter(|(here, there)| here != there);
    let differ: String =
        pairs.map(|((name, here), (_, there))| format!("\n  {name} {there}, here it is {here}")).collect();
    if !differ.is_empty() || saved.len() != setup.len() {
        return Err(unfit(format!("it is of another training, with{differ}")).into());
    }
    let epochs = checkpoint.value("epochs")?;
    let losses = checkpoint.section("losses").and_then(|losses| losses.get("segment"));
    let losses = losses.ok_or_else(|| unfit("it has no losses".to_owned()))?.to_real().to_vec();
    checkpoint.resume(model, adam)?;
    Ok(Progress { epochs, losses })
}
