//! The definition of attention, in plain loops.

use super::Attention;
use crate::tensor::Tensor;
use crate::testing::{element, from_index};

/// Each value weighted by the exponential of its score, over those at which the query looks.
pub(super) fn textbook(op: &Attention, x: &[Tensor<f64>]) -> Tensor<f64> {
    let shape = x[0].shape();
    let (rank, d, s) = (shape.rank(), shape[shape.rank() - 1], x[1].shape()[shape.rank() - 2]);
    let mask = op.spread_mask(&[x[0].shape(), x[1].shape(), x[2].shape()]).map(|mask| mask.map(f64::from).contiguous());
    from_index(shape.with(rank - 1, x[2].shape()[rank - 1]), |at| {
        let (batch, i, feature) = (&at[..rank - 2], at[rank - 2], at[rank - 1]);
        let with = |j: usize, k: usize| [batch, &[j, k]].concat();
        let looks =
            |j: &usize| (!op.causal || *j <= i) && mask.as_ref().is_none_or(|mask| element(mask, &with(i, *j)) == 1.0);
        let weight = |j: usize| {
            let product: f64 = (0..d).map(|k| element(&x[0], &with(i, k)) * element(&x[1], &with(j, k))).sum();
            (product * op.factor(d) + x.get(3).map_or(0.0, |bias| element(bias, &with(i, j)))).exp()
        };
        let keys: Vec<usize> = (0..s).filter(looks).collect();
        let sum: f64 = keys.iter().map(|&j| weight(j)).sum();
        keys.iter().map(|&j| weight(j) / sum * element(&x[2], &with(j, feature))).sum()
    })
}
