//! `Lamb`: Adam with steps as long as the parameter is large, for large batches.

use crate::rules::prelude::*;

/// The settings of [`Lamb`]; a number alone is the learning rate.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LambOptions {
    /// The learning rate: the length of a step as a share of the parameter's norm.
    pub lr: f64,
    /// The shares of the first and second moment that are kept.
    pub betas: (f64, f64),
    /// What is added to the root of the second moment.
    pub eps: f64,
    /// The factor of the parameter that is added to its direction.
    pub weight_decay: f64,
    /// Whether steps go uphill.
    pub maximize: bool,
}

impl Default for LambOptions {
    fn default() -> Self {
        LambOptions { lr: 1e-3, betas: (0.9, 0.999), eps: 1e-6, weight_decay: 0.0, maximize: false }
    }
}

impl From<f64> for LambOptions {
    fn from(lr: f64) -> Self {
        LambOptions { lr, ..LambOptions::default() }
    }
}

/// Layer-wise adaptive moments for large batches: steps in the direction of [`Adam`](crate::Adam) whose length is a share of the norm of
/// the parameter as a whole.
///
/// ```text
/// m ← β₁ m + (1 - β₁) dw
/// v ← β₂ v + (1 - β₂) dw²
/// u = m / (1 - β₁ᵗ) / (√(v / (1 - β₂ᵗ)) + eps) + weight_decay · w      in step t = 1, 2, ..
/// w ← w - lr · ‖w‖ / ‖u‖ · u
/// ```
///
/// The trust ratio `‖w‖ / ‖u‖` is 1 where either norm is 0 or infinite, so that biases which begin at zero can leave it. PyTorch has no
/// such optimiser; this is algorithm 2 of You et al. 2020 ("Large batch optimization for deep learning: training BERT in 76 minutes") with
/// φ the identity. They train with a decay of 0.01.
///
/// Remembers `exp_avg` (m) and `exp_avg_sq` (v).
///
/// ```
/// use autograd_nn::Parameter;
/// use autograd_optim::{Lamb, Optimizer};
/// let w = Parameter::new([3.0f64, 4.0]);
/// let mut optimizer = Lamb::new(vec![w.clone()], 0.1)?;
/// optimizer.step(&w.var().sum().backward())?;
/// let after = w.value().to_vec(); // the direction is (1, 1), the length 0.1 · 5
/// let step = 0.5 / 2.0f64.sqrt();
/// assert!((after[0] - (3.0 - step)).abs() < 1e-6 && (after[1] - (4.0 - step)).abs() < 1e-6);
/// # Ok::<(), autograd_optim::Error>(())
/// ```
pub type Lamb<T = f32> = Stepper<LambOptions, T>;

impl Rule for LambOptions {
    const NAME: &'static str = "lamb";
    const WHOLE: bool = true;

    fn check(&self) -> Result<(), Error> {
        check::not_negative("lamb", "lr", self.lr)?;
        check::betas("lamb", self.betas)?;
        check::not_negative("lamb", "eps", self.eps)?;
        check::not_negative("lamb", "weight_decay", self.weight_decay)
    }

    fn lr(&self) -> f64 {
        self.lr
    }

    fn set_lr(&mut self, lr: f64) {
        self.lr = lr;
    }

    fn maximize(&self) -> bool {
        self.maximize
    }

    fn slots(&self) -> &'static [&'static str] {
        &["exp_avg", "exp_avg_sq"]
    }

    fn cost(&self) -> usize {
        8
    }

    fn update<T: Real>(&self, part: Part<'_, T>) {
        let (beta1, beta2) = self.betas;
        let t = part.t as f64;
        let corrections = [beta1, beta2].map(|beta| (1.0 - beta.powf(t)).recip());
        let [b1, fresh1, b2, fresh2, eps] = [beta1, 1.0 - beta1, beta2, 1.0 - beta2, self.eps].map(T::of);
        let [correct1, correct2, decay] = [corrections[0], corrections[1].sqrt(), self.weight_decay].map(T::of);
        let mut direction = part.gradient();
        let Part { w, mut slots, .. } = part;
        let [m, v] = slots.as_mut_slice() else { unreachable!("the slots it named") };
        for (((u, &w), m), v) in direction.iter_mut().zip(&*w).zip(m.iter_mut()).zip(v.iter_mut()) {
            *m = b1 * *m + fresh1 * *u;
            *v = b2 * *v + fresh2 * *u * *u;
            let adam = *m * correct1 / (v.sqrt() * correct2 + eps);
            *u = if decay == T::zero() { adam } else { adam + decay * w };
        }
        let (of_parameter, of_direction) = (norm(w), norm(&direction));
        // 0/0, x/0 and 0/x say nothing of the length that fits, nor does the norm of a mask of infinities.
        let ratio = of_parameter / of_direction;
        let trust = if ratio > 0.0 && ratio.is_finite() { ratio } else { 1.0 };
        let rate = T::of(self.lr * trust);
        w.iter_mut().zip(direction).for_each(|(w, u)| *w -= rate * u);
    }
}

