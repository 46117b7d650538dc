//! `pad`: a border of one value.

use crate::kernel::index::{self, Part};
use crate::ops::prelude::*;
use crate::tensor::AxisSlice;

impl<T: Real> Var<T> {
    /// The variable with a border of `value`: for each axis how many elements come before and behind.
    ///
    /// `y[before + i] = x[i]`, and `value` elsewhere
    ///
    /// # Shape
    /// `[.., n, ..] -> [.., before + n + behind, ..]`
    ///
    /// # Gradient
    /// `dx` is the slice of `dy` inside the border. Saves nothing.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[1.0, 2.0]]);
    /// let y = x.pad([(0, 1), (1, 0)], -1.0);
    /// assert_eq!(*y.value(), [[-1.0, 1.0, 2.0], [-1.0, -1.0, -1.0]].into());
    /// let gradients = y.backward_with(&[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]].into());
    /// assert_eq!(gradients.get(&x).unwrap().to_vec(), [2.0, 3.0]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn pad(&self, pads: impl Into<Vec<(usize, usize)>>, value: T) -> Self {
        record(Pad { pads: pads.into(), value: value.as_f64() }, [self])
    }
}

/// The op of [`Var::pad`].
#[derive(Clone)]
pub struct Pad {
    /// For each axis how many elements come before and behind.
    pub pads: Vec<(usize, usize)>,
    /// What they are.
    pub value: f64,
}

impl<T: Real> Op<T> for Pad {
    type Arity = Fixed<1>;
    const NAME: &'static str = "pad";
    const RULE: &'static str = "[.., n, ..] -> [.., before + n + behind, ..]";
    const SAVES: Save = Save::NOTHING;

    fn shape(&self, [x]: [&Shape; 1]) -> Result<Shape, Mismatch> {
        if self.pads.len() != x.rank() {
            return Err(Mismatch::new(format!("{} borders for {} axes", self.pads.len(), x.rank())));
        }
        let padded =
            |(&n, &(before, behind)): (&usize, &(usize, usize))| n.saturating_add(before).saturating_add(behind);
        x.iter().zip(&self.pads).map(padded).collect::<Shape>().addressable()
    }

    fn forward(&self, [x]: [&Tensor<T>; 1]) -> Tensor<T> {
        let shape = Op::<T>::shape(self, [x.shape()]).expect("the shape rule accepted the operand");
        let mut part = Part::at_origin(x.view());
        part.first = self.pads.iter().map(|&(before, _)| before).collect();
        Tensor::build(shape.clone(), |out| index::place(&[part], Some(T::of(self.value)), &shape, out))
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 1] {
        let inside = |(&n, &(before, behind)): (&usize, &(usize, usize))| AxisSlice::from(before..n - behind);
        [saved.needs(0).then(|| dy.slice(dy.shape().iter().zip(&self.pads).map(inside).collect::<Vec<_>>()))]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Pad {
    fn cases() -> Cases<Self> {
        let by = |pads: &[(usize, usize)]| Pad { pads: pads.to_vec(), value: 0.5 };
        Cases::new(textbook, by(&[(0, 0), (0, 1), (1, 2)]), shapes![[2, 3, 3]])
            .case(by(&[(2, 1)]), shapes![[3]])
            .case(by(&[(0, 0), (0, 0)]), shapes![[2, 3]])
            .case(by(&[(1, 0), (1, 1)]), shapes![[0, 2]])
            .case(by(&[]), shapes![[]])
            .rejects(by(&[(1, 1)]), shapes![[2, 3]], "1 borders for 2 axes")
            .rejects(by(&[(usize::MAX, 1)]), shapes![[2]], "is more than memory can address")
            .pin(
                "an infinite border",
                Pad { pads: vec![(1, 1)], value: f64::NEG_INFINITY },
                tensors![[1.0]],
                [f64::NEG_INFINITY, 1.0, f64::NEG_INFINITY],
                tensors![[1.0]],
            )
            .shared(by(&[(0, 0), (1, 1), (1, 1)]), shapes![[10, 100, 100]])
            .bench(by(&[(0, 0), (1, 1), (1, 1)]), shapes![[64, 128, 128]], Work::Bytes(8 << 20))
    }
}

/// Each element is fetched from inside the border, or is the border.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &Pad, x: &[Tensor<f64>]) -> Tensor<f64> {
    let shape = Op::<f64>::shape(op, [x[0].shape()]).expect("a case that is accepted");
    crate::testing::from_index(shape, |index| {
        let inside =
            index.iter().zip(&op.pads).map(|(&i, &(before, _))| i.checked_sub(before)).collect::<Option<Vec<_>>>();
        match inside {
            Some(at) if at.iter().zip(&**x[0].shape()).all(|(i, n)| i < n) => crate::testing::element(&x[0], &at),
            _ => op.value,
        }
    })
}
