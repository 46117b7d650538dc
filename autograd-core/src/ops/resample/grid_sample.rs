//! `grid_sample`: images sampled at the places of a grid, linear between pixels.

use crate::composite::{Composite, compose};
use crate::kernel::grid::{Grid, GridPadding, OUTSIDE, Place};
use crate::ops::pool::sizes::four;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The images at the places that a grid names, linear in each direction between the four pixels around a place.
    ///
    /// `y[n, c, i, j] = Σ w·x[n, c, ..]` over those pixels, at column `((g + 1) w − 1) / 2` and row `((g' + 1) h − 1) / 2` for
    /// `(g, g') = grid[n, i, j]`: -1 and 1 are the outer edges. With `align_corners` they are the centres of the outer pixels, at
    /// `(g + 1) (w − 1) / 2` and `(g' + 1) (h − 1) / 2`. What lies beyond the edges is a matter of [`GridPadding`].
    ///
    /// # Shape
    /// `[n, c, h, w] x [n, oh, ow, 2] -> [n, c, oh, ow]`; a pair of the grid is the place across, then down
    ///
    /// # Gradient
    /// `dx` gets `w·dy` at each pixel; `dgrid` the slope between the pixels times `dy`, summed over channels. Saves both operands.
    ///
    /// # Edge cases
    /// At a pixel's centre, where the slope jumps, it is that to the right and down. Places that the border or a reflection puts on the centre
    /// of an outer pixel have slope 0. A NaN coordinate makes NaN, with gradient 0; so does an infinite one under reflection, while
    /// elsewhere it is infinitely far beyond the edge.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Var, ops::GridSample};
    /// let x = Var::leaf([[[[0.0, 4.0]]]]);
    /// let grid = Var::leaf([[[[0.0, 0.0], [0.25, 0.0]]]]);
    /// let y = x.grid_sample(&grid, GridSample::default());
    /// assert_eq!(y.to_vec(), [2.0, 3.0]);
    /// let gradients = y.sum().backward();
    /// assert_eq!(gradients.get(&x).unwrap().to_vec(), [0.75, 1.25]);
    /// assert_eq!(gradients.get(&grid).unwrap().to_vec(), [4.0, -1.0, 4.0, -1.5]); // zeros lie below and above
    /// ```
    ///
    /// Jaderberg et al., "Spatial transformer networks" (2015), equations 5 to 7.
    #[track_caller]
    #[must_use]
    pub fn grid_sample(&self, grid: &Self, options: GridSample) -> Self {
        let [y] = compose(options, [self, grid]);
        y
    }
}

/// The op of [`Var::grid_sample`], and its options: `GridSample::default().padding(GridPadding::Border)`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GridSample {
    /// What lies beyond the edges; zeros if not set.
    pub padding: GridPadding,
    /// Whether -1 and 1 are the centres of the outer pixels; if not set, they are the outer edges.
    pub align_corners: bool,
}

impl GridSample {
    /// With this beyond the edges.
    #[must_use]
    pub fn padding(self, padding: GridPadding) -> Self {
        GridSample { padding, ..self }
    }

    /// With -1 and 1 as the centres of the outer pixels, or as the outer edges.
    #[must_use]
    pub fn align_corners(self, align_corners: bool) -> Self {
        GridSample { align_corners, ..self }
    }

    /// How coordinates name places of `x`.
    pub(super) fn grid(&self, x: &Shape) -> Grid {
        Grid { size: [x[2], x[3]], padding: self.padding, align_corners: self.align_corners }
    }

    /// The shape rule.
    pub(super) fn result(x: &Shape, grid: &Shape) -> Result<Shape, Mismatch> {
        let &[n, c, h, w] = four(x)?;
        let [images, oh, ow, 2] = **grid else {
            return Err(Mismatch::new(format!("the grid {grid} is no batch of pairs of coordinates")));
        };
        if images != n {
            return Err(Mismatch::new(format!("there are {n} images and {images} grids")));
        }
        if h == 0 || w == 0 {
            return Err(Mismatch::new(format!("the images are {h} by {w}, there is nothing to sample")));
        }
        Shape::from([h, w]).addressable()?;
        Shape::from([n, c, oh, ow]).addressable()
    }
}

