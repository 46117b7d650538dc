//! `linear`: a matrix product and a bias in one pass.

use super::matrices::matrices;
use crate::kernel::gemm::{Bias, MatrixMut};
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The affine map `y = x Wᵀ + b`, with the bias added where the product is written.
    ///
    /// `y[.., o] = b[o] + Σᵢ x[.., i] · weight[o, i]`
    ///
    /// # Shape
    /// `[.., in] x [out, in] x [out] -> [.., out]`
    ///
    /// # Gradient
    /// `dx = dy W`, `dweight = dyᵀ x` and `db = Σ dy`, summed over the leading axes. Saves `x` and `weight`.
    ///
    /// # Edge cases
    /// With `in = 0` the result is the bias, or zero without one.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[3.0, 4.0]]);
    /// let (weight, bias) = (Var::leaf([[1.0, 2.0], [0.0, -1.0]]), Var::leaf([10.0, 20.0]));
    /// let y = x.linear(&weight, Some(&bias));
    /// assert_eq!(y.to_vec(), [21.0, 16.0]);
    /// let gradients = y.sum().backward();
    /// assert_eq!(gradients.get(&x).unwrap().to_vec(), [1.0, 1.0]);
    /// assert_eq!(gradients.get(&weight).unwrap().to_vec(), [3.0, 4.0, 3.0, 4.0]);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "addmm")]
    #[doc(alias = "dense")]
    pub fn linear(&self, weight: &Var<T>, bias: Option<&Var<T>>) -> Self {
        match bias {
            Some(bias) => record(Linear, [self, weight, bias].into()),
            None => record(Linear, [self, weight].into()),
        }
    }
}

/// The matrix of all rows along the last axis.
#[track_caller]
fn rows<T: Real>(x: &Var<T>) -> Var<T> {
    let (leading, last) = x.shape().split_at(x.rank() - 1);
    x.reshape([Shape::from(leading).numel(), last[0]])
}

/// The op of [`Var::linear`], on `x`, the weight and, if there is one, the bias.
#[derive(Clone)]
pub struct Linear;

impl<T: Real> Op<T> for Linear {
    type Arity = Any;
    const NAME: &'static str = "linear";
    const RULE: &'static str = "[.., in] x [out, in] x [out] -> [.., out]";
    const SAVES: Save = Save::input(0).and(Save::input(1));
    const OPERANDS: &'static [&'static str] = &["x", "weight", "bias"];

    fn shape(&self, x: List<&Shape>) -> Result<Shape, Mismatch> {
        let (x, weight, bias) = match x[..] {
            [x, weight] => (x, weight, None),
            [x, weight, bias] => (x, weight, Some(bias)),
            _ => return Err(Mismatch::new(format!("{} operands, there are x, weight and bias", x.len()))),
        };
        let [outputs, inputs] = weight[..] else {
            return Err(Mismatch::new(format!("the weight has {} axes, it must have 2", weight.rank())));
        };
        let Some(last) = x.rank().checked_sub(1) else {
            return Err(Mismatch::new("x is a single number, it must have an axis of inputs"));
        };
        if x[last] != inputs {
            return Err(Mismatch::new(format!("x has {} inputs, the weight has {inputs}", x[last])));
        }
        if let Some(bias) = bias.filter(|&bias| *bias != [outputs]) {
            return Err(Mismatch::new(format!("the bias has shape {bias}, it must have [{outputs}]")));
        }
        x.with(last, outputs).addressable()
    }

    fn forward(&self, x: List<&Tensor<T>>) -> Tensor<T> {
        let shape = Op::<T>::shape(self, x.iter().map(|x| x.shape()).collect()).expect("accepted before");
        let (leading, outputs) = shape.split_at(shape.rank() - 1);
        let rows = Shape::from(leading).numel();
        let (weight, bias) = (matrices(x[1]), x.get(2).map(|bias| bias.contiguous()));
        let x = x[0].reshape([rows, weight.size[1]]);
        Tensor::build(shape.clone(), |y| {
            let bias = bias.as_ref().and_then(Tensor::as_slice).map_or(Bias::None, Bias::Columns);
            let y = MatrixMut::new(y, [rows, outputs[0]], outputs[0]);
            T::product(matrices(&x).matrix(0), weight.matrix(0).transposed().into(), T::zero(), bias, y);
        })
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> List<Option<Var<T>>> {
        let mut dx = List::from([
            saved.needs(0).then(|| dy.matmul(&saved.input(1))),
            saved.needs(1).then(|| rows(dy).mt().matmul(&rows(&saved.input(0)))),
        ]);
        if saved.count() == 3 {
            dx.push(saved.needs(2).then(|| rows(dy).sum_axes(0, false)));
        }
        dx
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for Linear {
    fn cases() -> Cases<Self> {
        let empty = || Tensor::zeros([2, 0]);
        Cases::new(textbook, Linear, shapes![[3, 4], [2, 4], [2]])
            .case(Linear, shapes![[3, 4], [2, 4]])
            .case(Linear, shapes![[2, 1, 3], [4, 3], [4]])
            .case(Linear, shapes![[3], [2, 3], [2]])
            .case(Linear, shapes![[3], [2, 3]])
            .case(Linear, shapes![[0, 3], [2, 3], [2]])
            .case(Linear, shapes![[2, 3], [0, 3], [0]])
            .pin(
                "no inputs",
                Linear,
                vec![empty(), empty(), [1.0, 2.0].into()],
                [[1.0, 2.0], [1.0, 2.0]],
                vec![empty(), empty(), [2.0, 2.0].into()],
            )
            .pin("no inputs and no bias", Linear, vec![empty(), empty()], [[0.0; 2]; 2], vec![empty(), empty()])
            .rejects(Linear, shapes![[3, 4], [2, 3], [2]], "x has 4 inputs, the weight has 3")
            .rejects(Linear, shapes![[3, 4], [2, 4], [3]], "the bias has shape [3], it must have [2]")
            .rejects(Linear, shapes![[3, 4], [2, 4], [1, 2]], "the bias has shape [1, 2], it must have [2]")
            .rejects(Linear, shapes![[4], [4]], "the weight has 1 axes, it must have 2")
            .rejects(Linear, shapes![[], [2, 1]], "x is a single number, it must have an axis of inputs")
            .rejects(Linear, shapes![[1], [2, 1], [2], [2]], "4 operands, there are x, weight and bias")
            .bench(Linear, shapes![[128, 256], [128, 256], [128]], Work::Flops(2 * 128 * 256 * 128))
    }
}

/// Each result is the bias, and the products are added one by one.
#[cfg(any(test, feature = "testing"))]
fn textbook(_: &Linear, x: &[Tensor<f64>]) -> Tensor<f64> {
    let [outputs, inputs] = x[1].shape()[..] else { panic!("a case that is accepted") };
    let shape = x[0].shape().with(x[0].rank() - 1, outputs);
    crate::testing::from_index(shape, |index| {
        let (leading, output) = (&index[..index.len() - 1], index[index.len() - 1]);
        let bias = x.get(2).map_or(0.0, |bias| crate::testing::element(bias, &[output]));
        let term = |i: usize| {
            crate::testing::element(&x[0], &[leading, &[i]].concat()) * crate::testing::element(&x[1], &[output, i])
        };
        bias + (0..inputs).map(term).sum::<f64>()
    })
}
