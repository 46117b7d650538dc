//! The graph: accumulation, reuse, depth, pruning, threads, higher order, modes.

use autograd_core::functional::{hessian, hvp, jacobian, jvp, value_and_grad, vjp};
use autograd_core::{
    Fixed, Gradients, Mismatch, Op, Real, Save, Saved, Shape, Tensor, Var, custom, detect_anomaly, grad, grad_with,
    no_grad, with_threads,
};
use rayon::prelude::*;
use std::thread;

fn gradient(gradients: &Gradients<f64>, x: &Var<f64>) -> Vec<f64> {
    gradients.get(x).expect("a path").to_vec()
}

/// The text of the panic of `f`.
fn refusal(f: impl FnOnce() + std::panic::UnwindSafe) -> String {
    let panic = std::panic::catch_unwind(f).expect_err("it should refuse");
    panic.downcast_ref::<String>().expect("a formatted message").clone()
}

#[test]
fn one_variable_as_both_operands_gets_both_gradients() {
    let x = Var::leaf([3.0, -2.0]);
    assert_eq!(gradient(&(&x * &x).sum().backward(), &x), [6.0, -4.0]);
    assert_eq!(gradient(&(&x + &x).sum().backward(), &x), [2.0, 2.0]);
}

#[test]
fn a_diamond_adds_up_its_paths() {
    let x = Var::leaf(2.0);
    let (a, b) = (&x * 3.0, &x * &x);
    let y = &a * &b; // 3x³
    assert_eq!(gradient(&y.backward(), &x), [36.0]);
}

#[test]
fn a_wide_fan_out_adds_up() {
    let x = Var::leaf(1.0);
    let y = &x * 1.0; // no leaf, so that its gradient is summed while it waits
    let mut sum = &y * 0.0;
    for _ in 0..10_000 {
        sum += &y;
    }
    assert_eq!(gradient(&sum.backward(), &x), [10_000.0]);
}

#[test]
fn a_leaf_is_its_own_result() {
    let x = Var::leaf(2.0);
    assert_eq!(gradient(&x.clone().backward(), &x), [1.0]);
}

#[test]
fn no_path_is_not_a_zero_gradient() {
    let (x, y, z) = (Var::leaf(2.0), Var::leaf(3.0), Var::leaf(4.0));
    let gradients = (&x * 0.0 + &y).backward();
    assert_eq!(gradient(&gradients, &x), [0.0]);
    assert!(gradients.get(&z).is_none());
    assert_eq!(gradients.len(), 2);
    assert!(gradients.get(&Var::constant(1.0)).is_none());
}

#[test]
fn constants_and_detached_values_stop_the_gradient() {
    let x = Var::leaf(3.0);
    let y = &x * x.detach() * Var::constant(2.0);
    assert_eq!(gradient(&y.backward(), &x), [6.0]);
    assert!(!(x.detach() * 2.0).requires_grad());
}

#[test]
fn no_grad_records_nothing_and_ends_with_its_closure_even_by_panic() {
    let x = Var::leaf(3.0);
    assert!(!no_grad(|| &x * &x).requires_grad());
    assert!(std::panic::catch_unwind(|| no_grad(|| panic!("out of it"))).is_err());
    assert!((&x * &x).requires_grad());
}

#[test]
fn an_update_leaves_recorded_values_alone() {
    let mut w = Var::leaf([2.0]);
    let y = (&w * &w).sum();
    w.update(|w| w.write(|w| w[0] = 100.0));
    assert_eq!(w.to_vec(), [100.0]);
    assert_eq!(gradient(&y.backward(), &w), [4.0]);
    // The graph is gone, so the next update writes in place.
    let before = w.value().as_slice().unwrap().as_ptr();
    w.update(|w| w.write(|w| w[0] = 7.0));
    assert_eq!(w.value().as_slice().unwrap().as_ptr(), before);
}

#[test]
fn gradients_of_two_passes_accumulate() {
    let x = Var::leaf([1.0, 2.0]);
    let mut sum = (&x * &x).sum().backward();
    sum.accumulate((&x * 10.0).sum().backward());
    assert_eq!(gradient(&sum, &x), [12.0, 14.0]);
}

#[test]
fn derivatives_of_each_order() {
    let x = Var::leaf(2.0);
    let mut y = &x * &x * &x * &x; // x⁴
    for expected in [32.0, 48.0, 48.0, 24.0] {
        y = grad(&y, &x, true).unwrap();
        assert_eq!(y.item(), expected);
    }
    assert!(grad(&y, &x, true).is_none(), "24 depends on nothing");
}

