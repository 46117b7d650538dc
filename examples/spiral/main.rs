//! The spiral of CS231n: a linear classifier cannot part its arms, one hidden layer can. `cargo run --release --example spiral`.

mod picture;
mod points;

use autograd::optim::Error;
use autograd::prelude::*;
use autograd_examples_support::command::{self, at_least_one};
use autograd_examples_support::{picture::tell, progress};
use clap::Parser;
use clap::builder::RangedU64ValueParser;
use points::Points;
use std::path::PathBuf;
use std::process::ExitCode;

/// Trains a linear classifier and a network with one hidden layer on points in a spiral, by gradient descent on all of them at once.
#[derive(Parser)]
#[command(name = "spiral")]
struct Args {
    /// Points in each arm of a new spiral
    #[arg(long, requires = "seed", default_value_t = 100, value_parser = at_least_one())]
    points: usize,
    /// Arms of a new spiral
    #[arg(long, requires = "seed", default_value_t = 3, value_parser = RangedU64ValueParser::<usize>::new().range(2..=6))]
    arms: usize,
    /// How far the points lie off their arm, as the deviation of the angle in radians
    #[arg(long, requires = "seed", default_value_t = 0.2)]
    noise: f64,
    /// Units in the hidden layer
    #[arg(long, default_value_t = 100, value_parser = at_least_one())]
    hidden: usize,
    /// Steps for the linear classifier
    #[arg(long, default_value_t = 200)]
    linear_steps: usize,
    /// Steps for the network
    #[arg(long, default_value_t = 10_000)]
    steps: usize,
    /// Learning rate
    #[arg(long, default_value_t = 1.0)]
    lr: f64,
    /// Strength of the penalty on squared weights
    #[arg(long, default_value_t = 1e-3)]
    reg: f64,
    /// Seed of a new spiral and of the first weights [default: the 300 points of the course's notes, and seed 0]
    #[arg(long)]
    seed: Option<u64>,
    /// Where to write the picture of the regions
    #[arg(long, value_name = "FILE", default_value = "target/spiral.png")]
    picture: PathBuf,
}

fn main() -> ExitCode {
    let args = Args::parse();
    command::run("spiral", None, || run(&args))
}

fn run(args: &Args) -> Result<(), String> {
    if !(args.noise >= 0.0 && args.noise.is_finite()) {
        return Err(format!("--noise is {}, it must be a number that is not negative", args.noise));
    }
    let mut generator = Generator::seed(args.seed.unwrap_or(0));
    let points = match args.seed {
        Some(_) => Points::spiral(args.arms, args.points, args.noise, &mut generator),
        None => Points::of_the_course(),
    };

    let linear = small(Linear::new(2, args.arms, &mut generator), &mut generator);
    let linear = Sequential::new().then(linear);
    learn("linear", &linear, &points, args.linear_steps, args)?;

    let first = small(Linear::new(2, args.hidden, &mut generator), &mut generator);
    let second = small(Linear::new(args.hidden, args.arms, &mut generator), &mut generator);
    let network = Sequential::new().then(first).then(Relu).then(second);
    learn("network", &network, &points, args.steps, args)?;

    tell("spiral", &args.picture, picture::draw(&args.picture, &points, [("linear", &linear), ("network", &network)]));
    Ok(())
}

/// The layer with the first values of the course: weights of deviation 0.01, biases 0.
fn small(layer: Linear, generator: &mut Generator) -> Linear {
    layer.weight.set(Tensor::normal(layer.weight.shape(), 0.0, 0.01, generator));
    if let Some(bias) = &layer.bias {
        bias.set(Tensor::zeros(bias.shape()));
    }
    layer
}

/// Gradient descent on the mean cross entropy and half the squared weights, times `reg`.
fn learn(name: &str, model: &Sequential, points: &Points, steps: usize, args: &Args) -> Result<(), String> {
    let weights: Vec<Parameter> = model
        .named_parameters()
        .into_iter()
        .filter_map(|(name, parameter)| name.ends_with("weight").then_some(parameter))
        .collect();
    let mut optimizer = Sgd::new(model.parameters(), args.lr).map_err(|error| error.to_string())?;
    let bar = progress::bar(format!("{name:>7}"), steps, "steps");
    for step in 0..steps {
        let penalty = weights.iter().map(|w| w.var().square().sum()).reduce(|a, b| a + b).expect("a layer has weights");
        let loss = model.forward(&points.x).cross_entropy(&points.arm) + penalty * (0.5 * args.reg as f32);
        if step.is_multiple_of(100) {
            bar.set_message(format!("loss {:.4}", loss.item()));
        }
        let taken: Result<(), Error> = optimizer.step(&loss.backward());
        taken.map_err(|error| format!("{name}, step {step}: {error}; try a smaller --lr"))?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    println!("{name:>7}: training accuracy {:.2} after {steps} steps", points.share_right(model));
    Ok(())
}
