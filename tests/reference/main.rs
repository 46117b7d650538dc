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
mod stored;

use autograd::{Real, Tensor, Var, grad_with};
use case::Case;
use serde_json::{Value, json};
use stored::{difference, tensor};
use support::{load, number, sizes};

/// What a family makes of a case; `None` if the op is not one of its own.
type Family<T> = fn(&Case<'_>, &[Var<T>]) -> Option<Vec<Var<T>>>;

/// Compares a case with what `family` makes of it: what differs, or `None` if the op is not one of the family's own.
fn check<T: Real>(stored: &Value, family: Family<T>, tolerance: f64) -> Option<Vec<String>> {
    let name = stored["name"].as_str().expect("a name");
    let case = Case { op: stored["op"].as_str().expect("an op"), attrs: &stored["attrs"], consts: &stored["consts"] };
    let list = |key: &str| stored[key].as_array().expect("a list");
    let xs: Vec<Var<T>> = list("inputs").iter().map(|x| Var::leaf(tensor(x).cast::<T>())).collect();
    let ys = family(&case, &xs)?;
    let mut off = Vec::new();
    let mut compare = |what: String, found: &Tensor<T>, expected: &Value| {
        off.extend(difference(found, expected, tolerance).map(|off| format!("{name}, {}: {what} {off}", T::NAME)));
    };
    assert_eq!(ys.len(), list("y").len(), "{name}: the number of results");
    for (i, (y, expected)) in ys.iter().zip(list("y")).enumerate() {
        compare(format!("y{i}"), y.value(), expected);
    }
    let shaped = |(y, expected): (&Var<T>, &Value)| **y.shape() == *sizes(&expected["shape"]);
    if list("dy").is_empty() || !ys.iter().zip(list("y")).all(shaped) {
        return Some(off);
    }
    // What no gradient reaches comes last, and is compared as a value only.
    let dys: Vec<Var<T>> = list("dy").iter().map(|dy| Var::constant(tensor(dy).cast::<T>())).collect();
    // Recorded or not, the gradient is one and the same; fused rules are taken only where nothing is recorded.
    let mut gradients = |create_graph| {
        let dx = grad_with(&ys[..dys.len()], &dys, &xs, create_graph);
        for (i, (found, expected)) in dx.iter().zip(list("dx")).enumerate() {
            match found {
                Some(found) if !expected.is_null() => compare(format!("dx{i}"), found.value(), expected),
                found => assert_eq!(found.is_none(), expected.is_null(), "{name}: whose gradient reaches operand {i}"),
            }
        }
        dx
    };
    gradients(false);
    let dx = gradients(true);
    if stored.get("ddx").is_none() {
        return Some(off);
    }
    // Σ ⟨dx[i], ddx_w⟩ over i in ddx_of, differentiated with respect to each operand.
    let (of, weights) = (sizes(&stored["ddx_of"]), list("ddx_w"));
    let firsts: Vec<&Var<T>> = of.iter().map(|&i| dx[i].as_ref().expect("a first derivative")).collect();
    let weights: Vec<Var<T>> = weights.iter().map(|w| Var::constant(tensor(w).cast::<T>())).collect();
    let found = grad_with(&firsts, &weights, &xs, false);
    for (i, (found, expected)) in found.iter().zip(list("ddx")).enumerate() {
        let zero = Tensor::zeros(xs[i].shape());
        let found = found.as_ref().map_or(&zero, Var::value);
        if expected.is_null() {
            // Where PyTorch has no path, ours must be zero if there is one.
            let shape: &[usize] = xs[i].shape();
            let zeros = json!({ "shape": shape, "data": vec![0; xs[i].shape().numel()] });
            compare(format!("ddx{i}"), found, &zeros);
        } else {
            compare(format!("ddx{i}"), found, expected);
        }
    }
    Some(off)
}

/// The cases of a file; in `wide/`, one file a family.
fn cases(file: &str) -> Vec<Value> {
    load(file)["cases"].as_array().expect("cases").clone()
}

/// The names in the table of `LEFT_OUT.md` under a heading.
fn left_out(heading: &str) -> Vec<String> {
    let page = include_str!("LEFT_OUT.md");
    let section = page.split("\n## ").find(|section| section.starts_with(heading)).expect("the heading");
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    rows.map(str::to_owned).collect()
}

/// Runs the cases of a family in double and in single precision.
fn check_family(name: &str, double: Family<f64>, single: Family<f32>) {
    let (left_out, mut off) = (left_out("Cases"), Vec::new());
    let common = cases("pytorch_ops.json").into_iter().map(|case| (case, false));
    let own = cases(&format!("wide/{name}.json")).into_iter().map(|case| (case, true));
    for (case, own) in common.chain(own) {
        if left_out.iter().any(|name| case["name"] == **name) {
            continue;
        }
        let Some(found) = check::<f64>(&case, double, 1e-9) else {
            assert!(!own, "{name} does not know the op of {}", case["name"]);
            continue;
        };
        off.extend(found);
        // A point that single precision cannot tell from zero is another point there.
        let vanishes = |x: &Value| tensor(x).to_vec().into_iter().any(|x| x != 0.0 && x as f32 == 0.0);
        if !case["inputs"].as_array().expect("inputs").iter().any(vanishes) {
            off.extend(check::<f32>(&case, single, case.get("single").map_or(1e-4, number)).into_iter().flatten());
        }
    }
    assert!(off.is_empty(), "{} differences:\n{}", off.len(), off.join("\n"));
}

/// One test for each family, and some for all of them.
macro_rules! families {
    ($($family:ident),+ $(,)?) => {
        $(#[test]
        fn $family() {
            check_family(stringify!($family), $family::apply, $family::apply);
        })+

        const DOUBLE: &[Family<f64>] = &[$($family::apply),+];
        const FILES: &[&str] = &["pytorch_ops.json", $(concat!("wide/", stringify!($family), ".json")),+];
    };
}
families! { attention, conv, elementwise, index, linalg, loss, norm, order, pool, recurrent, reduce, resample, scan, shape }

#[test]
fn one_element_off_shows_in_the_sums_of_a_large_result() {
    let exp = cases("wide/elementwise.json").into_iter().find(|case| case["name"] == "exp/wide1").expect("the case");
    let mut y = Var::constant(tensor(&exp["inputs"][0])).exp().value().clone();
    assert_eq!(difference(&y, &exp["y"][0], 1e-9), None);
    y.write(|y| y[12_345] *= 1.0 + 1e-3);
    assert!(difference(&y, &exp["y"][0], 1e-9).is_some());
}

#[test]
fn each_case_belongs_to_a_family() {
    let unknown = |stored: &Value| DOUBLE.iter().all(|&family| check::<f64>(stored, family, 1e-9).is_none());
    let alone: Vec<Value> = cases("pytorch_ops.json").into_iter().filter(unknown).collect();
    assert!(alone.is_empty(), "{alone:?}");
}

#[test]
fn cases_that_are_left_out_differ() {
    let all: Vec<Value> = FILES.iter().flat_map(|file| cases(file)).collect();
    for name in left_out("Cases") {
        let stored = all.iter().find(|case| case["name"] == *name).unwrap_or_else(|| panic!("no case {name}"));
        let differs =
            DOUBLE.iter().any(|&family| check::<f64>(stored, family, 1e-9).is_some_and(|off| !off.is_empty()));
        assert!(differs, "{name} is left out, but agrees");
    }
}

#[test]
fn each_op_has_a_case_or_a_reason_why_not() {
    let compared: Vec<Value> = FILES.iter().flat_map(|file| cases(file)).map(|case| case["op"].clone()).collect();
    let ops = include_str!("../../docs/ops.md").lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let without: Vec<&str> = ops.filter(|op| !compared.iter().any(|known| known == op)).collect();
    assert_eq!(without, left_out("Ops"), "ops without a case, and those that LEFT_OUT.md gives a reason for");
}
