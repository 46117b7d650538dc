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
        whole(&self.attrs[name])
    }

    pub fn axis(&self) -> isize {
        self.whole("axis")
    }

    /// Axes, negative ones among them; all if the case names none.
    pub fn axes(&self, name: &str) -> Axes {
        self.attrs.get(name).filter(|axes| axes.is_array()).map_or(Axes::All, |axes| Axes::from(&wholes(axes)[..]))
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

fn whole(value: &Value) -> isize {
    value.as_i64().expect("a whole number") as isize
}

/// Whole numbers, which may be negative, in order.
pub fn wholes(value: &Value) -> Vec<isize> {
    value.as_array().expect("a list").iter().map(whole).collect()
}
