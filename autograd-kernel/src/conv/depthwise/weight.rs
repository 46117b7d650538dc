//! The gradient of the weight of a depthwise convolution: a sum for each place of each kernel.

use super::{Layout, WORTH};
use crate::conv::reading::Reading;
use crate::conv::scratch::Scratch;
use crate::conv::vector::{lanes, load, store};
use crate::element::Real;
use crate::isa;
use crate::threads::{self, Shared};
use pulp::{Simd, WithSimd};
use std::array;
use std::ops::Range;

/// `dw ←` for each of the chunks of `together` images the gradient, `[chunk][channel][place]`.
pub(in crate::conv) fn gradient<T: Real>(
    reading: Reading,
    [images, channels, together]: [usize; 3],
    [x, dy]: [&[T]; 2],
    dw: &mut [T],
) {
    let results = reading.results();
    if results == 0 {
        return dw.fill(T::zero());
    }
    let (layout, chunks) = (Layout::new(reading), images.div_ceil(together));
    let each = together * results * layout.offsets.len();
    let some = WORTH.div_ceil(each.max(1)).min(channels);
    let (pieces, places) = (channels.div_ceil(some), layout.offsets.len());
    let dw = Shared(dw.as_mut_ptr());
    threads::pieces(chunks * pieces, chunks * channels * each / 8, |piece| {
        let (chunk, first) = (piece / pieces, piece % pieces * some);
        isa::dispatch(Piece {
            layout: &layout,
            images: chunk * together..((chunk + 1) * together).min(images),
            channels: first..(first + some).min(channels),
            of: channels,
            x,
            dy,
            // SAFETY: there is room for each chunk.
            dw: unsafe { dw.at(chunk * channels * places) },
        });
    });
}

/// Some channels of the images of a chunk.
struct Piece<'a, T> {
    layout: &'a Layout,
    images: Range<usize>,
    channels: Range<usize>,
    /// Channels of an image.
    of: usize,
    x: &'a [T],
    dy: &'a [T],
    /// The gradient of the chunk.
    dw: *mut T,
}

impl<T: Real> WithSimd for Piece<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Piece { layout, .. } = self;
        let [deep, down, wide] = &layout.reading.axes;
        let (n, places, pixels) = (lanes::<S, T>(), layout.offsets.len(), down.count * wide.count);
        let source: usize = layout.reading.size.iter().product();
        let mut room = Scratch::<T>::new(layout.len());
        let mut sums = Scratch::<T>::new(places * n);
        for channel in self.channels.clone() {
            sums.fill(T::zero());
            for plane in self.images.clone().map(|image| image * self.of + channel) {
                for depth in 0..deep.count {
                    layout.lay_out(simd, &self.x[plane * source..], depth, &mut room);
                    let dots = Dots {
                        x: room.as_ptr(),
                        down: layout.down(),
                        dy: &self.dy[(plane * deep.count + depth) * pixels..][..pixels],
                        width: wide.count,
                    };
                    let sums = sums.as_mut_ptr();
                    let mut place = 0;
                    // SAFETY: the layout has what the results read, and slack for a vector; each place has a vector of sums.
                    unsafe {
                        while place + 9 <= places {
                            dots.add::<S, 9>(simd, &layout.offsets[place..], sums.add(place * n));
                            place += 9;
                        }
                        while place + 3 <= places {
                            dots.add::<S, 3>(simd, &layout.offsets[place..], sums.add(place * n));
                            place += 3;
                        }
                        for place in place..places {
                            dots.add::<S, 1>(simd, &layout.offsets[place..], sums.add(place * n));
                        }
                    }
                }
            }
            for (place, sums) in sums.chunks_exact(n).enumerate() {
                // SAFETY: the channel's gradient is this piece's own.
                unsafe { *self.dw.add(channel * places + place) = sums.iter().copied().sum() };
            }
        }
    }
}

/// A plane of gradients, and the layout that its results read.
struct Dots<'a, T> {
    x: *const T,
    down: usize,
    dy: &'a [T],
    /// Elements of a row of the gradient.
    width: usize,
}

impl<T: Real> Dots<'_, T> {
    /// `sums[k] ← sums[k] + Σ x[offsets[k] + r·down + q] · dy[r, q]`, in lanes of neighbouring `q`, for the first `K` offsets.
    ///
    /// # Safety
    /// There must be so many offsets and vectors of sums, and what is read there, with a vector from the last place on.
    #[inline(always)]
    unsafe fn add<S: Simd, const K: usize>(&self, simd: S, offsets: &[usize], sums: *mut T) {
        let n = lanes::<S, T>();
        let offsets: [usize; K] = array::from_fn(|k| offsets[k]);
        // SAFETY: the caller's promise.
        let mut all: [T::Vector<S>; K] = array::from_fn(|k| unsafe { load::<S, T>(sums.add(k * n)) });
        let whole = self.width / n * n;
        let mask = T::first(simd, self.width - whole);
        for (r, dy) in self.dy.chunks_exact(self.width).enumerate() {
            let x = self.x.wrapping_add(r * self.down);
            for q in (0..whole).step_by(n) {
                // SAFETY: the caller's promise.
                unsafe {
                    let dy = load::<S, T>(dy.as_ptr().add(q));
                    for (sum, offset) in all.iter_mut().zip(offsets) {
                        *sum = T::mul_add_each(simd, dy, load::<S, T>(x.wrapping_add(q + offset)), *sum);
                    }
                }
            }
            if whole < self.width {
                // SAFETY: as above. Both are masked: what lies beyond may not be finite.
                unsafe {
                    let dy = T::load_masked(simd, mask, dy.as_ptr().add(whole));
                    for (sum, offset) in all.iter_mut().zip(offsets) {
                        let x = T::load_masked(simd, mask, x.wrapping_add(whole + offset));
                        *sum = T::mul_add_each(simd, dy, x, *sum);
                    }
                }
            }
        }
        for (k, sum) in all.into_iter().enumerate() {
            // SAFETY: the caller's promise.
            unsafe { store::<S, T>(sums.add(k * n), sum) };
        }
    }
}
