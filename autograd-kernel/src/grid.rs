//! Images sampled at the places of a grid, between four pixels each, and both gradients of that.

use super::threads;
use crate::element::Real;
use crate::list::List;

/// Samples per chunk.
const CHUNK: usize = 1 << 11;

/// What lies beyond the edges of an image that is sampled there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GridPadding {
    /// Zeros.
    #[default]
    Zeros,
    /// The pixels at the edge.
    Border,
    /// The image mirrored, as often as need be: at the centres of the outer pixels with aligned corners, else at their outer edges.
    Reflection,
}

/// How coordinates name places.
#[derive(Clone, Copy, Debug)]
pub struct Grid {
    /// Height and width of an image.
    pub size: [usize; 2],
    /// What lies beyond.
    pub padding: GridPadding,
    /// Whether -1 and 1 are the centres of the outer pixels, instead of their outer edges.
    pub align_corners: bool,
}

/// Where a sample is taken: between four pixels, of which some may lie outside the image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place<T> {
    /// Above left, above right, below left, below right: where in a plane; [`OUTSIDE`] for what is not in the image.
    pub corners: [usize; 4],
    /// How far down and right of the first, from 0 to 1. NaN where no place is: a coordinate is NaN, or infinite under reflection.
    pub fraction: [T; 2],
    /// How fast the place moves with the coordinates, in rows and in columns. 0 where no place is, and where it is so far beyond the edges that the
    /// sample is 0 whatever the image.
    pub slope: [T; 2],
}

/// The place of a pixel that no image has.
pub const OUTSIDE: usize = usize::MAX;

impl<T: Real> Place<T> {
    /// All corners outside.
    fn beyond(fraction: T) -> Self {
        Place { corners: [OUTSIDE; 4], fraction: [fraction; 2], slope: [T::zero(); 2] }
    }

    /// Whether this is a place at all.
    pub fn exists(&self) -> bool {
        !self.fraction[0].is_nan()
    }

    /// The weights of the corners.
    fn weights(&self) -> [T; 4] {
        let [v, u] = self.fraction;
        let (above, left) = (T::one() - v, T::one() - u);
        [above * left, above * u, v * left, v * u]
    }

    /// The pixels at the corners, 0 outside. That is selected: an infinite pixel times a weight of 0 would be NaN.
    fn pixels(&self, plane: &[T]) -> [T; 4] {
        self.corners.map(|at| plane.get(at).copied().unwrap_or(T::zero()))
    }
}

impl Grid {
    /// The place that a coordinate names along axis `d`, counted in pixels, and how fast it moves with the coordinate.
    pub fn position<T: Real>(&self, d: usize, coordinate: T) -> (T, T) {
        let (n, one, two) = (T::of(self.size[d] as f64), T::one(), T::of(2.0));
        let last = n - one;
        let (at, slope) = match self.align_corners {
            // Infinitely far even where all finite coordinates name the one pixel.
            true if coordinate.is_infinite() => (coordinate, last / two),
            true => ((coordinate + one) / two * last, last / two),
            false => (((coordinate + one) * n - one) / two, n / two),
        };
        // A place on an edge, or beyond, stays when the coordinate moves.
        let clip = |(at, slope): (T, T)| match at {
            at if at <= T::zero() => (T::zero(), T::zero()),
            at if at >= last => (last, T::zero()),
            at => (at, slope),
        };
        match self.padding {
            GridPadding::Zeros => (at, slope),
            GridPadding::Border => clip((at, slope)),
            GridPadding::Reflection => {
                let (low, span) = if self.align_corners { (T::zero(), last) } else { (T::of(-0.5), n) };
                if span == T::zero() {
                    // One pixel between two mirrors on itself; NaN stays NaN.
                    return (at * T::zero(), T::zero());
                }
                let (distance, slope) = if at < low { (low - at, -slope) } else { (at - low, slope) };
                let (rest, flips) = (distance % span, (distance / span).floor());
                clip(match flips % two == T::zero() {
                    true => (rest + low, slope),
                    false => (span - rest + low, -slope),
                })
            }
        }
    }

    /// The places that pairs of coordinates name, column first.
    #[inline(never)]
    pub fn places<T: Real>(&self, grid: &[T]) -> List<Place<T>> {
        let mut places = List::filled(Place::beyond(T::zero()), grid.len() / 2);
        threads::chunks(&mut places, CHUNK, 16, |start, places| {
            let grid = &grid[2 * start..];
            places.iter_mut().zip(grid.chunks_exact(2)).for_each(|(place, at)| *place = self.place([at[1], at[0]]));
        });
        places
    }

