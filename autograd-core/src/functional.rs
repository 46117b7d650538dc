//! Derivatives as functions: gradients that are recorded themselves, and products with Jacobians and Hessians.

use crate::error::{Error, Mismatch};
use crate::graph::backward::{self, Wanted};
use crate::graph::mode::{self, blame};
use crate::tensor::{Real, Tensor};
use crate::var::{self, Var};
use std::panic::Location;

/// The gradient of `Σ y` over `ys`, each a single number, with respect to each of `xs`.
///
/// Unlike [`Var::backward`] it keeps the graph, takes any variable for `x`, and computes only what leads to `xs`. With `create_graph` the
/// gradients are recorded themselves and can be differentiated again; without it they are constants, and the gradient of what is computed
/// from them is `None`. So it is wherever no path leads to an `x`.
///
/// ```
/// use autograd_core::{Var, grad};
/// let x = Var::leaf(2.0);
/// let y = &x * &x * &x;
/// let dy = grad(&[&y], &[&x], true)[0].clone().unwrap();
/// let ddy = grad(&[&dy], &[&x], false)[0].clone().unwrap();
/// assert_eq!((dy.item(), ddy.item()), (12.0, 12.0)); // 3x² and 6x
/// ```
///
/// # Panics
/// If a `y` is not a single number.
#[track_caller]
#[must_use]
pub fn grad<T: Real>(ys: &[&Var<T>], xs: &[&Var<T>], create_graph: bool) -> Vec<Option<Var<T>>> {
    let seeds: Vec<Var<T>> = ys.iter().map(|y| Var::constant(Tensor::ones(y.shape()))).collect();
    for y in ys {
        if y.numel() != 1 {
            let why = format!("a result is not a single number, it has shape {}", y.shape());
            Error::new("grad", Mismatch::new(why).help("call .sum() or .mean() first, or use grad_with")).raise();
        }
    }
    grad_with(ys, &seeds.iter().collect::<Vec<_>>(), xs, create_graph)
}

/// The gradient of `Σ ⟨dy, y⟩` over `ys` and their `dys`, with respect to each of `xs`: the vector-Jacobian product.
///
/// With `create_graph` the result can be differentiated with respect to `dys` as well.
///
/// # Panics
/// If a `dy` has not the shape of its `y`, or their numbers differ.
#[track_caller]
#[must_use]
pub fn grad_with<T: Real>(ys: &[&Var<T>], dys: &[&Var<T>], xs: &[&Var<T>], create_graph: bool) -> Vec<Option<Var<T>>> {
    if ys.len() != dys.len() {
        let why = format!("{} results have {} gradients", ys.len(), dys.len());
        Error::new("grad_with", Mismatch::new(why)).raise();
    }
    for (y, dy) in ys.iter().zip(dys) {
        var::check_seed("grad_with", y, dy.shape());
    }
    let roots = ys.iter().zip(dys).filter_map(|(y, dy)| Some((y.node()?.clone(), (*dy).clone()))).collect();
    let targets: Vec<_> = xs.iter().filter_map(|x| x.node().cloned()).collect();
    let found = backward::run(roots, &Wanted::Nodes(&targets), create_graph);
    xs.iter().map(|x| found.get(x.node()?).cloned()).collect()
}

/// The value of `f` at `x` and its gradient there; `f` gives a single number.
///
/// ```
/// use autograd_core::{Tensor, functional::value_and_grad};
/// let (y, dx) = value_and_grad(|x| (x * x).sum(), &Tensor::from([1.0, 2.0]));
/// assert_eq!((y.item(), dx.to_vec()), (5.0, vec![2.0, 4.0]));
/// ```
///
/// # Panics
/// If `f` does not give a single number.
#[track_caller]
#[must_use]
pub fn value_and_grad<T: Real>(f: impl Fn(&Var<T>) -> Var<T>, x: &Tensor<T>) -> (Tensor<T>, Tensor<T>) {
    let x = Var::leaf(x);
    let y = recorded(|| f(&x));
    let dx = grad(&[&y], &[&x], false).swap_remove(0);
    (y.value().clone(), or_zero(dx, &x).value().clone())
}

/// The value of `f` at `x` and the product `dy · J` with its Jacobian there (reverse mode).
///
/// # Panics
/// If `dy` has not the shape of `f(x)`.
#[track_caller]
#[must_use]
pub fn vjp<T: Real>(f: impl Fn(&Var<T>) -> Var<T>, x: &Tensor<T>, dy: &Tensor<T>) -> (Tensor<T>, Tensor<T>) {
    let x = Var::leaf(x);
    let y = recorded(|| f(&x));
    let dx = grad_with(&[&y], &[&Var::constant(dy)], &[&x], false).swap_remove(0);
    (y.value().clone(), or_zero(dx, &x).value().clone())
}

