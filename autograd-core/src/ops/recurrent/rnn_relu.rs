//! `rnn_relu`: the plain recurrent layer over whole sequences, with relu.

use super::fused::{Layer, Run};
#[cfg(any(test, feature = "testing"))]
use super::textbook::{cases, textbook};
use super::{RecurrentWeights, Sequence};
use crate::composite::{Composite, compose};
use crate::kernel::recurrent::cells;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// A plain recurrent layer with the rectifier over sequences, from the state `h` on: the state after each step, and after the last.
    ///
    /// `yₜ = hₜ = max(0, w_ih xₜ + b_ih + w_hh hₜ₋₁ + b_hh)`
    ///
    /// # Shape
    /// `[t, n, in]` and a state `[n, h]` give `[t, n, h]` and `[n, h]`, with weights `[h, in]` and `[h, h]` and biases `[h]`
    ///
    /// # Gradient
    /// Back through time, by the chain rule through each step from the last to the first; those of the weights are sums over all steps.
    /// Saves the operands and `hₜ`.
    ///
    /// # Edge cases
    /// Beyond an example's length `y` is 0, and nothing of what stands there leaks anywhere, be it NaN. The last state of an
    /// example of length 0 is its first. At 0 the rectifier has gradient 0.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Var, ops::{RecurrentWeights, Sequence}};
    /// let (w_ih, w_hh) = (Var::leaf([[1.0]]), Var::leaf([[0.5]]));
    /// let (x, h) = (Var::leaf([[[3.0]], [[-1.0]], [[-9.0]]]), Var::leaf([[2.0]]));
    /// let (y, last) = x.rnn_relu(RecurrentWeights::new(&w_ih, &w_hh), &h, &Sequence::default());
    /// assert_eq!((y.to_vec(), last.item()), (vec![4.0, 1.0, 0.0], 0.0));
    /// let gradients = y.sum().backward();
    /// assert_eq!(gradients.get(&x).unwrap().to_vec(), [1.5, 1.0, 0.0]);
    /// assert_eq!(gradients.get(&h).unwrap().item(), 0.75);
    /// ```
    ///
    /// Le, Jaitly and Hinton, "A Simple Way to Initialize Recurrent Networks of Rectified Linear Units", 2015: with `w_hh` the identity.
    #[track_caller]
    #[must_use]
    #[doc(alias = "IRNN")]
    pub fn rnn_relu(&self, weights: RecurrentWeights<'_, T>, h: &Var<T>, sequence: &Sequence) -> (Self, Self) {
        let [b_ih, b_hh] = &weights.biases();
        let [y, h] = compose(RnnRelu { sequence: sequence.clone() }, [self, h, weights.w_ih, weights.w_hh, b_ih, b_hh]);
        (y, h)
    }
}

/// The composite of [`Var::rnn_relu`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RnnRelu {
    /// Which steps the examples have.
    pub sequence: Sequence,
}

impl<T: Real> Composite<T> for RnnRelu {
    type Arity = Fixed<6>;
    type Results = Fixed<2>;
    type Workspace = Run<T>;
    const NAME: &'static str = "rnn_relu";
    const RULE: &'static str = "[t, n, in] x [n, h] x [h, in] x [h, h] x [h] x [h] -> [t, n, h], [n, h]";
    const OPERANDS: &'static [&'static str] = &["x", "h0", "w_ih", "w_hh", "b_ih", "b_hh"];
    const RESULTS: &'static [&'static str] = &["y", "h"];

    fn shape(&self, [x, h, w @ ..]: [&Shape; 6]) -> Result<[Shape; 2], Mismatch> {
        self.sequence.shapes::<cells::Relu, 1>(x, [h], w)
    }

    fn forward(&self, [x, h, w @ ..]: [&Tensor<T>; 6]) -> ([Tensor<T>; 2], Run<T>) {
        let (y, [h], run) = Layer::new(x, [h], w).forward::<cells::Relu>(&self.sequence);
        ([y, h], run)
    }

    fn backward(
        &self,
        [x, h, w @ ..]: [&Tensor<T>; 6],
        run: &Run<T>,
        [dy, dh]: [Option<&Tensor<T>>; 2],
        needs: &[bool],
    ) -> [Option<Tensor<T>>; 6] {
        let (dx, [dh], [w_ih, w_hh, b_ih, b_hh]) = Layer::new(x, [h], w).backward::<cells::Relu>(run, dy, [dh], needs);
        [dx, dh, w_ih, w_hh, b_ih, b_hh]
    }

    fn algebra(&self, [x, h, w @ ..]: [&Var<T>; 6]) -> [Var<T>; 2] {
        let (y, [h]) = self.sequence.unroll(x, [h], w, |input, product, _| [(input + product).relu()]);
        [y, h]
    }
}