impl<T: Real> Composite<T> for GridSample {
    type Arity = Fixed<2>;
    type Results = Fixed<1>;
    type Workspace = ();
    const NAME: &'static str = "grid_sample";
    const RULE: &'static str = "[n, c, h, w] x [n, oh, ow, 2] -> [n, c, oh, ow]";
    const OPERANDS: &'static [&'static str] = &["x", "grid"];

    fn shape(&self, [x, grid]: [&Shape; 2]) -> Result<[Shape; 1], Mismatch> {
        GridSample::result(x, grid).map(|shape| [shape])
    }

    fn forward(&self, [x, grid]: [&Tensor<T>; 2]) -> ([Tensor<T>; 1], ()) {
        let shape = GridSample::result(x.shape(), grid.shape()).expect("accepted before");
        let (sampler, channels, samples) = (self.grid(x.shape()), shape[1], shape[2] * shape[3]);
        let (x, places) = (x.contiguous(), places(&sampler, grid));
        let build = |y: &mut [T]| sampler.sample(x.as_slice().expect("contiguous"), &places, channels, samples, y);
        ([Tensor::build(shape, build)], ())
    }

    fn backward(
        &self,
        [x, grid]: [&Tensor<T>; 2],
        (): &(),
        [dy]: [Option<&Tensor<T>>; 1],
        needs: &[bool],
    ) -> [Option<Tensor<T>>; 2] {
        let dy = dy.expect("the only result has a gradient");
        let (sampler, channels, samples) = (self.grid(x.shape()), dy.shape()[1], dy.shape()[2] * dy.shape()[3]);
        let (x, dy, places) = (x.contiguous(), dy.contiguous(), places(&sampler, grid));
        let (values, dys) = (x.as_slice().expect("contiguous"), dy.as_slice().expect("contiguous"));
        [
            needs[0].then(|| {
                let build = |dx: &mut [T]| sampler.image_gradient(dys, &places, channels, samples, dx);
                Tensor::build(x.shape(), build)
            }),
            needs[1].then(|| {
                let build = |dgrid: &mut [T]| sampler.grid_gradient((values, dys), &places, channels, samples, dgrid);
                Tensor::build(grid.shape(), build)
            }),
        ]
    }

    fn algebra(&self, [x, grid]: [&Var<T>; 2]) -> [Var<T>; 1] {
        let shape = GridSample::result(x.shape(), grid.shape()).expect("accepted before");
        let (sampler, n, samples) = (self.grid(x.shape()), shape[0], shape[2] * shape[3]);
        let places = places(&sampler, grid.value());
        // One value for each place, for the channels alike; 0 where none is.
        let of = |f: &dyn Fn(&Place<T>) -> T| {
            Tensor::from_fn([n, 1, samples], |i| if places[i].exists() { f(&places[i]) } else { T::zero() })
        };
        let fraction = |d: usize, across: usize| {
            // Between kinks the place is linear in the coordinate: its value now, and its slope. Where it stays, the coordinate may be NaN.
            let slope = of(&|at| at.slope[d]);
            let coordinate = grid.reshape([n, samples, 2]).slice((.., .., across..across + 1)).reshape([n, 1, samples]);
            let coordinate = coordinate.masked_fill(&slope.eq(T::zero()), T::zero());
            (&coordinate - coordinate.detach()) * Var::constant(slope) + Var::constant(of(&|at| at.fraction[d]))
        };
        let (down, right) = (fraction(0, 1), fraction(1, 0));
        let (up, left) = (down.rsub_scalar(T::one()), right.rsub_scalar(T::one()));
        let weights = [&up * &left, &up * &right, &down * &left, &down * &right];
        let (x, results) = (x.reshape([n, shape[1], sampler.size.iter().product()]), [n, shape[1], samples]);
        let term = |corner: usize| {
            let at = |i: usize| places[i].corners[corner];
            let index = Tensor::from_fn([n, 1, samples], |i| if at(i) == OUTSIDE { 0 } else { at(i) as i64 });
            let absent = Tensor::from_fn([n, 1, samples], |i| at(i) == OUTSIDE);
            let pixel = x.gather(2, &index.broadcast_to(results)).masked_fill(&absent, T::zero());
            pixel * weights[corner].broadcast_to(results)
        };
        let nowhere = Tensor::from_fn([n, 1, samples], |i| !places[i].exists());
        [(term(0) + term(1) + term(2) + term(3)).masked_fill(&nowhere, T::nan()).reshape(shape)]
    }
}

