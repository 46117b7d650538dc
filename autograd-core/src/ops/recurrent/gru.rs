//! `gru`: the gated recurrent unit over whole sequences.

use super::fused::{Layer, Run};
#[cfg(any(test, feature = "testing"))]
use super::textbook::{cases, shapes_of, textbook};
use super::unrolled::gates;
use super::{RecurrentWeights, Sequence};
use crate::composite::{Composite, compose};
use crate::kernel::recurrent::cells;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// A layer of gated recurrent units over sequences, from the state `h` on: the state after each step, and after the last.
    ///
    /// With the products `a = w_ih xₜ + b_ih` and `b = w_hh hₜ₋₁ + b_hh`, of which each gate has a third, in the order r, z, n:
    /// `r = σ(a_r + b_r)`, `z = σ(a_z + b_z)`, `n = tanh(a_n + r · b_n)` and `yₜ = hₜ = (1 − z) · n + z · hₜ₋₁`. The gate `r` is applied
    /// after the product, as in PyTorch and cuDNN.
    ///
    /// # Shape
    /// `[t, n, in]` and a state `[n, h]` give `[t, n, h]` and `[n, h]`, with weights `[3h, in]` and `[3h, h]` and biases `[3h]`
    ///
    /// # Gradient
    /// Back through time, by the chain rule through each step from the last to the first; those of the weights are sums over all steps.
    /// Saves the operands, the gates, `hₜ` and `b_n`.
    ///
    /// # Edge cases
    /// Beyond an example's length `y` is 0, and nothing of what stands there leaks anywhere, be it NaN. The last state of an
    /// example of length 0 is its first.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Tensor, Var, ops::{RecurrentWeights, Sequence}};
    /// let zeros = |shape: [usize; 2]| Var::leaf(Tensor::<f64>::zeros(shape));
    /// let (w_ih, w_hh) = (zeros([3, 1]), zeros([3, 1])); // r = z = σ(0) = 1/2, and n = tanh(0) = 0
    /// let (x, h) = (Var::leaf([[[5.0]], [[7.0]]]), Var::leaf([[8.0]]));
    /// let (y, last) = x.gru(RecurrentWeights::new(&w_ih, &w_hh), &h, &Sequence::default());
    /// assert_eq!((y.to_vec(), last.item()), (vec![4.0, 2.0], 2.0));
    /// let gradients = last.backward();
    /// assert_eq!(gradients.get(&h).unwrap().item(), 0.25); // z · z
    /// let of_z = 5.0 * 0.5 * 0.25 * 8.0 + 7.0 * 0.25 * 4.0; // x · z of the steps behind · σ'(0) · (h before − n)
    /// assert_eq!(gradients.get(&w_ih).unwrap().to_vec(), [0.0, of_z, 5.0 * 0.5 * 0.5 + 7.0 * 0.5]);
    /// ```
    ///
    /// Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder for Statistical Machine Translation", 2014.
    #[track_caller]
    #[must_use]
    #[doc(alias = "GRU")]
    pub fn gru(&self, weights: RecurrentWeights<'_, T>, h: &Var<T>, sequence: &Sequence) -> (Self, Self) {
        let [b_ih, b_hh] = &weights.biases();
        let [y, h] = compose(Gru { sequence: sequence.clone() }, [self, h, weights.w_ih, weights.w_hh, b_ih, b_hh]);
        (y, h)
    }
}

/// The composite of [`Var::gru`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gru {
    /// Which steps the examples have.
    pub sequence: Sequence,
}

