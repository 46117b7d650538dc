//! Sums over a run of elements, in lanes and in a tree that their number alone decides.
//!
//! Everything here is to be inlined into what [`crate::isa::dispatch`] runs.

use crate::element::Real;

/// Independent partial sums: enough that additions need not wait for each other, on any instruction set.
const LANES: usize = 64;
/// Of a run shorter than this, more lanes would take longer to be added up than they save.
const FEW: usize = 256;
const FEWER: usize = 16;
/// Elements summed in lanes before the next level of the tree begins.
const BLOCK: usize = 4096;

/// Sums that come one after the other, added in pairs, pairs of pairs and so on: the error grows with the logarithm of their number.
pub(super) struct Tree<T, const K: usize> {
    /// The sum of the last `2ⁱ` places, where the number of places has the bit `i`.
    levels: [[T; K]; 64],
    count: u64,
}

impl<T: Real, const K: usize> Tree<T, K> {
    #[inline(always)]
    pub(super) fn new() -> Self {
        Tree { levels: [[T::zero(); K]; 64], count: 0 }
    }

    #[inline(always)]
    pub(super) fn push(&mut self, mut sums: [T; K]) {
        let mut level = 0;
        while self.count >> level & 1 == 1 {
            sums = add(self.levels[level], sums);
            level += 1;
        }
        self.levels[level] = sums;
        self.count += 1;
    }

    #[inline(always)]
    pub(super) fn total(&self) -> [T; K] {
        let (mut sum, mut rest) = ([T::zero(); K], self.count);
        while rest != 0 {
            sum = add(sum, self.levels[rest.trailing_zeros() as usize]);
            rest &= rest - 1;
        }
        sum
    }
}

#[inline(always)]
pub(super) fn add<T: Real, const K: usize>(mut a: [T; K], b: [T; K]) -> [T; K] {
    // A loop: neither `array::from_fn` nor what runs an iterator's closure is always inlined.
    for k in 0..K {
        a[k] += b[k];
    }
    a
}

/// The sums of `f` of each pair of elements of two runs of one length.
#[inline(always)]
pub(super) fn sums<T: Real, const K: usize>(x: &[T], y: &[T], f: impl Fn(T, T) -> [T; K]) -> [T; K] {
    if x.len() <= BLOCK {
        return block(x, y, &f);
    }
    let mut tree = Tree::new();
    for (x, y) in x.chunks(BLOCK).zip(y.chunks(BLOCK)) {
        tree.push(block(x, y, &f));
    }
    tree.total()
}

/// The sum of `f` of each element of a run.
#[inline(always)]
pub(super) fn sum<T: Real>(x: &[T], f: impl Fn(T) -> T) -> T {
    sums(x, x, |x, _| [f(x)])[0]
}

#[inline(always)]
fn block<T: Real, const K: usize>(x: &[T], y: &[T], f: &impl Fn(T, T) -> [T; K]) -> [T; K] {
    if x.len() < FEW {
        let mut lanes = [[T::zero(); FEWER]; K];
        columns::<T, K, FEWER, FEWER>(x, y, &mut lanes, f);
        return join(lanes);
    }
    let mut lanes = [[T::zero(); LANES]; K];
    // As many columns at a time as the compiler holds in the 16 registers of AVX2. The block is in the first cache, where it may be read again.
    match (K, size_of::<T>()) {
        (1, 4) => columns::<T, K, LANES, LANES>(x, y, &mut lanes, f),
        (1, _) => columns::<T, K, LANES, 32>(x, y, &mut lanes, f),
        _ => columns::<T, K, LANES, 16>(x, y, &mut lanes, f),
    }
    join(lanes)
}

/// Adds up the lanes in pairs.
#[inline(always)]
fn join<T: Real, const K: usize, const N: usize>(mut lanes: [[T; N]; K]) -> [T; K] {
    let mut width = N / 2;
    while width > 0 {
        for lanes in &mut lanes {
            for i in 0..width {
                lanes[i] += lanes[i + width];
            }
        }
        width /= 2;
    }
    lanes.map(|lanes| lanes[0])
}

/// Sums rows of `N` elements, `WIDTH` columns at a time, and what is left at the end.
#[inline(always)]
fn columns<T: Real, const K: usize, const N: usize, const WIDTH: usize>(
    x: &[T],
    y: &[T],
    lanes: &mut [[T; N]; K],
    f: &impl Fn(T, T) -> [T; K],
) {
    let ((xs, x_rest), (ys, y_rest)) = (x.as_chunks::<N>(), y.as_chunks::<N>());
    for first in (0..N).step_by(WIDTH) {
        let mut held = [[T::zero(); WIDTH]; K];
        for (x, y) in xs.iter().zip(ys) {
            let (x, y) = (&x[first..first + WIDTH], &y[first..first + WIDTH]);
            for i in 0..WIDTH {
                let terms = f(x[i], y[i]);
                for k in 0..K {
                    held[k][i] += terms[k];
                }
            }
        }
        for (lanes, held) in lanes.iter_mut().zip(held) {
            lanes[first..first + WIDTH].copy_from_slice(&held);
        }
    }
    for (i, (&x, &y)) in x_rest.iter().zip(y_rest).enumerate() {
        let terms = f(x, y);
        for k in 0..K {
            lanes[k][i] += terms[k];
        }
    }
}
