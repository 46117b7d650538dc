//! A yes or no for each element, and distances between embeddings.

use super::{agree, other, probabilities, scores, target};
use crate::layers::loss::*;
use autograd_core::Var;

#[test]
fn bce() {
    let (p, t) = (probabilities(), target());
    agree(
        &p,
        BceLoss::default().forward(&p, &t),
        &[1.0470519395416],
        &[0.3472222222222, -0.7291666666667, 0.9259259259259, -0.2083333333333, 0.3968253968254, -0.1960784313725],
    );
    agree(
        &p,
        BceLoss::default().weight([0.5, 2.0, 1.5]).forward(&p, &t),
        &[1.5009554816091],
        &[0.1736111111111, -1.4583333333333, 1.3888888888889, -0.1041666666667, 0.7936507936508, -0.2941176470588],
    );
    agree(
        &p,
        BceLoss::default().weight([0.5, 2.0, 1.5]).reduction(Reduction::Sum).forward(&p, &t),
        &[9.0057328896544],
        &[1.0416666666667, -8.75, 8.3333333333333, -0.625, 4.7619047619048, -1.7647058823529],
    );
    agree(
        &p,
        BceLoss::default().reduction(Reduction::None).forward(&p, &t),
        &[0.8757442210633, 1.4708084763221, 1.4236952620596, 0.7946511994417, 1.0345132322485, 0.6828992461142],
        &[2.0833333333333, -4.375, 5.5555555555556, -1.25, 2.3809523809524, -1.1764705882353],
    );
}

#[test]
fn bce_with_logits() {
    let (x, t) = (scores(), target());
    agree(
        &x,
        BceWithLogitsLoss::default().forward(&x, &t),
        &[1.0079215670606],
        &[0.0870765552003, -0.1114207972498, 0.0801328463296, -0.0457404194686, 0.0816624135213, -0.0242557891527],
    );
    agree(
        &x,
        BceWithLogitsLoss::default().weight([0.5, 2.0, 1.5]).forward(&x, &t),
        &[1.42667557359],
        &[0.0435382776002, -0.2228415944997, 0.1201992694945, -0.0228702097343, 0.1633248270425, -0.0363836837291],
    );
    agree(
        &x,
        BceWithLogitsLoss::default().pos_weight([0.5, 2.0, 1.5]).forward(&x, &t),
        &[1.2369215130002],
        &[0.0902227274403, -0.2266995147747, 0.0761594155956, -0.0122312726546, 0.0713282295589, -0.0453941575257],
    );
    agree(
        &x,
        BceWithLogitsLoss::default().weight([[0.5], [3.0]]).pos_weight(2.0).forward(&x, &t),
        &[2.260374991968],
        &[0.0403921053602, -0.1133497573873, 0.0360929924308, -0.3382761392899, 0.2139846886766, -0.1995975776957],
    );
    agree(
        &x,
        BceWithLogitsLoss::default().reduction(Reduction::None).forward(&x, &t),
        &[0.9240769841801, 1.343282467338, 1.326928011043, 0.7643552444685, 1.0111006659478, 0.6777860293863],
        &[0.5224593312019, -0.668524783499, 0.4807970779779, -0.2744425168117, 0.4899744811276, -0.1455347349165],
    );
}

#[test]
fn multi_label_soft_margin() {
    let (x, t) = (scores(), target());
    agree(
        &x,
        MultiLabelSoftMarginLoss::default().forward(&x, &t),
        &[1.0079215670606],
        &[0.0870765552003, -0.1114207972498, 0.0801328463296, -0.0457404194686, 0.0816624135213, -0.0242557891527],
    );
    agree(
        &x,
        MultiLabelSoftMarginLoss::default().weight([0.5, 2.0, 1.5]).forward(&x, &t),
        &[1.42667557359],
        &[0.0435382776002, -0.2228415944997, 0.1201992694945, -0.0228702097343, 0.1633248270425, -0.0363836837291],
    );
    agree(
        &x,
        MultiLabelSoftMarginLoss::default().reduction(Reduction::None).forward(&x, &t),
        &[1.1980958208537, 0.8177473132675],
        &[0.1741531104006, -0.2228415944997, 0.1602656926593, -0.0914808389372, 0.1633248270425, -0.0485115783055],
    );
}

