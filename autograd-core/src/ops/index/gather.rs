//! `gather`: elements by their positions along an axis.

use crate::kernel::index;
use crate::ops::prelude::*;
use crate::tensor::AxisSlice;

impl<T: Real> Var<T> {
    /// For each element of `index`, the element at that position along an axis.
    ///
    /// `y[i, j] = x[i, index[i, j]]` along axis 1
    ///
    /// # Shape
    /// `[.., n, ..] -> [.., k, ..]`, the shape of an index of positions from 0 to `n - 1`; off the axis it may be smaller than `x`
    ///
    /// # Gradient
    /// `dx = scatter_add(dy)`: each element gets the sum over the places it was copied to. Saves the shape of `x`.
    ///
    /// # Edge cases
    /// An element that is named several times gets the sum of their gradients, added up in rising order.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    /// let y = x.gather(1, &[[2, 2], [0, 1]].into());
    /// assert_eq!(*y.value(), [[3.0, 3.0], [4.0, 5.0]].into());
    /// assert_eq!(*y.sum().backward().get(&x).unwrap(), [[0.0, 0.0, 2.0], [1.0, 1.0, 0.0]].into());
    /// ```
    #[track_caller]
    #[must_use]
    pub fn gather(&self, axis: isize, index: &Tensor<i64>) -> Self {
        record(Gather { axis, index: index.clone() }, [self])
    }
}

/// The op of [`Var::gather`].
#[derive(Clone)]
pub struct Gather {
    /// The axis along which elements are taken; counted from the end if negative.
    pub axis: isize,
    /// Their positions, with as many axes as the operand.
    pub index: Tensor<i64>,
}

impl<T: Real> Op<T> for Gather {
    type Arity = Fixed<1>;
    const NAME: &'static str = "gather";
    const RULE: &'static str = "[.., n, ..] -> [.., k, ..], the shape of the index";
    const SAVES: Save = Save::SHAPES;

    fn shape(&self, [x]: [&Shape; 1]) -> Result<Shape, Mismatch> {
        let (axis, shape) = (x.axis(self.axis)?, self.index.shape());
        fits(shape, axis, x)?;
        within(&self.index, axis, x[axis])?;
        Ok(shape.clone())
    }

    fn forward(&self, [x]: [&Tensor<T>; 1]) -> Tensor<T> {
        let axis = x.shape().axis(self.axis).expect("the shape rule accepted the axis");
        let shape = self.index.shape().clone();
        Tensor::build(shape, |out| index::gather(x.view(), axis, self.index.view(), out))
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 1] {
        let (axis, shape) = (dy.shape().axis(self.axis).expect("the shape rule accepted the axis"), saved.shape(0));
        let dx = || {
            let dx = dy.scatter_add(self.axis, &self.index, shape[axis]);
            match dx.shape() == shape {
                true => dx,
                // What lies beyond a smaller index was not taken.
                false => dx.embed(dx.shape().iter().map(|&n| AxisSlice::from(..n)).collect::<Vec<_>>(), shape),
            }
        };
        [saved.needs(0).then(dx)]
    }
}

/// Refuses an index that, off the axis, is larger than the operand, or has other axes.
pub(super) fn fits(index: &Shape, axis: usize, x: &Shape) -> Result<(), Mismatch> {
    if index.rank() != x.rank() {
        return Err(Mismatch::new(format!("the index has {} axes, the operand has {}", index.rank(), x.rank())));
    }
    match (0..x.rank()).find(|&d| d != axis && index[d] > x[d]) {
        Some(d) => Err(Mismatch::new(format!("axis {d} is {} in the index, {} in the operand", index[d], x[d]))),
        None => Ok(()),
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Gather {
    fn cases() -> Cases<Self> {
        let of = |axis, shape: &[usize], index: &[i64]| Gather { axis, index: Tensor::from_slice(index, shape) };
        Cases::new(textbook, of(1, &[2, 4], &[0, 1, 0, 0, 1, 2, 0, 2]), shapes![[2, 3]])
            .case(of(0, &[1, 3], &[1, 0, 1]), shapes![[2, 3]])
            .case(of(-1, &[1, 2], &[3, 3]), shapes![[3, 4]])
            .case(of(1, &[1, 2, 2], &[2, 0, 2, 1]), shapes![[2, 3, 2]])
            .case(of(0, &[3], &[1, 1, 0]), shapes![[2]])
            .case(of(1, &[2, 0], &[]), shapes![[2, 3]])
            .case(of(0, &[0, 3], &[]), shapes![[0, 3]])
            .rejects(of(1, &[1, 2], &[0, 3]), shapes![[2, 3]], "index 3 at [0, 1] is out of range, axis 1 has size 3")
            .rejects(of(0, &[1, 1], &[-1]), shapes![[2, 3]], "index -1 at [0, 0] is out of range, axis 0 has size 2")
            .rejects(of(1, &[1], &[0]), shapes![[2, 3]], "the index has 1 axes, the operand has 2")
            .rejects(of(1, &[3, 1], &[0; 3]), shapes![[2, 3]], "axis 0 is 3 in the index, 2 in the operand")
            .rejects(of(0, &[], &[0]), shapes![[]], "axis 0 of a single number, which has none")
            .pin("named twice", of(0, &[2], &[1, 1]), tensors![[2.0, 3.0]], [3.0, 3.0], tensors![[0.0, 2.0]])
            .shared(
                Gather { axis: 1, index: Tensor::from_fn([300, 200], |i| (i * 7919 % 100) as i64) },
                shapes![[300, 100]],
            )
            .bench(
                Gather { axis: 1, index: Tensor::from_fn([1024, 512], |i| (i * 7919 % 1024) as i64) },
                shapes![[1024, 1024]],
                Work::Bytes(16 << 19),
            )
    }
}

/// Each element is fetched from where the index says.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &Gather, x: &[Tensor<f64>]) -> Tensor<f64> {
    crate::testing::from_index(op.index.shape().clone(), |at| {
        crate::testing::element(&x[0], &along(op.axis, &op.index, at))
    })
}

/// The position `at` with the index's element there in place of its number along the axis.
#[cfg(any(test, feature = "testing"))]
pub(super) fn along(axis: isize, index: &Tensor<i64>, at: &[usize]) -> Vec<usize> {
    let place = at.iter().zip(&**index.shape()).fold(0, |place, (&i, &n)| place * n + i);
    let mut along = at.to_vec();
    along[index.shape().axis(axis).expect("a case that is accepted")] = index.to_vec()[place] as usize;
    along
}
