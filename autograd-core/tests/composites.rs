//! Composites: several results, fused rules beside the algebra; and wrong ones, each caught by the law that is meant for it.

use autograd_core::testing::{Cases, CheckedComposite, Domain, gradgradcheck, joined, shapes, try_check_composite};
use autograd_core::{
    Composite, Fixed, Mismatch, Real, Shape, Tensor, Var, custom_composite, detect_anomaly, grad, grad_with, no_grad,
};

/// Radius and product of two coordinates: `(√(a² + b²), a · b)`, by kernels that can be told to be wrong.
#[derive(Clone)]
struct Polar<const FAULT: u8>;

/// The composite that is right.
const RIGHT: u8 = 0;
/// Its fused gradient is a tenth of a percent off.
const FUSED: u8 = 1;
/// Its algebra is another function.
const ALGEBRA: u8 = 2;
/// Its fused rule mistakes a result without gradient.
const ABSENT: u8 = 3;
/// Its fused rule computes what nobody asked for.
const GREEDY: u8 = 4;
/// Its algebra is right in value and first order, and hides a path from the second.
const HIDDEN: u8 = 5;

impl<T: Real, const FAULT: u8> Composite<T> for Polar<FAULT> {
    type Arity = Fixed<2>;
    type Results = Fixed<2>;
    /// The radius.
    type Workspace = Tensor<T>;
    const NAME: &'static str = "polar";
    const RULE: &'static str = "[..] x [..] -> [..], [..]";
    const RESULTS: &'static [&'static str] = &["radius", "product"];

    fn shape(&self, [a, b]: [&Shape; 2]) -> Result<[Shape; 2], Mismatch> {
        match a == b {
            true => Ok([a.clone(), a.clone()]),
            false => Err(Mismatch::new("shapes differ")),
        }
    }

    fn forward(&self, [a, b]: [&Tensor<T>; 2]) -> ([Tensor<T>; 2], Tensor<T>) {
        let radius = a.zip(b, |a: T, b: T| (a * a + b * b).sqrt());
        ([radius.clone(), a.zip(b, |a, b| a * b)], radius)
    }

    fn backward(
        &self,
        [a, b]: [&Tensor<T>; 2],
        radius: &Tensor<T>,
        [dr, dp]: [Option<&Tensor<T>>; 2],
        needs: &[bool],
    ) -> [Option<Tensor<T>>; 2] {
        let off = T::of(if FAULT == FUSED { 1.001 } else { 1.0 });
        let otherwise = Tensor::full(a.shape(), if FAULT == ABSENT { T::one() } else { T::zero() });
        let rule = |own: &Tensor<T>, other: &Tensor<T>| {
            let by_radius = own.zip(radius, |x, r| x / r).zip(dr.unwrap_or(&otherwise), |x, dr| x * dr);
            other.zip(dp.unwrap_or(&otherwise), |x, dp| x * dp).zip(&by_radius, |x, y| off * (x + y))
        };
        let greedy = FAULT == GREEDY;
        [(needs[0] || greedy).then(|| rule(a, b)), (needs[1] || greedy).then(|| rule(b, a))]
    }

    fn algebra(&self, [a, b]: [&Var<T>; 2]) -> [Var<T>; 2] {
        let radius = (a * a + b * b).sqrt();
        match FAULT {
            ALGEBRA => [radius + T::of(1e-9), a * b],
            // In value and first gradient `a·b`; the second derivative, 1 across, is lost.
            HIDDEN => [radius, a * b.detach() + a.detach() * b - a.detach() * b.detach()],
            _ => [radius, a * b],
        }
    }
}

impl<const FAULT: u8> CheckedComposite for Polar<FAULT> {
    fn cases() -> Cases<Self> {
        let textbook =
            |_: &Self, x: &[Tensor<f64>]| joined(&[x[0].zip(&x[1], f64::hypot), x[0].zip(&x[1], |a, b| a * b)]);
        Cases::new(textbook, Polar, shapes![[3, 4], [3, 4]])
            .case(Polar, shapes![[], []])
            .case(Polar, shapes![[0], [0]])
            .domain(Domain::between(0.5, 2.0))
            .pin(
                "three, four, five",
                Polar,
                vec![Tensor::from(3.0), Tensor::from(4.0)],
                [5.0, 12.0],
                vec![Tensor::from(3.0 / 5.0 + 4.0), Tensor::from(4.0 / 5.0 + 3.0)],
            )
            .rejects(Polar, shapes![[2], [3]], "shapes differ")
    }
}

fn broken<const FAULT: u8>() -> &'static str {
    try_check_composite::<Polar<FAULT>>().map_or_else(|failure| failure.law, |()| "none")
}

