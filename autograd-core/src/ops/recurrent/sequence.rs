//! `Sequence` and `RecurrentWeights`: which steps the examples of a batch have, and what a layer multiplies them with.

use crate::kernel::recurrent::cells::Cell;
use crate::kernel::recurrent::plan::Plan;
use crate::ops::prelude::*;

/// Which steps the examples of a batch have, and in which direction they are taken. By default all of them, forwards.
///
/// ```
/// use autograd_core::ops::Sequence;
/// let backwards = Sequence::default().lengths([3, 0, 5]).reverse();
/// assert_eq!(backwards.lengths.unwrap().to_vec(), [3, 0, 5]);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[doc(alias = "PackedSequence")]
pub struct Sequence {
    /// The number of steps of each example, in any order, 0 included; what lies behind them is padding. All steps if `None`.
    pub lengths: Option<Tensor<i64>>,
    /// Whether an example begins at its own last step and ends at its first.
    pub reverse: bool,
}

impl Sequence {
    /// With examples of these lengths.
    #[must_use]
    pub fn lengths(self, lengths: impl Into<Tensor<i64>>) -> Self {
        Sequence { lengths: Some(lengths.into()), ..self }
    }

    /// From the last step of each example to its first.
    #[must_use]
    pub fn reverse(self) -> Self {
        Sequence { reverse: true, ..self }
    }

    /// The plan for sequences `[t, n, ..]`.
    pub(super) fn plan(&self, x: &Shape) -> Plan {
        let lengths = self.lengths.as_ref().map(Tensor::to_vec);
        Plan::new([x[0], x[1]], lengths.as_deref(), self.reverse)
    }

    /// The shape rule of a layer with the gates and states of `C`: the shapes of the outputs and of a state.
    pub(super) fn shapes<C: Cell, const S: usize>(
        &self,
        x: &Shape,
        states: [&Shape; S],
        [w_ih, w_hh, b_ih, b_hh]: [&Shape; 4],
    ) -> Result<[Shape; 2], Mismatch> {
        let &[steps, batch, inputs] = &**x else {
            return Err(Mismatch::new(format!("x has {} axes instead of 3", x.rank())));
        };
        let (rows, hidden) = match **w_hh {
            [rows, hidden] if hidden.checked_mul(C::GATES) == Some(rows) => (rows, hidden),
            _ => {
                let gates = if C::GATES == 1 { "1 row".to_owned() } else { format!("{} rows", C::GATES) };
                return Err(Mismatch::new(format!("w_hh has shape {w_hh}, it needs {gates} for each of its columns")));
            }
        };
        let state = Shape::from([batch, hidden]);
        let rest = [("w_ih", w_ih, [rows, inputs].into()), ("b_ih", b_ih, rows.into()), ("b_hh", b_hh, rows.into())];
        let states = ["h0", "c0"].into_iter().zip(states).map(|(name, shape)| (name, shape, state.clone()));
        for (name, found, needed) in states.chain(rest) {
            if *found != needed {
                return Err(Mismatch::new(format!("{name} has shape {found}, it needs {needed}")));
            }
        }
        if let Some(lengths) = &self.lengths {
            if *lengths.shape() != [batch] {
                return Err(Mismatch::new(format!("the lengths have shape {}, they need [{batch}]", lengths.shape())));
            }
            if let Some((length, at)) = first(lengths, |length| length < 0 || length as u64 > steps as u64) {
                return Err(Mismatch::new(format!("example {} has length {length}, x has {steps} steps", at[0])));
            }
        }
        // Gates, states and gradients of all steps are held at once.
        Shape::from([steps, batch, 4 * C::GATES, hidden]).addressable()?;
        Ok([[steps, batch, hidden].into(), state])
    }
}

/// What a recurrent layer multiplies inputs and states with: one block of rows for each gate.
///
/// ```
/// use autograd_core::{Tensor, Var, ops::RecurrentWeights};
/// let of = |shape: [usize; 2]| Var::leaf(Tensor::<f32>::ones(shape));
/// let (w_ih, w_hh) = (of([3 * 2, 5]), of([3 * 2, 2])); // of a GRU from 5 inputs to 2 hidden units
/// let bias = Var::leaf(Tensor::zeros([6]));
/// let weights = RecurrentWeights::new(&w_ih, &w_hh).bias(&bias, &bias);
/// assert!(weights.b_hh.is_some());
/// ```
#[derive(Clone, Copy)]
pub struct RecurrentWeights<'a, T: Real = f32> {
    /// For the inputs, `[gates · hidden, in]`.
    pub w_ih: &'a Var<T>,
    /// For the state, `[gates · hidden, hidden]`.
    pub w_hh: &'a Var<T>,
    /// Added to the product with the inputs, `[gates · hidden]`; zeros if `None`.
    pub b_ih: Option<&'a Var<T>>,
    /// Added to the product with the state, `[gates · hidden]`; zeros if `None`.
    pub b_hh: Option<&'a Var<T>>,
}

impl<'a, T: Real> RecurrentWeights<'a, T> {
    /// These weights, without bias.
    pub fn new(w_ih: &'a Var<T>, w_hh: &'a Var<T>) -> Self {
        RecurrentWeights { w_ih, w_hh, b_ih: None, b_hh: None }
    }

    /// With these biases.
    #[must_use]
    pub fn bias(self, b_ih: &'a Var<T>, b_hh: &'a Var<T>) -> Self {
        RecurrentWeights { b_ih: Some(b_ih), b_hh: Some(b_hh), ..self }
    }

    /// Both biases, zeros where there is none.
    pub(super) fn biases(&self) -> [Var<T>; 2] {
        let rows = self.w_hh.shape().first().copied().unwrap_or(0);
        [self.b_ih, self.b_hh].map(|bias| bias.cloned().unwrap_or_else(|| Var::constant(Tensor::zeros(rows))))
    }
}
