//! A network learns to paint handwritten digits that nobody wrote: `cargo run --release --example generative`.

mod gan;
mod painter;
mod picture;
mod vae;

use autograd::prelude::*;
use autograd_examples_support::command::{self, at_least_one};
use autograd_examples_support::digits::{Digits, PIXELS};
use autograd_examples_support::{picture::tell, progress};
use clap::{Parser, ValueEnum};
use gan::Gan;
use painter::{Learnt, Painter, Step};
use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;
use vae::Vae;

/// The kind of model.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    /// A variational autoencoder
    Vae,
    /// A generative adversarial network
    Gan,
}

/// Trains a generative model on handwritten digits, and lets it paint.
#[derive(Parser)]
#[command(name = "generative")]
struct Args {
    /// The kind of model
    #[arg(long, value_enum, default_value_t = Kind::Vae)]
    model: Kind,
    /// Folder with the four MNIST files, plain or .gz, to use instead of the built-in digits
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Units in each hidden layer
    #[arg(long, default_value_t = 400, value_parser = at_least_one())]
    hidden: usize,
    /// Numbers in the code of a digit
    #[arg(long, default_value_t = 16, value_parser = at_least_one())]
    codes: usize,
    /// Times to go through the training digits
    #[arg(long, default_value_t = 50, value_parser = at_least_one())]
    epochs: usize,
    /// Digits in one step
    #[arg(long, default_value_t = 50, value_parser = at_least_one())]
    batch: usize,
    /// Learning rate of Adam [default: 0.001, of the adversarial network 0.0002]
    #[arg(long)]
    lr: Option<f64>,
    /// Seed of the split, the first weights, the order of the digits and all noise
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Threads of the kernels [default: as many as the machine has]
    #[arg(long, value_parser = at_least_one())]
    threads: Option<usize>,
    /// Where to write the picture
    #[arg(long, value_name = "FILE", default_value = "target/generative.png")]
    picture: PathBuf,
}

fn main() -> ExitCode {
    let args = Args::parse();
    command::run("generative", args.threads, || run(&args))
}

fn run(args: &Args) -> Result<(), Box<dyn Error>> {
    let mut random = Generator::seed(args.seed);
    let (train, test) = Digits::load(args.data.as_deref(), &mut random)?;
    let mut model: Box<dyn Painter> = match args.model {
        Kind::Vae => Box::new(Vae::new(args.hidden, args.codes, args.lr.unwrap_or(1e-3), &mut random)?),
        Kind::Gan => Box::new(Gan::new(args.hidden, args.codes, args.lr.unwrap_or(2e-4), &mut random)?),
    };
    let losses = learn(&mut *model, &train, args, &mut random)?;

    let images = pixels(&test, &(0..test.len()).collect::<Vec<_>>());
    let Learnt { sentence, codes } = model.learnt(&images, &mut random);
    let noise = Tensor::normal([picture::SAMPLES, model.codes()], 0.0, 1.0, &mut random);
    // With codes of real digits there is something to be painted again, and a way from one digit to the next.
    let ends = match &codes {
        Some(codes) if test.len() > picture::PATHS => codes.slice(s![..picture::PATHS + 1]),
        _ => Tensor::normal([picture::PATHS + 1, model.codes()], 0.0, 1.0, &mut random),
    };
    let sheet = picture::Sheet {
        names: model.losses(),
        losses: &losses,
        samples: model.paint(&noise),
        copies: codes
            .map(|codes| [images, model.paint(&codes)].map(|all| all.slice(s![..picture::COPIES.min(test.len())]))),
        paths: model.paint(&between(&ends)),
    };
    tell("generative", &args.picture, picture::draw(&args.picture, &sheet));
    println!("{sentence}");
    Ok(())
}

/// Trains the model and returns the losses of each step.
fn learn(
    model: &mut dyn Painter,
    train: &Digits,
    args: &Args,
    random: &mut Generator,
) -> Result<Vec<Step>, Box<dyn Error>> {
    let mut order: Vec<usize> = (0..train.len()).collect();
    let mut losses = Vec::new();
    for epoch in 1..=args.epochs {
        let bar = progress::bar(format!("epoch {epoch}/{}", args.epochs), train.len(), "images");
        let (start, first) = (Instant::now(), losses.len());
        random.shuffle(&mut order);
        for batch in order.chunks(args.batch) {
            let taken = model.step(&pixels(train, batch), random);
            losses.push(taken.map_err(|error| format!("step {}: {error}; try a smaller --lr", losses.len() + 1))?);
            bar.inc(batch.len() as u64);
        }
        bar.finish_and_clear();
        let rate = train.len() as f64 / start.elapsed().as_secs_f64();
        let mean = |which: usize| {
            let of_epoch: &[Step] = &losses[first..];
            of_epoch.iter().map(|loss| loss[which]).sum::<f32>() / of_epoch.len() as f32
        };
        let [first_name, second_name] = model.losses();
        println!("epoch {epoch:>3}  {first_name} {:.3}  {second_name} {:.3}  {rate:.0} images/s", mean(0), mean(1));
    }
    Ok(losses)
}

/// The pixels of these digits, `[n, 784]`, from 0 to 1.
fn pixels(digits: &Digits, order: &[usize]) -> Tensor {
    digits.images(order).reshape([order.len(), PIXELS])
}

/// Codes at equal distances on the way from each code to the next, `[n + 1, codes] -> [n · steps, codes]`.
fn between(ends: &Tensor) -> Tensor {
    let [steps, paths] = [picture::STEPS, ends.shape()[0] - 1];
    let share = Tensor::linspace(0.0, 1.0, steps).reshape([1, steps, 1]);
    let [from, to] = [ends.slice(s![..paths]), ends.slice(s![1..])].map(|end| end.reshape([paths, 1, ends.shape()[1]]));
    (&from + (&to - &from) * share).reshape([paths * steps, ends.shape()[1]])
}
