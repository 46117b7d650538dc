//! Where in a scene is which handwritten digit: `cargo run --release --example detection`.

mod grid;
mod model;
mod picture;
mod precision;

use autograd::nn::data::DataLoader;
use autograd::prelude::*;
use autograd_examples_support::command::{self, at_least_one, share};
use autograd_examples_support::digits::Digits;
use autograd_examples_support::rate::half_cosine;
use autograd_examples_support::scenes::{self, Scene, Scenes};
use autograd_examples_support::{picture::tell, progress::Epoch};
use clap::Parser;
use model::Detector;
use precision::{Detection, Measured};
use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

/// Scenes to be tested on, and how many of them at once.
const TESTED: usize = 200;
const CHUNK: usize = 50;
/// How much a box must share with a digit's to hit it.
const HIT: f32 = 0.5;
/// How sure a detection must be to be counted at all. Average precision asks for the unsure ones, too.
const SURE: f32 = 0.02;

/// Trains a network that looks once at a scene of handwritten digits and says where each is, how large and which one.
#[derive(Parser)]
#[command(name = "detection")]
struct Args {
    /// Folder with the four MNIST files, plain or .gz, to make scenes of instead of the built-in digits
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Channels at the full size
    #[arg(long, default_value_t = 16, value_parser = at_least_one())]
    width: usize,
    /// Scenes in an epoch; each epoch draws new ones
    #[arg(long, default_value_t = 1000, value_parser = at_least_one())]
    scenes: usize,
    /// Times to go through so many scenes
    #[arg(long, default_value_t = 12, value_parser = at_least_one())]
    epochs: usize,
    /// Scenes in one step
    #[arg(long, default_value_t = 8, value_parser = at_least_one())]
    batch: usize,
    /// Boxes of one digit that share more than this part are taken for one
    #[arg(long, default_value_t = 0.4, value_parser = share)]
    overlap: f64,
    /// Learning rate of Adam at the start; it falls to zero along half a cosine
    #[arg(long, default_value_t = 0.005)]
    lr: f64,
    /// Seed of the split, the first weights and the scenes
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Threads of the kernels [default: as many as the machine has]
    #[arg(long, value_parser = at_least_one())]
    threads: Option<usize>,
    /// Where to write the picture
    #[arg(long, value_name = "FILE", default_value = "target/detection.png")]
    picture: PathBuf,
}

fn main() -> ExitCode {
    let args = Args::parse();
    command::run("detection", args.threads, || run(&args))
}

fn run(args: &Args) -> Result<(), Box<dyn Error>> {
    let mut generator = Generator::seed(args.seed);
    let (train, test) = Digits::load(args.data.as_deref(), &mut generator)?;
    let test = Scenes::new(test, TESTED, args.seed).fixed();
    let model = Detector::new(args.width, &mut generator);
    println!(
        "{} parameters, {} scenes to learn from in each epoch, {} to be tested on",
        model.parameter_count(),
        args.scenes,
        test.len()
    );
    let losses = learn(&model, train, &test, args)?;

    let found = detect(&model, &test, args.overlap);
    let measured = Measured::new(&found, &test, HIT);
    tell("detection", &args.picture, picture::draw(&args.picture, &losses, &test, &found, &measured));
    println!("mAP@{HIT} {:.3}", measured.mean());
    Ok(())
}

/// Trains the model and returns the loss of each step.
fn learn(model: &Detector, train: Digits, test: &[Scene], args: &Args) -> Result<Vec<f32>, Box<dyn Error>> {
    let scenes = Scenes::new(train, args.scenes, args.seed);
    let batch = |scenes: Vec<Scene>| Ok((scenes::images(&scenes), grid::wanted(&scenes)));
    let loader = DataLoader::with_collate(scenes, args.batch, batch).seed(args.seed).workers(1);
    let mut optimizer = Adam::new(model, args.lr)?;
    let steps = args.epochs * loader.len();
    let mut losses = Vec::with_capacity(steps);
    for epoch in 1..=args.epochs {
        model.train();
        let mut course = Epoch::new(epoch, args.epochs, loader.items(), "scenes");
        for batch in loader.epoch(epoch as u64) {
            let (images, wanted) = batch?;
            let count = images.shape()[0];
            let loss = model::loss(&model.forward(&Var::constant(images)), &wanted);
            losses.push(loss.item());
            course.step(loss.item(), count);
            let progress = losses.len() as f64 / steps as f64;
            optimizer.set_lr(half_cosine(args.lr, progress))?;
            let taken = optimizer.step(&loss.backward());
            taken.map_err(|error| format!("step {}: {error}; try a smaller --lr", losses.len()))?;
        }
        let report = course.end();
        let mean = Measured::new(&detect(model, test, args.overlap), test, HIT).mean();
        println!("{report}  mAP@{HIT} {mean:.3}");
    }
    Ok(losses)
}

/// What the model finds in each scene, the surest first.
fn detect(model: &Detector, scenes: &[Scene], overlap: f64) -> Vec<Vec<Detection>> {
    model.eval();
    let scores = |chunk: &[Scene]| no_grad(|| model.forward(&Var::constant(scenes::images(chunk)))).value().clone();
    let found = scenes.chunks(CHUNK).flat_map(|chunk| grid::decode(&scores(chunk), SURE));
    found.map(|found| precision::suppress(found, overlap as f32)).collect()
}
