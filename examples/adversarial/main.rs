//! Images changed by too little to be seen deceive a network, until it has learnt from such: `cargo run --release --example adversarial`.

mod attack;
mod model;
mod picture;

use attack::{Attack, Method};
use autograd::prelude::*;
use autograd_examples_support::command::{self, at_least_one, positive};
use autograd_examples_support::digits::Digits;
use autograd_examples_support::{picture::tell, progress};
use clap::Parser;
use model::Reader;
use picture::{Curve, Specimen};
use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

/// Digits that are attacked at once.
const CHUNK: usize = 250;
/// How strong the attacks of the test are, in shares of the strength in the training, and which of them is that one.
const STRENGTHS: [f64; 7] = [0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5];
const TRAINED: usize = 4;

/// Trains two networks to read handwritten digits, one on the digits as they are and one on digits that an attacker has changed, and attacks
/// both.
#[derive(Parser)]
#[command(name = "adversarial")]
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
    /// How far the attacker may move a pixel in the training of the second network, of the way from black to white
    #[arg(long, default_value_t = 0.2, value_parser = positive)]
    epsilon: f64,
    /// Steps of the attacker in that training
    #[arg(long, default_value_t = 5, value_parser = at_least_one())]
    steps: usize,
    /// Steps of the attacker in the test
    #[arg(long, default_value_t = 20, value_parser = at_least_one())]
    test_steps: usize,
    /// Test digits to attack, at most
    #[arg(long, default_value_t = 500, value_parser = at_least_one())]
    attacked: usize,
    /// Seed of the split, the first weights, the order of the digits and the attacks
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Threads of the kernels [default: as many as the machine has]
    #[arg(long, value_parser = at_least_one())]
    threads: Option<usize>,
    /// Where to write the picture
    #[arg(long, value_name = "FILE", default_value = "target/adversarial.png")]
    picture: PathBuf,
}

fn main() -> ExitCode {
    let args = Args::parse();
    command::run("adversarial", args.threads, || run(&args))
}

fn run(args: &Args) -> Result<(), Box<dyn Error>> {
    let mut generator = Generator::seed(args.seed);
    let (train, test) = Digits::load(args.data.as_deref(), &mut generator)?;
    let test = test.select(&(0..test.len().min(args.attacked)).collect::<Vec<_>>());
    let hardening = Attack { method: Method::ProjectedDescent(args.steps), epsilon: args.epsilon as f32 };
    let plain = learn("plain", None, &train, args)?;
    let hardened = learn("hardened", Some(hardening), &train, args)?;

    let epsilons = STRENGTHS.map(|strength| strength * args.epsilon);
    println!("\naccuracy on {} test digits, by how far each pixel may be moved", test.len());
    println!("{:28}{}", "", epsilons.iter().map(|epsilon| format!("{epsilon:8.3}")).collect::<String>());
    let mut curves = Vec::new();
    for (network, name) in [(&plain, "plain"), (&hardened, "hardened")] {
        let methods =
            [("one step", Method::FastGradientSign), ("projected", Method::ProjectedDescent(args.test_steps))];
        for (attack, method) in methods {
            let accuracy = |&epsilon: &f64| accuracy(network, &test, method, epsilon, args.seed);
            let values: Vec<f64> = epsilons.iter().map(accuracy).collect();
            let line: String = values.iter().map(|value| format!("{value:8.3}")).collect();
            println!("{:28}{line}", format!("{name}, {attack}"));
            curves.push(Curve { name, attack, values });
        }
    }

    let strongest = Attack { method: Method::ProjectedDescent(args.test_steps), epsilon: args.epsilon as f32 };
    let specimens = specimens([&plain, &hardened], strongest, &test, args.seed);
    tell("adversarial", &args.picture, picture::draw(&args.picture, &epsilons, &curves, &specimens));
    let [plain, hardened] = [1, 3].map(|curve: usize| curves[curve].values[TRAINED]);
    println!("accuracy under attack {plain:.3}, after learning from attacks {hardened:.3}");
    Ok(())
}

