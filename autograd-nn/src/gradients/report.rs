//! `GradientReport`: how the gradient of each parameter stands.

use super::norm::{max_abs, sum};
use crate::{Module, Parameter, table};
use autograd_core::{Gradients, Real, Tensor};
use std::fmt;

/// How the gradient of each parameter of a module stands: what one prints when training goes wrong.
///
/// ```
/// use autograd_core::{Generator, Tensor, Var};
/// use autograd_nn::{Forward, GradientReport, GradientState, Linear, Module};
/// #[derive(Module)]
/// struct Net {
///     first: Linear,
///     last: Linear,
///     forgotten: Linear,
/// }
/// let mut linear = |inputs, outputs| Linear::new(inputs, outputs, &mut Generator::seed(0));
/// let net = Net { first: linear(2, 2), last: linear(2, 1), forgotten: linear(1, 1) };
/// net.first.weight.set([[1.0f32, 0.0], [0.0, 1.0]]);
/// net.first.bias.as_ref().unwrap().set([0.0f32, -9.0]); // the second unit never fires
/// net.last.weight.set([[2.0f32, 2.0]]);
/// net.forgotten.bias.as_ref().unwrap().freeze();
///
/// let x = Var::constant([[3.0f32, 4.0]]);
/// let gradients = net.last.forward(&net.first.forward(&x).relu()).sum().backward();
/// let report = GradientReport::of(&net, &gradients);
/// let expected = "\
/// parameter              norm  largest  zeros  non-finite
/// first.weight        1.000e1  8.000e0    50%           0
/// first.bias          2.000e0  2.000e0    50%           0
/// last.weight         3.000e0  3.000e0    50%           0
/// last.bias           1.000e0  1.000e0     0%           0
/// forgotten.weight  unreached
/// forgotten.bias       frozen
/// norm 1.068e1; 1 unreached
/// ";
/// assert_eq!(report.to_string(), expected);
/// assert_eq!(report.names(GradientState::Unreached), ["forgotten.weight"]);
/// assert!(!report.is_sound());
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct GradientReport {
    /// A row for each parameter, a tied one once.
    pub rows: Vec<GradientRow>,
    /// The norm over all of them, of order 2.
    pub norm: f64,
}

/// A parameter in a [`GradientReport`].
#[derive(Clone, Debug, PartialEq)]
pub struct GradientRow {
    /// Its name within the module.
    pub name: String,
    /// How its gradient stands.
    pub state: GradientState,
    /// The norm of its gradient, of order 2; 0 if it has none.
    pub norm: f64,
    /// The largest absolute value in its gradient; NaN if there is one, 0 if it has no gradient.
    pub largest: f64,
    /// The share of zeros in its gradient, from 0 to 1.
    pub zeros: f64,
    /// The number of elements that are NaN or infinite.
    pub non_finite: usize,
}

/// How the gradient of a parameter stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GradientState {
    /// It is finite, and not zero everywhere.
    Sound,
    /// There is none, since the parameter is frozen.
    Frozen,
    /// There is none, though the parameter is trainable: forgotten in the forward pass, or cut off by `detach`.
    Unreached,
    /// It is zero everywhere, as behind units that never fire.
    Zero,
    /// It holds NaN or infinity.
    NonFinite,
}

impl GradientReport {
    /// The report on the parameters of a module.
    pub fn of<T: Real>(module: &(impl Module<T> + ?Sized), gradients: &Gradients<T>) -> Self {
        let parameters = module.named_parameters();
        let rows = parameters.iter().map(|(name, parameter)| row(name, parameter, gradients)).collect();
        let norm = parameters.iter().filter_map(|(_, parameter)| parameter.gradient(gradients));
        GradientReport { rows, norm: norm.map(squares).sum::<f64>().sqrt() }
    }

    /// The names of the parameters whose gradient stands so.
    pub fn names(&self, state: GradientState) -> Vec<&str> {
        self.rows.iter().filter(|row| row.state == state).map(|row| row.name.as_str()).collect()
    }

    /// Whether each trainable parameter has a gradient that is finite and not zero everywhere.
    pub fn is_sound(&self) -> bool {
        self.rows.iter().all(|row| matches!(row.state, GradientState::Sound | GradientState::Frozen))
    }
}

