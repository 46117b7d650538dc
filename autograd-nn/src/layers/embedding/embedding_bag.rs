//! `EmbeddingBag`: the sum, mean or maximum of the vectors of a bag of numbers.

use super::table::table;
use crate::layers::prelude::*;

/// What an [`EmbeddingBag`] makes of the vectors of a bag; of an empty one zeros.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BagMode {
    /// Their sum.
    Sum,
    /// Their mean.
    #[default]
    Mean,
    /// The largest of each of their elements; of several the first gets the gradient.
    Max,
}

/// A table of vectors that are learnt, of which bags of numbers look up the sum, mean or maximum: a text as the words in it.
///
/// # Shape
/// An index `[n, k]` of `n` bags of `k` numbers, or an index `[m]` and the `n` offsets where bags begin, `-> [n, dim]`
///
/// # Example
/// ```
/// use autograd_core::{Generator, Tensor};
/// use autograd_nn::{BagMode, EmbeddingBag};
/// let words = EmbeddingBag::new(3, 2, &mut Generator::seed(0)).mode(BagMode::Sum);
/// words.weight.set([[1.0, 2.0], [10.0, 20.0], [100.0, 200.0]]);
/// let y = words.forward(&Tensor::from([[0, 1], [2, 2]]), None);
/// assert_eq!(y.to_vec(), [11.0, 22.0, 200.0, 400.0]);
/// let gradients = y.sum().backward();
/// assert_eq!(words.weight.gradient(&gradients).unwrap().to_vec(), [1.0, 1.0, 1.0, 1.0, 2.0, 2.0]);
///
/// let bags = words.forward_offsets(&Tensor::from([0, 1, 2]), &[0, 3, 3], None); // three words, none, none
/// assert_eq!(bags.to_vec(), [111.0, 222.0, 0.0, 0.0, 0.0, 0.0]);
/// ```
#[derive(Debug, Module)]
pub struct EmbeddingBag<T: Real = f32> {
    /// The table, of shape `[num, dim]`.
    pub weight: Parameter<T>,
    /// The row that does not count, as if it were not in the bag.
    pub padding_idx: Option<usize>,
    /// What is made of a bag.
    #[module(skip)]
    pub mode: BagMode,
}

table!(EmbeddingBag { mode: BagMode::default() });

impl<T: Real> EmbeddingBag<T> {
    /// Makes this of a bag; the mean if nothing is said.
    #[must_use]
    pub fn mode(self, mode: BagMode) -> Self {
        EmbeddingBag { mode, ..self }
    }

    /// What is made of each of `n` bags of `k` numbers, `[n, k]`, in a sum each vector times its weight if there are any.
    ///
    /// # Panics
    /// If the index has not two axes, a number is not in the table, or weights have another shape or go with another mode than the sum.
    #[track_caller]
    #[must_use]
    pub fn forward(&self, index: &Tensor<i64>, weights: Option<&Var<T>>) -> Var<T> {
        let [n, k] = index.shape()[..] else {
            refuse!("EmbeddingBag: the index has shape {}, it must be [n, k], or have offsets", index.shape());
        };
        let starts: Vec<usize> = (0..n).map(|bag| bag * k).collect();
        report(self, self.bags(index, &starts, weights))
    }

    /// What is made of each of `n` bags that lie in one index `[m]` behind one another, the `i`-th beginning at `offsets[i]`.
    ///
    /// # Panics
    /// If the index has not one axis, the offsets do not rise from 0 to at most `m`, a number is not in the table, or weights have another
    /// shape or go with another mode than the sum.
    #[track_caller]
    #[must_use]
    pub fn forward_offsets(&self, index: &Tensor<i64>, offsets: &[usize], weights: Option<&Var<T>>) -> Var<T> {
        let shape = index.shape();
        require!(shape.rank() == 1, "EmbeddingBag: the index has shape {shape}, with offsets it must be [m]");
        let first = offsets.first().copied().unwrap_or(index.numel());
        require!(first == 0, "EmbeddingBag: the first bag begins at {first}, it must at 0");
        if let Some(pair) = offsets.windows(2).find(|pair| pair[0] > pair[1]) {
            refuse!("EmbeddingBag: offsets fall from {} to {}", pair[0], pair[1]);
        }
        let (last, m) = (offsets.last().copied().unwrap_or(0), index.numel());
        require!(last <= m, "EmbeddingBag: the last bag begins at {last}, behind an index of {m}");
        report(self, self.bags(index, offsets, weights))
    }

