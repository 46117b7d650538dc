//! `SearchError`: ranges and plans that make no sense.

/// Why a search could not be made or run. No trial has begun then.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SearchError {
    /// A range of real numbers is empty, or cannot be drawn from.
    #[error("{name}: the range is {low} to {high}, {must}")]
    Range {
        /// The setting.
        name: String,
        /// Where the range begins.
        low: f64,
        /// Where it ends.
        high: f64,
        /// What it must be.
        must: &'static str,
    },
    /// There is nothing to choose from.
    #[error("{name}: there is nothing to choose from")]
    NoChoice {
        /// The setting.
        name: String,
    },
    /// Two settings have one name.
    #[error("two settings are named {name}")]
    SameName {
        /// The name.
        name: String,
    },
    /// The space names no setting.
    #[error("the space has no settings")]
    NoSettings,
    /// A grid would have no points.
    #[error("{name}: the grid has 0 points, it must have at least 1")]
    NoPoints {
        /// The setting.
        name: String,
    },
    /// A grid has more points than can be counted.
    #[error("the grid has more points than can be counted")]
    TooMany,
    /// There is not one number for each.
    #[error("there are {found} {what}, there must be {expected}")]
    Count {
        /// Of what there are too few or too many.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many there must be.
        expected: usize,
    },
    /// A number of a plan is too small.
    #[error("{what} is {value}, it must be at least {least}")]
    TooSmall {
        /// The number.
        what: &'static str,
        /// What it is.
        value: usize,
        /// What it must be at least.
        least: usize,
    },
}

impl SearchError {
    /// Refuses a number below `least`.
    pub(super) fn at_least(what: &'static str, value: usize, least: usize) -> Result<(), Self> {
        if value >= least { Ok(()) } else { Err(SearchError::TooSmall { what, value, least }) }
    }
}
