//! The textbook computation of a recurrent layer: each example on its own, in plain loops.

use super::Sequence;
use crate::ops::prelude::*;
use crate::testing::{element, joined};

/// The outputs and the last states, for operands in the order of the ops. `cell(input, product, states)` changes the states, given the
/// products with the inputs and with `h`, biases included.
pub(super) fn textbook<const S: usize>(
    sequence: &Sequence,
    x: &[Tensor<f64>],
    cell: impl Fn(&[f64], &[f64], &mut [Vec<f64>; S]),
) -> Tensor<f64> {
    let [w_ih, w_hh, b_ih, b_hh] = &x[1 + S..] else { panic!("there are four weights") };
    let (steps, batch, inputs, hidden) = (x[0].shape()[0], x[0].shape()[1], x[0].shape()[2], w_hh.shape()[1]);
    let affine = |w: &Tensor<f64>, v: &[f64], b: &Tensor<f64>| -> Vec<f64> {
        let row = |i: usize| v.iter().enumerate().map(|(j, v)| element(w, &[i, j]) * v).sum::<f64>();
        (0..w.shape()[0]).map(|i| row(i) + element(b, &[i])).collect()
    };
    let mut y = vec![0.0; steps * batch * hidden];
    let mut last = [const { Vec::new() }; S];
    for example in 0..batch {
        let row = |state: &Tensor<f64>| (0..hidden).map(|k| element(state, &[example, k])).collect();
        let mut now: [Vec<f64>; S] = std::array::from_fn(|i| row(&x[1 + i]));
        let length = sequence.lengths.as_ref().map_or(steps, |lengths| lengths.to_vec()[example] as usize);
        for s in 0..length {
            let time = if sequence.reverse { length - 1 - s } else { s };
            let input: Vec<f64> = (0..inputs).map(|j| element(&x[0], &[time, example, j])).collect();
            let product = affine(w_hh, &now[0], b_hh);
            cell(&affine(w_ih, &input, b_ih), &product, &mut now);
            y[(time * batch + example) * hidden..][..hidden].copy_from_slice(&now[0]);
        }
        last.iter_mut().zip(now).for_each(|(last, now)| last.extend(now));
    }
    let y = Tensor::from_vec(y, [steps, batch, hidden]);
    joined(&[&[y][..], &last.map(|state| Tensor::from_vec(state, [batch, hidden]))].concat())
}
