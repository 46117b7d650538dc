//! On what the recurrent layers are tested: batches of all kinds, and a textbook computation in plain loops.

use super::Sequence;
use crate::kernel::recurrent::cells::Cell;
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

/// The shapes of the operands of a layer, for the numbers of steps, examples, inputs and hidden units.
pub(super) fn shapes_of<C: Cell>([t, n, i, h]: [usize; 4]) -> Vec<Shape> {
    let rows = C::GATES * h;
    let states = std::iter::repeat_n(Shape::from([n, h]), C::STATES);
    [[t, n, i].into()].into_iter().chain(states).chain(shapes![[rows, i], [rows, h], [rows], [rows]]).collect()
}

/// What all layers are tested on, with so many inputs.
pub(super) fn cases<C: Cell, O: Clone + Send + Sync + 'static>(
    reference: impl Fn(&O, &[Tensor<f64>]) -> Tensor<f64> + 'static,
    of: impl Fn(Sequence) -> O,
    inputs: usize,
) -> Cases<O> {
    let all = || of(Sequence::default());
    let lengths = |lengths: &[i64]| Sequence::default().lengths(Tensor::from_slice(lengths, lengths.len()));
    let shapes = |[t, n, h]: [usize; 3]| shapes_of::<C>([t, n, inputs, h]);
    let flops = |[t, n, i, h]: [usize; 4]| Work::Flops((t * n * 2 * C::GATES * h * (i + h)) as u64);
    Cases::new(reference, all(), shapes([3, 2, 2]))
        .case(all(), shapes([2, 1, 1]))
        .case(of(Sequence::default().reverse()), shapes([3, 2, 1]))
        .case(of(lengths(&[2, 0, 3])), shapes([4, 3, 1]))
        .case(of(lengths(&[1, 2, 0, 2, 2, 2, 2, 1]).reverse()), shapes([2, 8, 1]))
        .case(all(), shapes([0, 2, 1]))
        .case(of(lengths(&[])), shapes([2, 0, 1]))
        .case(of(lengths(&[0, 0])), shapes([1, 2, 1]))
        .case(all(), shapes([1, 1, 0]))
        .rejects(of(lengths(&[3])), shapes([3, 2, 1]), "the lengths have shape [1], they need [2]")
        .rejects(of(lengths(&[3, 4])), shapes([3, 2, 1]), "example 1 has length 4, x has 3 steps")
        .rejects(of(lengths(&[-1, 3])), shapes([3, 2, 1]), "example 0 has length -1, x has 3 steps")
        .bench(all(), shapes_of::<C>([32, 1, 64, 64]), flops([32, 1, 64, 64]))
        .bench(all(), shapes_of::<C>([16, 32, 64, 64]), flops([16, 32, 64, 64]))
}
