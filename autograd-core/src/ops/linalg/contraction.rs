//! Contraction of operands whose axes carry labels: what `einsum` and `tensordot` are made of.

use crate::ops::prelude::*;

/// The name of an axis: axes of one label run together.
pub(super) type Label = u32;

/// A variable whose axes carry labels, each its own.
#[derive(Clone)]
pub(super) struct Labelled<T: Real> {
    pub(super) x: Var<T>,
    pub(super) labels: Vec<Label>,
}

impl<T: Real> Labelled<T> {
    pub(super) fn has(&self, label: Label) -> bool {
        self.labels.contains(&label)
    }

    fn axis(&self, label: Label) -> usize {
        self.labels.iter().position(|&l| l == label).expect("a label of this operand")
    }

    /// The sizes under some of the labels.
    fn sizes(&self, labels: &[Label]) -> Vec<usize> {
        labels.iter().map(|&label| self.x.shape()[self.axis(label)]).collect()
    }

    /// The sum over the axes whose labels are not kept.
    pub(super) fn summed(self, kept: impl Fn(Label) -> bool) -> Self {
        let gone = (0..self.labels.len()).filter(|&axis| !kept(self.labels[axis]));
        let gone: Vec<isize> = gone.map(|axis| axis as isize).collect();
        if gone.is_empty() {
            return self;
        }
        let labels = self.labels.into_iter().filter(|&label| kept(label)).collect();
        Labelled { x: self.x.sum_axes(gone, false), labels }
    }

    /// The variable with its axes in the order of `labels`, which names each.
    pub(super) fn arranged(&self, labels: &[Label]) -> Var<T> {
        match self.labels == labels {
            true => self.x.clone(),
            false => self.x.permute(labels.iter().map(|&label| self.axis(label)).collect::<Vec<_>>()),
        }
    }

    /// The variable with an axis for each of `labels`, in that order: of size 1 where it has no such label.
    fn spread(&self, labels: &[Label]) -> Var<T> {
        let own: Vec<Label> = labels.iter().copied().filter(|&label| self.has(label)).collect();
        let size = |&label: &Label| if self.has(label) { self.x.shape()[self.axis(label)] } else { 1 };
        reshaped(self.arranged(&own), labels.iter().map(size).collect())
    }

    /// The variable under groups of labels, each group joined to one axis.
    fn joined(&self, groups: &[&[Label]]) -> Result<Var<T>, Mismatch> {
        let sizes = groups.iter().map(|group| Ok(Shape::from(self.sizes(group)).addressable()?.numel()));
        let shape = sizes.collect::<Result<Shape, Mismatch>>()?;
        Ok(reshaped(self.arranged(&groups.concat()), shape))
    }
}

/// The variable under a shape, without a step that would change nothing.
fn reshaped<T: Real>(x: Var<T>, shape: Shape) -> Var<T> {
    if *x.shape() == shape { x } else { x.reshape(shape) }
}

/// The product of two operands, summed over the labels that are not kept. Those that both have and that are kept come first in the
/// result, then those of `a`, then those of `b`.
pub(super) fn contract<T: Real>(
    a: Labelled<T>,
    b: Labelled<T>,
    kept: impl Fn(Label) -> bool,
) -> Result<Labelled<T>, Mismatch> {
    let a = a.summed(|label| kept(label) || b.has(label));
    let b = b.summed(|label| kept(label) || a.has(label));
    let (shared, rows): (Vec<Label>, Vec<Label>) = a.labels.iter().copied().partition(|&label| b.has(label));
    let (batch, inner): (Vec<Label>, Vec<Label>) = shared.into_iter().partition(|&label| kept(label));
    let columns: Vec<Label> = b.labels.iter().copied().filter(|&label| !a.has(label)).collect();
    let labels = [&*batch, &rows, &columns].concat();
    let shape = Shape::joined([&a.sizes(&batch), &a.sizes(&rows), &b.sizes(&columns)]).addressable()?;
    let x = if inner.is_empty() || rows.is_empty() && columns.is_empty() {
        // Matrices of one row and column, or of one inner place: element by element is the shorter way.
        let all = [&*labels, &inner].concat();
        Labelled { x: a.spread(&all) * b.spread(&all), labels: all }.summed(kept).x
    } else {
        let (left, right) = match batch.is_empty() {
            true => (a.joined(&[&rows, &inner])?, b.joined(&[&inner, &columns])?),
            false => (a.joined(&[&batch, &rows, &inner])?, b.joined(&[&batch, &inner, &columns])?),
        };
        reshaped(left.matmul(&right), shape)
    };
    Ok(Labelled { x, labels })
}

