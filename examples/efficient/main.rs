//! A trained network made small: pruning, quantisation, distillation: `cargo run --release --example efficient`.

mod distill;
mod model;
mod picture;
mod prune;
mod quantize;

use autograd::nn::state::{StateDict, Strictness};
use autograd::prelude::*;
use autograd_examples_support::command::{self, at_least_one, positive, share};
use autograd_examples_support::digits::Digits;
use autograd_examples_support::rate::half_cosine;
use autograd_examples_support::{picture::tell, progress};
use clap::Parser;
use distill::Lesson;
use indicatif::ProgressBar;
use model::Mlp;
use picture::Results;
use prune::Mask;
use quantize::round_weights;
use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

/// The hidden layers of the large network: LeNet-300-100 (LeCun, Bottou, Bengio and Haffner 1998).
const LARGE: [usize; 2] = [300, 100];
/// Shares of weights that are taken away, one after the other.
const SHARES: [f64; 8] = [0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.97, 0.99];
/// Bits of a weight.
const BITS: [u32; 7] = [8, 7, 6, 5, 4, 3, 2];
/// Hidden units of the students.
const STUDENTS: [usize; 5] = [16, 32, 64, 128, 256];

/// Trains a network to read handwritten digits, and makes it small in three ways: with fewer weights, with weights of fewer bits, and as the
/// teacher of small networks.
#[derive(Parser)]
#[command(name = "efficient")]
struct Args {
    /// Folder with the four MNIST files, plain or .gz, to use instead of the built-in digits
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Times to go through the training digits, for the large network and for each student
    #[arg(long, default_value_t = 20, value_parser = at_least_one())]
    epochs: usize,
    /// Times to go through them after each pruning
    #[arg(long, default_value_t = 3, value_parser = at_least_one())]
    tuning: usize,
    /// Digits in one step
    #[arg(long, default_value_t = 50, value_parser = at_least_one())]
    batch: usize,
    /// Learning rate of Adam at the start; it falls to zero along half a cosine
    #[arg(long, default_value_t = 0.002)]
    lr: f64,
    /// Temperature at which students hear the teacher
    #[arg(long, default_value_t = 4.0, value_parser = positive)]
    temperature: f64,
    /// Share of a student's loss that the teacher's answers have
    #[arg(long, default_value_t = 0.9, value_parser = share)]
    share: f64,
    /// Seed of the split, the first weights and the order of the digits
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Threads of the kernels [default: as many as the machine has]
    #[arg(long, value_parser = at_least_one())]
    threads: Option<usize>,
    /// Where to write the picture
    #[arg(long, value_name = "FILE", default_value = "target/efficient.png")]
    picture: PathBuf,
}

fn main() -> ExitCode {
    let args = Args::parse();
    command::run("efficient", args.threads, || run(&args))
}

fn run(args: &Args) -> Result<(), Box<dyn Error>> {
    let mut generator = Generator::seed(args.seed);
    let (train, test) = Digits::load(args.data.as_deref(), &mut generator)?;
    let task = Task { args, train: &train, test: &test };
    let large = Mlp::new(&LARGE, &mut generator);
    let bar = progress::bar("large network".to_owned(), args.epochs * train.len(), "images");
    task.fit(&large, Images::Shifted, args.epochs, &bar, |x, labels| large.forward(x).cross_entropy(labels), || ())?;
    bar.finish_and_clear();
    let all: usize = large.weights().iter().map(|weight| weight.numel()).sum();
    println!("large network: {all} weights, test accuracy {:.4}", large.accuracy(&test));
    // Each way begins with the network as it is now.
    let state = large.state_dict();

    let pruned = task.prune(&large)?;
    large.load_state_dict(&state, Strictness::Strict)?;
    let quantized = task.quantize(&large, &state)?;
    large.load_state_dict(&state, Strictness::Strict)?;
    let students = task.distill(&large)?;

    let results = Results { full: pruned[0], pruned: &pruned, quantized: &quantized, students: &students };
    tell("efficient", &args.picture, picture::draw(&args.picture, &results));
    println!(
        "test accuracy {:.3} in full, {:.3} with a tenth of the weights, {:.3} with 4 bits a weight",
        results.full, pruned[4], quantized[4]
    );
    Ok(())
}

/// The digits, and how a network learns them.
struct Task<'a> {
    args: &'a Args,
    train: &'a Digits,
    test: &'a Digits,
}

