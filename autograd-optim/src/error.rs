//! `Error`: options that make no sense, and gradients that must not be applied.

use autograd_core::Shape;

/// Why an optimiser could not be made or a step not be taken. Nothing has changed then.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An option is outside its range.
    #[error("{optimizer}: {option} is {value}, it must be {range}")]
    BadOption {
        /// The optimiser.
        optimizer: &'static str,
        /// The option.
        option: &'static str,
        /// Its value.
        value: f64,
        /// What it may be.
        range: &'static str,
    },
    /// There is nothing to train.
    #[error("there are no parameters")]
    NoParameters,
    /// A parameter is listed twice and would be changed twice.
    #[error("parameters {first} and {second} are the same")]
    Twice {
        /// Where it is listed first.
        first: usize,
        /// Where it is listed again.
        second: usize,
    },
    /// A gradient holds NaN or infinity.
    #[error(
        "the gradient of parameter {parameter}, of shape {shape}, holds {value} at element {element}; no parameter was changed"
    )]
    NonFinite {
        /// The place of the parameter in the list.
        parameter: usize,
        /// The parameter's shape.
        shape: Shape,
        /// The place of the first bad element, in row-major order.
        element: usize,
        /// What it is.
        value: f64,
    },
    /// A gradient or a state has not the shape of its parameter.
    #[error("{what} of parameter {parameter} has shape {found}, the parameter {shape}")]
    Shape {
        /// What has another shape.
        what: &'static str,
        /// The place of the parameter in the list.
        parameter: usize,
        /// The parameter's shape.
        shape: Shape,
        /// The other shape.
        found: Shape,
    },
}
