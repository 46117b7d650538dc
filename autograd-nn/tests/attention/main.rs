//! Attention and transformers give what PyTorch gives: results and gradients of operands and parameters.

mod reference;
mod transformer;

use autograd_core::{Generator, Tensor, Var};
use autograd_nn::{AdditiveAttention, AttentionMask, HeadWeights, LuongAttention, MultiHeadAttention};
use reference::{Reference, bias, hidden, padding};

type Mha = MultiHeadAttention<f64>;

/// Attention of four features with two heads.
fn small() -> Mha {
    MultiHeadAttention::new(4, 2, &mut Generator::seed(0))
}

fn crossed(kdim: usize, vdim: usize) -> Mha {
    MultiHeadAttention::with_dims(4, kdim, vdim, 2, &mut Generator::seed(0))
}

const QKV: [&[usize]; 3] = [&[3, 2, 4], &[5, 2, 4], &[5, 2, 4]];
const BATCH_FIRST: [&[usize]; 3] = [&[2, 3, 4], &[2, 5, 4], &[2, 5, 4]];

/// The result alone.
fn plain(mask: AttentionMask<f64>) -> impl Fn(&Mha, &[Var<f64>]) -> Vec<Var<f64>> {
    move |m, x| vec![m.forward(&x[0], &x[1], &x[2], &mask)]
}

/// The result and the weights.
fn weighed(mask: AttentionMask<f64>, weights: HeadWeights) -> impl Fn(&Mha, &[Var<f64>]) -> Vec<Var<f64>> {
    move |m, x| {
        let (y, weights) = m.forward_with_weights(&x[0], &x[1], &x[2], &mask, weights);
        vec![y, weights]
    }
}

#[test]
fn the_layout_of_operands() {
    let reference = Reference::load();
    let none = AttentionMask::none;
    reference.check("sequence first", &small(), &QKV, plain(none()));
    let batch_first = small().batch_first(true);
    reference.check("batch first", &batch_first, &BATCH_FIRST, weighed(none(), HeadWeights::Averaged));
    reference.check("weights of each head", &batch_first, &BATCH_FIRST, weighed(none(), HeadWeights::PerHead));
    let mask = none().hide(hidden(&[2, 3, 5]));
    let shapes: [&[usize]; 3] = [&[3, 4], &[5, 4], &[5, 4]];
    reference.check("without a batch", &small(), &shapes, weighed(mask, HeadWeights::Averaged));
}

#[test]
fn each_kind_of_mask() {
    let reference = Reference::load();
    let mask = AttentionMask::none().hide(hidden(&[3, 5]));
    reference.check("mask", &small(), &QKV, weighed(mask.clone(), HeadWeights::Averaged));
    reference.check("mask and padding", &small(), &QKV, plain(mask.hide_keys(padding(2, 5))));
    let of_heads = AttentionMask::none().hide(hidden(&[4, 3, 5]));
    reference.check("mask of each head", &small(), &QKV, weighed(of_heads, HeadWeights::PerHead));
    reference.check("bias", &small(), &QKV, plain(AttentionMask::none().bias(Var::constant(bias(&[3, 5])))));
    let shapes = [QKV.as_slice(), &[&[4, 3, 5]]].concat();
    reference.check("trained bias", &small(), &shapes, |m, x| {
        weighed(AttentionMask::none().bias(&x[3]), HeadWeights::Averaged)(m, x)
    });
    reference.check("causal", &small(), &[&[4, 2, 4]], |m, x| {
        vec![m.forward(&x[0], &x[0], &x[0], &AttentionMask::causal())]
    });
}