fn places<T: Real>(sampler: &Grid, grid: &Tensor<T>) -> List<Place<T>> {
    sampler.places(grid.contiguous().as_slice().expect("contiguous"))
}

#[cfg(any(test, feature = "testing"))]
impl CheckedComposite for GridSample {
    fn cases() -> Cases<Self> {
        use GridPadding::{Border, Reflection, Zeros};
        let of = |padding, align_corners| GridSample { padding, align_corners };
        let (nan, infinity) = (f64::NAN, f64::INFINITY);
        let two = || Tensor::from([[[[1.0, 5.0]]]]);
        let at = |g: f64| Tensor::from([[[[g, 0.0]]]]);
        let one = |y: f64| Tensor::from([[[[y]]]]);
        let mut cases = Cases::new(textbook, of(Zeros, false), shapes![[2, 3, 3, 4], [2, 2, 3, 2]]);
        for padding in [Zeros, Border, Reflection] {
            for align_corners in [false, true] {
                cases = cases.case(of(padding, align_corners), shapes![[2, 2, 4, 3], [2, 3, 2, 2]]);
            }
        }
        cases
            .case(of(Border, false), shapes![[1, 2, 1, 5], [1, 2, 2, 2]])
            .case(of(Zeros, false), shapes![[0, 2, 3, 3], [0, 2, 2, 2]])
            .case(of(Zeros, false), shapes![[2, 0, 3, 3], [2, 2, 2, 2]])
            .case(of(Zeros, false), shapes![[2, 2, 3, 3], [2, 0, 2, 2]])
            .domains([Domain::between(-2.0, 2.0), Domain::between(-2.4, 2.4).away_from(kinks(), 0.01)])
            .rejects(of(Zeros, false), shapes![[3, 4, 4], [1, 2, 2, 2]], "x has 3 axes instead of 4")
            .rejects(of(Zeros, false), shapes![[1, 1, 4, 4], [1, 2, 2, 3]], "[1, 2, 2, 3] is no batch of pairs")
            .rejects(of(Zeros, false), shapes![[1, 1, 4, 4], [2, 2, 2, 2]], "there are 1 images and 2 grids")
            .rejects(of(Zeros, false), shapes![[1, 1, 0, 4], [1, 2, 2, 2]], "the images are 0 by 4")
            .pin(
                "a pixel's centre",
                of(Zeros, true),
                vec![two(), at(-1.0)],
                one(1.0),
                vec![Tensor::from([[[[1.0, 0.0]]]]), Tensor::from([[[[2.0, 0.0]]]])],
            )
            .pin(
                "on the border",
                of(Border, true),
                vec![two(), at(1.0)],
                one(5.0),
                vec![Tensor::from([[[[0.0, 1.0]]]]), at(0.0)],
            )
            .pin(
                "reflected",
                of(Reflection, false),
                vec![two(), at(1.75)],
                one(4.0),
                vec![Tensor::from([[[[0.25, 0.75]]]]), at(-4.0)],
            )
            .pin("NaN", of(Border, false), vec![two(), at(nan)], one(nan), vec![two().map(|_| 0.0), at(0.0)])
            .pin("beyond", of(Zeros, false), vec![two(), at(infinity)], one(0.0), vec![two().map(|_| 0.0), at(0.0)])
            .pin("far beyond", of(Zeros, true), vec![two(), at(-1e300)], one(0.0), vec![two().map(|_| 0.0), at(0.0)])
            .pin(
                "the border at infinity",
                of(Border, false),
                vec![two(), at(infinity)],
                one(5.0),
                vec![Tensor::from([[[[0.0, 1.0]]]]), at(0.0)],
            )
            .pin(
                "an infinite pixel on the border",
                of(Border, false),
                vec![Tensor::from([[[[1.0, infinity]]]]), at(3.0)],
                one(infinity),
                vec![Tensor::from([[[[0.0, 1.0]]]]), at(0.0)],
            )
            .pin(
                "reflected for ever",
                of(Reflection, true),
                vec![two(), at(-infinity)],
                one(nan),
                vec![two().map(|_| 0.0), at(0.0)],
            )
            .bench(of(Zeros, false), shapes![[4, 8, 32, 32], [4, 32, 32, 2]], Work::Bytes(4 * 4 * 1024 * 18))
    }
}

