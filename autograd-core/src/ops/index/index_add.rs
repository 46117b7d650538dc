//! `index_add`: rows added up at positions.

use crate::kernel::index;
use crate::ops::prelude::*;
use crate::tensor::index_select::one_axis;

impl<T: Real> Var<T> {
    /// Zeros of `size` rows along an axis, to each of which the rows are added that `index` sends there: the adjoint of
    /// [`index_select`](Var::index_select).
    ///
    /// `y[.., i, ..] = Σⱼ x[.., j, ..]` over the `j` with `index[j] = i`
    ///
    /// # Shape
    /// `[.., k, ..] -> [.., size, ..]` for an index `[k]` of positions from 0 to `size - 1`
    ///
    /// # Gradient
    /// `dx = index_select(dy)`. Saves nothing.
    ///
    /// # Edge cases
    /// Rows that go to one position are added up in rising order.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([1.0, 2.0, 3.0]);
    /// let y = x.index_add(0, &[1, 0, 1].into(), 3);
    /// assert_eq!(y.to_vec(), [2.0, 4.0, 0.0]);
    /// let gradients = y.backward_with(&[5.0, 6.0, 7.0].into());
    /// assert_eq!(gradients.get(&x).unwrap().to_vec(), [6.0, 5.0, 6.0]);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "segment_sum")]
    pub fn index_add(&self, axis: isize, index: &Tensor<i64>, size: usize) -> Self {
        record(IndexAdd { axis, index: index.clone(), size }, [self])
    }
}

/// The op of [`Var::index_add`].
#[derive(Clone)]
pub struct IndexAdd {
    /// The axis along which rows lie; counted from the end if negative.
    pub axis: isize,
    /// Where they go, of shape `[k]`.
    pub index: Tensor<i64>,
    /// The number of rows of the result.
    pub size: usize,
}

impl<T: Real> Op<T> for IndexAdd {
    type Arity = Fixed<1>;
    const NAME: &'static str = "index_add";
    const RULE: &'static str = "[.., k, ..] -> [.., size, ..] for an index [k]";
    const SAVES: Save = Save::NOTHING;

    fn shape(&self, [x]: [&Shape; 1]) -> Result<Shape, Mismatch> {
        let axis = x.axis(self.axis)?;
        one_axis(&self.index)?;
        if self.index.numel() != x[axis] {
            let why = format!("the index has {} positions, axis {axis} has size {}", self.index.numel(), x[axis]);
            return Err(Mismatch::new(why));
        }
        within(&self.index, axis, self.size)?;
        x.with(axis, self.size).addressable()
    }

    fn forward(&self, [x]: [&Tensor<T>; 1]) -> Tensor<T> {
        let axis = x.shape().axis(self.axis).expect("the shape rule accepted the axis");
        let (x, fold) = x.fold_over(&[axis]);
        let (x_values, index) = (x.as_slice().expect("contiguous"), self.index.contiguous());
        Tensor::build(x.shape().with(axis, self.size), |out| {
            index::add_rows(x_values, index.as_slice().expect("contiguous"), self.size, fold.inner, out);
        })
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 1] {
        [saved.needs(0).then(|| dy.index_select(self.axis, &self.index))]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for IndexAdd {
    fn cases() -> Cases<Self> {
        let of = |axis, index: &[i64], size| IndexAdd { axis, index: Tensor::from_slice(index, index.len()), size };
        Cases::new(textbook, of(0, &[0, 3, 2, 0, 1], 5), shapes![[5, 3]])
            .case(of(-1, &[1, 1, 0], 2), shapes![[2, 3]])
            .case(of(1, &[2, 0, 2], 4), shapes![[2, 3, 2]])
            .case(of(0, &[9, 4, 9, 0], 10), shapes![[4, 20]])
            .case(of(0, &[], 2), shapes![[0, 3]])
            .case(of(0, &[], 0), shapes![[0]])
            .case(of(0, &[0, 1], 2), shapes![[2, 0]])
            .rejects(of(0, &[0, 4], 4), shapes![[2, 3]], "index 4 at [1] is out of range, axis 0 has size 4")
            .rejects(of(0, &[0, -2], 4), shapes![[2, 3]], "index -2 at [1] is out of range, axis 0 has size 4")
            .rejects(of(-1, &[0, 1], 4), shapes![[2, 3]], "the index has 2 positions, axis 1 has size 3")
            .rejects(of(0, &[0, 1], usize::MAX), shapes![[2]], "is more than memory can address")
            .rejects(
                IndexAdd { axis: 0, index: [[0]].into(), size: 1 },
                shapes![[1]],
                "the index has shape [1, 1], 2 axes instead of one",
            )
            .pin("sent to one place", of(0, &[1, 1], 2), tensors![[2.0, 3.0]], [0.0, 5.0], tensors![[1.0, 1.0]])
            .shared(
                IndexAdd { axis: 0, index: Tensor::from_fn(1000, |i| (i * 7919 % 2000) as i64), size: 2000 },
                shapes![[1000, 40]],
            )
            .bench(
                IndexAdd { axis: 0, index: Tensor::from_fn(4096, |i| (i * 7919 % 10_000) as i64), size: 10_000 },
                shapes![[4096, 128]],
                Work::Bytes(4 * 14_096 * 128),
            )
    }
}

/// Each element is added where the index sends its row.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &IndexAdd, x: &[Tensor<f64>]) -> Tensor<f64> {
    let axis = x[0].shape().axis(op.axis).expect("a case that is accepted");
    let index = op.index.to_vec();
    crate::testing::scatter(x[0].shape().with(axis, op.size), &x[0], |at| {
        let mut at = at.to_vec();
        at[axis] = index[at[axis]] as usize;
        at
    })
}