    fn place<T: Real>(&self, coordinates: [T; 2]) -> Place<T> {
        let [row, column] = [0, 1].map(|d| self.position(d, coordinates[d]));
        if row.0.is_nan() || column.0.is_nan() {
            return Place::beyond(T::nan());
        }
        let near = |d: usize, at: T| at >= -T::one() && at < T::of(self.size[d] as f64);
        if !near(0, row.0) || !near(1, column.0) {
            return Place::beyond(T::zero());
        }
        let [height, width] = self.size;
        let low = [row.0.floor(), column.0.floor()];
        // Rows and columns count from the one before the image.
        let [i, j] = low.map(|at| (at.to_isize().expect("within the image, or just before it") + 1) as usize);
        let at = |i: usize, j: usize| {
            let inside = (1..=height).contains(&i) && (1..=width).contains(&j);
            if inside { (i - 1) * width + j - 1 } else { OUTSIDE }
        };
        Place {
            corners: [at(i, j), at(i, j + 1), at(i + 1, j), at(i + 1, j + 1)],
            fraction: [row.0 - low[0], column.0 - low[1]],
            slope: [row.1, column.1],
        }
    }

    fn plane(&self) -> usize {
        self.size[0] * self.size[1]
    }

    /// `y ←` the samples of each plane; `x` is `[images, channels, size]`, `places` `[images, samples]`, `y` `[images, channels, samples]`.
    #[inline(never)]
    pub fn sample<T: Real>(&self, x: &[T], places: &[Place<T>], channels: usize, samples: usize, y: &mut [T]) {
        threads::chunks(y, samples, 16, |start, y| {
            let plane = start / samples;
            let (x, places) = (&x[plane * self.plane()..][..self.plane()], &places[plane / channels * samples..]);
            for (y, place) in y.iter_mut().zip(places) {
                let terms = place.weights().into_iter().zip(place.pixels(x));
                *y = terms.fold(T::zero(), |sum, (weight, pixel)| sum + weight * pixel);
            }
        });
    }

    /// `dx ←` the gradient of the images.
    #[inline(never)]
    pub fn image_gradient<T: Real>(
        &self,
        dy: &[T],
        places: &[Place<T>],
        channels: usize,
        samples: usize,
        dx: &mut [T],
    ) {
        let cost = 1 + (16 * samples).div_ceil(self.plane());
        threads::chunks(dx, self.plane(), cost, |start, dx| {
            let plane = start / self.plane();
            let (dy, places) = (&dy[plane * samples..][..samples], &places[plane / channels * samples..]);
            dx.fill(T::zero());
            for (&dy, place) in dy.iter().zip(places) {
                for (at, weight) in place.corners.into_iter().zip(place.weights()) {
                    if let Some(dx) = dx.get_mut(at) {
                        *dx += weight * dy;
                    }
                }
            }
        });
    }

    /// `dgrid ←` the gradient of the coordinates, column first.
    #[inline(never)]
    pub fn grid_gradient<T: Real>(
        &self,
        (x, dy): (&[T], &[T]),
        places: &[Place<T>],
        channels: usize,
        samples: usize,
        dgrid: &mut [T],
    ) {
        threads::chunks(dgrid, 2 * CHUNK, 8 * channels, |start, mut dgrid| {
            let mut first = start / 2;
            while !dgrid.is_empty() {
                // What is left of one image.
                let (image, at) = (first / samples, first % samples);
                let count = (samples - at).min(dgrid.len() / 2);
                let (part, rest) = dgrid.split_at_mut(2 * count);
                let places = &places[first..first + count];
                part.fill(T::zero());
                // Plane by plane: one pixel's channels lie so far apart that they drive each other out of the cache.
                for plane in image * channels..(image + 1) * channels {
                    let x = &x[plane * self.plane()..][..self.plane()];
                    let dy = &dy[plane * samples + at..][..count];
                    for ((dgrid, place), &dy) in part.as_chunks_mut::<2>().0.iter_mut().zip(places).zip(dy) {
                        let ([a, b, c, d], [v, u]) = (place.pixels(x), place.fraction);
                        dgrid[0] += dy * ((b - a) * (T::one() - v) + (d - c) * v);
                        dgrid[1] += dy * ((c - a) * (T::one() - u) + (d - b) * u);
                    }
                }
                for (dgrid, place) in part.as_chunks_mut::<2>().0.iter_mut().zip(places) {
                    for (dgrid, slope) in dgrid.iter_mut().rev().zip(place.slope) {
                        // Selected, since an infinite pixel times 0 would be NaN.
                        *dgrid = if slope == T::zero() { slope } else { *dgrid * slope };
                    }
                }
                (first, dgrid) = (first + count, rest);
            }
        });
    }
}
