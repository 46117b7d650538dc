//! Strategies for property tests with proptest: shapes, pairs that broadcast, values, layouts.

use super::layouts::{LAYOUTS, Layout};
use crate::tensor::{Shape, Tensor};
use proptest::prelude::*;

/// Shapes of up to `rank` axes of sizes 0 to `size`, empty ones and single numbers included.
pub fn shapes(rank: usize, size: usize) -> impl Strategy<Value = Shape> {
    proptest::collection::vec(0..=size, 0..=rank).prop_map(Shape::from)
}

/// Two shapes that broadcast together, of up to `rank` axes of sizes 1 to `size`.
///
/// ```
/// use autograd_core::testing::strategies::broadcasting;
/// use proptest::prelude::*;
/// proptest!(|((a, b) in broadcasting(3, 4))| {
///     prop_assert!(a.broadcast(&b).is_ok());
/// });
/// ```
pub fn broadcasting(rank: usize, size: usize) -> impl Strategy<Value = (Shape, Shape)> {
    let axis = (1..=size, 0..3u8).prop_map(|(n, which)| match which {
        0 => (n, n),
        1 => (1, n),
        _ => (n, 1),
    });
    (proptest::collection::vec(axis, 0..=rank), 0..=rank, 0..=rank).prop_map(|(axes, a, b)| {
        let (left, right): (Vec<usize>, Vec<usize>) = axes.into_iter().unzip();
        // Leading axes may be missing on either side.
        let last = |sizes: &[usize], n: usize| Shape::from(&sizes[n.min(sizes.len())..]);
        match a < b {
            true => (last(&left, 0), last(&right, b - a)),
            false => (last(&left, a - b), last(&right, 0)),
        }
    })
}

/// Ways to lay out values in memory.
pub fn layouts() -> impl Strategy<Value = Layout> {
    proptest::sample::select(&LAYOUTS[..])
}

/// Tensors of a shape with values from `low` to `high`, in any layout.
pub fn tensors_of(shape: Shape, low: f64, high: f64) -> impl Strategy<Value = Tensor<f64>> {
    let values = proptest::collection::vec(low..high, shape.numel());
    (values, layouts()).prop_map(move |(values, layout)| layout.of(&Tensor::from_vec(values, &shape)))
}

/// Tensors of shapes of up to `rank` axes of sizes 0 to `size`, with values from -2 to 2, in any layout.
///
/// ```
/// use autograd_core::testing::{gradcheck, strategies::tensors};
/// use proptest::prelude::*;
/// proptest!(ProptestConfig::with_cases(8), |(x in tensors(3, 4))| {
///     prop_assert!(gradcheck(|x| x[0].mul(&x[0]).exp(), &[x]).is_ok());
/// });
/// ```
pub fn tensors(rank: usize, size: usize) -> impl Strategy<Value = Tensor<f64>> {
    shapes(rank, size).prop_flat_map(|shape| tensors_of(shape, -2.0, 2.0))
}
