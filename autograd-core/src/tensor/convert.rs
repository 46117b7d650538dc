//! Conversion: from numbers, nested arrays and vectors, between element types, and to and from `ndarray`.

use super::{Element, Real, Shape, Tensor};
use crate::error::{Error, Mismatch};

/// A number, an array of numbers, an array of arrays, and so on: what [`Tensor::from`] takes. Whole numbers of other types than `i64`, such as the
/// `usize` of positions, become `i64`.
#[diagnostic::on_unimplemented(
    message = "a tensor cannot be made from `{Self}`",
    note = "it is made from numbers (f32, f64, bool; i64, i32, u8, usize as i64) and from arrays and vectors of what it is made from; `Tensor::from_vec` takes a shape"
)]
pub trait Nested: Sized {
    /// The type of the numbers.
    type Element: Element;
    /// The sizes of one of which there is none to look at, as far as the type says; 0 else.
    fn none() -> Vec<usize>;
    /// The sizes, outermost first; those of the first part stand for all.
    fn sizes(&self) -> Vec<usize>;
    /// Whether these are its sizes, all of its parts looked at.
    fn fits(&self, sizes: &[usize]) -> bool;
    /// The first place at which the sizes are others, from the outside on, with those found there; `None` if there is none.
    fn misfit(&self, sizes: &[usize]) -> Option<(usize, Vec<usize>)>;
    /// Appends the numbers of parts that lie side by side, in row-major order.
    fn flatten(parts: &[Self], into: &mut Vec<Self::Element>);
}

macro_rules! nested_number {
    ($($T:ty => $Element:ty, |$parts:ident, $into:ident| $append:expr;)+) => {$(
        impl Nested for $T {
            type Element = $Element;
            fn none() -> Vec<usize> {
                Vec::new()
            }
            fn sizes(&self) -> Vec<usize> {
                Vec::new()
            }
            fn fits(&self, sizes: &[usize]) -> bool {
                sizes.is_empty()
            }
            fn misfit(&self, _: &[usize]) -> Option<(usize, Vec<usize>)> {
                None
            }
            fn flatten($parts: &[$T], $into: &mut Vec<$Element>) {
                $append
            }
        }
    )+};
}
nested_number! {
    f32 => f32, |parts, into| into.extend_from_slice(parts);
    f64 => f64, |parts, into| into.extend_from_slice(parts);
    i64 => i64, |parts, into| into.extend_from_slice(parts);
    bool => bool, |parts, into| into.extend_from_slice(parts);
    i32 => i64, |parts, into| into.extend(parts.iter().map(|&x| i64::from(x)));
    u8 => i64, |parts, into| into.extend(parts.iter().map(|&x| i64::from(x)));
    // A position beyond all axes stays beyond them.
    usize => i64, |parts, into| into.extend(parts.iter().map(|&x| i64::try_from(x).unwrap_or(i64::MAX)));
}

impl<N: Nested, const K: usize> Nested for [N; K] {
    type Element = N::Element;
    fn none() -> Vec<usize> {
        [vec![K], N::none()].concat()
    }
    fn sizes(&self) -> Vec<usize> {
        sizes(self)
    }
    fn fits(&self, sizes: &[usize]) -> bool {
        fits(self, sizes)
    }
    fn misfit(&self, sizes: &[usize]) -> Option<(usize, Vec<usize>)> {
        misfit(self, &sizes[1..])
    }
    fn flatten(parts: &[Self], into: &mut Vec<N::Element>) {
        N::flatten(parts.as_flattened(), into);
    }
}

impl<N: Nested> Nested for Vec<N> {
    type Element = N::Element;
    fn none() -> Vec<usize> {
        [vec![0], N::none()].concat()
    }
    fn sizes(&self) -> Vec<usize> {
        sizes(self)
    }
    fn fits(&self, sizes: &[usize]) -> bool {
        fits(self, sizes)
    }
    fn misfit(&self, sizes: &[usize]) -> Option<(usize, Vec<usize>)> {
        misfit(self, &sizes[1..])
    }
    fn flatten(parts: &[Self], into: &mut Vec<N::Element>) {
        parts.iter().for_each(|part| N::flatten(part, into));
    }
}

fn sizes<N: Nested>(parts: &[N]) -> Vec<usize> {
    [vec![parts.len()], parts.first().map_or_else(N::none, N::sizes)].concat()
}

fn fits<N: Nested>(parts: &[N], sizes: &[usize]) -> bool {
    parts.len() == sizes[0] && parts.iter().all(|part| part.fits(&sizes[1..]))
}

#[cold]
fn misfit<N: Nested>(parts: &[N], inner: &[usize]) -> Option<(usize, Vec<usize>)> {
    parts.iter().enumerate().find_map(|(i, part)| {
        let own = part.sizes();
        if own == inner { part.misfit(inner) } else { Some((i, own)) }
    })
}

/// The tensor of nested arrays or vectors; of a number, a tensor without axes.
///
/// # Panics
/// If vectors at one level differ in length.
impl<T: Element, N: Nested<Element = T>> From<N> for Tensor<T> {
    #[track_caller]
    fn from(nested: N) -> Self {
        let sizes = nested.sizes();
        if !nested.fits(&sizes)
            && let Some((i, found)) = nested.misfit(&sizes)
        {
            let expected = &sizes[sizes.len() - found.len()..];
            let why = format!("row {i} has sizes {found:?}, row 0 has {expected:?}");
            Error::new("from", Mismatch::new(why)).raise();
        }
        let shape = Shape::from(sizes);
        let mut values = Vec::with_capacity(shape.numel());
        N::flatten(std::slice::from_ref(&nested), &mut values);
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
