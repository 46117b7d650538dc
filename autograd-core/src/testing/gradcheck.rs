//! `gradcheck` and `gradgradcheck`: gradients against difference quotients.

use super::compare::worst;
use super::failure::{FUNCTION, Failure, seed};
use crate::functional::grad_with;
use crate::tensor::{Generator, Tensor};
use crate::var::Var;

/// Step of the difference quotient. With four points its error is about `h⁴` from the function and `1e-16 / h` from rounding.
const H: f64 = 1e-3;
/// What a gradient may be off, relative to the larger of 1 and its size: far above the quotient's own error, and a thousandth of the
/// 0.1 % that a wrong rule must be caught at.
const TOLERANCE: f64 = 1e-6;
/// Elements up to which the quotient is taken for each one; beyond, along random directions.
const FEW: usize = 64;
/// A function of several variables with several results.
type Function<'f> = dyn Fn(&[Var<f64>]) -> Vec<Var<f64>> + 'f;

/// Random cotangents, and random directions for each.
const DRAWS: usize = 2;

/// Compares the gradient of `f` at `inputs`, in double precision, with difference quotients.
///
/// The result of `f` is weighted with random cotangents. Each element of the inputs is stepped if there are at most 64 of them, and random
/// directions beyond. `f` must be smooth at the scale of 0.002 around the inputs.
///
/// ```
/// use autograd_core::{Tensor, testing::gradcheck};
/// gradcheck(|x| x[0].exp().mul(&x[1]), &[Tensor::from([0.5, 1.0]), Tensor::from([2.0, -1.0])]).unwrap();
/// // A function whose recorded gradient is wrong is caught: detach hides a path.
/// let wrong = gradcheck(|x| &x[0] * x[0].detach(), &[Tensor::from([0.5, 1.0])]);
/// assert_eq!(wrong.unwrap_err().law, "gradient");
/// ```
///
/// # Errors
/// The entry that is furthest off.
pub fn gradcheck(f: impl Fn(&[Var<f64>]) -> Var<f64>, inputs: &[Tensor<f64>]) -> Result<(), Failure> {
    compare(&|x| vec![f(x)], inputs, seed()).map_err(|found| failure("gradient", found, inputs))
}

/// Compares the second derivatives of `f` at `inputs` with difference quotients of its recorded gradient.
///
/// ```
/// use autograd_core::{Tensor, testing::gradgradcheck};
/// gradgradcheck(|x| &x[0] * x[0].exp(), &[Tensor::from([0.5, 1.0])]).unwrap();
/// ```
///
/// # Errors
/// The entry that is furthest off.
pub fn gradgradcheck(f: impl Fn(&[Var<f64>]) -> Var<f64>, inputs: &[Tensor<f64>]) -> Result<(), Failure> {
    second(&f, inputs, seed()).map_err(|found| failure("second gradient", found, inputs))
}

fn failure(law: &'static str, found: String, inputs: &[Tensor<f64>]) -> Failure {
    let shapes: Vec<String> = inputs.iter().map(|x| x.shape().to_string()).collect();
    Failure { op: FUNCTION.to_owned(), law, found, case: shapes.join(" x "), seed: seed() }
}

/// The gradient rules of `f` as a function of operands and cotangent, put through the same comparison.
pub(super) fn second(f: &dyn Fn(&[Var<f64>]) -> Var<f64>, inputs: &[Tensor<f64>], seed: u64) -> Result<(), String> {
    let shape = f(&leaves(inputs)).shape().clone();
    let cotangent = Tensor::normal(shape, 0.0, 1.0, &mut Generator::seed(seed ^ 0x5eed));
    let rules = |x: &[Var<f64>]| -> Vec<Var<f64>> {
        let (dy, xs) = x.split_last().expect("operands and a cotangent");
        let dx = grad_with(&f(xs), dy, xs, true);
        dx.into_iter().flatten().collect()
    };
    compare(&rules, &[inputs, &[cotangent]].concat(), seed)
}

fn leaves(inputs: &[Tensor<f64>]) -> Vec<Var<f64>> {
    inputs.iter().map(Var::leaf).collect()
}

