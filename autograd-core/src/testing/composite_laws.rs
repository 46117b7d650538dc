//! The laws that composites satisfy besides those of all ops.

use super::compare::worst;
use super::laws::{Law, Subject, VALUE, all};
use crate::functional::grad_with;
use crate::tensor::{Generator, Tensor};
use crate::var::Var;

/// What a fused gradient may be off the algebraic one: two long computations in double precision.
const FUSED: f64 = 1e-11;

impl Subject<'_> {
    /// The kernels of a composite and its algebra give the same results and first gradients.
    pub(super) fn algebra(&self) -> Law {
        let xs = self.leaves();
        let Some([fused, algebra]) = self.op.results(&all(&xs)) else { return Ok(()) };
        for (i, (a, b)) in fused.iter().zip(&algebra).enumerate() {
            if let Some(found) = worst(a.value(), b.value(), VALUE) {
                return Err(format!("result {i}, by kernels and by algebra {found}"));
            }
        }
        let dys = cotangents(&fused);
        let [fused, algebra] = [false, true].map(|recorded| self.gradients(&fused, &dys, &xs, recorded));
        for (i, (a, b)) in fused.iter().zip(&algebra).enumerate() {
            let found = match (a, b) {
                (Some(a), Some(b)) => worst(a, b, FUSED),
                (None, None) => None,
                _ => Some("is there only once".to_owned()),
            };
            if let Some(found) = found {
                return Err(format!("the gradient of operand {i}, by the fused rule and by algebra {found}"));
            }
        }
        Ok(())
    }

    /// The gradient of each result of a composite alone is that with zeros for the others.
    pub(super) fn results(&self) -> Law {
        let xs = self.leaves();
        let Some([ys, _]) = self.op.results(&all(&xs)) else { return Ok(()) };
        let dys = cotangents(&ys);
        for i in 0..ys.len() {
            let dy = |j: usize| if i == j { dys[j].clone() } else { Tensor::zeros(ys[j].shape()) };
            let with_zeros: Vec<Tensor<f64>> = (0..ys.len()).map(dy).collect();
            let alone = self.gradients(&ys[i..=i], &dys[i..=i], &xs, false);
            let among = self.gradients(&ys, &with_zeros, &xs, false);
            for (k, (a, b)) in alone.into_iter().zip(among).enumerate() {
                let [a, b] = [a, b].map(|dx| dx.unwrap_or_else(|| Tensor::zeros(self.x[k].shape())));
                if let Some(found) = worst(&a, &b, VALUE) {
                    return Err(format!("result {i} alone and among zeros, the gradient of operand {k} {found}"));
                }
            }
        }
        Ok(())
    }

    /// The gradient of each operand that has one.
    fn gradients(
        &self,
        ys: &[Var<f64>],
        dys: &[Tensor<f64>],
        xs: &[Var<f64>],
        recorded: bool,
    ) -> Vec<Option<Tensor<f64>>> {
        let dys: Vec<Var<f64>> = dys.iter().map(Var::constant).collect();
        grad_with(ys, &dys, xs, recorded).into_iter().map(|dx| dx.map(|dx| dx.value().clone())).collect()
    }
}

/// A random cotangent for each result.
fn cotangents(ys: &[Var<f64>]) -> Vec<Tensor<f64>> {
    let mut generator = Generator::seed(ys.len() as u64);
    ys.iter().map(|y| Tensor::normal(y.shape(), 0.0, 1.0, &mut generator)).collect()
}
