//! Values, first and second derivatives against PyTorch's, in double and in single precision: one family of ops a file.

#[path = "../support/mod.rs"]
mod support;

mod attention;
mod case;
mod conv;
mod elementwise;
mod index;
mod linalg;
mod loss;
mod norm;
mod order;
mod pool;
mod recurrent;
mod reduce;
mod resample;
mod scan;
mod shape;

use autograd::{Real, Tensor, Var, grad_with};
use case::{Case, tensor};
use serde_json::Value;
use support::{load, sizes};

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

/// What a family makes of a case; `None` if the op is not one of its own.
type Family<T> = fn(&Case<'_>, &[Var<T>]) -> Option<Vec<Var<T>>>;

/// Compares a case with what `family` makes of it; whether the op is one of the family's own.
fn check<T: Real>(stored: &Value, family: Family<T>, tolerance: f64) -> bool {
    let name = stored["name"].as_str().expect("a name");
    let case = Case { op: stored["op"].as_str().expect("an op"), attrs: &stored["attrs"], consts: &stored["consts"] };
    let list = |key: &str| stored[key].as_array().expect("a list");
    let xs: Vec<Var<T>> = list("inputs").iter().map(|x| Var::leaf(tensor(x).cast::<T>())).collect();
    let refs: Vec<&Var<T>> = xs.iter().collect();
    let Some(ys) = family(&case, &xs) else { return false };
    assert_eq!(ys.len(), list("y").len(), "{name}: the number of results");
    for (i, (y, expected)) in ys.iter().zip(list("y")).enumerate() {
        assert_close(name, &format!("y{i}"), y.value(), &tensor(expected), tolerance);
    }
    let dys: Vec<Var<T>> = list("dy").iter().map(|dy| Var::constant(tensor(dy).cast::<T>())).collect();
    let gradients = |create_graph| {
        let dx = grad_with(&ys.iter().collect::<Vec<_>>(), &dys.iter().collect::<Vec<_>>(), &refs, create_graph);
        for (i, (found, expected)) in dx.iter().zip(list("dx")).enumerate() {
            match (found, expected) {
                (Some(found), expected) if !expected.is_null() => {
                    assert_close(name, &format!("dx{i}"), found.value(), &tensor(expected), tolerance);
                }
                (None, Value::Null) => {}
                _ => panic!("{name}: only one of us has a gradient for operand {i}"),
            }
        }
        dx
    };
    // Recorded or not, the gradient is one and the same; fused rules are taken only where nothing is recorded.
    gradients(false);
    let dx = gradients(true);
    if stored.get("ddx").is_none() {
        return true;
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
    true
}

fn cases() -> Vec<Value> {
    load("pytorch_ops.json")["cases"].as_array().expect("cases").clone()
}

/// Runs the cases of a family in double and in single precision.
fn check_family(double: Family<f64>, single: Family<f32>) {
    let mut count = 0;
    for case in cases() {
        count += usize::from(check::<f64>(&case, double, 1e-9));
        // A point that single precision cannot tell from zero is another point there.
        let vanishes = |x: &Value| tensor(x).to_vec().into_iter().any(|x| x != 0.0 && x as f32 == 0.0);
        if !case["inputs"].as_array().expect("inputs").iter().any(vanishes) {
            check::<f32>(&case, single, 1e-4);
        }
    }
    assert!(count > 0, "the family knows no case");
}

/// One test for each family, and one that no case is left out.
macro_rules! families {
    ($($family:ident),+ $(,)?) => {
        $(#[test]
        fn $family() {
            check_family($family::apply, $family::apply);
        })+

        #[test]
        fn each_case_belongs_to_a_family_or_is_left_out_with_its_reason() {
            let families: &[Family<f64>] = &[$($family::apply),+];
            let unknown = |stored: &Value| !families.iter().any(|&family| check::<f64>(stored, family, 1e-9));
            let left_out: Vec<String> = cases().into_iter().filter(unknown).map(|case| case["name"].to_string()).collect();
            let page = format!("{}/tests/reference/LEFT_OUT.md", env!("CARGO_MANIFEST_DIR"));
            let page = std::fs::read_to_string(page).expect("tests/reference/LEFT_OUT.md");
            let rows = page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
            let listed: Vec<String> = rows.map(|name| format!("{name:?}")).collect();
            assert_eq!(left_out, listed, "cases that no family knows, and those that LEFT_OUT.md gives a reason for");
        }
    };
}
families! { attention, conv, elementwise, index, linalg, loss, norm, order, pool, recurrent, reduce, resample, scan, shape }
