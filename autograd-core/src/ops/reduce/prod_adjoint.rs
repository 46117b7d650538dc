//! `prod_adjoint`: what reaches each factor of a product.

use crate::kernel::scan;
use crate::ops::prelude::*;
use crate::ops::scan::{LinearRecurrence, lag, rest};

impl<T: Real> Var<T> {
    /// The gradient of the factors of a [`prod`](Var::prod) over the middle axis of `self`, given the gradient `dy` of the products: `dy` times the
    /// product of the others.
    ///
    /// `z[o, j, i] = dy[o, 0, i] · Π x[o, k, i]` over `k ≠ j`, with `x` for `self`, multiplied in double precision before `j` and behind it
    ///
    /// # Shape
    /// `[o, n, i] x [o, 1, i] -> [o, n, i]`
    ///
    /// # Gradient
    /// With `b[j]` and `a[j]` the products before `j` and behind it, `ddy = Σ dz[j] b[j] a[j]`, and `dx[j] = b[j] s[j] + a[j] r[j]`, where
    /// `s[j] = dz[j + 1] a[j + 1] dy + x[j + 1] s[j + 1]` sums what came through the products before later places, and `r[j]`, from the other end,
    /// the same for earlier ones: nothing is divided. Saves both.
    ///
    /// # Edge cases
    /// With one zero only that zero has a gradient, with two none has.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let (x, dy) = (Var::leaf([[[2.0], [3.0], [5.0]]]), Var::constant([[[1.0]]]));
    /// let z = x.prod_adjoint(&dy);
    /// assert_eq!(z.to_vec(), [15.0, 10.0, 6.0]);
    /// assert_eq!(z.sum().backward().get(&x).unwrap().to_vec(), [8.0, 7.0, 5.0]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn prod_adjoint(&self, dy: &Var<T>) -> Self {
        record(ProdAdjoint, [self, dy])
    }
}

/// The op of [`Var::prod_adjoint`].
#[derive(Clone)]
pub struct ProdAdjoint;

impl<T: Real> Op<T> for ProdAdjoint {
    type Arity = Fixed<2>;
    const NAME: &'static str = "prod_adjoint";
    const RULE: &'static str = "[o, n, i] x [o, 1, i] -> [o, n, i]";
    const SAVES: Save = Save::INPUTS;
    const OPERANDS: &'static [&'static str] = &["x", "dy"];

    fn shape(&self, [x, dy]: [&Shape; 2]) -> Result<Shape, Mismatch> {
        let &[outer, _, inner] = &**x else {
            return Err(Mismatch::new(format!("x has {} axes instead of 3", x.rank())));
        };
        match **dy == [outer, 1, inner] {
            true => Ok(x.clone()),
            false => Err(Mismatch::new(format!("dy has shape {dy} instead of [{outer}, 1, {inner}]"))),
        }
    }

    fn forward(&self, [x, dy]: [&Tensor<T>; 2]) -> Tensor<T> {
        let dy = dy.contiguous();
        x.by_rows(1, |x, fold, out| scan::product_adjoint(x, dy.as_slice().expect("contiguous"), fold, out))
    }

    fn backward(&self, saved: &Saved<'_, T>, g: &Var<T>) -> [Option<Var<T>>; 2] {
        let (x, dy) = (saved.input(0), saved.input(1));
        let running = [x.cumprod(1), x.cumprod_reverse(1)];
        let [before, behind] = [false, true].map(|reverse| lag(&running[usize::from(reverse)], 1, reverse, T::one()));
        let dx = || {
            let g = g * &dy.broadcast_to(x.shape());
            // What each place gets from those later on its way, all of which its own factor went into.
            let through = |terms: Var<T>, reverse: bool| {
                let later = lag(&terms, 1, !reverse, T::zero());
                record(LinearRecurrence { axis: 1, reverse: !reverse }, [&later, &rest(&x, 1, reverse)])
            };
            &before * &through(&g * &behind, false) + &behind * &through(&g * &before, true)
        };
        [saved.needs(0).then(dx), saved.needs(1).then(|| (g * &before * &behind).sum_axes(1, true))]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for ProdAdjoint {
    fn cases() -> Cases<Self> {
        let op = || ProdAdjoint;
        let column = |x: &[f64]| Tensor::from_vec(x.to_vec(), [1, x.len(), 1]);
        let infinity = f64::INFINITY;
        Cases::new(textbook, op(), shapes![[2, 4, 3], [2, 1, 3]])
            .case(op(), shapes![[3, 4, 1], [3, 1, 1]])
            .case(op(), shapes![[1, 1, 2], [1, 1, 2]])
            .case(op(), shapes![[2, 0, 3], [2, 1, 3]])
            .case(op(), shapes![[0, 2, 3], [0, 1, 3]])
            .case(op(), shapes![[2, 3, 0], [2, 1, 0]])
            .pin(
                "one zero",
                op(),
                vec![column(&[2.0, 0.0, 3.0]), column(&[2.0])],
                column(&[0.0, 12.0, 0.0]),
                vec![column(&[6.0, 10.0, 4.0]), column(&[6.0])],
            )
            .pin(
                "two zeros",
                op(),
                vec![column(&[2.0, 0.0, 3.0, 0.0]), column(&[1.0])],
                column(&[0.0; 4]),
                vec![column(&[0.0, 6.0, 0.0, 6.0]), column(&[0.0])],
            )
            .pin(
                "infinite",
                op(),
                vec![column(&[2.0, infinity, -1.0]), column(&[1.0])],
                column(&[-infinity, -2.0, infinity]),
                vec![column(&[f64::NAN, 1.0, f64::NAN]), column(&[f64::NAN])],
            )
            .rejects(op(), shapes![[2, 3], [2, 1]], "x has 2 axes instead of 3")
            .rejects(op(), shapes![[2, 3, 4], [2, 3, 4]], "dy has shape [2, 3, 4] instead of [2, 1, 4]")
            .shared(op(), shapes![[200, 400, 1], [200, 1, 1]])
            .shared(op(), shapes![[2, 100, 400], [2, 1, 400]])
            .bench(op(), shapes![[256, 1024, 1], [256, 1, 1]], Work::Bytes(2 << 20))
            .bench(op(), shapes![[1, 1024, 256], [1, 1, 256]], Work::Bytes(2 << 20))
    }
}

/// The others are multiplied anew for each element.
#[cfg(any(test, feature = "testing"))]
fn textbook(_: &ProdAdjoint, x: &[Tensor<f64>]) -> Tensor<f64> {
    let n = x[0].shape()[1];
    crate::testing::from_index(x[0].shape().clone(), |at| {
        let others = (0..n).filter(|&k| k != at[1]).map(|k| crate::testing::element(&x[0], &[at[0], k, at[2]]));
        others.product::<f64>() * crate::testing::element(&x[1], &[at[0], 0, at[2]])
    })
}
