//! Results of the poolings, as PyTorch gives them.

use super::*;
use crate::Forward;
use autograd_core::{Shape, Tensor, Var};

/// Numbers in some order.
fn x(shape: impl Into<Shape>) -> Var<f64> {
    let shape = shape.into();
    Var::constant(Tensor::from_vec((0..shape.numel()).map(|i| (i * 7 % 13) as f64 - 4.0).collect(), shape))
}

fn assert_close(y: &Var<f64>, expected: &[f64]) {
    let y = y.to_vec();
    assert_eq!(y.len(), expected.len());
    // One rounding of each power, sum and root.
    assert!(y.iter().zip(expected).all(|(y, expected)| (y - expected).abs() < 1e-14 * expected.abs()), "{y:?}");
}

#[test]
fn the_largest_elements_and_where_they_are() {
    let sequences = x([1, 2, 7]);
    let layer = MaxPool1d::new(3).stride(2).padding(1).ceil_mode(true);
    let (y, indices) = layer.forward_with_indices(&sequences);
    assert_eq!(y.to_vec(), [3.0, 4.0, 5.0, 5.0, 6.0, 7.0, 8.0, 2.0]);
    assert_eq!(indices.to_vec(), [1, 3, 5, 5, 0, 2, 4, 5]);
    assert_eq!(layer.forward(&sequences).to_vec(), y.to_vec());

    let images = x([1, 1, 4, 5]);
    let (y, indices) = MaxPool2d::new([2, 3]).stride([2, 1]).dilation([1, 2]).forward_with_indices(&images);
    assert_eq!((y.to_vec(), indices.to_vec()), (vec![7.0, 3.0], vec![9, 14]));
    let (y, indices) = MaxPool2d::new(2).ceil_mode(true).forward_with_indices(&images);
    assert_eq!(y.to_vec(), [5.0, 6.0, 7.0, 8.0, 5.0, 3.0]);
    assert_eq!(indices.to_vec(), [5, 7, 9, 11, 18, 14]);

    let (y, indices) = AdaptiveMaxPool2d::new([3, 2]).forward_with_indices(&images);
    assert_eq!(y.to_vec(), [6.0, 7.0, 8.0, 7.0, 8.0, 5.0]);
    assert_eq!(indices.to_vec(), [7, 9, 11, 9, 11, 18]);
    let (y, indices) = AdaptiveMaxPool1d::new(3).forward_with_indices(&sequences);
    assert_eq!(y.to_vec(), [3.0, 4.0, 5.0, 7.0, 8.0, 8.0]);
    assert_eq!(indices.to_vec(), [1, 3, 5, 2, 4, 4]);
}

#[test]
fn means() {
    let inside = AvgPool1d::new(3).stride(2).padding(1).ceil_mode(true).count_include_pad(false);
    assert_close(&inside.forward(&x([1, 1, 8])), &[-0.5, 4.0 / 3.0, 7.0 / 3.0, 10.0 / 3.0, 6.0]);
    let fours = AvgPool2d::new([2, 3]).stride(2).padding(1).divisor_override(4);
    assert_close(&fours.forward(&x([1, 1, 4, 5])), &[-0.25, 1.0, 0.5, 3.25, 2.75, 1.5, 0.25, 1.75, 1.0]);
    let pieces = AdaptiveAvgPool2d::new([3, 2]);
    assert_close(&pieces.forward(&x([1, 1, 4, 5])), &[1.0, 2.0, 3.5, 7.0 / 3.0, 5.0 / 3.0, 0.5]);
    let pieces = AdaptiveAvgPool1d::new(3);
    assert_close(&pieces.forward(&x([1, 2, 7])), &[-4.0 / 3.0, -1.0 / 3.0, 2.0 / 3.0, 13.0 / 3.0, 16.0 / 3.0, 2.0]);
}

