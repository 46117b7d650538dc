//! Policy gradients: actions that brought more than was expected become more likely.

use crate::cart_pole::{ACTIONS, End, Episode, REWARD, State, seen};
use crate::journal::Journal;
use crate::model::Mlp;
use crate::returns::discounted;
use autograd::prelude::*;
use std::error::Error;

/// How it learns.
pub struct Options {
    pub hidden: usize,
    /// Learning rate of Adam at the start; it falls to zero along a line.
    pub lr: f64,
    /// What a reward of the next step counts now.
    pub discount: f64,
    /// Episodes from which a step of the optimiser is taken.
    pub carts: usize,
    /// What a nat of the actions' entropy counts.
    pub entropy: f64,
}

/// The policy, and the baseline.
#[derive(Module)]
struct Agent {
    /// A score for each action, whose softmax is the probability to take it.
    policy: Mlp,
    /// The return to be expected, in shares of the largest one, `1 / (1 - discount)`.
    value: Mlp,
}

/// What happened in an episode.
struct Record {
    states: Vec<State>,
    actions: Vec<i64>,
    last: State,
    end: End,
}

/// A policy, learnt from as many episodes as the journal takes.
///
/// It follows the gradient of `Σ log π(aₜ | sₜ) (Gₜ - V(sₜ))`, with the return `Gₜ` from that step on and a learnt value `V` as the baseline
/// (Williams 1992; Sutton and Barto 2018, section 13.4), and of the entropy of `π`, which keeps it from being sure too early (Williams and
/// Peng 1991).
///
/// # Errors
/// If a gradient is not finite.
pub fn learn(options: &Options, journal: &mut Journal, generator: &mut Generator) -> Result<Mlp, Box<dyn Error>> {
    let agent =
        Agent { policy: Mlp::new(options.hidden, ACTIONS, generator), value: Mlp::new(options.hidden, 1, generator) };
    let mut optimizer = Adam::new(&agent, options.lr)?;
    while !journal.is_full() {
        optimizer.set_lr(options.lr * (1.0 - journal.progress()))?;
        let records = play(&agent.policy, options.carts.min(journal.left()), generator)?;
        records.iter().for_each(|record| journal.add(record.actions.len() as f64));
        let loss = loss(&agent, &records, options);
        optimizer.step_clipped(&loss.backward(), 1.0)?;
    }
    Ok(agent.policy)
}

/// Plays episodes side by side, so that the network sees all states of a step at once.
///
/// # Errors
/// If a score is not finite.
fn play(policy: &Mlp, carts: usize, generator: &mut Generator) -> Result<Vec<Record>, Box<dyn Error>> {
    let mut episodes: Vec<Episode> = (0..carts).map(|_| Episode::from(State::random(generator))).collect();
    let record = |episode: &Episode| Record { states: vec![], actions: vec![], last: episode.state, end: End::TimeUp };
    let mut records: Vec<Record> = episodes.iter().map(record).collect();
    let mut running: Vec<usize> = (0..carts).collect();
    while !running.is_empty() {
        let scores = Var::constant(policy.of(running.iter().map(|&i| &episodes[i].state)));
        if !scores.value().is_finite() {
            return Err("the policy has scores that are not finite".into());
        }
        let shares = scores.softmax(1).to_vec();
        let mut shares = shares.chunks(ACTIONS);
        running.retain(|&i| {
            let action = generator.categorical(shares.next().expect("a row for each")) as i64;
            let (episode, record) = (&mut episodes[i], &mut records[i]);
            record.states.push(episode.state);
            record.actions.push(action);
            let end = episode.push(action);
            (record.last, record.end) = (episode.state, end.unwrap_or(record.end));
            end.is_none()
        });
    }
    Ok(records)
}

fn loss(agent: &Agent, records: &[Record], options: &Options) -> Var {
    let states: Vec<&State> = records.iter().flat_map(|record| &record.states).collect();
    let actions: Vec<i64> = records.iter().flat_map(|record| &record.actions).copied().collect();
    let n = states.len();
    // What the time has cut off would have gone on: its value stands for it (Pardo, Tavakoli, Levdik and Kormushev 2018).
    let scale = (1.0 - options.discount) as f32;
    let beyond = agent.value.of(records.iter().map(|record| &record.last)).to_vec();
    let returns = records.iter().zip(beyond).flat_map(|(record, beyond)| {
        let beyond = if record.end == End::TimeUp { beyond / scale } else { 0.0 };
        discounted(&vec![REWARD; record.actions.len()], beyond, options.discount as f32)
    });
    let returns = Tensor::from_vec(returns.map(|sum| sum * scale).collect(), [n, 1]);

    let x = Var::constant(seen(states.into_iter()));
    let values = agent.value.forward(&x);
    let advantages = Var::constant(&returns - values.value());
    let spread = advantages.square().mean().sqrt().item() + 1e-6;
    let log_shares = agent.policy.forward(&x).log_softmax(1);
    let taken = log_shares.gather(1, &Tensor::from_vec(actions, [n, 1]));
    let entropy = -(log_shares.exp() * &log_shares).sum_axes(1, false).mean();
    let value_loss = values.mse_loss(&Var::constant(returns), Reduction::Mean);
    -(taken * advantages / spread).mean() - entropy * options.entropy as f32 + value_loss
}
