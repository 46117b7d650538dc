//! Scaled dot-product attention by blocks: no more than one block of scores exists at a time, so that memory grows with the sequence and not
//! with its square (Dao, Fu, Ermon, Rudra, Ré 2022, "FlashAttention", algorithms 1 and 4).

mod scores;

use crate::element::Real;
use crate::gemm::Matrix;
use crate::isa;
use crate::list::List;
use crate::scratch;
use crate::threads;
use crate::view::Reader;
use scores::{Exponentials, Inner, Probabilities, Slopes};

/// Queries of a block.
const QUERIES: usize = 64;
/// Keys of a block.
const KEYS: usize = 128;

/// The sizes of an attention, and which query may look at which key.
pub struct Attention<'a, T> {
    /// Number of queries, of keys, of features of both, and of features of a value.
    pub sizes: [usize; 4],
    /// What scores are multiplied by.
    pub scale: T,
    /// Whether a query looks at no key behind its own place.
    pub causal: bool,
    /// Where a query may look, `[heads, t, s]`.
    pub mask: Option<Reader<'a, bool>>,
    /// What is added to the scores, `[heads, t, s]`.
    pub bias: Option<Reader<'a, T>>,
}

/// One head's rows of each operand.
#[derive(Clone, Copy)]
pub struct Head<'a, T> {
    /// The position of the head among all, for masks.
    pub number: usize,
    /// Its queries, `[t, e]`.
    pub q: &'a [T],
    /// Its keys, `[s, e]`.
    pub k: &'a [T],
    /// Its values, `[s, v]`.
    pub v: &'a [T],
}

/// The gradients of a head's operands; those not wanted are empty.
pub(crate) struct Gradients<'a, T> {
    dq: &'a mut [T],
    dk: &'a mut [T],
    dv: &'a mut [T],
    dbias: &'a mut [T],
}

/// What reading a mask and a bias needs.
struct Room<T> {
    mask: List<bool>,
    bias: List<T>,
}

impl<T> Room<T> {
    fn new() -> Self {
        Room { mask: List::new(), bias: List::new() }
    }
}

/// Rows `first..first + count` of a row-major matrix with `n` columns.
fn rows<T>(x: &[T], first: usize, count: usize, n: usize) -> Matrix<'_, T> {
    Matrix::row_major(&x[first * n..(first + count) * n], 0, [count, n])
}

