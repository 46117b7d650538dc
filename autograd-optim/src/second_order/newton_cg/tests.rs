//! Newton's steps against the dense Hessian, at minima, saddles and in valleys.

use super::*;
use crate::LineSearch;
use autograd_core::functional::{hessian, value_and_grad};
use autograd_core::{Generator, Tensor, no_grad};

type Function = fn(&Var<f64>) -> Var<f64>;

fn rosenbrock(x: &Var<f64>) -> Var<f64> {
    let (a, b) = (x.select(0, 0), x.select(0, 1));
    (&a - 1.0).square() + (b - a.square()).square() * 100.0
}

fn bowl(x: &Var<f64>) -> Var<f64> {
    let d = x - Var::constant([1.0, -2.0, 0.5]);
    let mixed = d.matmul(&Var::constant([[2.0, 0.5, 0.0], [0.0, 3.0, -1.0], [0.3, 0.0, 0.1]]));
    mixed.square().sum() + 7.0
}

fn saddle(x: &Var<f64>) -> Var<f64> {
    let (a, b) = (x.select(0, 0), x.select(0, 1));
    a.square() * 0.5 - b.square() * 0.5 + b.square().square() * 0.25
}

fn exactly() -> NewtonCgOptions {
    NewtonCgOptions { forcing: Forcing::Constant(0.0), ..Default::default() }
}

/// Takes one step from `x`; where it ends, and its report.
fn step(f: Function, x: &[f64], options: NewtonCgOptions) -> (Vec<f64>, NewtonCgReport) {
    let w = Parameter::new(x.to_vec());
    let report = NewtonCg::new(vec![w.clone()], options).unwrap().step(|| f(&w.var())).unwrap();
    (w.value().to_vec(), report)
}

fn close(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    let near = |(a, b): (&f64, &f64)| (a - b).abs() <= tolerance * b.abs().max(1.0);
    assert!(found.iter().zip(expected).all(near), "{found:?}, not {expected:?}");
}

#[test]
fn a_step_solves_newtons_equation() {
    let cases: [(Function, &[f64]); 2] = [(bowl, &[3.0, 1.0, -1.0]), (rosenbrock, &[1.2, 1.2])];
    for (f, x) in cases {
        for damping in [0.0, 0.7] {
            let point = Tensor::from_vec(x.to_vec(), [x.len()]);
            let (_, gradient) = value_and_grad(f, &point);
            let shifted = Var::constant(hessian(f, &point)) + Var::constant(Tensor::eye(x.len())) * damping;
            let newton = shifted.solve(&Var::constant(gradient.reshape([x.len(), 1])));
            let expected: Vec<f64> = x.iter().zip(newton.to_vec()).map(|(x, d)| x - d).collect();
            let (found, report) = step(f, x, NewtonCgOptions { damping, line_search: LineSearch::Fixed, ..exactly() });
            close(&found, &expected, 1e-9);
            assert!(!report.negative_curvature && report.step == 1.0, "{report:?}");
        }
    }
}

#[test]
fn a_bowl_takes_one_step_with_a_product_for_each_dimension() {
    let (found, report) = step(bowl, &[3.0, 1.0, -1.0], exactly());
    close(&found, &[1.0, -2.0, 0.5], 1e-10);
    // Rounding may want one product more than the three of exact arithmetic.
    assert!(report.products <= 5 && report.evaluations == 2, "{report:?}");
}

/// How far Rosenbrock's function is from its minimum before each step.
fn errors(options: NewtonCgOptions) -> Vec<f64> {
    let w = Parameter::new([1.1, 1.25]);
    let mut optimizer = NewtonCg::new(vec![w.clone()], options).unwrap();
    let mut errors = Vec::new();
    while errors.last().is_none_or(|&error| error > 1e-12) && errors.len() < 30 {
        errors.push(w.value().to_vec().iter().map(|x: &f64| (x - 1.0).abs()).fold(0.0, f64::max));
        optimizer.step(|| rosenbrock(&w.var())).unwrap();
    }
    errors
}

#[test]
fn correct_digits_double_near_a_minimum() {
    let exact = errors(exactly());
    for pair in exact.windows(2).filter(|pair| pair[0] < 0.1) {
        // The constant of Newton's convergence at this minimum is below 10; 1e-15 is rounding.
        assert!(pair[1] <= 10.0 * pair[0] * pair[0] + 1e-15, "{exact:?}");
    }
    assert!(exact.len() <= 9, "{exact:?}");
    for (forcing, most) in [(Forcing::Quadratic, 12), (Forcing::Superlinear, 15), (Forcing::Constant(0.1), 25)] {
        let errors = errors(NewtonCgOptions { forcing, ..Default::default() });
        assert!(errors.len() <= most, "{forcing:?}: {errors:?}");
    }
}

#[test]
fn directions_of_negative_curvature_lead_downhill() {
    // Along the gradient (0, -0.099) the curvature is negative: the first direction is the gradient's.
    let (found, report) = step(saddle, &[0.0, 0.1], NewtonCgOptions { line_search: LineSearch::Fixed, ..exactly() });
    assert!(report.negative_curvature && report.products == 1, "{report:?}");
    close(&found, &[0.0, 0.1 + 0.099], 1e-14);
    // From nearby, both minima are at b = ±1, where the value is -1/4.
    let w = Parameter::new([0.7, 0.1]);
    let mut optimizer = NewtonCg::new(vec![w.clone()], NewtonCgOptions::default()).unwrap();
    for _ in 0..12 {
        optimizer.step(|| saddle(&w.var())).unwrap();
    }
    close(&w.value().to_vec(), &[0.0, 1.0], 1e-8);
}

#[test]
fn a_loss_without_curvature_is_left_along_its_gradient() {
    let (found, report) = step(|x| (x * Var::constant([1.0, -2.0])).sum(), &[0.0, 0.0], 0.5.into());
    assert_eq!(found, [-0.5, 1.0]);
    assert!(report.negative_curvature);
}

#[test]
fn at_a_minimum_nothing_happens() {
    let (found, report) = step(rosenbrock, &[1.0, 1.0], NewtonCgOptions::default());
    assert_eq!((found, report.step, report.evaluations, report.products), (vec![1.0, 1.0], 0.0, 1, 0));
}

#[test]
fn several_parameters_share_their_curvature_and_frozen_ones_have_none() {
    let generator = &mut Generator::seed(4);
    let [a, b] = [[2, 3], [3, 2]].map(|shape| Parameter::new(Tensor::<f64>::uniform(shape, -1.0, 1.0, generator)));
    let frozen = Parameter::new([1.0, 2.0]);
    frozen.freeze();
    let target = Var::constant([[1.0, 2.0], [3.0, 4.0]]);
    let loss = || (a.var().matmul(&b.var()) * frozen.var() - &target).square().sum();
    let mut optimizer = NewtonCg::new(vec![a.clone(), frozen.clone(), b.clone()], NewtonCgOptions::default()).unwrap();
    for _ in 0..20 {
        optimizer.step(loss).unwrap();
    }
    assert!(no_grad(loss).item() < 1e-16);
    assert_eq!(frozen.value().to_vec(), [1.0, 2.0]);
}
