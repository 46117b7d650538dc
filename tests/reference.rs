//! Values, first and second derivatives against PyTorch's, in double and in single precision.

mod support;

use autograd::ops::{AvgPool2d, Conv2d, ConvTranspose2d, CrossEntropyOptions, MaxPool2d, Reduction};
use autograd::{Axes, Real, Shape, Tensor, Var};
use autograd::{AxisSlice, grad_with};
use serde_json::Value;
use support::{load, number, numbers, sizes};

/// A tensor stored as `{"shape": .., "data": ..}`.
fn tensor(value: &Value) -> Tensor<f64> {
    Tensor::from_vec(numbers(&value["data"]), Shape::from(sizes(&value["shape"])))
}

/// One case, with the element type that it is computed in.
struct Case<'a> {
    op: &'a str,
    attrs: &'a Value,
    consts: &'a Value,
}

impl Case<'_> {
    fn pair(&self, name: &str) -> [usize; 2] {
        sizes(&self.attrs[name]).try_into().expect("two sizes")
    }

    fn axis(&self) -> isize {
        self.attrs["axis"].as_i64().expect("an axis") as isize
    }

    fn axes(&self) -> (Axes, bool) {
        let axes: Vec<isize> = sizes(&self.attrs["axes"]).into_iter().map(|axis| axis as isize).collect();
        (Axes::from(&axes[..]), self.attrs["keepdim"] == true)
    }

    fn scalar<T: Real>(&self, name: &str) -> T {
        T::of(number(&self.attrs[name]))
    }

    fn index(&self, name: &str) -> Tensor<i64> {
        let stored = &self.consts[name];
        Tensor::from_vec(numbers(&stored["data"]).into_iter().map(|x| x as i64).collect(), sizes(&stored["shape"]))
    }

    fn mask(&self) -> Tensor<bool> {
        self.index("mask").ne(0)
    }

    fn ranges(&self) -> Vec<AxisSlice> {
        let ranges = self.attrs["ranges"].as_array().expect("ranges");
        ranges.iter().map(sizes).map(|r| AxisSlice::from(r[0]..r[1]).step(r[2] as isize)).collect()
    }

    fn apply<T: Real>(&self, x: &[Var<T>]) -> Var<T> {
        let refs: Vec<&Var<T>> = x.iter().collect();
        let channels = |b: &Var<T>| b.reshape([b.numel(), 1, 1]);
        match self.op {
            "exp" => x[0].exp(),
            "log" => x[0].log(),
            "sqrt" => x[0].sqrt(),
            "sin" => x[0].sin(),
            "cos" => x[0].cos(),
            "tanh" => x[0].tanh(),
            "sigmoid" => x[0].sigmoid(),
            "relu" => x[0].relu(),
            "neg" => -&x[0],
            "abs" => x[0].abs(),
            "square" => x[0].square(),
            "leaky_relu" => x[0].leaky_relu(self.scalar("slope")),
            "clamp" => x[0].clamp(Some(self.scalar("min")), Some(self.scalar("max"))),
            "add" => &x[0] + &x[1],
            "sub" => &x[0] - &x[1],
            "mul" => &x[0] * &x[1],
            "div" => &x[0] / &x[1],
            "pow" => x[0].pow(&x[1]),
            "pow_scalar" => x[0].pow_scalar(self.scalar("exponent")),
            "maximum" => x[0].maximum(&x[1]),
            "minimum" => x[0].minimum(&x[1]),
            "where" if x.len() == 1 => {
                Var::where_(&x[0].value().eq(x[0].value()), &x[0], &Var::constant(Tensor::zeros(x[0].shape())))
            }
            "where" => Var::where_(&self.mask(), &x[0], &x[1]),
            "masked_fill" => x[0].masked_fill(&self.mask(), self.scalar("value")),
            "sum" | "mean" | "amax" | "amin" | "logsumexp" => {
                let (axes, keepdim) = self.axes();
                match self.op {
                    "sum" => x[0].sum_axes(axes, keepdim),
                    "mean" => x[0].mean_axes(axes, keepdim),
                    "amax" => x[0].amax(axes, keepdim),
                    "amin" => x[0].amin(axes, keepdim),
                    _ => x[0].logsumexp(axes, keepdim),
                }
            }
            "softmax" => x[0].softmax(self.axis()),
            "log_softmax" => x[0].log_softmax(self.axis()),
            "reshape" => x[0].reshape(sizes(&self.attrs["shape"])),
            "permute" => x[0].permute(sizes(&self.attrs["axes"])),
            "broadcast_to" => x[0].broadcast_to(sizes(&self.attrs["shape"])),
            "slice" => x[0].slice(self.ranges()),
            "concat" => Var::concat(&refs, self.axis()),
            "stack" => Var::stack(&refs, self.axis()),
            "pad" => {
                let pads: Vec<(usize, usize)> =
                    self.attrs["pads"].as_array().expect("pads").iter().map(sizes).map(|p| (p[0], p[1])).collect();
                x[0].pad(pads, self.scalar("value"))
            }
            "index_select" => x[0].index_select(self.axis(), &self.index("index")),
            "gather" => x[0].gather(self.axis(), &self.index("index")),
            "scatter_add" => {
                &x[0] + x[1].scatter_add(self.axis(), &self.index("index"), x[0].shape()[self.axis() as usize])
            }
            "matmul" => x[0].matmul(&x[1]),
            "conv2d" => {
                let options = Conv2d {
                    stride: self.pair("stride"),
                    padding: self.pair("padding"),
                    dilation: self.pair("dilation"),
                    groups: self.attrs["groups"].as_u64().expect("groups") as usize,
                };
                x[0].conv2d(&x[1], options) + channels(&x[2])
            }
            "conv_transpose2d" => {
                let options = ConvTranspose2d {
                    stride: self.pair("stride"),
                    padding: self.pair("padding"),
                    output_padding: self.pair("output_padding"),
                    groups: self.attrs["groups"].as_u64().expect("groups") as usize,
                    ..ConvTranspose2d::default()
                };
                x[0].conv_transpose2d(&x[1], options) + channels(&x[2])
            }
            "max_pool2d" => {
                let options =
                    MaxPool2d::new(self.pair("kernel")).stride(self.pair("stride")).padding(self.pair("padding"));
                x[0].max_pool2d(options)
            }
            "avg_pool2d" => {
                let options =
                    AvgPool2d::new(self.pair("kernel")).stride(self.pair("stride")).padding(self.pair("padding"));
                x[0].avg_pool2d(options)
            }
            "cross_entropy" => {
                let options = CrossEntropyOptions {
                    weight: self.consts.get("weight").map(|weight| numbers(&weight["data"])),
                    label_smoothing: self.attrs.get("label_smoothing").map_or(0.0, number),
                    ignore_index: self.attrs.get("ignore_index").and_then(Value::as_i64),
                    reduction: if self.attrs["reduction"] == "sum" { Reduction::Sum } else { Reduction::Mean },
                };
                x[0].cross_entropy_with(&self.index("target"), options)
            }
            other => panic!("tests/reference.rs does not know the op {other}"),
        }
    }
}

