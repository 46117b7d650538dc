//! `scatter`: elements written to positions along an axis.

use crate::kernel::index;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The variable with each element of `source` written over the one at the position that `index` gives for it.
    ///
    /// `y[i, index[i, j]] = source[i, j]` along axis 1, and `x` elsewhere. To add instead, see [`scatter_add`](Var::scatter_add).
    ///
    /// # Shape
    /// `[.., n, ..] x [.., k, ..] -> [.., n, ..]` for an index `[.., k, ..]` of positions from 0 to `n - 1`; off the axis, index and
    /// source may be smaller than `x`
    ///
    /// # Gradient
    /// `dx = scatter(dy, 0)`: `dy` with 0 at the positions; `dsource = gather(dy)`, but 0 for an element that was written over by a later
    /// one. Saves nothing.
    ///
    /// # Edge cases
    /// Of several elements that go to one position the last one stays. What is written over leaks nowhere, be it NaN or infinite.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let (x, source) = (Var::leaf([[1.0, 2.0, 3.0]]), Var::leaf([[10.0, 20.0]]));
    /// let y = x.scatter(1, &[[2, 0]].into(), &source);
    /// assert_eq!(*y.value(), [[20.0, 2.0, 10.0]].into());
    /// let gradients = y.backward_with(&[[1.0, 2.0, 3.0]].into());
    /// assert_eq!(*gradients.get(&x).unwrap(), [[0.0, 2.0, 0.0]].into());
    /// assert_eq!(*gradients.get(&source).unwrap(), [[3.0, 1.0]].into());
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "put_along_axis")]
    pub fn scatter(&self, axis: isize, index: &Tensor<i64>, source: &Var<T>) -> Self {
        record(Scatter { axis, index: index.clone() }, [self, source])
    }
}

/// The op of [`Var::scatter`].
#[derive(Clone)]
pub struct Scatter {
    /// The axis along which elements are written; counted from the end if negative.
    pub axis: isize,
    /// Where they go, with the shape of the source.
    pub index: Tensor<i64>,
}

impl Scatter {
    /// Writes `source` into a copy of `x`.
    fn write<T: Real>(&self, x: &Tensor<T>, source: &Tensor<T>) -> Tensor<T> {
        let axis = x.shape().axis(self.axis).expect("the shape rule accepted the axis");
        let (mut y, shape) = (x.contiguous(), x.shape().clone());
        y.write(|out| index::scatter(source.view(), axis, self.index.view(), &shape, out));
        y
    }

    /// Which elements of the source are written over by later ones, where a result has the shape of `x`; `None` if none is.
    fn lost(&self, x: &Shape) -> Option<Tensor<bool>> {
        let axis = x.axis(self.axis).expect("the shape rule accepted the axis");
        let shape = self.index.shape();
        let own = Tensor::indices(shape.numel()).reshape(shape);
        // Each element writes its number; one that finds another there has been written over.
        let mut last = Tensor::<i64>::zeros(x);
        last.write(|out| index::scatter(own.view(), axis, self.index.view(), x, out));
        let found = Tensor::build(shape.clone(), |out| index::gather(last.view(), axis, self.index.view(), out));
        let lost = found.ne(&own);
        lost.any().then_some(lost)
    }
}

