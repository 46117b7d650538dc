//! Results of the resampling layers, as PyTorch gives them.

use super::*;
use crate::Forward;
use autograd_core::ops::{Interpolation, PadMode};
use autograd_core::{Shape, Tensor, Var};

/// Numbers in some order.
fn x(shape: impl Into<Shape>) -> Var<f64> {
    let shape = shape.into();
    Var::constant(Tensor::from_vec((0..shape.numel()).map(|i| (i * 7 % 13) as f64 - 4.0).collect(), shape))
}

fn assert_close(layer: Upsample, expected: &[f64]) {
    let y = layer.forward(&x([1, 1, 2, 3])).to_vec();
    assert_eq!(y.len(), expected.len());
    // Weights and sums of numbers up to 5, each rounded.
    assert!(y.iter().zip(expected).all(|(y, expected)| (y - expected).abs() < 1e-14), "{y:?}");
}

#[test]
fn upsampling_by_sizes_and_factors() {
    assert_close(Upsample::new([3, 4]), &[-4.0, -4.0, 3.0, -3.0, -4.0, -4.0, 3.0, -3.0, 4.0, 4.0, -2.0, 5.0]);
    assert_close(
        Upsample::new([2.0, 1.5]).mode(Interpolation::Bilinear { align_corners: false }),
        &[
            -4.0,
            -0.5,
            2.0,
            -2.0,
            -2.0,
            -0.125,
            1.291666666666667,
            -0.5416666666666665,
            2.0,
            0.625,
            -0.125,
            2.375,
            4.0,
            1.0,
            -0.8333333333333343,
            3.833333333333333,
        ],
    );
    assert_close(
        Upsample::new([3, 4]).mode(Interpolation::Bilinear { align_corners: true }),
        &[-4.0, 2.0 / 3.0, 1.0, -3.0, 0.0, 1.0 / 3.0, 2.0 / 3.0, 1.0, 4.0, 0.0, 1.0 / 3.0, 5.0],
    );
    assert_close(
        Upsample::new([3, 2]).mode(Interpolation::Bicubic { align_corners: false }),
        &[
            -2.602227105034722,
            -1.7936333550347217,
            0.09570312499999978,
            0.904296875,
            2.7936333550347237,
            3.6022271050347237,
        ],
    );
    assert_close(
        Upsample::new([3, 4]).mode(Interpolation::Bicubic { align_corners: true }),
        &[
            -4.0,
            1.4629629629629637,
            1.8888888888888888,
            -3.0,
            0.0,
            0.287037037037037,
            0.7129629629629631,
            1.0,
            4.0,
            -0.8888888888888897,
            -0.46296296296296224,
            5.0,
        ],
    );
}

#[test]
fn upsampling_of_sequences() {
    let x = Var::constant([[[-4.0, 3.0, -3.0]]]);
    let linear = |align_corners| Interpolation::Bilinear { align_corners };
    assert_eq!(Upsample::new(2).forward(&x).to_vec(), [-4.0, -4.0, 3.0, 3.0, -3.0, -3.0]);
    let by_two = Upsample::new(2).mode(linear(false));
    assert_eq!(by_two.forward(&x).to_vec(), [-4.0, -2.25, 1.25, 1.5, -1.5, -3.0]);
    let to_five = Upsample::new([1, 5]).mode(linear(true));
    assert_eq!(to_five.forward(&x).to_vec(), [-4.0, -0.5, 3.0, 0.0, -3.0]);
}

#[test]
fn shuffles() {
    let mixed = [-4.0, -3.0, 3.0, 4.0, -2.0, -1.0, 5.0, 6.0];
    assert_eq!(PixelShuffle::new(2).forward(&x([1, 4, 1, 2])).to_vec(), mixed);
    assert_eq!(PixelUnshuffle::new(2).forward(&x([1, 1, 2, 4])).to_vec(), mixed);
    assert_eq!(ChannelShuffle::new(3).forward(&x([1, 6, 1, 1])).to_vec(), [-4.0, -3.0, -2.0, 3.0, 4.0, 5.0]);
}

#[test]
fn borders() {
    let padded =
        |border: [(usize, usize); 2], with: PadWith| Pad::new(border).with(with).forward(&x([1, 1, 3, 3])).to_vec();
    assert_eq!(
        padded([(0, 2), (1, 0)], 0.0.into()),
        [0.0, -4.0, 3.0, -3.0, 0.0, 4.0, -2.0, 5.0, 0.0, -1.0, 6.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    );
    assert_eq!(
        padded([(0, 1), (2, 0)], PadMode::Reflect.into()),
        [-3.0, 3.0, -4.0, 3.0, -3.0, 5.0, -2.0, 4.0, -2.0, 5.0, 0.0, 6.0, -1.0, 6.0, 0.0, 5.0, -2.0, 4.0, -2.0, 5.0]
    );
    assert_eq!(
        padded([(0, 1), (2, 0)], PadMode::Replicate.into()),
        [-4.0, -4.0, -4.0, 3.0, -3.0, 4.0, 4.0, 4.0, -2.0, 5.0, -1.0, -1.0, -1.0, 6.0, 0.0, -1.0, -1.0, -1.0, 6.0, 0.0]
    );
    assert_eq!(
        padded([(0, 1), (2, 0)], PadMode::Circular.into()),
        [3.0, -3.0, -4.0, 3.0, -3.0, -2.0, 5.0, 4.0, -2.0, 5.0, 6.0, 0.0, -1.0, 6.0, 0.0, 3.0, -3.0, -4.0, 3.0, -3.0]
    );
}
