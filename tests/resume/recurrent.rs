//! A recurrent network on a stream, whose state goes on from window to window.

use autograd::nn::state::{Checkpoint, StateDict};
use autograd::optim::{Resume, RmsProp, RmsPropOptions};
use autograd::prelude::*;

#[derive(Module)]
struct Net {
    lstm: Lstm,
    dropout: Dropout,
    out: Linear,
}

/// The state of the LSTM: none at the beginning.
type State = Option<(Var, Var)>;

/// The elements `[8, 2, 3]` of a segment of the stream.
fn segment(number: u64) -> Tensor {
    Tensor::from((0..48).map(|i| ((number * 48 + i) as f32 * 0.37).sin()).collect::<Vec<_>>()).reshape([8, 2, 3])
}

fn train(start: Option<&Checkpoint>, steps: u64) -> Checkpoint {
    let mut generator = Generator::seed(if start.is_some() { 99 } else { 1 });
    let model = Net {
        lstm: Lstm::new(3, 5, &mut generator),
        dropout: Dropout::new(0.2, &mut generator),
        out: Linear::new(5, 3, &mut generator),
    };
    let options = RmsPropOptions { momentum: 0.5, centered: true, ..0.01.into() };
    let mut optimizer = RmsProp::new(&model, options).expect("good settings");
    let (mut step, mut losses, mut state) = (0, Vec::<f32>::new(), State::None);
    if let Some(checkpoint) = start {
        checkpoint.resume(&model, &mut optimizer).expect("the same model");
        (step, losses) = checkpoint.value("progress").expect("saved");
        let part = |name| checkpoint.section("stream")?.get(name).map(|part| Var::constant(part.to_real()));
        state = part("h").zip(part("c"));
    }
    // Two segments a window, of which a step is taken.
    let mut run = Tbptt::new(2, 2).expect("windows").start(state);
    while step < steps {
        for half in 0..2 {
            let x = segment(2 * step + half);
            let window = run.step(|state: &State| {
                let state = state.as_ref().map(|(h, c)| (h, c));
                let (y, state) = model.lstm.forward_with(&Var::constant(x.clone()), state, None);
                let error = model.out.forward(&model.dropout.forward(&y)) - Var::constant(x.map(|x| x * x));
                (Some(state), error.square().mean())
            });
            if let Some(window) = window {
                losses.push(window.loss);
                optimizer.step_clipped(&window.gradients, 0.3).expect("finite gradients");
            }
        }
        step += 1;
    }
    let parts = run.state().into_iter().flat_map(|(h, c)| [("h", h.value().clone()), ("c", c.value().clone())]);
    let mut checkpoint = Checkpoint::of(&model).with_optimizer(&optimizer).with("progress", (step, losses));
    checkpoint.insert("stream", parts.collect::<StateDict>());
    checkpoint
}

#[test]
fn a_recurrent_network_goes_on_to_the_last_bit_after_any_window() {
    super::stopped_anywhere_it_ends_the_same("recurrent", train, 6);
}
