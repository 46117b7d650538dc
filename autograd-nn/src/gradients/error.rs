//! `ClipError`: why gradients were not clipped.

/// Why gradients were not clipped. They are unchanged.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ClipError {
    /// The bound is negative or NaN.
    #[error("the bound is {bound}, it must be at least 0")]
    Bound {
        /// The bound.
        bound: f64,
    },
    /// The gradients hold NaN or infinity, or their powers overflow.
    #[error("the norm of the gradients is {norm}; GradientReport names the parameters, detect_anomaly the op")]
    NonFinite {
        /// The norm.
        norm: f64,
    },
}

/// Refuses a bound that is none.
pub(super) fn check(bound: f64) -> Result<(), ClipError> {
    if bound >= 0.0 { Ok(()) } else { Err(ClipError::Bound { bound }) }
}