    /// Bags of an index, which begin at places that rise from 0.
    #[track_caller]
    fn bags(&self, index: &Tensor<i64>, starts: &[usize], weights: Option<&Var<T>>) -> Var<T> {
        let rows = index.numel();
        let mut vectors = self.weight.var().embedding(index, self.padding_idx).reshape([rows, self.embedding_dim()]);
        if let Some(weights) = weights {
            let (mode, shapes) = (self.mode, [weights.shape(), index.shape()]);
            require!(mode == BagMode::Sum, "EmbeddingBag: weights go with a sum, the mode is {mode:?}");
            require!(shapes[0] == shapes[1], "EmbeddingBag: weights have shape {}, the index {}", shapes[0], shapes[1]);
            vectors *= weights.reshape([rows, 1]);
        }

        // Each bag as the numbers of its vectors, those of the padding left out.
        let numbers = index.to_vec();
        let counts = |row: &usize| self.padding_idx.is_none_or(|padding| numbers[*row] != padding as i64);
        let ends = starts.iter().copied().skip(1).chain([rows]);
        let members: Vec<Vec<usize>> =
            starts.iter().zip(ends).map(|(&start, end)| (start..end).filter(counts).collect()).collect();
        match self.mode {
            BagMode::Sum => sums(&vectors, &members),
            BagMode::Mean => {
                let sizes = Tensor::from_fn([starts.len(), 1], |bag| T::of(members[bag].len().max(1) as f64));
                sums(&vectors, &members) / Var::constant(sizes)
            }
            BagMode::Max => maxima(&vectors, &members),
        }
    }
}

/// The sum of the vectors of each bag.
#[track_caller]
fn sums<T: Real>(vectors: &Var<T>, members: &[Vec<usize>]) -> Var<T> {
    let rows: Vec<i64> = members.iter().flatten().map(|&row| row as i64).collect();
    let bag_of: Vec<i64> = (0..).zip(members).flat_map(|(bag, rows)| rows.iter().map(move |_| bag)).collect();
    let [rows, bag_of] = [rows, bag_of].map(|list| Tensor::from_slice(&list, list.len()));
    vectors.index_select(0, &rows).index_add(0, &bag_of, members.len())
}

/// The largest of each element of the vectors of each bag, the first of several; zeros for an empty bag.
///
/// Only where the largest stand is looked up here, so that one long bag among short ones costs no more than its own vectors.
#[track_caller]
fn maxima<T: Real>(vectors: &Var<T>, members: &[Vec<usize>]) -> Var<T> {
    let (bags, dim) = (members.len(), vectors.shape()[1]);
    if members.iter().all(Vec::is_empty) {
        return sums(vectors, members);
    }
    let values = vectors.to_vec();
    // Of an empty bag any row may stand.
    let mut largest = vec![0; bags * dim];
    for (bag, rows) in members.iter().enumerate() {
        let largest = &mut largest[bag * dim..][..dim];
        let Some((&first, others)) = rows.split_first() else { continue };
        largest.fill(first as i64);
        for &row in others {
            for (column, largest) in largest.iter_mut().enumerate() {
                let (x, most) = (values[row * dim + column], values[*largest as usize * dim + column]);
                // A NaN wins, as it does in PyTorch.
                if x > most || x.is_nan() && !most.is_nan() {
                    *largest = row as i64;
                }
            }
        }
    }
    let empty = Tensor::from_fn([bags, 1], |bag| members[bag].is_empty());
    vectors.gather(0, &Tensor::from_vec(largest, [bags, dim])).masked_fill(&empty, T::zero())
}