#[test]
fn a_right_composite_passes_and_wrong_ones_are_caught() {
    try_check_composite::<Polar<RIGHT>>().unwrap();
    assert_eq!(broken::<FUSED>(), "gradient");
    assert_eq!(broken::<ALGEBRA>(), "algebra");
    assert_eq!(broken::<ABSENT>(), "results");
    assert_eq!(broken::<GREEDY>(), "needs");
    assert_eq!(broken::<HIDDEN>(), "second gradient");
}

#[track_caller]
fn polar(a: &Var<f64>, b: &Var<f64>) -> [Var<f64>; 2] {
    custom_composite(Polar::<RIGHT>, [a, b])
}

#[test]
fn the_gradients_of_several_results_meet_in_one_rule() {
    let (a, b) = (Var::leaf(3.0), Var::leaf(4.0));
    let [r, p] = polar(&a, &b);
    let gradients = (&r * 10.0 + &p * &r + &r).backward();
    // d(11 r + p r) = (11 + p) dr + r dp
    assert_eq!(gradients.get(&a).unwrap().item(), 23.0 * 0.6 + 5.0 * 4.0);
    assert_eq!(gradients.get(&b).unwrap().item(), 23.0 * 0.8 + 5.0 * 3.0);
    let [_, p] = polar(&a, &b);
    assert_eq!(p.backward().get(&a).unwrap().item(), 4.0);
}

#[test]
fn a_result_can_be_asked_for_by_name_and_differentiated_through() {
    let (a, b) = (Var::leaf(3.0), Var::leaf(4.0));
    let [r, p] = polar(&a, &b);
    let y = &r * &r * &p;
    let found = grad(&y, &[&r, &p, &a], false);
    assert_eq!(found[0].as_ref().unwrap().item(), 2.0 * 5.0 * 12.0);
    assert_eq!(found[1].as_ref().unwrap().item(), 25.0);
    assert_eq!(found[2].as_ref().unwrap().item(), 120.0 * 0.6 + 25.0 * 4.0);
}

#[test]
fn an_operand_computed_from_the_other_is_not_counted_twice() {
    // r = √(x² + x⁴), p = x³; recorded passes end at the operands and go on from there once.
    gradgradcheck(
        |x| {
            let [r, p] = polar(&x[0], &x[0].square());
            r * p
        },
        &[Tensor::from([0.5, 1.5])],
    )
    .unwrap();
}

#[test]
fn third_derivatives_follow_from_the_algebra() {
    let x = Var::leaf(2.0);
    let [_, p] = polar(&x, &x.square()); // x³
    let d1 = grad(&p, &x, true).unwrap();
    let d2 = grad(&d1, &x, true).unwrap();
    let d3 = grad(&d2, &x, false).unwrap();
    assert_eq!((d1.item(), d2.item(), d3.item()), (12.0, 12.0, 6.0));
}

#[test]
fn an_operand_that_this_pass_does_not_ask_for_is_reached_by_the_next() {
    let (a, b) = (Var::leaf(3.0), Var::leaf(4.0));
    let [_, p] = polar(&a, &b);
    let da = grad(&p, &a, true).unwrap(); // = b
    assert_eq!(grad_with(&da, &Var::constant(1.0), &b, false).unwrap().item(), 1.0);
}

#[test]
fn nothing_is_kept_where_nothing_is_recorded() {
    let (a, b) = (Var::leaf(3.0), Var::constant(4.0));
    assert!(no_grad(|| polar(&a, &b)).iter().all(|y| !y.requires_grad()));
    assert!(polar(&b, &b).iter().all(|y| !y.requires_grad()));
    assert!(polar(&a, &b).iter().all(Var::requires_grad));
}

#[test]
fn a_long_chain_of_composites_is_walked_and_dropped_without_a_deep_stack() {
    let chain = || {
        let (x, zero) = (Var::leaf(1.0), Var::constant(0.0));
        let mut y = x.clone();
        for _ in 0..100_000 {
            y = polar(&y, &zero)[0].clone();
        }
        assert_eq!(y.clone().backward().get(&x).unwrap().item(), 1.0);
        drop(y);
    };
    std::thread::Builder::new().stack_size(1 << 19).spawn(chain).unwrap().join().unwrap();
}

#[test]
fn results_are_drawn_by_name_and_a_nan_blames_the_call() {
    let (a, b) = (Var::leaf(3.0), Var::leaf(f64::NAN));
    let picture = polar(&a, &b)[1].draw();
    assert!(picture.contains("label=\"product\\n") && picture.contains("label=\"polar\\n"), "{picture}");
    let here = format!("composites.rs:{}", line!() + 1);
    let panic = std::panic::catch_unwind(|| detect_anomaly(|| polar(&a, &b))).expect_err("a NaN");
    let text = panic.downcast_ref::<String>().expect("a formatted message");
    assert!(text.starts_with("polar: the result holds a NaN") && text.contains(&here), "{text}");
    assert!(picture.contains("composites.rs:"), "{picture}");
}
