//! `prod`: the product over axes.

use crate::kernel::reduce;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The product of all elements, a single number.
    ///
    /// `y = Π x`
    ///
    /// See [`prod_axes`](Var::prod_axes) for the product over some axes.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[1.0, 2.0], [3.0, 4.0]]);
    /// let y = x.prod();
    /// assert_eq!(y.item(), 24.0);
    /// assert_eq!(y.backward().get(&x).unwrap().to_vec(), [24.0, 12.0, 8.0, 6.0]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn prod(&self) -> Self {
        record(Prod { axes: Axes::All, keepdim: false }, [self])
    }

    /// The product over the axes named.
    ///
    /// `y[i] = Πⱼ x[i, j]`
    ///
    /// # Shape
    /// `[.., n, ..] -> [.., ..]`, or `[.., 1, ..]` with `keepdim`
    ///
    /// # Gradient
    /// `dx[i, j] = dy[i] · Πₖ x[i, k]` over `k ≠ j`, from the products before `j` and behind it: nothing is divided, so each order is exact with
    /// zeros. Saves `x`.
    ///
    /// # Edge cases
    /// The product of nothing is 1. With one zero only that zero has a gradient, with two none has.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[2.0, 0.0, 3.0], [0.0, 4.0, 0.0]]);
    /// let y = x.prod_axes(1, false);
    /// assert_eq!(y.to_vec(), [0.0, 0.0]);
    /// assert_eq!(*y.sum().backward().get(&x).unwrap(), [[0.0, 6.0, 0.0], [0.0, 0.0, 0.0]].into());
    /// ```
    #[track_caller]
    #[must_use]
    pub fn prod_axes(&self, axes: impl Into<Axes>, keepdim: bool) -> Self {
        record(Prod { axes: axes.into(), keepdim }, [self])
    }
}

/// The op of [`Var::prod`] and [`Var::prod_axes`].
#[derive(Clone)]
pub struct Prod {
    /// The axes multiplied over.
    pub axes: Axes,
    /// Whether they stay, with size 1.
    pub keepdim: bool,
}

impl<T: Real> Op<T> for Prod {
    type Arity = Fixed<1>;
    const NAME: &'static str = "prod";
    const RULE: &'static str = "[.., n, ..] -> [.., ..], or [.., 1, ..] with keepdim";
    const SAVES: Save = Save::INPUTS;

    fn shape(&self, [x]: [&Shape; 1]) -> Result<Shape, Mismatch> {
        Ok(x.reduced(&self.axes.resolve(x)?, self.keepdim))
    }

    fn forward(&self, [x]: [&Tensor<T>; 1]) -> Tensor<T> {
        let axes = self.axes.resolve(x.shape()).expect("the shape rule accepted the axes");
        let shape = x.shape().reduced(&axes, self.keepdim);
        let (x, fold) = x.fold_over(&axes);
        Tensor::build(shape, |out| reduce::fold(x.as_slice().expect("contiguous"), fold, T::one(), out, |a, b| a * b))
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 1] {
        [saved.needs(0).then(|| gradient(&saved.input(0), &self.axes, dy))]
    }
}

/// The gradient of the operand: `dy` times the product of the others that go into one result with an element.
fn gradient<T: Real>(x: &Var<T>, axes: &Axes, dy: &Var<T>) -> Var<T> {
    let axes = axes.resolve(x.shape()).expect("the shape rule accepted the axes");
    let first = axes.first().copied().unwrap_or(0);
    if axes.iter().copied().eq(first..first + axes.len()) {
        let size = |range: std::ops::Range<usize>| x.shape()[range].iter().product();
        let [outer, n, inner] = [size(0..first), size(first..first + axes.len()), size(first + axes.len()..x.rank())];
        let dx = x.reshape([outer, n, inner]).prod_adjoint(&dy.reshape([outer, 1, inner]));
        return dx.reshape(x.shape());
    }
    // The axes at the end, as one.
    let order: Vec<usize> = (0..x.rank()).filter(|axis| !axes.contains(axis)).chain(axes.iter().copied()).collect();
    let moved = x.permute(&order);
    let (kept, reduced) = moved.shape().split_at(x.rank() - axes.len());
    let [outer, n]: [usize; 2] = [kept.iter().product(), reduced.iter().product()];
    let dx = moved.reshape([outer, n, 1]).prod_adjoint(&dy.reshape([outer, 1, 1]));
    let mut back = order.clone();
    order.iter().enumerate().for_each(|(to, &from)| back[from] = to);
    dx.reshape(moved.shape()).permute(back)
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Prod {
    fn cases() -> Cases<Self> {
        let over = |axes: &[isize], keepdim| Prod { axes: axes.into(), keepdim };
        let all = Prod { axes: Axes::All, keepdim: false };
        let (nan, infinity) = (f64::NAN, f64::INFINITY);
        Cases::new(textbook, over(&[1], false), shapes![[3, 4]])
            .case(over(&[0, 2], true), shapes![[2, 3, 4]])
            .case(over(&[0], false), shapes![[3, 2]])
            .case(over(&[-1], true), shapes![[2, 5]])
            .case(all.clone(), shapes![[2, 3]])
            .case(all.clone(), shapes![[]])
            .case(over(&[0], false), shapes![[0, 3]])
            .case(over(&[1], false), shapes![[0, 3]])
            .case(over(&[], false), shapes![[2, 3]])
            .pin("one zero", all.clone(), tensors![[2.0, 0.0, 3.0]], 0.0, tensors![[0.0, 6.0, 0.0]])
            .pin("two zeros", all.clone(), tensors![[2.0, 0.0, 3.0, 0.0]], 0.0, tensors![[0.0; 4]])
            .pin(
                "infinite",
                all.clone(),
                tensors![[2.0, infinity, -1.0]],
                -infinity,
                tensors![[-infinity, -2.0, infinity]],
            )
            .pin("NaN", all.clone(), tensors![[2.0, nan, 3.0]], nan, tensors![[nan, 6.0, nan]])
            .pin("of nothing", all, tensors![Vec::<f64>::new()], 1.0, tensors![Vec::<f64>::new()])
            .rejects(over(&[2], false), shapes![[2, 3]], "axis 2 is out of range, the axes are -2 to 1")
            .rejects(over(&[0, -2], false), shapes![[2, 3]], "axis 0 is named twice")
            .shared(over(&[1], false), shapes![[200, 400]])
            .shared(over(&[0], false), shapes![[200, 400]])
            .bench(over(&[1], false), shapes![[256, 1024]], Work::Bytes(1 << 20))
            .bench(over(&[0], false), shapes![[1024, 256]], Work::Bytes(1 << 20))
    }
}

/// Each element is multiplied into its product.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &Prod, x: &[Tensor<f64>]) -> Tensor<f64> {
    crate::testing::reduce(&x[0], &op.axes, op.keepdim, |all| all.iter().product())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gradcheck, gradgradcheck};

    #[test]
    fn both_orders_are_exact_with_zeros() {
        // A polynomial is smooth there too, so that difference quotients say the truth.
        let x = tensors![[[2.0, 0.0, 3.0, 4.0], [0.0, 5.0, 0.0, 1.0], [0.0, 0.0, 0.0, -2.0]]];
        gradcheck(|x| x[0].prod_axes(1, false), &x).unwrap();
        gradgradcheck(|x| x[0].prod_axes(1, false), &x).unwrap();
        gradgradcheck(|x| x[0].prod_axes(0, true), &x).unwrap();
    }
}
