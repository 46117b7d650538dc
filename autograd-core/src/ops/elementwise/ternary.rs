//! What methods with three operands share.

use crate::error::Error;
use crate::tensor::Shape;

/// The shape that the three operands of `method` broadcast to.
#[track_caller]
pub(super) fn common_shape(method: &'static str, operands: &[&str], shapes: [&Shape; 3]) -> Shape {
    let [a, b, c] = shapes;
    match b.broadcast(c).and_then(|shape| shape.broadcast(a)) {
        Ok(shape) => shape,
        Err(why) => {
            let rule = "sizes must be equal or 1, from the last axis";
            Error::refused(method, rule, why, operands, shapes.into_iter()).raise()
        }
    }
}