/// The value of `f` at `x` and the product `J · v` with its Jacobian there, by differentiating the product `u · J` with respect to `u`.
///
/// ```
/// use autograd_core::{Tensor, functional::jvp};
/// let (y, dy) = jvp(|x| x * x, &Tensor::from([3.0, 4.0]), &Tensor::from([1.0, 10.0]));
/// assert_eq!((y.to_vec(), dy.to_vec()), (vec![9.0, 16.0], vec![6.0, 80.0]));
/// ```
///
/// # Panics
/// If `v` has not the shape of `x`.
#[track_caller]
#[must_use]
pub fn jvp<T: Real>(f: impl Fn(&Var<T>) -> Var<T>, x: &Tensor<T>, v: &Tensor<T>) -> (Tensor<T>, Tensor<T>) {
    let x = Var::leaf(x);
    var::check_direction("jvp", &x, v.shape());
    let y = recorded(|| f(&x));
    let u = Var::leaf(Tensor::zeros(y.shape()));
    let product = grad_with(&[&y], &[&u], &[&x], true).swap_remove(0);
    let dy = product.and_then(|uj| grad_with(&[&uj], &[&Var::constant(v)], &[&u], false).swap_remove(0));
    (y.value().clone(), or_zero(dy, &u).value().clone())
}

/// The product `H · v` of the Hessian of `f` at `x` with `v`, without the Hessian; `f` gives a single number (Pearlmutter 1994).
///
/// # Panics
/// If `f` does not give a single number or `v` has not the shape of `x`.
#[track_caller]
#[must_use]
pub fn hvp<T: Real>(f: impl Fn(&Var<T>) -> Var<T>, x: &Tensor<T>, v: &Tensor<T>) -> Tensor<T> {
    let x = Var::leaf(x);
    var::check_direction("hvp", &x, v.shape());
    let y = recorded(|| f(&x));
    let dx = grad(&[&y], &[&x], true).swap_remove(0);
    let product = dx.and_then(|dx| grad_with(&[&dx], &[&Var::constant(v)], &[&x], false).swap_remove(0));
    or_zero(product, &x).value().clone()
}

/// The Jacobian of `f` at `x`: element `[i.., j..]` is `∂f(x)[i..] / ∂x[j..]`, of shape `shape(f(x)) ++ shape(x)`.
///
/// ```
/// use autograd_core::{Tensor, functional::jacobian};
/// let j = jacobian(|x| x * x, &Tensor::from([3.0, 4.0]));
/// assert_eq!(j, Tensor::from([[6.0, 0.0], [0.0, 8.0]]));
/// ```
#[must_use]
pub fn jacobian<T: Real>(f: impl Fn(&Var<T>) -> Var<T>, x: &Tensor<T>) -> Tensor<T> {
    let x = Var::leaf(x);
    let y = recorded(|| f(&x));
    let mut rows = Vec::with_capacity(y.numel() * x.numel());
    for i in 0..y.numel() {
        let unit = Tensor::from_fn(y.shape(), |j| if i == j { T::one() } else { T::zero() });
        let row = grad_with(&[&y], &[&Var::constant(unit)], &[&x], false).swap_remove(0);
        rows.extend(or_zero(row, &x).to_vec());
    }
    Tensor::from_vec(rows, [&**y.shape(), &**x.shape()].concat())
}

/// The Hessian of `f` at `x`, of shape `shape(x) ++ shape(x)`; `f` gives a single number.
///
/// ```
/// use autograd_core::{Tensor, functional::hessian};
/// let h = hessian(|x| (x * x * x).sum(), &Tensor::from([1.0, 2.0]));
/// assert_eq!(h, Tensor::from([[6.0, 0.0], [0.0, 12.0]]));
/// ```
///
/// # Panics
/// If `f` does not give a single number.
#[track_caller]
#[must_use]
pub fn hessian<T: Real>(f: impl Fn(&Var<T>) -> Var<T>, x: &Tensor<T>) -> Tensor<T> {
    let at = Location::caller();
    let gradient = |x: &Var<T>| {
        let y = f(x);
        let dx = blame(at, || grad(&[&y], &[x], true));
        or_zero(dx.into_iter().next().flatten(), x)
    };
    jacobian(gradient, x)
}

/// Runs `f` with recording on, whatever holds outside: a derivative is asked for.
fn recorded<R>(f: impl FnOnce() -> R) -> R {
    mode::current().with_recording(true).hold(f)
}

/// The gradient, or zeros of the shape of `x` where no path leads to it: a function that ignores its argument has derivative zero.
fn or_zero<T: Real>(dx: Option<Var<T>>, x: &Var<T>) -> Var<T> {
    dx.unwrap_or_else(|| Var::constant(Tensor::zeros(x.shape())))
}
