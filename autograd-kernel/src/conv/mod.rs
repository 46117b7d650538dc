//! Convolution over up to three spatial axes, its adjoint and the gradient of its weight, without a matrix of patches.

mod depthwise;
mod dots;
mod exact;
mod narrow;
mod narrow_weight;
mod panels;
mod pointwise;
mod product;
mod reading;
mod rows;
mod scratch;
mod tile;
mod vector;
mod weight;
mod winograd;

use super::reduce::{self, Fold};
use crate::element::Real;
use crate::list::List;
use crate::threads;
use panels::Panels;
use pointwise::Pointwise;
use product::Places;
use reading::{Axis, Reading};
use scratch::Scratch;
use smallvec::SmallVec;
use std::array;
use std::sync::atomic::{AtomicBool, Ordering};
use weight::Gradient;
use winograd::Winograd;

/// Chunks into which a batch is cut, for the sums over it.
const CHUNKS: usize = 16;
/// Elements of the partial weight gradients held at once.
const PARTIAL: usize = 1 << 20;
/// Pieces of work that are enough for any number of threads, and places of the kernel in one that are worth it.
const PIECES: usize = 8;
const WORTH: usize = 256;
/// Elements of a weight that are looked through at a time.
const RUN: usize = 1 << 15;

/// The sizes of a convolution from images `[images, channels, size]` to `[images, filters, out]` with a weight
/// `[filters, channels / groups, kernel]`.
///
/// There are always three spatial axes: depth, height and width. Signals and images have a depth, and signals a height, of 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// The number of images.
    pub images: usize,
    /// Channels of an image, all groups together.
    pub channels: usize,
    /// Depth, height and width of an image.
    pub size: [usize; 3],
    /// Channels of a result, all groups together.
    pub filters: usize,
    /// Depth, height and width of a result.
    pub out: [usize; 3],
    /// Depth, height and width of the kernel.
    pub kernel: [usize; 3],
    /// Distance between neighbouring patches.
    pub stride: [usize; 3],
    /// Zeros before an image; those behind it are as many as the result reads.
    pub padding: [usize; 3],
    /// Distance between neighbours in a patch.
    pub dilation: [usize; 3],
    /// Groups of channels that have nothing to do with each other.
    pub groups: usize,
}

impl Sizes {
    /// With a signal's only axis as the height: what goes along the width is laid out once for each place of the kernel, unless it is depthwise.
    fn upright(self) -> Self {
        if (self.size[1], self.out[1], self.kernel[1], self.padding[1]) != (1, 1, 1, 0) || self.is_depthwise() {
            return self;
        }
        let Sizes { size, out, kernel, stride, padding, dilation, .. } = self;
        let [size, out, kernel, stride, padding, dilation] =
            [size, out, kernel, stride, padding, dilation].map(|[depth, height, width]| [depth, width, height]);
        Sizes { size, out, kernel, stride, padding, dilation, ..self }
    }

    /// How results read images.
    fn forwards(&self) -> Reading {
        let axes = array::from_fn(|d| {
            let start = |i: usize| (i * self.dilation[d]) as isize - self.padding[d] as isize;
            let taps = (0..self.kernel[d]).map(|i| (i, start(i))).collect();
            Axis { count: self.out[d], step: self.stride[d], taps }
        });
        Reading::new(self.channels / self.groups, self.size, axes)
    }

    /// `y ← x * weight`.
    #[inline(never)]
    pub fn forward<T: Real>(&self, x: &[T], weight: &[T], y: &mut [T]) {
        if self.channels == 0 {
            return y.fill(T::zero());
        }
        if let Some(pointwise) = Pointwise::of(self) {
            return pointwise.forward(x, weight, y);
        }
        if Winograd::forward(self).is_some_and(|fast| fast.product(x, weight, y)) {
            return;
        }
        let sizes = self.upright();
        let places = Places { size: sizes.out, first: [0; 3], step: [1; 3] };
        if self.is_depthwise() {
            let pass = depthwise::Pass::new(sizes.forwards(), self.kernel, places);
            return depthwise::product(&[pass], [self.images, self.channels], x, weight, y);
        }
        let (filters, channels, volume) = (self.filters / self.groups, self.channels / self.groups, self.volume());
        sizes.multiply(
            &sizes.forwards(),
            x,
            weight,
            &places,
            y,
            [filters, channels],
            false,
            |group, filter, channel| ((group * filters + filter) * channels + channel) * volume,
        );
    }

