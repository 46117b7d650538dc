//! `lstm`: the long short-term memory over whole sequences.

use super::fused::{Layer, Run};
#[cfg(any(test, feature = "testing"))]
use super::textbook::{cases, shapes_of, textbook};
use super::unrolled::gates;
use super::{RecurrentWeights, Sequence};
use crate::composite::{Composite, compose};
use crate::kernel::recurrent::cells;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// A layer of long short-term memory over sequences, from the states `(h, c)` on: the state after each step, and `h` and `c` after the last.
    ///
    /// With the products `a = w_ih xₜ + b_ih + w_hh hₜ₋₁ + b_hh`, of which each gate has a quarter, in the order i, f, g, o:
    /// `cₜ = σ(a_f) · cₜ₋₁ + σ(a_i) · tanh(a_g)` and `yₜ = hₜ = σ(a_o) · tanh(cₜ)`.
    ///
    /// # Shape
    /// `[t, n, in]` and states `[n, h]`, `[n, h]` give `[t, n, h]`, `[n, h]` and `[n, h]`, with weights `[4h, in]` and `[4h, h]` and biases `[4h]`
    ///
    /// # Gradient
    /// Back through time, by the chain rule through each step from the last to the first; those of the weights are sums over all steps.
    /// Saves the operands, the gates, `hₜ` and `cₜ`.
    ///
    /// # Edge cases
    /// Beyond an example's length `y` is 0, and nothing of what stands there leaks anywhere, be it NaN. The last states of an
    /// example of length 0 are its first.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Tensor, Var, ops::{RecurrentWeights, Sequence}};
    /// let zeros = |shape: [usize; 2]| Var::leaf(Tensor::<f64>::zeros(shape));
    /// let (w_ih, w_hh) = (zeros([4, 1]), zeros([4, 1])); // each gate is σ(0) = 1/2, and g = tanh(0) = 0
    /// let (x, h, c) = (Var::leaf([[[5.0]], [[7.0]]]), zeros([1, 1]), Var::leaf([[8.0]]));
    /// let (y, _, last) = x.lstm(RecurrentWeights::new(&w_ih, &w_hh), (&h, &c), &Sequence::default());
    /// assert_eq!(y.to_vec(), [0.5 * 4f64.tanh(), 0.5 * 2f64.tanh()]);
    /// assert_eq!(last.item(), 2.0);
    /// let gradients = last.backward();
    /// assert_eq!(gradients.get(&c).unwrap().item(), 0.25); // f · f
    /// let of_f = 5.0 * 0.5 * 0.25 * 8.0 + 7.0 * 0.25 * 4.0; // x · f of the steps behind · σ'(0) · c before
    /// assert_eq!(gradients.get(&w_ih).unwrap().to_vec(), [0.0, of_f, 5.0 * 0.5 * 0.5 + 7.0 * 0.5, 0.0]);
    /// ```
    ///
    /// Hochreiter and Schmidhuber, "Long Short-Term Memory", 1997; with the forget gate of Gers, Schmidhuber and Cummins, 2000.
    #[track_caller]
    #[must_use]
    #[doc(alias = "LSTM")]
    pub fn lstm(
        &self,
        weights: RecurrentWeights<'_, T>,
        (h, c): (&Var<T>, &Var<T>),
        sequence: &Sequence,
    ) -> (Self, Self, Self) {
        let [b_ih, b_hh] = &weights.biases();
        let [y, h, c] =
            compose(Lstm { sequence: sequence.clone() }, [self, h, c, weights.w_ih, weights.w_hh, b_ih, b_hh]);
        (y, h, c)
    }
}

/// The composite of [`Var::lstm`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lstm {
    /// Which steps the examples have.
    pub sequence: Sequence,
}

