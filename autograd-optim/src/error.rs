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
    /// Two parameters have one name.
    #[error("two parameters are named {name}; give the groups names that differ")]
    SameName {
        /// The name.
        name: String,
    },
    /// The rule has no meaning for a parameter of this shape.
    #[error("{optimizer}: {parameter} has shape {shape}, it must be {must}")]
    Unfit {
        /// The optimiser.
        optimizer: &'static str,
        /// The name of the parameter.
        parameter: String,
        /// The parameter's shape.
        shape: Shape,
        /// What it must be.
        must: &'static str,
    },
    /// There is no parameter of this name.
    #[error("there is no parameter for {name}")]
    Unknown {
        /// The name.
        name: String,
    },
    /// A gradient holds NaN or infinity.
    #[error(
        "the gradient of {parameter}, of shape {shape}, holds {value} at element {element}; no parameter was changed"
    )]
    NonFinite {
        /// The name of the parameter.
        parameter: String,
        /// The parameter's shape.
        shape: Shape,
        /// The place of the first bad element, in row-major order.
        element: usize,
        /// What it is.
        value: f64,
    },
    /// The loss is NaN or infinite.
    #[error("the loss is {value}; no parameter was changed")]
    Loss {
        /// What it is.
        value: f64,
    },
    /// A gradient or a state has not the shape of its parameter.
    #[error("{what} of {parameter} has shape {found}, the parameter {shape}")]
    Shape {
        /// What has another shape.
        what: &'static str,
        /// The name of the parameter.
        parameter: String,
        /// The parameter's shape.
        shape: Shape,
        /// The other shape.
        found: Shape,
    },
    /// A saved state is that of another optimiser.
    #[error("the state is that of {found}, the optimiser is {expected}")]
    OtherOptimizer {
        /// The optimiser that was saved.
        found: String,
        /// The optimiser that is to go on.
        expected: &'static str,
    },
    /// A saved state has another number of groups.
    #[error("the state has {found} groups of parameters, the optimiser {expected}")]
    Groups {
        /// The number in the state.
        found: usize,
        /// The number in the optimiser.
        expected: usize,
    },
    /// There are not as many schedules as groups.
    #[error("there are {found} schedules, the optimiser has {expected} groups of parameters")]
    Schedules {
        /// The number of schedules.
        found: usize,
        /// The number of groups in the optimiser.
        expected: usize,
    },
    /// Saved settings cannot be read.
    #[error("{optimizer}: the saved settings cannot be read: {why}")]
    Settings {
        /// The optimiser.
        optimizer: &'static str,
        /// What is wrong.
        why: String,
    },
    /// A saved state lacks an entry, or it is not what it should be.
    #[error("the state lacks {entry}, or it is not a single count")]
    Missing {
        /// The entry.
        entry: String,
    },
    /// What PyTorch saved is not the state of such an optimiser.
    #[error("the state of PyTorch does not fit: {why}")]
    Pytorch {
        /// What does not fit.
        why: String,
    },
    /// A saved state remembers other things.
    #[error("{found} tensors are remembered of {parameter}, the optimiser takes {expected}")]
    Slots {
        /// The name of the parameter.
        parameter: String,
        /// The number in the state.
        found: usize,
        /// The number that the optimiser takes.
        expected: usize,
    },
}
