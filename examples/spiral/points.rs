//! The points: arms of a spiral, as in the case study of the course's notes.

use autograd::prelude::*;

/// Points of the plane, and the arm that each belongs to.
pub struct Points {
    /// `[n, 2]`
    pub x: Var,
    /// `[n]`
    pub arm: Tensor<i64>,
}

impl Points {
    /// The 300 points of the course's notes, on three arms.
    pub fn of_the_course() -> Self {
        let (mut x, mut arm) = (Vec::new(), Vec::new());
        for line in include_str!("../data/spiral.csv").lines() {
            let mut numbers =
                line.split(',').map(|number| number.parse::<f64>().expect("the built-in file holds numbers"));
            x.extend(numbers.by_ref().take(2).map(|number| number as f32));
            arm.extend(numbers.map(|number| number as i64));
        }
        let n = arm.len();
        Points { x: Var::constant(Tensor::from_vec(x, [n, 2])), arm: arm.into() }
    }

    /// `n` points on each arm: the radius grows from 0 to 1, the angle over 4 radians, with normal noise on the angle. Arms begin at equal angles.
    pub fn spiral(arms: usize, n: usize, noise: f64, generator: &mut Generator) -> Self {
        let along = |i: usize| i as f64 / (n.max(2) - 1) as f64;
        let mut x = Vec::with_capacity(2 * arms * n);
        for arm in 0..arms {
            for i in 0..n {
                let start = std::f64::consts::TAU * arm as f64 / arms as f64;
                let angle = start + 4.0 * along(i) + noise * generator.standard_normal();
                x.extend([(along(i) * angle.sin()) as f32, (along(i) * angle.cos()) as f32]);
            }
        }
        let x = Var::constant(Tensor::from_vec(x, [arms * n, 2]));
        Points { x, arm: Tensor::from_fn([arms * n], |i| (i / n) as i64) }
    }

    /// The share of points whose arm has the highest score.
    pub fn share_right(&self, model: &Sequential) -> f64 {
        let answers = no_grad(|| model.forward(&self.x)).value().argmax(1);
        answers.eq(&self.arm).count() as f64 / self.arm.numel() as f64
    }
}
