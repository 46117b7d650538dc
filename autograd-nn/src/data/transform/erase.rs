//! `RandomErasing`: a rectangle of an image covered by chance.

use super::{Transform, check_probability, sizes};
use autograd_core::{Generator, Real, Tensor};
use std::ops::Range;

/// A rectangle at a random place, covered with a value (Zhong et al., "Random erasing data augmentation", 2017, algorithm 1).
///
/// Its area has a share of the image between the bounds of `scale`, its height to its width a ratio between those of `ratio`, equally likely
/// on a logarithmic scale. After ten rectangles that do not fit, the image stays as it is. [`RandomErasing::cutout`] covers squares.
///
/// # Shape
/// `[.., c, h, w] -> [.., c, h, w]`; a batch has one place covered in all images
///
/// # Example
/// ```
/// use autograd_core::{Generator, Tensor};
/// use autograd_nn::data::{RandomErasing, Transform};
/// let image = Tensor::<f64>::ones([3, 8, 8]);
/// let y = RandomErasing::new(1.0).scale(0.25, 0.25).ratio(1.0, 1.0).apply(&image, &mut Generator::seed(1));
/// assert_eq!(y.to_vec().iter().sum::<f64>(), 3.0 * (64.0 - 16.0));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct RandomErasing {
    p: f64,
    area: Area,
    value: f64,
}

#[derive(Clone, Copy, Debug)]
enum Area {
    Rectangle {
        scale: [f64; 2],
        ratio: [f64; 2],
    },
    /// A square around a pixel, cut off where it leaves the image.
    Square(usize),
}

const SCALE: [f64; 2] = [0.02, 0.33];
const RATIO: [f64; 2] = [0.3, 3.3];

impl RandomErasing {
    /// Covers a share of 0.02 to 0.33 of an image with 0, with probability `p`.
    ///
    /// # Panics
    /// If `p` is no probability.
    #[track_caller]
    pub fn new(p: f64) -> Self {
        check_probability("random erasing", p);
        RandomErasing { p, area: Area::Rectangle { scale: SCALE, ratio: RATIO }, value: 0.0 }
    }

    /// A square of `side` pixels, always, around a pixel that is drawn: at the edges a part of it lies outside (DeVries, Taylor, "Improved
    /// regularization of convolutional neural networks with cutout", 2017).
    ///
    /// # Panics
    /// If `side` is 0.
    #[track_caller]
    pub fn cutout(side: usize) -> Self {
        assert!(side > 0, "random erasing: the side of the square is 0, it must be at least 1");
        RandomErasing { p: 1.0, area: Area::Square(side), value: 0.0 }
    }

    /// The share of the image that is covered, from least to most.
    ///
    /// # Panics
    /// If these are not bounds within 0 to 1.
    #[must_use]
    #[track_caller]
    pub fn scale(self, least: f64, most: f64) -> Self {
        let holds = 0.0 < least && least <= most && most <= 1.0;
        assert!(holds, "random erasing: the share is from {least} to {most}, it must lie above 0 and up to 1");
        let ratio = if let Area::Rectangle { ratio, .. } = self.area { ratio } else { RATIO };
        RandomErasing { area: Area::Rectangle { scale: [least, most], ratio }, ..self }
    }

    /// Height by width of what is covered, from least to most.
    ///
    /// # Panics
    /// If these are not bounds above 0.
    #[must_use]
    #[track_caller]
    pub fn ratio(self, least: f64, most: f64) -> Self {
        let holds = 0.0 < least && least <= most && most.is_finite();
        assert!(holds, "random erasing: the ratio is from {least} to {most}, it must be above 0 and finite");
        let scale = if let Area::Rectangle { scale, .. } = self.area { scale } else { SCALE };
        RandomErasing { area: Area::Rectangle { scale, ratio: [least, most] }, ..self }
    }

    /// The value that covers; 0 if nothing is said.
    #[must_use]
    pub fn value(self, value: f64) -> Self {
        RandomErasing { value, ..self }
    }

