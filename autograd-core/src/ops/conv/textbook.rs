//! Convolutions as the sum of their terms, over any number of axes: what the ops are compared with.

use super::{Conv, ConvTranspose, ConvWeight, Padding};
use crate::tensor::{Shape, Tensor};

/// Each product added up at its result.
pub(super) fn conv<const D: usize>(op: &Conv<D>, x: &[Tensor<f64>]) -> Tensor<f64> {
    let shape = op.result(x[0].shape(), x[1].shape()).expect("a case that is accepted");
    let (image, weight) = (x[0].to_vec(), x[1].to_vec());
    let mut y = vec![0.0; shape.numel()];
    terms(op, x[0].shape(), x[1].shape(), &shape, |i, j, k| {
        y[i] += j.map_or(0.0, |j| image[j]) * weight[k];
    });
    Tensor::from_vec(y, shape)
}

/// Each product with `dy` added up at its weight.
pub(super) fn conv_weight<const D: usize>(op: &ConvWeight<D>, x: &[Tensor<f64>]) -> Tensor<f64> {
    let shape = op.result(x[0].shape(), x[1].shape()).expect("a case that is accepted");
    let (image, dy) = (x[0].to_vec(), x[1].to_vec());
    let mut dw = vec![0.0; shape.numel()];
    terms(&op.conv, x[0].shape(), &shape, x[1].shape(), |i, j, k| {
        dw[k] += j.map_or(0.0, |j| image[j]) * dy[i];
    });
    Tensor::from_vec(dw, shape)
}

/// Each product added up where the convolution would read the image.
pub(super) fn conv_transpose<const D: usize>(op: &ConvTranspose<D>, x: &[Tensor<f64>]) -> Tensor<f64> {
    let shape = op.result(x[0].shape(), x[1].shape()).expect("a case that is accepted");
    let (operand, weight) = (x[0].to_vec(), x[1].to_vec());
    let mut y = vec![0.0; shape.numel()];
    terms(&op.plain(), &shape, x[1].shape(), x[0].shape(), |i, j, k| {
        if let Some(j) = j {
            y[j] += operand[i] * weight[k];
        }
    });
    Tensor::from_vec(y, shape)
}

/// Each term of a convolution: the positions, in row-major order, of its result, its pixel (none in the padding) and its weight.
fn terms<const D: usize>(
    op: &Conv<D>,
    x: &Shape,
    weight: &Shape,
    y: &Shape,
    mut f: impl FnMut(usize, Option<usize>, usize),
) {
    let at = |shape: &Shape, index: &[usize]| index.iter().zip(&**shape).fold(0, |at, (&i, &n)| at * n + i);
    let before = |d: usize| match op.padding {
        Padding::Zeros(zeros) => zeros[d].0,
        Padding::Same => op.dilation[d] * (weight[d + 2] - 1) / 2,
    };
    // Batch, filter and place of the result; channel and place of the weight.
    let sizes: Vec<usize> = y.iter().chain(&weight[1..]).copied().collect();
    for mut number in 0..sizes.iter().product() {
        let mut index = sizes.clone();
        for i in index.iter_mut().rev() {
            (number, *i) = (number / *i, number % *i);
        }
        let (result, place) = index.split_at(D + 2);
        let mut pixel = vec![result[0], result[1] / (y[1] / op.groups) * weight[1] + place[0]];
        let inside = (0..D).all(|d| {
            let read = (result[d + 2] * op.stride[d] + place[d + 1] * op.dilation[d]).checked_sub(before(d));
            pixel.extend(read);
            read.is_some_and(|at| at < x[d + 2])
        });
        f(at(y, result), inside.then(|| at(x, &pixel)), at(weight, &[&result[1..2], place].concat()));
    }
}
