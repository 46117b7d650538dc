//! Finds the settings of a network on a grid, at random, and at random with successive halving, at equal cost:
//! `cargo run --release --example search`.

mod digits;
mod learner;
mod picture;
mod table;

use autograd::optim::search::{Outcome, Plan, SearchError, Settings};
use autograd::prelude::*;
use autograd_examples_support::command::{self, at_least_one};
use autograd_examples_support::{picture::tell, progress};
use clap::Parser;
use digits::{Digits, Parts};
use indicatif::ProgressBar;
use learner::{Learner, space};
use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;
use std::thread::available_parallelism;

/// Finds the learning rate, weight decay, size, dropout, momentum and optimiser of a network that reads handwritten digits: on a grid, at
/// random, and at random with the hopeless trials stopped early, with as many epochs for each search.
#[derive(Parser)]
#[command(name = "search")]
struct Args {
    /// Points of the grid for lr, weight_decay, hidden, dropout and momentum; both optimisers are on it
    #[arg(long, value_delimiter = ',', default_value = "3,3,3,3,3", value_name = "N,N,N,N,N")]
    points: Vec<usize>,
    /// Epochs of a trial that is not stopped
    #[arg(long, default_value_t = 9, value_parser = at_least_one())]
    epochs: usize,
    /// How often all is done, each time with another split, other weights and other random settings
    #[arg(long, default_value_t = 6, value_parser = at_least_one())]
    seeds: usize,
    /// The first of these seeds
    #[arg(long, default_value_t = 1)]
    seed: u32,
    /// Trials that run at the same time; the results are the same for any number [default: as many as the machine has threads]
    #[arg(long, value_parser = at_least_one())]
    threads: Option<usize>,
    /// Trials to show of each search
    #[arg(long, default_value_t = 5)]
    rows: usize,
    /// Where to write the picture
    #[arg(long, value_name = "FILE", default_value = "target/search.png")]
    picture: PathBuf,
}

/// A way to search, and what it found with each seed.
pub struct Way {
    /// Its name: `grid`, `random` or `halving`.
    pub name: &'static str,
    /// How many trials it runs for how long.
    pub plan: Plan,
    /// One for each seed.
    pub found: Vec<Found>,
}

/// What one search found.
pub struct Found {
    /// All its trials.
    pub outcome: Outcome,
    /// The share of the test digits that the best network reads.
    pub test: f64,
}

fn main() -> ExitCode {
    let args = Args::parse();
    command::run("search", None, || run(&args))
}

fn run(args: &Args) -> Result<(), Box<dyn Error>> {
    let digits = Digits::built_in()?;
    let space = space()?;
    let [lr, weight_decay, hidden, dropout, momentum] = args.points[..] else {
        return Err(format!("--points names {} numbers, it must name 5", args.points.len()).into());
    };
    let grid = space.grid_of(&[lr, weight_decay, hidden, dropout, momentum, 1])?;
    let full = Plan::full(grid.len(), args.epochs)?;
    let halving = halving_at(full.cost(), full.trials(), args.epochs)?;
    let mut ways = [("grid", &full), ("random", &full), ("halving", &halving)].map(|(name, plan)| Way {
        name,
        plan: plan.clone(),
        found: Vec::new(),
    });
    table::plans(&ways);

    let cost: usize = ways.iter().map(|way| way.plan.cost()).sum();
    let bar = progress::bar("search".to_owned(), args.seeds * cost, "epochs");
    let threads = args.threads.unwrap_or_else(|| available_parallelism().map_or(1, usize::from));
    for seed in (u64::from(args.seed)..).take(args.seeds) {
        let parts = digits.split(seed);
        for way in &mut ways {
            let mut generator = Generator::seed(seed);
            let settings: Vec<Settings> = if way.name == "grid" {
                // In random order, as none is better while nothing is known.
                let mut points: Vec<Settings> = grid.clone().collect();
                generator.shuffle(&mut points);
                points
            } else {
                (0..way.plan.trials()).map(|_| space.sample(&mut generator)).collect()
            };
            bar.set_message(format!("seed {seed}, {}", way.name));
            way.found.push(search(&way.plan, settings, &parts, seed, threads, &bar)?);
        }
    }
    bar.finish_and_clear();

    for way in &ways {
        table::best(way, args.rows);
    }
    table::summary(&ways);
    tell("search", &args.picture, picture::draw(&args.picture, &space, &ways));
    Ok(())
}

/// Successive halving, down to a third each time, of as many trials as cost no more than this.
fn halving_at(cost: usize, trials: usize, epochs: usize) -> Result<Plan, SearchError> {
    let of = |trials| Plan::rungs(trials, 1, epochs, 3);
    let mut plan = of(trials)?;
    loop {
        let more = of(plan.trials() + 1)?;
        if more.cost() > cost {
            return Ok(plan);
        }
        plan = more;
    }
}

/// Runs the trials and tests the best one.
fn search(
    plan: &Plan,
    settings: Vec<Settings>,
    parts: &Parts,
    seed: u64,
    threads: usize,
    bar: &ProgressBar,
) -> Result<Found, Box<dyn Error>> {
    let start = |number: usize, settings: &Settings| {
        let learner = Learner::new(parts, settings, seed << 32 | number as u64);
        learner.expect("the space holds settings that make sense")
    };
    let before = bar.position();
    let outcome = plan.run(settings, threads, |number, settings| {
        let mut learner = start(number, settings);
        let mut done = 0;
        move |epochs| {
            let score = learner.train(epochs);
            bar.inc((epochs - done) as u64);
            done = epochs;
            score
        }
    })?;
    bar.set_position(before + plan.cost() as u64);

    // The same number and settings give the same network once more.
    let best = outcome.best();
    let mut learner = start(best.number, &best.settings);
    if learner.train(best.budget()) != best.score() {
        return Err("no trial has learned anything; try smaller --points".into());
    }
    let test = learner.test();
    Ok(Found { outcome, test })
}
