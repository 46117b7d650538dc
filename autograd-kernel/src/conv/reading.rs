//! How a convolution reads: the rows of a source laid out so that, at each place of the kernel, the results in a row read neighbours.
//!
//! The layout holds one copy of the source for each column of the kernel, cut to what the results read there, and for a stride along
//! the rows one for each class of rows. Row after row of results then reads one contiguous stretch, at each place of the kernel from
//! another offset: a matrix product can take it as it is, and a matrix of patches, larger by the rows of the kernel, need not exist.

use super::rows::Rows;
use crate::element::Real;
use pulp::Simd;
use smallvec::SmallVec;
use std::ops::Range;

/// Elements of a layout: it stays in the second-level cache.
const LAYOUT: usize = 1 << 18;
/// Elements that may be touched behind a layout, by whoever reads or writes whole vectors.
pub(super) const SLACK: usize = 64;

/// What results read along one axis.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    /// How many results there are.
    pub count: usize,
    /// Elements of the source between what neighbouring results read.
    pub step: usize,
    /// The places of the kernel that take part: the number of each, and the element that result 0 reads there.
    pub taps: SmallVec<[(usize, isize); 8]>,
}

impl Axis {
    /// Results whose reads at `tap` lie inside a source of this size.
    pub fn inside(&self, tap: usize, size: usize) -> Range<usize> {
        // The first result that reads `least` or more.
        let first = |least: isize| {
            let o = -(self.taps[tap].1 - least).div_euclid(self.step as isize);
            o.clamp(0, self.count as isize) as usize
        };
        let begin = first(0);
        begin..first(size as isize).max(begin)
    }

    /// The elements that are read, in classes modulo the step, and which of them each tap reads.
    pub fn classes(&self) -> (SmallVec<[Class; 4]>, Members) {
        let step = self.step as isize;
        let mut classes: SmallVec<[Class; 4]> = SmallVec::new();
        for &(_, start) in &self.taps {
            let (residue, first) = (start.rem_euclid(step), start.div_euclid(step));
            match classes.iter_mut().find(|class| class.residue == residue) {
                Some(class) => class.first = class.first.min(first),
                None => classes.push(Class { residue, first }),
            }
        }
        let place = |&(_, start): &(usize, isize)| {
            let class = classes.iter().position(|class| class.residue == start.rem_euclid(step)).unwrap_or(0);
            (class, (start.div_euclid(step) - classes[class].first) as usize)
        };
        let places = self.taps.iter().map(place).collect();
        (classes, places)
    }

    /// Whether result `o` reads element `o`, and nothing else.
    fn reads_each_once(&self, size: usize) -> bool {
        self.count == size && self.step == 1 && self.taps.len() == 1 && self.taps[0].1 == 0
    }

    /// The element that result `o` reads at `tap`, if that lies inside.
    pub fn read(&self, tap: usize, o: usize) -> usize {
        (self.taps[tap].1 + (o * self.step) as isize) as usize
    }
}

/// Rows or columns of the source at one distance, of which some of those of the kernel read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Class {
    /// Which they are, modulo the step.
    pub residue: isize,
    /// The first that result 0 reads, in steps.
    pub first: isize,
}

/// For each tap its class, and how far behind the first of it.
pub(super) type Members = SmallVec<[(usize, usize); 8]>;

/// How results read a source of some channels.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    pub channels: usize,
    /// Depth, height and width of the source.
    pub size: [usize; 3],
    pub axes: [Axis; 3],
    classes: SmallVec<[Class; 4]>,
    /// The rows of the kernel.
    rows: Members,
    /// Rows of results that are laid out at a time.
    pub band: usize,
    /// Rows of a class in a layout.
    height: usize,
    plain: bool,
}

/// Results whose reads are laid out at a time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    pub depth: usize,
    /// The first row.
    pub row: usize,
    pub rows: usize,
}

impl Reading {
    pub fn new(channels: usize, size: [usize; 3], axes: [Axis; 3]) -> Self {
        let (classes, rows) = axes[1].classes();
        let behind = rows.iter().map(|row| row.1).max().unwrap_or(0);
        let wide = channels * axes[0].taps.len() * axes[2].taps.len() * classes.len() * axes[2].count;
        let plain = (0..3).all(|d| axes[d].reads_each_once(size[d])) && size[0] == 1;
        let fits = if plain { size[1] } else { (LAYOUT / wide.max(1)).saturating_sub(behind).max(1) };
        // At most `fits` at a time, and each time about as many.
        let band = axes[1].count.div_ceil(axes[1].count.div_ceil(fits));
        Reading { channels, size, axes, classes, rows, band, height: band + behind, plain }
    }

