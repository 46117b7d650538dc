//! The attacks of the example adversarial, on a network whose gradient is known.

#[path = "../../examples/adversarial/attack.rs"]
mod attack;

use attack::{Attack, Method};
use autograd::prelude::*;

/// Two scores of three pixels, straight lines: their difference is `2 x₀ − x₁`, whatever the third.
#[derive(Module)]
#[module(stateless)]
struct Lines;

impl Forward for Lines {
    fn forward(&self, x: &Var) -> Var {
        x.matmul(&Var::constant([[1.0f32, -1.0], [-0.5, 0.5], [0.0, 0.0]]))
    }
}

#[test]
fn one_step_goes_to_the_corner_of_the_box_and_stays_in_the_picture() {
    let images = Tensor::from([[0.5f32, 0.5, 0.5], [0.1, 0.95, 0.5]]);
    let labels = Tensor::from([0i64, 0]);
    let attack = Attack { method: Method::FastGradientSign, epsilon: 0.25 };
    let changed = attack.apply(&Lines, &images, &labels, &mut Generator::seed(0));
    // The first pixel speaks for the class, the second against it; the third has no gradient; no pixel is below black or above white.
    assert_eq!(changed.to_vec(), [0.25, 0.75, 0.5, 0.0, 1.0, 0.5]);
}

#[test]
fn projected_steps_end_in_the_same_corner_and_never_leave_the_box() {
    let images = Tensor::uniform([20, 3], 0.3, 0.7, &mut Generator::seed(1));
    let labels = Tensor::from_fn([20], |i| (i % 2) as i64);
    let attacked = |method| {
        let attack = Attack { method, epsilon: 0.25 };
        attack.apply(&Lines, &images, &labels, &mut Generator::seed(2))
    };
    let (corner, found) = (attacked(Method::FastGradientSign), attacked(Method::ProjectedDescent(10)));
    for pixel in [0, 1] {
        assert_eq!(found.slice(s![.., pixel]).to_vec(), corner.slice(s![.., pixel]).to_vec());
    }
    let farthest = found.zip(&images, |x, from| (x - from).abs()).to_vec().into_iter().fold(0.0, f32::max);
    assert!(farthest <= 0.25 + f32::EPSILON);
}
