//! What optimisers are to bring low.

use super::cases::{Make, Task};
use autograd_core::{Generator, Tensor, Var, s};
use autograd_nn::{Forward, Linear, Module, Parameter, Sequential, Tanh};

/// `0.5 x·A·x + 0.01 Σ x⁴ + Σ (w - x[:2])²` with `A = diag(1, 10, 0.1)`, for each row if they are matrices: the loss of the stored paths.
pub(super) fn of_the_paths(x: &Var<f64>, w: &Var<f64>) -> Var<f64> {
    let curvature = Var::constant([1.0, 10.0, 0.1]);
    let squares = x.square();
    let distances = (w - x.slice(s![..., ..2])).square();
    (&squares * curvature).sum() * 0.5 + squares.square().sum() * 0.01 + distances.sum()
}

pub(super) fn solve(make: &Make, task: Task) {
    match task {
        Task::Quadratic(steps) => {
            let x = Parameter::new([3.0, -2.0, 1.0, 0.5]);
            let (center, curvature) = (Var::constant([1.0, -1.0, 0.5, 2.0]), Var::constant([1.0, 5.0, 0.25, 2.0]));
            let loss = || ((x.var() - &center).square() * &curvature).sum();
            let begin = loss().item();
            descend(make, &x, &loss, steps);
            let end = loss().item();
            assert!(end < 1e-4 * begin, "{task:?}: from {begin} to {end}");
        }
        Task::Rosenbrock(steps, bound) => {
            let x = Parameter::new([-1.2, 1.0]);
            let loss = || {
                let x = x.var();
                let (a, b) = (x.select(0, 0), x.select(0, 1));
                (&a - 1.0).square() + (b - a.square()).square() * 100.0
            };
            descend(make, &x, &loss, steps);
            let end = loss().item();
            assert!(end < bound, "{task:?}: it ends at {end}");
        }
        Task::Matrix(steps) => {
            let generator = &mut Generator::seed(4);
            let [truth, begin] = [(); 2].map(|()| Tensor::uniform([4, 3], -1.0, 1.0, generator));
            let (truth, inputs) = (Var::constant(truth), Var::constant(Tensor::normal([8, 4], 0.0, 1.0, generator)));
            let x = Parameter::new(begin);
            let loss = || inputs.matmul(&(x.var() - &truth)).square().mean();
            let begin = loss().item();
            descend(make, &x, &loss, steps);
            let end = loss().item();
            assert!(end < 1e-3 * begin, "{task:?}: from {begin} to {end}");
        }
        Task::Network(steps) => {
            let generator = &mut Generator::seed(3);
            let network = Sequential::<f64>::new()
                .then(Linear::new(2, 8, generator))
                .then(Tanh)
                .then(Linear::new(8, 2, generator));
            let x = Var::constant([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]);
            let truth = Tensor::from([0i64, 1, 1, 0]);
            let loss = || network.forward(&x).cross_entropy(&truth);
            let mut optimizer = make(network.named_parameters()).expect("good settings");
            optimizer.descend(steps, &loss);
            let end = loss().item();
            assert!(end < 0.1, "{task:?}: it ends at {end}");
            assert_eq!(network.forward(&x).value().argmax(1), truth);
        }
    }
}

fn descend(make: &Make, x: &Parameter<f64>, loss: &dyn Fn() -> Var<f64>, steps: usize) {
    let mut optimizer = make(vec![("x".to_owned(), x.clone())]).expect("good settings");
    optimizer.descend(steps, loss);
}
