//! Recurrent layers: first values, dropout, empty operands; against cells and against PyTorch in files of their own.

use super::*;
use crate::layers::prelude::*;
use autograd_core::Key;

mod pytorch;
mod unrolled;

/// Numbers that repeat in no pattern: `f` of multiples of a step.
fn wave(shape: &[usize], f: impl Fn(f64) -> f64) -> Tensor<f64> {
    Tensor::from_fn(shape, |k| f(k as f64))
}

/// A sum in which each number of each result counts differently.
fn weighted(ys: &[&Var<f64>]) -> Var<f64> {
    let terms = ys.iter().map(|y| (*y * Var::constant(wave(y.shape(), |k| (0.4 * k + 1.0).sin()))).sum());
    terms.reduce(|sum, term| sum + term).expect("a result")
}

#[track_caller]
fn assert_close(found: &[f64], expected: &[f64], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (a, b) in found.iter().zip(expected) {
        // Rounding alone: sums in another order.
        assert!((a - b).abs() <= 1e-13 * (1.0 + b.abs()), "{what}: {found:?} is not {expected:?}");
    }
}

fn cosines(shape: &[usize], step: f64) -> Var<f64> {
    Var::leaf(wave(shape, |k| (step * k).cos()))
}

fn two_layers(options: RecurrentOptions) -> RecurrentOptions {
    options.layers(2).bidirectional()
}

#[test]
fn first_values_are_within_the_bound() {
    let options = two_layers(RecurrentOptions::new(50, 25).projection(5));
    let lstm = Lstm::<f32>::with(options, &mut Generator::seed(1));
    for (name, parameter) in lstm.named_parameters() {
        let largest = parameter.value().to_vec().into_iter().fold(0.0, |largest: f32, w| largest.max(w.abs()));
        assert!(largest <= 0.2 && largest > 0.18, "{name}: {largest}");
    }
}

#[test]
fn dropout_lies_between_the_layers() {
    let with = |options: RecurrentOptions| Gru::<f64>::with(options, &mut Generator::seed(4));
    let x = Var::constant(wave(&[3, 2, 2], |k| (0.7 * k).cos()));
    let all = with(RecurrentOptions::new(2, 4).layers(2).dropout(1.0));
    let (y, h) = all.forward(&x);
    // All that the second layer sees is zero: it gives the same to both examples; the first one is as ever.
    assert_eq!(y.select(1, 0).to_vec(), y.select(1, 1).to_vec());
    all.eval();
    let (evaluated, last) = all.forward(&x);
    assert_ne!(y.to_vec(), evaluated.to_vec());
    assert_eq!(h.select(0, 0).to_vec(), last.select(0, 0).to_vec());

    // In one layer there is no place for it, and no key is taken.
    let one = with(RecurrentOptions::new(2, 4).dropout(1.0));
    let trained = one.forward(&x).0;
    one.eval();
    assert_eq!(trained.to_vec(), one.forward(&x).0.to_vec());
    assert_eq!(one.stack.keys.state()[1], 0);

    // One key for each of the two places, and the masks that follow from them.
    let three = with(RecurrentOptions::new(2, 4).layers(3).dropout(0.5));
    let [seed, _] = three.stack.keys.state();
    let _ = three.forward(&x);
    assert_eq!(three.stack.keys.state(), [seed, 2]);
    let layer = |number: usize, x: &Var<f64>| {
        let zeros = Var::constant(Tensor::zeros([2, 4]));
        three.stack.layers[number].forward.apply(|weights| x.gru(weights, &zeros, &ops::Sequence::default()).0)
    };
    three.stack.keys.set_drawn(0);
    let y = layer(0, &x).dropout(0.5, Key::seed(seed).at(0));
    let y = layer(2, &layer(1, &y).dropout(0.5, Key::seed(seed).at(1)));
    assert_eq!(three.forward(&x).0.to_vec(), y.to_vec());
}

#[test]
fn sequences_and_batches_may_be_empty() {
    for options in [RecurrentOptions::new(2, 3), RecurrentOptions::new(2, 3).projection(1)] {
        let lstm = Lstm::<f64>::with(two_layers(options), &mut Generator::seed(0));
        let size = options.state();
        let (y, (h, c)) = lstm.forward(&Var::constant(Tensor::zeros([0, 2, 2])));
        assert_eq!(
            (&**y.shape(), &**h.shape(), &**c.shape()),
            (&[0, 2, 2 * size][..], &[4, 2, size][..], &[4, 2, 3][..])
        );
        assert_eq!(h.to_vec(), vec![0.0; 8 * size]);
        let (y, (h, _)) = lstm.forward(&Var::constant(Tensor::zeros([5, 0, 2])));
        assert_eq!((&**y.shape(), &**h.shape()), (&[5, 0, 2 * size][..], &[4, 0, size][..]));
    }
}
