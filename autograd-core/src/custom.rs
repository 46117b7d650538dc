//! `custom`: the public door for users' own ops.

use crate::op::{self, In, Op};
use crate::tensor::Real;
use crate::var::Var;

/// Computes an op that another crate defines, and records it.
///
/// The op satisfies the same contract as those of this crate; `testing::check` (feature `testing`) puts it through the same laws.
///
/// ```
/// use autograd_core::{Fixed, Mismatch, Op, Real, Save, Saved, Shape, Tensor, Var, custom};
///
/// /// y = x³
/// #[derive(Clone)]
/// struct Cube;
///
/// impl<T: Real> Op<T> for Cube {
///     type Arity = Fixed<1>;
///     const NAME: &'static str = "cube";
///     const RULE: &'static str = "[..] -> [..]";
///     const SAVES: Save = Save::INPUTS;
///
///     fn shape(&self, [x]: [&Shape; 1]) -> Result<Shape, Mismatch> {
///         Ok(x.clone())
///     }
///     fn forward(&self, [x]: [&Tensor<T>; 1]) -> Tensor<T> {
///         x.map(|x| x * x * x)
///     }
///     fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 1] {
///         let [x] = saved.inputs();
///         [Some(dy * (&x * &x) * T::of(3.0))]
///     }
/// }
///
/// let x = Var::leaf(2.0);
/// let y = custom(Cube, [&x]);
/// assert_eq!(y.item(), 8.0);
/// assert_eq!(y.backward().get(&x).unwrap().item(), 12.0);
/// ```
///
/// # Panics
/// If the op refuses the shapes.
#[track_caller]
pub fn custom<T: Real, O: Op<T>>(op: O, x: In<O, T, &Var<T>>) -> Var<T> {
    match op::apply(op, x.as_ref()) {
        Ok(y) => y,
        Err(error) => error.raise(),
    }
}
