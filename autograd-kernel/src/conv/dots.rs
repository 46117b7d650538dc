//! The gradient of the weight of few filters, with vectors of neighbouring results: nothing is transposed, and no lane idle.

use super::scratch::Scratch;
use super::tile;
use super::vector::lanes;
use super::weight::{Gradient, Unit};
use crate::element::Real;
use pulp::Simd;
use std::array;

impl<T: Real> Gradient<'_, T> {
    /// With tiles of `F` filters and `K` places of the kernel.
    #[inline(always)]
    pub(super) fn dots<S: Simd, const F: usize, const K: usize>(&self, simd: S, unit: &Unit<T>) {
        let Gradient { reading, groups, filters, x, dy, offsets } = *self;
        let (n, channels) = (lanes::<S, T>(), unit.channels.len());
        let places = reading.places() * channels;
        let (across, tile) = (places.div_ceil(K), F * K * n);
        let plane = reading.results();
        let pixels = reading.axes[1].count * reading.width();
        let volume: usize = reading.size.iter().product();
        let mut sums = Scratch::<T>::new(filters.div_ceil(F) * across * tile);
        sums.fill(T::zero());
        let mut layout = Scratch::<T>::new(reading.len(channels));
        for block in unit.images.clone().map(|image| image * groups + unit.group) {
            let x = &x[(block * reading.channels + unit.channels.start) * volume..];
            let dy = &dy[block * filters * plane..][..filters * plane];
            for part in (0..reading.parts()).map(|number| reading.part(number)) {
                reading.lay_out(simd, x, channels, part, &mut layout);
                let at = part.depth * pixels + part.row * reading.width();
                for (number, sums) in sums.chunks_exact_mut(tile).enumerate() {
                    let (first, place) = (number / across * F, number % across * K);
                    // Beyond the last filter and place those are taken again; nobody asks for these sums.
                    let rows = array::from_fn(|f| dy[(first + f).min(filters - 1) * plane + at..].as_ptr());
                    let offsets = array::from_fn(|k| offsets[(place + k).min(places - 1)]);
                    let count = part.rows * reading.width();
                    // SAFETY: the offsets lead into the layout, which holds the part from there on, as does each row.
                    unsafe {
                        tile::dots::<S, T, F, K>(simd, layout.as_ptr(), &offsets, &rows, count, sums.as_mut_ptr())
                    };
                }
            }
        }
        for f in 0..filters {
            for k in 0..places {
                let at = ((f / F * across + k / K) * F + f % F) * K + k % K;
                let sum = sums[at * n..][..n].iter().copied().sum();
                // SAFETY: the filters and channels of a unit are its own.
                unsafe { *unit.dw.add(f * reading.channels * reading.places() + k) = sum };
            }
        }
    }
}
