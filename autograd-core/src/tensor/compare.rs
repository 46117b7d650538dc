//! Comparison and search: what has no gradient and therefore is no op.

use super::{Element, Real, Tensor};
use crate::error::{Error, Mismatch};
use crate::kernel::extreme;

/// The right side of a comparison: a number or a tensor that broadcasts with the left side.
pub enum Operand<'a, T: Element> {
    /// One number for all elements.
    Number(T),
    /// A tensor, broadcast with the left side.
    Tensor(&'a Tensor<T>),
}

impl<T: Element> From<T> for Operand<'_, T> {
    fn from(number: T) -> Self {
        Operand::Number(number)
    }
}
impl<'a, T: Element> From<&'a Tensor<T>> for Operand<'a, T> {
    fn from(tensor: &'a Tensor<T>) -> Self {
        Operand::Tensor(tensor)
    }
}

impl<T: Element> Tensor<T> {
    #[track_caller]
    fn compare(
        &self,
        name: &'static str,
        other: Operand<'_, T>,
        f: impl Fn(T, T) -> bool + Copy + Send + Sync + 'static,
    ) -> Tensor<bool> {
        let other = match other {
            Operand::Number(number) => return self.map_cost(1, move |x| f(x, number)),
            Operand::Tensor(other) => other,
        };
        if self.shape() == other.shape() {
            return self.zip_cost(other, 1, f);
        }
        let shape = match self.shape().broadcast(other.shape()) {
            Ok(shape) => shape,
            Err(why) => {
                let rule = "sizes must be equal or 1, from the last axis";
                Error::refused(name, rule, why, &[], [self.shape(), other.shape()].into_iter()).raise()
            }
        };
        self.broadcast_to(&shape).zip_cost(&other.broadcast_to(&shape), 1, f)
    }

    /// Where the elements are equal to those of `other`; NaN equals nothing.
    #[track_caller]
    #[must_use]
    pub fn eq<'a>(&self, other: impl Into<Operand<'a, T>>) -> Tensor<bool> {
        self.compare("eq", other.into(), move |a, b| a == b)
    }

    /// Where the elements differ from those of `other`; NaN differs from everything.
    #[track_caller]
    #[must_use]
    pub fn ne<'a>(&self, other: impl Into<Operand<'a, T>>) -> Tensor<bool> {
        self.compare("ne", other.into(), |a, b| a != b)
    }
}

macro_rules! orderings {
    ($($(#[$doc:meta])+ $name:ident, $operator:tt;)+) => {
        impl<T: Element + PartialOrd> Tensor<T> {$(
            $(#[$doc])+
            #[track_caller]
            #[must_use]
            pub fn $name<'a>(&self, other: impl Into<Operand<'a, T>>) -> Tensor<bool> {
                self.compare(stringify!($name), other.into(), |a, b| a $operator b)
            }
        )+}
    };
}
orderings! {
    /// Where the elements are less than those of `other`; false at NaN.
    ///
    /// ```
    /// use autograd_core::Tensor;
    /// let x = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(x.lt(2.5).to_vec(), [true, true, false, false]);
    /// assert_eq!(x.lt(&Tensor::from([2.0, 2.0])).to_vec(), [true, false, false, false]);
    /// ```
    lt, <;
    /// Where the elements are less than those of `other` or equal; false at NaN.
    le, <=;
    /// Where the elements are greater than those of `other`; false at NaN.
    gt, >;
    /// Where the elements are greater than those of `other` or equal; false at NaN.
    ge, >=;
}

impl Tensor<bool> {
    /// Where this is false.
    #[must_use]
    pub fn not(&self) -> Tensor<bool> {
        self.map_cost(1, |x: bool| !x)
    }

    /// Whether each element is true; yes if there is none.
    pub fn all(&self) -> bool {
        self.to_vec().into_iter().all(|x| x)
    }

    /// Whether an element is true; no if there is none.
    pub fn any(&self) -> bool {
        self.to_vec().into_iter().any(|x| x)
    }

    /// How many elements are true.
    pub fn count(&self) -> usize {
        self.to_vec().into_iter().filter(|&x| x).count()
    }
}

impl<T: Real> Tensor<T> {
    /// The position of the largest element along an axis; the first of several, and the first NaN before all numbers.
    ///
    /// `[.., n, ..] -> [.., ..]`
    ///
    /// ```
    /// use autograd_core::Tensor;
    /// assert_eq!(Tensor::from([[1.0, 3.0, 3.0], [0.0, -1.0, -2.0]]).argmax(-1).to_vec(), [1, 0]);
    /// ```
    ///
    /// # Panics
    /// If the axis is out of range or empty.
    #[track_caller]
    #[must_use]
    pub fn argmax(&self, axis: isize) -> Tensor<i64> {
        self.search::<true>("argmax", axis)
    }

    /// The position of the smallest element along an axis; the first of several, and the first NaN before all numbers.
    ///
    /// `[.., n, ..] -> [.., ..]`
    ///
    /// # Panics
    /// If the axis is out of range or empty.
    #[track_caller]
    #[must_use]
    pub fn argmin(&self, axis: isize) -> Tensor<i64> {
        self.search::<false>("argmin", axis)
    }

    #[track_caller]
    fn search<const LARGEST: bool>(&self, name: &'static str, axis: isize) -> Tensor<i64> {
        let rule = "[.., n, ..] -> [.., ..], n at least 1";
        let axis = match self.shape().axis(axis) {
            Ok(axis) if self.shape()[axis] > 0 => axis,
            Ok(axis) => {
                let why = Mismatch::new(format!("axis {axis} is empty"));
                Error::refused(name, rule, why, &[], std::iter::once(self.shape())).raise()
            }
            Err(why) => Error::refused(name, rule, why, &[], std::iter::once(self.shape())).raise(),
        };
        let (x, fold) = self.fold_over(&[axis]);
        Tensor::build(self.shape().reduced(&[axis], false), |out| {
            extreme::positions::<T, LARGEST>(x.as_slice().expect("contiguous"), fold, out);
        })
    }

    /// Whether no element is infinite or NaN.
    pub fn is_finite(&self) -> bool {
        self.map(|x| x.is_finite()).all()
    }
}
