//! Deep Q-learning: a network learns what each action is worth, from what the state after it is worth.

use crate::cart_pole::{ACTIONS, End, Episode, REWARD, State};
use crate::journal::Journal;
use crate::model::Mlp;
use crate::replay::{Batch, Replay, Transition};
use autograd::prelude::*;
use std::error::Error;

/// Transitions before the first step of the optimiser, in batches.
const WARM_UP: usize = 10;
/// The share of the episodes after which actions are random as seldom as they will be.
const EXPLORED: f64 = 0.3;
/// After how many episodes it is tried, and over how many.
const EVERY: usize = 10;
const VALIDATED: usize = 20;

/// How it learns.
pub struct Options {
    pub hidden: usize,
    /// Learning rate of Adam at the start; it falls to zero along a line.
    pub lr: f64,
    /// What a reward of the next step counts now.
    pub discount: f64,
    /// Carts that are balanced side by side.
    pub carts: usize,
    /// Transitions in the memory, and in one step of the optimiser.
    pub memory: usize,
    pub batch: usize,
    /// The share of random actions that is left in the end.
    pub epsilon: f64,
    /// The share of the way to the network that the target network goes in each step.
    pub tau: f64,
    /// Whether the network chooses the next action that the target network values.
    pub double: bool,
}

/// A network whose results are the values of the actions, learnt from as many episodes as the journal takes.
///
/// Mnih et al. (2015), algorithm 1, with a target network that follows in small steps (Lillicrap et al. 2016, section 3).
///
/// # Errors
/// If a gradient is not finite.
pub fn learn(options: &Options, journal: &mut Journal, generator: &mut Generator) -> Result<Mlp, Box<dyn Error>> {
    let network = Mlp::new(options.hidden, ACTIONS, generator);
    let mut optimizer = Adam::new(&network, options.lr)?;
    // The target network is the average of the network over its steps.
    let mut target = Ema::new(&network, 1.0 - options.tau)?;
    target.update();
    // What has been learnt may be lost again, so the best weights are kept.
    let mut best = (0.0, network.state_dict());
    let mut replay = Replay::new(options.memory);
    let mut episodes: Vec<Episode> = (0..options.carts).map(|_| Episode::from(State::random(generator))).collect();
    while !journal.is_full() {
        let before = journal.count();
        let explored = (journal.progress() / EXPLORED).min(1.0);
        let epsilon = 1.0 + (options.epsilon - 1.0) * explored;
        let greedy = network.of(episodes.iter().map(|episode| &episode.state)).argmax(1).to_vec();
        for (episode, greedy) in episodes.iter_mut().zip(greedy) {
            let action = if generator.unit() < epsilon { generator.below(ACTIONS) as i64 } else { greedy };
            let state = episode.state;
            let end = episode.push(action);
            replay.push(Transition { state, action, next: episode.state, lost: end == Some(End::Lost) });
            if end.is_some() {
                if !journal.is_full() {
                    journal.add(episode.steps as f64);
                }
                *episode = Episode::from(State::random(generator));
            }
        }
        if replay.len() >= options.memory.min(WARM_UP * options.batch) {
            optimizer.set_lr(options.lr * (1.0 - journal.progress()))?;
            let loss = loss(&network, &mut target, &replay.draw(options.batch, generator), options);
            optimizer.step_clipped(&loss.backward(), 10.0)?;
            target.update();
        }
        if journal.count() / EVERY > before / EVERY || journal.is_full() {
            target.with(|| {
                // Always the same starts, so that the results can be compared.
                let mean = network.mean_return(VALIDATED, &mut Generator::seed(VALIDATED as u64));
                if mean > best.0 {
                    best = (mean, network.state_dict());
                }
            });
        }
    }
    network.load_state_dict(&best.1, Strictness::Strict)?;
    Ok(network)
}

/// How far the values of the actions taken are from `r + discount · max Q(s', a')`, by the Huber loss.
///
/// The maximum is that of the target network, or its value of the action that the network itself takes for the best, which is not always too
/// large (double Q-learning: van Hasselt, Guez and Silver 2016, equation 4).
fn loss(network: &Mlp, target: &mut Ema, batch: &Batch, options: &Options) -> Var {
    let next = no_grad(|| {
        let next = Var::constant(&batch.next);
        let values = target.with(|| network.forward(&next));
        match options.double {
            true => values.gather(1, &network.forward(&next).value().argmax(1).reshape([options.batch, 1])),
            false => values.amax(1, true),
        }
    });
    let wanted = next * Var::constant(&batch.goes_on) * options.discount as f32 + REWARD;
    let values = network.forward(&Var::constant(&batch.states)).gather(1, &batch.actions);
    values.huber_loss(&wanted, 1.0, Reduction::Mean)
}