/// Coordinates that name the centre of a pixel, or of one that would follow beyond the edges, in images of the cases' sizes.
#[cfg(any(test, feature = "testing"))]
fn kinks() -> Vec<f64> {
    let of =
        |n: usize| (-10..=15).flat_map(move |i| [f64::from(2 * i + 1) / n as f64, f64::from(2 * i) / (n - 1) as f64]);
    [1, 3, 4, 5].into_iter().flat_map(of).map(|g| g - 1.0).filter(|g| g.abs() < 3.0).collect()
}

/// The hat function of the distance times each pixel, of an image that goes on beyond its edges.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &GridSample, x: &[Tensor<f64>]) -> Tensor<f64> {
    let (image, grid) = (&x[0], &x[1]);
    let shape = GridSample::result(image.shape(), grid.shape()).expect("a case that is accepted");
    crate::testing::from_index(shape, |at| {
        let place = |d: usize| {
            let (g, n) = (crate::testing::element(grid, &[at[0], at[2], at[3], 1 - d]), image.shape()[2 + d] as f64);
            if op.align_corners { (g + 1.0) / 2.0 * (n - 1.0) } else { ((g + 1.0) * n - 1.0) / 2.0 }
        };
        // Which pixel stands at `i`, beyond the edges as well.
        let pixel = |d: usize, i: isize| {
            let n = image.shape()[2 + d] as isize;
            match op.padding {
                GridPadding::Zeros => usize::try_from(i).ok().filter(|&i| i < n as usize),
                GridPadding::Border => Some(i.clamp(0, n - 1) as usize),
                GridPadding::Reflection if op.align_corners => {
                    let i = i.rem_euclid((2 * n - 2).max(1));
                    Some(if i < n { i } else { 2 * n - 2 - i } as usize)
                }
                GridPadding::Reflection => {
                    let i = i.rem_euclid(2 * n);
                    Some(if i < n { i } else { 2 * n - 1 - i } as usize)
                }
            }
        };
        let (row, column, mut sum) = (place(0), place(1), 0.0);
        for i in row.floor() as isize..=row.floor() as isize + 1 {
            for j in column.floor() as isize..=column.floor() as isize + 1 {
                if let (Some(p), Some(q)) = (pixel(0, i), pixel(1, j)) {
                    let weight = (1.0 - (row - i as f64).abs()) * (1.0 - (column - j as f64).abs());
                    sum += weight * crate::testing::element(image, &[at[0], at[1], p, q]);
                }
            }
        }
        sum
    })
}
