//! `Muon`: momentum made orthogonal, for the matrices of hidden layers.

use crate::rules::prelude::*;
use autograd_core::{Shape, Tensor, Var};

/// The settings of [`Muon`]; a number alone is the learning rate. The default is PyTorch's.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct MuonOptions {
    /// The learning rate: about the spectral norm of a step, before it is adjusted.
    pub lr: f64,
    /// How fast parameters shrink: by the factor `1 - lr · weight_decay` in a step.
    pub weight_decay: f64,
    /// The share of the momentum that is kept.
    pub momentum: f64,
    /// Whether the step looks ahead along the momentum.
    pub nesterov: bool,
    /// The coefficients a, b, c of the iteration.
    pub ns_coefficients: (f64, f64, f64),
    /// The least norm that the momentum is divided by.
    pub eps: f64,
    /// How often the iteration runs.
    pub ns_steps: u32,
    /// How the rate follows from the sizes of the matrix.
    #[serde(deserialize_with = "or_original")]
    pub adjust_lr_fn: AdjustLr,
}

/// How the rate of [`Muon`] follows from the sizes of a matrix of `m` rows and `n` columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AdjustLr {
    /// `lr · √max(1, m/n)` (Jordan 2024).
    #[default]
    Original,
    /// `0.2 · lr · √max(m, n)`, for steps of the size of [`AdamW`](crate::AdamW)'s, whose rate and decay can be kept (Liu et al. 2025).
    MatchRmsAdamw,
    /// `lr · √(m/n)`, for steps that change the results of a layer equally whatever its sizes (Bernstein 2025).
    SpectralUnclamped,
}

/// PyTorch saves its default as `None`.
fn or_original<'de, D: serde::Deserializer<'de>>(from: D) -> Result<AdjustLr, D::Error> {
    Option::deserialize(from).map(Option::unwrap_or_default)
}

impl Default for MuonOptions {
    fn default() -> Self {
        MuonOptions {
            lr: 1e-3,
            weight_decay: 0.1,
            momentum: 0.95,
            nesterov: true,
            ns_coefficients: (3.4445, -4.7750, 2.0315),
            eps: 1e-7,
            ns_steps: 5,
            adjust_lr_fn: AdjustLr::Original,
        }
    }
}

impl From<f64> for MuonOptions {
    fn from(lr: f64) -> Self {
        MuonOptions { lr, ..MuonOptions::default() }
    }
}

/// Momentum orthogonalised by Newton-Schulz iterations: each step turns all directions of a matrix about equally far.
///
/// ```text
/// b ← momentum · b + (1 - momentum) dw
/// X = b                                              nesterov: (1 - momentum) dw + momentum · b
/// X ← X / max(‖X‖, eps)                              then ns_steps times, on the transpose if it is tall:
/// X ← a X + (b A + c A²) X with A = X Xᵀ             singular values go to about 0.7 to 1.2
/// w ← (1 - lr · weight_decay) w - adjusted lr · X
/// ```
///
/// As PyTorch's (Jordan et al. 2024, "Muon: an optimizer for hidden layers in neural networks"), but for one thing: PyTorch iterates in
/// bfloat16, this in the precision of the parameter, so that their steps differ by one or two per cent.
///
/// It moves matrices only and refuses other parameters; train biases, normalisations and embeddings, and mostly the last layer, by an
/// [`AdamW`](crate::AdamW) beside it:
///
/// ```
/// use autograd_core::{Generator, Var};
/// use autograd_nn::{Forward, Linear, Module, Parameter, Sequential, Tanh};
/// use autograd_optim::{AdamW, Muon, Optimizer};
/// let generator = &mut Generator::seed(1);
/// let model = Sequential::new().then(Linear::new(2, 8, generator)).then(Tanh).then(Linear::new(8, 1, generator));
/// let all = model.named_parameters();
/// let refused = Muon::new(all.clone(), 0.02).err().unwrap();
/// assert_eq!(refused.to_string(), "muon: 0.bias has shape [8], it must be a matrix");
///
/// let (matrices, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|(_, w)| w.shape().rank() == 2);
/// let (mut muon, mut adamw) = (Muon::new(matrices, 0.02)?, AdamW::new(others, 0.01)?);
/// let x = Var::constant([[0.5f32, -1.0], [1.5, 2.0]]);
/// let loss = || (model.forward(&x) - 1.0).square().mean();
/// let begin = loss().item();
/// for _ in 0..50 {
///     let gradients = loss().backward();
///     muon.step(&gradients)?;
///     adamw.step(&gradients)?;
/// }
/// assert!(loss().item() < 0.1 * begin);
/// # Ok::<(), autograd_optim::Error>(())
/// ```
///
/// Remembers `momentum_buffer` (b).
pub type Muon<T = f32> = Stepper<MuonOptions, T>;

