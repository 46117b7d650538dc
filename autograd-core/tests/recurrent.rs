//! Recurrent layers against the same written out in plain ops, batches of any lengths against each example alone, and long sequences.

use autograd_core::ops::{RecurrentWeights, Sequence};
use autograd_core::{Generator, Real, Tensor, Var, grad_with, with_threads};

/// A kind of layer.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Tanh,
    Relu,
    Lstm,
    Gru,
}
use Kind::{Gru, Lstm, Relu, Tanh};

impl Kind {
    const ALL: [Kind; 4] = [Tanh, Relu, Lstm, Gru];

    /// Random operands: the sequences, the states, the weights.
    fn operands<T: Real>(self, [t, n, i, h]: [usize; 4]) -> Vec<Tensor<T>> {
        let (gates, states) = match self {
            Tanh | Relu => (1, 1),
            Lstm => (4, 2),
            Gru => (3, 1),
        };
        let mut shapes = vec![vec![t, n, i]];
        shapes.extend(vec![vec![n, h]; states]);
        shapes.extend([vec![gates * h, i], vec![gates * h, h], vec![gates * h], vec![gates * h]]);
        let mut generator = Generator::seed(t as u64);
        shapes.into_iter().map(|shape| Tensor::uniform(shape, -0.7, 0.7, &mut generator)).collect()
    }

    /// The outputs and the last states.
    fn apply<T: Real>(self, x: &[Var<T>], sequence: &Sequence) -> Vec<Var<T>> {
        let [w_ih, w_hh, b_ih, b_hh] = &x[x.len() - 4..] else { unreachable!() };
        let weights = RecurrentWeights::new(w_ih, w_hh).bias(b_ih, b_hh);
        let (y, h) = match self {
            Tanh => x[0].rnn_tanh(weights, &x[1], sequence),
            Relu => x[0].rnn_relu(weights, &x[1], sequence),
            Gru => x[0].gru(weights, &x[1], sequence),
            Lstm => {
                let (y, h, c) = x[0].lstm(weights, (&x[1], &x[2]), sequence);
                return vec![y, h, c];
            }
        };
        vec![y, h]
    }

    /// The same in plain ops, step by step.
    fn plain(self, x: &[Var<f64>]) -> Vec<Var<f64>> {
        let [w_ih, w_hh, b_ih, b_hh] = &x[x.len() - 4..] else { unreachable!() };
        let (steps, hidden) = (x[0].shape()[0], w_hh.shape()[1]);
        let mut states = x[1..x.len() - 4].to_vec();
        let mut outputs = Vec::new();
        for t in 0..steps {
            let x = x[0].slice(t..t + 1).reshape(&x[0].shape()[1..]);
            let (a, b) = (x.matmul(&w_ih.mt()) + b_ih, states[0].matmul(&w_hh.mt()) + b_hh);
            let gate = |a: &Var<f64>, gate: usize| a.slice((.., gate * hidden..(gate + 1) * hidden));
            match self {
                Tanh => states[0] = (a + b).tanh(),
                Relu => states[0] = (a + b).relu(),
                Lstm => {
                    let a = a + b;
                    let (i, f, g, o) = (gate(&a, 0), gate(&a, 1), gate(&a, 2), gate(&a, 3));
                    states[1] = f.sigmoid() * &states[1] + i.sigmoid() * g.tanh();
                    states[0] = o.sigmoid() * states[1].tanh();
                }
                Gru => {
                    let [r, z] = [0, 1].map(|k| (gate(&a, k) + gate(&b, k)).sigmoid());
                    let n = (gate(&a, 2) + r * gate(&b, 2)).tanh();
                    states[0] = &n + z * (&states[0] - &n);
                }
            }
            outputs.push(states[0].clone());
        }
        let y = Var::stack(&outputs, 0);
        [vec![y], states].concat()
    }
}

fn leaves<T: Real>(x: &[Tensor<T>]) -> Vec<Var<T>> {
    x.iter().map(Var::leaf).collect()
}

/// The gradients of the operands for given gradients of the results; zero where no path leads.
fn gradients<T: Real>(ys: &[Var<T>], dys: &[Tensor<T>], x: &[Var<T>], recorded: bool) -> Vec<Tensor<T>> {
    let dys: Vec<Var<T>> = dys.iter().map(Var::constant).collect();
    let dx = grad_with(ys, &dys, x, recorded);
    dx.iter().zip(x).map(|(dx, x)| dx.as_ref().map_or(Tensor::zeros(x.shape()), |dx| dx.value().clone())).collect()
}

