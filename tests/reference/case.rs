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
    pub fn pair(&self, name: &str) -> [usize; 2] {
        sizes(&self.attrs[name]).try_into().expect("two sizes")
    }

    pub fn axis(&self) -> isize {
        self.attrs["axis"].as_i64().expect("an axis") as isize
    }

    pub fn axes(&self) -> (Axes, bool) {
        let axes: Vec<isize> = sizes(&self.attrs["axes"]).into_iter().map(|axis| axis as isize).collect();
        (Axes::from(&axes[..]), self.attrs["keepdim"] == true)
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