/// Compares the gradient of all results of `f`, each weighted at random, with difference quotients.
pub(super) fn compare(f: &Function<'_>, inputs: &[Tensor<f64>], seed: u64) -> Result<(), String> {
    let mut generator = Generator::seed(seed);
    let few = inputs.iter().map(Tensor::numel).sum::<usize>() <= FEW;
    for _ in 0..DRAWS {
        let xs = leaves(inputs);
        let ys = f(&xs);
        let dys: Vec<Tensor<f64>> = ys.iter().map(|y| Tensor::normal(y.shape(), 0.0, 1.0, &mut generator)).collect();
        let dxs = gradient(&ys, &dys, &xs)?;
        let probe = |vs: &[Tensor<f64>]| quotient(f, inputs, vs, &dys);
        for (i, dx) in dxs.iter().enumerate() {
            if few {
                let numeric = Tensor::from_fn(dx.shape(), |j| {
                    let mut vs = still(inputs);
                    vs[i].write(|v| v[j] = 1.0);
                    probe(&vs)
                });
                if let Some(found) = worst(dx, &numeric, TOLERANCE) {
                    return Err(format!("operand {i}, gradient and difference {found}"));
                }
            } else {
                for _ in 0..DRAWS {
                    let mut vs = still(inputs);
                    vs[i] = Tensor::uniform(dx.shape(), -1.0, 1.0, &mut generator);
                    let (along, numeric) = (dot(dx, &vs[i]), probe(&vs));
                    if let Some(found) = worst(&along.into(), &numeric.into(), TOLERANCE) {
                        return Err(format!("operand {i}, gradient and difference along a random direction {found}"));
                    }
                }
            }
        }
    }
    Ok(())
}

/// The gradient by the rules; zero where no path leads.
fn gradient(ys: &[Var<f64>], dys: &[Tensor<f64>], xs: &[Var<f64>]) -> Result<Vec<Tensor<f64>>, String> {
    let dys: Vec<Var<f64>> = dys.iter().map(Var::constant).collect();
    let dxs = grad_with(ys, &dys, xs, false);
    let checked = dxs.into_iter().zip(xs).enumerate().map(|(i, (dx, x))| match dx {
        Some(dx) if dx.shape() != x.shape() => {
            Err(format!("operand {i} has shape {}, its gradient {}", x.shape(), dx.shape()))
        }
        Some(dx) => Ok(dx.value().clone()),
        None => Ok(Tensor::zeros(x.shape())),
    });
    checked.collect()
}

/// Directions in which nothing moves.
fn still(inputs: &[Tensor<f64>]) -> Vec<Tensor<f64>> {
    inputs.iter().map(|x| Tensor::zeros(x.shape())).collect()
}

/// The derivative of `Σ ⟨dy, y⟩` when the inputs move along `vs`, from four points (Richardson's extrapolation of the central difference).
fn quotient(f: &Function<'_>, inputs: &[Tensor<f64>], vs: &[Tensor<f64>], dys: &[Tensor<f64>]) -> f64 {
    let at = |t: f64| -> Vec<Tensor<f64>> {
        let moved: Vec<Tensor<f64>> = inputs.iter().zip(vs).map(|(x, v)| x.zip(v, |x, v| x + t * v)).collect();
        f(&leaves(&moved)).iter().map(|y| y.value().clone()).collect()
    };
    let [far_back, back, ahead, far_ahead] = [-2.0 * H, -H, H, 2.0 * H].map(at);
    let mut sum = 0.0;
    for (i, dy) in dys.iter().enumerate() {
        // Differences of each element before weighting: elements that do not move cancel exactly.
        let near = ahead[i].zip(&back[i], |a, b| a - b);
        let far = far_ahead[i].zip(&far_back[i], |a, b| a - b);
        sum += dot(dy, &near.zip(&far, |near, far| (8.0 * near - far) / (12.0 * H)));
    }
    sum
}

fn dot(a: &Tensor<f64>, b: &Tensor<f64>) -> f64 {
    a.to_vec().iter().zip(b.to_vec()).map(|(a, b)| a * b).sum()
}
