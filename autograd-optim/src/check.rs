//! What settings may be.

use crate::Error;

/// Refuses an option for which `holds` is false.
///
/// # Errors
/// If it is.
pub fn option(
    optimizer: &'static str,
    option: &'static str,
    value: f64,
    range: &'static str,
    holds: bool,
) -> Result<(), Error> {
    if holds { Ok(()) } else { Err(Error::BadOption { optimizer, option, value, range }) }
}

/// Refuses an option that is negative or not finite.
///
/// # Errors
/// If it is.
pub fn not_negative(optimizer: &'static str, name: &'static str, value: f64) -> Result<(), Error> {
    option(optimizer, name, value, "a number that is not negative", value >= 0.0 && value.is_finite())
}

/// Refuses a share that is kept from step to step outside `[0, 1)`.
///
/// # Errors
/// If it lies there.
pub fn share(optimizer: &'static str, name: &'static str, value: f64) -> Result<(), Error> {
    option(optimizer, name, value, "at least 0 and below 1", (0.0..1.0).contains(&value))
}

/// Refuses a pair of shares of which one lies outside `[0, 1)`.
///
/// # Errors
/// If one does.
pub fn betas(optimizer: &'static str, (first, second): (f64, f64)) -> Result<(), Error> {
    share(optimizer, "betas.0", first)?;
    share(optimizer, "betas.1", second)
}
