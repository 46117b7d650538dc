//! Constructors: constant values, ranges, the identity and random values.

use super::random::Generator;
use super::{Element, Real, Shape, Tensor};
use crate::error::{Error, Mismatch};

impl<T: Element> Tensor<T> {
    /// A tensor whose elements are all `value`.
    pub fn full(shape: impl Into<Shape>, value: T) -> Self {
        Tensor::build(shape.into(), |out| out.fill(value))
    }

    /// Zeros, or false.
    pub fn zeros(shape: impl Into<Shape>) -> Self {
        Tensor::full(shape, T::default())
    }

    /// The elements of `values`, in row-major order, under a shape.
    ///
    /// # Panics
    /// If the shape has another number of elements.
    #[track_caller]
    pub fn from_vec(values: Vec<T>, shape: impl Into<Shape>) -> Self {
        Tensor::copied("from_vec", &values, shape.into())
    }

    /// A copy of `values`, in row-major order, under a shape.
    ///
    /// # Panics
    /// If the shape has another number of elements.
    #[track_caller]
    pub fn from_slice(values: &[T], shape: impl Into<Shape>) -> Self {
        Tensor::copied("from_slice", values, shape.into())
    }

    #[track_caller]
    fn copied(method: &'static str, values: &[T], shape: Shape) -> Self {
        if shape.numel() != values.len() {
            let why = format!("{} values do not fill {shape}, which has {}", values.len(), shape.numel());
            Error::new(method, Mismatch::new(why)).raise();
        }
        Tensor::build(shape, |out| out.copy_from_slice(values))
    }

    /// The tensor with `f(i)` at the `i`-th place in row-major order.
    ///
    /// ```
    /// use autograd_core::Tensor;
    /// assert_eq!(Tensor::from_fn([2, 2], |i| i as i64 * 10).to_vec(), [0, 10, 20, 30]);
    /// ```
    pub fn from_fn(shape: impl Into<Shape>, mut f: impl FnMut(usize) -> T) -> Self {
        Tensor::build(shape.into(), |out| out.iter_mut().enumerate().for_each(|(i, y)| *y = f(i)))
    }
}

impl Tensor<i64> {
    /// The whole numbers from 0 to `n - 1`, as indices.
    pub fn indices(n: usize) -> Self {
        Tensor::from_fn(n, |i| i as i64)
    }

    /// For each number a row of zeros with a 1 at its place.
    ///
    /// `[..] -> [.., classes]`
    ///
    /// ```
    /// use autograd_core::Tensor;
    /// assert_eq!(Tensor::from([2, 0]).one_hot::<f64>(3), [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]].into());
    /// ```
    ///
    /// # Panics
    /// If a number is negative or not less than `classes`.
    #[must_use]
    #[track_caller]
    pub fn one_hot<T: Real>(&self, classes: usize) -> Tensor<T> {
        let numbers = self.to_vec();
        let shape: Shape = self.shape().iter().copied().chain([classes]).collect();
        let shape = match numbers.iter().find(|&&i| !usize::try_from(i).is_ok_and(|i| i < classes)) {
            Some(i) => Err(Mismatch::new(format!("{i} is none of {classes} classes"))),
            None => shape.addressable(),
        };
        let shape = self.accept("one_hot", "[..] -> [.., classes]", shape);
        Tensor::build(shape, |out| {
            out.fill(T::zero());
            numbers.iter().enumerate().for_each(|(row, &i)| out[row * classes + i as usize] = T::one());
        })
    }
}

impl<T: Real> Tensor<T> {
    /// Ones.
    pub fn ones(shape: impl Into<Shape>) -> Self {
        Tensor::full(shape, T::one())
    }

    /// The whole numbers from 0 to `n - 1`.
    pub fn arange(n: usize) -> Self {
        Tensor::from_fn(n, |i| T::of(i as f64))
    }

    /// `n` numbers at equal distances from `start` to `end`, both included; `start` alone for `n = 1`.
    ///
    /// ```
    /// use autograd_core::Tensor;
    /// assert_eq!(Tensor::<f64>::linspace(-1.0, 1.0, 5).to_vec(), [-1.0, -0.5, 0.0, 0.5, 1.0]);
    /// ```
    pub fn linspace(start: f64, end: f64, n: usize) -> Self {
        let step = (end - start) / n.saturating_sub(1).max(1) as f64;
        // The last value is written as given: a sum of steps may miss it by a rounding.
        Tensor::from_fn(n, |i| T::of(if i > 0 && i == n - 1 { end } else { start + step * i as f64 }))
    }

    /// The identity matrix of size `n`.
    pub fn eye(n: usize) -> Self {
        Tensor::from_fn([n, n], |i| if i % (n + 1) == 0 { T::one() } else { T::zero() })
    }

    /// Independent values, each equally likely within `[low, high)`.
    ///
    /// # Panics
    /// If a bound is not finite or `low > high`.
    ///
    /// ```
    /// use autograd_core::{Generator, Tensor};
    /// let x = Tensor::<f32>::uniform([2, 3], -1.0, 1.0, &mut Generator::seed(7));
    /// assert!(x.to_vec().iter().all(|x| (-1.0..1.0).contains(x)));
    /// assert_eq!(x, Tensor::uniform([2, 3], -1.0, 1.0, &mut Generator::seed(7)));
    /// ```
    #[track_caller]
    pub fn uniform(shape: impl Into<Shape>, low: f64, high: f64, generator: &mut Generator) -> Self {
        if !(low <= high && (high - low).is_finite()) {
            Error::new("uniform", Mismatch::new(format!("the bounds {low} and {high} are not an interval"))).raise();
        }
        Tensor::build(shape.into(), |out| generator.units(out, |unit| T::of(low + (high - low) * unit)))
    }

    /// Independent values of the normal distribution with this mean and standard deviation.
    ///
    /// # Panics
    /// If the mean is not finite or the standard deviation is negative or not finite.
    #[track_caller]
    pub fn normal(shape: impl Into<Shape>, mean: f64, std: f64, generator: &mut Generator) -> Self {
        if !(mean.is_finite() && std.is_finite() && std >= 0.0) {
            let why = format!("mean {mean} and standard deviation {std} are not those of a normal distribution");
            Error::new("normal", Mismatch::new(why)).raise();
        }
        Tensor::build(shape.into(), |out| generator.standard_normals(out, |normal| T::of(mean + std * normal)))
    }
}
