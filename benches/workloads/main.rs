//! Whole pieces of work, each a forward and a backward pass, timed as `benches/compare` times the same ones in other engines.
//!
//! `cargo bench --bench workloads -- [--json] [--threads N] [--seconds S] [FILTER]` prints a line per workload:
//!
//! - `ms`, `min`: the median and the shortest time of a step, in milliseconds; two steps go before, then at least five are timed.
//! - `peak_mb`: the most memory asked of the system and not given back, in MB (10⁶ bytes), above what the model and its data held before
//!   the first step. Gradients, saved values, the optimiser's memory and the free blocks of the pool are in it.
//! - `allocations`: how often one more step, after those timed, asks the system for memory. The pool's hits are no requests.

mod elementwise;
mod graph;
mod images;
mod matmul;
mod measure;
mod meter;
mod networks;
mod recurrent;
mod rows;
mod workload;

use autograd::{Generator, tensor::pool, with_threads};
use clap::Parser;
use clap::builder::RangedU64ValueParser;
use workload::Workload;

#[global_allocator]
static ALLOCATOR: meter::Meter = meter::Meter;

/// Times the workloads that all peers are compared on.
#[derive(Parser)]
#[command(name = "workloads")]
struct Args {
    /// Only workloads whose name contains this
    filter: Option<String>,
    /// Print a line of JSON for each workload
    #[arg(long)]
    json: bool,
    /// Threads of the kernels [default: as many as the machine has]
    #[arg(long, value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
    threads: Option<usize>,
    /// Time each workload for so long [default: 1, three for the largest]
    #[arg(long, value_name = "SECONDS")]
    seconds: Option<f64>,
    /// Run each workload once, without timing it; so does anything but `cargo bench`
    #[arg(long)]
    test: bool,
    /// Given by `cargo bench`
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    let args = Args::parse();
    let threads = args.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, Into::into));
    // One thread or several, steps run on a thread of a pool of their own, so that figures differ by the number alone.
    with_threads(threads, || run(&args, threads));
}

/// All workloads.
fn all() -> impl Iterator<Item = &'static Workload> {
    let families = [
        graph::WORKLOADS,
        elementwise::WORKLOADS,
        matmul::WORKLOADS,
        images::WORKLOADS,
        rows::WORKLOADS,
        networks::WORKLOADS,
        recurrent::WORKLOADS,
    ];
    families.into_iter().flatten()
}

fn run(args: &Args, threads: usize) {
    let chosen = |workload: &&Workload| args.filter.as_ref().is_none_or(|filter| workload.name.contains(filter));
    let timed = args.bench && !args.test;
    if timed && !args.json {
        println!("{:<32} {:>10} {:>10} {:>10} {:>12}", "workload", "ms", "min", "peak MB", "allocations");
    }
    for workload in all().filter(chosen) {
        let mut step = (workload.prepare)(&mut Generator::seed(0));
        // What the preparation left must not serve the first step, whose memory is counted.
        pool::trim();
        if !timed {
            step();
            println!("{}: ok", workload.name);
            continue;
        }
        let seconds = args.seconds.unwrap_or(workload.seconds);
        let measure::Figures { median, shortest, peak, allocations } = measure::measure(&mut step, threads, seconds);
        let (name, ms, min, peak) = (workload.name, median * 1e3, shortest * 1e3, peak as f64 / 1e6);
        if args.json {
            println!(
                r#"{{"name":"{name}","ms":{ms:.4},"min":{min:.4},"peak_mb":{peak:.3},"allocations":{allocations}}}"#
            );
        } else {
            println!("{name:<32} {ms:>10.4} {min:>10.4} {peak:>10.2} {allocations:>12}");
        }
    }
}