impl<T: Real> Attention<'_, T> {
    /// The scores of `m` queries from `i` on with `n` keys from `j` on, minus infinity where a query may not look; still to be scaled by what is
    /// returned.
    fn scores(
        &self,
        head: Head<'_, T>,
        [i, m]: [usize; 2],
        [j, n]: [usize; 2],
        scores: &mut [T],
        room: &mut Room<T>,
    ) -> T {
        let [t, s, d, _] = self.sizes;
        T::gemm(rows(head.q, i, m, d), rows(head.k, j, n, d).transposed(), T::zero(), scores);
        if self.bias.is_none() && self.mask.is_none() && !(self.causal && j + n > i + 1) {
            return self.scale;
        }
        for (i, row) in (i..).zip(scores.chunks_exact_mut(n)) {
            row.iter_mut().for_each(|x| *x *= self.scale);
            let at = (head.number * t + i) * s + j;
            if let Some(bias) = &self.bias {
                row.iter_mut().zip(bias.read(at, n, &mut room.bias)).for_each(|(x, &bias)| *x += bias);
            }
            if let Some(mask) = &self.mask {
                let looks = mask.read(at, n, &mut room.mask);
                row.iter_mut().zip(looks).filter(|(_, looks)| !**looks).for_each(|(x, _)| *x = T::neg_infinity());
            }
            if self.causal {
                row.iter_mut().skip((i + 1).saturating_sub(j)).for_each(|x| *x = T::neg_infinity());
            }
        }
        T::one()
    }

    /// Whether query `i` may look at a key at all.
    fn looks(&self, head: usize, i: usize, scratch: &mut Vec<bool>) -> bool {
        let [t, s, ..] = self.sizes;
        let reach = if self.causal { s.min(i + 1) } else { s };
        match &self.mask {
            Some(mask) => mask.read((head * t + i) * s, reach, scratch).contains(&true),
            None => reach > 0,
        }
    }

    /// The blocks of keys at which the queries before `end` look.
    fn blocks(&self, end: usize) -> impl Iterator<Item = [usize; 2]> + use<T> {
        let s = if self.causal { self.sizes[1].min(end) } else { self.sizes[1] };
        (0..s).step_by(KEYS).map(move |j| [j, KEYS.min(s - j)])
    }

    /// `y ← softmax(scale · q kᵀ + bias) v` for `heads`, and the logarithm of the sum of each query's exponentials: infinity for a query that may not look
    /// anywhere, whose result is zero.
    #[inline(never)]
    pub fn forward<'a>(&self, heads: usize, head: impl Fn(usize) -> Head<'a, T> + Sync, y: &mut [T], logsums: &mut [T])
    where
        T: 'a,
    {
        let [t, s, d, e] = self.sizes;
        if t == 0 || heads == 0 {
            return;
        }
        let mut tasks = List::<(usize, usize, &mut [T], &mut [T])>::new();
        let mut rest = y;
        for (number, logsums) in logsums.chunks_exact_mut(t).enumerate() {
            for (block, logsums) in logsums.chunks_mut(QUERIES).enumerate() {
                let (y, later) = std::mem::take(&mut rest).split_at_mut(logsums.len() * e);
                rest = later;
                tasks.push((number, block * QUERIES, y, logsums));
            }
        }
        threads::chunks(&mut tasks, 1, QUERIES * s * (d + e + 16), |_, tasks| {
            for (number, i, y, logsums) in tasks {
                self.forward_block(head(*number), *i, y, logsums);
            }
        });
    }

    #[inline(never)]
    pub(crate) fn forward_block(&self, head: Head<'_, T>, i: usize, y: &mut [T], logsums: &mut [T]) {
        let [.., e] = self.sizes;
        let m = logsums.len();
        let mut room = Room::new();
        y.fill(T::zero());
        scratch::with::<T, _>(m * (KEYS + 2), |memory| {
            let (scores, numbers) = memory.split_at_mut(m * KEYS);
            let (largest, sums) = numbers.split_at_mut(m);
            largest.fill(T::neg_infinity());
            sums.fill(T::zero());
            for [j, n] in self.blocks(i + m) {
                let scores = &mut scores[..m * n];
                let scale = self.scores(head, [i, m], [j, n], scores, &mut room);
                isa::dispatch(Exponentials { scores, n, scale, largest, sums, y });
                T::gemm(rows(scores, 0, m, n), rows(head.v, j, n, e), T::one(), y);
            }
            for (r, logsum) in logsums.iter_mut().enumerate() {
                let row = &mut y[r * e..(r + 1) * e];
                if self.looks(head.number, i + r, &mut room.mask) {
                    *logsum = largest[r] + sums[r].ln();
                    row.iter_mut().for_each(|y| *y /= sums[r]);
                } else {
                    *logsum = T::infinity();
                    row.fill(T::zero());
                }
            }
        });
    }

    /// The gradients of query, key, value and bias, those not wanted being empty; each head is one task, since its keys gather from all of its
    /// queries.
    ///
    /// With `p = exp(scores − logsum)` and `D = Σ dy · y` for each query: `dv = pᵀ dy`, `ds = p · (dy vᵀ − D)`, `dq = scale · ds k`,
    /// `dk = scale · dsᵀ q`, `dbias = ds`.
    #[inline(never)]
    pub fn backward<'a>(
        &self,
        heads: usize,
        head: impl Fn(usize) -> Head<'a, T> + Sync,
        (y, logsums, dy): (&[T], &[T], &[T]),
        gradients: [&mut [T]; 4],
    ) where
        T: 'a,
    {
        let [t, s, d, e] = self.sizes;
        let sizes = gradients.each_ref().map(|gradient| gradient.len() / heads.max(1));
        let mut rest = gradients;
        let mut take = |i: usize| {
            let (now, later) = std::mem::take(&mut rest[i]).split_at_mut(sizes[i]);
            rest[i] = later;
            now
        };
        let mut tasks: List<Gradients<'_, T>> =
            (0..heads).map(|_| Gradients { dq: take(0), dk: take(1), dv: take(2), dbias: take(3) }).collect();
        threads::chunks(&mut tasks, 1, t * s * (3 * d + 2 * e), |number, tasks| {
            let (values, sums) = (number * t * e..(number + 1) * t * e, number * t..(number + 1) * t);
            self.backward_head(head(number), (&y[values.clone()], &logsums[sums], &dy[values]), &mut tasks[0]);
        });
    }

    #[inline(never)]
    pub(crate) fn backward_head(
        &self,
        head: Head<'_, T>,
        (y, logsums, dy): (&[T], &[T], &[T]),
        to: &mut Gradients<'_, T>,
    ) {
        let [t, s, d, e] = self.sizes;
        for gradient in [&mut *to.dq, &mut *to.dk, &mut *to.dv, &mut *to.dbias] {
            gradient.fill(T::zero());
        }
        let mut room = Room::new();
        let only_values = to.dq.is_empty() && to.dk.is_empty() && to.dbias.is_empty();
        scratch::with::<T, _>(QUERIES * (2 * KEYS + 1), |memory| {
            let (scores, memory) = memory.split_at_mut(QUERIES * KEYS);
            let (slopes, inner) = memory.split_at_mut(QUERIES * KEYS);
            for i in (0..t).step_by(QUERIES) {
                let m = QUERIES.min(t - i);
                let (range, inner) = (i * e..(i + m) * e, &mut inner[..m]);
                isa::dispatch(Inner { y: &y[range.clone()], dy: &dy[range], inner });
                for [j, n] in self.blocks(i + m) {
                    let p = &mut scores[..m * n];
                    let scale = self.scores(head, [i, m], [j, n], p, &mut room);
                    isa::dispatch(Probabilities { scores: p, n, scale, logsums: &logsums[i..i + m] });
                    if !to.dv.is_empty() {
                        let dv = &mut to.dv[j * e..(j + n) * e];
                        T::gemm(rows(p, 0, m, n).transposed(), rows(dy, i, m, e), T::one(), dv);
                    }
                    if only_values {
                        continue;
                    }
                    let ds = &mut slopes[..m * n];
                    T::gemm(rows(dy, i, m, e), rows(head.v, j, n, e).transposed(), T::zero(), ds);
                    isa::dispatch(Slopes { ds, p, n, inner });
                    if !to.dbias.is_empty() {
                        for (r, ds) in ds.chunks_exact(n).enumerate() {
                            to.dbias[(i + r) * s + j..][..n].copy_from_slice(ds);
                        }
                    }
                    if !to.dq.is_empty() {
                        T::gemm(rows(ds, 0, m, n), rows(head.k, j, n, d), T::one(), &mut to.dq[i * d..(i + m) * d]);
                    }
                    if !to.dk.is_empty() {
                        let dk = &mut to.dk[j * d..(j + n) * d];
                        T::gemm(rows(ds, 0, m, n).transposed(), rows(head.q, i, m, d), T::one(), dk);
                    }
                }
            }
        });
        // Once at the end, instead of in each block of slopes.
        for gradient in [&mut *to.dq, &mut *to.dk] {
            gradient.iter_mut().for_each(|x| *x *= self.scale);
        }
    }
}