/// Equal to within `tolerance` relative to the larger of 1 and the value; infinities and NaN are the same, the sign of zero is not compared.
fn assert_close<T: Real>(name: &str, what: &str, found: &Tensor<T>, expected: &Tensor<f64>, tolerance: f64) {
    assert_eq!(found.shape(), expected.shape(), "{name}: shape of {what}");
    for (i, (found, expected)) in found.to_vec().into_iter().zip(expected.to_vec()).enumerate() {
        let found = found.as_f64();
        let same = found == expected || found.is_nan() && expected.is_nan();
        let close = (found - expected).abs() <= tolerance * expected.abs().max(1.0);
        assert!(same || close, "{name}: {what}[{i}] is {found}, PyTorch has {expected}");
    }
}

fn gradients<T: Real>(y: &Var<T>, dy: &Tensor<f64>, xs: &[&Var<T>], create_graph: bool) -> Vec<Option<Var<T>>> {
    grad_with(&[y], &[&Var::constant(dy.cast())], xs, create_graph)
}

fn check<T: Real>(stored: &Value, tolerance: f64) {
    let name = stored["name"].as_str().expect("a name");
    let case = Case { op: stored["op"].as_str().expect("an op"), attrs: &stored["attrs"], consts: &stored["consts"] };
    let list = |key: &str| stored[key].as_array().expect("a list");
    let xs: Vec<Var<T>> = list("inputs").iter().map(|x| Var::leaf(tensor(x).cast::<T>())).collect();
    let refs: Vec<&Var<T>> = xs.iter().collect();
    let y = case.apply(&xs);
    assert_close(name, "y", y.value(), &tensor(&list("y")[0]), tolerance);

    let second = stored.get("ddx").is_some();
    let dx = gradients(&y, &tensor(&list("dy")[0]), &refs, second);
    for (i, (found, expected)) in dx.iter().zip(list("dx")).enumerate() {
        match (found, expected) {
            (Some(found), expected) if !expected.is_null() => {
                assert_close(name, &format!("dx{i}"), found.value(), &tensor(expected), tolerance);
            }
            (None, Value::Null) => {}
            _ => panic!("{name}: only one of us has a gradient for operand {i}"),
        }
    }
    if !second {
        return;
    }
    // Σ ⟨dx[i], ddx_w⟩ over i in ddx_of, differentiated with respect to each operand.
    let (of, weights) = (sizes(&stored["ddx_of"]), list("ddx_w"));
    let firsts: Vec<&Var<T>> = of.iter().map(|&i| dx[i].as_ref().expect("a first derivative")).collect();
    let weights: Vec<Var<T>> = weights.iter().map(|w| Var::constant(tensor(w).cast::<T>())).collect();
    let found = grad_with(&firsts, &weights.iter().collect::<Vec<_>>(), &refs, false);
    for (i, (found, expected)) in found.iter().zip(list("ddx")).enumerate() {
        let zero = Tensor::zeros(xs[i].shape());
        let found = found.as_ref().map_or(&zero, Var::value);
        // Where PyTorch has no path, ours must be zero if there is one.
        let expected = if expected.is_null() { Tensor::zeros(xs[i].shape()) } else { tensor(expected) };
        assert_close(name, &format!("ddx{i}"), found, &expected, tolerance);
    }
}

fn cases() -> Vec<Value> {
    load("pytorch_ops.json")["cases"].as_array().expect("cases").clone()
}

#[test]
fn values_and_gradients_of_each_order_are_pytorchs_in_double_precision() {
    let cases = cases();
    assert!(cases.len() > 100, "{} cases", cases.len());
    cases.iter().for_each(|case| check::<f64>(case, 1e-9));
}

#[test]
fn values_and_gradients_of_each_order_are_pytorchs_in_single_precision() {
    for case in cases() {
        // A point that single precision cannot tell from zero is another point there.
        let vanishes = |x: &Value| tensor(x).to_vec().into_iter().any(|x| x != 0.0 && x as f32 == 0.0);
        if !case["inputs"].as_array().expect("inputs").iter().any(vanishes) {
            check::<f32>(&case, 1e-4);
        }
    }
}
