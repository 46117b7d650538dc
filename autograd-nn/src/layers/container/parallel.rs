//! `Parallel`: modules side by side.

use crate::layers::prelude::*;
#[cfg(test)]
use crate::{Linear, Sigmoid, Tanh};
use std::fmt;
use std::panic::Location;

/// How the results of [`Parallel`] branches become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Join {
    /// Side by side along an axis; a negative one counts from the end.
    Concat(isize),
    /// Added up; all have one shape.
    Sum,
}

/// Modules side by side: each is given the same operand, and their results are joined along an axis, or added up.
///
/// # Shape
/// What each branch takes `->` their results, joined.
///
/// # Parameters
/// Those of each branch under its number.
///
/// # Example
/// ```
/// use autograd_core::{Generator, Tensor, Var};
/// use autograd_nn::{Conv2d, Forward, Identity, Lambda, Module, Parallel};
/// let both = Parallel::concat(-1).branch(Identity).branch(Lambda::new(|x| x.square()));
/// let x = Var::leaf([1.0, 3.0]);
/// let y = both.forward(&x);
/// assert_eq!(y.to_vec(), [1.0, 3.0, 1.0, 9.0]);
/// let gradients = y.sum().backward();
/// assert_eq!(gradients.get(&x).unwrap().to_vec(), [3.0, 7.0]);
///
/// let mut generator = Generator::seed(0);
/// let inception: Parallel = Parallel::concat(1)
///     .branch(Conv2d::new(4, 8, 1, &mut generator))
///     .branch(Conv2d::new(4, 16, 3, &mut generator).padding(1));
/// let images = Var::constant(Tensor::zeros([2, 4, 6, 6]));
/// assert_eq!(*inception.forward(&images).shape(), [2, 24, 6, 6]);
/// assert_eq!(inception.named_parameters()[2].0, "1.weight");
/// ```
///
/// Szegedy et al., "Going deeper with convolutions" (2015), figure 2.
#[doc(alias = "Inception")]
#[doc(alias = "Concatenate")]
pub struct Parallel<T: Real = f32> {
    /// The modules.
    pub branches: Vec<Box<dyn Forward<T> + Send + Sync>>,
    /// How their results become one.
    pub join: Join,
}

impl<T: Real> Parallel<T> {
    /// No branch yet; the results will be joined in this way.
    pub fn new(join: Join) -> Self {
        Parallel { branches: Vec::new(), join }
    }

    /// No branch yet; the results will lie side by side along this axis, 1 being that of channels. A negative one counts from the end.
    pub fn concat(axis: isize) -> Self {
        Parallel::new(Join::Concat(axis))
    }

    /// No branch yet; the results will be added up.
    pub fn sum() -> Self {
        Parallel::new(Join::Sum)
    }

    /// The same with one more branch.
    #[must_use]
    pub fn branch(mut self, module: impl Forward<T> + Send + Sync + 'static) -> Self {
        self.push(module);
        self
    }

    /// Adds a branch.
    pub fn push(&mut self, module: impl Forward<T> + Send + Sync + 'static) {
        self.branches.push(Box::new(module));
    }
}

impl<T: Real> Module<T> for Parallel<T> {
    fn visit(&self, visitor: &mut Visitor<'_, T>) {
        visitor.module(self);
        self.branches.visit(visitor);
    }
}

impl<T: Real> Forward<T> for Parallel<T> {
    /// # Panics
    /// If there is no branch, or the results do not fit together.
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        let results: Vec<Var<T>> =
            blame(Location::caller(), || self.branches.iter().map(|branch| branch.forward(x)).collect());
        require!(!results.is_empty(), "Parallel: there is no branch");
        let y = match self.join {
            Join::Concat(axis) => Var::concat(&results, axis),
            Join::Sum => added_up(results),
        };
        report(self, y)
    }
}

/// The sum of results of one shape.
#[track_caller]
fn added_up<T: Real>(results: Vec<Var<T>>) -> Var<T> {
    let shape = results[0].shape();
    if let Some((i, other)) = results.iter().enumerate().find(|(_, other)| other.shape() != shape) {
        refuse!("Parallel: branch {i} gives shape {}, branch 0 {shape}", other.shape());
    }
    let mut sum = results[0].clone();
    for result in &results[1..] {
        sum += result;
    }
    sum
}

/// The shapes of its parameters by name.
impl<T: Real> fmt::Debug for Parallel<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.named_parameters()).finish()
    }
}

#[cfg(test)]
impl Checked for Parallel<f64> {
    fn cases() -> Cases<Self> {
        let two = |join: Join| {
            move |g: &mut Generator| {
                Parallel::new(join).branch(Linear::new(3, 2, g).without_bias()).branch(Linear::new(3, 2, g))
            }
        };
        let state = ["0.weight [2, 3]", "1.weight [2, 3]", "1.bias [2]"];
        let uneven = |g: &mut Generator| Parallel::sum().branch(Linear::new(3, 2, g)).branch(Linear::new(3, 1, g));
        Cases::new(Case::forward("side by side", two(Join::Concat(1)), [2, 3]).output([2, 4]).state(state))
            .case(Case::forward("added up", two(Join::Sum), [2, 3]).output([2, 2]).state(state))
            .case(
                Case::forward("without parameters", |_| Parallel::concat(0).branch(Tanh).branch(Sigmoid), [2, 3])
                    .output([4, 3]),
            )
            .rejects("linear: x has 4 inputs, the weight has 3", move |g| {
                let _ = two(Join::Sum)(g).forward(&Var::constant([[0.0; 4]]));
            })
            .rejects("Parallel: branch 1 gives shape [1, 1], branch 0 [1, 2]", move |g| {
                let _ = uneven(g).forward(&Var::constant([[0.0; 3]]));
            })
            .rejects("concat: axis 1 is 1 in operand 1, 2 in operand 0", move |g| {
                let _ = Parallel { join: Join::Concat(0), ..uneven(g) }.forward(&Var::constant([[0.0; 3]]));
            })
            .rejects("Parallel: there is no branch", |_| {
                let _ = Parallel::sum().forward(&Var::constant([0.0]));
            })
    }
}
