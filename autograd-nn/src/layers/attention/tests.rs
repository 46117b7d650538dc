//! What cases do not say of attention: first values, dropout, layouts, the empty, a state from elsewhere.

use super::{AttentionMask, HeadWeights, MultiHeadAttention};
use crate::layers::prelude::*;
use crate::state::{StateDict, Strictness};

fn itself(attention: &MultiHeadAttention<f64>, x: &Var<f64>) -> (Vec<f64>, Vec<f64>) {
    let (y, p) = attention.forward_with_weights(x, x, x, &AttentionMask::none(), HeadWeights::PerHead);
    (y.to_vec(), p.to_vec())
}

#[test]
fn first_values_are_within_the_bounds_of_xavier() {
    let attention = MultiHeadAttention::<f64>::new(12, 3, &mut Generator::seed(1)).add_bias_kv(&mut Generator::seed(2));
    let state = attention.state_dict();
    let largest = |name: &str| {
        let values = state.get(name).unwrap().to_real::<f64>().to_vec();
        values.iter().fold(0.0, |a: f64, x| a.max(x.abs()))
    };
    let bound = (6.0f64 / (12.0 + 36.0)).sqrt(); // of the joint matrix, not of each third
    assert!(largest("in_proj_weight") <= bound && largest("in_proj_weight") > 0.95 * bound);
    assert!(largest("out_proj.weight") <= 12f64.sqrt().recip());
    assert!(largest("in_proj_bias") == 0.0 && largest("out_proj.bias") == 0.0);
    assert!(largest("bias_k") > 0.0 && largest("bias_v") > 0.0);
}

#[test]
fn equal_features_have_one_weight() {
    let generator = &mut Generator::seed(1);
    let names = |m: MultiHeadAttention| m.state_dict().names().next().map(str::to_owned).unwrap();
    assert_eq!(names(MultiHeadAttention::with_dims(4, 4, 4, 2, generator)), "in_proj_weight");
    assert_eq!(names(MultiHeadAttention::with_dims(4, 4, 3, 2, generator)), "q_proj_weight");
}

#[test]
fn dropped_weights_are_zero_and_the_others_scaled() {
    let attention = MultiHeadAttention::new(4, 2, &mut Generator::seed(1)).dropout(0.25);
    let x = Var::constant(Tensor::uniform([20, 3, 4], -1.0, 1.0, &mut Generator::seed(2)));
    let (_, dropped) = itself(&attention, &x);
    attention.eval();
    let (_, all) = itself(&attention, &x);
    let kept = |(p, all): (&f64, &f64)| *p == 0.0 || (p - all / 0.75).abs() < 1e-12;
    assert!(dropped.iter().zip(&all).all(kept));
    let share = dropped.iter().filter(|p| **p == 0.0).count() as f64 / dropped.len() as f64;
    assert!((share - 0.25).abs() < 0.04, "{share}"); // four standard deviations of 2400 draws
}

#[test]
fn a_pass_without_weights_drops_too_and_each_pass_draws_anew() {
    let attention = MultiHeadAttention::new(4, 2, &mut Generator::seed(1)).dropout(0.5);
    let x = Var::constant(Tensor::uniform([6, 1, 4], -1.0, 1.0, &mut Generator::seed(2)));
    let passes = [(); 2].map(|()| attention.forward(&x, &x, &x, &AttentionMask::none()).to_vec());
    assert_ne!(passes[0], passes[1]);
    attention.dropout_keys.set_drawn(0);
    assert_eq!(itself(&attention, &x).0, passes[0]);
}

#[test]
fn the_layout_does_not_matter() {
    let time_first = MultiHeadAttention::<f64>::new(4, 2, &mut Generator::seed(1));
    let batch_first = MultiHeadAttention::new(4, 2, &mut Generator::seed(1)).batch_first(true);
    let x = Var::constant(Tensor::uniform([3, 2, 4], -1.0, 1.0, &mut Generator::seed(2)));
    let none = AttentionMask::none();
    let y = time_first.forward(&x, &x, &x, &none);
    let turned = x.transpose(0, 1);
    assert_eq!(batch_first.forward(&turned, &turned, &turned, &none).transpose(0, 1).to_vec(), y.to_vec());
    let second = x.select(1, 1);
    assert_eq!(time_first.forward(&second, &second, &second, &none).to_vec(), y.select(1, 1).to_vec());
}

#[test]
fn no_query_and_no_sequence_are_fine() {
    let attention = MultiHeadAttention::<f64>::new(4, 2, &mut Generator::seed(1));
    for shape in [[0, 2, 4], [3, 0, 4]] {
        let x = Var::leaf(Tensor::zeros(shape));
        let y = attention.forward(&x, &x, &x, &AttentionMask::none());
        assert_eq!(*y.shape(), shape);
        assert_eq!(itself(&attention, &x).0.len(), 0);
    }
    // Without keys there is nothing to gather but the bias of the result.
    let (query, none) = (Var::leaf(Tensor::ones([2, 1, 4])), Var::leaf(Tensor::zeros([0, 1, 4])));
    let y = attention.forward(&query, &none, &none, &AttentionMask::none());
    assert_eq!(y.to_vec(), [0.0; 8]);
}

#[test]
fn a_state_of_pytorch_loads() {
    let attention = MultiHeadAttention::<f32>::new(2, 1, &mut Generator::seed(1));
    let mut state = StateDict::new();
    for (name, shape) in
        [("in_proj_weight", &[6, 2][..]), ("in_proj_bias", &[6]), ("out_proj.weight", &[2, 2]), ("out_proj.bias", &[2])]
    {
        state.insert(name, Tensor::<f32>::ones(shape));
    }
    assert_eq!(attention.load_state_dict(&state, Strictness::Strict).unwrap().loaded, 4);
    let x = Var::constant([[1.0f32, -1.0]]);
    assert_eq!(attention.forward(&x, &x, &x, &AttentionMask::none()).to_vec(), [3.0, 3.0]);
}
