//! `Domain`: where the values of operands are drawn from.

use crate::tensor::{Generator, Shape, Tensor};

/// Where the values of operands are drawn from: inside, an op is smooth at the scale of a difference quotient.
#[derive(Clone, Debug)]
pub struct Domain {
    low: f64,
    high: f64,
    /// Points to keep away from, and how far.
    kinks: Vec<f64>,
    gap: f64,
    /// Whether all values differ by at least `gap`.
    distinct: bool,
    /// What is added on the diagonals of matrices.
    diagonal: f64,
}

impl Domain {
    /// Values from `low` to `high`, each equally likely.
    pub const fn between(low: f64, high: f64) -> Self {
        Domain { low, high, kinks: Vec::new(), gap: 0.0, distinct: false, diagonal: 0.0 }
    }

    /// Values from -2 to 2 that differ from each other, over all operands, by at least `gap`: no tie lies within a difference quotient.
    pub const fn distinct(gap: f64) -> Self {
        Domain { low: -2.0, high: 2.0, kinks: Vec::new(), gap, distinct: true, diagonal: 0.0 }
    }

    /// The same values without those closer than `gap` to a point of `kinks`.
    #[must_use]
    pub fn away_from(self, kinks: impl Into<Vec<f64>>, gap: f64) -> Self {
        Domain { kinks: kinks.into(), gap, ..self }
    }

    /// The same values with `plus` added on the diagonal of each matrix: one that outweighs its rows is far from singular.
    #[must_use]
    pub fn diagonal(self, plus: f64) -> Self {
        Domain { diagonal: plus, ..self }
    }

    /// One operand for each shape; `domains` are theirs, the last one also of those that follow.
    pub(crate) fn draw(domains: &[Domain], shapes: &[Shape], generator: &mut Generator) -> Vec<Tensor<f64>> {
        let mut grid = Vec::new();
        if let Some(distinct) = domains.iter().find(|domain| domain.distinct) {
            let count: usize = shapes.iter().map(Shape::numel).sum();
            let step = ((distinct.high - distinct.low) / count.max(1) as f64).max(distinct.gap);
            grid = (0..count).map(|i| (i as f64 - count as f64 / 2.0 + 0.25) * step).collect();
            generator.shuffle(&mut grid);
        }
        let draw = |(i, shape): (usize, &Shape)| {
            let domain = &domains[i.min(domains.len() - 1)];
            Tensor::from_fn(shape, |at| match domain.distinct {
                true => grid.pop().expect("a point for each element"),
                false => domain.sample(generator) + if on_diagonal(shape, at) { domain.diagonal } else { 0.0 },
            })
        };
        shapes.iter().enumerate().map(draw).collect()
    }

    fn sample(&self, generator: &mut Generator) -> f64 {
        loop {
            let x = self.low + (self.high - self.low) * generator.unit();
            if self.kinks.iter().all(|kink| (x - kink).abs() >= self.gap) {
                return x;
            }
        }
    }
}

/// Whether the element at `at`, in row-major order, lies on the diagonal of its matrix.
fn on_diagonal(shape: &Shape, at: usize) -> bool {
    shape.matrix().is_ok_and(|(_, [m, n])| at % (m * n) / n == at % n)
}