    /// Whether a source is its own layout.
    pub fn is_plain(&self) -> bool {
        self.plain
    }

    /// Places of the kernel that take part.
    pub fn places(&self) -> usize {
        self.axes.iter().map(|axis| axis.taps.len()).product()
    }

    /// Their numbers in the kernel.
    pub fn numbers(&self, kernel: [usize; 3]) -> impl Iterator<Item = usize> {
        let taps = |d: usize| self.axes[d].taps.iter().map(|tap| tap.0);
        taps(0).flat_map(move |t| taps(1).flat_map(move |i| taps(2).map(move |j| (t * kernel[1] + i) * kernel[2] + j)))
    }

    /// Results of a channel.
    pub fn results(&self) -> usize {
        self.axes.iter().map(|axis| axis.count).product()
    }

    /// Width of a row of results.
    pub fn width(&self) -> usize {
        self.axes[2].count
    }

    /// The parts of the results, depth after depth, row after row.
    pub fn parts(&self) -> usize {
        self.axes[0].count * self.axes[1].count.div_ceil(self.band)
    }

    pub fn part(&self, number: usize) -> Part {
        let bands = self.axes[1].count.div_ceil(self.band);
        let row = number % bands * self.band;
        Part { depth: number / bands, row, rows: self.band.min(self.axes[1].count - row) }
    }

    /// Elements of one class of rows.
    fn plane(&self) -> usize {
        self.height * self.width()
    }

    /// Elements of a layout of so many channels.
    pub fn len(&self, channels: usize) -> usize {
        let [deep, _, wide] = &self.axes;
        channels * deep.taps.len() * wide.taps.len() * self.classes.len() * self.plane() + SLACK
    }

    /// `offsets ←` where in a layout result 0 reads, for each channel of `channels` and each place of the kernel.
    pub fn offsets(&self, channels: usize, offsets: &mut [usize]) {
        let [deep, _, wide] = &self.axes;
        let mut offsets = offsets.iter_mut();
        for c in 0..channels * deep.taps.len() {
            for &(class, behind) in &self.rows {
                for j in 0..wide.taps.len() {
                    let plane = (c * wide.taps.len() + j) * self.classes.len() + class;
                    if let Some(offset) = offsets.next() {
                        *offset = plane * self.plane() + behind * self.width();
                    }
                }
            }
        }
    }

    /// `layout ←` what a part of the results reads of the first channels of `x`, which goes on behind them.
    #[inline(always)]
    pub fn lay_out<S: Simd, T: Real>(&self, simd: S, x: &[T], channels: usize, part: Part, layout: &mut [T]) {
        let ([depth, height, width], [deep, down, wide]) = (self.size, &self.axes);
        let inside: SmallVec<[Range<usize>; 8]> = (0..wide.taps.len()).map(|j| wide.inside(j, width)).collect();
        let across = self.width();
        let mut at = 0;
        for c in 0..channels {
            for &(_, start) in &deep.taps {
                let plane = start + (part.depth * deep.step) as isize;
                let plane = (0..depth as isize).contains(&plane).then(|| c * depth + plane as usize);
                let x = plane.map(|plane| &x[plane * height * width..]);
                for (&(_, start), inside) in wide.taps.iter().zip(&inside) {
                    for class in &self.classes {
                        let rows = self.height - self.band + part.rows;
                        let Some(x) = x else {
                            layout[at..at + rows * across].fill(T::zero());
                            at += self.plane();
                            continue;
                        };
                        let first = (class.first + part.row as isize) * down.step as isize + class.residue;
                        // Rows before and behind the source.
                        let steps = |to: isize| (to.max(0) as usize).div_ceil(down.step).min(rows);
                        let before = steps(-first);
                        let end = steps(height as isize - first).max(before);
                        let y = &mut layout[at..];
                        y[..before * across].fill(T::zero());
                        let from = (first + (before * down.step) as isize) * width as isize + start;
                        let copied = Rows { count: end - before, down: down.step * width, step: wide.step, from };
                        copied.copy(simd, x, inside.clone(), across, &mut y[before * across..]);
                        y[end * across..rows * across].fill(T::zero());
                        at += self.plane();
                    }
                }
            }
        }
    }
}
