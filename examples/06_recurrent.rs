//! A GRU learns the adding problem (Hochreiter, Schmidhuber 1997): of a sequence of numbers, two are marked; what is their sum?

use autograd::ops::{RecurrentWeights, Reduction, Sequence};
use autograd::prelude::*;

/// Units of the hidden state.
const UNITS: usize = 24;
/// Sequences at a time.
const BATCH: usize = 64;
/// Steps of the longest.
const STEPS: usize = 12;

/// Sequences of 6 to 12 steps, each with a number and a mark, and the sums of the marked numbers.
fn batch(generator: &mut Generator) -> (Tensor, Tensor, Sequence) {
    let (mut steps, mut sums, mut lengths) = ([[[0f32; 2]; BATCH]; STEPS], [[0f32]; BATCH], [0i64; BATCH]);
    for (i, sum) in sums.iter_mut().enumerate() {
        let length = 6 + generator.below(STEPS - 5);
        let marked = [generator.below(3), 3 + generator.below(length - 3)];
        for (t, step) in steps.iter_mut().enumerate().take(length) {
            step[i] = [generator.unit() as f32, if marked.contains(&t) { 1.0 } else { 0.0 }];
            *sum = [sum[0] + step[i][0] * step[i][1]];
        }
        lengths[i] = length as i64;
    }
    (Tensor::from(steps), Tensor::from(sums), Sequence::default().lengths(lengths))
}

fn main() -> Result<(), autograd::optim::Error> {
    let mut generator = Generator::seed(1);
    let mut parameter = |shape: &[usize]| Parameter::new(Tensor::uniform(shape, -0.2, 0.2, &mut generator));
    let (w_ih, w_hh) = (parameter(&[3 * UNITS, 2]), parameter(&[3 * UNITS, UNITS]));
    let (b_ih, b_hh) = (parameter(&[3 * UNITS]), parameter(&[3 * UNITS]));
    let (w, b) = (parameter(&[1, UNITS]), parameter(&[1]));
    let parameters = [&w_ih, &w_hh, &b_ih, &b_hh, &w, &b].map(Parameter::clone).to_vec();
    let predict = |x: Tensor, sequence: &Sequence| {
        let start = Var::constant(Tensor::zeros([x.shape()[1], UNITS]));
        let (w_ih, w_hh, b_ih, b_hh) = (w_ih.var(), w_hh.var(), b_ih.var(), b_hh.var());
        let weights = RecurrentWeights::new(&w_ih, &w_hh).bias(&b_ih, &b_hh);
        let (_, last) = Var::constant(x).gru(weights, &start, sequence);
        last.linear(&w.var(), Some(&b.var()))
    };

    let mut adam = Adam::new(parameters, 0.01)?;
    let mut generator = Generator::seed(2);
    for step in 0..=300 {
        let (x, sums, sequence) = batch(&mut generator);
        let loss = predict(x, &sequence).mse_loss(&Var::constant(sums), Reduction::Mean);
        if step % 50 == 0 {
            println!("step {step:>3}  mean squared error {:.4}", loss.item());
        }
        adam.step(&loss.backward())?;
    }

    let (x, sums, sequence) = batch(&mut Generator::seed(3));
    let error = no_grad(|| predict(x, &sequence).mse_loss(&Var::constant(sums), Reduction::Mean)).item();
    println!("on new sequences     {error:.4}; always guessing 1 gives about 0.1667");
    assert!(error < 0.05, "the network has learned to add");
    Ok(())
}
