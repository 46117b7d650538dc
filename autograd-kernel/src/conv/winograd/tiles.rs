//! Tiles of 2×2 results: which rows of them a piece of work takes, and how their pixels are read and written.

use super::transform::{POINTS, SIDE, TILE, apply, read, results, results_adjoint};
use crate::conv::scratch::Scratch;
use crate::element::Real;
use crate::gemm::{Matrix, MatrixMut};
use crate::transpose::transpose;
use pulp::Simd;
use std::array::from_fn;
use std::ops::Range;

/// The tiles of a batch of images, rows of them counted through all images.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tiles {
    /// Height and width of what is read, and the zeros before it.
    pub source: [usize; 2],
    pub padding: [usize; 2],
    /// Height and width of the results.
    pub out: [usize; 2],
}

/// Rows of tiles of one image.
#[derive(Clone, Debug)]
pub(super) struct Band {
    pub image: usize,
    rows: Range<usize>,
    /// The first of its tiles, counted within a block.
    first: usize,
}

/// Values at all points, `[point][tile][channel]`: `channels` of each tile count, behind them lie others up to `pitch`.
pub(super) struct Points<T> {
    values: Scratch<T>,
    tiles: usize,
    channels: usize,
    pitch: usize,
}

impl<T: Real> Points<T> {
    pub fn new(tiles: usize, channels: usize) -> Self {
        let pitch = whole::<T>(channels);
        // A line more, so that a tile's values at different points do not meet in one set of the first cache.
        let values = Scratch::new(POINTS * (tiles * pitch + line::<T>()));
        Points { values, tiles, channels, pitch }
    }

    /// From one point to the next.
    fn each(&self) -> usize {
        self.tiles * self.pitch + line::<T>()
    }

    /// One point's, tile by tile.
    pub fn matrix(&self, point: usize) -> Matrix<'_, T> {
        Matrix::new(&self.values, point * self.each(), [self.tiles, self.channels], [self.pitch as isize, 1])
    }

    /// As [`matrix`](Self::matrix), to be written.
    pub fn matrix_mut(&mut self, point: usize) -> MatrixMut<'_, T> {
        let start = point * self.each();
        MatrixMut::new(&mut self.values[start..], [self.tiles, self.channels], self.pitch)
    }

    /// Where a tile's channels lie, at each point.
    ///
    /// # Panics
    /// If there is no such tile.
    fn tile(&mut self, tile: usize) -> [[*mut T; SIDE]; SIDE] {
        assert!(tile < self.tiles);
        let each = self.each();
        let start = self.values.as_mut_ptr();
        from_fn(|i| from_fn(|j| start.wrapping_add((i * SIDE + j) * each + tile * self.pitch)))
    }
}

/// Elements on a cache line.
fn line<T>() -> usize {
    64 / size_of::<T>()
}

/// So many channels in whole vectors.
pub(super) fn whole<T>(channels: usize) -> usize {
    channels.next_multiple_of(line::<T>())
}

/// Pixels of some rows, `[pixel][channel]`, and a run of zeros for those beside them.
struct Pixels<T> {
    values: Scratch<T>,
    rows: Range<usize>,
    width: usize,
    pitch: usize,
}

impl<T: Real> Pixels<T> {
    fn new(rows: Range<usize>, width: usize, pitch: usize) -> Self {
        let mut values = Scratch::<T>::new((rows.len() * width + 1) * pitch);
        let end = values.len() - pitch;
        values[end..].fill(T::zero());
        Pixels { values, rows, width, pitch }
    }

    /// Those of the planes of `x`, which hold so many pixels each.
    #[inline(always)]
    fn fill<S: Simd>(&mut self, simd: S, x: &[T], plane: usize, channels: usize) {
        let (x, count) = (&x[self.rows.start * self.width..], self.rows.len() * self.width);
        transpose(simd, x, plane, [channels, count], self.pitch, &mut self.values);
    }

    /// Where the pixels from a row and a column on begin, a square of them; what lies outside is zero, and what is written there is lost.
    #[inline(always)]
    fn square<const N: usize>(&mut self, row: isize, column: isize) -> [[*mut T; N]; N] {
        let start = self.values.as_mut_ptr();
        let outside = start.wrapping_add(self.values.len() - self.pitch);
        let mut square = [[outside; N]; N];
        for (i, places) in square.iter_mut().enumerate() {
            let row = (row + i as isize) as usize;
            if !self.rows.contains(&row) {
                continue;
            }
            for (j, place) in places.iter_mut().enumerate() {
                let column = (column + j as isize) as usize;
                if column < self.width {
                    *place = start.wrapping_add(((row - self.rows.start) * self.width + column) * self.pitch);
                }
            }
        }
        square
    }
}

