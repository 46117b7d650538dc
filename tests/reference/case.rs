//! One stored case: its op, attributes and constants, and how they are read.

use crate::stored::tensor;
use crate::support::{number, sizes};
use autograd::{Axes, AxisSlice, Real, Tensor};
use serde_json::Value;

/// One case; the element type that it is computed in is the test's choice.
pub struct Case<'a> {
    pub op: &'a str,
    pub attrs: &'a Value,
    pub consts: &'a Value,
}

impl Case<'_> {
    /// One number for each of `D` axes.
    pub fn sizes<const D: usize>(&self, name: &str) -> [usize; D] {
        sizes(&self.attrs[name]).try_into().expect("a number for each axis")
    }

    /// A whole number, which may be negative.
    pub fn whole(&self, name: &str) -> isize {
        self.attrs[name].as_i64().expect("a whole number") as isize
    }

    pub fn axis(&self) -> isize {
        self.whole("axis")
    }

    /// Axes, negative ones among them; all if the case names none.
    pub fn axes(&self, name: &str) -> Axes {
        let Some(axes) = self.attrs.get(name).and_then(Value::as_array) else {
            return Axes::All;
        };
        let axes: Vec<isize> = axes.iter().map(|axis| axis.as_i64().expect("an axis") as isize).collect();
        Axes::from(&axes[..])
    }

    pub fn scalar<T: Real>(&self, name: &str) -> T {
        T::of(number(&self.attrs[name]))
    }

    /// A number, or `None` where the case has none.
    pub fn optional<T: Real>(&self, name: &str) -> Option<T> {
        Some(&self.attrs[name]).filter(|value| !value.is_null()).map(|value| T::of(number(value)))
    }

    pub fn count(&self, name: &str) -> usize {
        self.attrs[name].as_u64().expect("a count") as usize
    }

    pub fn constant(&self, name: &str) -> Tensor<f64> {
        tensor(&self.consts[name])
    }

    pub fn index(&self, name: &str) -> Tensor<i64> {
        self.constant(name).map(|x| x as i64)
    }

    pub fn mask(&self) -> Tensor<bool> {
        self.index("mask").ne(0)
    }

    pub fn ranges(&self) -> Vec<AxisSlice> {
        let ranges = self.attrs["ranges"].as_array().expect("ranges");
        ranges.iter().map(sizes).map(|r| AxisSlice::from(r[0]..r[1]).step(r[2] as isize)).collect()
    }
}