impl<T: Real> Composite<T> for Gru {
    type Arity = Fixed<6>;
    type Results = Fixed<2>;
    type Workspace = Run<T>;
    const NAME: &'static str = "gru";
    const RULE: &'static str = "[t, n, in] x [n, h] x [3h, in] x [3h, h] x [3h] x [3h] -> [t, n, h], [n, h]";
    const OPERANDS: &'static [&'static str] = &["x", "h0", "w_ih", "w_hh", "b_ih", "b_hh"];
    const RESULTS: &'static [&'static str] = &["y", "h"];

    fn shape(&self, [x, h, w @ ..]: [&Shape; 6]) -> Result<[Shape; 2], Mismatch> {
        self.sequence.shapes::<cells::Gru, 1>(x, [h], w)
    }

    fn forward(&self, [x, h, w @ ..]: [&Tensor<T>; 6]) -> ([Tensor<T>; 2], Run<T>) {
        let (y, [h], run) = Layer::new(x, [h], w).forward::<cells::Gru>(&self.sequence);
        ([y, h], run)
    }

    fn backward(
        &self,
        [x, h, w @ ..]: [&Tensor<T>; 6],
        run: &Run<T>,
        [dy, dh]: [Option<&Tensor<T>>; 2],
        needs: &[bool],
    ) -> [Option<Tensor<T>>; 6] {
        let (dx, [dh], [w_ih, w_hh, b_ih, b_hh]) = Layer::new(x, [h], w).backward::<cells::Gru>(run, dy, [dh], needs);
        [dx, dh, w_ih, w_hh, b_ih, b_hh]
    }

    fn algebra(&self, [x, h, w @ ..]: [&Var<T>; 6]) -> [Var<T>; 2] {
        let (y, [h]) = self.sequence.unroll(x, [h], w, |input, product, [h]| {
            let ([r, z, n], [by_r, by_z, by_n]) = (gates(input), gates(product));
            let (r, z) = ((r + by_r).sigmoid(), (z + by_z).sigmoid());
            let n = (n + r * by_n).tanh();
            [z.rsub_scalar(T::one()) * n + z * h]
        });
        [y, h]
    }
}

#[cfg(any(test, feature = "testing"))]
impl CheckedComposite for Gru {
    fn cases() -> Cases<Self> {
        let all = Gru::default();
        let of_lengths =
            |lengths: &[i64]| Gru { sequence: Sequence::default().lengths(Tensor::from_slice(lengths, lengths.len())) };
        let nan = f64::NAN;
        cases::<cells::Gru, _>(textbook_gru, |sequence| Gru { sequence }, 2)
            .case(all.clone(), shapes_of::<cells::Gru>([1, 2, 0, 1]))
            .domain(Domain::between(-1.0, 1.0))
            .rejects(all.clone(), shapes![[3, 2], [2, 1], [3, 2], [3, 1], [3], [3]], "x has 2 axes instead of 3")
            .rejects(
                all.clone(),
                shapes![[3, 2, 2], [2, 2], [6, 2], [4, 2], [6], [6]],
                "w_hh has shape [4, 2], it needs 3 rows for each of its columns",
            )
            .rejects(
                all.clone(),
                shapes![[3, 2, 2], [1, 2], [3, 2], [3, 1], [3], [3]],
                "h0 has shape [1, 2], it needs [2, 1]",
            )
            .rejects(
                all.clone(),
                shapes![[3, 2, 2], [2, 1], [3, 2], [3, 1], [1], [3]],
                "b_ih has shape [1], it needs [3]",
            )
            .pin(
                "padding leaks nowhere",
                of_lengths(&[1, 0]),
                tensors![
                    [[[3.0], [nan]], [[nan], [nan]]],
                    [[4.0], [5.0]],
                    [[0.0], [0.0], [0.0]],
                    [[0.0], [0.0], [0.0]],
                    [0.0, 0.0, 0.0],
                    [0.0, 0.0, 0.0]
                ],
                [2.0, 0.0, 0.0, 0.0, 2.0, 5.0],
                // At the only step dy + dh = 2: a_z gets 2 · (h − n) / 4, a_n gets 2 · (1 − z), of which r lets half pass to b_n.
                tensors![
                    [[[0.0], [0.0]], [[0.0], [0.0]]],
                    [[1.0], [1.0]],
                    [[0.0], [6.0], [3.0]],
                    [[0.0], [8.0], [2.0]],
                    [0.0, 2.0, 1.0],
                    [0.0, 2.0, 0.5]
                ],
            )
    }
}

/// Three gates, one number at a time.
#[cfg(any(test, feature = "testing"))]
fn textbook_gru(op: &Gru, x: &[Tensor<f64>]) -> Tensor<f64> {
    let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
    textbook(&op.sequence, x, |input, product, [h]| {
        let hidden = h.len();
        for k in 0..hidden {
            let [r, z] = [k, hidden + k].map(|row| sigmoid(input[row] + product[row]));
            let n = (input[2 * hidden + k] + r * product[2 * hidden + k]).tanh();
            h[k] = n + z * (h[k] - n);
        }
    })
}