impl Tiles {
    /// Rows of tiles in an image, and tiles in a row.
    fn counts(&self) -> [usize; 2] {
        self.out.map(|size| size.div_ceil(TILE))
    }

    /// Rows of tiles of so many images.
    pub fn rows(&self, images: usize) -> usize {
        images * self.counts()[0]
    }

    /// Tiles in a row.
    pub fn across(&self) -> usize {
        self.counts()[1]
    }

    /// A block of rows of tiles, image by image.
    pub fn bands(&self, block: Range<usize>) -> impl Iterator<Item = Band> + use<> {
        let [down, across] = self.counts();
        (block.start / down..block.end.div_ceil(down)).map(move |image| {
            let start = (image * down).max(block.start);
            let rows = start - image * down..(block.end - image * down).min(down);
            Band { image, rows, first: (start - block.start) * across }
        })
    }

    /// The rows of results of a band.
    pub fn results(&self, band: &Band) -> Range<usize> {
        TILE * band.rows.start..(TILE * band.rows.end).min(self.out[0])
    }

    /// `to ← Bᵀ d B` for the tiles `d` that a band reads of the planes of an image.
    #[inline(always)]
    pub fn read<S: Simd, T: Real>(&self, simd: S, x: &[T], band: &Band, to: &mut Points<T>) {
        let ([height, width], [down, across]) = (self.source, self.padding);
        let start = (TILE * band.rows.start).saturating_sub(down).min(height);
        let end = (TILE * band.rows.end + SIDE - TILE).saturating_sub(down).min(height);
        let mut pixels = Pixels::new(start..end, width, to.pitch);
        pixels.fill(simd, x, height * width, to.channels);
        for (tile, row, column) in self.places(band) {
            let from = pixels.square::<SIDE>(row - down as isize, column - across as isize);
            // SAFETY: the channels of a pixel and of a tile are whole vectors.
            unsafe { apply(simd, to.pitch, from, to.tile(tile), read::<S, T>) };
        }
    }

    /// `y ← Aᵀ m A` for the tiles of a band, filter by filter the rows of its results.
    #[inline(always)]
    pub fn write<S: Simd, T: Real>(&self, simd: S, m: &mut Points<T>, band: &Band, y: &mut [T]) {
        let mut pixels = Pixels::new(self.results(band), self.out[1], m.pitch);
        for (tile, row, column) in self.places(band) {
            let (from, to) = (m.tile(tile), pixels.square::<TILE>(row, column));
            // SAFETY: as above; but for the run that is outside, where any value may be, each pixel belongs to one tile.
            unsafe { apply(simd, m.pitch, from, to, results::<S, T>) };
        }
        let count = pixels.rows.len() * pixels.width;
        transpose(simd, &pixels.values, m.pitch, [count, m.channels], count, y);
    }

    /// `to ← A dy Aᵀ` for the tiles of a band: the adjoint of [`write`](Self::write).
    #[inline(always)]
    pub fn write_adjoint<S: Simd, T: Real>(&self, simd: S, dy: &[T], band: &Band, to: &mut Points<T>) {
        let mut pixels = Pixels::new(self.results(band), self.out[1], to.pitch);
        pixels.fill(simd, dy, self.out[0] * self.out[1], to.channels);
        for (tile, row, column) in self.places(band) {
            let from = pixels.square::<TILE>(row, column);
            // SAFETY: as above.
            unsafe { apply(simd, to.pitch, from, to.tile(tile), results_adjoint::<S, T>) };
        }
    }

    /// The tiles of a band: the number within its block, the row and the column of its first result.
    fn places(&self, band: &Band) -> impl Iterator<Item = (usize, isize, isize)> + use<> {
        let (first, across) = (band.first, self.across());
        let (start, end) = (band.rows.start, band.rows.end);
        (start..end).flat_map(move |row| {
            let tile = first + (row - start) * across;
            (0..across).map(move |t| (tile + t, (TILE * row) as isize, (TILE * t) as isize))
        })
    }
}
