//! Tensors as the files keep them: element by element, by the formula of random numbers, or as a digest of a large result.

use crate::support::{number, numbers, sizes};
use autograd::{Real, Shape, Tensor};
use serde_json::Value;

/// A stored tensor: `{"shape", "data"}`, or by formula `{"shape", "seed", "low", "high"}`: uniform numbers that single precision holds exactly, with `"below": n` whole ones from 0 to
/// n − 1, with `"diagonal": d` with d added where the last two indices are equal. `wide/cases.py` has the same formula.
pub fn tensor(value: &Value) -> Tensor<f64> {
    assert!(value.get("at").is_none(), "only some elements of {value} are stored");
    let shape = Shape::from(sizes(&value["shape"]));
    let Some(seed) = value.get("seed").and_then(Value::as_u64) else {
        return Tensor::from_vec(numbers(&value["data"]), shape);
    };
    let mut x = uniform(seed, shape.numel());
    if let Some(below) = value.get("below").map(number) {
        x.iter_mut().for_each(|x| *x = (*x * below).floor());
        return Tensor::from_vec(x, shape);
    }
    let (low, high) = (number(&value["low"]), number(&value["high"]));
    let single = |x: f64| f64::from(x as f32);
    x.iter_mut().for_each(|x| *x = single(low + (high - low) * *x));
    if let Some(diagonal) = value.get("diagonal").map(number) {
        let columns = shape[shape.rank() - 1];
        let matrix = shape[shape.rank() - 2] * columns;
        let on_diagonal = x.iter_mut().enumerate().filter(|(i, _)| i % matrix % (columns + 1) == 0);
        on_diagonal.for_each(|(_, x)| *x = single(*x + diagonal));
    }
    Tensor::from_vec(x, shape)
}

/// Numbers of 24 bits from 0 up to 1, each a mix of the seed and its place (Steele, Lea and Flood 2014, SplitMix).
fn uniform(seed: u64, count: usize) -> Vec<f64> {
    let mix = |i: u64| {
        let z = (seed << 32).wrapping_add(i + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ z >> 31) >> 40) as f64 / f64::from(1 << 24)
    };
    (0..count as u64).map(mix).collect()
}

/// What differs between a result and the stored one: equal to within `tolerance` relative to the larger of 1 and the value; infinities and NaN are the same, the sign of zero is not
/// compared. Of a large result some elements are stored, its norm, and two sums with random weights, whose error is measured by the norm: an element that is off shows in them.
pub fn difference<T: Real>(found: &Tensor<T>, stored: &Value, tolerance: f64) -> Option<String> {
    if *sizes(&stored["shape"]) != **found.shape() {
        return Some(format!("has the shape {:?}, PyTorch's {}", found.shape(), stored["shape"]));
    }
    let found: Vec<f64> = found.to_vec().into_iter().map(Real::as_f64).collect();
    let off = |found: f64, expected: f64, scale: f64| {
        let same = found == expected || found.is_nan() && expected.is_nan();
        let close = (found - expected).abs() <= tolerance * scale.max(1.0);
        !same && !close
    };
    let places = stored.get("at").map_or_else(|| (0..found.len()).collect(), sizes);
    for (i, expected) in places.into_iter().zip(numbers(&stored["data"])) {
        if off(found[i], expected, expected.abs()) {
            return Some(format!("[{i}] is {}, PyTorch has {expected}", found[i]));
        }
    }
    let norm = number(stored.get("norm")?);
    for (seed, expected) in [1, 2].into_iter().zip(numbers(&stored["sums"])) {
        let weights = uniform(seed, found.len());
        let sum: f64 = found.iter().zip(weights).map(|(x, w)| x * (2.0 * w - 1.0)).sum();
        if off(sum, expected, norm) {
            return Some(format!("has the weighted sum {sum}, PyTorch {expected}, of the norm {norm}"));
        }
    }
    None
}
