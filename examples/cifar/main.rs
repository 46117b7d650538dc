//! A small residual network learns to tell ten kinds of pictures apart: `cargo run --release --example cifar`.

mod picture;
mod resnet;
mod synthetic;

use autograd::nn::data::{
    CIFAR10_CLASSES, Compose, DataError, DataLoader, Dataset, LabelledImages, Normalize, RandomCrop,
    RandomHorizontalFlip, Statistics, cifar10, statistics,
};
use autograd::prelude::*;
use autograd_examples_support::command::{self, at_least_one};
use autograd_examples_support::picture::tell;
use autograd_examples_support::progress::Epoch;
use autograd_examples_support::rate::half_cosine;
use clap::Parser;
use picture::Outcome;
use resnet::ResNet;
use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

/// Trains a residual network on CIFAR-10 with --data, or without it on a synthetic stand-in: ten kinds of figures under noise.
#[derive(Parser)]
#[command(name = "cifar")]
struct Args {
    /// Folder with the binary version of CIFAR-10 (data_batch_1.bin to data_batch_5.bin, test_batch.bin; plain or .gz)
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Images of the synthetic stand-in to learn from; a quarter as many more are to be tested on
    #[arg(long, default_value_t = 2000, value_parser = at_least_one())]
    images: usize,
    /// Times to go through the training images
    #[arg(long, default_value_t = 10, value_parser = at_least_one())]
    epochs: usize,
    /// Images in one step
    #[arg(long, default_value_t = 32, value_parser = at_least_one())]
    batch: usize,
    /// Residual blocks in each of the three stages: 1 is ResNet-8, 3 is ResNet-20
    #[arg(long, default_value_t = 1, value_parser = at_least_one())]
    blocks: usize,
    /// Channels of the first stage
    #[arg(long, default_value_t = 16, value_parser = at_least_one())]
    width: usize,
    /// Learning rate at the start; it falls to zero along half a cosine
    #[arg(long, default_value_t = 0.05)]
    lr: f64,
    /// Share of the weights that is added to their gradients
    #[arg(long, default_value_t = 5e-4)]
    weight_decay: f64,
    /// Seed of the first weights, the order and the changes of the images
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Threads of the kernels [default: as many as the machine has]
    #[arg(long, value_parser = at_least_one())]
    threads: Option<usize>,
    /// Where to write the picture
    #[arg(long, value_name = "FILE", default_value = "target/cifar.png")]
    picture: PathBuf,
}

fn main() -> ExitCode {
    let args = Args::parse();
    command::run("cifar", args.threads, || run(&args))
}

fn run(args: &Args) -> Result<(), Box<dyn Error>> {
    let mut generator = Generator::seed(args.seed);
    let (classes, (train, test)) = match &args.data {
        Some(folder) => (CIFAR10_CLASSES, cifar10(folder)?),
        None => (synthetic::CLASSES, stand_in(args.images, &mut generator)?),
    };
    let model = ResNet::new(args.blocks, args.width, classes.len(), &mut generator);
    println!("{}", model.summary([1, 3, 32, 32]));
    println!("{} images to learn from, {} to be tested on", train.len(), test.len());
    let Statistics { mean, std } = statistics(&train)?;
    let normalize = Normalize::new(mean, std);
    let losses = learn(&model, train, &test, &normalize, args)?;

    let answers = answers(&model, &test, &normalize)?;
    let accuracy = share_right(&answers, &test);
    let outcome = Outcome { losses: &losses, test: &test, answers: &answers, classes: &classes, accuracy };
    tell("cifar", &args.picture, picture::draw(&args.picture, &outcome));
    println!("test accuracy {accuracy:.4}");
    Ok(())
}

/// Synthetic images to learn from, and a quarter as many to be tested on.
fn stand_in(n: usize, generator: &mut Generator) -> Result<(LabelledImages, LabelledImages), DataError> {
    Ok((synthetic::images(n, generator)?, synthetic::images(n.div_ceil(4), generator)?))
}

/// Trains the model and returns the loss of each step.
fn learn(
    model: &ResNet,
    train: LabelledImages,
    test: &LabelledImages,
    normalize: &Normalize,
    args: &Args,
) -> Result<Vec<f32>, Box<dyn Error>> {
    // Figures that are mirrored or moved a little are of the same kind.
    let augment = Compose::new()
        .then(RandomCrop::new([32, 32]).padding(4))
        .then(RandomHorizontalFlip::default())
        .then(normalize.clone());
    let loader = DataLoader::new(train.transform(augment), args.batch).shuffle(args.seed).workers(1);
    let options = SgdOptions {
        lr: args.lr,
        momentum: 0.9,
        nesterov: true,
        weight_decay: args.weight_decay,
        ..Default::default()
    };
    let mut optimizer = Sgd::new(model, options)?;
    let steps = args.epochs * loader.len();
    let mut losses = Vec::with_capacity(steps);
    for epoch in 1..=args.epochs {
        model.train();
        let mut course = Epoch::new(epoch, args.epochs, loader.items(), "images");
        for batch in loader.epoch(epoch as u64) {
            let (images, labels) = batch?;
            let count = labels.numel();
            let loss = model.forward(&Var::constant(images)).cross_entropy(&labels);
            losses.push(loss.item());
            course.step(loss.item(), count);
            let progress = losses.len() as f64 / steps as f64;
            optimizer.set_lr(half_cosine(args.lr, progress))?;
            let taken = optimizer.step(&loss.backward());
            taken.map_err(|error| format!("step {}: {error}; try a smaller --lr", losses.len()))?;
        }
        let report = course.end();
        let accuracy = share_right(&answers(model, test, normalize)?, test);
        println!("{report}  test accuracy {accuracy:.4}");
    }
    Ok(losses)
}

/// The class that the model gives each image.
fn answers(model: &ResNet, images: &LabelledImages, normalize: &Normalize) -> Result<Vec<i64>, DataError> {
    model.eval();
    let mut answers = Vec::with_capacity(images.len());
    for batch in DataLoader::new(images.clone().transform(normalize.clone()), 100).epoch(0) {
        let (images, _) = batch?;
        answers.extend(no_grad(|| model.forward(&Var::constant(images))).value().argmax(1).to_vec());
    }
    Ok(answers)
}

fn share_right(answers: &[i64], images: &LabelledImages) -> f64 {
    let right = answers.iter().zip(images.labels()).filter(|&(&answer, truth)| answer == truth).count();
    right as f64 / images.len() as f64
}
