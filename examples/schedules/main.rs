//! Each schedule of the learning rate, step by step: a table and a picture. `cargo run --release --example schedules`.

mod list;
mod picture;

use autograd::optim::Error;
use autograd_examples_support::command;
use autograd_examples_support::picture::tell;
use clap::Parser;
use clap::builder::RangedU64ValueParser;
use std::path::PathBuf;
use std::process::ExitCode;

/// Runs an optimiser under each schedule and shows the learning rate in each step.
#[derive(Parser)]
#[command(name = "schedules")]
struct Args {
    /// Steps to take
    #[arg(long, default_value_t = 100, value_parser = RangedU64ValueParser::<u64>::new().range(20..=100_000))]
    steps: u64,
    /// Base learning rate
    #[arg(long, default_value_t = 0.1)]
    lr: f64,
    /// Where to write the picture of all schedules
    #[arg(long, value_name = "FILE", default_value = "target/schedules.png")]
    picture: PathBuf,
}

fn main() -> ExitCode {
    let args = Args::parse();
    command::run("schedules", None, || run(&args))
}

fn run(args: &Args) -> Result<(), Error> {
    let curves = list::curves(args.steps, args.lr)?;
    table(&curves);
    tell("schedules", &args.picture, picture::draw(&args.picture, &curves, args.lr));
    Ok(())
}

/// A schedule with the rate of each step.
struct Curve {
    name: &'static str,
    lrs: Vec<f64>,
}

/// Prints the rates at some steps, a line for each schedule.
fn table(curves: &[Curve]) {
    let Some(last) = curves.first().map(|curve| curve.lrs.len() - 1) else { return };
    let steps: Vec<usize> = (0..=8).map(|part| last * part / 8).collect();
    let line = |name: &str, cells: Vec<String>| {
        let cells: String = cells.iter().map(|cell| format!("{cell:>11}")).collect();
        println!("{name:<24}{cells}");
    };
    line("learning rate in step", steps.iter().map(usize::to_string).collect());
    for Curve { name, lrs } in curves {
        line(name, steps.iter().map(|&step| format!("{:.7}", lrs[step])).collect());
    }
}
