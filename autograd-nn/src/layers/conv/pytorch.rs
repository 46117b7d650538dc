//! Values and gradients of the convolutions, as PyTorch gives them for the same weights.

use super::*;
use crate::{Forward, Module};
use autograd_core::ops::{PadMode, Padding};
use autograd_core::{Generator, Shape, Tensor, Var};

/// Whole numbers that go round.
fn round(shape: impl Into<Shape>, modulus: usize, shift: f64) -> Tensor<f64> {
    let shape = shape.into();
    Tensor::from_vec((0..shape.numel()).map(|i| (i % modulus) as f64 - shift).collect(), shape)
}

/// Compares the result, the gradient of the operand and that of the first parameter, under a cotangent that is not all ones. All numbers are
/// whole, and so are exact.
fn compare(layer: impl Forward<f64>, x: impl Into<Shape>, y: &[f64], dx: &[f64], dw: &[f64]) {
    let parameters = layer.parameters();
    for parameter in &parameters {
        parameter.set(round(parameter.shape(), 7, 3.0));
    }
    let x = Var::leaf(round(x, 11, 4.0));
    let result = layer.forward(&x);
    assert_eq!(result.to_vec(), y);
    let cotangent = round(result.shape(), 5, 1.0);
    let gradients = result.backward_with(&cotangent);
    assert_eq!(gradients.get(&x).unwrap().to_vec(), dx);
    assert_eq!(parameters[0].gradient(&gradients).unwrap().to_vec(), dw);
}

fn generator() -> Generator {
    Generator::seed(0)
}

#[test]
fn conv1d_with_every_option() {
    compare(
        Conv1d::grouped(4, 2, 3, 2, &mut generator()).stride(2).padding(2).dilation(2),
        [1, 4, 7],
        &[20.0, 10.0, -7.0, -9.0, -4.0, -21.0, -14.0, -7.0],
        &[
            2.0, 0.0, -2.0, 0.0, -8.0, 0.0, -5.0, -1.0, 0.0, -2.0, 0.0, 1.0, 0.0, 4.0, -12.0, 0.0, -3.0, 0.0, 5.0, 0.0,
            -3.0, 1.0, 0.0, 3.0, 0.0, -2.0, 0.0, 0.0,
        ],
        &[-2.0, 8.0, 4.0, -3.0, -11.0, -7.0, 4.0, 1.0, 0.0, -7.0, 22.0, -8.0],
    );
}

#[test]
fn the_border_of_the_elements_themselves() {
    let layer = |mode| Conv1d::new(1, 1, 4, &mut generator()).padding(Padding::Same).padding_mode(mode);
    let x = [1, 1, 5];
    compare(
        layer(PadMode::Reflect),
        x,
        &[17.0, 17.0, 11.0, 5.0, 1.0],
        &[2.0, 1.0, -8.0, -17.0, -8.0],
        &[-7.0, 0.0, -1.0, -6.0],
    );
    compare(
        layer(PadMode::Replicate),
        x,
        &[20.0, 17.0, 11.0, 5.0, 0.0],
        &[5.0, -2.0, -8.0, -14.0, -11.0],
        &[-6.0, 0.0, 2.0, 2.0],
    );
    compare(
        layer(PadMode::Circular),
        x,
        &[8.0, 17.0, 11.0, 5.0, 4.0],
        &[-1.0, -2.0, -8.0, -14.0, -5.0],
        &[-10.0, 0.0, -10.0, -15.0],
    );
    compare(
        Conv2d::new(1, 2, [2, 3], &mut generator()).stride([1, 2]).padding([1, 2]).padding_mode(PadMode::Reflect),
        [1, 1, 3, 4],
        &[
            -22.0, -14.0, -22.0, 14.0, 22.0, 14.0, 2.0, 10.0, -9.0, -34.0, -26.0, -12.0, -1.0, -7.0, -9.0, 7.0, 1.0,
            -1.0, -1.0, -7.0, -9.0, -9.0, -15.0, 16.0,
        ],
        &[-12.0, -8.0, -4.0, 0.0, 15.0, -17.0, -5.0, -13.0, 2.0, -6.0, -1.0, -4.0],
        &[4.0, 5.0, 2.0, 24.0, 3.0, 22.0, 26.0, 13.0, 34.0, 6.0, 26.0, 14.0],
    );
}

