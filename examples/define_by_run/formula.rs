//! Formulas of true, false, not, and, or, xor: trees, each of another form.

use autograd::Generator;
use std::fmt;

/// What joins two formulas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    And,
    Or,
    Xor,
}

/// A formula.
#[derive(Clone, Debug)]
pub enum Formula {
    Value(bool),
    Not(Box<Formula>),
    Pair(Gate, Box<Formula>, Box<Formula>),
}

impl Formula {
    /// A random formula of exactly this depth: the longest way from its root to a value has `depth` gates.
    pub fn random(depth: usize, generator: &mut Generator) -> Self {
        if depth == 0 {
            return Formula::Value(generator.below(2) == 1);
        }
        let deep = Box::new(Formula::random(depth - 1, generator));
        let gate = match generator.below(4) {
            0 => return Formula::Not(deep),
            1 => Gate::And,
            2 => Gate::Or,
            _ => Gate::Xor,
        };
        let other = Box::new(Formula::random(generator.below(depth), generator));
        let (left, right) = if generator.below(2) == 0 { (deep, other) } else { (other, deep) };
        Formula::Pair(gate, left, right)
    }

    /// Whether the formula is true.
    pub fn truth(&self) -> bool {
        match self {
            Formula::Value(value) => *value,
            Formula::Not(inner) => !inner.truth(),
            Formula::Pair(gate, left, right) => {
                let (left, right) = (left.truth(), right.truth());
                match gate {
                    Gate::And => left && right,
                    Gate::Or => left || right,
                    Gate::Xor => left != right,
                }
            }
        }
    }

    /// The sign at the root.
    pub fn sign(&self) -> &'static str {
        match self {
            Formula::Value(true) => "1",
            Formula::Value(false) => "0",
            Formula::Not(_) => "not",
            Formula::Pair(Gate::And, ..) => "and",
            Formula::Pair(Gate::Or, ..) => "or",
            Formula::Pair(Gate::Xor, ..) => "xor",
        }
    }

    /// The formulas that the root joins.
    pub fn parts(&self) -> Vec<&Formula> {
        match self {
            Formula::Value(_) => Vec::new(),
            Formula::Not(inner) => vec![inner],
            Formula::Pair(_, left, right) => vec![left, right],
        }
    }
}

/// As one writes it: `(1 and not 0)`.
impl fmt::Display for Formula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = self.sign();
        match self {
            Formula::Value(_) => f.write_str(sign),
            Formula::Not(inner) => write!(f, "{sign} {inner}"),
            Formula::Pair(_, left, right) => write!(f, "({left} {sign} {right})"),
        }
    }
}
