//! Scans: what the elements along an axis come to, one after the other.

mod cummax;
mod cumprod;
mod cumsum;
mod linear_recurrence;
mod logcumsumexp;
mod neighbours;

pub(super) use neighbours::{lag, rest};

register! {
    scan:
        cumprod::CumProd, cumsum::CumSum, linear_recurrence::LinearRecurrence, logcumsumexp::LogCumSumExp;
}