#[test]
fn grad_takes_inner_variables_several_results_and_leaves_out_the_rest() {
    let (x, w) = (Var::leaf(3.0), Var::leaf(5.0));
    let inner = &x * &w;
    let (a, b) = (&inner * &inner, &inner * 2.0);
    let found = grad(&[&a, &b], &[&inner, &x], false);
    let items: Vec<f64> = found.iter().map(|dx| dx.as_ref().unwrap().item()).collect();
    assert_eq!(items, [32.0, 160.0]);
    assert!(found.iter().flatten().all(|dx| !dx.requires_grad()));
    assert!(grad(&a, &[&Var::leaf(1.0), &Var::constant(1.0)], false).iter().all(Option::is_none));
}

#[test]
fn gradients_can_be_differentiated_by_their_seed() {
    let (x, dy) = (Var::leaf([2.0, 3.0]), Var::leaf([1.0, 1.0]));
    let dx = grad_with(&(&x * &x), &dy, &x, true).unwrap();
    assert_eq!(gradient(&dx.sum().backward(), &dy), [4.0, 6.0]);
}

#[test]
fn a_chain_of_a_million_ops_needs_no_deep_stack() {
    let small = thread::Builder::new().stack_size(1 << 20);
    let handle = small.spawn(|| {
        let x = Var::leaf([1.0, 2.0]);
        let chain = |n: usize| {
            let mut y = x.clone();
            for _ in 0..n {
                y += 1.0;
            }
            y
        };
        assert_eq!(gradient(&chain(1_000_000).sum().backward(), &x), [1.0, 1.0]);
        drop(chain(1_000_000)); // a graph that is never walked is freed as well
        let second = grad(&(chain(100_000) * &x).sum(), &x, true).unwrap();
        drop(second);
    });
    handle.unwrap().join().unwrap();
}

#[test]
fn backward_passes_over_shared_variables_run_at_the_same_time() {
    let x = Var::leaf([1.0, 2.0, 3.0]);
    let shared = &x * &x; // recorded here, used by all
    let expected = gradient(&(&shared * &shared).sum().backward(), &x);
    let workers: Vec<_> = (0..8)
        .map(|_| {
            let (x, shared) = (x.clone(), shared.clone());
            thread::spawn(move || {
                (0..200).map(|_| gradient(&(&shared * &shared).sum().backward(), &x)).collect::<Vec<_>>()
            })
        })
        .collect();
    for worker in workers {
        assert!(worker.join().unwrap().iter().all(|found| *found == expected));
    }
}

#[test]
fn graphs_that_several_threads_built_join() {
    let x = Var::leaf(2.0);
    let parts: Vec<Var<f64>> = (1..=4)
        .map(|n| {
            let x = x.clone();
            thread::spawn(move || (1..n).fold(x.clone(), |y, _| y * &x)).join().unwrap()
        })
        .collect();
    let sum = parts.iter().skip(1).fold(parts[0].clone(), |sum, part| sum + part); // x + x² + x³ + x⁴
    assert_eq!(gradient(&sum.backward(), &x), [1.0 + 4.0 + 12.0 + 32.0]);
}

#[test]
fn old_and_new_graphs_join_however_far_apart_they_are() {
    let x = Var::leaf(2.0);
    let old = &x * &x;
    for _ in 0..5000 {
        let _ = &x * 1.0;
    }
    let new = &old * &x;
    assert_eq!(gradient(&new.backward(), &x), [12.0]);
}

#[test]
fn only_what_leads_to_the_named_variables_is_computed() {
    let xs: Vec<Var<f64>> = (0..50).map(|i| Var::leaf(f64::from(i))).collect();
    let y = xs.iter().fold(Var::constant(0.0), |y, x| y + x.square());
    let found = grad(&y, &[&xs[7], &xs[30]], false);
    assert_eq!(found.iter().map(|dx| dx.as_ref().unwrap().item()).collect::<Vec<_>>(), [14.0, 60.0]);
    let all = y.backward();
    assert_eq!((all.len(), all.get(&xs[49]).unwrap().item()), (50, 98.0));

    // A branch without any of them is not walked: its rule would panic.
    let (a, b) = (Var::leaf(2.0), Var::leaf(3.0));
    let y = &a * 5.0 + custom(Trap, [&(&b * 1.0)]);
    assert_eq!(grad(&y, &a, false).unwrap().item(), 5.0);
    assert!(std::panic::catch_unwind(|| grad(&y, &b, false)).is_err());
}

