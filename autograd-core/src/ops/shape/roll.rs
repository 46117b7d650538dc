//! `roll`: elements moved along an axis, around its end.

use crate::kernel::index::{self, Part};
use crate::ops::prelude::*;
use crate::tensor::AxisSlice;
use smallvec::SmallVec;

impl<T: Real> Var<T> {
    /// The elements moved `shift` places along an axis; those that leave at one end come in at the other. A negative shift moves towards the
    /// beginning.
    ///
    /// `y[(i + shift) mod n] = x[i]`
    ///
    /// See [`roll_axes`](Var::roll_axes) for several axes.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([1.0, 2.0, 3.0, 4.0]);
    /// let y = x.roll(1, 0);
    /// assert_eq!(y.to_vec(), [4.0, 1.0, 2.0, 3.0]);
    /// let gradients = y.backward_with(&[5.0, 6.0, 7.0, 8.0].into());
    /// assert_eq!(gradients.get(&x).unwrap().to_vec(), [6.0, 7.0, 8.0, 5.0]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn roll(&self, shift: isize, axis: isize) -> Self {
        self.roll_axes([(shift, axis)])
    }

    /// The elements moved along several axes, each by the shift that stands before it.
    ///
    /// `y[(i + s) mod m, (j + t) mod n] = x[i, j]`
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx` is `dy` rolled back. Saves nothing.
    ///
    /// # Edge cases
    /// A shift may be longer than its axis. Shifts along one axis add up.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    /// let y = x.roll_axes([(1, 0), (-1, 1)]);
    /// assert_eq!(*y.value(), [[5.0, 6.0, 4.0], [2.0, 3.0, 1.0]].into());
    /// let gradients = y.backward_with(&[[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]].into());
    /// assert_eq!(*gradients.get(&x).unwrap(), [[5.0, 3.0, 4.0], [2.0, 0.0, 1.0]].into());
    /// ```
    #[track_caller]
    #[must_use]
    pub fn roll_axes(&self, shifts: impl AsRef<[(isize, isize)]>) -> Self {
        record(Roll { shifts: SmallVec::from_slice(shifts.as_ref()) }, [self])
    }
}

/// The op of [`Var::roll`] and [`Var::roll_axes`].
#[derive(Clone)]
pub struct Roll {
    /// Shifts, each with its axis; axes are counted from the end if negative.
    pub shifts: SmallVec<[(isize, isize); 2]>,
}

impl Roll {
    /// How far the elements move along each axis, less than its size.
    fn places(&self, x: &Shape) -> Result<SmallVec<[usize; 4]>, Mismatch> {
        let mut places: SmallVec<[usize; 4]> = SmallVec::from_elem(0, x.rank());
        for &(shift, axis) in &self.shifts {
            let axis = x.axis(axis)?;
            let n = x[axis].max(1);
            places[axis] = (places[axis] + shift.rem_euclid(n as isize) as usize) % n;
        }
        Ok(places)
    }
}

impl<T: Real> Op<T> for Roll {
    type Arity = Fixed<1>;
    const NAME: &'static str = "roll";
    const RULE: &'static str = "[..] -> [..]";
    const SAVES: Save = Save::NOTHING;

    fn shape(&self, [x]: [&Shape; 1]) -> Result<Shape, Mismatch> {
        self.places(x)?;
        Ok(x.clone())
    }

    fn forward(&self, [x]: [&Tensor<T>; 1]) -> Tensor<T> {
        let places = self.places(x.shape()).expect("the shape rule accepted the axes");
        // Each rolled axis cuts each block in two, which change places.
        let origin: SmallVec<[usize; 4]> = SmallVec::from_elem(0, x.rank());
        let mut blocks = vec![(x.clone(), origin)];
        for (axis, &place) in places.iter().enumerate().filter(|(_, place)| **place > 0) {
            let cut = x.shape()[axis] - place;
            let half = |(block, first): &(Tensor<T>, SmallVec<[usize; 4]>), range: AxisSlice, to: usize| {
                let mut ranges = vec![AxisSlice::from(..); axis];
                ranges.push(range);
                let mut first = first.clone();
                first[axis] = to;
                (block.slice(ranges), first)
            };
            let halves = |block: &_| [half(block, (..cut).into(), place), half(block, (cut..).into(), 0)];
            blocks = blocks.iter().flat_map(halves).collect();
        }
        let parts: Vec<Part<'_, T>> = blocks
            .iter()
            .map(|(block, first)| Part { first: first.clone(), ..Part::at_origin(block.view()) })
            .collect();
        Tensor::build(x.shape(), |out| index::place(&parts, None, x.shape(), out))
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 1] {
        let dx = || {
            let places = self.places(dy.shape()).expect("the shape rule accepted the axes");
            let back = places.iter().enumerate().filter(|(_, place)| **place > 0);
            dy.roll_axes(back.map(|(axis, &place)| (-(place as isize), axis as isize)).collect::<Vec<_>>())
        };
        [saved.needs(0).then(dx)]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Roll {
    fn cases() -> Cases<Self> {
        let by = |shifts: &[(isize, isize)]| Roll { shifts: SmallVec::from_slice(shifts) };
        Cases::new(textbook, by(&[(2, 1)]), shapes![[2, 5]])
            .case(by(&[(-1, 0)]), shapes![[4]])
            .case(by(&[(7, -1)]), shapes![[2, 3]])
            .case(by(&[(-8, 0), (1, 2)]), shapes![[3, 2, 4]])
            .case(by(&[(1, 0), (1, 1), (-1, 2)]), shapes![[2, 3, 2]])
            .case(by(&[(1, 0), (4, 0)]), shapes![[7]])
            .case(by(&[(isize::MIN, 0), (isize::MAX, 1)]), shapes![[3, 4]])
            .case(by(&[(3, 0)]), shapes![[3, 2]])
            .case(by(&[]), shapes![[]])
            .case(by(&[(1, 0)]), shapes![[0, 3]])
            .case(by(&[(1, 1)]), shapes![[0, 3]])
            .rejects(by(&[(1, 2)]), shapes![[2, 3]], "axis 2 is out of range, the axes are -2 to 1")
            .rejects(by(&[(1, 0)]), shapes![[]], "axis 0 of a single number, which has none")
            .shared(by(&[(100, 0), (-100, 1)]), shapes![[300, 300]])
            .bench(by(&[(100, 0), (-100, 1)]), shapes![[1024, 1024]], Work::Bytes(8 << 20))
    }
}

/// Each element is fetched from as many places back as the shifts say.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &Roll, x: &[Tensor<f64>]) -> Tensor<f64> {
    crate::testing::from_index(x[0].shape().clone(), |index| {
        let mut from: Vec<i128> = index.iter().map(|&i| i as i128).collect();
        op.shifts.iter().for_each(|&(by, axis)| from[x[0].shape().axis(axis).expect("accepted")] -= by as i128);
        let from: Vec<usize> =
            from.iter().zip(&**x[0].shape()).map(|(&i, &n)| i.rem_euclid(n as i128) as usize).collect();
        crate::testing::element(&x[0], &from)
    })
}
