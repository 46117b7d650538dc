//! Losses with the class of each example.

use super::{agree, scores};
use crate::layers::loss::*;
use autograd_core::{Tensor, Var};

#[test]
fn cross_entropy() {
    let x = scores();
    agree(
        &x,
        CrossEntropyLoss::default().forward(&x, &[2, 0].into()),
        &[0.8406473152605],
        &[0.0882710294332, 0.0161256627286, -0.1043966921618, -0.3823740581574, 0.3533678580182, 0.0290062001392],
    );
    agree(
        &x,
        CrossEntropyLoss::default().forward(&x, &[1, -100].into()),
        &[3.4341961371358],
        &[0.1765420588664, -0.9677486745428, 0.7912066156764, 0.0, 0.0, 0.0],
    );
    agree(
        &x,
        CrossEntropyLoss::default().weight([0.5, 2.0, 1.5]).forward(&x, &[2, 0].into()),
        &[0.5374217261982],
        &[0.1324065441498, 0.0241884940929, -0.1565950382427, -0.1911870290787, 0.1766839290091, 0.0145031000696],
    );
    agree(
        &x,
        CrossEntropyLoss::default().label_smoothing(0.1).forward(&x, &[2, 0].into()),
        &[0.9239806485939],
        &[0.0716043627665, -0.000541003938, -0.0710633588285, -0.3490407248241, 0.3367011913516, 0.0123395334725],
    );
    agree(
        &x,
        CrossEntropyLoss::default().weight([0.5, 2.0, 1.5]).label_smoothing(0.1).forward(&x, &[2, 0].into()),
        &[0.7132658622797],
        &[0.1226020269926, -0.0094136002859, -0.1131884267067, -0.1647182005918, 0.1727979171773, -0.0080797165855],
    );
    agree(
        &x,
        CrossEntropyLoss::default()
            .weight([0.5, 2.0, 1.5])
            .label_smoothing(0.1)
            .ignore_index(2)
            .forward(&x, &[2, 0].into()),
        &[1.6816149089495],
        &[0.0, 0.0, 0.0, -0.6588728023673, 0.6911916687092, -0.032318866342],
    );
    agree(
        &x,
        CrossEntropyLoss::default().weight([0.5, 2.0, 1.5]).reduction(Reduction::None).forward(&x, &[2, 0].into()),
        &[0.3512942057037, 0.7235492466926],
        &[0.2648130882996, 0.0483769881859, -0.3131900764854, -0.3823740581574, 0.3533678580182, 0.0290062001392],
    );
    agree(
        &x,
        CrossEntropyLoss::default().weight([0.5, 2.0, 1.5]).reduction(Reduction::Sum).forward(&x, &[2, 0].into()),
        &[1.0748434523963],
        &[0.2648130882996, 0.0483769881859, -0.3131900764854, -0.3823740581574, 0.3533678580182, 0.0290062001392],
    );
}

#[test]
fn cross_entropy_soft() {
    let (x, t) = (scores(), Var::constant([[0.1, 0.6, 0.3], [0.7, 0.1, 0.2]]));
    agree(
        &x,
        CrossEntropyLoss::default().forward_soft(&x, &t),
        &[1.9606473152605],
        &[0.0382710294332, -0.2838743372714, 0.2456033078382, -0.2323740581574, 0.3033678580182, -0.0709937998608],
    );
    agree(
        &x,
        CrossEntropyLoss::default().weight([0.5, 2.0, 1.5]).label_smoothing(0.2).forward_soft(&x, &t),
        &[2.7564394784061],
        &[0.1069208745446, -0.5204355886281, 0.4135147140835, -0.045314108389, 0.1878549055906, -0.1425407972016],
    );
}

#[test]
fn nll() {
    let x = scores();
    agree(&x, NllLoss::default().forward(&x, &[2, 0].into()), &[-0.85], &[0.0, 0.0, -0.5, -0.5, 0.0, 0.0]);
    agree(&x, NllLoss::default().forward(&x, &[1, -100].into()), &[1.2], &[0.0, -1.0, 0.0, 0.0, 0.0, 0.0]);
    agree(
        &x,
        NllLoss::default().weight([0.5, 2.0, 1.5]).forward(&x, &[2, 0].into()),
        &[-1.425],
        &[0.0, 0.0, -0.75, -0.25, 0.0, 0.0],
    );
    agree(
        &x,
        NllLoss::default()
            .weight([0.5, 2.0, 1.5])
            .ignore_index(2)
            .reduction(Reduction::None)
            .forward(&x, &[2, 0].into()),
        &[0.0, 0.15],
        &[0.0, 0.0, 0.0, -0.5, 0.0, 0.0],
    );
}

