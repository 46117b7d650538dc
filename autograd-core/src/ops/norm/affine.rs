//! What normalisations share: the operands weight and bias, and the calls into the kernel.

use crate::kernel::normalize::{Given, Gradients, Normalize, Slope, Statistics};
use crate::ops::prelude::*;
use crate::tensor::pending::defer_from;

/// The operands of a normalisation behind `x`: a weight perhaps, a bias perhaps. A bias alone gets a weight of ones.
pub(super) fn weights<T: Real>(weight: Option<&Var<T>>, bias: Option<&Var<T>>) -> List<Var<T>> {
    let ones = || bias.map(|bias| Var::constant(Tensor::ones(bias.shape())));
    weight.cloned().or_else(ones).into_iter().chain(bias.cloned()).collect()
}

/// `x`, and behind it what [`weights`] gives.
pub(super) fn operands<'a, T: Real>(x: &'a Var<T>, weights: &'a [Var<T>]) -> List<&'a Var<T>> {
    std::iter::once(x).chain(weights).collect()
}

/// Refuses weights and biases that do not have the shape `each`, and an eps that is not a number above or at 0.
pub(super) fn check(x: &[&Shape], each: &[usize], eps: f64) -> Result<(), Mismatch> {
    if !(1..=3).contains(&x.len()) {
        return Err(Mismatch::new(format!("{} operands, there are x, weight and bias", x.len())));
    }
    // The bias first: a weight that stands beside it on its account has its shape.
    for (shape, name) in x[1..].iter().zip(["weight", "bias"]).rev() {
        if ***shape != *each {
            return Err(Mismatch::new(format!("the {name} has shape {shape}, it must have {each:?}")));
        }
    }
    epsilon(eps)
}

/// Refuses an eps that is not a number above or at 0.
pub(super) fn epsilon(eps: f64) -> Result<(), Mismatch> {
    match eps >= 0.0 && eps.is_finite() {
        true => Ok(()),
        false => Err(Mismatch::new(format!("eps is {eps}, it must be a number of at least 0"))),
    }
}

/// `x` less its mean over the axes.
pub(super) fn centred<T: Real>(x: &Var<T>, axes: &[isize]) -> Var<T> {
    // A number near the mean is taken off first, as in the kernel: what is left of equal elements is then exactly 0.
    let near = x - x.detach().mean_axes(axes, true);
    &near - near.mean_axes(axes, true)
}

/// `x · weight + bias`, each of which may be missing, under a shape that broadcasts with that of `x`.
#[track_caller]
pub(super) fn scale<T: Real>(y: Var<T>, affine: &[&Var<T>], shape: &[usize]) -> Var<T> {
    match affine {
        [] => y,
        [weight] => y * weight.reshape(shape),
        [weight, bias, ..] => y * weight.reshape(shape) + bias.reshape(shape),
    }
}

/// How many times as many elements as others a result has that waits: `x` is out of the cache by the time that its statistics are known.
const LATER: usize = 1 << 5;

/// The result and the statistics that the gradient needs.
pub(super) fn forward<T: Real>(normalize: Normalize, x: &[&Tensor<T>]) -> (Tensor<T>, List<Statistics<T>>) {
    let flat: List<Tensor<T>> = x.iter().map(|x| x.contiguous()).collect();
    let slice = |i: usize| flat.get(i).map(|x| x.as_slice().expect("contiguous"));
    let block = slice(0).expect("x comes first");
    let mut statistics = List::filled([T::zero(); 2], normalize.groups());
    if normalize.takes_parts() && block.len() / LATER >= defer_from() {
        // What follows, often a rectifier, then reads `x`, and a result of which nobody else has need is never in memory.
        let lines = normalize.lines(block, slice(1), slice(2), &mut statistics);
        return (flat[0].map_later(lines), statistics);
    }
    let y = Tensor::build(x[0].shape().clone(), |y| normalize.forward(block, slice(1), slice(2), y, &mut statistics));
    (y, statistics)
}

