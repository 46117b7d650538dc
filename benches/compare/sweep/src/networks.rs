//! Normalisations, losses, attention, recurrent layers; and what has no gradient.

use crate::{Sweep, positions};
use autograd::ops::{Attention, RecurrentWeights, Reduction, Sequence};
use autograd::{Generator, Tensor, Var};
use std::hint::black_box;

pub fn run(sweep: &Sweep) {
    let m: &[usize] = &[1024, 1024];
    sweep.both("bn2d", &[&[32, 64, 28, 28], &[64], &[64]], |v| {
        let [y, _, _] = v[0].batch_norm(Some(&v[1]), Some(&v[2]), 1e-5);
        y
    });
    sweep.both("bn1d", &[&[128, 512], &[512], &[512]], |v| {
        let [y, _, _] = v[0].batch_norm(Some(&v[1]), Some(&v[2]), 1e-5);
        y
    });
    sweep.both("bn2d_7", &[&[32, 256, 7, 7], &[256], &[256]], |v| {
        let [y, _, _] = v[0].batch_norm(Some(&v[1]), Some(&v[2]), 1e-5);
        y
    });
    sweep.both("bn2d_4", &[&[64, 128, 4, 4], &[128], &[128]], |v| {
        let [y, _, _] = v[0].batch_norm(Some(&v[1]), Some(&v[2]), 1e-5);
        y
    });
    sweep.both("bn1d_10", &[&[1024, 10], &[10], &[10]], |v| {
        let [y, _, _] = v[0].batch_norm(Some(&v[1]), Some(&v[2]), 1e-5);
        y
    });
    sweep.both("gn8_7", &[&[32, 256, 7, 7], &[256], &[256]], |v| v[0].group_norm(8, Some(&v[1]), Some(&v[2]), 1e-5));
    sweep.both("in_7", &[&[32, 256, 7, 7], &[256], &[256]], |v| v[0].instance_norm(Some(&v[1]), Some(&v[2]), 1e-5));
    sweep.both("gn8", &[&[16, 64, 32, 32], &[64], &[64]], |v| v[0].group_norm(8, Some(&v[1]), Some(&v[2]), 1e-5));
    sweep.both("in", &[&[16, 64, 32, 32], &[64], &[64]], |v| v[0].instance_norm(Some(&v[1]), Some(&v[2]), 1e-5));
    sweep.both("ln64", &[&[4096, 64], &[64], &[64]], |v| v[0].layer_norm(1, Some(&v[1]), Some(&v[2]), 1e-5));
    sweep.both("ln16", &[&[16384, 16], &[16], &[16]], |v| v[0].layer_norm(1, Some(&v[1]), Some(&v[2]), 1e-5));
    sweep.both("ln1024", &[&[512, 1024], &[1024], &[1024]], |v| v[0].layer_norm(1, Some(&v[1]), Some(&v[2]), 1e-5));
    sweep.both("rms512", &[&[1024, 512], &[512]], |v| v[0].rms_norm(1, Some(&v[1]), 1e-5));
    sweep.both("l2n", &[&[4096, 64]], |v| v[0].l2_normalize(-1, 1e-12));
    let t = positions(4096, 10);
    let td = positions(8 * 64 * 64, 21).reshape([8, 64, 64]);
    let th = positions(512, 10000);
    sweep.both("ce10", &[&[4096, 10]], |v| v[0].cross_entropy(&t));
    sweep.both("ce_dense21", &[&[8, 21, 64, 64]], |v| v[0].cross_entropy(&td));
    sweep.both("ce10000", &[&[512, 10000]], |v| v[0].cross_entropy(&th));
    sweep.both("mse", &[m, m], |v| v[0].mse_loss(&v[1], Reduction::Mean));
    sweep.both("l1", &[m, m], |v| v[0].l1_loss(&v[1], Reduction::Mean));
    sweep.both("huber", &[m, m], |v| v[0].huber_loss(&v[1], 0.3, Reduction::Mean));
    sweep.both("smooth_l1", &[m, m], |v| v[0].smooth_l1_loss(&v[1], 0.3, Reduction::Mean));
    sweep.both("bce_logits", &[m, m], |v| v[0].binary_cross_entropy_with_logits(&v[1], Default::default()));
    sweep.both("bce", &[m, m], |v| v[0].binary_cross_entropy(&v[1], Reduction::Mean));
    sweep.both("kl", &[m, m], |v| v[0].kl_div(&v[1], false, Reduction::Sum));
    sweep.both("cosine", &[&[4096, 64], &[4096, 64]], |v| v[0].cosine_similarity(&v[1], -1, 1e-8));
    sweep.both("triplet", &[&[4096, 64], &[4096, 64], &[4096, 64]], |v| {
        v[0].triplet_margin_loss(&v[1], &v[2], Default::default())
    });
    for (n, sh) in
        [("b8h4t128d32", [8usize, 4, 128, 32]), ("b1h8t1024d64", [1, 8, 1024, 64]), ("b32h2t32d16", [32, 2, 32, 16])]
    {
        sweep.both(&format!("sdpa_{n}"), &[&sh, &sh, &sh], |v| {
            v[0].scaled_dot_product_attention(&v[1], &v[2], &Attention::default())
        });
        sweep.both(&format!("sdpa_causal_{n}"), &[&sh, &sh, &sh], |v| {
            v[0].scaled_dot_product_attention(&v[1], &v[2], &Attention::default().causal(true))
        });
    }
    for (n, t, b, i, h) in
        [("small", 32usize, 16usize, 32usize, 64usize), ("b1", 100, 1, 64, 128), ("wide", 20, 64, 256, 512)]
    {
        let sq = Sequence::default();
        sweep.both(&format!("rnn_{n}"), &[&[t, b, i], &[h, i], &[h, h], &[h], &[h], &[b, h]], |v| {
            v[0].rnn_tanh(RecurrentWeights::new(&v[1], &v[2]).bias(&v[3], &v[4]), &v[5], &sq).0
        });
        sweep.both(
            &format!("lstm_{n}"),
            &[&[t, b, i], &[4 * h, i], &[4 * h, h], &[4 * h], &[4 * h], &[b, h], &[b, h]],
            |v| v[0].lstm(RecurrentWeights::new(&v[1], &v[2]).bias(&v[3], &v[4]), (&v[5], &v[6]), &sq).0,
        );
        sweep.both(&format!("gru_{n}"), &[&[t, b, i], &[3 * h, i], &[3 * h, h], &[3 * h], &[3 * h], &[b, h]], |v| {
            v[0].gru(RecurrentWeights::new(&v[1], &v[2]).bias(&v[3], &v[4]), &v[5], &sq).0
        });
    }
    let mut g = Generator::seed(0);
    let x = Tensor::<f32>::uniform(m, 0.1, 0.9, &mut g);
    let sr = Tensor::<f32>::uniform([65536, 16], 0.1, 0.9, &mut g);
    sweep.time("n_argmax_1", || {
        black_box(x.argmax(-1));
    });
    sweep.time("n_argmax_0", || {
        black_box(x.argmax(0));
    });
    sweep.time("n_argmax_16", || {
        black_box(sr.argmax(-1));
    });
    sweep.time("n_argsort", || {
        black_box(Var::constant(&x).sort(-1, false));
    });
    sweep.time("n_randn_1M", || {
        black_box(Tensor::<f32>::normal([1024, 1024], 0.0, 1.0, &mut g));
    });
    let mut g = Generator::seed(0);
    sweep.time("n_rand_1M", || {
        black_box(Tensor::<f32>::uniform([1024, 1024], 0.0, 1.0, &mut g));
    });
    sweep.time("n_transpose_copy", || {
        black_box(x.permute([1, 0]).contiguous().as_slice());
    });
    sweep.time("n_gt", || {
        black_box(x.gt(&x));
    });
}
