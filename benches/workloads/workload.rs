//! `Workload`: a piece of work with a name, and what its steps have in common.

use autograd::{Generator, Gradients, Var};
use std::hint::black_box;

/// One step of a workload: a forward and a backward pass, and that of an optimiser where there is one.
pub type Step = Box<dyn FnMut()>;

/// A piece of work with the name that it has in all engines.
pub struct Workload {
    pub name: &'static str,
    /// How long it is timed.
    pub seconds: f64,
    /// Makes the model and the data, which are no part of a step.
    pub prepare: fn(&mut Generator) -> Step,
}

impl Workload {
    pub const fn new(name: &'static str, prepare: fn(&mut Generator) -> Step) -> Self {
        Workload { name, seconds: 1.0, prepare }
    }

    /// One that is timed for longer, its steps being long.
    pub const fn long(name: &'static str, prepare: fn(&mut Generator) -> Step) -> Self {
        Workload { name, seconds: 3.0, prepare }
    }
}

/// The gradients of a loss, which is computed itself: other engines do, and a training prints it.
pub fn gradients(loss: Var) -> Gradients {
    black_box(loss.item());
    loss.backward()
}

/// A backward pass whose gradients nobody takes on, but each of which must be there when the clock stops.
pub fn go_back(loss: Var) {
    for dx in gradients(loss).iter() {
        black_box(dx.as_slice());
    }
}
