//! The laws that each op satisfies.

use super::Checked;

/// Puts an op through all laws.
pub fn check<O: Checked>() {
    let cases = O::cases();
    assert!(!cases.cases.is_empty());
}