#[cfg(test)]
impl Checked for EmbeddingBag<f64> {
    fn cases() -> Cases<Self> {
        fn bags(mode: BagMode) -> impl Fn(&mut Generator) -> EmbeddingBag<f64> {
            move |g| EmbeddingBag::new(4, 3, g).mode(mode)
        }
        let table = |name, mode| {
            Case::new(name, bags(mode), |layer, _| vec![layer.forward(&[[0, 3], [3, 1]].into(), None)])
                .output([2, 3])
                .state(["weight [4, 3]"])
        };
        let ragged = |name, mode| {
            let build = move |g: &mut Generator| bags(mode)(g).padding_idx(2);
            let index = || Tensor::from([0, 2, 1, 3, 3, 2]);
            Case::new(name, build, move |layer, _| vec![layer.forward_offsets(&index(), &[0, 2, 2, 5], None)])
                .output([4, 3])
                .state(["weight [4, 3]"])
        };
        let weighted = Case::new("weights", bags(BagMode::Sum), |layer, x| {
            vec![layer.forward(&[[0, 3], [3, 1]].into(), Some(&x[0]))]
        });
        Cases::new(table("sums", BagMode::Sum))
            .case(table("means", BagMode::Mean))
            .case(table("maxima", BagMode::Max))
            .case(ragged("ragged sums", BagMode::Sum))
            .case(ragged("ragged means", BagMode::Mean))
            .case(ragged("ragged maxima", BagMode::Max))
            .case(weighted.input([2, 2]).output([2, 3]).state(["weight [4, 3]"]))
            .rejects("EmbeddingBag: the index has shape [1], it must be [n, k], or have offsets", |g| {
                let _ = bags(BagMode::Sum)(g).forward(&[0].into(), None);
            })
            .rejects("EmbeddingBag: the index has shape [1, 1], with offsets it must be [m]", |g| {
                let _ = bags(BagMode::Sum)(g).forward_offsets(&[[0]].into(), &[0], None);
            })
            .rejects("EmbeddingBag: the first bag begins at 1, it must at 0", |g| {
                let _ = bags(BagMode::Sum)(g).forward_offsets(&[0, 1].into(), &[1], None);
            })
            .rejects("EmbeddingBag: offsets fall from 2 to 1", |g| {
                let _ = bags(BagMode::Sum)(g).forward_offsets(&[0, 1].into(), &[0, 2, 1], None);
            })
            .rejects("EmbeddingBag: the last bag begins at 3, behind an index of 2", |g| {
                let _ = bags(BagMode::Sum)(g).forward_offsets(&[0, 1].into(), &[0, 3], None);
            })
            .rejects("EmbeddingBag: weights go with a sum, the mode is Mean", |g| {
                let _ = bags(BagMode::Mean)(g).forward(&[[0]].into(), Some(&Var::constant([[1.0]])));
            })
            .rejects("EmbeddingBag: weights have shape [1], the index [1, 1]", |g| {
                let _ = bags(BagMode::Sum)(g).forward(&[[0]].into(), Some(&Var::constant([1.0])));
            })
            .rejects("embedding: index 4 at [0, 0] is out of range, the table has 4 rows", |g| {
                let _ = bags(BagMode::Sum)(g).forward(&[[4]].into(), None);
            })
            .rejects("EmbeddingBag: the padding is row 9, the table has 4", |g| {
                drop(bags(BagMode::Sum)(g).padding_idx(9))
            })
            .rejects("EmbeddingBag: the table has shape [1], it must be [num, dim]", |_| {
                drop(EmbeddingBag::from_pretrained([1.0]));
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(mode: BagMode, padding_idx: Option<usize>) -> EmbeddingBag<f64> {
        let layer = EmbeddingBag::from_pretrained([[1.0, -2.0], [0.5, 3.0], [-1.0, 0.0], [2.0, 2.0]]).mode(mode);
        layer.unfreeze();
        EmbeddingBag { padding_idx, ..layer }
    }

    fn index() -> Tensor<i64> {
        [0, 2, 1, 3, 3, 2].into()
    }

    #[test]
    fn values_and_gradients_are_those_of_pytorch() {
        let third = 7.0 / 3.0;
        let expected = [
            (
                BagMode::Sum,
                None,
                [0.0, -2.0, 0.0, 0.0, 4.5, 7.0, -1.0, 0.0],
                [0.0, -4.0, 9.0, 14.0, -2.0, -4.0, 18.0, 28.0],
            ),
            (
                BagMode::Sum,
                Some(2),
                [1.0, -2.0, 0.0, 0.0, 4.5, 7.0, 0.0, 0.0],
                [2.0, -4.0, 9.0, 14.0, 0.0, 0.0, 18.0, 28.0],
            ),
            (
                BagMode::Mean,
                None,
                [0.0, -1.0, 0.0, 0.0, 1.5, third, -1.0, 0.0],
                [0.0, -1.0, 1.0, third / 1.5, -2.0, -1.0, 2.0, third / 0.75],
            ),
            (
                BagMode::Mean,
                Some(2),
                [1.0, -2.0, 0.0, 0.0, 1.5, third, 0.0, 0.0],
                [2.0, -4.0, 1.0, third / 1.5, 0.0, 0.0, 2.0, third / 0.75],
            ),
            (BagMode::Max, None, [1.0, 0.0, 0.0, 0.0, 2.0, 3.0, -1.0, 0.0], [2.0, 0.0, 0.0, 6.0, -2.0, 0.0, 4.0, 0.0]),
            (
                BagMode::Max,
                Some(2),
                [1.0, -2.0, 0.0, 0.0, 2.0, 3.0, 0.0, 0.0],
                [2.0, -4.0, 0.0, 6.0, 0.0, 0.0, 4.0, 0.0],
            ),
        ];
        let close = |found: &[f64], expected: &[f64]| found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-14);
        for (mode, padding_idx, y, dw) in expected {
            let layer = layer(mode, padding_idx);
            let found = layer.forward_offsets(&index(), &[0, 2, 2, 5], None);
            assert!(close(&found.to_vec(), &y), "{mode:?}, {padding_idx:?}: {found}");
            let gradients = found.square().sum().backward();
            let found = layer.weight.gradient(&gradients).unwrap();
            assert!(close(&found.to_vec(), &dw), "{mode:?}, {padding_idx:?}: {found}");
        }
    }

    #[test]
    fn weights_of_a_sum_have_the_gradients_of_pytorch() {
        let weights = Var::leaf([1.0, 2.0, 0.5, -1.0, 3.0, 2.0]);
        let layer = layer(BagMode::Sum, Some(2));
        let y = layer.forward_offsets(&index(), &[0, 2, 2, 5], Some(&weights));
        assert_eq!(y.to_vec(), [1.0, -2.0, 0.0, 0.0, 4.25, 5.5, 0.0, 0.0]);
        let gradients = y.square().sum().backward();
        assert_eq!(gradients.get(&weights).unwrap().to_vec(), [10.0, 0.0, 37.25, 39.0, 39.0, 0.0]);
        let expected = [2.0, -4.0, 4.25, 5.5, 0.0, 0.0, 17.0, 22.0];
        assert_eq!(layer.weight.gradient(&gradients).unwrap().to_vec(), expected);
    }

    #[test]
    fn empty_bags_are_zeros_and_there_may_be_none() {
        for mode in [BagMode::Sum, BagMode::Mean, BagMode::Max] {
            let layer = layer(mode, None);
            assert_eq!(layer.forward(&Tensor::zeros([2, 0]), None).to_vec(), [0.0; 4]);
            assert_eq!(*layer.forward_offsets(&Tensor::zeros([0]), &[], None).shape(), [0, 2]);
        }
    }

    #[test]
    fn one_long_bag_among_short_ones_does_not_lengthen_these() {
        // As long as the longest, all bags would hold ten billion numbers.
        let (bags, words) = (100_000, 100_000);
        let layer = EmbeddingBag::from_pretrained([[1.0f32], [5.0], [-2.0]]).mode(BagMode::Max);
        let index = Tensor::from_fn([bags - 1 + words], |i| if i < bags - 1 { 2 } else { (i % 2) as i64 });
        let offsets: Vec<usize> = (0..bags).collect();
        let y = layer.forward_offsets(&index, &offsets, None).to_vec();
        assert_eq!((y[0], y[bags - 2], y[bags - 1]), (-2.0, -2.0, 5.0));
    }

    #[test]
    fn a_vector_of_nan_is_the_largest_and_minus_infinity_may_be() {
        let layer = EmbeddingBag::from_pretrained([[f64::NAN, 1.0], [2.0, f64::NEG_INFINITY]]).mode(BagMode::Max);
        let y = layer.forward(&[[0, 1], [1, 0], [1, 1]].into(), None).to_vec();
        assert!(y[0].is_nan() && y[2].is_nan());
        assert_eq!((y[1], y[3], &y[4..]), (1.0, 1.0, &[2.0, f64::NEG_INFINITY][..]));
    }
}