/// In which order some terms are contracted: pairs of positions among those left, the result coming last.
pub(super) type Order = Vec<(usize, usize)>;

/// Up to so many terms, each order is tried.
const FEW: usize = 4;

/// The cheapest order, in multiplications, for few terms; for more, the cheapest pair is taken each time until few are left.
pub(super) fn cheapest(terms: &[Vec<Label>], output: &[Label], size: &impl Fn(Label) -> usize) -> (f64, Order) {
    if terms.len() < 2 {
        return (0.0, Order::new());
    }
    let mut steps = Vec::new();
    for j in 1..terms.len() {
        for i in 0..j {
            let mut others = terms.to_vec();
            let (b, a) = (others.remove(j), others.remove(i));
            let lasts = |label: &Label| output.contains(label) || others.iter().any(|term| term.contains(label));
            let only_b = b.iter().filter(|label| !a.contains(label));
            let all: Vec<Label> = a.iter().chain(only_b).copied().collect();
            let counts = |label: &&Label| lasts(label) || a.contains(label) && b.contains(label);
            let cost: f64 = all.iter().filter(counts).map(|&label| size(label) as f64).product();
            others.push(all.iter().filter(|label| lasts(label)).copied().collect());
            steps.push((cost, (i, j), others));
        }
    }
    if terms.len() > FEW {
        steps.sort_by(|(a, ..), (b, ..)| a.total_cmp(b));
        steps.truncate(1);
    }
    let whole = steps.into_iter().map(|(cost, pair, others)| {
        let (rest, mut order) = cheapest(&others, output, size);
        order.insert(0, pair);
        (cost + rest, order)
    });
    whole.min_by(|(a, _), (b, _)| a.total_cmp(b)).expect("a pair among two or more")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The order for terms written as letters, each of the size that `size` gives.
    fn order(terms: &[&str], output: &str, size: impl Fn(char) -> usize) -> (f64, Order) {
        let labels = |term: &str| term.chars().map(Label::from).collect::<Vec<_>>();
        let terms: Vec<Vec<Label>> = terms.iter().map(|term| labels(term)).collect();
        cheapest(&terms, &labels(output), &|label| size(char::from_u32(label).expect("a letter")))
    }

    #[test]
    fn a_vector_is_multiplied_before_matrices_are() {
        let (cost, order) = order(&["ij", "jk", "k"], "i", |_| 100);
        assert_eq!((cost, order), (2e4, vec![(1, 2), (0, 1)]));
    }

    #[test]
    fn a_cheap_first_step_is_not_taken_if_the_whole_costs_more() {
        let size = |letter| match letter {
            'i' => 3,
            'j' => 2,
            'k' => 10,
            _ => 4,
        };
        // (ab)c: 60 + 120; a(bc): 80 + 24.
        assert_eq!(order(&["ij", "jk", "kl"], "il", size), (104.0, vec![(1, 2), (0, 1)]));
    }

    #[test]
    fn many_terms_are_taken_pair_by_pair() {
        let (cost, order) = order(&["ab", "bc", "cd", "de", "ef", "fg"], "ag", |_| 2);
        assert_eq!((cost, order.len()), (5.0 * 8.0, 5));
    }
}
