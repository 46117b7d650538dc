//! `Checked`, `Cases` and `Case`: what is said of a module, so that the laws can be tried on it.

use crate::{Forward, Module};
use autograd_core::{Generator, Shape, Tensor, Var};
use std::panic::Location;

/// A module that states what is to be checked of it.
pub trait Checked: Module<f64> + Sized {
    /// Its cases; at least one.
    fn cases() -> Cases<Self>;
}

/// Makes a module, its first values drawn from a generator.
type Build<M> = Box<dyn Fn(&mut Generator) -> M>;
/// Computes the results of a module.
type Call<M> = Box<dyn Fn(&M, &[Var<f64>]) -> Vec<Var<f64>>>;

/// One way to make and use a module, and what holds of it.
pub struct Case<M> {
    pub(super) build: Build<M>,
    pub(super) call: Call<M>,
    pub(super) said: Said,
}

/// What is said of a case, whatever the type of its module.
pub(super) struct Said {
    pub(super) name: &'static str,
    pub(super) inputs: Vec<Tensor<f64>>,
    pub(super) outputs: Vec<Shape>,
    pub(super) state: Vec<String>,
    pub(super) trains_otherwise: bool,
    pub(super) second_order: bool,
}

/// The cases of a module, and what it refuses.
pub struct Cases<M> {
    pub(super) cases: Vec<Case<M>>,
    pub(super) refusals: Vec<Refusal>,
}

/// A use that must panic with a sentence.
pub(super) struct Refusal {
    pub(super) says: &'static str,
    pub(super) attempt: Box<dyn Fn(&mut Generator)>,
    /// Where the attempt is written: no line above it can be the caller's.
    pub(super) written: &'static Location<'static>,
}

impl Said {
    fn new(name: &'static str) -> Self {
        Said {
            name,
            inputs: Vec::new(),
            outputs: Vec::new(),
            state: Vec::new(),
            trains_otherwise: false,
            second_order: true,
        }
    }

    fn input_between(&mut self, shape: Shape, low: f64, high: f64) {
        let n = shape.numel();
        // Not the middle of each step: of an odd number of steps around 0 one would lie there.
        let mut values: Vec<f64> = (0..n).map(|i| low + (high - low) * (i as f64 + 0.3) / n as f64).collect();
        Generator::seed(self.inputs.len() as u64 + 17).shuffle(&mut values);
        self.inputs.push(Tensor::from_vec(values, shape));
    }
}

impl<M> Cases<M> {
    /// The first case.
    pub fn new(first: Case<M>) -> Self {
        Cases { cases: vec![first], refusals: Vec::new() }
    }

    /// One more case.
    #[must_use]
    pub fn case(mut self, case: Case<M>) -> Self {
        self.cases.push(case);
        self
    }

    /// What must be refused: `attempt` panics with a message that contains `says`, and blames a line of the attempt, since a mistake is
    /// reported where it was made: in the file this is called from, and not above the call, where the module itself may be written.
    #[must_use]
    #[track_caller]
    pub fn rejects(mut self, says: &'static str, attempt: impl Fn(&mut Generator) + 'static) -> Self {
        self.refusals.push(Refusal { says, attempt: Box::new(attempt), written: Location::caller() });
        self
    }
}

impl<M: Module<f64>> Case<M> {
    /// A module of any signature: `call` computes all its results from the [inputs](Case::input), which are added one by one.
    ///
    /// What no gradient can reach, such as indices and masks, `call` brings itself.
    pub fn new(
        name: &'static str,
        build: impl Fn(&mut Generator) -> M + 'static,
        call: impl Fn(&M, &[Var<f64>]) -> Vec<Var<f64>> + 'static,
    ) -> Self {
        Case { build: Box::new(build), call: Box::new(call), said: Said::new(name) }
    }

    /// A module from one variable to one, with an operand of this shape.
    pub fn forward(name: &'static str, build: impl Fn(&mut Generator) -> M + 'static, shape: impl Into<Shape>) -> Self
    where
        M: Forward<f64>,
    {
        Case::new(name, build, |module, x| vec![module.forward(&x[0])]).input(shape)
    }

    /// One more operand: numbers at equal distances between -2 and 2 in a random order, none of them 0 and no two alike.
    ///
    /// Kinks at 0 and between neighbours, as of `relu` and `max_pool2d`, then lie further away than the steps of a difference quotient, if
    /// there are not more than about 200 numbers.
    #[must_use]
    pub fn input(self, shape: impl Into<Shape>) -> Self {
        self.input_between(shape, -2.0, 2.0)
    }

    /// One more operand, of numbers at equal distances between two bounds in a random order.
    #[must_use]
    pub fn input_between(mut self, shape: impl Into<Shape>, low: f64, high: f64) -> Self {
        self.said.input_between(shape.into(), low, high);
        self
    }

    /// One more operand.
    #[must_use]
    pub fn input_of(mut self, value: impl Into<Tensor<f64>>) -> Self {
        self.said.inputs.push(value.into());
        self
    }

    /// The shape of the next result.
    #[must_use]
    pub fn output(mut self, shape: impl Into<Shape>) -> Self {
        self.said.outputs.push(shape.into());
        self
    }

    /// What the state of the module holds, each as name and shape: `"weight [2, 3]"`. Without this it must hold nothing.
    #[must_use]
    pub fn state<const N: usize>(mut self, entries: [&str; N]) -> Self {
        self.said.state = entries.map(str::to_owned).to_vec();
        self
    }

    /// The module computes otherwise while it is trained; without this it must not.
    #[must_use]
    pub fn trains_otherwise(mut self) -> Self {
        self.said.trains_otherwise = true;
        self
    }

    /// Second derivatives are not compared: only for what has been compared by another case and takes long.
    #[must_use]
    pub fn first_order(mut self) -> Self {
        self.said.second_order = false;
        self
    }
}