    /// Rows and columns to be covered.
    fn place(&self, [h, w]: [usize; 2], generator: &mut Generator) -> Option<[Range<usize>; 2]> {
        match self.area {
            Area::Square(side) => Some([h, w].map(|n| {
                let centre = generator.below(n);
                let start = centre.saturating_sub(side / 2);
                start..centre.saturating_add(side).saturating_sub(side / 2).min(n)
            })),
            Area::Rectangle { scale, ratio } => (0..10).find_map(|_| {
                let mut between = |[low, high]: [f64; 2]| low + (high - low) * generator.unit();
                let area = between(scale) * (h * w) as f64;
                let ratio = libm::exp(between(ratio.map(libm::log)));
                let size = [(area * ratio).sqrt(), (area / ratio).sqrt()].map(|side| side.round() as usize);
                let [down, right] = [h.checked_sub(size[0])?, w.checked_sub(size[1])?];
                let [top, left] = [generator.below(down + 1), generator.below(right + 1)];
                Some([top..top + size[0], left..left + size[1]])
            }),
        }
    }
}

impl<T: Real> Transform<T> for RandomErasing {
    #[track_caller]
    fn apply(&self, x: &Tensor<T>, generator: &mut Generator) -> Tensor<T> {
        let [_, h, w] = sizes("random erasing", x);
        if h == 0 || w == 0 || generator.unit() >= self.p {
            return x.clone();
        }
        let Some([rows, columns]) = self.place([h, w], generator) else { return x.clone() };
        let mut y = x.contiguous();
        y.write(|pixels| {
            for plane in pixels.chunks_mut(h * w) {
                for row in rows.clone() {
                    plane[row * w..][columns.clone()].fill(T::of(self.value));
                }
            }
        });
        y
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many pixels of a plane are covered, in each of 300 draws.
    fn covered(erasing: RandomErasing, [h, w]: [usize; 2]) -> Vec<usize> {
        let (x, generator) = (Tensor::<f32>::ones([1, h, w]), &mut Generator::seed(1));
        (0..300).map(|_| erasing.apply(&x, generator).to_vec().iter().filter(|&&x| x == -2.0).count()).collect()
    }

    #[test]
    fn the_area_stays_within_its_bounds() {
        // Rounded sides make up to half a pixel's difference each way.
        let found = covered(RandomErasing::new(1.0).value(-2.0).scale(0.1, 0.2), [40, 30]);
        assert!(found.iter().all(|&n| n == 0 || (95..=270).contains(&n)), "{found:?}");
        assert!(found.iter().filter(|&&n| n > 0).count() > 290);
        let found = covered(RandomErasing::new(0.25).value(-2.0), [40, 30]);
        let some = found.iter().filter(|&&n| n > 0).count() as f64;
        assert!((some - 75.0).abs() < 5.0 * (300.0f64 * 0.25 * 0.75).sqrt(), "{some}");
    }

    #[test]
    fn a_rectangle_that_fits_nowhere_covers_nothing() {
        let flat = RandomErasing::new(1.0).value(-2.0).scale(1.0, 1.0).ratio(100.0, 100.0);
        assert!(covered(flat, [8, 8]).iter().all(|&n| n == 0));
    }

    #[test]
    fn a_cutout_is_a_square_that_the_edge_may_cut() {
        for (side, least) in [(4, 4), (5, 9)] {
            let found = covered(RandomErasing::cutout(side).value(-2.0), [6, 6]);
            assert_eq!((found.iter().min(), found.iter().max()), (Some(&least), Some(&(side * side))));
        }
        let larger = covered(RandomErasing::cutout(usize::MAX).value(-2.0), [3, 4]);
        assert!(larger.iter().all(|&n| n == 12));
    }

    #[test]
    #[should_panic(expected = "random erasing: the share is from 0.5 to 0.4, it must lie above 0 and up to 1")]
    fn crossed_bounds_are_refused() {
        let _ = RandomErasing::new(1.0).scale(0.5, 0.4);
    }
}