/// A gradient for each result.
fn cotangents<T: Real>(ys: &[Var<T>]) -> Vec<Tensor<T>> {
    let mut generator = Generator::seed(99);
    ys.iter().map(|y| Tensor::normal(y.shape(), 0.0, 1.0, &mut generator)).collect()
}

#[track_caller]
fn assert_close(what: &str, a: &Tensor<f64>, b: &Tensor<f64>) {
    assert_eq!(a.shape(), b.shape(), "{what}");
    for (i, (a, b)) in a.to_vec().into_iter().zip(b.to_vec()).enumerate() {
        assert!((a - b).abs() <= 1e-11 * b.abs().max(1.0), "{what}: {a} and {b} at {i}");
    }
}

/// Example `i` of a batch along an axis, with the first `length` steps where there are any.
fn example(x: &Tensor<f64>, axis: usize, i: usize, length: usize) -> Tensor<f64> {
    match axis {
        1 => x.slice((..length, i..i + 1)),
        _ => x.slice(i..i + 1),
    }
}

#[test]
fn a_layer_is_the_same_written_out_in_plain_ops() {
    for kind in Kind::ALL {
        // One group of examples, and several; few rows, and many; few steps, and many.
        for sizes in [[3, 1, 2, 5], [9, 3, 2, 3], [5, 37, 3, 17], [9, 37, 2, 4]] {
            let x = leaves(&kind.operands(sizes));
            let (fused, plain) = (kind.apply(&x, &Sequence::default()), kind.plain(&x));
            let dys = cotangents(&fused);
            for (a, b) in fused.iter().zip(&plain) {
                assert_close(&format!("{kind:?} {sizes:?}"), a.value(), b.value());
            }
            let expected = gradients(&plain, &dys, &x, false);
            for recorded in [false, true] {
                for (i, (a, b)) in gradients(&fused, &dys, &x, recorded).iter().zip(&expected).enumerate() {
                    assert_close(&format!("{kind:?} {sizes:?}, gradient {i}"), a, b);
                }
            }
        }
    }
}

#[test]
fn a_batch_of_any_lengths_is_each_example_alone_and_padding_may_hold_anything() {
    let (t, n, h) = (6, 37, 4);
    let lengths = Tensor::from_fn(n, |i| (i * 5 % 7) as i64);
    for kind in Kind::ALL {
        for reverse in [false, true] {
            let sequence = Sequence { lengths: Some(lengths.clone()), reverse };
            let mut operands = kind.operands([t, n, 3, h]);
            let padding = |i: usize, width: usize| (i / width / n) as i64 >= lengths.to_vec()[i / width % n];
            operands[0].write(|x| {
                x.iter_mut().enumerate().filter(|(i, _)| padding(*i, 3)).for_each(|(_, x)| *x = f64::NAN);
            });
            let x = leaves(&operands);
            let ys = kind.apply(&x, &sequence);
            let mut dys = cotangents(&ys);
            dys[0].write(|dy| {
                dy.iter_mut().enumerate().filter(|(i, _)| padding(*i, h)).for_each(|(_, dy)| *dy = f64::INFINITY);
            });
            let states = operands.len() - 5;
            for recorded in [false, true] {
                let found = gradients(&ys, &dys, &x, recorded);
                let mut sums: Vec<Tensor<f64>> =
                    operands[1 + states..].iter().map(|w| Tensor::zeros(w.shape())).collect();
                for (i, &length) in lengths.to_vec().iter().enumerate() {
                    let length = length as usize;
                    let what = format!("{kind:?}, reverse {reverse}, recorded {recorded}, example {i}");
                    let part =
                        |k: usize, x: &Tensor<f64>| if k == 0 { example(x, 1, i, length) } else { example(x, 0, i, 0) };
                    let mut alone = operands.clone();
                    alone[..=states].iter_mut().enumerate().for_each(|(k, x)| *x = part(k, x));
                    let x = leaves(&alone);
                    let own = kind.apply(&x, &Sequence { lengths: None, reverse });
                    for (k, (all, own)) in ys.iter().zip(&own).enumerate() {
                        assert_close(&what, &part(k, all.value()), own.value());
                    }
                    let own_dys: Vec<_> = dys.iter().enumerate().map(|(k, dy)| part(k, dy)).collect();
                    let own = gradients(&own, &own_dys, &x, recorded);
                    for (k, own) in own[..=states].iter().enumerate() {
                        assert_close(&format!("{what}, gradient {k}"), &part(k, &found[k]), own);
                    }
                    sums.iter_mut().zip(&own[1 + states..]).for_each(|(sum, own)| *sum = sum.zip(own, |a, b| a + b));
                }
                for (found, sum) in found[1 + states..].iter().zip(&sums) {
                    assert_close(&format!("{kind:?}, the gradient of a weight"), found, sum);
                }
                let silent = |x: &Tensor<f64>, width| {
                    x.to_vec().into_iter().enumerate().all(|(i, x)| !padding(i, width) || x == 0.0)
                };
                assert!(silent(ys[0].value(), h) && silent(&found[0], 3), "{kind:?}: padding is not silent");
            }
        }
    }
}

