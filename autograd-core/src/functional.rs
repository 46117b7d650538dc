//! Derivatives as functions: gradients that are recorded themselves, and products with Jacobians and Hessians.

mod inputs;
mod vars;

use crate::error::{Error, Mismatch};
use crate::graph::backward::{self, Wanted};
use crate::graph::mode;
use crate::tensor::{Real, Tensor};
use crate::var::{self, Var};
pub use inputs::Inputs;
use inputs::{directions, leaves};
pub use vars::Vars;

/// The gradient of `Σ y` over `ys`, each a single number, with respect to each of `xs`; both are one variable or several: [`Vars`].
///
/// Unlike [`Var::backward`] it keeps the graph, takes any variable for `x`, and computes only what leads to `xs`. With `create_graph` the
/// gradients are recorded themselves and can be differentiated again; without it they are constants, and the gradient of what is computed
/// from them is `None`. So it is wherever no path leads to an `x`.
///
/// ```
/// use autograd_core::{Var, grad};
/// let x = Var::leaf(2.0);
/// let y = &x * &x * &x;
/// let dy = grad(&y, &x, true).unwrap();
/// let ddy = grad(&dy, &x, false).unwrap();
/// assert_eq!((dy.item(), ddy.item()), (12.0, 12.0)); // 3x² and 6x
/// ```
///
/// # Panics
/// If a `y` is not a single number.
#[track_caller]
#[must_use]
pub fn grad<T: Real, X: Vars<T> + ?Sized>(
    ys: &(impl Vars<T> + ?Sized),
    xs: &X,
    create_graph: bool,
) -> X::Of<Option<Var<T>>> {
    let ys = ys.refs();
    for y in &ys {
        if y.numel() != 1 {
            let why = format!("a result is not a single number, it has shape {}", y.shape());
            Error::new("grad", Mismatch::new(why).help("call .sum() or .mean() first, or use grad_with")).raise();
        }
    }
    let seeds: Vec<Var<T>> = ys.iter().map(|y| Var::constant(Tensor::ones(y.shape()))).collect();
    X::collect(products(&ys, &seeds.refs(), &xs.refs(), create_graph))
}

/// The gradient of `Σ ⟨dy, y⟩` over `ys` and their `dys`, with respect to each of `xs`: the vector-Jacobian product. Each is one variable or
/// several: [`Vars`].
///
/// With `create_graph` the result can be differentiated with respect to `dys` as well.
///
/// ```
/// use autograd_core::{Var, grad_with};
/// let x = Var::leaf([2.0, 3.0]);
/// let dx = grad_with(&(&x * &x), &Var::constant([1.0, 10.0]), &x, false).unwrap();
/// assert_eq!(dx.to_vec(), [4.0, 60.0]);
/// ```
///
/// # Panics
/// If a `dy` has not the shape of its `y`, or their numbers differ.
#[track_caller]
#[must_use]
pub fn grad_with<T: Real, X: Vars<T> + ?Sized>(
    ys: &(impl Vars<T> + ?Sized),
    dys: &(impl Vars<T> + ?Sized),
    xs: &X,
    create_graph: bool,
) -> X::Of<Option<Var<T>>> {
    X::collect(products(&ys.refs(), &dys.refs(), &xs.refs(), create_graph))
}

