//! What `std` and `norm` share: at 0, the tip of a cone, no direction is the steepest, and the gradient is 0.

use crate::ops::prelude::*;

/// The result `y` and its gradient as a rule may divide one by the other: where `y` is 0, a gradient of 0 and 1 in place of `y`.
///
/// A quotient that is only hidden afterwards would still be NaN in second derivatives.
pub(super) fn flatten<T: Real>(y: Var<T>, dy: &Var<T>) -> (Var<T>, Var<T>) {
    let apex = y.value().eq(T::zero());
    match apex.any() {
        true => (y.masked_fill(&apex, T::one()), dy.masked_fill(&apex, T::zero())),
        false => (y, dy.clone()),
    }
}
