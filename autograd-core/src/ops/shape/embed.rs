//! `embed`: the operand as a part of zeros.

use crate::kernel::index::{self, Part};
use crate::ops::prelude::*;
use crate::tensor::axis_index::Selection;
use crate::tensor::{AxisIndex, IntoSlices};

impl<T: Real> Var<T> {
    /// Zeros of another shape with this variable in the part that `ranges` name: the adjoint of [`slice`](Var::slice), whose ranges,
    /// positions and new axes it takes.
    ///
    /// `y[start₀ + i·step₀, start₁ + j·step₁] = x[i, j]`, and 0 elsewhere
    ///
    /// # Shape
    /// `[..] -> shape`, of which the ranges leave `[..]`
    ///
    /// # Gradient
    /// `dx = slice(dy)`. Saves nothing.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([1.0, 2.0]);
    /// let y = x.embed([1..3], [4]);
    /// assert_eq!(y.to_vec(), [0.0, 1.0, 2.0, 0.0]);
    /// let gradients = y.backward_with(&[5.0, 6.0, 7.0, 8.0].into());
    /// assert_eq!(gradients.get(&x).unwrap().to_vec(), [6.0, 7.0]);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "slice_scatter")]
    pub fn embed(&self, ranges: impl IntoSlices, shape: impl Into<Shape>) -> Self {
        record(Embed { ranges: ranges.into_slices(), shape: shape.into() }, [self])
    }
}

/// The op of [`Var::embed`].
#[derive(Clone)]
pub struct Embed {
    /// Which part of each axis, from the first on.
    pub ranges: List<AxisIndex>,
    /// The shape of the result.
    pub shape: Shape,
}

impl<T: Real> Op<T> for Embed {
    type Arity = Fixed<1>;
    const NAME: &'static str = "embed";
    const RULE: &'static str = "[..] -> shape, of which the ranges leave [..]";
    const SAVES: Save = Save::NOTHING;

    fn shape(&self, [x]: [&Shape; 1]) -> Result<Shape, Mismatch> {
        let shape = self.shape.clone().addressable()?;
        let part = Selection::new(&self.ranges, &shape)?.shape();
        match part == *x {
            true => Ok(shape),
            false => Err(Mismatch::new(format!("the ranges leave {part} of {shape}, the operand has {x}"))),
        }
    }

    fn forward(&self, [x]: [&Tensor<T>; 1]) -> Tensor<T> {
        let Selection { first, steps, part, .. } =
            Selection::new(&self.ranges, &self.shape).expect("the shape rule accepted the ranges");
        let x = x.reshape(&*part);
        let part = Part { x: x.view(), first, steps };
        Tensor::build(self.shape.clone(), |out| index::place(&[part], Some(T::zero()), &self.shape, out))
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 1] {
        [saved.needs(0).then(|| dy.slice(&self.ranges[..]))]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Embed {
    fn cases() -> Cases<Self> {
        use crate::s;
        let of = |ranges: &[AxisIndex], shape: &[usize]| Embed { ranges: ranges.into_slices(), shape: shape.into() };
        Cases::new(textbook, of(&s![1..4, ..2], &[5, 3]), shapes![[3, 2]])
            .case(of(&s![1..;2, .., -2..-1], &[5, 2, 3]), shapes![[2, 2, 1]])
            .case(of(&s![..;-2, ..;-1], &[7, 3]), shapes![[4, 3]])
            .case(of(&s![1..=1;isize::MIN], &[3, 2]), shapes![[1, 2]])
            .case(of(&s![1..1], &[3, 2]), shapes![[0, 2]])
            .case(of(&s![], &[2, 3]), shapes![[2, 3]])
            .case(of(&s![], &[]), shapes![[]])
            .case(of(&s![-1, ..;2], &[3, 4]), shapes![[2]])
            .case(of(&s![newaxis, .., 1, ..., newaxis], &[2, 3, 2]), shapes![[1, 2, 2, 1]])
            .case(of(&s![3..9000;-3], &[10000]), shapes![[2999]])
            .rejects(of(&s![1..3], &[4]), shapes![[3]], "the ranges leave [2] of [4], the operand has [3]")
            .rejects(of(&s![.., ..], &[4]), shapes![[4]], "2 ranges for 1 axes")
            .rejects(of(&s![1..5], &[4]), shapes![[4]], "axis 0: range 1..5 is not within an axis of size 4")
            .rejects(of(&s![4], &[4]), shapes![[]], "axis 0: index 4 is not within an axis of size 4")
            .rejects(of(&s![..1], &[isize::MAX as usize, 2]), shapes![[1, 2]], "is more than memory can address")
            .rejects(of(&s![isize::MIN..], &[usize::MAX]), shapes![[1]], "is more than memory can address")
            .pin(
                "nothing is multiplied",
                of(&s![1..3], &[3]),
                tensors![[f64::NAN, f64::INFINITY]],
                [0.0, f64::NAN, f64::INFINITY],
                tensors![[1.0, 1.0]],
            )
            .shared(of(&s![.., 1..301], &[300, 302]), shapes![[300, 300]])
            .bench(of(&s![.., 1..1025], &[1024, 1026]), shapes![[1024, 1024]], Work::Bytes(8 << 20))
    }
}

/// Each element is carried to where its range says.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &Embed, x: &[Tensor<f64>]) -> Tensor<f64> {
    crate::testing::scatter(op.shape.clone(), &x[0], |index| super::slice::place(&op.ranges, &op.shape, index))
}
