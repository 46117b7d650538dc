//! `Lambda`: a closure as a layer.

use crate::layers::prelude::*;
use std::fmt;
use std::panic::Location;

/// A closure as a layer without parameters, for what stands between the layers of a [`Sequential`](crate::Sequential).
///
/// Parameters that the closure holds are not found: what has some is a struct of its own.
///
/// # Shape
/// That of what the closure gives.
///
/// # Example
/// ```
/// use autograd_core::{Generator, Var};
/// use autograd_nn::{Forward, Lambda, Linear, Sequential};
/// let net = Sequential::new().then(Lambda::new(|x| x.square())).then(Linear::new(2, 1, &mut Generator::seed(0)));
/// assert_eq!(*net.forward(&Var::constant([3.0f32, 4.0])).shape(), [1]);
///
/// let differences = Lambda::new(|x| x.slice(1..) - x.slice(..-1));
/// let x = Var::leaf([1.0, 2.0, 4.0]);
/// let y = differences.forward(&x);
/// assert_eq!(y.to_vec(), [1.0, 2.0]);
/// let gradients = y.sum().backward();
/// assert_eq!(gradients.get(&x).unwrap().to_vec(), [-1.0, 0.0, 1.0]);
/// ```
#[derive(Module)]
pub struct Lambda<T: Real = f32> {
    #[module(skip)]
    f: Box<Closure<T>>,
}

type Closure<T> = dyn Fn(&Var<T>) -> Var<T> + Send + Sync;

impl<T: Real> Lambda<T> {
    /// The layer that calls `f`.
    pub fn new(f: impl Fn(&Var<T>) -> Var<T> + Send + Sync + 'static) -> Self {
        Lambda { f: Box::new(f) }
    }
}

impl<T: Real> Forward<T> for Lambda<T> {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        report(self, blame(Location::caller(), || (self.f)(x)))
    }
}

impl<T: Real> fmt::Debug for Lambda<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lambda")
    }
}

#[cfg(test)]
impl Checked for Lambda<f64> {
    fn cases() -> Cases<Self> {
        let heads = |_: &mut Generator| Lambda::new(|x| x.reshape([2, 3, 2]).transpose(1, 2).square());
        Cases::new(Case::forward("heads", heads, [2, 6]).output([2, 2, 3])).rejects(
            "reshape: 4 elements do not fill [2, 3, 2], which has 12",
            move |g| {
                let _ = heads(g).forward(&Var::constant([0.0; 4]));
            },
        )
    }
}
