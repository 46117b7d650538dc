//! The network: a module for each kind of gate, put together along the tree of a formula.

use crate::formula::{Formula, Gate};
use autograd::prelude::*;

/// A formula becomes a vector, from the vectors of its parts: recursive networks (Socher et al. 2011), with modules that the example chooses
/// (Andreas et al. 2016).
#[derive(Module)]
pub struct TreeNetwork {
    /// The vectors of false and true, `[2, width]`.
    values: Parameter,
    not: Block,
    and: Block,
    or: Block,
    xor: Block,
    /// From a vector to a score: above 0 for true.
    read: Linear,
}

/// Two layers from the vectors of the parts to that of the whole.
#[derive(Module)]
struct Block {
    hidden: Linear,
    out: Linear,
}

impl Block {
    fn new(parts: usize, width: usize, generator: &mut Generator) -> Self {
        Block {
            hidden: Linear::new(parts * width, 2 * width, generator),
            out: Linear::new(2 * width, width, generator),
        }
    }
}

impl Forward for Block {
    fn forward(&self, x: &Var) -> Var {
        self.out.forward(&self.hidden.forward(x).tanh()).tanh()
    }
}

impl TreeNetwork {
    pub fn new(width: usize, generator: &mut Generator) -> Self {
        TreeNetwork {
            values: Parameter::new(Tensor::uniform([2, width], -1.0, 1.0, generator)),
            not: Block::new(1, width, generator),
            and: Block::new(2, width, generator),
            or: Block::new(2, width, generator),
            xor: Block::new(2, width, generator),
            read: Linear::new(width, 1, generator),
        }
    }

    /// The vector of a formula. This is the whole point: the program follows the data, and the graph is what the program did.
    fn vector(&self, formula: &Formula) -> Var {
        match formula {
            Formula::Value(value) => self.values.var().select(0, isize::from(*value)),
            Formula::Not(inner) => self.not.forward(&self.vector(inner)),
            Formula::Pair(gate, left, right) => {
                let parts = Var::concat(&[&self.vector(left), &self.vector(right)], 0);
                let block = match gate {
                    Gate::And => &self.and,
                    Gate::Or => &self.or,
                    Gate::Xor => &self.xor,
                };
                block.forward(&parts)
            }
        }
    }

    /// The score of a formula, `[1]`: above 0 for true.
    pub fn score(&self, formula: &Formula) -> Var {
        self.read.forward(&self.vector(formula))
    }

    /// How sure the network is that a formula is true, from 0 to 1.
    pub fn belief(&self, formula: &Formula) -> f64 {
        f64::from(no_grad(|| self.score(formula).sigmoid()).item())
    }

    /// The share of formulas that it judges rightly.
    pub fn share_right(&self, formulas: &[Formula]) -> f64 {
        let right = formulas.iter().filter(|formula| (self.belief(formula) > 0.5) == formula.truth());
        right.count() as f64 / formulas.len() as f64
    }
}
