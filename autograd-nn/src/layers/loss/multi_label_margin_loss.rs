//! `MultiLabelMarginLoss`: the hinge loss of examples with several right classes each.

use super::Reduction;
use super::shared::reduced;
use crate::layers::prelude::*;

/// The hinge loss of examples with several right classes each: every wrong class should score less than every right one by 1.
///
/// `loss[i] = Σ_j Σ_k max(0, 1 − x[i, j] + x[i, k]) / c` over the right classes `j` and the wrong ones `k`. The right classes of an example
/// are listed in its row of the target, whose first -1 ends the list.
///
/// All pairs of classes are compared at once, in `n c²` numbers.
///
/// # Shape
/// `[n, c] -> []` for targets `[n, c]`, or `[n]` without a reduction; `[c] -> []` for one example
///
/// # Example
/// ```
/// use autograd_core::Var;
/// use autograd_nn::MultiLabelMarginLoss;
/// // Classes 3 and 0 are right; what follows the -1 does not count.
/// let x = Var::leaf([[0.125, 0.25, 0.5, 1.0]]);
/// let loss = MultiLabelMarginLoss::default().forward(&x, &[[3, 0, -1, 1]].into());
/// assert_eq!(loss.item(), (0.25 + 0.5 + 1.125 + 1.375) / 4.0);
/// assert_eq!(loss.backward().get(&x).unwrap().to_vec(), [-0.5, 0.5, 0.5, -0.5]);
/// ```
#[derive(Clone, Copy, Debug, Default, Module)]
#[module(stateless)]
pub struct MultiLabelMarginLoss {
    /// What is made of the losses of the examples.
    pub reduction: Reduction,
}

impl MultiLabelMarginLoss {
    /// With another reduction than the mean.
    #[must_use]
    pub fn reduction(self, reduction: Reduction) -> Self {
        MultiLabelMarginLoss { reduction }
    }

    /// The loss of the scores `x` against the lists of right classes.
    ///
    /// # Panics
    /// If the scores have neither one nor two axes, the target has another shape, or a class is none.
    #[track_caller]
    pub fn forward<T: Real>(&self, x: &Var<T>, target: &Tensor<i64>) -> Var<T> {
        let (shape, rank) = (x.shape(), x.shape().rank());
        require!(matches!(rank, 1 | 2), "MultiLabelMarginLoss: the scores have shape {shape}, they need [n, c] or [c]");
        let listed = target.shape();
        require!(listed == shape, "MultiLabelMarginLoss: the scores have shape {shape}, the target {listed}");
        let right = right_classes::<T>(target);
        let wrong = Var::constant(right.map(|right| T::one() - right));
        // margins[.., j, k] = 1 − x[.., j] + x[.., k]
        let margins = (x.unsqueeze(-2) - x.unsqueeze(-1)).add_scalar(T::one()).relu();
        let pairs = Var::constant(right).unsqueeze(-1) * wrong.unsqueeze(-2);
        let classes = T::of(shape[rank - 1] as f64);
        let losses = (margins * pairs).sum_axes([-2, -1], false) / classes;
        report(self, reduced(losses, self.reduction))
    }
}

/// 1 for each right class, 0 for the others.
#[track_caller]
fn right_classes<T: Real>(target: &Tensor<i64>) -> Tensor<T> {
    let classes = target.shape().last().copied().unwrap_or(0);
    let mut right = vec![T::zero(); target.numel()];
    for (i, listed) in target.to_vec().chunks(classes.max(1)).enumerate() {
        for &class in listed.iter().take_while(|&&class| class != -1) {
            let known = usize::try_from(class).ok().filter(|&class| class < classes);
            let Some(known) = known else {
                refuse!("MultiLabelMarginLoss: class {class} of example {i} is none of the {classes}");
            };
            right[i * classes + known] = T::one();
        }
    }
    Tensor::from_vec(right, target.shape())
}

#[cfg(test)]
impl Checked for MultiLabelMarginLoss {
    fn cases() -> Cases<Self> {
        let rows = |loss: &Self, x: &[Var<f64>]| vec![loss.forward(&x[0], &[[3, 0, -1, 1], [-1, 0, 1, 2]].into())];
        let one = |loss: &Self, x: &[Var<f64>]| vec![loss.forward(&x[0], &[1, 2, 0, -1].into())];
        let unreduced = |_: &mut Generator| MultiLabelMarginLoss::default().reduction(Reduction::None);
        // No two scores differ by 1, where a margin begins.
        Cases::new(
            Case::new("mean", |_| MultiLabelMarginLoss::default(), rows).input_between([2, 4], -1.2, 1.3).output([]),
        )
        .case(Case::new("unreduced", unreduced, rows).input_between([2, 4], -1.2, 1.3).output([2]))
        .case(Case::new("one example", unreduced, one).input_between([4], -1.2, 1.3).output([]))
        .rejects("MultiLabelMarginLoss: class 4 of example 1 is none of the 4", |_| {
            let target = [[0, -1, -1, -1], [4, -1, -1, -1]].into();
            let _ = MultiLabelMarginLoss::default().forward(&Var::constant([[0.0; 4]; 2]), &target);
        })
        .rejects("MultiLabelMarginLoss: the scores have shape [1, 3], the target [1]", |_| {
            let _ = MultiLabelMarginLoss::default().forward(&Var::constant([[0.0; 3]]), &[0].into());
        })
        .rejects("MultiLabelMarginLoss: the scores have shape [], they need [n, c] or [c]", |_| {
            let _ = MultiLabelMarginLoss::default().forward(&Var::constant(0.0), &0.into());
        })
    }
}
