//! `global_avg_pool2d` and `global_max_pool2d`: one number for each plane.

use super::sizes::{accept, four};
use crate::ops::prelude::*;

/// The shape rule.
const RULE: &str = "[n, c, h, w] -> [n, c, 1, 1]";

impl<T: Real> Var<T> {
    /// The mean of each plane.
    ///
    /// `y[n, c, 0, 0] = Σᵢⱼ x[n, c, i, j] / (h·w)`
    ///
    /// # Shape
    /// `[n, c, h, w] -> [n, c, 1, 1]`
    ///
    /// # Gradient
    /// `dx = dy / (h·w)`, the same for each element of a plane. Saves the shape of `x`.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[[[1.0, 2.0], [3.0, 6.0]]]]);
    /// let y = x.global_avg_pool2d();
    /// assert_eq!(*y.value(), [[[[3.0]]]].into());
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.25; 4]);
    /// ```
    ///
    /// Lin, Chen and Yan, "Network in network" (2013).
    #[track_caller]
    #[must_use]
    pub fn global_avg_pool2d(&self) -> Self {
        accept("global_avg_pool2d", RULE, self.shape(), some_pixel(self.shape()));
        self.mean_axes([2, 3], true)
    }

    /// The largest element of each plane: [`adaptive_max_pool2d`](Var::adaptive_max_pool2d) with one piece.
    ///
    /// `y[n, c, 0, 0] = maxᵢⱼ x[n, c, i, j]`
    ///
    /// # Shape
    /// `[n, c, h, w] -> [n, c, 1, 1]`
    ///
    /// # Gradient
    /// `dy` goes to the element that won. Saves where it is.
    ///
    /// # Edge cases
    /// The first of several largest elements takes all, where [`amax`](Var::amax) shares. NaN wins over every number.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[[[1.0, 6.0], [3.0, 6.0]]]]);
    /// let y = x.global_max_pool2d();
    /// assert_eq!(*y.value(), [[[[6.0]]]].into());
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.0, 1.0, 0.0, 0.0]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn global_max_pool2d(&self) -> Self {
        accept("global_max_pool2d", RULE, self.shape(), some_pixel(self.shape()));
        self.adaptive_max_pool2d([1, 1])
    }
}

/// Refuses what is no batch of images, and images of nothing.
fn some_pixel(x: &Shape) -> Result<(), Mismatch> {
    let &[_, _, h, w] = four(x)?;
    Shape::from([h, w]).addressable()?;
    match h == 0 || w == 0 {
        true => Err(Mismatch::new(format!("the images are {h} by {w}, a plane has no element"))),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor::Generator;
    use crate::testing::{gradcheck, gradgradcheck};
    use std::slice::from_ref;

    #[test]
    fn gradients_are_right_in_both_orders() {
        let x = Tensor::<f64>::uniform([2, 2, 3, 2], -2.0, 2.0, &mut Generator::seed(3));
        gradcheck(|x| x[0].global_avg_pool2d(), from_ref(&x)).unwrap();
        gradgradcheck(|x| x[0].global_avg_pool2d().square(), from_ref(&x)).unwrap();
        gradcheck(|x| x[0].global_max_pool2d(), from_ref(&x)).unwrap();
        gradgradcheck(|x| x[0].global_max_pool2d().square(), &[x]).unwrap();
    }

    #[test]
    #[should_panic(expected = "global_avg_pool2d: x has 2 axes instead of 4")]
    fn other_shapes_are_refused() {
        let _ = Var::constant(Tensor::<f64>::zeros([2, 3])).global_avg_pool2d();
    }

    #[test]
    #[should_panic(expected = "global_max_pool2d: the images are 0 by 2, a plane has no element")]
    fn empty_planes_are_refused() {
        let _ = Var::constant(Tensor::<f64>::zeros([1, 1, 0, 2])).global_max_pool2d();
    }
}