impl Rule for MuonOptions {
    const NAME: &'static str = "muon";
    const WHOLE: bool = true;

    fn check(&self) -> Result<(), Error> {
        check::not_negative("muon", "lr", self.lr)?;
        check::not_negative("muon", "weight_decay", self.weight_decay)?;
        check::share("muon", "momentum", self.momentum)?;
        let (a, b, c) = self.ns_coefficients;
        for (name, value) in [("ns_coefficients.0", a), ("ns_coefficients.1", b), ("ns_coefficients.2", c)] {
            check::option("muon", name, value, "a finite number", value.is_finite())?;
        }
        check::option("muon", "eps", self.eps, "a number above 0", self.eps > 0.0 && self.eps.is_finite())?;
        check::option("muon", "ns_steps", f64::from(self.ns_steps), "below 100", self.ns_steps < 100)
    }

    fn fits(&self, shape: &Shape) -> Result<(), &'static str> {
        if shape.rank() == 2 { Ok(()) } else { Err("a matrix") }
    }

    fn lr(&self) -> f64 {
        self.lr
    }

    fn set_lr(&mut self, lr: f64) {
        self.lr = lr;
    }

    fn slots(&self) -> &'static [&'static str] {
        &["momentum_buffer"]
    }

    fn cost(&self) -> usize {
        // Products of matrices: some hundred multiplications for an element of even a small one.
        100
    }

    fn update<T: Real>(&self, part: Part<'_, T>) {
        let [mu, fresh] = [self.momentum, 1.0 - self.momentum].map(T::of);
        let mut direction = part.gradient();
        let Part { w, mut slots, shape, .. } = part;
        let [momentum] = slots.as_mut_slice() else { unreachable!("the slot it named") };
        for (g, b) in direction.iter_mut().zip(momentum.iter_mut()) {
            *b = mu * *b + fresh * *g;
            *g = if self.nesterov { fresh * *g + mu * *b } else { *b };
        }
        let direction = self.orthogonal(direction, shape);
        let [keep, rate] = [1.0 - self.lr * self.weight_decay, self.adjusted_lr(shape)].map(T::of);
        w.iter_mut().zip(direction.to_vec()).for_each(|(w, x)| *w = keep * *w - rate * x);
    }
}

impl MuonOptions {
    fn adjusted_lr(&self, shape: &Shape) -> f64 {
        let [rows, columns] = [0, 1].map(|axis| shape[axis] as f64);
        self.lr
            * match self.adjust_lr_fn {
                AdjustLr::Original => (rows / columns).max(1.0).sqrt(),
                AdjustLr::MatchRmsAdamw => 0.2 * rows.max(columns).sqrt(),
                AdjustLr::SpectralUnclamped => (rows / columns).sqrt(),
            }
    }

    /// About the nearest matrix with orthonormal rows or columns.
    fn orthogonal<T: Real>(&self, elements: Vec<T>, shape: &Shape) -> Tensor<T> {
        let (a, b, c) = self.ns_coefficients;
        let [a, b, c] = [a, b, c].map(T::of);
        let scale = T::of(norm(&elements).max(self.eps).recip());
        // A constant, of which nothing is recorded: for its product of matrices.
        let mut x = Var::constant(Tensor::from_vec(elements, shape)) * scale;
        let tall = shape[0] > shape[1];
        if tall {
            x = x.transpose(0, 1);
        }
        for _ in 0..self.ns_steps {
            let gram = x.matmul(&x.transpose(0, 1));
            let bracket = &gram * b + gram.matmul(&gram) * c;
            x = &x * a + bracket.matmul(&x);
        }
        if tall { x.transpose(0, 1).value().clone() } else { x.value().clone() }
    }
}