/// What a network learns from.
#[derive(Clone, Copy, PartialEq)]
enum Images {
    /// The digits as they are.
    Plain,
    /// The digits moved a little, each time otherwise.
    Shifted,
}

impl Task<'_> {
    /// Trains a network on this loss of digits and labels, and calls `after` after each step.
    fn fit(
        &self,
        network: &Mlp,
        images: Images,
        epochs: usize,
        bar: &ProgressBar,
        loss: impl Fn(&Var, &Tensor<i64>) -> Var,
        after: impl Fn(),
    ) -> Result<(), Box<dyn Error>> {
        let Task { args, train, .. } = self;
        let mut generator = Generator::seed(args.seed);
        let mut optimizer = Adam::new(network, args.lr)?;
        let mut order: Vec<usize> = (0..train.len()).collect();
        let (steps, mut step) = (epochs * train.len().div_ceil(args.batch), 0);
        for _ in 0..epochs {
            generator.shuffle(&mut order);
            for batch in order.chunks(args.batch) {
                let (images, labels) = match images {
                    Images::Plain => train.batch(batch),
                    Images::Shifted => train.shifted_batch(batch, &mut generator),
                };
                let progress = f64::from(step) / steps as f64;
                optimizer.set_lr(half_cosine(args.lr, progress))?;
                let taken = optimizer.step(&loss(&images, &labels).backward());
                step += 1;
                taken.map_err(|error| format!("step {step}: {error}; try a smaller --lr"))?;
                after();
                bar.inc(batch.len() as u64);
            }
        }
        Ok(())
    }

    /// The accuracy with ever fewer weights, each time after some training of those that are left.
    fn prune(&self, network: &Mlp) -> Result<Vec<f64>, Box<dyn Error>> {
        let bar =
            progress::bar("pruning".to_owned(), (SHARES.len() - 1) * self.args.tuning * self.train.len(), "images");
        let mut found = Vec::new();
        for share in SHARES {
            if share > 0.0 {
                let mask = Mask::smallest(network, share);
                mask.apply(network);
                let loss = |x: &Var, labels: &Tensor<i64>| network.forward(x).cross_entropy(labels);
                self.fit(network, Images::Shifted, self.args.tuning, &bar, loss, || mask.apply(network))?;
            }
            let accuracy = network.accuracy(self.test);
            bar.suspend(|| println!("without {:>2.0} % of the weights: {accuracy:.4}", share * 100.0));
            found.push(accuracy);
        }
        bar.finish_and_clear();
        Ok(found)
    }

    /// The accuracy with weights of ever fewer bits, without any training.
    fn quantize(&self, network: &Mlp, full: &StateDict) -> Result<Vec<f64>, Box<dyn Error>> {
        let mut found = Vec::new();
        for bits in BITS {
            network.load_state_dict(full, Strictness::Strict)?;
            round_weights(network, bits);
            found.push(network.accuracy(self.test));
            println!("with {bits} bits a weight: {:.4}", found[found.len() - 1]);
        }
        Ok(found)
    }

    /// The accuracies of small networks: of each size, one that knows the labels only, and one that hears the teacher. Only the teacher has seen
    /// digits that were moved: what it learnt from them is in its answers (section 3 of the source of [`distill`]).
    fn distill(&self, teacher: &Mlp) -> Result<Vec<[f64; 2]>, Box<dyn Error>> {
        let Args { epochs, seed, temperature, share, .. } = *self.args;
        let bar = progress::bar("students".to_owned(), 2 * STUDENTS.len() * epochs * self.train.len(), "images");
        let mut found = Vec::new();
        for hidden in STUDENTS {
            let mut pair = [0.0; 2];
            for (share, accuracy) in [0.0, share].into_iter().zip(&mut pair) {
                let student = Mlp::new(&[hidden], &mut Generator::seed(seed));
                let lesson = Lesson { temperature, share };
                let loss = |x: &Var, labels: &Tensor<i64>| {
                    lesson.loss(&student.forward(x), &no_grad(|| teacher.forward(x)), labels)
                };
                self.fit(&student, Images::Plain, epochs, &bar, loss, || ())?;
                *accuracy = student.accuracy(self.test);
            }
            let [alone, taught] = pair;
            bar.suspend(|| println!("student of {hidden:>3} hidden units: {alone:.4} alone, {taught:.4} taught"));
            found.push(pair);
        }
        bar.finish_and_clear();
        Ok(found)
    }
}
