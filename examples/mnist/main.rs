//! LeNet-5 learns to read handwritten digits: `cargo run --release --example mnist`.

mod lenet;
mod picture;

use autograd::prelude::*;
use autograd_examples_support::command::{self, at_least_one};
use autograd_examples_support::digits::Digits;
use autograd_examples_support::rate::half_cosine;
use autograd_examples_support::{picture::tell, progress::Epoch};
use clap::Parser;
use lenet::LeNet5;
use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

/// Trains LeNet-5 on handwritten digits: on 5,000 of MNIST that are built in, or on all of them with --data.
#[derive(Parser)]
#[command(name = "mnist")]
struct Args {
    /// Folder with the four MNIST files, plain or .gz, to use instead of the built-in digits
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Times to go through the training digits
    #[arg(long, default_value_t = 30, value_parser = at_least_one())]
    epochs: usize,
    /// Digits in one step
    #[arg(long, default_value_t = 16, value_parser = at_least_one())]
    batch: usize,
    /// Learning rate of Adam at the start; it falls to zero along half a cosine
    #[arg(long, default_value_t = 0.002)]
    lr: f64,
    /// Seed of the split, the first weights and the order of the digits
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Threads of the kernels [default: as many as the machine has]
    #[arg(long, value_parser = at_least_one())]
    threads: Option<usize>,
    /// Where to write the picture
    #[arg(long, value_name = "FILE", default_value = "target/mnist.png")]
    picture: PathBuf,
}

fn main() -> ExitCode {
    let args = Args::parse();
    command::run("mnist", args.threads, || run(&args))
}

fn run(args: &Args) -> Result<(), Box<dyn Error>> {
    let mut generator = Generator::seed(args.seed);
    let (train, test) = Digits::load(args.data.as_deref(), &mut generator)?;
    let model = LeNet5::new(&mut generator);
    println!(
        "LeNet-5 with {} parameters, {} digits to learn from, {} to be tested on",
        model.parameter_count(),
        train.len(),
        test.len()
    );
    let losses = learn(&model, &train, &test, args, &mut generator)?;

    let answers = model.read(&test);
    let accuracy = test.share_right(&answers);
    println!("weights {:016x}", model.fingerprint());
    tell("mnist", &args.picture, picture::draw(&args.picture, &losses, &test, &answers, accuracy));
    println!("test accuracy {accuracy:.4}");
    Ok(())
}

/// Trains the model and returns the loss of each step.
fn learn(
    model: &LeNet5,
    train: &Digits,
    test: &Digits,
    args: &Args,
    generator: &mut Generator,
) -> Result<Vec<f32>, Box<dyn Error>> {
    let mut optimizer = Adam::new(model.parameters(), args.lr)?;
    let mut order: Vec<usize> = (0..train.len()).collect();
    let steps = args.epochs * train.len().div_ceil(args.batch);
    let mut losses = Vec::new();
    for epoch in 1..=args.epochs {
        let mut course = Epoch::new(epoch, args.epochs, train.len(), "images");
        generator.shuffle(&mut order);
        for batch in order.chunks(args.batch) {
            let (images, labels) = train.shifted_batch(batch, generator);
            let loss = model.forward(&images).cross_entropy(&labels);
            losses.push(loss.item());
            course.step(loss.item(), batch.len());
            let progress = losses.len() as f64 / steps as f64;
            optimizer.set_lr(half_cosine(args.lr, progress))?;
            let taken = optimizer.step(&loss.backward());
            taken.map_err(|error| format!("step {}: {error}; try a smaller --lr", losses.len()))?;
        }
        let report = course.end();
        println!("{report}  test accuracy {:.4}", test.share_right(&model.read(test)));
    }
    Ok(losses)
}
