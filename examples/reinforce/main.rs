//! An agent learns to balance a pole on a cart, by policy gradients or by deep Q-learning: `cargo run --release --example reinforce`.

mod cart_pole;
mod journal;
mod model;
mod picture;
mod policy;
mod q_learning;
mod replay;
mod returns;

use autograd::prelude::*;
use autograd_examples_support::command::{self, at_least_one, share};
use autograd_examples_support::picture::tell;
use cart_pole::MAX_STEPS;
use clap::{Parser, ValueEnum};
use journal::Journal;
use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

/// Episodes of the test.
const TESTED: usize = 20;

/// How the agent learns.
#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
enum Method {
    /// Policy gradients: REINFORCE with a learnt baseline
    Policy,
    /// Deep Q-learning
    Q,
}

/// An agent learns to balance a pole on a cart, which it can only push to the left or to the right, 50 times in a second for 10 seconds.
#[derive(Parser)]
#[command(name = "reinforce")]
struct Args {
    /// How the agent learns
    #[arg(long, value_enum, default_value_t = Method::Policy)]
    method: Method,
    /// Episodes to learn from [default: 1000, by Q-learning 250]
    #[arg(long, value_parser = at_least_one())]
    episodes: Option<usize>,
    /// Carts that are balanced side by side: to take a step of the optimiser, policy gradients wait until all have come to an end, Q-learning
    /// until each was pushed [default: 10, by Q-learning 1]
    #[arg(long, value_parser = at_least_one())]
    carts: Option<usize>,
    /// Units in each of the two hidden layers
    #[arg(long, default_value_t = 128, value_parser = at_least_one())]
    hidden: usize,
    /// Learning rate of Adam at the start; it falls to zero along a line [default: 0.01, by Q-learning 0.001]
    #[arg(long)]
    lr: Option<f64>,
    /// What a reward of the next step counts now [default: 0.99, by Q-learning 0.98]
    #[arg(long, value_parser = share)]
    discount: Option<f64>,
    /// Policy gradients: what a nat of the actions' entropy counts
    #[arg(long, default_value_t = 0.01)]
    entropy: f64,
    /// Q-learning: transitions to remember
    #[arg(long, default_value_t = 50000, value_parser = at_least_one())]
    memory: usize,
    /// Q-learning: transitions in one step of the optimiser
    #[arg(long, default_value_t = 64, value_parser = at_least_one())]
    batch: usize,
    /// Q-learning: share of random actions, once the agent has explored
    #[arg(long, default_value_t = 0.05, value_parser = share)]
    epsilon: f64,
    /// Q-learning: share of the way to the network that the target network goes in each step
    #[arg(long, default_value_t = 0.02, value_parser = share)]
    tau: f64,
    /// Q-learning: let the network choose the next action, and the target network value it (double Q-learning)
    #[arg(long)]
    double: bool,
    /// Seed of the first weights, the starts and the actions
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Threads of the kernels [default: as many as the machine has]
    #[arg(long, value_parser = at_least_one())]
    threads: Option<usize>,
    /// Where to write the picture
    #[arg(long, value_name = "FILE", default_value = "target/reinforce.png")]
    picture: PathBuf,
}

fn main() -> ExitCode {
    let args = Args::parse();
    command::run("reinforce", args.threads, || run(&args))
}

fn run(args: &Args) -> Result<(), Box<dyn Error>> {
    let (mut generator, hidden) = (Generator::seed(args.seed), args.hidden);
    // What the methods need differs by this much.
    let (episodes, carts, lr, discount) = match args.method {
        Method::Policy => (1000, 10, 0.01, 0.99),
        Method::Q => (250, 1, 0.001, 0.98),
    };
    let (episodes, carts) = (args.episodes.unwrap_or(episodes), args.carts.unwrap_or(carts));
    let (lr, discount) = (args.lr.unwrap_or(lr), args.discount.unwrap_or(discount));
    let mut journal = Journal::new(episodes);
    let learnt = match args.method {
        Method::Policy => {
            let options = policy::Options { hidden, lr, discount, carts, entropy: args.entropy };
            policy::learn(&options, &mut journal, &mut generator)
        }
        Method::Q => {
            let Args { memory, batch, epsilon, tau, double, .. } = *args;
            let options = q_learning::Options { hidden, lr, discount, carts, memory, batch, epsilon, tau, double };
            q_learning::learn(&options, &mut journal, &mut generator)
        }
    };
    let network = learnt.map_err(|error| format!("{error}; try a smaller --lr"))?;
    let returns = journal.close();

    // Other starts than those of the training.
    let mut generator = Generator::seed(!args.seed);
    let mean = network.mean_return(TESTED, &mut generator);
    tell("reinforce", &args.picture, picture::draw(&args.picture, &returns, &network));
    println!("mean return over {TESTED} new episodes {mean:.1} of {MAX_STEPS}");
    Ok(())
}
