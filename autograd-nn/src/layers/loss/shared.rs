//! What several losses share: reducing what ops give for each element, and the weights of classes.

use super::Reduction;
use crate::layers::prelude::*;
use autograd_core::Shape;

/// What `reduction` makes of the losses, as the ops of losses do it.
#[track_caller]
pub(super) fn reduced<T: Real>(losses: Var<T>, reduction: Reduction) -> Var<T> {
    let count = |n: usize| T::of(n as f64);
    match reduction {
        Reduction::None => losses,
        Reduction::Sum => losses.sum(),
        Reduction::Mean => losses.sum() / count(losses.numel()),
        Reduction::BatchMean => losses.sum() / count(losses.shape().first().copied().unwrap_or(1)),
    }
}

/// A weight for each class, which must be a vector.
#[track_caller]
pub(super) fn class_weight<T: Real>(loss: &str, weight: impl Into<Tensor<T>>) -> Option<Buffer<T>> {
    let weight = weight.into();
    let shape = weight.shape();
    require!(weight.rank() == 1, "{loss}: the weight has shape {shape}, it needs one number for each class");
    Some(Buffer::new(weight))
}

/// The weights of classes as the ops take them.
pub(super) fn weights<T: Real>(weight: Option<&Buffer<T>>) -> Option<Vec<f64>> {
    weight.map(|weight| weight.value().to_vec().into_iter().map(Real::as_f64).collect())
}

/// Refuses a target of another shape, which would otherwise be broadcast.
#[track_caller]
pub(super) fn same_shape(loss: &str, x: &Shape, target: &Shape) {
    require!(x == target, "{loss}: x has shape {x}, the target {target}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reductions_are_those_of_the_ops() {
        let (x, target) = (Var::constant([[1.0, -2.0, 0.5], [3.0, 0.0, -1.5]]), Var::constant(Tensor::zeros([2, 3])));
        for reduction in [Reduction::None, Reduction::Mean, Reduction::Sum, Reduction::BatchMean] {
            assert_eq!(reduced(x.abs(), reduction).to_vec(), x.l1_loss(&target, reduction).to_vec(), "{reduction:?}");
        }
        let number = Var::constant(3.0);
        assert_eq!(reduced(number, Reduction::BatchMean).item(), 3.0);
    }
}
