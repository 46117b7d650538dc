//! `MultiLabelMarginLoss`: the hinge loss of examples with several right classes each.

use super::Reduction;
use super::shared::reduced;
use crate::layers::prelude::*;

/// The hinge loss of examples with several right classes each: every wrong class should score less than every right one by 1.
///
/// `loss[i] = Σ_j Σ_k max(0, 1 − x[i, j] + x[i, k]) / c` over the right classes `j` and the wrong ones `k`. The right classes of an example
/// are listed in its row of the target, whose first -1 ends the list; one that is listed twice counts twice.
///
/// All listed classes are compared at once, with `c` numbers for each.
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
        let classes = shape.last().copied().unwrap_or(0);
        let right = right_classes(target, classes);
        let examples = if rank == 1 { 1 } else { shape[0] };

        // A row of margins for each right class: 1 − x[.., j] + x[.., k] over the wrong classes k.
        let list = |of: fn(&Right) -> usize| Tensor::from_fn(right.len(), |i| of(&right[i]) as i64);
        let example_of = list(|right| right.example);
        let of_right = x.reshape([x.numel()]).index_select(0, &list(|right| right.place)).unsqueeze(1);
        let of_all = x.reshape([examples, classes]).index_select(0, &example_of);
        let mut is_right = vec![false; x.numel()];
        right.iter().for_each(|right| is_right[right.place] = true);
        let is_one = Tensor::from_fn([right.len(), classes], |at| {
            is_right[right[at / classes].example * classes + at % classes]
        });
        let margins = (of_all - of_right).add_scalar(T::one()).relu().masked_fill(&is_one, T::zero());
        let losses = margins.sum_axes(-1, false).index_add(0, &example_of, examples) / T::of(classes as f64);
        let losses = if rank == 1 { losses.reshape([]) } else { losses };
        report(self, reduced(losses, self.reduction))
    }
}

/// A right class that an example lists.
struct Right {
    example: usize,
    /// Where its score stands among all.
    place: usize,
}

/// The right classes that are listed, one that is listed twice twice.
#[track_caller]
fn right_classes(target: &Tensor<i64>, classes: usize) -> Vec<Right> {
    let mut right = Vec::new();
    for (example, listed) in target.to_vec().chunks(classes.max(1)).enumerate() {
        for &class in listed.iter().take_while(|&&class| class != -1) {
            let known = usize::try_from(class).ok().filter(|&class| class < classes);
            let Some(known) = known else {
                refuse!("MultiLabelMarginLoss: class {class} of example {example} is none of the {classes}");
            };
            right.push(Right { example, place: example * classes + known });
        }
    }
    right
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_that_is_listed_twice_counts_twice_as_in_pytorch() {
        let x = Var::<f64>::leaf([[0.1, 0.2, 0.4, 0.8]]);
        let loss = MultiLabelMarginLoss::default().forward(&x, &[[3, 3, -1, 0]].into());
        assert!((loss.item() - 0.65).abs() < 1e-15);
        let dx = loss.backward().get(&x).unwrap().to_vec();
        assert!(dx.iter().zip([0.5, 0.5, 0.5, -1.5]).all(|(found, expected)| (found - expected).abs() < 1e-15));
    }

    #[test]
    fn an_example_without_right_classes_costs_nothing() {
        let x = Var::<f64>::leaf([[0.1, 0.2]]);
        let loss = MultiLabelMarginLoss::default().forward(&x, &[[-1, 0]].into());
        assert_eq!(loss.item(), 0.0);
        assert_eq!(loss.backward().get(&x).unwrap().to_vec(), [0.0, 0.0]);
    }

    #[test]
    fn memory_does_not_grow_with_the_square_of_the_classes() {
        // All pairs of these classes would be a hundred billion numbers.
        let classes = 300_000;
        let x = Var::<f32>::leaf(Tensor::zeros([1, classes]));
        let target = Tensor::from_fn([1, classes], |i| if i == 0 { 7 } else { -1 });
        let loss = MultiLabelMarginLoss::default().forward(&x, &target);
        assert!((loss.item() - 1.0).abs() < 1e-4);
    }
}
