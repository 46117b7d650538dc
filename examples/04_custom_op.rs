//! An op of your own: softplus, written against the same contract as the library's, and put through the same laws.

use autograd::testing::{Cases, Checked, check, shapes, tensors};
use autograd::{Fixed, Mismatch, Op, Real, Save, Saved, Shape, Tensor, Var, custom};

/// `y = log(1 + eˣ)`
#[derive(Clone)]
struct Softplus;

impl<T: Real> Op<T> for Softplus {
    type Arity = Fixed<1>;
    const NAME: &'static str = "softplus";
    const RULE: &'static str = "[..] -> [..]";
    const SAVES: Save = Save::INPUTS;

    fn shape(&self, [x]: [&Shape; 1]) -> Result<Shape, Mismatch> {
        Ok(x.clone())
    }

    fn forward(&self, [x]: [&Tensor<T>; 1]) -> Tensor<T> {
        // Whichever side of zero: no exponential overflows.
        x.map(|x| x.max(T::zero()) + (-x.abs()).exp().ln_1p())
    }

    // In `Var` algebra, so that it can be differentiated in turn.
    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 1] {
        [saved.needs(0).then(|| dy * saved.input(0).sigmoid())]
    }
}

impl Checked for Softplus {
    fn cases() -> Cases<Self> {
        Cases::unary(Softplus, |x| (1.0 + x.exp()).ln()).case(Softplus, shapes![[2, 5]]).pin(
            "very large",
            Softplus,
            tensors![[1000.0]],
            [1000.0],
            tensors![[1.0]],
        )
    }
}

fn main() {
    check::<Softplus>();
    let x = Var::leaf([-1.0, 0.0, 1.0]);
    let y = custom(Softplus, [&x]);
    println!("softplus of {x} is {y:.4}");
    let gradients = y.sum().backward();
    println!("with the gradient {:.4}", gradients.get(&x).expect("y depends on x"));
    assert_eq!(gradients.get(&x).unwrap().at([1]), 0.5);
}
