//! Values as text: Rust's object notation, since JSON has no infinities, which a best loss so far begins with.

use serde::Serialize;
use serde::de::DeserializeOwned;

pub(super) fn to_text(value: &impl Serialize) -> Result<String, String> {
    ron::to_string(value).map_err(|error| error.to_string())
}

pub(super) fn of_text<V: DeserializeOwned>(text: &str) -> Result<V, String> {
    ron::from_str(text).map_err(|error| error.to_string())
}
