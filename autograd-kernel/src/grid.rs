//! Images sampled at the places of a grid, between four pixels each, and both gradients of that.

use super::threads;
use crate::element::Real;

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

/// Where a sample is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Place<T> {
    /// So far beyond the edges that it is 0 whatever the image.
    #[default]
    Outside,
    /// Where no place is: a coordinate is NaN, or infinite under reflection.
    Nowhere,
    /// Between pixels.
    Between(Between<T>),
}

/// A place between four pixels, of which some may lie outside the image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Between<T> {
    /// Row and column of the pixel above on the left; from -1 on.
    pub low: [isize; 2],
    /// How far down and right of it, from 0 to 1.
    pub fraction: [T; 2],
    /// How fast the place moves with the coordinates, in rows and in columns.
    pub slope: [T; 2],
}

impl<T: Real> Between<T> {
    /// Above left, above right, below left, below right: where in a plane of this size, if it is inside.
    pub fn corners(&self, size: [usize; 2]) -> [Option<usize>; 4] {
        let along =
            |d: usize, step: usize| self.low[d].checked_add_unsigned(step).and_then(|at| usize::try_from(at).ok());
        std::array::from_fn(|corner| {
            let (row, column) = (along(0, corner / 2)?, along(1, corner % 2)?);
            (row < size[0] && column < size[1]).then(|| row * size[1] + column)
        })
    }

    /// The weights of the corners.
    fn weights(&self) -> [T; 4] {
        let [v, u] = self.fraction;
        let (one, above, left) = (T::one(), T::one() - v, T::one() - u);
        debug_assert!(v >= T::zero() && v <= one && u >= T::zero() && u <= one);
        [above * left, above * u, v * left, v * u]
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
    pub fn places<T: Real>(&self, grid: &[T]) -> Vec<Place<T>> {
        let mut places = vec![Place::default(); grid.len() / 2];
        threads::chunks(&mut places, CHUNK, 16, |start, places| {
            let grid = &grid[2 * start..];
            places.iter_mut().zip(grid.chunks_exact(2)).for_each(|(place, at)| *place = self.place([at[1], at[0]]));
        });
        places
    }

    fn place<T: Real>(&self, coordinates: [T; 2]) -> Place<T> {
        let [row, column] = [0, 1].map(|d| self.position(d, coordinates[d]));
        if row.0.is_nan() || column.0.is_nan() {
            return Place::Nowhere;
        }
        let near = |d: usize, at: T| at >= -T::one() && at < T::of(self.size[d] as f64);
        if !near(0, row.0) || !near(1, column.0) {
            return Place::Outside;
        }
        let low = |at: T| at.floor().to_isize().expect("within the image, or just before it");
        Place::Between(Between {
            low: [low(row.0), low(column.0)],
            fraction: [row.0 - row.0.floor(), column.0 - column.0.floor()],
            slope: [row.1, column.1],
        })
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
                *y = match place {
                    Place::Outside => T::zero(),
                    Place::Nowhere => T::nan(),
                    Place::Between(between) => {
                        let terms = between.corners(self.size).into_iter().zip(between.weights());
                        terms.fold(T::zero(), |sum, (at, weight)| at.map_or(sum, |at| sum + weight * x[at]))
                    }
                };
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
                let Place::Between(between) = place else { continue };
                for (at, weight) in between.corners(self.size).into_iter().zip(between.weights()) {
                    at.into_iter().for_each(|at| dx[at] += weight * dy);
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
        threads::chunks(dgrid, 2 * CHUNK, 8 * channels, |start, dgrid| {
            for (k, dgrid) in (start / 2..).zip(dgrid.chunks_exact_mut(2)) {
                dgrid.fill(T::zero());
                let Place::Between(between) = places[k] else { continue };
                let (corners, [v, u]) = (between.corners(self.size), between.fraction);
                for plane in k / samples * channels..(k / samples + 1) * channels {
                    let x = &x[plane * self.plane()..][..self.plane()];
                    let dy = dy[plane * samples + k % samples];
                    let [a, b, c, d] = corners.map(|at| at.map_or(T::zero(), |at| x[at]));
                    dgrid[0] += dy * ((b - a) * (T::one() - v) + (d - c) * v);
                    dgrid[1] += dy * ((c - a) * (T::one() - u) + (d - b) * u);
                }
                // Selected, since an infinite pixel times 0 would be NaN.
                for (d, dgrid) in dgrid.iter_mut().rev().enumerate() {
                    let slope = between.slope[d];
                    *dgrid = if slope == T::zero() { slope } else { *dgrid * slope };
                }
            }
        });
    }
}