#[track_caller]
fn products<T: Real>(ys: &[&Var<T>], dys: &[&Var<T>], xs: &[&Var<T>], create_graph: bool) -> Vec<Option<Var<T>>> {
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

/// The value of `f` at `x` and its gradient there; `f` gives a single number. `x` is a tensor or several: [`Inputs`].
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
pub fn value_and_grad<T: Real, X: Inputs<T>>(
    f: impl Fn(&X::Of<Var<T>>) -> Var<T>,
    x: &X,
) -> (Tensor<T>, X::Of<Tensor<T>>) {
    let x = leaves(x);
    let y = recorded(|| f(&x));
    let x = X::slice(&x);
    (y.value().clone(), values::<T, X>(grad(&y, x, false), x))
}

/// The value of `f` at `x` and the product `dy · J` with its Jacobian there (reverse mode). `x` is a tensor or several: [`Inputs`].
///
/// ```
/// use autograd_core::{Tensor, functional::vjp};
/// let at = [Tensor::from([[1.0, 2.0]]), Tensor::from([[3.0], [4.0]])];
/// let (y, [da, db]) = vjp(|[a, b]| a.matmul(b), &at, &Tensor::from([[10.0]]));
/// assert_eq!((y.item(), da.to_vec(), db.to_vec()), (11.0, vec![30.0, 40.0], vec![10.0, 20.0]));
/// ```
///
/// # Panics
/// If `dy` has not the shape of `f(x)`.
#[track_caller]
#[must_use]
pub fn vjp<T: Real, X: Inputs<T>>(
    f: impl Fn(&X::Of<Var<T>>) -> Var<T>,
    x: &X,
    dy: &Tensor<T>,
) -> (Tensor<T>, X::Of<Tensor<T>>) {
    let x = leaves(x);
    let y = recorded(|| f(&x));
    let x = X::slice(&x);
    (y.value().clone(), values::<T, X>(grad_with(&y, &Var::constant(dy), x, false), x))
}

/// The value of `f` at `x` and the product `J · v` with its Jacobian there, by differentiating the product `u · J` with respect to `u`. `x` is a
/// tensor or several ([`Inputs`]), whose products are added.
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
pub fn jvp<T: Real, X: Inputs<T>>(f: impl Fn(&X::Of<Var<T>>) -> Var<T>, x: &X, v: &X) -> (Tensor<T>, Tensor<T>) {
    let v = directions("jvp", x, v);
    let x = leaves(x);
    let y = recorded(|| f(&x));
    let u = Var::leaf(Tensor::zeros(y.shape()));
    let products = grad_with(&y, &u, X::slice(&x), true);
    let dy = along(&products, &v, &u);
    (y.value().clone(), or_zero(dy, &u).value().clone())
}

/// The product `H · v` of the Hessian of `f` at `x` with `v`, without the Hessian; `f` gives a single number (Pearlmutter 1994). `x` is a tensor or
/// several: [`Inputs`].
///
/// ```
/// use autograd_core::{Tensor, functional::hvp};
/// let (at, v) = ([Tensor::from(3.0), Tensor::from(5.0)], [Tensor::from(1.0), Tensor::from(10.0)]);
/// let [da, db] = hvp(|[a, b]| a * a * b, &at, &v); // the Hessian is [[2b, 2a], [2a, 0]]
/// assert_eq!((da.item(), db.item()), (70.0, 6.0));
/// ```
///
/// # Panics
/// If `f` does not give a single number or `v` has not the shape of `x`.
#[track_caller]
#[must_use]
pub fn hvp<T: Real, X: Inputs<T>>(f: impl Fn(&X::Of<Var<T>>) -> Var<T>, x: &X, v: &X) -> X::Of<Tensor<T>> {
    let v = directions("hvp", x, v);
    let x = leaves(x);
    let y = recorded(|| f(&x));
    let x = X::slice(&x);
    let products = along(&grad(&y, x, true), &v, x);
    values::<T, X>(products, x)
}

/// The Jacobian of `f` at `x`: element `[i.., j..]` is `∂f(x)[i..] / ∂x[j..]`, of shape `shape(f(x)) ++ shape(x)`; one for each tensor where `x` is
/// several ([`Inputs`]).
///
/// ```
/// use autograd_core::{Tensor, functional::jacobian};
/// let j = jacobian(|x| x * x, &Tensor::from([3.0, 4.0]));
/// assert_eq!(j, Tensor::from([[6.0, 0.0], [0.0, 8.0]]));
/// ```
#[must_use]
pub fn jacobian<T: Real, X: Inputs<T>>(f: impl Fn(&X::Of<Var<T>>) -> Var<T>, x: &X) -> X::Of<Tensor<T>> {
    let x = leaves(x);
    let y = recorded(|| f(&x));
    X::collect(jacobians(&y, X::slice(&x)).into_iter())
}

/// The Hessian of `f` at `x`, of shape `shape(x) ++ shape(x)`; `f` gives a single number. Where `x` is several tensors ([`Inputs`]), `h[i][j]` has
/// the derivatives of the gradient of the `i`-th one with respect to the `j`-th, and the shapes of both.
///
/// ```
/// use autograd_core::{Tensor, functional::hessian};
/// let h = hessian(|x| (x * x * x).sum(), &Tensor::from([1.0, 2.0]));
/// assert_eq!(h, Tensor::from([[6.0, 0.0], [0.0, 12.0]]));
///
/// let [[aa, ab], [ba, bb]] = hessian(|[a, b]| (a * b).sum(), &[Tensor::from([1.0, 2.0]), Tensor::from(3.0)]);
/// assert_eq!((aa.to_vec(), bb.item()), (vec![0.0; 4], 0.0));
/// assert_eq!((ab.to_vec(), ba.to_vec()), (vec![1.0, 1.0], vec![1.0, 1.0]));
/// ```
///
/// # Panics
/// If `f` does not give a single number.
#[track_caller]
#[must_use]
pub fn hessian<T: Real, X: Inputs<T>>(f: impl Fn(&X::Of<Var<T>>) -> Var<T>, x: &X) -> X::Of<X::Of<Tensor<T>>> {
    let x = leaves(x);
    let y = recorded(|| f(&x));
    let x = X::slice(&x);
    let gradients = grad(&y, x, true);
    let rows = gradients.into_iter().zip(x).map(|(dx, x_i)| X::collect(jacobians(&or_zero(dx, x_i), x).into_iter()));
    X::collect(rows)
}

/// Runs `f` with recording on, whatever holds outside: a derivative is asked for.
fn recorded<R>(f: impl FnOnce() -> R) -> R {
    mode::current().with_recording(true).hold(f)
}

/// The gradient of `Σ ⟨v, dx⟩` over gradients that were recorded, with respect to each of `xs`.
fn along<T: Real, X: Vars<T> + ?Sized>(dxs: &[Option<Var<T>>], v: &[Var<T>], xs: &X) -> X::Of<Option<Var<T>>> {
    let (dxs, v): (Vec<_>, Vec<_>) = dxs.iter().zip(v).filter_map(|(dx, v)| Some((dx.as_ref()?, v))).unzip();
    grad_with(&dxs, &v, xs, false)
}

/// The Jacobian of `y` with respect to each of `xs`.
fn jacobians<T: Real>(y: &Var<T>, xs: &[Var<T>]) -> Vec<Tensor<T>> {
    let mut rows: Vec<Vec<T>> = xs.iter().map(|x| Vec::with_capacity(y.numel() * x.numel())).collect();
    for i in 0..y.numel() {
        let unit = Tensor::from_fn(y.shape(), |j| if i == j { T::one() } else { T::zero() });
        let dxs = grad_with(y, &Var::constant(unit), xs, false);
        for ((rows, dx), x) in rows.iter_mut().zip(dxs).zip(xs) {
            rows.extend(or_zero(dx, x).to_vec());
        }
    }
    let shapes = xs.iter().map(|x| [&**y.shape(), &**x.shape()].concat());
    rows.into_iter().zip(shapes).map(|(rows, shape)| Tensor::from_vec(rows, shape)).collect()
}

/// The values of gradients, in the form of the inputs.
fn values<T: Real, X: Inputs<T>>(dxs: Vec<Option<Var<T>>>, xs: &[Var<T>]) -> X::Of<Tensor<T>> {
    X::collect(dxs.into_iter().zip(xs).map(|(dx, x)| or_zero(dx, x).value().clone()))
}

/// The gradient, or zeros of the shape of `x` where no path leads to it: a function that ignores its argument has derivative zero.
fn or_zero<T: Real>(dx: Option<Var<T>>, x: &Var<T>) -> Var<T> {
    dx.unwrap_or_else(|| Var::constant(Tensor::zeros(x.shape())))
}