/// An op that does nothing, with the rule given.
macro_rules! identity {
    ($Op:ident, rule($dy:ident) $rule:expr) => {
        #[derive(Clone)]
        struct $Op;
        impl<T: Real> Op<T> for $Op {
            type Arity = Fixed<1>;
            const NAME: &'static str = stringify!($Op);
            const RULE: &'static str = "[..] -> [..]";
            const SAVES: Save = Save::NOTHING;

            fn shape(&self, [x]: [&Shape; 1]) -> Result<Shape, Mismatch> {
                Ok(x.clone())
            }
            fn forward(&self, [x]: [&Tensor<T>; 1]) -> Tensor<T> {
                x.clone()
            }
            fn backward(&self, _: &Saved<'_, T>, $dy: &Var<T>) -> [Option<Var<T>>; 1] {
                $rule
            }
        }
    };
}
// A rule that must not be asked, and one that forgets to give its operand's shape.
identity!(Trap, rule(_dy) panic!("the rule of a branch that leads nowhere was asked"));
identity!(Narrow, rule(dy)[Some(dy.slice(0..1))]);

#[test]
fn gradients_of_different_shapes_are_not_added() {
    let x = Var::leaf([1.0, 2.0, 3.0]);
    let text = refusal(|| drop((custom(Narrow, [&x]) + &x).sum().backward()));
    assert!(text.starts_with("backward: a gradient rule gave the shape ["), "{text}");
}

#[test]
fn work_that_a_waiting_thread_takes_over_is_recorded_as_its_own() {
    // Threads of a pool that wait inside a kernel run other losses meanwhile; each must record, whatever the waiting one did.
    let x = Var::leaf(Tensor::<f64>::full([300, 300], 0.5));
    let lost = |i: &i32| {
        let y = if i % 2 == 0 { no_grad(|| x.exp()) } else { x.tanh() };
        let y = &y * &x;
        !y.requires_grad() || y.sum().backward().get(&x).is_none()
    };
    // More threads than cores, so that there is often one to wait for.
    assert_eq!(with_threads(16, || (0..400).into_par_iter().with_max_len(1).filter(lost).count()), 0);
}