#[test]
fn volumes() {
    let x = x([1, 1, 3, 4, 5]);
    let largest = MaxPool3d::new([2, 3, 2]).stride([1, 2, 2]).padding([1, 1, 0]).dilation([2, 1, 1]).ceil_mode(true);
    #[rustfmt::skip]
    let expected = [
        6.0, 7.0, 8.0, 7.0, 8.0, 4.0, 7.0, 8.0, -4.0, 6.0, 7.0, 7.0, 8.0, 7.0,
        7.0, 4.0, 5.0, 6.0, 6.0, 7.0, 8.0, 7.0, 8.0, 4.0, 7.0, 8.0, -4.0,
    ];
    assert_eq!(largest.forward(&x).to_vec(), expected);
    let means = AvgPool3d::new([2, 3, 2]).stride(2).padding([1, 1, 0]).ceil_mode(true);
    #[rustfmt::skip]
    let expected = [
        0.25, 7.0 / 12.0, 5.0 / 6.0, 7.0 / 6.0, 7.0 / 12.0, 1.5, 0.125, 0.375, -0.25,
        0.75, 17.0 / 12.0, 3.0, 13.0 / 6.0, 25.0 / 12.0, 2.0 / 3.0, 1.25, 1.75, 0.5,
    ];
    assert_close(&means.forward(&x), &expected);
    #[rustfmt::skip]
    let expected = [
        0.75, 1.75, 2.5, 7.0 / 3.0, 7.0 / 6.0, 3.0, 0.5, 1.5, -1.0,
        1.125, 2.125, 4.5, 13.0 / 6.0, 25.0 / 12.0, 2.0 / 3.0, 2.5, 3.5, 1.0,
    ];
    assert_close(&means.count_include_pad(false).forward(&x), &expected);
    #[rustfmt::skip]
    let expected = [
        5.0 / 3.0, 8.0 / 3.0, 2.0, 23.0 / 12.0, 7.0 / 3.0, 7.0 / 6.0,
        23.0 / 12.0, 35.0 / 12.0, 7.0 / 6.0, 13.0 / 12.0, 31.0 / 12.0, 17.0 / 12.0,
    ];
    assert_close(&AdaptiveAvgPool3d::new([2, 3, 2]).forward(&x), &expected);
}

#[test]
fn norms() {
    assert_close(
        &LpPool1d::new(2.0, 3).stride(2).ceil_mode(true).forward(&x([1, 1, 8])),
        &[5.830951894845301, 5.385164807134504, 5.477225575051661, 7.44983221287567],
    );
    assert_close(
        &LpPool2d::new(3.0, 2).ceil_mode(true).forward(&(x([1, 1, 4, 5]) + 5.0)),
        &[
            11.639756571551729,
            12.992105660727553,
            15.197391057302656,
            14.658972088782376,
            11.109107045964198,
            10.482965576835586,
        ],
    );
}

#[test]
fn back_to_where_they_were() {
    let (y, indices) = MaxPool1d::new(2).forward_with_indices(&x([1, 2, 7]));
    let unpool = MaxUnpool1d::new(2);
    assert_eq!(unpool.forward(&y, &indices).to_vec(), [0.0, 3.0, 0.0, 4.0, 0.0, 5.0, 6.0, 0.0, 7.0, 0.0, 8.0, 0.0]);
    assert_eq!(
        unpool.forward_to(&y, &indices, 7).to_vec(),
        [0.0, 3.0, 0.0, 4.0, 0.0, 5.0, 0.0, 6.0, 0.0, 7.0, 0.0, 8.0, 0.0, 0.0]
    );
    let (y, indices) = MaxPool2d::new(2).forward_with_indices(&x([1, 1, 4, 5]));
    let back = MaxUnpool2d::new(2).forward_to(&y, &indices, [4, 5]).to_vec();
    let mut expected = [0.0; 20];
    for (i, value) in [(5, 5.0), (7, 6.0), (11, 8.0), (18, 5.0)] {
        expected[i] = value;
    }
    assert_eq!(back, expected);
}
