//! Recurrent layers, one above the other and in both directions.

use crate::case::Case;
use autograd::ops::{RecurrentWeights, Sequence};
use autograd::{Real, Var};

/// One layer in one direction: the outputs and the last states.
fn layer<T: Real>(op: &str, x: &Var<T>, states: &[Var<T>], w: &[Var<T>], sequence: &Sequence) -> (Var<T>, Vec<Var<T>>) {
    let mut weights = RecurrentWeights::new(&w[0], &w[1]);
    if let [_, _, b_ih, b_hh] = w {
        weights = weights.bias(b_ih, b_hh);
    }
    if op == "lstm" {
        let (y, h, c) = x.lstm(weights, (&states[0], &states[1]), sequence);
        return (y, vec![h, c]);
    }
    let (y, h) = match op {
        "rnn" | "rnn_tanh" => x.rnn_tanh(weights, &states[0], sequence),
        "rnn_relu" => x.rnn_relu(weights, &states[0], sequence),
        _ => x.gru(weights, &states[0], sequence),
    };
    (y, vec![h])
}

pub fn apply<T: Real>(case: &Case<'_>, x: &[Var<T>]) -> Option<Vec<Var<T>>> {
    let states = match case.op {
        "rnn" | "rnn_tanh" | "rnn_relu" | "gru" => 1,
        "lstm" => 2,
        _ => return None,
    };
    if case.attrs["layers"].is_null() {
        return Some(single(case, x, states));
    }
    let both = [Sequence::default(), Sequence::default().reverse()];
    let directions = if case.attrs["bidirectional"] == true { &both[..] } else { &both[..1] };
    let hidden = case.count("hidden");
    let (initial, parameters) = x[1..].split_at(states);
    let mut parameters = parameters.chunks(4);
    let mut y = x[0].clone();
    let mut last = vec![Vec::new(); states];
    for _ in 0..case.count("layers") {
        let mut outputs = Vec::new();
        for sequence in directions {
            let i = last[0].len();
            let first = |state: &Var<T>| state.slice(i..i + 1).reshape([x[0].shape()[1], hidden]);
            let first: Vec<Var<T>> = initial.iter().map(first).collect();
            let (output, ends) = layer(case.op, &y, &first, parameters.next().expect("parameters"), sequence);
            outputs.push(output);
            last.iter_mut().zip(ends).for_each(|(last, end)| last.push(end));
        }
        y = Var::concat(&outputs, 2);
    }
    let last = last.iter().map(|states| Var::stack(states, 0));
    Some([y].into_iter().chain(last).collect())
}

/// A layer in one direction, with sequences of several lengths.
fn single<T: Real>(case: &Case<'_>, x: &[Var<T>], states: usize) -> Vec<Var<T>> {
    let lengths = case.consts.get("lengths").map(|_| case.index("lengths"));
    let sequence = Sequence { lengths, reverse: case.attrs["reverse"] == true };
    let (states, w) = x[1..].split_at(states);
    let (y, ends) = layer(case.op, &x[0], states, w, &sequence);
    [y].into_iter().chain(ends).collect()
}
