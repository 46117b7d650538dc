//! The cases of Newton-CG.

use super::{Forcing, NewtonCg, NewtonCgOptions};
use crate::LineSearch;
use crate::laws::{Cases, Checked, Task::*};
use autograd_nn::Parameter;

impl Checked for NewtonCgOptions {
    fn cases() -> Cases {
        let good = NewtonCgOptions::default();
        let make = |options| move |parameters| Ok(Box::new(NewtonCg::<f64>::new(parameters, options)?) as _);
        let refuses =
            |options: NewtonCgOptions| move || NewtonCg::<f64>::new(vec![Parameter::new([1.0])], options).map(drop);
        let exact = NewtonCgOptions { forcing: Forcing::Constant(0.0), ..good };
        Cases::evaluating(make(good), [Quadratic(5), Rosenbrock(100, 1e-12), Network(30)])
            .case_of(make(exact), [Quadratic(1), Rosenbrock(25, 1e-20)])
            .case_of(
                make(NewtonCgOptions { line_search: LineSearch::StrongWolfe, ..good }),
                [Rosenbrock(100, 1e-12), Network(30)],
            )
            .case_of(
                make(NewtonCgOptions { damping: 0.1, forcing: Forcing::Quadratic, ..good }),
                [Rosenbrock(60, 1e-6), Network(30)],
            )
            .without_path("second_order::newton_cg::tests")
            .refuses_to(
                refuses(NewtonCgOptions { lr: f64::NAN, ..good }),
                "newton_cg: lr is NaN, it must be a number that is not negative",
            )
            .refuses_to(refuses(NewtonCgOptions { max_cg: 0, ..good }), "newton_cg: max_cg is 0, it must be at least 1")
            .refuses_to(
                refuses(NewtonCgOptions { max_eval: 0, ..good }),
                "newton_cg: max_eval is 0, it must be at least 1",
            )
            .refuses_to(
                refuses(NewtonCgOptions { forcing: Forcing::Constant(1.0), ..good }),
                "newton_cg: forcing is 1, it must be at least 0 and below 1",
            )
            .refuses_to(
                refuses(NewtonCgOptions { damping: -1.0, ..good }),
                "newton_cg: damping is -1, it must be a number that is not negative",
            )
    }
}
