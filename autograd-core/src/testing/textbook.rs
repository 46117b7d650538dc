//! Helpers for textbook references: plain loops over indices, so that nothing of the library's own kernels is trusted.

use crate::tensor::{Axes, Shape, Tensor};

/// The element at an index of any length.
pub fn element(x: &Tensor<f64>, index: &[usize]) -> f64 {
    assert_eq!(index.len(), x.rank(), "an index has one number for each axis");
    let mut at = 0;
    for (&i, &n) in index.iter().zip(&**x.shape()) {
        assert!(i < n, "index {index:?} lies in {}", x.shape());
        at = at * n + i;
    }
    x.as_slice().expect("references get row-major operands")[at]
}

/// The tensor whose element at each index is `f(index)`.
pub fn from_index(shape: Shape, mut f: impl FnMut(&[usize]) -> f64) -> Tensor<f64> {
    from_each_index(shape, &mut f)
}

/// `from_index`, compiled once.
fn from_each_index(shape: Shape, f: &mut dyn FnMut(&[usize]) -> f64) -> Tensor<f64> {
    let sizes = shape.to_vec();
    Tensor::from_fn(shape, |i| f(&index_of(i, &sizes)))
}

/// Several results as one vector, each in row-major order, one behind the other: the form in which the laws see those of a composite.
pub fn joined(ys: &[Tensor<f64>]) -> Tensor<f64> {
    let all: Vec<f64> = ys.iter().flat_map(Tensor::to_vec).collect();
    let count = all.len();
    Tensor::from_vec(all, count)
}

/// The tensor of zeros to which each element of `x` is added at the index that `to` gives for its own.
pub fn scatter(shape: Shape, x: &Tensor<f64>, to: impl Fn(&[usize]) -> Vec<usize>) -> Tensor<f64> {
    let mut sums = vec![0.0; shape.numel()];
    let sizes = x.shape().to_vec();
    for (i, value) in x.to_vec().into_iter().enumerate() {
        let index = to(&index_of(i, &sizes));
        sums[index.iter().zip(&*shape).fold(0, |at, (&i, &n)| at * n + i)] += value;
    }
    Tensor::from_vec(sums, shape)
}

/// The tensor of `f` of the elements that fall together when `axes` are reduced, in row-major order.
pub fn reduce(x: &Tensor<f64>, axes: &Axes, keepdim: bool, f: impl Fn(&[f64]) -> f64) -> Tensor<f64> {
    let axes = axes.resolve(x.shape()).expect("a case that is accepted");
    let shape = x.shape().reduced(&axes, true);
    let mut groups = vec![Vec::new(); shape.numel()];
    let sizes = x.shape().to_vec();
    for (i, value) in x.to_vec().into_iter().enumerate() {
        let mut index = index_of(i, &sizes);
        axes.iter().for_each(|&axis| index[axis] = 0);
        groups[index.iter().zip(&*shape).fold(0, |at, (&i, &n)| at * n + i)].push(value);
    }
    Tensor::from_vec(groups.iter().map(|group| f(group)).collect(), x.shape().reduced(&axes, keepdim))
}

fn index_of(mut i: usize, sizes: &[usize]) -> Vec<usize> {
    let mut index = vec![0; sizes.len()];
    for (axis, &n) in sizes.iter().enumerate().rev() {
        index[axis] = i % n;
        i /= n;
    }
    index
}
