//! Conversion: from numbers, nested arrays and vectors, between element types, and to and from `ndarray`.

use super::{Element, Real, Shape, Tensor};
use crate::error::{Error, Mismatch};

/// A number, an array of numbers, an array of arrays, and so on: what [`Tensor::from`] takes.
pub trait Nested {
    /// The type of the numbers.
    type Element: Element;
    /// The sizes, outermost first.
    fn sizes(&self) -> Vec<usize>;
    /// Appends the numbers in row-major order.
    fn flatten(&self, into: &mut Vec<Self::Element>);
}

macro_rules! nested_number {
    ($($T:ty),+) => {$(
        impl Nested for $T {
            type Element = $T;
            fn sizes(&self) -> Vec<usize> {
                Vec::new()
            }
            fn flatten(&self, into: &mut Vec<$T>) {
                into.push(*self);
            }
        }
    )+};
}
nested_number!(f32, f64, i64, bool);

impl<N: Nested, const K: usize> Nested for [N; K] {
    type Element = N::Element;
    #[track_caller]
    fn sizes(&self) -> Vec<usize> {
        sizes(self)
    }
    fn flatten(&self, into: &mut Vec<N::Element>) {
        self.iter().for_each(|part| part.flatten(into));
    }
}

impl<N: Nested> Nested for Vec<N> {
    type Element = N::Element;
    #[track_caller]
    fn sizes(&self) -> Vec<usize> {
        sizes(self)
    }
    fn flatten(&self, into: &mut Vec<N::Element>) {
        self.iter().for_each(|part| part.flatten(into));
    }
}

#[track_caller]
fn sizes<N: Nested>(parts: &[N]) -> Vec<usize> {
    let inner = parts.first().map_or(Vec::new(), Nested::sizes);
    for (i, part) in parts.iter().enumerate() {
        if part.sizes() != inner {
            let why = format!("row {i} has sizes {:?}, row 0 has {inner:?}", part.sizes());
            Error::new("from", Mismatch::new(why)).raise();
        }
    }
    [vec![parts.len()], inner].concat()
}

/// The tensor of nested arrays or vectors; of a number, a tensor without axes.
///
/// # Panics
/// If vectors at one level differ in length.
impl<T: Element, N: Nested<Element = T>> From<N> for Tensor<T> {
    #[track_caller]
    fn from(nested: N) -> Self {
        let shape = Shape::from(nested.sizes());
        let mut values = Vec::with_capacity(shape.numel());
        nested.flatten(&mut values);
        Tensor::from_vec(values, shape)
    }
}

impl<T: Element> From<&Tensor<T>> for Tensor<T> {
    fn from(tensor: &Tensor<T>) -> Self {
        tensor.clone()
    }
}

impl<T: Real> Tensor<T> {
    /// The nearest values of another real type.
    #[must_use]
    pub fn cast<Y: Real>(&self) -> Tensor<Y> {
        self.map(|x| Y::of(x.as_f64()))
    }
}

impl Tensor<i64> {
    /// The numbers as real ones, the nearest there are.
    ///
    /// ```
    /// use autograd_core::Tensor;
    /// assert_eq!(Tensor::from([3i64, -1]).to_real::<f32>(), [3f32, -1.0].into());
    /// ```
    #[must_use]
    pub fn to_real<Y: Real>(&self) -> Tensor<Y> {
        self.map(|x| Y::of(x as f64))
    }
}

impl Tensor<bool> {
    /// 1 for what is true, 0 for what is false.
    ///
    /// ```
    /// use autograd_core::Tensor;
    /// assert_eq!(Tensor::from([true, false]).to_real::<f32>(), [1f32, 0.0].into());
    /// ```
    #[must_use]
    pub fn to_real<Y: Real>(&self) -> Tensor<Y> {
        self.map(|x| if x { Y::one() } else { Y::zero() })
    }
}

/// The values of an array of any rank, copied; needs the feature `ndarray`.
#[cfg(feature = "ndarray")]
impl<T: Element, S: ndarray::Data<Elem = T>, D: ndarray::Dimension> From<&ndarray::ArrayBase<S, D>> for Tensor<T> {
    fn from(array: &ndarray::ArrayBase<S, D>) -> Self {
        let values: Vec<T> = array.iter().copied().collect();
        Tensor::from_vec(values, array.shape())
    }
}

/// The values as an array of dynamic rank, copied; needs the feature `ndarray`.
#[cfg(feature = "ndarray")]
impl<T: Element> From<&Tensor<T>> for ndarray::ArrayD<T> {
    fn from(tensor: &Tensor<T>) -> Self {
        ndarray::ArrayD::from_shape_vec(tensor.shape().to_vec(), tensor.to_vec())
            .expect("as many values as the shape says")
    }
}
