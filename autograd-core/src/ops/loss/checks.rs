//! What losses refuse, in the name of the method that was called.

use crate::error::Error;
use crate::ops::prelude::*;

/// What the rule accepted; otherwise the error of the method `name`.
#[track_caller]
pub(super) fn accept<R>(
    name: &'static str,
    rule: &str,
    operands: &[(&str, &Shape)],
    accepted: Result<R, Mismatch>,
) -> R {
    match accepted {
        Ok(accepted) => accepted,
        Err(why) => {
            let names: Vec<&str> = operands.iter().map(|(name, _)| *name).collect();
            Error::refused(name, rule, why, &names, operands.iter().map(|(_, shape)| *shape)).raise()
        }
    }
}

/// Refuses a target of another shape: stretched along an axis, it would be compared with what it does not belong to.
#[track_caller]
pub(super) fn alike<T: Real>(name: &'static str, x: &Var<T>, target: &Var<T>) {
    let operands = [("x", x.shape()), ("target", target.shape())];
    accept(name, "[..] x [..] -> [..]", &operands, same_shape(x.shape(), target.shape()));
}

/// Refuses signs that are neither 1 nor -1, or not one for each example.
pub(super) fn signs(signs: &Tensor<i64>, examples: &Shape) -> Result<(), Mismatch> {
    if signs.shape() != examples {
        return Err(Mismatch::new(format!("the signs have shape {}, they need {examples}", signs.shape())));
    }
    match first(signs, |sign| sign != 1 && sign != -1) {
        Some((sign, at)) => Err(Mismatch::new(format!("sign {sign} at {at:?} is neither 1 nor -1"))),
        None => Ok(()),
    }
}

/// The shape without its last axis, along which vectors lie.
pub(super) fn without_last(x: &Shape) -> Result<Shape, Mismatch> {
    x.axis(-1).map(|last| x.reduced(&[last], false))
}