#[test]
fn conv3d() {
    compare(
        Conv3d::new(1, 2, [2, 1, 2], &mut generator()).stride([1, 2, 1]).padding([0, 1, 1]),
        [1, 1, 2, 2, 2],
        &[-3.0, -3.0, -3.0, 1.0, 3.0, -3.0, -2.0, -2.0, -2.0, -12.0, -9.0, 6.0],
        &[0.0, 0.0, -8.0, -5.0, 0.0, 0.0, -15.0, 4.0],
        &[-5.0, -7.0, 3.0, 13.0, 2.0, -5.0, -2.0, 3.0],
    );
}

#[test]
fn transposed_convolutions() {
    let grouped = ConvTranspose1d::grouped(4, 2, 3, 2, &mut generator());
    compare(
        grouped.stride(3).padding(1).output_padding(1).dilation(2),
        [1, 4, 3],
        &[
            -3.0, 4.0, 6.0, -1.0, 3.0, 3.0, 0.0, 2.0, -3.0, 1.0, -2.0, -8.0, 1.0, -1.0, -11.0, 14.0, -2.0, -14.0, -2.0,
            -14.0,
        ],
        &[-2.0, -9.0, -2.0, 4.0, 3.0, 7.0, -4.0, -6.0, -12.0, 2.0, -1.0, 4.0],
        &[-1.0, -11.0, -14.0, -1.0, 1.0, 1.0, -1.0, 13.0, 16.0, 10.0, 14.0, -2.0],
    );
    let grouped = ConvTranspose2d::grouped(2, 2, [2, 3], 2, &mut generator());
    compare(
        grouped.stride([2, 1]).padding([1, 0]).output_padding([1, 0]),
        [1, 2, 2, 2],
        &[
            -3.0, -7.0, -14.0, -9.0, 3.0, 4.0, 1.0, -2.0, -3.0, -5.0, -8.0, -5.0, -2.0, -3.0, -2.0, -1.0, 4.0, 1.0,
            -15.0, -8.0, -4.0, -5.0, 0.0, 1.0,
        ],
        &[2.0, 5.0, -6.0, 1.0, 2.0, -3.0, -5.0, -7.0],
        &[-5.0, 2.0, -1.0, -3.0, -8.0, -8.0, 3.0, 8.0, 13.0, 0.0, 6.0, 7.0],
    );
    compare(
        ConvTranspose3d::new(2, 1, [2, 1, 2], &mut generator()).stride(2).output_padding([0, 1, 0]),
        [1, 2, 1, 2, 1],
        &[7.0, 1.0, -3.0, -3.0, 5.0, 1.0, -3.0, -3.0, -5.0, 3.0, -3.0, -3.0, -3.0, 0.0, -3.0, -3.0],
        &[1.0, -8.0, -4.0, -2.0],
        &[-5.0, 3.0, -11.0, -18.0, -1.0, 1.0, -5.0, -8.0],
    );
}

#[test]
fn first_values_fill_the_bounds_of_pytorch() {
    // Largest absolute values against 1/√fan in, which for the transposed one counts the channels of the result.
    let filled = |layer: &dyn Module<f64>, fan_in: f64| {
        let bound = fan_in.sqrt().recip();
        for (name, parameter) in layer.named_parameters() {
            let largest = parameter.value().to_vec().into_iter().fold(0.0, |a: f64, w| a.max(w.abs()));
            assert!(largest <= bound && largest > 0.9 * bound, "{name}: {largest}, the bound is {bound}");
        }
    };
    filled(&Conv2d::grouped(8, 64, [3, 2], 2, &mut generator()), 4.0 * 6.0);
    filled(&ConvTranspose2d::grouped(8, 64, [3, 2], 2, &mut generator()), 32.0 * 6.0);
}
