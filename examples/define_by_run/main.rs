//! A network whose graph differs for each example: it reads formulas along their trees. `cargo run --release --example define_by_run`.

mod formula;
mod network;
mod picture;

use autograd::prelude::*;
use autograd_examples_support::command::{self, at_least_one};
use autograd_examples_support::{picture::tell, progress};
use clap::Parser;
use clap::builder::RangedU64ValueParser;
use formula::Formula;
use network::TreeNetwork;
use std::path::PathBuf;
use std::process::ExitCode;

/// Teaches a network to judge formulas such as `((1 and not 0) xor 1)`. It is told only whether the whole is true, and its graph follows the
/// tree of each formula; afterwards it judges deeper ones than it has ever seen.
#[derive(Parser)]
#[command(name = "define_by_run")]
struct Args {
    /// Steps of training
    #[arg(long, default_value_t = 1500)]
    steps: usize,
    /// Formulas in one step
    #[arg(long, default_value_t = 32, value_parser = at_least_one())]
    batch: usize,
    /// Depth of the deepest formulas to learn from
    #[arg(long, default_value_t = 4, value_parser = RangedU64ValueParser::<usize>::new().range(1..=8))]
    depth: usize,
    /// Numbers in the vector of a formula
    #[arg(long, default_value_t = 16, value_parser = at_least_one())]
    width: usize,
    /// Learning rate of Adam
    #[arg(long, default_value_t = 0.003)]
    lr: f64,
    /// Seed of the formulas and the first weights
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where to write the picture of a judged formula
    #[arg(long, value_name = "FILE", default_value = "target/define_by_run.png")]
    picture: PathBuf,
}

fn main() -> ExitCode {
    let args = Args::parse();
    command::run("define_by_run", None, || run(&args))
}

fn run(args: &Args) -> Result<(), Box<dyn std::error::Error>> {
    let mut generator = Generator::seed(args.seed);
    let network = TreeNetwork::new(args.width, &mut generator);
    let mut optimizer = Adam::new(network.parameters(), args.lr)?;
    let bar = progress::bar("learning".to_owned(), args.steps, "steps");
    for step in 0..args.steps {
        let formulas: Vec<Formula> = (0..args.batch)
            .map(|_| {
                let depth = generator.below(args.depth + 1);
                Formula::random(depth, &mut generator)
            })
            .collect();
        let scores: Vec<Var> = formulas.iter().map(|formula| network.score(formula)).collect();
        let scores = Var::concat(&scores, 0);
        let truth: Vec<f32> = formulas.iter().map(|formula| f32::from(formula.truth())).collect();
        let loss = scores.binary_cross_entropy_with_logits(&Var::constant(truth), BinaryCrossEntropyOptions::new());
        bar.set_message(format!("loss {:.4}", loss.item()));
        let taken = optimizer.step(&loss.backward());
        taken.map_err(|error| format!("step {step}: {error}; try a smaller --lr"))?;
        bar.inc(1);
    }
    bar.finish_and_clear();

    println!("depth  accuracy (200 new formulas each; depths above {} were never seen)", args.depth);
    for depth in 0..=2 * args.depth {
        let formulas: Vec<Formula> = (0..200).map(|_| Formula::random(depth, &mut generator)).collect();
        println!("{depth:>5}  {:.3}", network.share_right(&formulas));
    }
    let formula = Formula::random(args.depth, &mut generator);
    println!("{formula} = {}, believed {:.3}", u8::from(formula.truth()), network.belief(&formula));
    tell("define_by_run", &args.picture, picture::draw(&args.picture, &formula, &network));
    Ok(())
}
