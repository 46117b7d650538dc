//! Recurrent cells and sequences.

use crate::case::{compare, whole};
use autograd::nn::*;
use autograd::{Generator, Var};

fn generator() -> Generator {
    Generator::seed(0)
}

/// The output and both states, as a list.
fn listed((y, (h, c)): (Var<f64>, (Var<f64>, Var<f64>))) -> Vec<Var<f64>> {
    vec![y, h, c]
}

#[test]
fn cells() {
    compare("rnn_cell", RnnCell::new(4, 3, &mut generator()).relu(), |cell, x| vec![cell.forward(&x[0], Some(&x[1]))]);
    compare("lstm_cell", LstmCell::new(4, 3, &mut generator()), |cell, x| {
        let (h, c) = cell.forward(&x[0], Some((&x[1], &x[2])));
        vec![h, c]
    });
    compare("gru_cell", GruCell::new(4, 3, &mut generator()).without_bias(), |cell, x| {
        vec![cell.forward(&x[0], Some(&x[1]))]
    });
}

#[test]
fn sequences() {
    let two = RecurrentOptions::new(4, 3).layers(2).bidirectional();
    compare("rnn", Rnn::with(two, &mut generator()), |rnn, x| {
        let (y, h) = rnn.forward_with(&x[0], Some(&x[1]), None);
        vec![y, h]
    });
    compare("lstm", Lstm::with(two.batch_first(), &mut generator()), |lstm, x| {
        listed(lstm.forward_with(&x[0], Some((&x[1], &x[2])), None))
    });
    compare("gru", Gru::with(two, &mut generator()), |gru, x| {
        let (y, h) = gru.forward_with(&x[0], Some(&x[1]), None);
        vec![y, h]
    });
    compare("lstm_unbatched", Lstm::new(4, 3, &mut generator()), |lstm, x| listed(lstm.forward(&x[0])));
    let projected = RecurrentOptions::new(4, 5).layers(2).bidirectional().projection(2);
    compare("lstm_projection", Lstm::with(projected, &mut generator()), |lstm, x| listed(lstm.forward(&x[0])));
}

#[test]
fn sequences_of_different_lengths() {
    let two = RecurrentOptions::new(4, 3).layers(2).bidirectional();
    compare("lstm_packed", Lstm::with(two, &mut generator()), |lstm, x| {
        listed(lstm.forward_with(&x[0], None, Some(&whole(&x[1]))))
    });
    compare("gru_packed", Gru::with(RecurrentOptions::new(4, 3).bidirectional(), &mut generator()), |gru, x| {
        let (y, h) = gru.forward_with(&x[0], None, Some(&whole(&x[1])));
        vec![y, h]
    });
}
