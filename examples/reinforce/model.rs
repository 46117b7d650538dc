//! The network: from what an agent sees to a number for each action, or to a single one.

use crate::cart_pole::{self, Episode, SEEN, State};
use autograd::prelude::*;

/// Two hidden layers.
#[derive(Module)]
pub struct Mlp {
    hidden1: Linear,
    hidden2: Linear,
    out: Linear,
}

impl Mlp {
    /// A network with random weights.
    pub fn new(hidden: usize, outputs: usize, generator: &mut Generator) -> Self {
        Mlp {
            hidden1: Linear::new(SEEN, hidden, generator),
            hidden2: Linear::new(hidden, hidden, generator),
            out: Linear::new(hidden, outputs, generator),
        }
    }

    /// The results for several states, without a graph.
    pub fn of<'a>(&self, states: impl ExactSizeIterator<Item = &'a State>) -> Tensor {
        no_grad(|| self.forward(&Var::constant(cart_pole::seen(states)))).value().clone()
    }

    /// Plays episodes side by side, in which always the action of the highest number is taken: all states of each.
    pub fn play(&self, starts: &[State]) -> Vec<Vec<State>> {
        let mut episodes: Vec<Episode> = starts.iter().copied().map(Episode::from).collect();
        let mut states: Vec<Vec<State>> = starts.iter().map(|&start| vec![start]).collect();
        let mut running: Vec<usize> = (0..starts.len()).collect();
        while !running.is_empty() {
            let actions = self.of(running.iter().map(|&i| &episodes[i].state)).argmax(1).to_vec();
            let mut actions = actions.into_iter();
            running.retain(|&i| {
                let end = episodes[i].push(actions.next().expect("one for each"));
                states[i].push(episodes[i].state);
                end.is_none()
            });
        }
        states
    }

    /// The mean return of such episodes from random starts.
    pub fn mean_return(&self, episodes: usize, generator: &mut Generator) -> f64 {
        let starts: Vec<State> = (0..episodes).map(|_| State::random(generator)).collect();
        let steps: usize = self.play(&starts).iter().map(|states| states.len() - 1).sum();
        steps as f64 / episodes as f64
    }
}

impl Forward for Mlp {
    /// `[n, 4] -> [n, outputs]`
    fn forward(&self, x: &Var) -> Var {
        let x = self.hidden1.forward(x).relu();
        let x = self.hidden2.forward(&x).relu();
        self.out.forward(&x)
    }
}
