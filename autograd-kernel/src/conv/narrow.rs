//! Results of narrow images with kernels three wide: vectors of filters meet single pixels, so that the padding, a sixth of the
//! products for images of 8×8, is left out.

use super::panels::many_registers;
use super::product::Places;
use super::reading::Reading;
use super::scratch::Scratch;
use super::vector::{lanes, load, store};
use crate::element::Real;
use crate::isa;
use crate::threads::{self, Shared};
use crate::transpose::transpose;
use pulp::{Simd, WithSimd};
use smallvec::SmallVec;
use std::array;
use std::marker::PhantomData;
use std::ops::Range;

/// Vectors of filters in a panel, for rows of so many results: together they fill the registers.
pub(super) const fn vectors(width: usize) -> usize {
    if width <= 4 { 4 } else { 2 }
}
/// Places of the kernel whose panel stays in the first-level cache, for a row after the other.
const DEEP: usize = 192;
/// Images for which a block of the weight is used.
const IMAGES: usize = 8;

/// Filters in a panel of so many vectors, if so many results of a group that are so read are best computed here.
pub(super) fn panel<T: Real>(reading: &Reading, places: &Places, filters: usize, vectors: usize) -> Option<usize> {
    struct Lanes<T>(PhantomData<T>);
    impl<T: Real> WithSimd for Lanes<T> {
        type Output = Option<usize>;
        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) -> Self::Output {
            many_registers::<S>().then_some(lanes::<S, T>())
        }
    }
    let [deep, down, wide] = &reading.axes;
    let starts: SmallVec<[isize; 8]> = wide.taps.iter().map(|tap| tap.1).collect();
    let flat = [deep.count, reading.size[0], deep.taps.len(), down.step, wide.step] == [1; 5] && deep.taps[0].1 == 0;
    let three = matches!(starts[..], [-1, 0, 1] | [1, 0, -1]);
    let whole = places.size == [1, down.count, wide.count] && wide.count == reading.size[2];
    let narrow = matches!(wide.count, 4 | 7 | 8);
    let panel = isa::dispatch(Lanes::<T>(PhantomData))? * vectors;
    // What fills up the last panel costs no more than what is saved.
    let full = 7 * filters.next_multiple_of(panel) <= 8 * filters;
    (flat && three && whole && narrow && full).then_some(panel)
}

/// `y ←` the product of a weight in panels of `panel` filters with what results read of `x`; the reading is one that [`panel`] takes.
pub(super) fn product<T: Real>(
    reading: &Reading,
    [images, groups]: [usize; 2],
    x: &[T],
    weight: &[T],
    [filters, panel]: [usize; 2],
    y: &mut [T],
) {
    let (panels, chunks) = (filters.div_ceil(panel), images.div_ceil(IMAGES));
    let work = y.len().saturating_mul(reading.channels * reading.places());
    let y = Shared(y.as_mut_ptr());
    threads::pieces(groups * panels * chunks, work / 16, |number| {
        let (panel, chunk) = (number / chunks, number % chunks);
        let images = chunk * IMAGES..((chunk + 1) * IMAGES).min(images);
        isa::dispatch(Piece { reading, images, groups, panel, weight, x, filters, y: &y });
    });
}

/// The results of one panel of filters for some images.
struct Piece<'a, T> {
    reading: &'a Reading,
    images: Range<usize>,
    groups: usize,
    /// The number of the panel, counted through all groups.
    panel: usize,
    weight: &'a [T],
    x: &'a [T],
    /// Filters of a group.
    filters: usize,
    y: &'a Shared<T>,
}

impl<T: Real> WithSimd for Piece<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let reversed = self.reading.axes[2].taps[0].1 > 0;
        match (self.reading.width(), reversed) {
            (4, false) => self.run::<S, 4, { vectors(4) }, false>(simd),
            (4, true) => self.run::<S, 4, { vectors(4) }, true>(simd),
            (7, false) => self.run::<S, 7, { vectors(7) }, false>(simd),
            (7, true) => self.run::<S, 7, { vectors(7) }, true>(simd),
            (_, false) => self.run::<S, 8, { vectors(8) }, false>(simd),
            (_, true) => self.run::<S, 8, { vectors(8) }, true>(simd),
        }
    }
}