#[test]
fn derivatives_at_several_tensors_are_blocks_of_those_at_one() {
    let outer = |a: &Var<f64>, b: &Var<f64>| (a.reshape([2, 1]) * b.reshape([1, 3])).tanh();
    let two = |[a, b]: &[Var<f64>; 2]| outer(a, b);
    let one = |z: &Var<f64>| outer(&z.slice(0..2), &z.slice(2..5));
    let (a, b) = (Tensor::from([0.5, -0.25]), Tensor::from([1.0, 2.0, -0.5]));
    let (da, db) = (Tensor::from([1.0, 10.0]), Tensor::from([0.1, 0.2, 0.3]));
    let (x, v) = ([a.clone(), b.clone()], [da.clone(), db.clone()]);
    let (z, w) = (Tensor::concat(&[&a, &b], 0), Tensor::concat(&[&da, &db], 0));
    let joined = |[a, b]: &[Tensor<f64>; 2]| Tensor::concat(&[&a.reshape([2]), &b.reshape([3])], 0);

    let dy = Tensor::from([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    assert_eq!(joined(&vjp(two, &x, &dy).1), vjp(one, &z, &dy).1);
    assert_eq!(jvp(two, &x, &v).1, jvp(one, &z, &w).1);
    let j = jacobian(one, &z);
    assert_eq!(jacobian(two, &x), [j.slice((.., .., 0..2)), j.slice((.., .., 2..5))]);

    let (two, one) = (|x: &[Var<f64>; 2]| two(x).square().sum(), |z: &Var<f64>| one(z).square().sum());
    assert_eq!(joined(&hvp(two, &x, &v)), hvp(one, &z, &w));
    let h = hessian(one, &z);
    let [[aa, ab], [ba, bb]] = hessian(two, &x);
    assert_eq!([aa, ab], [h.slice((0..2, 0..2)), h.slice((0..2, 2..5))]);
    assert_eq!([ba, bb], [h.slice((2..5, 0..2)), h.slice((2..5, 2..5))]);

    // A list, whose last tensor the function ignores.
    let list = |x: &Vec<Var<f64>>| outer(&x[0], &x[1]).square().sum();
    let (x3, v3) = (vec![a, b, Tensor::ones([2])], vec![da, db, Tensor::ones([2])]);
    let [ha, hb] = hvp(two, &x, &v);
    assert_eq!(hvp(list, &x3, &v3), [ha, hb, Tensor::zeros([2])]);
    assert_eq!(value_and_grad(list, &x3).1[2], Tensor::zeros([2]));
    assert_eq!(hessian(list, &x3)[2][0], Tensor::zeros([2, 2]));
    let none = |_: &Vec<Var<f64>>| Var::constant(1.0);
    assert_eq!(hvp(none, &x3, &v3).iter().map(Tensor::numel).collect::<Vec<_>>(), [2, 3, 2]);
}

#[test]
fn derivatives_are_taken_inside_no_grad_too() {
    let x = Tensor::from([1.0, 2.0]);
    let f = |x: &Var<f64>| (x * x).sum();
    assert_eq!(no_grad(|| value_and_grad(f, &x)).1.to_vec(), [2.0, 4.0]);
    assert_eq!(no_grad(|| vjp(|x| x * x, &x, &x)).1.to_vec(), [2.0, 8.0]);
    assert_eq!(no_grad(|| jvp(|x| x * x, &x, &x)).1.to_vec(), [2.0, 8.0]);
    assert_eq!(no_grad(|| hvp(f, &x, &x)).to_vec(), [2.0, 4.0]);
    assert_eq!(no_grad(|| hessian(f, &x)), [[2.0, 0.0], [0.0, 2.0]].into());
}

#[test]
fn variables_and_gradients_go_between_threads() {
    fn is_send_and_sync<X: Send + Sync>() {}
    is_send_and_sync::<Var<f32>>();
    is_send_and_sync::<Gradients<f64>>();
    is_send_and_sync::<Tensor<i64>>();
}

#[test]
fn a_seed_weights_the_result() {
    let x = Var::leaf([1.0, 2.0]);
    let gradients = (&x * 3.0).backward_with(&Tensor::from([1.0, 10.0]));
    assert_eq!(gradient(&gradients, &x), [3.0, 30.0]);
}

#[test]
fn broken_backward_calls_say_what_to_do() {
    let text = refusal(|| drop(Var::leaf([1.0, 2.0]).backward()));
    assert!(text.starts_with("backward: the result is not a single number, it has shape [2]\n"), "{text}");
    assert!(text.contains("tests/graph.rs") && text.contains("help  call .sum() or .mean() first"), "{text}");
    let text = refusal(|| drop(Var::constant(1.0).backward()));
    assert!(text.contains("computed from no leaf"), "{text}");
    let text = refusal(|| drop(Var::leaf([1.0, 2.0]).backward_with(&Tensor::from([1.0]))));
    assert!(text.contains("the gradient has shape [1], the result has [2]"), "{text}");
    let text = refusal(|| {
        let y = Var::leaf(1.0) * 2.0;
        let mut y = y;
        y.update(|_| ());
    });
    assert!(text.contains("only a leaf can be given another value"), "{text}");
}

#[test]
fn the_first_nan_names_its_op_and_line() {
    let x = Var::leaf([1.0, -1.0]);
    let text = refusal(|| drop(detect_anomaly(|| x.sqrt().exp())));
    assert!(text.starts_with("sqrt: the result holds a NaN, 1 of 2 elements are"), "{text}");
    assert!(text.contains("tests/graph.rs"), "{text}");
    let zero = Var::leaf([0.0]);
    let made = line!() + 2;
    let text = refusal(|| {
        let y = (zero.sqrt() * 0.0).sum(); // the gradient is 0 · ∞
        drop(detect_anomaly(|| y.backward()));
    });
    assert!(text.starts_with("sqrt: its gradient rule made a NaN"), "{text}");
    assert!(text.ends_with(&format!("\n  at    {}:{made}", file!())), "{text}");
}

#[test]
fn an_op_that_panics_leaves_the_thread_usable() {
    let (a, b) = (Var::leaf([1.0, 2.0]), Var::leaf([1.0, 2.0, 3.0]));
    assert!(refusal(|| drop(&a + &b)).starts_with("add: shapes do not broadcast, axis -1 is 2 and 3"));
    assert_eq!(gradient(&(&a * &a).sum().backward(), &a), [2.0, 4.0]);
}

#[test]
fn gradients_can_be_taken_out() {
    // Few leaves are looked through, more are hashed.
    for n in [3, 8, 9, 10, 40] {
        let leaves: Vec<Var<f64>> = (0..n).map(|i| Var::leaf(f64::from(i))).collect();
        let scaled = leaves.iter().enumerate().map(|(i, leaf)| leaf * (i as f64 + 1.0));
        let mut gradients = scaled.reduce(|sum, x| sum + x).unwrap().backward();
        for out in [0, 2] {
            assert_eq!(gradients.remove(&leaves[out]).unwrap().item(), out as f64 + 1.0);
            assert!(gradients.remove(&leaves[out]).is_none());
            assert!(gradients.get(&leaves[out]).is_none());
        }
        assert_eq!(gradients.len(), leaves.len() - 2);
        for (i, leaf) in leaves.iter().enumerate().filter(|(i, _)| ![0, 2].contains(i)) {
            assert_eq!(gradients.get(leaf).unwrap().item(), i as f64 + 1.0);
        }
        gradients.accumulate((&leaves[2] * 7.0).backward());
        assert_eq!(gradients.get(&leaves[2]).unwrap().item(), 7.0);
    }
}