#[test]
fn multi_margin() {
    let x = scores();
    agree(
        &x,
        MultiMarginLoss::default().forward(&x, &[2, 0].into()),
        &[0.35],
        &[0.0, 0.0, 0.0, -0.1666666666667, 0.1666666666667, 0.0],
    );
    agree(
        &x,
        MultiMarginLoss::default().p(2).margin(0.7).forward(&x, &[2, 0].into()),
        &[0.54],
        &[0.0, 0.0, 0.0, -0.6, 0.6, 0.0],
    );
    agree(
        &x,
        MultiMarginLoss::default().weight([0.5, 2.0, 1.5]).forward(&x, &[2, 0].into()),
        &[0.175],
        &[0.0, 0.0, 0.0, -0.0833333333333, 0.0833333333333, 0.0],
    );
    agree(
        &x,
        MultiMarginLoss::default().weight([0.5, 2.0, 1.5]).p(2).reduction(Reduction::None).forward(&x, &[2, 0].into()),
        &[0.0, 0.735],
        &[0.0, 0.0, 0.0, -0.7, 0.7, 0.0],
    );
}

#[test]
fn multi_label_margin() {
    let (x, t) = (scores(), [[2, 0, -1], [1, -1, 0]].into());
    agree(&x, MultiLabelMarginLoss::default().forward(&x, &t), &[0.0], &[0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    agree(
        &x,
        MultiLabelMarginLoss::default().reduction(Reduction::None).forward(&x, &t),
        &[0.0, 0.0],
        &[0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    );
}

#[test]
fn ctc() {
    // PyTorch's gradient presumes that the operand is a log_softmax.
    let x = Var::leaf(Tensor::from_fn([4, 2, 3], |i| 0.1 * ((i * 7) % 11) as f64 - 0.6));
    agree(
        &x,
        CtcLoss::default().forward(&x.log_softmax(-1), &[[1, 2], [2, 0]].into(), &[4, 3], &[2, 1]),
        &[1.0091054521684],
        &[
            0.0114059425589,
            -0.0887420437976,
            0.0773361012387,
            -0.1253877544126,
            0.1581205291123,
            -0.0327327746997,
            0.0168198120998,
            -0.0316822742814,
            0.0148624621816,
            -0.0343027438629,
            0.1581205291123,
            -0.1238177852494,
            0.0186305189069,
            0.0278813772399,
            -0.0465118961468,
            0.0002786722844,
            0.1109735678789,
            -0.1112522401633,
            0.0062923749835,
            0.0554867839395,
            -0.061779158923,
            0.0,
            0.0,
            0.0,
        ],
    );
    agree(
        &x,
        CtcLoss::default().blank(2).reduction(Reduction::None).forward(
            &x.log_softmax(-1),
            &[0, 1, 1].into(),
            &[4, 3],
            &[2, 1],
        ),
        &[2.0900908606742, 1.8860358003093],
        &[
            -0.352905356541,
            0.4614876233887,
            -0.1085822668477,
            0.4717762210678,
            -0.3223562357105,
            -0.1494199853573,
            -0.1879271845546,
            0.1121888651997,
            0.0757383193549,
            0.4717762210678,
            -0.4204549243753,
            -0.0513212966925,
            0.1411806548465,
            -0.2283295587319,
            0.0871489038854,
            0.3311062186944,
            -0.0882551169652,
            -0.2428511017291,
            0.3311062186944,
            -0.3601261924396,
            0.0290199737453,
            0.0,
            0.0,
            0.0,
        ],
    );
    agree(
        &x,
        CtcLoss::default().zero_infinity(true).reduction(Reduction::Sum).forward(
            &x.log_softmax(-1),
            &[[1, 1], [2, 0]].into(),
            &[2, 3],
            &[2, 1],
        ),
        &[1.4050022340238],
        &[
            0.0,
            0.0,
            0.0,
            -0.2507755088253,
            0.3162410582247,
            -0.0654655493994,
            0.0,
            0.0,
            0.0,
            -0.0686054877258,
            0.3162410582247,
            -0.2476355704989,
            0.0,
            0.0,
            0.0,
            0.0005573445688,
            0.2219471357579,
            -0.2225044803267,
            0.0,
            0.0,
            0.0,
            0.0,
            0.0,
            0.0,
        ],
    );
}
