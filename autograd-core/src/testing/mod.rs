//! Gradient checking and the laws that each op satisfies: for this crate's ops and for those of its users.

mod cases;
mod domain;
mod suite;
mod textbook;

pub use cases::{Case, Cases, Checked, Entry, Pin, Work};
pub use domain::Domain;
pub use suite::check;
pub use textbook::{element, from_index, reduce, scatter};

/// A list of shapes: `shapes![[2, 3], [3]]`.
#[doc(hidden)]
#[macro_export]
macro_rules! __shapes {
    ($([$($size:expr),*]),* $(,)?) => {
        vec![$($crate::Shape::from([$($size),*] as [usize; _])),*]
    };
}

/// A list of `f64` tensors: `tensors![[1.0, 2.0], [[3.0]]]`.
#[doc(hidden)]
#[macro_export]
macro_rules! __tensors {
    ($($tensor:expr),* $(,)?) => {
        vec![$($crate::Tensor::<f64>::from($tensor)),*]
    };
}

#[doc(inline)]
pub use crate::{__shapes as shapes, __tensors as tensors};
