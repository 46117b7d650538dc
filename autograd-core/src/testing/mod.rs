//! Gradient checking and the laws that each op satisfies: for this crate's ops and for those of its users.
//!
//! - [`gradcheck`] and [`gradgradcheck`] compare the gradients of a function of yours with difference quotients.
//! - [`check`] puts an op of yours, written against [`Op`](crate::Op), through the laws that each op of this crate satisfies;
//!   [`check_composite`] one written against [`Composite`](crate::Composite).
//! - [`strategies`] draws shapes, layouts and values for property tests with proptest.
//!
//! The cotangent is random in each of them, never all ones: `softmax(x).sum()` has gradient zero, so that any rule would pass.

mod cases;
mod compare;
mod composite_laws;
mod domain;
mod entry;
mod erased;
mod failure;
mod gradcheck;
mod laws;
pub mod layouts;
pub mod strategies;
mod suite;
mod textbook;
mod ways;

pub use cases::{Cases, Checked, CheckedComposite, Work};
pub use domain::Domain;
pub use entry::{BenchCase, Entry, Prepared};
pub use failure::Failure;
pub use gradcheck::{gradcheck, gradgradcheck};
pub use suite::{check, check_composite, try_check, try_check_composite};
pub use textbook::{element, from_index, joined, reduce, scatter};

/// Each op of the register, as benches and docs/ops.md walk it.
pub fn entries() -> Vec<Entry> {
    crate::ops::entries()
}

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
