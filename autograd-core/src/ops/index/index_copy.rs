//! `index_copy`: rows written to positions.

use crate::kernel::index;
use crate::ops::prelude::*;
use crate::tensor::index_select::one_axis;

impl<T: Real> Var<T> {
    /// The variable with each row of `source` along an axis written over the one that `index` names.
    ///
    /// `y[.., index[j], ..] = source[.., j, ..]`, and `x` elsewhere. To add instead, see [`index_add`](Var::index_add).
    ///
    /// # Shape
    /// `[.., n, ..] x [.., k, ..] -> [.., n, ..]` for an index `[k]` of positions from 0 to `n - 1`
    ///
    /// # Gradient
    /// `dx = index_copy(dy, 0)`: `dy` with 0 in the rows named; `dsource = index_select(dy)`, but 0 for a row that was written over by
    /// a later one. Saves nothing.
    ///
    /// # Edge cases
    /// Of several rows that go to one position the last one stays. What is written over leaks nowhere, be it NaN or infinite.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let (x, source) = (Var::leaf([[1.0, 2.0], [3.0, 4.0]]), Var::leaf([[10.0, 20.0]]));
    /// let y = x.index_copy(0, &[1].into(), &source);
    /// assert_eq!(*y.value(), [[1.0, 2.0], [10.0, 20.0]].into());
    /// let gradients = y.backward_with(&[[1.0, 2.0], [3.0, 4.0]].into());
    /// assert_eq!(*gradients.get(&x).unwrap(), [[1.0, 2.0], [0.0, 0.0]].into());
    /// assert_eq!(*gradients.get(&source).unwrap(), [[3.0, 4.0]].into());
    /// ```
    #[track_caller]
    #[must_use]
    pub fn index_copy(&self, axis: isize, index: &Tensor<i64>, source: &Var<T>) -> Self {
        record(IndexCopy { axis, index: index.clone() }, [self, source])
    }
}

/// The op of [`Var::index_copy`].
#[derive(Clone)]
pub struct IndexCopy {
    /// The axis along which rows are written; counted from the end if negative.
    pub axis: isize,
    /// Where they go, of shape `[k]`.
    pub index: Tensor<i64>,
}

impl IndexCopy {
    /// Which rows are written over by later ones, out of `n` positions; `None` if none is.
    fn lost(&self, n: usize) -> Option<Vec<bool>> {
        let index = self.index.to_vec();
        let mut last = vec![0; n];
        index.iter().enumerate().for_each(|(j, &at)| last[at as usize] = j);
        let lost: Vec<bool> = index.iter().enumerate().map(|(j, &at)| last[at as usize] != j).collect();
        lost.contains(&true).then_some(lost)
    }
}

impl<T: Real> Op<T> for IndexCopy {
    type Arity = Fixed<2>;
    const NAME: &'static str = "index_copy";
    const RULE: &'static str = "[.., n, ..] x [.., k, ..] -> [.., n, ..] for an index [k]";
    const SAVES: Save = Save::NOTHING;
    const OPERANDS: &'static [&'static str] = &["x", "source"];

    fn shape(&self, [x, source]: [&Shape; 2]) -> Result<Shape, Mismatch> {
        let axis = x.axis(self.axis)?;
        one_axis(&self.index)?;
        let rows = x.with(axis, self.index.numel());
        if rows != *source {
            return Err(Mismatch::new(format!("the index names rows of shape {rows}, the source has {source}")));
        }
        within(&self.index, axis, x[axis])?;
        Ok(x.clone())
    }

    fn forward(&self, [x, source]: [&Tensor<T>; 2]) -> Tensor<T> {
        let axis = x.shape().axis(self.axis).expect("the shape rule accepted the axis");
        let (source, fold) = source.fold_over(&[axis]);
        let (rows, index) = (source.as_slice().expect("contiguous"), self.index.contiguous());
        let (mut y, n) = (x.contiguous(), x.shape()[axis]);
        y.write(|out| index::copy_rows(rows, index.as_slice().expect("contiguous"), n, fold.inner, out));
        y
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 2] {
        let axis = dy.shape().axis(self.axis).expect("the shape rule accepted the axis");
        let rows = dy.shape().with(axis, self.index.numel());
        let dx = || dy.index_copy(self.axis, &self.index, &Var::constant(Tensor::zeros([]).broadcast_to(&rows)));
        let dsource = || {
            let taken = dy.index_select(self.axis, &self.index);
            let Some(lost) = self.lost(dy.shape()[axis]) else { return taken };
            let one_each: Shape = (0..rows.rank()).map(|d| if d == axis { lost.len() } else { 1 }).collect();
            taken.masked_fill(&Tensor::from_vec(lost, one_each), T::zero())
        };
        [saved.needs(0).then(dx), saved.needs(1).then(dsource)]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for IndexCopy {
    fn cases() -> Cases<Self> {
        let of = |axis, index: &[i64]| IndexCopy { axis, index: Tensor::from_slice(index, index.len()) };
        let (nan, infinity) = (f64::NAN, f64::INFINITY);
        Cases::new(textbook, of(0, &[3, 1]), shapes![[4, 3], [2, 3]])
            .case(of(-1, &[1, 1, 0]), shapes![[2, 3], [2, 3]])
            .case(of(1, &[2, 0, 2]), shapes![[2, 4, 2], [2, 3, 2]])
            .case(of(0, &[]), shapes![[2, 3], [0, 3]])
            .case(of(0, &[]), shapes![[0], [0]])
            .case(of(0, &[0, 1, 1]), shapes![[2, 0], [3, 0]])
            .rejects(of(0, &[0, 4]), shapes![[4, 3], [2, 3]], "index 4 at [1] is out of range, axis 0 has size 4")
            .rejects(of(-1, &[-1]), shapes![[4, 3], [4, 1]], "index -1 at [0] is out of range, axis 1 has size 3")
            .rejects(
                of(0, &[0]),
                shapes![[4, 3], [2, 3]],
                "the index names rows of shape [1, 3], the source has [2, 3]",
            )
            .rejects(of(2, &[0]), shapes![[4, 3], [1, 3]], "axis 2 is out of range, the axes are -2 to 1")
            .rejects(
                IndexCopy { axis: 0, index: [[0]].into() },
                shapes![[4], [1]],
                "the index has shape [1, 1], 2 axes instead of one",
            )
            .pin(
                "the last one stays",
                of(0, &[1, 1]),
                tensors![[[1.0], [nan]], [[infinity], [5.0]]],
                [[1.0], [5.0]],
                tensors![[[1.0], [0.0]], [[0.0], [1.0]]],
            )
            .shared(
                IndexCopy { axis: 0, index: Tensor::from_fn(1000, |i| (i * 7919 % 2000) as i64) },
                shapes![[2000, 40], [1000, 40]],
            )
            .bench(
                IndexCopy { axis: 0, index: Tensor::from_fn(4096, |i| (i * 7919 % 10_000) as i64) },
                shapes![[10_000, 128], [4096, 128]],
                Work::Bytes(8 * 14_096 * 128),
            )
    }
}

/// Each row is written where the index sends it, one after the other.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &IndexCopy, x: &[Tensor<f64>]) -> Tensor<f64> {
    let axis = x[0].shape().axis(op.axis).expect("a case that is accepted");
    let index = op.index.to_vec();
    crate::testing::from_index(x[0].shape().clone(), |at| {
        match index.iter().rposition(|&row| row as usize == at[axis]) {
            Some(j) => {
                let mut from = at.to_vec();
                from[axis] = j;
                crate::testing::element(&x[1], &from)
            }
            None => crate::testing::element(&x[0], at),
        }
    })
}
