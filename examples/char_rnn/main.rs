//! A recurrent network learns to write, character by character: `cargo run --release --example char_rnn`.

mod corpus;
mod model;
mod saved;

use autograd::nn::Tbptt;
use autograd::nn::data::Dataset;
use autograd::prelude::*;
use autograd_examples_support::command::{self, at_least_one, share};
use autograd_examples_support::rate::half_cosine;
use autograd_examples_support::{curve, picture, progress::Epoch};
use clap::Parser;
use corpus::Corpus;
use model::{Cell, CharRnn, Sizes};
use saved::{Progress, Setup};
use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

/// Trains a recurrent network to predict each character of a text from those before it, and lets it write. It learns from 32,032 first names
/// that are built in, or from any text with --text.
#[derive(Parser)]
#[command(name = "char_rnn")]
struct Args {
    /// A text to learn from instead of the names
    #[arg(long, value_name = "FILE")]
    text: Option<PathBuf>,
    /// The kind of recurrent network
    #[arg(long, value_enum, default_value_t = Cell::Lstm)]
    cell: Cell,
    /// Units in each layer
    #[arg(long, default_value_t = 192, value_parser = at_least_one())]
    hidden: usize,
    /// Layers
    #[arg(long, default_value_t = 1, value_parser = at_least_one())]
    layers: usize,
    /// Numbers in the vector of a character
    #[arg(long, default_value_t = 32, value_parser = at_least_one())]
    inputs: usize,
    /// Share of the outputs of each layer that is dropped in training
    #[arg(long, default_value_t = 0.1, value_parser = share)]
    dropout: f64,
    /// Places of the text that are read side by side
    #[arg(long, default_value_t = 32, value_parser = at_least_one())]
    streams: usize,
    /// Characters in a segment, which is computed at once
    #[arg(long, default_value_t = 32, value_parser = at_least_one())]
    segment: usize,
    /// Segments from one backward pass to the next
    #[arg(long, default_value_t = 1, value_parser = at_least_one())]
    k1: usize,
    /// Segments that a backward pass goes back
    #[arg(long, default_value_t = 1, value_parser = at_least_one())]
    k2: usize,
    /// Times to go through the text
    #[arg(long, default_value_t = 10, value_parser = at_least_one())]
    epochs: usize,
    /// Learning rate of Adam at the start; it falls to zero along half a cosine
    #[arg(long, default_value_t = 0.005)]
    lr: f64,
    /// Bound on the norm of the gradients
    #[arg(long, default_value_t = 1.0)]
    clip: f64,
    /// Lines to write at the end
    #[arg(long, default_value_t = 10)]
    samples: usize,
    /// How daring to write: near 0 always the likeliest character, 1 as the text is
    #[arg(long, default_value_t = 0.8)]
    temperature: f64,
    /// Seed of the order, the first weights and the samples
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Threads of the kernels [default: as many as the machine has]
    #[arg(long, value_parser = at_least_one())]
    threads: Option<usize>,
    /// Where to write a checkpoint after each epoch
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// A checkpoint to go on from, to the same result to the last bit; all that shapes the training must be given as it was
    #[arg(long, value_name = "FILE")]
    resume: Option<PathBuf>,
    /// Where to write the picture of the loss
    #[arg(long, value_name = "FILE", default_value = "target/char_rnn.png")]
    picture: PathBuf,
}

impl Args {
    /// What a training can only go on with as it was.
    fn setup(&self, corpus: &Corpus) -> Setup {
        let text = format!("of {} characters, {} different ones", corpus.train.len(), corpus.vocabulary.len());
        let setting = |name: &str, value: &dyn ToString| (name.to_owned(), value.to_string());
        vec![
            setting("text", &text),
            setting("--cell", &format!("{:?}", self.cell).to_lowercase()),
            setting("--hidden", &self.hidden),
            setting("--layers", &self.layers),
            setting("--inputs", &self.inputs),
            setting("--dropout", &self.dropout),
            setting("--streams", &self.streams),
            setting("--segment", &self.segment),
            setting("--k1", &self.k1),
            setting("--k2", &self.k2),
            setting("--epochs", &self.epochs),
            setting("--lr", &self.lr),
            setting("--clip", &self.clip),
            setting("--seed", &self.seed),
        ]
    }
}

fn main() -> ExitCode {
    let args = Args::parse();
    command::run("char_rnn", args.threads, || run(&args))
}

