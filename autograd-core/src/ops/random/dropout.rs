//! `dropout` and `spatial_dropout`: elements, or whole channels, set to zero at random.

use crate::ops::prelude::*;
use crate::tensor::Key;

impl<T: Real> Var<T> {
    /// Each element set to zero with probability `p`, the others divided by `1 − p`, so that the expected value stays (inverted dropout).
    ///
    /// `y = x / (1 − p)` where the key says so, else 0
    ///
    /// The mask follows from the key alone: the same [`Key`] gives the same mask, on any number of threads and in recomputation, and the backward
    /// pass computes it again instead of keeping it. Take another step of the key, `key.at(step)`, for each call.
    ///
    /// # Shape
    /// `[..] -> [..]`
    ///
    /// # Gradient
    /// `dx = dropout(dy)` with the same mask. Saves nothing.
    ///
    /// # Edge cases
    /// With `p = 0` nothing changes, with `p = 1` all is zero. A NaN or an infinity that is dropped leaks nowhere.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Key, Tensor, Var};
    /// let x = Var::leaf(Tensor::<f64>::ones([1000]));
    /// let y = x.dropout(0.5, Key::seed(1).at(0));
    /// assert!(y.to_vec().iter().all(|&y| y == 0.0 || y == 2.0));
    /// assert_eq!(*y.clone().sum().backward().get(&x).unwrap(), *y.value()); // the same mask
    /// ```
    ///
    /// Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov 2014, "Dropout", section 4.
    #[track_caller]
    #[must_use]
    pub fn dropout(&self, p: f64, key: Key) -> Self {
        record(Dropout { p, key, per_channel: false }, [self])
    }

    /// Each channel of each image set to zero with probability `p`, the others divided by `1 − p`: neighbours in an image are too alike to be dropped
    /// one by one.
    ///
    /// `y[n, c, ..] = x[n, c, ..] / (1 − p)` where the key says so for `n, c`, else 0
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Key, Tensor, Var};
    /// let x = Var::leaf(Tensor::<f64>::ones([1, 8, 2]));
    /// let y = x.spatial_dropout(0.5, Key::seed(1));
    /// assert!(y.to_vec().chunks(2).all(|channel| channel[0] == channel[1]));
    /// assert_eq!(*y.clone().sum().backward().get(&x).unwrap(), *y.value());
    /// ```
    ///
    /// Tompson, Goroshin, Jain, LeCun, Bregler 2015, "Efficient Object Localization Using Convolutional Networks", section 3.2.
    #[track_caller]
    #[must_use]
    #[doc(alias = "dropout2d")]
    #[doc(alias = "feature_dropout")]
    pub fn spatial_dropout(&self, p: f64, key: Key) -> Self {
        record(Dropout { p, key, per_channel: true }, [self])
    }
}

/// The op of [`Var::dropout`] and [`Var::spatial_dropout`].
#[derive(Clone, Copy, Debug)]
pub struct Dropout {
    /// The probability of being dropped.
    pub p: f64,
    /// From which the mask follows.
    pub key: Key,
    /// Whether the first two axes, images and channels, share their fate with what is behind them.
    pub per_channel: bool,
}

impl Dropout {
    /// Where elements stay.
    fn mask(&self, x: &Shape) -> Tensor<bool> {
        let keep = |shape: Shape| Tensor::bernoulli(shape, 1.0 - self.p, self.key);
        match self.per_channel {
            false => keep(x.clone()),
            true => keep(x.iter().enumerate().map(|(axis, &n)| if axis < 2 { n } else { 1 }).collect()).broadcast_to(x),
        }
    }
}

/// Refuses what is no probability.
pub(super) fn probability(p: f64) -> Result<(), Mismatch> {
    match (0.0..=1.0).contains(&p) {
        true => Ok(()),
        false => Err(Mismatch::new(format!("p is {p}, a probability lies from 0 to 1"))),
    }
}

impl<T: Real> Op<T> for Dropout {
    type Arity = Fixed<1>;
    const NAME: &'static str = "dropout";
    const RULE: &'static str = "[..] -> [..], or [n, c, ..] -> [n, c, ..] by channels";
    const SAVES: Save = Save::NOTHING;

    fn shape(&self, [x]: [&Shape; 1]) -> Result<Shape, Mismatch> {
        probability(self.p)?;
        match self.per_channel && x.rank() < 2 {
            true => Err(Mismatch::new(format!("x has {} axes, images and channels are at least 2", x.rank()))),
            false => Ok(x.clone()),
        }
    }

    fn forward(&self, [x]: [&Tensor<T>; 1]) -> Tensor<T> {
        let scale = T::of((1.0 - self.p).recip());
        x.zip_cost(&self.mask(x.shape()), 1, move |x, keep| if keep { x * scale } else { T::zero() })
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 1] {
        [saved.needs(0).then(|| record(*self, [dy]))]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Dropout {
    fn cases() -> Cases<Self> {
        let of = |p, per_channel| Dropout { p, key: Key::seed(231).at(2), per_channel };
        let (nan, inf) = (f64::NAN, f64::INFINITY);
        Cases::new(textbook, of(0.5, false), shapes![[3, 4]])
            .case(of(0.3, true), shapes![[2, 3, 2, 2]])
            .case(of(0.9, true), shapes![[4, 3]])
            .case(of(0.25, false), shapes![[]])
            .case(of(0.25, false), shapes![[2, 0]])
            .pin("p of 0", of(0.0, false), tensors![[1.5, -inf]], [1.5, -inf], tensors![[1.0, 1.0]])
            .pin("p of 1", of(1.0, false), tensors![[nan, inf]], [0.0, 0.0], tensors![[0.0, 0.0]])
            .rejects(of(1.5, false), shapes![[2]], "p is 1.5, a probability lies from 0 to 1")
            .rejects(of(f64::NAN, false), shapes![[2]], "p is NaN, a probability lies from 0 to 1")
            .rejects(of(0.5, true), shapes![[2]], "x has 1 axes, images and channels are at least 2")
            .bench(of(0.5, false), shapes![[512, 512]], Work::Bytes(8 * 512 * 512))
    }
}

/// By the mask, element by element.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &Dropout, x: &[Tensor<f64>]) -> Tensor<f64> {
    let kept = x[0].shape().iter().enumerate().map(|(axis, &n)| if axis < 2 || !op.per_channel { n } else { 1 });
    let kept: Shape = kept.collect();
    let mask = Tensor::bernoulli(&kept, 1.0 - op.p, op.key).to_vec();
    crate::testing::from_index(x[0].shape().clone(), |at| {
        let place = at.iter().zip(&*kept).fold(0, |i, (&at, &n)| i * n + at.min(n - 1));
        if mask[place] { crate::testing::element(&x[0], at) / (1.0 - op.p) } else { 0.0 }
    })
}