#[cfg(test)]
impl Checked for LambOptions {
    fn cases() -> Cases {
        let good = LambOptions::default();
        Cases::rule(LambOptions { lr: 0.005, ..good }, [Quadratic(500), Network(600)])
            .case(LambOptions { lr: 0.01, ..good }, [Rosenbrock(4000, 0.1)])
            .case(LambOptions { lr: 0.02, weight_decay: 0.01, ..good }, [Network(400)])
            .without_path("rules::lamb::tests::it_follows_the_paper")
            .refuses(LambOptions { lr: -1.0, ..good }, "lamb: lr is -1, it must be a number that is not negative")
            .refuses(
                LambOptions { betas: (1.0, 0.999), ..good },
                "lamb: betas.0 is 1, it must be at least 0 and below 1",
            )
            .refuses(
                LambOptions { betas: (0.9, -1.0), ..good },
                "lamb: betas.1 is -1, it must be at least 0 and below 1",
            )
            .refuses(
                LambOptions { eps: f64::NAN, ..good },
                "lamb: eps is NaN, it must be a number that is not negative",
            )
            .refuses(
                LambOptions { weight_decay: -0.1, ..good },
                "lamb: weight_decay is -0.1, it must be a number that is not negative",
            )
    }
}

#[cfg(test)]
mod tests {
    use super::LambOptions;
    use crate::laws::follow;
    use crate::{Lamb, Optimizer};
    use autograd_nn::Parameter;

    /// Algorithm 2 with φ the identity.
    #[test]
    fn it_follows_the_paper() {
        let (lr, beta1, beta2, eps, decay) = (0.03, 0.8, 0.95, 1e-3, 0.2);
        for maximize in [false, true] {
            let options = LambOptions { lr, betas: (beta1, beta2), eps, weight_decay: decay, maximize };
            let (mut m, mut v, mut u) = ([0.0; 6], [0.0; 6], [0.0; 6]);
            follow(options, |t, w, g| {
                let (mut of_w, mut of_u) = (0.0, 0.0);
                for i in 0..6 {
                    let g = if maximize { -g[i] } else { g[i] };
                    m[i] = beta1 * m[i] + (1.0 - beta1) * g;
                    v[i] = beta2 * v[i] + (1.0 - beta2) * g * g;
                    let (mean, square) = (m[i] / (1.0 - beta1.powi(t)), v[i] / (1.0 - beta2.powi(t)));
                    u[i] = mean / (f64::sqrt(square) + eps) + decay * w[i];
                    of_w += w[i] * w[i];
                    of_u += u[i] * u[i];
                }
                for i in 0..6 {
                    w[i] -= lr * f64::sqrt(of_w) / f64::sqrt(of_u) * u[i];
                }
            });
        }
    }

    #[test]
    fn a_parameter_of_zeros_leaves_zero_and_a_gradient_of_zeros_moves_nothing() {
        let [zeros, still] = [[0.0, 0.0], [3.0, -4.0]].map(Parameter::new);
        let mut optimizer = Lamb::<f64>::new(vec![zeros.clone(), still.clone()], 0.5).unwrap();
        let loss = zeros.var().sum() + (still.var() * 0.0).sum();
        optimizer.step(&loss.backward()).unwrap();
        assert!(zeros.value().to_vec().iter().all(|w| (w + 0.5).abs() < 1e-5));
        assert_eq!(still.value().to_vec(), [3.0, -4.0]);
    }
}
