//! Reading of stored reference values.

use serde_json::Value;

/// The JSON of a file under tests/reference.
pub fn load(name: &str) -> Value {
    let path = format!("{}/tests/reference/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A number, or one of the strings nan, inf, -inf.
pub fn number(value: &Value) -> f64 {
    match value {
        Value::Number(number) => number.as_f64().expect("a double"),
        Value::String(text) => text.parse().expect("nan, inf or -inf"),
        other => panic!("{other} is not a number"),
    }
}

/// Numbers, nested or not, in order.
pub fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(parts) => parts.iter().flat_map(numbers).collect(),
        single => vec![number(single)],
    }
}

/// Whole numbers, in order.
pub fn sizes(value: &Value) -> Vec<usize> {
    value.as_array().expect("a list").iter().map(|n| n.as_u64().expect("a size") as usize).collect()
}
