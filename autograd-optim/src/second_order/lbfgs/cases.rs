//! The cases of L-BFGS.

use super::{Lbfgs, LbfgsOptions};
use crate::LineSearch;
use crate::laws::{Cases, Checked, Task::*, flag, number};
use autograd_nn::Parameter;
use serde_json::Value;

impl Checked for LbfgsOptions {
    fn cases() -> Cases {
        let plain = LbfgsOptions::default();
        let wolfe = LbfgsOptions { line_search: LineSearch::StrongWolfe, ..plain };
        let make = |options| move |parameters| Ok(Box::new(Lbfgs::<f64>::new(parameters, options)?) as _);
        let read = move |parameters, settings: &Value| {
            let or = |name, default| if settings[name].is_null() { default } else { number(settings, name) };
            let options = LbfgsOptions {
                lr: or("lr", 1.0),
                max_iter: or("max_iter", 20.0) as usize,
                max_eval: settings["max_eval"].as_u64().map(|count| count as usize),
                history_size: or("history_size", 100.0) as usize,
                line_search: if settings["line_search_fn"].is_null() {
                    LineSearch::Fixed
                } else {
                    LineSearch::StrongWolfe
                },
                maximize: flag(settings, "maximize"),
                ..plain
            };
            Box::new(Lbfgs::new(parameters, options).expect("good settings")) as _
        };
        let refuses = |options: LbfgsOptions| move || Lbfgs::<f64>::new(vec![Parameter::new([1.0])], options).map(drop);
        Cases::evaluating(make(wolfe), [Quadratic(1), Rosenbrock(3, 1e-9), Network(2)])
            .case_of(make(LbfgsOptions { lr: 0.5, ..plain }), [Quadratic(2)])
            .case_of(make(LbfgsOptions { max_iter: 3, history_size: 2, ..wolfe }), [Quadratic(4), Rosenbrock(30, 1e-8)])
            .case_of(
                make(LbfgsOptions { line_search: LineSearch::Armijo, history_size: 4, ..plain }),
                [Quadratic(1), Rosenbrock(4, 1e-9)],
            )
            .path_of("lbfgs", read)
            .path_of("lbfgs_plain", read)
            .path_of("lbfgs_two", read)
            .path_of("lbfgs_converges", read)
            .path_of("lbfgs_maximize", read)
            .refuses_to(
                refuses(LbfgsOptions { lr: -1.0, ..plain }),
                "lbfgs: lr is -1, it must be a number that is not negative",
            )
            .refuses_to(refuses(LbfgsOptions { max_iter: 0, ..plain }), "lbfgs: max_iter is 0, it must be at least 1")
            .refuses_to(
                refuses(LbfgsOptions { max_eval: Some(0), ..plain }),
                "lbfgs: max_eval is 0, it must be at least 1",
            )
            .refuses_to(
                refuses(LbfgsOptions { history_size: 0, ..plain }),
                "lbfgs: history_size is 0, it must be at least 1",
            )
            .refuses_to(
                refuses(LbfgsOptions { tolerance_grad: f64::NAN, ..plain }),
                "lbfgs: tolerance_grad is NaN, it must be a number that is not negative",
            )
            .refuses_to(
                refuses(LbfgsOptions { tolerance_change: -1e-9, ..plain }),
                "lbfgs: tolerance_change is -0.000000001, it must be a number that is not negative",
            )
    }
}