#[test]
fn each_kind_of_parameters() {
    let reference = Reference::load();
    let mask = AttentionMask::none().hide_keys(padding(2, 5));
    let shapes: [&[usize]; 3] = [&[3, 2, 4], &[5, 2, 3], &[5, 2, 5]];
    reference.check("other features", &crossed(3, 5), &shapes, weighed(mask.clone(), HeadWeights::Averaged));
    let weights = weighed(AttentionMask::none(), HeadWeights::Averaged);
    reference.check("without biases", &small().without_bias(), &QKV, weights);

    let generator = &mut Generator::seed(0);
    let more = small().add_bias_kv(generator).add_zero_attn();
    reference.check("more keys", &more, &QKV, weighed(mask.hide(hidden(&[3, 5])), HeadWeights::Averaged));
    let shapes: [&[usize]; 3] = [&[3, 2, 4], &[5, 2, 3], &[5, 2, 4]];
    let mask = AttentionMask::none().bias(Var::constant(bias(&[3, 5])));
    reference.check("more keys, bias", &crossed(3, 4).add_bias_kv(generator), &shapes, plain(mask));
    reference.check("more keys, causal", &small().add_zero_attn(), &[&[4, 2, 4]], |m, x| {
        vec![m.forward(&x[0], &x[0], &x[0], &AttentionMask::causal())]
    });
}

#[test]
fn weights_and_the_fused_op_agree() {
    let masks = [
        AttentionMask::none(),
        AttentionMask::causal(),
        AttentionMask::causal().hide(hidden(&[4, 3, 5])).hide_keys(padding(2, 5)).bias(Var::constant(bias(&[3, 5]))),
        // The first query sees nothing, by mask and bias together.
        AttentionMask::causal().bias(Var::constant(Tensor::from([[f64::NEG_INFINITY], [0.0], [0.0]]))),
    ];
    let operands: Vec<Var<f64>> = QKV.iter().map(|&shape| Var::leaf(bias(shape).map(|x| x.max(-1.0)))).collect();
    for more in [small(), small().add_zero_attn(), small().add_bias_kv(&mut Generator::seed(1))] {
        for mask in &masks {
            let fused = plain(mask.clone())(&more, &operands).remove(0);
            let composed = weighed(mask.clone(), HeadWeights::PerHead)(&more, &operands).remove(0);
            let grads = |y: Var<f64>| {
                let gradients = y.square().sum().backward();
                operands.iter().flat_map(|x| gradients.get(x).expect("a gradient").to_vec()).collect::<Vec<_>>()
            };
            reference::close("results", &fused.to_vec(), &composed.to_vec());
            reference::close("gradients", &grads(fused), &grads(composed));
        }
    }
}

#[test]
fn a_query_that_sees_nothing_gets_the_bias_of_the_result() {
    let attention = small();
    let bias = [1.0, 2.0, 3.0, 4.0];
    attention.out_proj.bias.as_ref().expect("a bias").set(bias);
    let x = Var::leaf(hidden(&[3, 4]).map(|x| if x { 1.0 } else { -0.5 }));
    let nothing = AttentionMask::none().hide([[true, true, true], [false, true, false], [false, false, false]]);
    let (y, weights) = attention.forward_with_weights(&x, &x, &x, &nothing, HeadWeights::Averaged);
    assert_eq!(y.to_vec()[..4], bias);
    assert_eq!(weights.to_vec()[..3], [0.0; 3]);
    let fused = attention.forward(&x, &x, &x, &nothing);
    assert_eq!(fused.to_vec()[..4], bias);
    assert!(y.sum().backward().get(&x).expect("a gradient").is_finite());
    let through = fused.select(0, 0).sum().backward();
    assert!(through.get(&x).expect("a path").to_vec().iter().all(|&dx| dx == 0.0));
}

#[test]
fn additive_attention() {
    let attention = AdditiveAttention::new(3, 4, 5, &mut Generator::seed(0));
    Reference::load().check("additive", &attention, &[&[2, 3], &[2, 6, 4]], |m, x| {
        let (context, weights) = m.forward(&x[0], &x[1], &x[1], Some(&padding(2, 6)));
        vec![context, weights]
    });
}

#[test]
fn luong_attention() {
    let generator = &mut Generator::seed(0);
    let cases = [
        ("luong dot", LuongAttention::Dot, 4),
        ("luong general", LuongAttention::general(3, 4, generator), 3),
        ("luong concat", LuongAttention::concat(3, 4, 5, generator), 3),
    ];
    for (name, attention, query) in cases {
        Reference::load().check(name, &attention, &[&[2, 3, query], &[2, 6, 4]], |m, x| {
            let (context, weights) = m.forward(&x[0], &x[1], &x[1], Some(&padding(2, 6)));
            vec![context, weights]
        });
    }
}
