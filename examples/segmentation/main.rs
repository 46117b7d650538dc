//! Each pixel of a scene of handwritten digits gets a class: `cargo run --release --example segmentation`.

mod blocks;
mod confusion;
mod model;
mod picture;

use autograd::nn::data::DataLoader;
use autograd::prelude::*;
use autograd_examples_support::command::{self, at_least_one, positive};
use autograd_examples_support::digits::Digits;
use autograd_examples_support::rate::half_cosine;
use autograd_examples_support::scenes::{self, CLASSES, Scene, Scenes};
use autograd_examples_support::{picture::tell, progress::Epoch};
use clap::Parser;
use confusion::Confusion;
use model::{Segmenter, Upsampling};
use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

/// Scenes to be tested on, and how many of them at once.
const TESTED: usize = 200;
const CHUNK: usize = 50;

/// Trains an encoder and a decoder to tell for each pixel of a scene which digit it belongs to, or that it is background.
#[derive(Parser)]
#[command(name = "segmentation")]
struct Args {
    /// Folder with the four MNIST files, plain or .gz, to make scenes of instead of the built-in digits
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// How the decoder doubles the size
    #[arg(long, value_enum, default_value_t = Upsampling::Transposed)]
    upsampling: Upsampling,
    /// Channels at the full size
    #[arg(long, default_value_t = 16, value_parser = at_least_one())]
    width: usize,
    /// Scenes in an epoch; each epoch draws new ones
    #[arg(long, default_value_t = 500, value_parser = at_least_one())]
    scenes: usize,
    /// Times to go through so many scenes
    #[arg(long, default_value_t = 10, value_parser = at_least_one())]
    epochs: usize,
    /// Scenes in one step
    #[arg(long, default_value_t = 4, value_parser = at_least_one())]
    batch: usize,
    /// How much a pixel of the background counts in the loss; one of a digit counts 1
    #[arg(long, default_value_t = 0.3, value_parser = positive)]
    background: f64,
    /// Learning rate of Adam at the start; it falls to zero along half a cosine
    #[arg(long, default_value_t = 0.007)]
    lr: f64,
    /// Seed of the split, the first weights and the scenes
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Threads of the kernels [default: as many as the machine has]
    #[arg(long, value_parser = at_least_one())]
    threads: Option<usize>,
    /// Where to write the picture
    #[arg(long, value_name = "FILE", default_value = "target/segmentation.png")]
    picture: PathBuf,
}

fn main() -> ExitCode {
    let args = Args::parse();
    command::run("segmentation", args.threads, || run(&args))
}

fn run(args: &Args) -> Result<(), Box<dyn Error>> {
    let mut generator = Generator::seed(args.seed);
    let (train, test) = Digits::load(args.data.as_deref(), &mut generator)?;
    let test = Scenes::new(test, TESTED, args.seed).fixed();
    let model = Segmenter::new(args.upsampling, args.width, &mut generator);
    println!(
        "{} parameters, {} scenes to learn from in each epoch, {} to be tested on",
        model.parameter_count(),
        args.scenes,
        test.len()
    );
    let losses = learn(&model, train, &test, args)?;

    let answers = answers(&model, &test);
    let confusion = confusion(&test, &answers);
    tell("segmentation", &args.picture, picture::draw(&args.picture, &losses, &test, &answers, &confusion));
    println!("mean IoU {:.3}, pixel accuracy {:.3}", confusion.mean_iou(), confusion.accuracy());
    Ok(())
}

/// Trains the model and returns the loss of each step.
fn learn(model: &Segmenter, train: Digits, test: &[Scene], args: &Args) -> Result<Vec<f32>, Box<dyn Error>> {
    let scenes = Scenes::new(train, args.scenes, args.seed);
    let batch = |scenes: Vec<Scene>| Ok((scenes::images(&scenes), scenes::classes(&scenes), blocks::classes(&scenes)));
    let loader = DataLoader::with_collate(scenes, args.batch, batch).seed(args.seed).workers(1);
    // The background, which comes last, is most of each scene.
    let mut weight = [1.0; CLASSES];
    weight[CLASSES - 1] = args.background as f32;
    let cross_entropy = CrossEntropyLoss::default().weight(weight);
    let mut optimizer = Adam::new(model, args.lr)?;
    let steps = args.epochs * loader.len();
    let mut losses = Vec::with_capacity(steps);
    for epoch in 1..=args.epochs {
        model.train();
        let mut course = Epoch::new(epoch, args.epochs, loader.items(), "scenes");
        for batch in loader.epoch(epoch as u64) {
            let (images, classes, blocks) = batch?;
            let count = images.shape()[0];
            let (pixels, coarse) = model.scores(&Var::constant(images));
            let loss = cross_entropy.forward(&pixels, &classes);
            losses.push(loss.item());
            course.step(loss.item(), count);
            // Deep supervision (Lee, Xie, Gallagher, Zhang and Tu 2015): the encoder has a loss of its own. Without it the digits are found but
            // not told apart for a long time.
            let loss = loss + cross_entropy.forward(&coarse, &blocks);
            let progress = losses.len() as f64 / steps as f64;
            optimizer.set_lr(half_cosine(args.lr, progress))?;
            let taken = optimizer.step(&loss.backward());
            taken.map_err(|error| format!("step {}: {error}; try a smaller --lr", losses.len()))?;
        }
        let report = course.end();
        let iou = confusion(test, &answers(model, test)).mean_iou();
        println!("{report}  mean IoU {iou:.3}");
    }
    Ok(losses)
}

/// The class that the model gives each pixel of the scenes, one scene behind the other.
fn answers(model: &Segmenter, scenes: &[Scene]) -> Vec<i64> {
    model.eval();
    scenes.chunks(CHUNK).flat_map(|chunk| model.answer(&scenes::images(chunk)).to_vec()).collect()
}

fn confusion(scenes: &[Scene], answers: &[i64]) -> Confusion {
    Confusion::new(CLASSES, &scenes::classes(scenes).to_vec(), answers)
}
