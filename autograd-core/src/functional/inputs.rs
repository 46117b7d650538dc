//! `Inputs`: what a function is differentiated at, one tensor or several.

use crate::error::{Error, Mismatch};
use crate::tensor::{Real, Tensor};
use crate::var::Var;

/// What a function is differentiated at: a tensor, an array of tensors or a list of them. The function gets a variable for each in the same
/// form, and so come the derivatives.
///
/// | at | the function gets | a gradient is |
/// |---|---|---|
/// | `Tensor` | `&Var` | `Tensor` |
/// | `[Tensor; N]` | `&[Var; N]` | `[Tensor; N]` |
/// | `Vec<Tensor>` | `&Vec<Var>` | `Vec<Tensor>` |
///
/// ```
/// use autograd_core::{Tensor, functional::value_and_grad};
/// let at = [Tensor::from([3.0, 4.0]), Tensor::from(2.0)];
/// let (y, [dx, da]) = value_and_grad(|[x, a]| (x * a).sum(), &at);
/// assert_eq!((y.item(), dx.to_vec(), da.item()), (14.0, vec![2.0, 2.0], 7.0));
/// ```
pub trait Inputs<T: Real> {
    /// One `X` for each tensor: `X` itself, `[X; N]`, `Vec<X>`.
    type Of<X>;
    /// The tensors.
    fn tensors(&self) -> &[Tensor<T>];
    /// One `X` for each tensor, from the first on.
    fn collect<X>(each: impl ExactSizeIterator<Item = X>) -> Self::Of<X>;
    /// What was collected.
    fn slice<X>(of: &Self::Of<X>) -> &[X];
}

impl<T: Real> Inputs<T> for Tensor<T> {
    type Of<X> = X;

    fn tensors(&self) -> &[Tensor<T>] {
        std::slice::from_ref(self)
    }

    fn collect<X>(mut each: impl ExactSizeIterator<Item = X>) -> X {
        each.next().expect("there is one tensor")
    }

    fn slice<X>(of: &X) -> &[X] {
        std::slice::from_ref(of)
    }
}

impl<T: Real, const N: usize> Inputs<T> for [Tensor<T>; N] {
    type Of<X> = [X; N];

    fn tensors(&self) -> &[Tensor<T>] {
        self
    }

    fn collect<X>(mut each: impl ExactSizeIterator<Item = X>) -> [X; N] {
        std::array::from_fn(|_| each.next().expect("there are N tensors"))
    }

    fn slice<X>(of: &[X; N]) -> &[X] {
        of
    }
}

impl<T: Real> Inputs<T> for Vec<Tensor<T>> {
    type Of<X> = Vec<X>;

    fn tensors(&self) -> &[Tensor<T>] {
        self
    }

    fn collect<X>(each: impl ExactSizeIterator<Item = X>) -> Vec<X> {
        each.collect()
    }

    fn slice<X>(of: &Vec<X>) -> &[X] {
        of
    }
}

/// A leaf for each tensor.
pub(super) fn leaves<T: Real, X: Inputs<T>>(x: &X) -> X::Of<Var<T>> {
    X::collect(x.tensors().iter().map(Var::leaf))
}

/// The directions `v`, each of the shape of its `x`, as constants.
#[track_caller]
pub(super) fn directions<T: Real, X: Inputs<T>>(method: &'static str, x: &X, v: &X) -> Vec<Var<T>> {
    let (x, v) = (x.tensors(), v.tensors());
    if x.len() != v.len() {
        Error::new(method, Mismatch::new(format!("v has {} tensors, x has {}", v.len(), x.len()))).raise();
    }
    let several = x.len() != 1;
    for (i, (x, v)) in x.iter().zip(v).enumerate() {
        if x.shape() != v.shape() {
            let place = if several { format!("[{i}]") } else { String::new() };
            let why = format!("v{place} has shape {}, x{place} has {}", v.shape(), x.shape());
            Error::new(method, Mismatch::new(why)).raise();
        }
    }
    v.iter().map(Var::constant).collect()
}
