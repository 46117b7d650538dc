//! `bilinear`: a form that is linear in each of two operands.

use crate::error::Error;
use crate::ops::prelude::*;

const RULE: &str = "[.., m] x [.., n] x [out, m, n] x [out] -> [.., out]";

impl<T: Real> Var<T> {
    /// The bilinear map of two operands: each result is a sum over the products of their elements.
    ///
    /// `y[.., o] = bias[o] + Σᵢⱼ self[.., i] · weight[o, i, j] · other[.., j]`
    ///
    /// # Shape
    /// `[.., m] x [.., n] x [out, m, n] x [out] -> [.., out]`, with equal leading axes
    ///
    /// # Gradient
    /// `da[.., i] = Σₒⱼ dy[.., o] · weight[o, i, j] · b[.., j]`, and for the others likewise. A [`linear`](Var::linear) of all products
    /// `a[.., i] · b[.., j]`, which are saved together with the operands and the weight.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let (a, b) = (Var::leaf([[1.0, 2.0]]), Var::leaf([[3.0, 4.0]]));
    /// let (weight, bias) = (Var::leaf([[[1.0, 0.0], [0.0, 1.0]]]), Var::leaf([0.5]));
    /// let y = a.bilinear(&b, &weight, Some(&bias));
    /// assert_eq!(y.to_vec(), [11.5]);
    /// assert_eq!(y.sum().backward().get(&weight).unwrap().to_vec(), [3.0, 4.0, 6.0, 8.0]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn bilinear(&self, other: &Var<T>, weight: &Var<T>, bias: Option<&Var<T>>) -> Self {
        let (a, b) = (self.shape(), other.shape());
        let names = ["a", "b", "weight", "bias"];
        let sizes = match accepts(a, b, weight.shape(), bias.map(Var::shape)) {
            Ok(sizes) => sizes,
            Err(why) => {
                let operands: Vec<&Shape> = [self, other, weight].into_iter().chain(bias).map(Var::shape).collect();
                Error::refused("bilinear", RULE, why, &names, operands.into_iter()).raise()
            }
        };
        let [outputs, m, n] = sizes;
        let leading = &a[..a.rank() - 1];
        let column = self.reshape(Shape::joined([leading, &[m, 1]]));
        let row = other.reshape(Shape::joined([leading, &[1, n]]));
        let products = (column * row).reshape(Shape::joined([leading, &[m * n]]));
        products.linear(&weight.reshape([outputs, m * n]), bias)
    }
}

/// The sizes of the weight, if it fits the operands.
fn accepts(a: &Shape, b: &Shape, weight: &Shape, bias: Option<&Shape>) -> Result<[usize; 3], Mismatch> {
    let refuse = |why: String| Err(Mismatch::new(why));
    let [outputs, m, n] = weight[..] else {
        return refuse(format!("the weight has {} axes, it must have 3", weight.rank()));
    };
    let (Some((&last_a, leading_a)), Some((&last_b, leading_b))) = (a.split_last(), b.split_last()) else {
        return refuse("an operand is a single number, it must have an axis of inputs".to_owned());
    };
    if leading_a != leading_b {
        return refuse(format!("leading axes differ, {leading_a:?} and {leading_b:?}"));
    }
    if [last_a, last_b] != [m, n] {
        return refuse(format!("the operands have {last_a} and {last_b} inputs, the weight has {m} and {n}"));
    }
    if let Some(bias) = bias.filter(|&bias| *bias != [outputs]) {
        return refuse(format!("the bias has shape {bias}, it must have [{outputs}]"));
    }
    Shape::joined([leading_a, &[m, n]]).addressable()?;
    Shape::joined([leading_a, &[outputs]]).addressable()?;
    Ok([outputs, m, n])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gradcheck, gradgradcheck};

    fn filled(shape: &[usize]) -> Tensor<f64> {
        Tensor::from_fn(shape, |i| (i as f64 * 0.7 + shape.len() as f64).sin())
    }

    #[test]
    fn value_and_derivatives() {
        let x = [filled(&[2, 1, 2]), filled(&[2, 1, 3]), filled(&[2, 2, 3]), filled(&[2])];
        let f = |x: &[Var<f64>]| x[0].bilinear(&x[1], &x[2], Some(&x[3]));
        let [a, b, weight, bias] = [0, 1, 2, 3].map(|i| Var::constant(&x[i]));
        let expected = Var::einsum("...i,oij,...j->...o", &[&a, &weight, &b]) + &bias;
        let found = a.bilinear(&b, &weight, Some(&bias));
        assert_eq!(found.shape(), expected.shape());
        let pairs = found.to_vec().into_iter().zip(expected.to_vec());
        pairs.for_each(|(a, b)| assert!((a - b).abs() < 1e-14));
        gradcheck(f, &x).unwrap();
        gradgradcheck(f, &x).unwrap();
    }

    #[test]
    fn vectors_and_no_bias() {
        let y = Var::constant([1.0, 2.0]).bilinear(&Var::constant([3.0]), &Var::constant([[[1.0], [10.0]]]), None);
        assert_eq!(*y.value(), [63.0].into());
    }

    #[test]
    fn operands_that_do_not_fit_are_refused() {
        for (shapes, why) in [
            ([&[2, 3][..], &[2, 4], &[5, 3, 3], &[5]], "the operands have 3 and 4 inputs, the weight has 3 and 3"),
            ([&[2, 3], &[3, 4], &[5, 3, 4], &[5]], "leading axes differ, [2] and [3]"),
            ([&[2, 3], &[2, 4], &[5, 12], &[5]], "the weight has 2 axes, it must have 3"),
            ([&[2, 3], &[2, 4], &[5, 3, 4], &[4]], "the bias has shape [4], it must have [5]"),
            ([&[], &[4], &[5, 3, 4], &[5]], "an operand is a single number, it must have an axis of inputs"),
        ] {
            let [a, b, weight, bias] = shapes.map(|shape| Var::constant(filled(shape)));
            let message = std::panic::catch_unwind(|| a.bilinear(&b, &weight, Some(&bias))).unwrap_err();
            let message = message.downcast_ref::<String>().expect("a message");
            assert!(message.starts_with(&format!("bilinear: {why}\n")), "{message}");
        }
    }
}