impl<T: Real> Piece<'_, T> {
    /// With rows of `W` results, and the columns of the kernel from the last to the first if they are `REVERSED`.
    #[inline(always)]
    fn run<S: Simd, const W: usize, const V: usize, const REVERSED: bool>(&self, simd: S) {
        let Piece { reading, groups, filters, .. } = *self;
        let wide = V * lanes::<S, T>();
        let down = &reading.axes[1];
        let (channels, plane) = (reading.channels, reading.size[1] * W);
        let (places, pixels) = (reading.places(), down.count * W);
        let panels = filters.div_ceil(wide);
        let (group, first) = (self.panel / panels, self.panel % panels * wide);
        let weight = &self.weight[self.panel * channels * places * wide..][..channels * places * wide];
        let mut sums = Scratch::<T>::new(self.images.len() * pixels * wide);
        sums.fill(T::zero());
        let together = (DEEP / places).max(1);
        for block in (0..channels).step_by(together) {
            let count = together.min(channels - block);
            let weight = &weight[block * places * wide..][..count * places * wide];
            for (image, sums) in self.images.clone().zip(sums.chunks_exact_mut(pixels * wide)) {
                let x = &self.x[((image * groups + group) * channels + block) * plane..][..count * plane];
                for (row, sums) in sums.chunks_exact_mut(W * wide).enumerate() {
                    // The rows that are read, and what they are multiplied with.
                    let rows: SmallVec<[(usize, usize); 8]> = (0..down.taps.len())
                        .filter(|&i| down.inside(i, reading.size[1]).contains(&row))
                        .map(|i| (down.read(i, row) * W, i * 3 * wide))
                        .collect();
                    let pitches = [plane, places * wide];
                    // SAFETY: the rows lie in planes of `x`, of which there are `count`, as are kernels in `weight`.
                    unsafe {
                        tile::<S, T, W, V, REVERSED>(simd, x.as_ptr(), weight.as_ptr(), pitches, count, &rows, sums)
                    };
                }
            }
        }
        let filled = wide.min(filters - first);
        for (image, sums) in self.images.clone().zip(sums.chunks_exact(pixels * wide)) {
            // SAFETY: `y` has planes for each filter of each group and image, and those of a panel are the piece's own.
            let y = unsafe {
                let start = self.y.at(((image * groups + group) * filters + first) * pixels);
                std::slice::from_raw_parts_mut(start, filled * pixels)
            };
            transpose(simd, sums, wide, [pixels, filled], pixels, y);
        }
    }
}

/// Adds to the sums of `W` results for each of a panel's filters what `count` channels give: of each those rows of `x` whose places are
/// listed, times the three columns of the weight at the place beside it. Channels are a pitch apart.
///
/// # Safety
/// All of that must be there; `sums` must hold `W` times `V` vectors.
#[inline(always)]
unsafe fn tile<S: Simd, T: Real, const W: usize, const V: usize, const REVERSED: bool>(
    simd: S,
    mut x: *const T,
    mut weight: *const T,
    [plane, kernel]: [usize; 2],
    count: usize,
    rows: &[(usize, usize)],
    to: &mut [T],
) {
    let n = lanes::<S, T>();
    debug_assert_eq!(to.len(), W * V * n);
    let to = to.as_mut_ptr();
    // SAFETY: the caller's promise, here and below.
    let mut sums: [[T::Vector<S>; V]; W] =
        array::from_fn(|q| array::from_fn(|v| unsafe { load::<S, T>(to.add((q * V + v) * n)) }));
    for _ in 0..count {
        for &(row, column) in rows {
            // SAFETY: as above.
            unsafe {
                let (x, weight) = (x.add(row), weight.add(column));
                let next = |j: usize| weight.add(j * V * n);
                let [left, right] = if REVERSED { [2, 0] } else { [0, 2] };
                column_of::<S, T, W, V, -1>(simd, x, next(left), &mut sums);
                column_of::<S, T, W, V, 0>(simd, x, next(1), &mut sums);
                column_of::<S, T, W, V, 1>(simd, x, next(right), &mut sums);
            }
        }
        x = x.wrapping_add(plane);
        weight = weight.wrapping_add(kernel);
    }
    for (q, sums) in sums.iter().enumerate() {
        for (v, &sum) in sums.iter().enumerate() {
            // SAFETY: as above.
            unsafe { store::<S, T>(to.add((q * V + v) * n), sum) };
        }
    }
}

/// One column of the kernel, at which result `q` reads pixel `q + SHIFT`, if there is one.
///
/// # Safety
/// There must be `W` pixels, and `V` vectors of weights.
#[expect(clippy::needless_range_loop, reason = "with iterators the sums leave the registers")]
#[inline(always)]
unsafe fn column_of<S: Simd, T: Real, const W: usize, const V: usize, const SHIFT: isize>(
    simd: S,
    x: *const T,
    weight: *const T,
    sums: &mut [[T::Vector<S>; V]; W],
) {
    // SAFETY: the caller's promise.
    let weights: [T::Vector<S>; V] = array::from_fn(|v| unsafe { load::<S, T>(weight.add(v * lanes::<S, T>())) });
    for q in 0..W {
        let at = q as isize + SHIFT;
        if at >= 0 && at < W as isize {
            // SAFETY: as above.
            let pixel = T::splat(simd, unsafe { *x.offset(at) });
            for v in 0..V {
                sums[q][v] = T::mul_add_each(simd, pixel, weights[v], sums[q][v]);
            }
        }
    }
}