    /// `dx ←` the gradient of the images, given `dy`.
    #[inline(never)]
    pub fn input<T: Real>(&self, dy: &[T], weight: &[T], dx: &mut [T]) {
        if let Some(pointwise) = Pointwise::of(self) {
            return pointwise.input(dy, weight, dx);
        }
        if Winograd::input(self).is_some_and(|fast| fast.product(dy, weight, dx)) {
            return;
        }
        let sizes = self.upright();
        if !finite(weight) {
            return sizes.exact_input(dy, weight, dx);
        }
        let (filters, channels, volume) = (self.filters / self.groups, self.channels / self.groups, self.volume());
        // Pixels at the distance of the stride are reached by the same places of the kernel.
        let classes: [List<(usize, Axis)>; 3] = array::from_fn(|d| sizes.classes(d));
        let covered = (0..3).all(|d| classes[d].len() == sizes.stride[d].min(sizes.size[d]));
        if !covered || filters == 0 {
            dx.fill(T::zero());
        }
        if filters == 0 {
            return;
        }
        let phases = sizes.phases(&classes, filters);
        if self.is_depthwise() {
            let passes: List<_> =
                phases.map(|(reading, places)| depthwise::Pass::new(reading, self.kernel, places)).collect();
            return depthwise::product(&passes, [self.images, self.channels], dy, weight, dx);
        }
        for (reading, places) in phases {
            sizes.multiply(&reading, dy, weight, &places, dx, [channels, filters], true, |group, channel, filter| {
                ((group * filters + filter) * channels + channel) * volume
            });
        }
    }

    /// How the pixels of each class read the gradient of so many filters, and where they lie.
    fn phases(&self, classes: &[List<(usize, Axis)>; 3], filters: usize) -> impl Iterator<Item = (Reading, Places)> {
        let [deep, down, wide] = classes;
        let all = deep.iter().flat_map(move |t| down.iter().flat_map(move |i| wide.iter().map(move |j| [t, i, j])));
        all.map(move |class| {
            let reading = Reading::new(filters, self.out, class.map(|(_, axis)| axis.clone()));
            (reading, Places { size: self.size, first: class.map(|(first, _)| *first), step: self.stride })
        })
    }

    /// The pixels along axis `d` in classes modulo the stride, those that the kernel reaches: the first of each, and what they read of
    /// the gradient of the results.
    fn classes(&self, d: usize) -> List<(usize, Axis)> {
        let (stride, size) = (self.stride[d] as isize, self.size[d]);
        let mut classes = List::<(usize, Axis)>::new();
        for i in 0..self.kernel[d] {
            let read = (i * self.dilation[d]) as isize - self.padding[d] as isize;
            let first = read.rem_euclid(stride) as usize;
            let tap = (i, (first as isize - read) / stride);
            match classes.iter_mut().find(|class| class.0 == first) {
                Some(class) => class.1.taps.push(tap),
                None if first < size => {
                    let count = (size - first).div_ceil(self.stride[d]);
                    classes.push((first, Axis { count, step: 1, taps: [tap].into_iter().collect() }));
                }
                None => {}
            }
        }
        classes
    }