#[test]
fn focal() {
    let (x, hard) = (scores(), Var::constant([[1.0, 0.0, 1.0], [0.0, 0.0, 1.0]]));
    agree(
        &x,
        FocalLoss::default().forward(&x, &hard),
        &[0.1425321354577],
        &[-0.0057473748896, 0.0042606992185, -0.0002029558415, 0.0240510549144, 0.0842704093492, -0.0423759520394],
    );
    agree(
        &x,
        FocalLoss::default().without_alpha().gamma(0.5).reduction(Reduction::None).forward(&x, &target()),
        &[0.714573540516, 1.1357052706665, 1.0072069034051, 0.556341942254, 0.7922699190677, 0.4076792008512],
        &[0.5163413666983, -0.6782731977622, 0.383304158993, -0.2510983992612, 0.4667372194762, -0.0581025347271],
    );
    agree(
        &x,
        FocalLoss::default().alpha(0.6).reduction(Reduction::Sum).forward(&x, &target()),
        &[1.0726701476477],
        &[0.1657244638029, -0.3566411610905, 0.0920223386784, -0.0843579258183, 0.1513879217686, 0.0030231742521],
    );
}

#[test]
fn signs() {
    let (x, signs) = (scores(), [[1, -1, 1], [-1, 1, 1]].into());
    agree(
        &x,
        SoftMarginLoss::default().forward(&x, &signs),
        &[0.6095882337273],
        &[-0.0629234447997, 0.0385792027502, -0.0198671536704, 0.0709262471981, -0.0516709198121, -0.1409224558194],
    );
    agree(
        &x,
        HingeEmbeddingLoss::default().forward(&x, &signs),
        &[0.85],
        &[0.1666666666667, -0.1666666666667, 0.1666666666667, -0.1666666666667, 0.1666666666667, 0.1666666666667],
    );
    agree(
        &x,
        HingeEmbeddingLoss::default().margin(-0.5).reduction(Reduction::None).forward(&x, &signs),
        &[0.5, 0.7, 2.0, 0.0, 0.8, -1.7],
        &[1.0, -1.0, 1.0, 0.0, 1.0, 1.0],
    );
    agree(&x, MarginRankingLoss::default().forward(&x, &other(), &signs), &[0.0], &[0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    agree(
        &x,
        MarginRankingLoss::default().margin(0.3).reduction(Reduction::Sum).forward(&x, &other(), &signs),
        &[0.2],
        &[-1.0, 1.0, 0.0, 0.0, 0.0, 0.0],
    );
}

#[test]
fn cosine_embedding() {
    let x = scores();
    agree(
        &x,
        CosineEmbeddingLoss::default().forward(&x, &other(), &[1, -1].into()),
        &[0.2765046008344],
        &[-0.0133732864663, 0.0235779024452, 0.0174900630836, 0.1668415821939, -0.1175577543913, -0.0847639283361],
    );
    agree(
        &x,
        CosineEmbeddingLoss::default().margin(0.1).reduction(Reduction::None).forward(&x, &other(), &[-1, -1].into()),
        &[0.8880862685662, 0.4410954702351],
        &[0.0267465729325, -0.0471558048904, -0.0349801261673, 0.3336831643877, -0.2351155087827, -0.1695278566721],
    );
}

#[test]
fn triplet_margin() {
    let (x, y, z) = (scores(), other(), Var::constant([[0.9, -1.6, 1.8], [-1.0, 0.1, -0.4]]));
    agree(
        &x,
        TripletMarginLoss::default().forward(&x, &y, &z),
        &[1.5272248128334],
        &[0.3857470404735, -0.49057606189, 0.3050609303924, -0.5997142413893, 0.08565044504, 0.5048816654225],
    );
    agree(
        &x,
        TripletMarginLoss::default().margin(3.0).p(1.0).eps(0.1).forward(&x, &y, &z),
        &[3.65],
        &[1.0, -1.0, 0.0, -1.0, 0.0, 1.0],
    );
    agree(
        &x,
        TripletMarginLoss::default().swap(true).reduction(Reduction::None).forward(&x, &z, &y),
        &[0.6460603981181, 0.2994899762151],
        &[-0.7714940809469, 0.98115212378, -0.6101218607847, 1.1994284827786, -0.17130089008, -1.0097633308451],
    );
    agree(
        &x,
        TripletMarginLoss::default()
            .margin(0.5)
            .swap(true)
            .forward_with(&x, &y, &z, |a, b| (a - b).abs().amax(-1, false)),
        &[1.0],
        &[0.0, -0.5, 0.5, -0.5, 0.0, 0.5],
    );
}