impl<T: Real> Composite<T> for Lstm {
    type Arity = Fixed<7>;
    type Results = Fixed<3>;
    type Workspace = Run<T>;
    const NAME: &'static str = "lstm";
    const RULE: &'static str =
        "[t, n, in] x [n, h] x [n, h] x [4h, in] x [4h, h] x [4h] x [4h] -> [t, n, h], [n, h], [n, h]";
    const OPERANDS: &'static [&'static str] = &["x", "h0", "c0", "w_ih", "w_hh", "b_ih", "b_hh"];
    const RESULTS: &'static [&'static str] = &["y", "h", "c"];

    fn shape(&self, [x, h, c, w @ ..]: [&Shape; 7]) -> Result<[Shape; 3], Mismatch> {
        let [y, state] = self.sequence.shapes::<cells::Lstm, 2>(x, [h, c], w)?;
        Ok([y, state.clone(), state])
    }

    fn forward(&self, [x, h, c, w @ ..]: [&Tensor<T>; 7]) -> ([Tensor<T>; 3], Run<T>) {
        let (y, [h, c], run) = Layer::new(x, [h, c], w).forward::<cells::Lstm>(&self.sequence);
        ([y, h, c], run)
    }

    fn backward(
        &self,
        [x, h, c, w @ ..]: [&Tensor<T>; 7],
        run: &Run<T>,
        [dy, dh, dc]: [Option<&Tensor<T>>; 3],
        needs: &[bool],
    ) -> [Option<Tensor<T>>; 7] {
        let (dx, [dh, dc], [w_ih, w_hh, b_ih, b_hh]) =
            Layer::new(x, [h, c], w).backward::<cells::Lstm>(run, dy, [dh, dc], needs);
        [dx, dh, dc, w_ih, w_hh, b_ih, b_hh]
    }

    fn algebra(&self, [x, h, c, w @ ..]: [&Var<T>; 7]) -> [Var<T>; 3] {
        let (y, [h, c]) = self.sequence.unroll(x, [h, c], w, |input, product, [_, c]| {
            let [i, f, g, o] = gates(&(input + product));
            let c = f.sigmoid() * c + i.sigmoid() * g.tanh();
            [o.sigmoid() * c.tanh(), c]
        });
        [y, h, c]
    }
}

#[cfg(any(test, feature = "testing"))]
impl CheckedComposite for Lstm {
    fn cases() -> Cases<Self> {
        let all = Lstm::default();
        let of_lengths = |lengths: &[i64]| Lstm {
            sequence: Sequence::default().lengths(Tensor::from_slice(lengths, lengths.len())),
        };
        let nan = f64::NAN;
        cases::<cells::Lstm, _>(textbook_lstm, |sequence| Lstm { sequence }, 2)
            .case(all.clone(), shapes_of::<cells::Lstm>([1, 2, 0, 1]))
            .domain(Domain::between(-1.0, 1.0))
            .rejects(
                all.clone(),
                shapes![[3, 2], [2, 1], [2, 1], [4, 2], [4, 1], [4], [4]],
                "x has 2 axes instead of 3",
            )
            .rejects(
                all.clone(),
                shapes![[3, 2, 2], [2, 2], [2, 2], [8, 2], [6, 2], [8], [8]],
                "w_hh has shape [6, 2], it needs 4 rows for each of its columns",
            )
            .rejects(
                all.clone(),
                shapes![[3, 2, 2], [2, 1], [1, 2], [4, 2], [4, 1], [4], [4]],
                "c0 has shape [1, 2], it needs [2, 1]",
            )
            .rejects(
                all.clone(),
                shapes![[3, 2, 2], [2, 1], [2, 1], [4, 3], [4, 1], [4], [4]],
                "w_ih has shape [4, 3], it needs [4, 2]",
            )
            .rejects(
                all.clone(),
                shapes![[3, 2, 2], [2, 1], [2, 1], [4, 2], [4, 1], [4], [1]],
                "b_hh has shape [1], it needs [4]",
            )
            .pin(
                "padding leaks nowhere",
                of_lengths(&[1, 0]),
                tensors![
                    [[[3.0], [nan]], [[nan], [nan]]],
                    [[7.0], [5.0]],
                    [[0.0], [6.0]],
                    [[0.0], [0.0], [0.0], [0.0]],
                    [[0.0], [0.0], [0.0], [0.0]],
                    [0.0, 0.0, 0.0, 0.0],
                    [0.0, 0.0, 0.0, 0.0]
                ],
                [0.0, 0.0, 0.0, 0.0, 0.0, 5.0, 0.0, 6.0],
                // At the only step dy + dh = 2, of which c gets 2 · o · tanh'(0) = 1, and 1 comes from c itself.
                tensors![
                    [[[0.0], [0.0]], [[0.0], [0.0]]],
                    [[0.0], [1.0]],
                    [[1.0], [1.0]],
                    [[0.0], [0.0], [3.0], [0.0]],
                    [[0.0], [0.0], [7.0], [0.0]],
                    [0.0, 0.0, 1.0, 0.0],
                    [0.0, 0.0, 1.0, 0.0]
                ],
            )
    }
}

/// Four gates, one number at a time.
#[cfg(any(test, feature = "testing"))]
fn textbook_lstm(op: &Lstm, x: &[Tensor<f64>]) -> Tensor<f64> {
    let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
    textbook(&op.sequence, x, |input, product, [h, c]| {
        let hidden = h.len();
        for k in 0..hidden {
            let gate = |gate: usize| input[gate * hidden + k] + product[gate * hidden + k];
            c[k] = sigmoid(gate(1)) * c[k] + sigmoid(gate(0)) * gate(2).tanh();
            h[k] = sigmoid(gate(3)) * c[k].tanh();
        }
    })
}
