//! `avg_unpool2d`: each element in equal shares over its window.

use super::AvgPool2d;
use super::sizes::four;
#[cfg(any(test, feature = "testing"))]
use super::{avg_pool2d::divisor, sizes};
use crate::kernel::pool::Pool;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// Images of another size, in which each element is spread in equal shares over the window that
    /// [`avg_pool2d`](Var::avg_pool2d) would have taken it from: its adjoint.
    ///
    /// `y[n, c, o·stride + i − padding, p·stride + j − padding] = Σ x[n, c, o, p] / (r·s)`
    ///
    /// # Shape
    /// `[n, c, oh, ow] -> [n, c, h, w]` for the `size` `[h, w]`
    ///
    /// # Gradient
    /// `dx = avg_pool2d(dy)`. Saves nothing.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Var, ops::AvgPool2d};
    /// let x = Var::leaf([[[[4.0, 8.0]]]]);
    /// let y = x.avg_unpool2d([1, 5], AvgPool2d::new([1, 2]));
    /// assert_eq!(y.to_vec(), [2.0, 2.0, 4.0, 4.0, 0.0]);
    /// let gradients = y.sum().backward();
    /// assert_eq!(gradients.get(&x).unwrap().to_vec(), [1.0, 1.0]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn avg_unpool2d(&self, size: [usize; 2], options: AvgPool2d) -> Self {
        record(AvgUnpool2d { pool: options, size }, [self])
    }
}

/// The op of [`Var::avg_unpool2d`].
#[derive(Clone)]
pub struct AvgUnpool2d {
    /// The pooling of which this is the adjoint.
    pub pool: AvgPool2d,
    /// Height and width of the result.
    pub size: [usize; 2],
}

impl AvgUnpool2d {
    fn sizes(&self, x: &Shape) -> Result<(Pool, Shape), Mismatch> {
        let &[n, c, oh, ow] = four(x)?;
        let shape = Shape::from([n, c, self.size[0], self.size[1]]).addressable()?;
        let pool = self.pool.sizes(&shape)?;
        match pool.out == [oh, ow] {
            true => Ok((pool, shape)),
            false => Err(Mismatch::new(format!("{:?} is pooled to {:?}, x has {:?}", self.size, pool.out, [oh, ow]))),
        }
    }
}

impl<T: Real> Op<T> for AvgUnpool2d {
    type Arity = Fixed<1>;
    const NAME: &'static str = "avg_unpool2d";
    const RULE: &'static str = "[n, c, oh, ow] -> [n, c, h, w]";
    const SAVES: Save = Save::NOTHING;

    fn shape(&self, [x]: [&Shape; 1]) -> Result<Shape, Mismatch> {
        Ok(self.sizes(x)?.1)
    }

    fn forward(&self, [x]: [&Tensor<T>; 1]) -> Tensor<T> {
        let (pool, shape) = self.sizes(x.shape()).expect("the shape rule accepted the operand");
        let divisor = self.pool.divisor().expect("the shape rule accepted the options");
        let x = x.contiguous();
        Tensor::build(shape, |y| pool.spread(x.as_slice().expect("contiguous"), divisor, y))
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 1] {
        [saved.needs(0).then(|| dy.avg_pool2d(self.pool))]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for AvgUnpool2d {
    fn cases() -> Cases<Self> {
        let of = |pool, size| AvgUnpool2d { pool, size };
        let new = AvgPool2d::new;
        Cases::new(textbook, of(new([2, 2]), [4, 5]), shapes![[2, 3, 2, 2]])
            .case(of(new([3, 2]).stride([2, 1]).padding([1, 1]), [5, 4]), shapes![[1, 2, 3, 5]])
            .case(
                of(new([3, 2]).stride([2, 1]).padding([1, 1]).count_include_pad(false), [5, 4]),
                shapes![[1, 2, 3, 5]],
            )
            .case(of(new([2, 2]), [2, 2]), shapes![[0, 3, 1, 1]])
            .case(of(new([3, 3]).stride([2, 2]).padding([1, 1]).ceil_mode(true), [4, 6]), shapes![[1, 1, 3, 4]])
            .case(of(new([2, 2]).divisor_override(3), [4, 4]), shapes![[1, 1, 2, 2]])
            .rejects(of(new([2, 2]), [4, 4]), shapes![[1, 2, 2]], "x has 3 axes instead of 4")
            .rejects(of(new([2, 2]), [4, 6]), shapes![[1, 1, 2, 2]], "[4, 6] is pooled to [2, 3], x has [2, 2]")
            .rejects(of(new([2, 2]), [1, 4]), shapes![[1, 1, 1, 2]], "the kernel spans 2 along axis 2")
            .rejects(of(new([1, 1]), [usize::MAX, 1]), shapes![[1, 1, 1, 1]], "is more than memory can address")
            .bench(of(new([2, 2]), [28, 28]), shapes![[64, 16, 14, 14]], Work::Bytes(5 * 64 * 16 * 28 * 28))
    }
}

/// The share of each element, added wherever its window looks.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &AvgUnpool2d, x: &[Tensor<f64>]) -> Tensor<f64> {
    let (pool, shape) = op.sizes(x[0].shape()).expect("a case that is accepted");
    crate::testing::from_index(shape, |at| {
        let mut sum = 0.0;
        for (o, p) in (0..pool.out[0]).flat_map(|o| (0..pool.out[1]).map(move |p| (o, p))) {
            if sizes::window(&op.pool.sliding(), op.size, o, p).contains(&(at[2] * op.size[1] + at[3])) {
                let share = divisor(&op.pool, op.size, &[at[0], at[1], o, p]) as f64;
                sum += crate::testing::element(&x[0], &[at[0], at[1], o, p]) / share;
            }
        }
        sum
    })
}
