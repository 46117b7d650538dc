//! What a network that reads digits looks at, and what it would like to see: `cargo run --release --example visualize`.

mod ascent;
mod guided;
mod maps;
mod model;
mod picture;

use ascent::Climb;
use autograd::prelude::*;
use autograd_examples_support::command::{self, at_least_one};
use autograd_examples_support::digits::{Digits, PIXELS};
use autograd_examples_support::{picture::tell, progress::Epoch};
use clap::Parser;
use model::{Backward, Reader};
use picture::{Column, Curve, Sheet};
use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

/// Digits that are looked at in one pass.
const CHUNK: usize = 250;
/// Which shares of the pixels are blanked, and which of them the last line is about.
const SHARES: [f64; 8] = [0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4];
const TENTH: usize = 3;

/// Trains a convolutional network on handwritten digits, and shows which pixels its answers rest on, what its units respond to, and which
/// images it takes for the best of each class.
#[derive(Parser)]
#[command(name = "visualize")]
struct Args {
    /// Folder with the four MNIST files, plain or .gz, to use instead of the built-in digits
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Times to go through the training digits
    #[arg(long, default_value_t = 6, value_parser = at_least_one())]
    epochs: usize,
    /// Digits in one step
    #[arg(long, default_value_t = 50, value_parser = at_least_one())]
    batch: usize,
    /// Learning rate of Adam
    #[arg(long, default_value_t = 0.002)]
    lr: f64,
    /// Steps to climb to the image of a class
    #[arg(long, default_value_t = 200, value_parser = at_least_one())]
    steps: usize,
    /// Share of each pixel of such an image that decays in a step
    #[arg(long, default_value_t = 0.005, value_parser = command::share)]
    decay: f64,
    /// Side of the square that covers a part of a digit, in pixels
    #[arg(long, default_value_t = 7, value_parser = at_least_one())]
    cover: usize,
    /// Seed of the split, the first weights, the order of the digits and all noise
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Threads of the kernels [default: as many as the machine has]
    #[arg(long, value_parser = at_least_one())]
    threads: Option<usize>,
    /// Where to write the picture
    #[arg(long, value_name = "FILE", default_value = "target/visualize.png")]
    picture: PathBuf,
}

fn main() -> ExitCode {
    let args = Args::parse();
    command::run("visualize", args.threads, || run(&args))
}

fn run(args: &Args) -> Result<(), Box<dyn Error>> {
    let mut generator = Generator::seed(args.seed);
    let (train, test) = Digits::load(args.data.as_deref(), &mut generator)?;
    let network = Reader::new(&mut generator);
    let losses = learn(&network, &train, args, &mut generator)?;
    let curves = without_pixels(&network, &test, &mut generator);

    let climb = Climb { steps: args.steps, rate: 0.5, decay: args.decay as f32 };
    let sheet = Sheet {
        losses: &losses,
        shares: &SHARES,
        curves: &curves,
        filters: network.conv1.weight.value(),
        columns: columns(&network, &test, args.cover),
        classes: climb.images(&network, &mut generator),
        favourites: favourites(&network, &test),
    };
    tell("visualize", &args.picture, picture::draw(&args.picture, &sheet));
    let [salient, random] = [&curves[0], &curves[2]].map(|curve| curve.accuracies[TENTH]);
    println!("accuracy {salient:.3} without the most salient tenth of the pixels, {random:.3} without a random tenth");
    Ok(())
}

