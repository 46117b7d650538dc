//! `adaptive_avg_unpool2d`: each element in equal shares over its piece.

use super::sizes::{adaptive, four};
use crate::kernel::pool::{Divisor, Pool};
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// Images of another size, in which each element is spread in equal shares over the piece that
    /// [`adaptive_avg_pool2d`](Var::adaptive_avg_pool2d) would have taken it from: its adjoint.
    ///
    /// `y[n, c, i, j] = Σ x[n, c, o, p] / (rows·columns)` over the pieces `[o, p]` with that row and column
    ///
    /// # Shape
    /// `[n, c, oh, ow] -> [n, c, h, w]` for the `size` `[h, w]`
    ///
    /// # Gradient
    /// `dx = adaptive_avg_pool2d(dy)`. Saves the shape of `x`.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[[[4.0, 8.0]]]]);
    /// let y = x.adaptive_avg_unpool2d([1, 3]);
    /// assert_eq!(y.to_vec(), [2.0, 6.0, 4.0]);
    /// let gradients = y.sum().backward();
    /// assert_eq!(gradients.get(&x).unwrap().to_vec(), [1.0, 1.0]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn adaptive_avg_unpool2d(&self, size: [usize; 2]) -> Self {
        record(AdaptiveAvgUnpool2d { size }, [self])
    }
}

/// The op of [`Var::adaptive_avg_unpool2d`].
#[derive(Clone)]
pub struct AdaptiveAvgUnpool2d {
    /// Height and width of the result.
    pub size: [usize; 2],
}

impl AdaptiveAvgUnpool2d {
    fn sizes(&self, x: &Shape) -> Result<(Pool, Shape), Mismatch> {
        let &[n, c, oh, ow] = four(x)?;
        let shape = Shape::from([n, c, self.size[0], self.size[1]]).addressable()?;
        Ok((adaptive(&shape, [oh, ow])?, shape))
    }
}

impl<T: Real> Op<T> for AdaptiveAvgUnpool2d {
    type Arity = Fixed<1>;
    const NAME: &'static str = "adaptive_avg_unpool2d";
    const RULE: &'static str = "[n, c, oh, ow] -> [n, c, h, w]";
    const SAVES: Save = Save::SHAPES;

    fn shape(&self, [x]: [&Shape; 1]) -> Result<Shape, Mismatch> {
        Ok(self.sizes(x)?.1)
    }

    fn forward(&self, [x]: [&Tensor<T>; 1]) -> Tensor<T> {
        let (pool, shape) = self.sizes(x.shape()).expect("the shape rule accepted the operand");
        let x = x.contiguous();
        Tensor::build(shape, |y| pool.spread(x.as_slice().expect("contiguous"), Divisor::Inside, y))
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 1] {
        [saved.needs(0).then(|| dy.adaptive_avg_pool2d([saved.shape(0)[2], saved.shape(0)[3]]))]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for AdaptiveAvgUnpool2d {
    fn cases() -> Cases<Self> {
        let to = |size| AdaptiveAvgUnpool2d { size };
        Cases::new(textbook, to([5, 7]), shapes![[2, 2, 2, 3]])
            .case(to([4, 6]), shapes![[1, 3, 2, 2]])
            .case(to([2, 5]), shapes![[1, 1, 3, 2]])
            .case(to([4, 5]), shapes![[0, 3, 2, 2]])
            .rejects(to([2, 2]), shapes![[3, 4, 4]], "x has 3 axes instead of 4")
            .rejects(to([2, 0]), shapes![[1, 3, 4, 4]], "the image has size 0 along axis 3")
            .rejects(to([2, 2]), shapes![[1, 3, 0, 4]], "the result has size 0 along axis 2")
            .rejects(to([2, usize::MAX]), shapes![[1, 3, 4, 4]], "is more than memory can address")
            .bench(to([28, 28]), shapes![[8, 32, 7, 7]], Work::Bytes(5 * 8 * 32 * 28 * 28))
    }
}

/// The share of each element, added wherever its piece lies.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &AdaptiveAvgUnpool2d, x: &[Tensor<f64>]) -> Tensor<f64> {
    let &[n, c, oh, ow] = four(x[0].shape()).expect("a case that is accepted");
    let [rows, columns] = [super::sizes::pieces(op.size[0], oh), super::sizes::pieces(op.size[1], ow)];
    crate::testing::from_index([n, c, op.size[0], op.size[1]].into(), |at| {
        let mut sum = 0.0;
        for (o, p) in (0..oh).flat_map(|o| (0..ow).map(move |p| (o, p))) {
            if rows[o].contains(&at[2]) && columns[p].contains(&at[3]) {
                let count = rows[o].len() * columns[p].len();
                sum += crate::testing::element(&x[0], &[at[0], at[1], o, p]) / count as f64;
            }
        }
        sum
    })
}