impl<T: Real> Op<T> for Scatter {
    type Arity = Fixed<2>;
    const NAME: &'static str = "scatter";
    const RULE: &'static str = "[.., n, ..] x [.., k, ..] -> [.., n, ..] for an index [.., k, ..]";
    const SAVES: Save = Save::NOTHING;
    const OPERANDS: &'static [&'static str] = &["x", "source"];

    fn shape(&self, [x, source]: [&Shape; 2]) -> Result<Shape, Mismatch> {
        let (axis, shape) = (x.axis(self.axis)?, self.index.shape());
        if shape != source {
            return Err(Mismatch::new(format!("the index has shape {shape}, the source has {source}")));
        }
        super::gather::fits(shape, axis, x)?;
        within(&self.index, axis, x[axis])?;
        Ok(x.clone())
    }

    fn forward(&self, [x, source]: [&Tensor<T>; 2]) -> Tensor<T> {
        self.write(x, source)
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 2] {
        let dx = || {
            let zeros = Tensor::zeros([]).broadcast_to(self.index.shape());
            dy.scatter(self.axis, &self.index, &Var::constant(zeros))
        };
        let dsource = || {
            let taken = dy.gather(self.axis, &self.index);
            match self.lost(dy.shape()) {
                Some(lost) => taken.masked_fill(&lost, T::zero()),
                None => taken,
            }
        };
        [saved.needs(0).then(dx), saved.needs(1).then(dsource)]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Scatter {
    fn cases() -> Cases<Self> {
        let of = |axis, shape: &[usize], index: &[i64]| Scatter { axis, index: Tensor::from_slice(index, shape) };
        let (nan, infinity) = (f64::NAN, f64::INFINITY);
        Cases::new(textbook, of(1, &[2, 2], &[2, 0, 1, 3]), shapes![[2, 4], [2, 2]])
            .case(of(0, &[2, 3], &[1, 0, 1, 1, 1, 0]), shapes![[2, 3], [2, 3]])
            .case(of(-1, &[1, 3], &[3, 3, 0]), shapes![[3, 4], [1, 3]])
            .case(of(1, &[1, 2, 2], &[2, 0, 2, 1]), shapes![[2, 3, 2], [1, 2, 2]])
            .case(of(0, &[4], &[1, 1, 0, 1]), shapes![[2], [4]])
            .case(of(1, &[2, 0], &[]), shapes![[2, 3], [2, 0]])
            .case(of(0, &[0, 3], &[]), shapes![[0, 3], [0, 3]])
            .rejects(of(1, &[1, 2], &[0, 3]), shapes![[2, 3], [1, 2]], "index 3 at [0, 1] is out of range, axis 1")
            .rejects(of(0, &[1, 1], &[-1]), shapes![[2, 3], [1, 1]], "index -1 at [0, 0] is out of range, axis 0")
            .rejects(of(1, &[1], &[0]), shapes![[2, 3], [1]], "the index has 1 axes, the operand has 2")
            .rejects(of(1, &[3, 1], &[0; 3]), shapes![[2, 3], [3, 1]], "axis 0 is 3 in the index, 2 in the operand")
            .rejects(of(1, &[2, 1], &[0; 2]), shapes![[2, 3], [2, 2]], "the index has shape [2, 1], the source has")
            .rejects(of(0, &[], &[0]), shapes![[], []], "axis 0 of a single number, which has none")
            .pin(
                "the last one stays",
                of(0, &[3], &[1, 1, 1]),
                tensors![[1.0, nan], [nan, infinity, 5.0]],
                [1.0, 5.0],
                tensors![[1.0, 0.0], [0.0, 0.0, 1.0]],
            )
            .shared(
                Scatter { axis: 1, index: Tensor::from_fn([300, 100], |i| (i * 7919 % 300) as i64) },
                shapes![[300, 300], [300, 100]],
            )
            .bench(
                Scatter { axis: 1, index: Tensor::from_fn([1024, 512], |i| (i * 7919 % 1024) as i64) },
                shapes![[1024, 1024], [1024, 512]],
                Work::Bytes((8 << 20) + (16 << 19)),
            )
    }
}

/// Each element is written where the index sends it, one after the other.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &Scatter, x: &[Tensor<f64>]) -> Tensor<f64> {
    let (mut y, source, sizes) = (x[0].to_vec(), x[1].to_vec(), x[1].shape());
    for (i, value) in source.into_iter().enumerate() {
        let at: Vec<usize> =
            (0..sizes.rank()).map(|d| i / sizes[d + 1..].iter().product::<usize>() % sizes[d]).collect();
        let to = super::gather::along(op.axis, &op.index, &at);
        y[to.iter().zip(&**x[0].shape()).fold(0, |place, (&i, &n)| place * n + i)] = value;
    }
    Tensor::from_vec(y, x[0].shape())
}