/// Trains the network and returns the loss of each step.
fn learn(network: &Reader, train: &Digits, args: &Args, generator: &mut Generator) -> Result<Vec<f32>, Box<dyn Error>> {
    let mut optimizer = Adam::new(network, args.lr)?;
    let mut order: Vec<usize> = (0..train.len()).collect();
    let mut losses = Vec::new();
    for epoch in 1..=args.epochs {
        let mut course = Epoch::new(epoch, args.epochs, train.len(), "images");
        generator.shuffle(&mut order);
        for batch in order.chunks(args.batch) {
            let loss = network.forward(&Var::constant(train.images(batch))).cross_entropy(&train.labels(batch));
            losses.push(loss.item());
            course.step(loss.item(), batch.len());
            let taken = optimizer.step(&loss.backward());
            taken.map_err(|error| format!("step {}: {error}; try a smaller --lr", losses.len()))?;
        }
        println!("{}", course.end());
    }
    Ok(losses)
}

/// The accuracy on the test digits without the pixels that count most, by several measures of what counts (as Samek, Binder, Montavon,
/// Lapuschkin and Müller 2017 compare them).
fn without_pixels(network: &Reader, test: &Digits, generator: &mut Generator) -> [Curve; 3] {
    let names = ["saliency", "guided back-propagation", "at random"];
    let mut right = [[0usize; SHARES.len()]; 3];
    let order: Vec<usize> = (0..test.len()).collect();
    for chunk in order.chunks(CHUNK) {
        let (images, labels) = (test.images(chunk), test.labels(chunk));
        // What counts for the answer that the network gives, be it right or wrong.
        let answers = network.read(&images);
        let strength = |backward| maps::gradient(network, &images, &answers, backward).map(f32::abs);
        let noise = Tensor::uniform([chunk.len(), PIXELS], 0.0, 1.0, generator);
        let measures = [strength(Backward::Gradient), strength(Backward::Guided), noise];
        for (right, measure) in right.iter_mut().zip(&measures) {
            for (right, share) in right.iter_mut().zip(SHARES) {
                let blanked = maps::blanked(&images, measure, (share * PIXELS as f64).round() as usize);
                *right += network.read(&blanked).eq(&labels).count();
            }
        }
    }
    println!("\naccuracy on {} test digits without some of their pixels", test.len());
    println!("{:24}{}", "share of the pixels", SHARES.map(|share| format!("{share:7.2}")).concat());
    [0, 1, 2].map(|which: usize| {
        let accuracies = right[which].map(|right| right as f64 / test.len() as f64);
        println!("{:24}{}", names[which], accuracies.map(|accuracy| format!("{accuracy:7.3}")).concat());
        Curve { name: names[which], accuracies: accuracies.to_vec() }
    })
}

/// The first test digit of each class that the network reads rightly, with the maps over it.
fn columns(network: &Reader, test: &Digits, cover: usize) -> Vec<Column> {
    let order: Vec<usize> = (0..test.len()).collect();
    let answers: Vec<i64> = order.chunks(CHUNK).flat_map(|chunk| network.read(&test.images(chunk)).to_vec()).collect();
    let is_right = |i: usize| answers[i] == i64::from(test.label(i));
    let chosen = (0..10u8).filter_map(|class| order.iter().copied().find(|&i| test.label(i) == class && is_right(i)));
    let column = |i: usize| {
        let (images, labels) = (test.images(&[i]), test.labels(&[i]));
        let map = |backward| maps::gradient(network, &images, &labels, backward).to_vec();
        let image = images.to_vec();
        Column {
            saliency: map(Backward::Gradient).into_iter().map(f32::abs).collect(),
            guided: map(Backward::Guided),
            occlusion: maps::occlusion(network, &image, usize::from(test.label(i)), cover).to_vec(),
            image,
        }
    };
    chosen.map(column).collect()
}

/// For some units of the second convolution the parts of test digits that excite them most.
fn favourites(network: &Reader, test: &Digits) -> Vec<Vec<Vec<f32>>> {
    let order: Vec<usize> = (0..test.len().min(1000)).collect();
    let patches = ascent::favourites(network, &test.images(&order), picture::PATCHES);
    let cut = |patch: &ascent::Patch| ascent::cut(test.image(patch.image), *patch);
    patches.iter().take(picture::UNITS).map(|patches| patches.iter().map(cut).collect()).collect()
}
