//! `AnyTensor`: a tensor of whichever element type a file holds.

use autograd_core::{Element, Real, Shape, Tensor};
use std::any::Any;

/// A tensor of whichever element type it has, as files hold them.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum AnyTensor {
    /// Single precision.
    F32(Tensor<f32>),
    /// Double precision.
    F64(Tensor<f64>),
    /// Whole numbers.
    I64(Tensor<i64>),
    /// Truth values.
    Bool(Tensor<bool>),
}

impl AnyTensor {
    /// A tensor of a real type.
    pub fn of<T: Real>(tensor: &Tensor<T>) -> Self {
        let any: &dyn Any = tensor;
        match (any.downcast_ref::<Tensor<f32>>(), any.downcast_ref::<Tensor<f64>>()) {
            (Some(tensor), _) => AnyTensor::F32(tensor.clone()),
            (_, Some(tensor)) => AnyTensor::F64(tensor.clone()),
            // Every value of a real type has a nearest one in double precision.
            (None, None) => AnyTensor::F64(tensor.cast()),
        }
    }

    /// The sizes of the axes.
    pub fn shape(&self) -> &Shape {
        match self {
            AnyTensor::F32(tensor) => tensor.shape(),
            AnyTensor::F64(tensor) => tensor.shape(),
            AnyTensor::I64(tensor) => tensor.shape(),
            AnyTensor::Bool(tensor) => tensor.shape(),
        }
    }

    /// The name of the element type: `f32`.
    pub fn element(&self) -> &'static str {
        match self {
            AnyTensor::F32(_) => f32::NAME,
            AnyTensor::F64(_) => f64::NAME,
            AnyTensor::I64(_) => i64::NAME,
            AnyTensor::Bool(_) => bool::NAME,
        }
    }

    /// The nearest values of a real type; truth values become 0 and 1.
    ///
    /// ```
    /// use autograd_core::Tensor;
    /// use autograd_nn::state::AnyTensor;
    /// let stored = AnyTensor::from(Tensor::from([0.5f32, 2.0]));
    /// assert_eq!(stored.to_real::<f64>().to_vec(), [0.5, 2.0]);
    /// ```
    pub fn to_real<T: Real>(&self) -> Tensor<T> {
        match self {
            AnyTensor::F32(tensor) => real(tensor),
            AnyTensor::F64(tensor) => real(tensor),
            AnyTensor::I64(tensor) => tensor.to_real(),
            AnyTensor::Bool(tensor) => tensor.to_real(),
        }
    }

    /// The whole numbers; `None` if the elements are of another type.
    pub fn as_i64(&self) -> Option<&Tensor<i64>> {
        match self {
            AnyTensor::I64(tensor) => Some(tensor),
            _ => None,
        }
    }
}

/// The tensor itself if the type is the same, which shares its memory and keeps the payload of a NaN.
fn real<X: Real, T: Real>(tensor: &Tensor<X>) -> Tensor<T> {
    let any: &dyn Any = tensor;
    any.downcast_ref::<Tensor<T>>().cloned().unwrap_or_else(|| tensor.cast())
}

macro_rules! from {
    ($($Variant:ident $element:ty),+) => {$(
        impl From<Tensor<$element>> for AnyTensor {
            fn from(tensor: Tensor<$element>) -> Self {
                AnyTensor::$Variant(tensor)
            }
        }
    )+};
}
from!(F32 f32, F64 f64, I64 i64, Bool bool);
