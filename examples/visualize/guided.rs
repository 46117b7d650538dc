//! The rectifier of guided back-propagation, an op of its own: not a derivative, but a view of what made a unit answer.

use autograd::{Fixed, Mismatch, Op, Real, Save, Saved, Shape, Tensor, Var, custom};

/// `y = max(0, x)`, which passes `dy` back where `x > 0` and also `dy > 0`: only on the ways by which each unit was excited.
///
/// Springenberg, Dosovitskiy, Brox and Riedmiller (2015), section 3.4.
pub fn guided_relu<T: Real>(x: &Var<T>) -> Var<T> {
    custom(GuidedRelu, [x])
}

#[derive(Clone)]
struct GuidedRelu;

impl<T: Real> Op<T> for GuidedRelu {
    type Arity = Fixed<1>;
    const NAME: &'static str = "guided_relu";
    const RULE: &'static str = "[..] -> [..]";
    const SAVES: Save = Save::OUTPUT;

    fn shape(&self, [x]: [&Shape; 1]) -> Result<Shape, Mismatch> {
        Ok(x.clone())
    }

    fn forward(&self, [x]: [&Tensor<T>; 1]) -> Tensor<T> {
        x.map(|x| x.max(T::zero()))
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 1] {
        [saved.needs(0).then(|| dy.relu().where_positive(&saved.y().detach()))]
    }
}
