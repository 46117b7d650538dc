//! A stored case: a state dict, operands, cotangents, and what PyTorch makes of them.

use autograd::nn::state::{AnyTensor, Safetensors, StateDict, Strictness};
use autograd::nn::{Module, Part, Visitor};
use autograd::{Tensor, Var, grad_with};

/// The stored cases, each of which a test compares.
pub const CASES: &[&str] = &[
    "attention",
    "attention_kv_padding",
    "batch_norm1d_sequence_train",
    "batch_norm1d_train",
    "batch_norm2d_eval",
    "batch_norm2d_train",
    "batch_norm3d_train",
    "bilinear",
    "conv1d",
    "conv1d_circular",
    "conv2d",
    "conv2d_depthwise",
    "conv2d_reflect",
    "conv3d",
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
    "embedding",
    "group_norm",
    "gru",
    "gru_cell",
    "gru_packed",
    "instance_norm1d",
    "instance_norm2d_train",
    "layer_norm",
    "linear",
    "lstm",
    "lstm_cell",
    "lstm_packed",
    "lstm_projection",
    "lstm_unbatched",
    "prelu",
    "rms_norm",
    "rnn",
    "rnn_cell",
    "transformer_decoder_layer",
    "transformer_decoder_layer_norm_first",
    "transformer_encoder",
    "transformer_encoder_layer",
    "transformer_encoder_layer_norm_first",
];

/// Loads the stored state into `module` and compares results and gradients with PyTorch's, all to 1e-9.
///
/// `call` gets the operands: variables, and tensors of whole numbers as constants of their values.
pub fn compare<M: Module<f64>>(name: &str, module: M, call: impl Fn(&M, &[Var<f64>]) -> Vec<Var<f64>>) {
    assert!(CASES.contains(&name), "{name} is in the list of cases");
    let path = format!("{}/tests/reference/modules/{name}.safetensors", env!("CARGO_MANIFEST_DIR"));
    let Safetensors { tensors: stored, metadata, .. } =
        Safetensors::load(path).unwrap_or_else(|error| panic!("{error}"));
    let state = stored.part("state");
    module.load_state_dict(&state, Strictness::Strict).unwrap_or_else(|error| panic!("{name}: {error}"));
    let names: Vec<&str> = metadata["state"].split_whitespace().collect();
    same_names(name, &module, &names);
    let trains = stored.names().any(|entry| entry.starts_with("after."));
    if trains {
        module.train()
    } else {
        module.eval()
    }

    let xs: Vec<Var<f64>> = numbered(&stored.part("x")).iter().map(|x| Var::leaf(x.to_real::<f64>())).collect();
    let ys = call(&module, &xs);
    let expected = numbered(&stored.part("y"));
    assert_eq!(ys.len(), expected.len(), "{name}: the number of results");
    for (i, (y, expected)) in ys.iter().zip(&expected).enumerate() {
        close(&format!("{name}: result {i}"), y.value(), expected);
    }

    let dys: Vec<Var<f64>> = numbered(&stored.part("dy")).iter().map(|dy| Var::constant(dy.to_real::<f64>())).collect();
    let parameters = module.named_parameters();
    let leaves: Vec<Var<f64>> = parameters.iter().map(|(_, parameter)| parameter.var()).collect();
    let wanted: Vec<&Var<f64>> = xs.iter().chain(&leaves).collect();
    let gradients = grad_with(&ys, &dys, &wanted, false);
    let expected = |i: usize| match i.checked_sub(xs.len()) {
        None => format!("dx.{i}"),
        Some(i) => format!("dstate.{}", parameters[i].0),
    };
    for (i, gradient) in gradients.iter().enumerate() {
        let entry = expected(i);
        match (gradient, stored.get(&entry)) {
            (Some(gradient), Some(expected)) => close(&format!("{name}: {entry}"), gradient.value(), expected),
            (None, None) => {}
            (found, _) => panic!("{name}: {entry}: ours is there: {}", found.is_some()),
        }
    }

    let after = module.state_dict();
    for (entry, expected) in stored.part("after").iter() {
        // PyTorch's instance normalisation has the counter and leaves it at 0; ours counts, so that its mean can be cumulative.
        if name.starts_with("instance_norm") && entry == "num_batches_tracked" {
            continue;
        }
        let found = after.get(entry).unwrap_or_else(|| panic!("{name}: there is a buffer {entry}"));
        close(&format!("{name}: {entry} after the pass"), &found.to_real::<f64>(), expected);
    }
}

/// The names of the module's state are PyTorch's, in PyTorch's order.
fn same_names(case: &str, module: &dyn Module<f64>, expected: &[&str]) {
    let mut found = Vec::new();
    module.visit(&mut Visitor::new(&mut |name, part| {
        if matches!(part, Part::Parameter(_) | Part::Buffer(_) | Part::Counter(_)) {
            found.push(name.to_owned());
        }
    }));
    assert_eq!(found, expected, "{case}: names of the state");
}

/// The entries 0, 1, 2 and so on.
fn numbered(part: &StateDict) -> Vec<AnyTensor> {
    (0..part.len()).map(|i| part.get(&i.to_string()).expect("entries are numbered").clone()).collect()
}

fn close(what: &str, found: &Tensor<f64>, expected: &AnyTensor) {
    assert_eq!(found.shape(), expected.shape(), "{what}");
    for (i, (found, expected)) in found.to_vec().into_iter().zip(expected.to_real::<f64>().to_vec()).enumerate() {
        let error = (found - expected).abs();
        assert!(error <= 1e-9 * expected.abs().max(1.0), "{what}, element {i}: {found}, PyTorch has {expected}");
    }
}

/// The values of an operand that holds whole numbers.
pub fn whole(x: &Var<f64>) -> Tensor<i64> {
    x.value().map(|x| x as i64)
}