/// The gradients of the operands that are needed.
pub(super) fn backward<T: Real>(
    normalize: Normalize,
    x: &[&Tensor<T>],
    statistics: &[Statistics<T>],
    dy: Option<&Tensor<T>>,
    dstatistics: Option<&[Statistics<T>]>,
    needs: &[bool],
) -> List<Option<Tensor<T>>> {
    let of = |dy: Option<Slope<'_, T>>| gradients(normalize, x, statistics, dy, dstatistics, needs);
    let Some(dy) = dy else { return of(None) };
    // One that waits is computed by the pass that needs it, channel by channel.
    let parts = needs[0] && normalize.takes_parts();
    if let Some(found) = parts.then(|| dy.in_parts(|parts| of(Some(Slope::Waiting(parts))))).flatten() {
        return found;
    }
    of(Some(Slope::Ready(dy.contiguous().as_slice().expect("contiguous"))))
}

/// The gradients, given that of the result.
fn gradients<T: Real>(
    normalize: Normalize,
    x: &[&Tensor<T>],
    statistics: &[Statistics<T>],
    dy: Option<Slope<'_, T>>,
    dstatistics: Option<&[Statistics<T>]>,
    needs: &[bool],
) -> List<Option<Tensor<T>>> {
    let block = x[0].contiguous();
    let block = block.as_slice().expect("contiguous");
    let weight = x.get(1).map(|weight| weight.contiguous());
    let weight = weight.as_ref().map(|weight| weight.as_slice().expect("contiguous"));
    let given = Given { x: block, statistics, weight, dy, dstatistics };
    let [mut dweight, mut dbias] = [1, 2].map(|i| match needs.get(i) {
        Some(true) => Tensor::zeros(x[i].shape()),
        _ => Tensor::zeros(0),
    });
    let mut affine = [&mut dweight, &mut dbias].map(Tensor::as_mut_slice);
    let mut fill = |dx: &mut [T]| {
        let [dweight, dbias] = affine.each_mut().map(|d| &mut **d);
        normalize.backward(given, Gradients { dx, dweight, dbias });
    };
    let dx = match needs[0] {
        true => Some(Tensor::build(x[0].shape().clone(), fill)),
        false => {
            fill(&mut []);
            None
        }
    };
    let affine = [dweight, dbias].into_iter().zip(&needs[1..]).map(|(d, &wanted)| wanted.then_some(d));
    std::iter::once(dx).chain(affine).collect()
}

/// The definition: each group of elements, named by `group`, standardised; then scaled by the number `weight` gives for an index.
#[cfg(any(test, feature = "testing"))]
pub(super) fn textbook(
    x: &[Tensor<f64>],
    (eps, centred): (f64, bool),
    group: impl Fn(&[usize]) -> usize,
    weight: impl Fn(&[usize]) -> usize,
) -> (Tensor<f64>, std::collections::BTreeMap<usize, [f64; 2]>) {
    let mut members = std::collections::BTreeMap::<usize, Vec<f64>>::new();
    crate::testing::from_index(x[0].shape().clone(), |at| {
        members.entry(group(at)).or_default().push(crate::testing::element(&x[0], at));
        0.0
    });
    let statistics = members.into_iter().map(|(group, values)| {
        let n = values.len() as f64;
        let mean = if centred { values.iter().sum::<f64>() / n } else { 0.0 };
        (group, [mean, values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n])
    });
    let statistics: std::collections::BTreeMap<_, _> = statistics.collect();
    let y = crate::testing::from_index(x[0].shape().clone(), |at| {
        let [mean, variance] = statistics[&group(at)];
        let y = (crate::testing::element(&x[0], at) - mean) / (variance + eps).sqrt();
        let of = |i: usize, otherwise| x.get(i).map_or(otherwise, |x| x.to_vec()[weight(at)]);
        y * of(1, 1.0) + of(2, 0.0)
    });
    (y, statistics)
}