#[cfg(test)]
impl Checked for MuonOptions {
    fn cases() -> Cases {
        let good = MuonOptions::default();
        let read = move |settings: &Value| MuonOptions {
            lr: number(settings, "lr"),
            adjust_lr_fn: match &settings["adjust_lr_fn"] {
                Value::Null => AdjustLr::Original,
                name => serde_json::from_value(name.clone()).expect("one of three names"),
            },
            ..good
        };
        // Decay moves the minimum, and steps do not shrink with the gradient.
        let exact = MuonOptions { lr: 0.01, weight_decay: 0.0, momentum: 0.8, ..good };
        let adamw_like = MuonOptions { lr: 0.025, nesterov: false, adjust_lr_fn: AdjustLr::MatchRmsAdamw, ..exact };
        Cases::rule(exact, [Matrix(400)])
            .case(adamw_like, [Matrix(400)])
            .path("muon_wide", read)
            .path("muon_tall", read)
            .path("muon_rms", move |settings| MuonOptions {
                momentum: number(settings, "momentum"),
                weight_decay: number(settings, "weight_decay"),
                nesterov: flag(settings, "nesterov"),
                ..read(settings)
            })
            .path("muon_spectral", move |settings| MuonOptions {
                ns_coefficients: serde_json::from_value(settings["ns_coefficients"].clone()).expect("three numbers"),
                ns_steps: settings["ns_steps"].as_u64().and_then(|n| n.try_into().ok()).expect("a count"),
                eps: number(settings, "eps"),
                ..read(settings)
            })
            .refuses(MuonOptions { lr: -1.0, ..good }, "muon: lr is -1, it must be a number that is not negative")
            .refuses(
                MuonOptions { weight_decay: -0.1, ..good },
                "muon: weight_decay is -0.1, it must be a number that is not negative",
            )
            .refuses(MuonOptions { momentum: 1.0, ..good }, "muon: momentum is 1, it must be at least 0 and below 1")
            .refuses(
                MuonOptions { ns_coefficients: (1.0, f64::NAN, 1.0), ..good },
                "muon: ns_coefficients.1 is NaN, it must be a finite number",
            )
            .refuses(MuonOptions { eps: 0.0, ..good }, "muon: eps is 0, it must be a number above 0")
            .refuses(MuonOptions { ns_steps: 100, ..good }, "muon: ns_steps is 100, it must be below 100")
            .refuses(good, "muon: parameter 0 has shape [1], it must be a matrix")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use autograd_core::Generator;

    fn distance(a: &Var<f64>, b: &Var<f64>) -> f64 {
        (a - b).square().sum().item().sqrt()
    }

    /// With the coefficients of the cubic iteration, which converges, the result is the orthogonal factor of the polar decomposition.
    #[test]
    fn the_iteration_finds_the_orthogonal_factor() {
        let options = MuonOptions { ns_coefficients: (1.5, -0.5, 0.0), ns_steps: 60, ..MuonOptions::default() };
        for (m, n) in [(3, 5), (5, 3), (4, 4)] {
            let x = Tensor::<f64>::normal([m, n], 0.0, 1.0, &mut Generator::seed(2));
            let q = options.orthogonal(x.to_vec(), x.shape());
            let [x, q] = [x, q].map(|matrix| Var::constant(if m > n { matrix.mt() } else { matrix }));
            let gram = q.matmul(&q.transpose(0, 1));
            assert!(distance(&gram, &Var::constant(Tensor::eye(m.min(n)))) < 1e-12, "the rows are orthonormal");
            let stretch = x.matmul(&q.transpose(0, 1));
            assert!(distance(&stretch, &stretch.transpose(0, 1)) < 1e-12, "what is left of x is symmetric");
        }
    }

    #[test]
    fn a_gradient_of_zeros_moves_nothing() {
        let w = autograd_nn::Parameter::new([[1.0, 2.0], [3.0, 4.0]]);
        let mut optimizer = Muon::<f64>::new(vec![w.clone()], MuonOptions { weight_decay: 0.0, ..0.5.into() }).unwrap();
        crate::Optimizer::step(&mut optimizer, &(w.var() * 0.0).sum().backward()).unwrap();
        assert_eq!(w.value().to_vec(), [1.0, 2.0, 3.0, 4.0]);
    }

    #[test]
    fn no_adjustment_is_the_original_one() {
        let mut settings = serde_json::to_value(MuonOptions::default()).unwrap();
        settings["adjust_lr_fn"] = Value::Null; // as PyTorch saves its default
        assert_eq!(serde_json::from_value::<MuonOptions>(settings).unwrap(), MuonOptions::default());
    }
}