#[test]
fn steps_taken_one_by_one_are_those_of_a_sequence() {
    let (t, n, i) = (4, 2, 3);
    for kind in Kind::ALL {
        let x = leaves(&kind.operands([t, n, i, 3]));
        let whole = kind.apply(&x, &Sequence::default());
        let mut now = x.clone();
        for s in 0..t {
            now[0] = x[0].slice(s..s + 1);
            let ys = kind.apply(&now, &Sequence::default());
            now.splice(1..ys.len(), ys[1..].iter().cloned());
        }
        let (last, cells) = (&whole[1..], &now[1..whole.len()]);
        let dys = cotangents(last);
        let [a, b] = [last, cells].map(|ys| gradients(ys, &dys, &x, false));
        for (a, b) in last.iter().zip(cells) {
            assert_close(&format!("{kind:?}"), a.value(), b.value());
        }
        for (a, b) in a.iter().zip(&b) {
            assert_close(&format!("{kind:?}, gradient"), a, b);
        }
    }
}

#[test]
fn a_layer_without_biases_has_zeros_for_them() {
    let mut operands = Lstm.operands::<f64>([3, 2, 2, 2]);
    operands[5..].iter_mut().for_each(|bias| *bias = Tensor::zeros(bias.shape()));
    let x = leaves(&operands);
    let (y, h, c) = x[0].lstm(RecurrentWeights::new(&x[3], &x[4]), (&x[1], &x[2]), &Sequence::default());
    let with_zeros = Lstm.apply(&x, &Sequence::default());
    assert!([y, h, c].iter().zip(&with_zeros).all(|(a, b)| a.value() == b.value()));
}

#[test]
fn long_sequences_are_walked_and_dropped_without_a_deep_stack() {
    let run = || {
        for kind in Kind::ALL {
            let x = leaves(&kind.operands::<f64>([2000, 1, 1, 2]));
            let ys = kind.apply(&x, &Sequence::default());
            let dys = cotangents(&ys);
            let [fused, recorded] = [false, true].map(|recorded| gradients(&ys, &dys, &x, recorded));
            for (a, b) in fused.iter().zip(&recorded) {
                assert!(a.to_vec().iter().all(|x| x.is_finite()));
                assert_close(&format!("{kind:?}"), a, b);
            }
        }
    };
    std::thread::Builder::new().stack_size(1 << 19).spawn(run).unwrap().join().unwrap();
}

#[test]
fn lengths_and_threads_leave_the_bits_alone() {
    let sequence = Sequence::default().lengths(Tensor::from_fn(70, |i| (i * 11 % 14) as i64)).reverse();
    for kind in Kind::ALL {
        let operands = kind.operands::<f32>([13, 70, 20, 24]);
        let [one, two] = [1, 2].map(|threads| {
            with_threads(threads, || {
                let x = leaves(&operands);
                let ys = kind.apply(&x, &sequence);
                let dx = gradients(&ys, &cotangents(&ys), &x, false);
                let all = ys.iter().map(Var::value).chain(&dx);
                all.flat_map(Tensor::to_vec).map(f32::to_bits).collect::<Vec<_>>()
            })
        });
        assert!(one == two, "{kind:?}");
    }
}