#[cfg(any(test, feature = "testing"))]
impl CheckedComposite for RnnRelu {
    fn cases() -> Cases<Self> {
        let all = RnnRelu::default();
        let of_lengths = |lengths: &[i64]| RnnRelu {
            sequence: Sequence::default().lengths(Tensor::from_slice(lengths, lengths.len())),
        };
        let nan = f64::NAN;
        let reference = |op: &RnnRelu, x: &[Tensor<f64>]| {
            textbook(&op.sequence, x, |input, product, [h]| {
                (0..h.len()).for_each(|k| h[k] = (input[k] + product[k]).max(0.0));
            })
        };
        // One input, large against all that is added to it, decides the sign of each unit: no kink lies near.
        let domains = [
            Domain::between(-2.0, 2.0).away_from([0.0], 1.0),
            Domain::between(-1.0, 1.0),
            Domain::between(1.0, 2.0),
            Domain::between(-0.05, 0.05),
        ];
        cases::<cells::Relu, _>(reference, |sequence| RnnRelu { sequence }, 1)
            .domains(domains)
            .rejects(all.clone(), shapes![[3, 2], [2, 1], [1, 2], [1, 1], [1], [1]], "x has 2 axes instead of 3")
            .rejects(
                all.clone(),
                shapes![[3, 2, 2], [2, 2], [2, 2], [3, 2], [2], [2]],
                "w_hh has shape [3, 2], it needs 1 row for each of its columns",
            )
            .rejects(
                all.clone(),
                shapes![[3, 2, 2], [2, 2], [2, 2], [4], [2], [2]],
                "w_hh has shape [4], it needs 1 row for each of its columns",
            )
            .rejects(
                all.clone(),
                shapes![[3, 2, 2], [1, 2], [2, 2], [2, 2], [2], [2]],
                "h0 has shape [1, 2], it needs [2, 2]",
            )
            .pin(
                "padding leaks nowhere",
                of_lengths(&[1, 0]),
                tensors![[[[1.0], [nan]], [[nan], [nan]]], [[2.0], [nan]], [[3.0]], [[4.0]], [0.0], [0.0]],
                [11.0, 0.0, 0.0, 0.0, 11.0, nan],
                // At the only step dy + dh = 2.
                tensors![[[[6.0], [0.0]], [[0.0], [0.0]]], [[8.0], [1.0]], [[2.0]], [[4.0]], [2.0], [2.0]],
            )
            .pin(
                "at zero",
                all.clone(),
                tensors![[[[1.0]], [[0.0]]], [[2.0]], [[2.0]], [[-1.0]], [0.0], [0.0]],
                [0.0, 0.0, 0.0],
                tensors![[[[0.0]], [[0.0]]], [[0.0]], [[0.0]], [[0.0]], [0.0], [0.0]],
            )
            .pin(
                "each step counts",
                RnnRelu { sequence: of_lengths(&[2, 1]).sequence.reverse() },
                tensors![[[[3.0], [5.0]], [[7.0], [nan]]], [[1.0], [2.0]], [[2.0]], [[1.0]], [1.0], [0.0]],
                [23.0, 13.0, 16.0, 0.0, 23.0, 13.0],
                // The first example ends at step 0, with 2; its step 1 gets that and its own.
                tensors![[[[4.0], [4.0]], [[6.0], [0.0]]], [[3.0], [2.0]], [[37.0]], [[39.0]], [7.0], [7.0]],
            )
    }
}