    /// `y ←` at `places` the product of the weight with what results read of `x`, which has `ins` channels in a group; `at(group, out, in)`
    /// is where a kernel begins. It may be `sure` that the weight is finite; if it is not, the padding counts: `0 · ∞` is NaN.
    #[expect(clippy::too_many_arguments, reason = "the operands of a product, and where they lie")]
    fn multiply<T: Real>(
        &self,
        reading: &Reading,
        x: &[T],
        weight: &[T],
        places: &Places,
        y: &mut [T],
        [outs, ins]: [usize; 2],
        sure: bool,
        at: impl Fn(usize, usize, usize) -> usize + Sync,
    ) {
        if y.is_empty() {
            return;
        }
        let depth = ins * reading.places();
        let narrow = narrow::panel::<T>(reading, places, outs, narrow::vectors(reading.width()))
            .filter(|_| sure || finite(weight));
        let rows = narrow.unwrap_or_else(|| panels::rows(outs));
        let mut packed = Scratch::<T>::new(self.groups * outs.next_multiple_of(rows) * depth);
        let numbers: SmallVec<[usize; 32]> = reading.numbers(self.kernel).collect();
        panels::pack(weight, [outs, ins], rows, &numbers, at, &mut packed);
        if narrow.is_some() {
            return narrow::product(reading, [self.images, self.groups], x, &packed, [outs, rows], y);
        }
        let mut offsets = Scratch::<usize>::new(depth);
        reading.offsets(ins, &mut offsets);
        let panels = Panels { weight: &packed, rows, offsets: &offsets, filters: outs };
        product::product(reading, [self.images, self.groups], x, &panels, places, y);
    }

    /// `dw ←` the gradient of the weight, given `dy`: a sum over the images, in parts that the batch decides.
    #[inline(never)]
    pub fn weight<T: Real>(&self, x: &[T], dy: &[T], dw: &mut [T]) {
        if dw.is_empty() || self.images == 0 {
            return dw.fill(T::zero());
        }
        if let Some(pointwise) = Pointwise::of(self) {
            return pointwise.weight(x, dy, dw);
        }
        if Winograd::gradient(self).is_some_and(|fast| fast.weight(x, dy, dw)) {
            return;
        }
        let sizes = self.upright();
        let (reading, channels) = (sizes.forwards(), self.channels / self.groups);
        let filters = self.filters / self.groups;
        let places = Places { size: sizes.out, first: [0; 3], step: [1; 3] };
        let narrow = narrow::panel::<T>(&reading, &places, filters, narrow_weight::VECTORS);
        // The padding counts where it meets what is not finite.
        if let Some(panel) = narrow.filter(|_| finite(dy)) {
            return narrow_weight::gradient(&reading, [self.images, self.groups], [filters, panel], [x, dy], dw);
        }
        let together = together(self.images, dw.len());
        let chunks = self.images.div_ceil(together);
        let blocks = PIECES.div_ceil(chunks * self.groups);
        let block = channels.div_ceil(blocks).max(WORTH.div_ceil(self.volume())).min(channels);
        let all = |dw: &mut [T]| {
            if self.is_depthwise() {
                return depthwise::gradient(reading.clone(), [self.images, self.channels, together], [x, dy], dw);
            }
            let mut offsets = Scratch::<usize>::new(channels * self.volume());
            reading.offsets(channels, &mut offsets);
            let gradient = Gradient { reading: &reading, groups: self.groups, filters, x, dy, offsets: &offsets };
            gradient.all(self.images, together, block, dw);
        };
        if chunks == 1 {
            return all(dw);
        }
        let mut partial = Scratch::<T>::new(chunks * dw.len());
        all(&mut partial);
        reduce::sum(&partial, Fold { outer: 1, n: chunks, inner: dw.len() }, dw);
    }

    /// Places of a kernel.
    fn volume(&self) -> usize {
        self.kernel.iter().product()
    }
}

/// Images of a chunk, for a sum over all of them that has so many elements.
fn together(images: usize, elements: usize) -> usize {
    images.div_ceil((PARTIAL / elements).clamp(1, CHUNKS))
}

/// Whether all elements are finite.
fn finite<T: Real>(x: &[T]) -> bool {
    let all = AtomicBool::new(true);
    threads::pieces(x.len().div_ceil(RUN), x.len(), |i| {
        let run = &x[i * RUN..((i + 1) * RUN).min(x.len())];
        if !run.iter().fold(true, |finite, x| finite & x.is_finite()) {
            all.store(false, Ordering::Relaxed);
        }
    });
    all.into_inner()
}