/// A trained network. With an attack, it learns from digits as the attacker changes them for the network as it is at that step.
fn learn(name: &str, attack: Option<Attack>, train: &Digits, args: &Args) -> Result<Reader, Box<dyn Error>> {
    // Both networks begin as the same one, and see the digits in the same order.
    let mut generator = Generator::seed(args.seed);
    let mut attacker = Generator::seed(args.seed);
    let network = Reader::new(&mut generator);
    let mut optimizer = Adam::new(&network, args.lr)?;
    let mut order: Vec<usize> = (0..train.len()).collect();
    for epoch in 1..=args.epochs {
        let bar = progress::bar(format!("{name} {epoch}/{}", args.epochs), train.len(), "images");
        let (start, mut sum) = (Instant::now(), 0.0);
        generator.shuffle(&mut order);
        for batch in order.chunks(args.batch) {
            let (mut images, labels) = (train.images(batch), train.labels(batch));
            if let Some(attack) = attack {
                images = attack.apply(&network, &images, &labels, &mut attacker);
            }
            let loss = network.forward(&Var::constant(images)).cross_entropy(&labels);
            sum += f64::from(loss.item()) * batch.len() as f64;
            let taken = optimizer.step(&loss.backward());
            taken.map_err(|error| format!("{name}, epoch {epoch}: {error}; try a smaller --lr"))?;
            bar.inc(batch.len() as u64);
        }
        bar.finish_and_clear();
        let rate = train.len() as f64 / start.elapsed().as_secs_f64();
        println!("{name:8}  epoch {epoch:>2}  loss {:.4}  {rate:.0} images/s", sum / train.len() as f64);
    }
    Ok(network)
}

/// The share of digits that the network reads rightly after the attack.
fn accuracy(network: &Reader, digits: &Digits, method: Method, epsilon: f64, seed: u64) -> f64 {
    let (attack, mut generator) = (Attack { method, epsilon: epsilon as f32 }, Generator::seed(seed));
    let order: Vec<usize> = (0..digits.len()).collect();
    let answers: Vec<u8> = order
        .chunks(CHUNK)
        .flat_map(|chunk| {
            let (images, labels) = (digits.images(chunk), digits.labels(chunk));
            let images = attack.apply(network, &images, &labels, &mut generator);
            network.read(&images).to_vec().into_iter().map(|digit| digit as u8)
        })
        .collect();
    digits.share_right(&answers)
}

/// The first digit of each class that both networks read rightly, as it is and as the attacker leaves it for each of them.
fn specimens(networks: [&Reader; 2], attack: Attack, digits: &Digits, seed: u64) -> Vec<Specimen> {
    let order: Vec<usize> = (0..digits.len()).collect();
    let known = networks.map(|network| network.read(&digits.images(&order)).to_vec());
    let is_known = |i: usize| known.iter().all(|answers| answers[i] == i64::from(digits.label(i)));
    let chosen: Vec<usize> = (0..10u8)
        .filter_map(|class| order.iter().copied().find(|&i| digits.label(i) == class && is_known(i)))
        .collect();
    let (images, labels) = (digits.images(&chosen), digits.labels(&chosen));
    let attacked = networks.map(|network| {
        let changed = attack.apply(network, &images, &labels, &mut Generator::seed(seed));
        let answers = network.read(&changed).to_vec();
        (changed, answers)
    });
    let rows = |images: &Tensor, i: usize| images.slice(s![i]).to_vec();
    (0..chosen.len())
        .map(|i| Specimen {
            truth: i64::from(digits.label(chosen[i])),
            image: rows(&images, i),
            attacked: [0, 1].map(|network: usize| (rows(&attacked[network].0, i), attacked[network].1[i])),
        })
        .collect()
}
