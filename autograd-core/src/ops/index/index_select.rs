//! `index_select`: rows by their positions.

use crate::ops::prelude::*;
use crate::tensor::index_select::{INDEX_SELECT, selected};

impl<T: Real> Var<T> {
    /// The rows along an axis at the positions of `index`, in its order, each as often as it is named.
    ///
    /// `y[.., j, ..] = x[.., index[j], ..]`
    ///
    /// # Shape
    /// `[.., n, ..] -> [.., k, ..]` for an index `[k]` of positions from 0 to `n - 1`
    ///
    /// # Gradient
    /// `dx = index_add(dy)`: each row gets the sum over the places it was copied to. Saves the shape of `x`.
    ///
    /// # Edge cases
    /// A row that is named several times gets the sum of their gradients, added up in rising order.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
    /// let y = x.index_select(0, &[2, 0, 2].into());
    /// assert_eq!(*y.value(), [[5.0, 6.0], [1.0, 2.0], [5.0, 6.0]].into());
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [1.0, 1.0, 0.0, 0.0, 2.0, 2.0]);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "take")]
    pub fn index_select(&self, axis: isize, index: &Tensor<i64>) -> Self {
        record(IndexSelect { axis, index: index.clone() }, [self])
    }
}

/// The op of [`Var::index_select`].
#[derive(Clone)]
pub struct IndexSelect {
    /// The axis along which rows are taken; counted from the end if negative.
    pub axis: isize,
    /// Their positions, of shape `[k]`.
    pub index: Tensor<i64>,
}

impl<T: Real> Op<T> for IndexSelect {
    type Arity = Fixed<1>;
    const NAME: &'static str = "index_select";
    const RULE: &'static str = INDEX_SELECT;
    const SAVES: Save = Save::SHAPES;

    fn shape(&self, [x]: [&Shape; 1]) -> Result<Shape, Mismatch> {
        selected(x, self.axis, &self.index)
    }

    fn forward(&self, [x]: [&Tensor<T>; 1]) -> Tensor<T> {
        x.rows(x.shape().axis(self.axis).expect("the shape rule accepted the axis"), &self.index)
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 1] {
        let axis = dy.shape().axis(self.axis).expect("the shape rule accepted the axis");
        [saved.needs(0).then(|| dy.index_add(self.axis, &self.index, saved.shape(0)[axis]))]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for IndexSelect {
    fn cases() -> Cases<Self> {
        let of = |axis, index: &[i64]| IndexSelect { axis, index: Tensor::from_slice(index, index.len()) };
        Cases::new(textbook, of(0, &[0, 3, 2, 0, 1]), shapes![[4, 3]])
            .case(of(-1, &[1, 1]), shapes![[2, 3]])
            .case(of(1, &[2, 0, 2]), shapes![[2, 3, 2]])
            .case(of(0, &[1]), shapes![[2]])
            .case(of(0, &[]), shapes![[2, 3]])
            .case(of(1, &[]), shapes![[2, 0]])
            .case(of(0, &[0, 1]), shapes![[2, 0]])
            .rejects(of(0, &[0, 4]), shapes![[4, 3]], "index 4 at [1] is out of range, axis 0 has size 4")
            .rejects(of(-1, &[-1]), shapes![[4, 3]], "index -1 at [0] is out of range, axis 1 has size 3")
            .rejects(of(0, &[0]), shapes![[0]], "index 0 at [0] is out of range, axis 0 has size 0")
            .rejects(of(2, &[0]), shapes![[4, 3]], "axis 2 is out of range, the axes are -2 to 1")
            .rejects(
                IndexSelect { axis: 0, index: [[0]].into() },
                shapes![[4]],
                "the index has shape [1, 1], 2 axes instead of one",
            )
            .pin("named twice", of(0, &[1, 1]), tensors![[2.0, 3.0]], [3.0, 3.0], tensors![[0.0, 2.0]])
            .shared(
                IndexSelect { axis: 0, index: Tensor::from_fn(1800, |i| (i * 7919 % 1000) as i64) },
                shapes![[1000, 40]],
            )
            .bench(
                IndexSelect { axis: 0, index: Tensor::from_fn(4096, |i| (i * 7919 % 10_000) as i64) },
                shapes![[10_000, 128]],
                Work::Bytes(8 * 4096 * 128),
            )
    }
}

/// Each element is fetched from the row that the index names.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &IndexSelect, x: &[Tensor<f64>]) -> Tensor<f64> {
    let axis = x[0].shape().axis(op.axis).expect("a case that is accepted");
    let index = op.index.to_vec();
    crate::testing::from_index(x[0].shape().with(axis, index.len()), |at| {
        let mut at = at.to_vec();
        at[axis] = index[at[axis]] as usize;
        crate::testing::element(&x[0], &at)
    })
}
