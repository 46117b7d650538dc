//! The adjoint of a convolution whose weight is not finite: each product is added where it belongs, and there are no others.

use super::Sizes;
use crate::element::Real;
use crate::threads;

impl Sizes {
    /// `dx ←` the gradient of the images. The fast product also reads zeros beside the results, and zero times infinity is NaN.
    pub(super) fn exact_input<T: Real>(&self, dy: &[T], weight: &[T], dx: &mut [T]) {
        let (channels, filters, volume) = (self.channels / self.groups, self.filters / self.groups, self.volume());
        let (plane, pixels) = (self.size.iter().product::<usize>(), self.out.iter().product::<usize>());
        let reading = self.forwards();
        let numbers = || {
            (0..volume)
                .map(|k| [k / self.kernel[2] / self.kernel[1], k / self.kernel[2] % self.kernel[1], k % self.kernel[2]])
        };
        threads::chunks(dx, plane, filters * volume, |start, dx| {
            let (block, channel) = (start / plane / channels, start / plane % channels);
            dx.fill(T::zero());
            for filter in 0..filters {
                let dy = &dy[(block * filters + filter) * pixels..][..pixels];
                let row = (block % self.groups * filters + filter) * channels + channel;
                for (k, tap) in numbers().enumerate() {
                    let weight = weight[row * volume + k];
                    let inside = |d: usize| reading.axes[d].inside(tap[d], self.size[d]);
                    let read = |d: usize, o: usize| reading.axes[d].read(tap[d], o);
                    for (o, p) in inside(0).flat_map(|o| inside(1).map(move |p| (o, p))) {
                        let from = (read(0, o) * self.size[1] + read(1, p)) * self.size[2];
                        for q in inside(2) {
                            dx[from + read(2, q)] += weight * dy[(o * self.out[1] + p) * self.out[2] + q];
                        }
                    }
                }
            }
        });
    }
}