fn row<T: Real>(name: &str, parameter: &Parameter<T>, gradients: &Gradients<T>) -> GradientRow {
    let name = name.to_owned();
    let Some(gradient) = parameter.gradient(gradients) else {
        let state = if parameter.is_trainable() { GradientState::Unreached } else { GradientState::Frozen };
        return GradientRow { name, state, norm: 0.0, largest: 0.0, zeros: 0.0, non_finite: 0 };
    };
    let gradient = gradient.contiguous();
    let elements = gradient.as_slice().expect("contiguous");
    let count = |is: fn(&&T) -> bool| elements.iter().filter(is).count();
    let (zeros, non_finite) = (count(|g| g.is_zero()), count(|g| !g.is_finite()));
    let state = match (zeros, non_finite) {
        (_, 1..) => GradientState::NonFinite,
        (zeros, 0) if zeros == elements.len() && zeros > 0 => GradientState::Zero,
        _ => GradientState::Sound,
    };
    let zeros = zeros as f64 / elements.len().max(1) as f64;
    GradientRow { name, state, norm: squares(&gradient).sqrt(), largest: max_abs(elements), zeros, non_finite }
}

/// The sum of the squares.
fn squares<T: Real>(gradient: &Tensor<T>) -> f64 {
    sum(gradient.contiguous().as_slice().expect("contiguous"), |g| g * g)
}

impl fmt::Display for GradientState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            GradientState::Sound => "sound",
            GradientState::Frozen => "frozen",
            GradientState::Unreached => "unreached",
            GradientState::Zero => "zero",
            GradientState::NonFinite => "not finite",
        })
    }
}

impl fmt::Display for GradientReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = ["parameter", "norm", "largest", "zeros", "non-finite"].map(str::to_owned);
        let row = |row: &GradientRow| {
            let name = table::name(&row.name);
            if matches!(row.state, GradientState::Frozen | GradientState::Unreached) {
                return [name, row.state.to_string(), String::new(), String::new(), String::new()];
            }
            let [norm, largest] = [row.norm, row.largest].map(|x| format!("{x:.3e}"));
            [name, norm, largest, format!("{:.0}%", 100.0 * row.zeros), row.non_finite.to_string()]
        };
        let rows: Vec<_> = std::iter::once(head).chain(self.rows.iter().map(row)).collect();
        table::write(f, &rows, 1)?;
        write!(f, "norm {:.3e}", self.norm)?;
        let mut before = "; ";
        for state in [GradientState::Unreached, GradientState::Zero, GradientState::NonFinite] {
            let count = self.names(state).len();
            if count > 0 {
                write!(f, "{before}{count} {state}")?;
                before = ", ";
            }
        }
        writeln!(f)
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_support::with_gradients;
    use super::*;

    #[test]
    fn zeros_and_what_is_not_finite_are_counted() {
        let ([a, b, c, d], gradients) =
            with_gradients([&[3.0, 0.0, -4.0, 0.0], &[0.0, -0.0], &[f64::NAN, 1.0, f64::INFINITY, 0.0], &[]]);
        let module = vec![a.clone(), b, c, d, a];
        let report = GradientReport::of(&module, &gradients);
        let expected = "\
parameter     norm  largest  zeros  non-finite
0          5.000e0  4.000e0    50%           0
1          0.000e0  0.000e0   100%           0
2              NaN      NaN    25%           2
3          0.000e0  0.000e0     0%           0
norm NaN; 1 zero, 1 not finite
";
        assert_eq!(report.to_string(), expected);
        assert!(!report.is_sound());
        assert_eq!((report.names(GradientState::Zero), report.names(GradientState::NonFinite)), (vec!["1"], vec!["2"]));
    }

    #[test]
    fn all_well_is_told_in_one_number() {
        let ([a], gradients) = with_gradients([&[3.0, 4.0]]);
        let report = GradientReport::of(&a, &gradients);
        assert!(report.is_sound());
        assert_eq!(report.norm, 5.0);
        assert!(report.to_string().ends_with("(itself)   5.000e0  4.000e0     0%           0\nnorm 5.000e0\n"));
    }
}
