//! The replay memory (Lin 1992): what happened lately, to learn from in random order.

use super::cart_pole::{State, seen};
use autograd::{Generator, Tensor};

/// One step: a state, what was done in it, and the state that came of it.
#[derive(Clone, Copy, Debug)]
pub struct Transition {
    pub state: State,
    pub action: i64,
    pub next: State,
    /// Whether nothing more is to be had after it.
    pub lost: bool,
}

/// The last transitions, up to a number; a new one takes the place of the oldest.
pub struct Replay {
    transitions: Vec<Transition>,
    capacity: usize,
    oldest: usize,
}

/// Several transitions side by side.
pub struct Batch {
    /// `[n, 4]`
    pub states: Tensor,
    /// `[n, 1]`
    pub actions: Tensor<i64>,
    /// `[n, 4]`
    pub next: Tensor,
    /// `[n, 1]`: 0 where the episode was lost, else 1.
    pub goes_on: Tensor,
}

impl Replay {
    /// An empty memory for so many transitions.
    pub fn new(capacity: usize) -> Self {
        Replay { transitions: Vec::new(), capacity, oldest: 0 }
    }

    /// How many transitions there are.
    pub fn len(&self) -> usize {
        self.transitions.len()
    }

    /// Keeps a transition.
    pub fn push(&mut self, transition: Transition) {
        if self.transitions.len() < self.capacity {
            return self.transitions.push(transition);
        }
        self.transitions[self.oldest] = transition;
        self.oldest = (self.oldest + 1) % self.capacity;
    }

    /// Transitions drawn at random, each equally likely, and perhaps more than once.
    pub fn draw(&self, n: usize, generator: &mut Generator) -> Batch {
        let drawn: Vec<&Transition> =
            (0..n).map(|_| &self.transitions[generator.below(self.transitions.len())]).collect();
        Batch {
            states: seen(drawn.iter().map(|transition| &transition.state)),
            actions: Tensor::from_fn([n, 1], |i| drawn[i].action),
            next: seen(drawn.iter().map(|transition| &transition.next)),
            goes_on: Tensor::from_fn([n, 1], |i| if drawn[i].lost { 0.0 } else { 1.0 }),
        }
    }
}
