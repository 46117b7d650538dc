//! `scatter_add`: elements added up at positions along an axis.

use crate::kernel::index;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// Zeros of `size` along an axis, to which each element is added at the position that `index` gives for it: the adjoint of
    /// [`gather`](Var::gather).
    ///
    /// `y[i, m] = Σⱼ x[i, j]` over the `j` with `index[i, j] = m`, along axis 1. To add to something other than zeros, add it.
    ///
    /// # Shape
    /// `[.., k, ..] -> [.., size, ..]` for an index `[.., k, ..]` of positions from 0 to `size - 1`
    ///
    /// # Gradient
    /// `dx = gather(dy)`. Saves nothing.
    ///
    /// # Edge cases
    /// Elements that go to one position are added up in rising order.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[1.0, 2.0], [3.0, 4.0]]);
    /// let y = x.scatter_add(1, &[[2, 2], [0, 1]].into(), 3);
    /// assert_eq!(*y.value(), [[0.0, 0.0, 3.0], [3.0, 4.0, 0.0]].into());
    /// let gradients = y.backward_with(&[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]].into());
    /// assert_eq!(*gradients.get(&x).unwrap(), [[3.0, 3.0], [4.0, 5.0]].into());
    /// ```
    #[track_caller]
    #[must_use]
    pub fn scatter_add(&self, axis: isize, index: &Tensor<i64>, size: usize) -> Self {
        record(ScatterAdd { axis, index: index.clone(), size }, [self])
    }
}

/// The op of [`Var::scatter_add`].
#[derive(Clone)]
pub struct ScatterAdd {
    /// The axis along which elements are sent; counted from the end if negative.
    pub axis: isize,
    /// Where they go, with the shape of the operand.
    pub index: Tensor<i64>,
    /// The size of the axis in the result.
    pub size: usize,
}

impl<T: Real> Op<T> for ScatterAdd {
    type Arity = Fixed<1>;
    const NAME: &'static str = "scatter_add";
    const RULE: &'static str = "[.., k, ..] -> [.., size, ..] for an index [.., k, ..]";
    const SAVES: Save = Save::NOTHING;

    fn shape(&self, [x]: [&Shape; 1]) -> Result<Shape, Mismatch> {
        let axis = x.axis(self.axis)?;
        if self.index.shape() != x {
            return Err(Mismatch::new(format!("the index has shape {}, the operand has {x}", self.index.shape())));
        }
        within(&self.index, axis, self.size)?;
        x.with(axis, self.size).addressable()
    }

    fn forward(&self, [x]: [&Tensor<T>; 1]) -> Tensor<T> {
        let axis = x.shape().axis(self.axis).expect("the shape rule accepted the axis");
        let (x, fold) = x.fold_over(&[axis]);
        let (x_values, index) = (x.as_slice().expect("contiguous"), self.index.contiguous());
        Tensor::build(x.shape().with(axis, self.size), |out| {
            index::scatter_add(x_values, index.as_slice().expect("contiguous"), self.size, fold.inner, out);
        })
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 1] {
        [saved.needs(0).then(|| dy.gather(self.axis, &self.index))]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for ScatterAdd {
    fn cases() -> Cases<Self> {
        let of = |axis, shape: &[usize], index: &[i64], size| {
            let index = Tensor::from_slice(index, shape);
            ScatterAdd { axis, index, size }
        };
        Cases::new(textbook, of(1, &[2, 4], &[1, 1, 1, 1, 2, 1, 2, 1], 3), shapes![[2, 4]])
            .case(of(0, &[2, 3], &[1, 0, 1, 1, 1, 0], 2), shapes![[2, 3]])
            .case(of(1, &[2, 3, 2], &[2, 0, 2, 1, 0, 0, 1, 1, 1, 2, 0, 0], 4), shapes![[2, 3, 2]])
            .case(of(-1, &[3], &[1, 1, 0], 2), shapes![[3]])
            .case(of(1, &[2, 0], &[], 3), shapes![[2, 0]])
            .case(of(0, &[0, 3], &[], 0), shapes![[0, 3]])
            .rejects(
                of(1, &[1, 2], &[0, 3], 3),
                shapes![[1, 2]],
                "index 3 at [0, 1] is out of range, axis 1 has size 3",
            )
            .rejects(of(0, &[1], &[-1], 2), shapes![[1]], "index -1 at [0] is out of range, axis 0 has size 2")
            .rejects(of(1, &[1, 1], &[0], 2), shapes![[2, 3]], "the index has shape [1, 1], the operand has [2, 3]")
            .rejects(of(0, &[1], &[0], usize::MAX), shapes![[1]], "is more than memory can address")
            .pin("sent to one place", of(0, &[2], &[1, 1], 2), tensors![[2.0, 3.0]], [0.0, 5.0], tensors![[1.0, 1.0]])
            .shared(
                ScatterAdd { axis: 1, index: Tensor::from_fn([300, 100], |i| (i * 7919 % 300) as i64), size: 300 },
                shapes![[300, 100]],
            )
            .bench(
                ScatterAdd { axis: 1, index: Tensor::from_fn([1024, 512], |i| (i * 7919 % 1024) as i64), size: 1024 },
                shapes![[1024, 512]],
                Work::Bytes(16 << 19),
            )
    }
}

/// Each element is added where the index sends it.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &ScatterAdd, x: &[Tensor<f64>]) -> Tensor<f64> {
    let axis = x[0].shape().axis(op.axis).expect("a case that is accepted");
    crate::testing::scatter(x[0].shape().with(axis, op.size), &x[0], |at| super::gather::along(op.axis, &op.index, at))
}
