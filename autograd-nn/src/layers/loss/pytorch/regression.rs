//! Errors, likelihoods and divergences of real numbers.

use super::{agree, probabilities, scores, target};
use crate::layers::loss::*;
use autograd_core::Var;

#[test]
fn mse() {
    let (x, t) = (scores(), target());
    agree(
        &x,
        MseLoss::default().forward(&x, &t),
        &[2.0816666666667],
        &[0.1333333333333, -0.7, 0.5333333333333, -0.3333333333333, 0.2, -0.6666666666667],
    );
    agree(
        &x,
        MseLoss::default().reduction(Reduction::None).forward(&x, &t),
        &[0.16, 4.41, 2.56, 1.0, 0.36, 4.0],
        &[0.8, -4.2, 3.2, -2.0, 1.2, -4.0],
    );
}

#[test]
fn l1() {
    let (x, t) = (scores(), target());
    agree(
        &x,
        L1Loss::default().forward(&x, &t),
        &[1.2833333333333],
        &[0.1666666666667, -0.1666666666667, 0.1666666666667, -0.1666666666667, 0.1666666666667, -0.1666666666667],
    );
    agree(
        &x,
        L1Loss::default().reduction(Reduction::None).forward(&x, &t),
        &[0.4, 2.1, 1.6, 1.0, 0.6, 2.0],
        &[1.0, -1.0, 1.0, -1.0, 1.0, -1.0],
    );
}

#[test]
fn smooth_l1() {
    let (x, t) = (scores(), target());
    agree(
        &x,
        SmoothL1Loss::default().forward(&x, &t),
        &[0.8266666666667],
        &[0.0666666666667, -0.1666666666667, 0.1666666666667, -0.1666666666667, 0.1, -0.1666666666667],
    );
    agree(
        &x,
        SmoothL1Loss::default().beta(0.7).forward(&x, &t),
        &[0.9452380952381],
        &[0.0952380952381, -0.1666666666667, 0.1666666666667, -0.1666666666667, 0.1428571428571, -0.1666666666667],
    );
    agree(
        &x,
        SmoothL1Loss::default().reduction(Reduction::None).forward(&x, &t),
        &[0.08, 1.6, 1.1, 0.5, 0.18, 1.5],
        &[0.4, -1.0, 1.0, -1.0, 0.6, -1.0],
    );
}

#[test]
fn huber() {
    let (x, t) = (scores(), target());
    agree(
        &x,
        HuberLoss::default().forward(&x, &t),
        &[0.8266666666667],
        &[0.0666666666667, -0.1666666666667, 0.1666666666667, -0.1666666666667, 0.1, -0.1666666666667],
    );
    agree(
        &x,
        HuberLoss::default().delta(0.7).forward(&x, &t),
        &[0.6616666666667],
        &[0.0666666666667, -0.1166666666667, 0.1166666666667, -0.1166666666667, 0.1, -0.1166666666667],
    );
    agree(
        &x,
        HuberLoss::default().reduction(Reduction::None).forward(&x, &t),
        &[0.08, 1.6, 1.1, 0.5, 0.18, 1.5],
        &[0.4, -1.0, 1.0, -1.0, 0.6, -1.0],
    );
}

#[test]
fn kl_div() {
    let (x, t) = (scores(), target());
    agree(
        &x,
        KlDivLoss::default().forward(&x, &t),
        &[-0.1390585251138],
        &[-0.0166666666667, -0.15, -0.0666666666667, -0.1166666666667, -0.0333333333333, -0.05],
    );
    agree(
        &x,
        KlDivLoss::default().reduction(Reduction::BatchMean).forward(&x, &t),
        &[-0.4171755753414],
        &[-0.05, -0.45, -0.2, -0.35, -0.1, -0.15],
    );
    agree(
        &x,
        KlDivLoss::default().log_target(true).reduction(Reduction::Sum).forward(&x, &t.log()),
        &[-0.8343511506828],
        &[-0.1, -0.9, -0.4, -0.7, -0.2, -0.3],
    );
}

#[test]
fn gaussian_nll() {
    let (x, t, v) = (scores(), target(), Var::constant([[0.7, 1.3, 0.2], [2.0, 0.5, 0.9]]));
    agree(
        &x,
        GaussianNllLoss::default().forward(&x, &t, &v),
        &[1.6896845381467],
        &[0.0952380952381, -0.2692307692308, 1.3333333333333, -0.0833333333333, 0.2, -0.3703703703704],
    );
    agree(
        &x,
        GaussianNllLoss::default().full(true).eps(0.6).forward(&x, &t, &v),
        &[1.9942564473621],
        &[0.0952380952381, -0.2692307692308, 0.4444444444444, -0.0833333333333, 0.1666666666667, -0.3703703703704],
    );
    agree(
        &x,
        GaussianNllLoss::default().reduction(Reduction::None).forward(&x, &t, &v),
        &[-0.0640517576837, 1.8273359783876, 5.595281043783, 0.59657359028, 0.01342640972, 2.1695419643933],
        &[0.5714285714286, -1.6153846153846, 8.0, -0.5, 1.2, -2.2222222222222],
    );
}

#[test]
fn poisson_nll() {
    let (x, p, t) = (scores(), probabilities(), Var::constant([[0.0, 1.0, 3.0], [2.0, 5.0, 0.0]]));
    agree(
        &x,
        PoissonNllLoss::default().forward(&x, &t),
        &[0.7146690424617],
        &[0.27478687845, -0.116467631348, 0.7315093498218, -0.2098636298864, -0.4624098452513, 0.0304472540088],
    );
    agree(
        &x,
        PoissonNllLoss::default().full(true).reduction(Reduction::Sum).forward(&x, &t),
        &[11.4747493345097],
        &[1.6487212707001, -0.6988057880878, 4.3890560989307, -1.2591817793183, -2.7744590715075, 0.1826835240527],
    );
    agree(
        &p,
        PoissonNllLoss::default().log_input(false).eps(0.01).forward(&p, &t),
        &[1.38153792833],
        &[0.1666666666667, -0.6269841269841, -0.3827838827839, -0.6463414634146, -1.0070422535211, 0.1666666666667],
    );
}
