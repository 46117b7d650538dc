//! `functional_call`: a module as a function of its parameters.

use super::Module;
use crate::Parameter;
use autograd_core::{Real, Var};
use std::borrow::Borrow;

/// Runs `f` with `values` in place of the parameters of `module`, in the order of [`parameters`](Module::parameters).
///
/// A module so becomes a function of its parameters, which every tool of differentiation takes: second derivatives and products with the
/// Hessian, gradients through a step of training, differences between two settings. Afterwards, also when `f` panics, the parameters are
/// what they were. Other threads that use the module meanwhile see the values given here.
///
/// ```
/// use autograd_core::{Generator, Tensor, Var, grad};
/// use autograd_nn::{Forward, Linear, Module, functional_call};
/// let layer = Linear::<f64>::new(2, 1, &mut Generator::seed(0));
/// let x = Var::constant([[3.0, 4.0]]);
/// let (w, b) = (Var::leaf([[1.0, 2.0]]), Var::leaf([0.5]));
/// let y = functional_call(&layer, &[&w, &b], || layer.forward(&x));
/// assert_eq!(y.to_vec(), [11.5]);
/// // The gradient of the squared result, recorded: 2 y x. Its own gradient along [1, 0] is 2 x x₀.
/// let dw = grad(&y.square().sum(), &w, true).unwrap();
/// assert_eq!(dw.to_vec(), [2.0 * 11.5 * 3.0, 2.0 * 11.5 * 4.0]);
/// let ddw = grad(&dw.slice((.., 0..1)).sum(), &w, false).unwrap();
/// assert_eq!(ddw.to_vec(), [18.0, 24.0]);
///
/// // The same product with the Hessian, of all parameters at once.
/// use autograd_core::functional::hvp;
/// let at = vec![Tensor::from([[1.0, 2.0]]), Tensor::from([0.5])];
/// let v = vec![Tensor::from([[1.0, 0.0]]), Tensor::from([0.0])];
/// let loss = |p: &Vec<Var<f64>>| functional_call(&layer, p, || layer.forward(&x).square().sum());
/// assert_eq!(hvp(loss, &at, &v)[0].to_vec(), [18.0, 24.0]);
/// ```
///
/// # Panics
/// If there are not as many values as parameters, or one has not its parameter's shape.
#[track_caller]
#[doc(alias = "functional")]
pub fn functional_call<T: Real, R>(
    module: &(impl Module<T> + ?Sized),
    values: &[impl Borrow<Var<T>>],
    f: impl FnOnce() -> R,
) -> R {
    let values: Vec<&Var<T>> = values.iter().map(Borrow::borrow).collect();
    let _restored_at_the_end = substitute(module.named_parameters(), &values);
    f()
}

#[track_caller]
fn substitute<T: Real>(parameters: Vec<(String, Parameter<T>)>, values: &[&Var<T>]) -> Restore<T> {
    let (found, expected) = (values.len(), parameters.len());
    assert!(found == expected, "functional_call: {found} values for {expected} parameters");
    for ((name, parameter), value) in parameters.iter().zip(values) {
        let (given, shape) = (value.shape(), parameter.shape());
        assert!(*given == shape, "functional_call: the value for {name} has shape {given}, the parameter {shape}");
    }
    let swapped = parameters.into_iter().zip(values).map(|((_, parameter), &value)| {
        let before = parameter.substitute(Some(value.clone()));
        (parameter, before)
    });
    Restore(swapped.collect())
}

/// Gives parameters back what stood in for them before.
struct Restore<T: Real>(Vec<(Parameter<T>, Option<Var<T>>)>);

impl<T: Real> Drop for Restore<T> {
    fn drop(&mut self) {
        for (parameter, before) in self.0.drain(..) {
            parameter.substitute(before);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Forward, Linear};
    use autograd_core::{Generator, Tensor};
    use std::panic::{AssertUnwindSafe, catch_unwind};

    #[test]
    fn the_parameters_come_back_also_after_a_panic() {
        let layer = Linear::<f64>::new(2, 1, &mut Generator::seed(0));
        let before = layer.weight.value();
        let (w, b) = (Var::leaf(Tensor::ones([1, 2])), Var::leaf([0.0]));
        let call = || functional_call(&layer, &[&w, &b], || panic!("on purpose"));
        assert!(catch_unwind(AssertUnwindSafe(call)).is_err());
        assert_eq!(layer.weight.var().to_vec(), before.to_vec());
    }

    #[test]
    fn calls_nest_and_frozen_parameters_take_part() {
        let layer = Linear::<f64>::new(1, 1, &mut Generator::seed(0)).without_bias();
        layer.freeze();
        let x = Var::constant([[1.0]]);
        let [outer, inner] = [5.0, 7.0].map(|w| Var::leaf([[w]]));
        let (a, b) = functional_call(&layer, &[&outer], || {
            let b = functional_call(&layer, &[&inner], || layer.forward(&x));
            (layer.forward(&x), b)
        });
        assert_eq!((a.item(), b.item()), (5.0, 7.0));
        assert_eq!(b.sum().backward().get(&inner).unwrap().item(), 1.0);
    }

    #[test]
    #[should_panic(expected = "functional_call: the value for weight has shape [1], the parameter [1, 2]")]
    fn another_shape_is_refused() {
        let layer = Linear::<f64>::new(2, 1, &mut Generator::seed(0)).without_bias();
        functional_call(&layer, &[&Var::leaf([1.0])], || ());
    }
}