fn run(args: &Args) -> Result<(), Box<dyn Error>> {
    if !(args.temperature > 0.0 && args.temperature.is_finite()) {
        return Err(format!("--temperature is {}, it must be a number above 0", args.temperature).into());
    }
    let mut generator = Generator::seed(args.seed);
    let corpus = match &args.text {
        Some(path) => Corpus::read(path)?,
        None => Corpus::names(&mut generator)?,
    };
    let characters = corpus.vocabulary.len();
    let sizes =
        Sizes { characters, inputs: args.inputs, hidden: args.hidden, layers: args.layers, dropout: args.dropout };
    let model = CharRnn::new(args.cell, sizes, &mut generator);
    println!(
        "{:?} with {} parameters, {} characters to learn from, {} held out, {characters} different ones",
        args.cell,
        model.parameter_count(),
        corpus.train.len(),
        corpus.held_out.len(),
    );
    let losses = learn(&model, &corpus, args)?;

    model.eval();
    let nats: Vec<f64> = losses.iter().map(|&loss| f64::from(loss)).collect();
    let drawn = picture::write(&args.picture, (640, 480), |sheet| curve::linear(sheet, "nats/character", &nats));
    picture::tell("char_rnn", &args.picture, drawn);
    for line in write_lines(&model, &corpus, args, &mut generator)? {
        println!("  {line}");
    }
    let nats = held_out(&model, &corpus, args)?;
    println!("held-out text: {nats:.4} nats/character, {:.4} bits/character", nats / std::f64::consts::LN_2);
    Ok(())
}

/// Trains the model and returns the loss of each segment.
fn learn(model: &CharRnn, corpus: &Corpus, args: &Args) -> Result<Vec<f32>, Box<dyn Error>> {
    let text = Corpus::streams(&corpus.train, args.streams, args.segment)?;
    let tbptt = Tbptt::new(args.k1, args.k2)?;
    let mut optimizer = Adam::new(model, args.lr)?;
    let steps = args.epochs * text.len();
    let setup = args.setup(corpus);
    let mut past = match &args.resume {
        Some(path) => saved::load(path, model, &mut optimizer, &setup)?,
        None => Progress::default(),
    };
    let save = |optimizer: &Adam, past: &Progress| match &args.save {
        Some(path) => saved::save(path, model, optimizer, &setup, past),
        None => Ok(()),
    };
    // A path that cannot be written is told before the work.
    save(&optimizer, &past)?;
    while past.epochs < args.epochs {
        let (epoch, losses) = (past.epochs + 1, &mut past.losses);
        model.train();
        let mut course = Epoch::new(epoch, args.epochs, corpus.train.len(), "characters");
        // The text begins anew, and with it the state.
        let mut stream = tbptt.start(Vec::new());
        for segment in text.segments(0) {
            let window = stream.step(|state: &Vec<Var>| {
                let (loss, state) = model.loss(&segment, state);
                losses.push(loss.item());
                (state, loss)
            });
            if let Some(window) = window {
                let done = losses.len() as f64 / steps as f64;
                optimizer.set_lr(half_cosine(args.lr, done))?;
                let taken = optimizer.step_clipped(&window.gradients, args.clip);
                taken.map_err(|error| format!("segment {}: {error}; try a smaller --lr", losses.len()))?;
            }
            course.step(*losses.last().expect("just pushed"), segment.0.numel());
        }
        let report = course.end();
        model.eval();
        println!("{report}  held out {:.4} nats/character", held_out(model, corpus, args)?);
        past.epochs = epoch;
        save(&optimizer, &past)?;
    }
    Ok(past.losses)
}

/// The mean cross entropy of the held-out text in nats per character.
fn held_out(model: &CharRnn, corpus: &Corpus, args: &Args) -> Result<f64, Box<dyn Error>> {
    let text = Corpus::streams(&corpus.held_out, args.streams, args.segment)?;
    let (mut state, mut sum, mut count) = (Vec::new(), 0.0, 0);
    for segment in text.segments(0) {
        let (loss, next) = no_grad(|| model.loss(&segment, &state));
        state = next;
        sum += f64::from(loss.item()) * segment.1.numel() as f64;
        count += segment.1.numel();
    }
    Ok(sum / count as f64)
}

/// Lets the model write lines, each character drawn by its probability.
fn write_lines(
    model: &CharRnn,
    corpus: &Corpus,
    args: &Args,
    generator: &mut Generator,
) -> Result<Vec<String>, Box<dyn Error>> {
    /// Where a line is broken off if the model does not end it.
    const LONGEST: usize = 120;
    let vocabulary = &corpus.vocabulary;
    let newline = vocabulary.encode("\n").map(|line| line[0]).unwrap_or(0);
    let (mut state, mut last, mut lines) = (Vec::new(), newline, Vec::new());
    while lines.len() < args.samples {
        let mut line = Vec::new();
        while line.len() < LONGEST {
            let (scores, next) = no_grad(|| model.forward(&[[last]].into(), &state));
            state = next;
            let scores = scores.to_vec();
            last = draw(&scores, args.temperature, generator) as i64;
            if last == newline {
                break;
            }
            line.push(last);
        }
        lines.push(vocabulary.decode(&line)?);
    }
    Ok(lines)
}

/// A place drawn with probabilities that are the softmax of the scores over the temperature.
fn draw(scores: &[f32], temperature: f64, generator: &mut Generator) -> usize {
    let highest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let weights: Vec<f64> = scores.iter().map(|score| (f64::from(score - highest) / temperature).exp()).collect();
    generator.categorical(&weights)
}
