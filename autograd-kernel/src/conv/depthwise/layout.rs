//! A plane between zeros, in classes of its columns.

use crate::conv::reading::{Class, Reading, SLACK};
use crate::conv::rows::Rows;
use crate::element::Real;
use pulp::Simd;
use smallvec::SmallVec;

/// How the planes that results of one depth read are laid out: for each depth of the kernel each class of columns, row after row.
pub(super) struct Layout {
    pub reading: Reading,
    classes: SmallVec<[Class; 4]>,
    /// The first row of the source that results read, and how many there are to the last one.
    top: isize,
    rows: usize,
    /// Elements from one row to the next.
    pitch: usize,
    /// Where result 0 reads at each place of the kernel.
    pub offsets: SmallVec<[usize; 32]>,
}

impl Layout {
    pub fn new(reading: Reading) -> Self {
        let [deep, down, wide] = &reading.axes;
        let (classes, columns) = wide.classes();
        let starts = || down.taps.iter().map(|tap| tap.1);
        let top = starts().min().unwrap_or(0);
        let rows = (starts().max().unwrap_or(0) - top) as usize + (down.count - 1) * down.step + 1;
        let pitch = wide.count + columns.iter().map(|column| column.1).max().unwrap_or(0);
        let mut offsets = SmallVec::new();
        for t in 0..deep.taps.len() {
            for start in starts() {
                let row = (start - top) as usize;
                offsets.extend(
                    columns.iter().map(|&(class, behind)| ((t * classes.len() + class) * rows + row) * pitch + behind),
                );
            }
        }
        Layout { reading, classes, top, rows, pitch, offsets }
    }

    /// Elements of the planes, and of whole vectors behind them.
    pub fn len(&self) -> usize {
        self.reading.axes[0].taps.len() * self.classes.len() * self.rows * self.pitch + SLACK
    }

    /// Elements from a row of results to the next.
    pub fn down(&self) -> usize {
        self.reading.axes[1].step * self.pitch
    }

    /// `to ←` what the results of one depth read of the channel with which `x` begins.
    #[inline(always)]
    pub fn lay_out<S: Simd, T: Real>(&self, simd: S, x: &[T], depth: usize, to: &mut [T]) {
        let ([deep, _, wide], [depths, height, width]) = (&self.reading.axes, self.reading.size);
        // Rows before and behind the source.
        let before = (-self.top).clamp(0, self.rows as isize) as usize;
        let end = (height as isize - self.top).clamp(before as isize, self.rows as isize) as usize;
        let size = self.rows * self.pitch;
        let mut at = 0;
        for &(_, start) in &deep.taps {
            let plane = start + (depth * deep.step) as isize;
            for class in &self.classes {
                let to = &mut to[at..];
                at += size;
                if !(0..depths as isize).contains(&plane) {
                    to[..size].fill(T::zero());
                    continue;
                }
                let x = &x[plane as usize * height * width..];
                let strides = |columns: isize| (columns.max(0) as usize).div_ceil(wide.step) as isize - class.first;
                let first = (-class.first).clamp(0, self.pitch as isize);
                let last = strides(width as isize - class.residue).clamp(first, self.pitch as isize);
                let from =
                    (self.top + before as isize) * width as isize + class.first * wide.step as isize + class.residue;
                let rows = Rows { count: end - before, down: width, step: wide.step, from };
                rows.copy(simd, x, first as usize..last as usize, self.pitch, &mut to[before * self.pitch..]);
                to[..before * self.pitch].fill(T::zero());
                to[end * self.pitch..size].fill(T::zero());
            }
        }
    }
}
