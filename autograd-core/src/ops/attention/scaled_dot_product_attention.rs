//! `scaled_dot_product_attention`: values gathered by how well their keys match a query.

pub use super::options::Attention;
use super::options::{head, matrix, scores};
#[cfg(any(test, feature = "testing"))]
use super::textbook::textbook;
use crate::composite::{Composite, compose};
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The values, each weighted by how well its key matches this query: softmax attention.
    ///
    /// `y[.., i, :] = Σⱼ p[.., i, j] · value[.., j, :]` with `p = softmax over j of scale · Σ_d query[.., i, d] · key[.., j, d] + bias[.., i, j]`,
    /// over the keys that the options let query `i` look at. The scale is `1 / √d` if not set.
    ///
    /// Computed by blocks: neither value nor first gradient needs memory for all scores at once.
    ///
    /// # Shape
    /// `[.., t, d] x [.., s, d] x [.., s, e] -> [.., t, e]`, leading axes such as batch and heads being equal
    ///
    /// # Gradient
    /// With `D = Σ dy · y` for each query: `ds = p · (dy valueᵀ − D)`, `dquery = scale · ds key`, `dkey = scale · dsᵀ query`,
    /// `dvalue = pᵀ dy`, `dbias = ds`. Saves the operands, the result and the logarithm of each query's sum of exponentials.
    ///
    /// # Edge cases
    /// A query that may look nowhere gives zeros and passes no gradient.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Var, ops::Attention};
    /// let (query, key) = (Var::leaf([[0.0], [1.0]]), Var::leaf([[1.0], [1.0]]));
    /// let value = Var::leaf([[1.0], [3.0]]);
    /// let y = query.scaled_dot_product_attention(&key, &value, &Attention::default().causal(true));
    /// assert_eq!(y.to_vec(), [1.0, 2.0]); // the first looks at itself, the second at both alike
    /// let gradients = y.sum().backward();
    /// let dvalue: Vec<f64> = gradients.get(&value).unwrap().to_vec();
    /// assert!((dvalue[0] - 1.5).abs() < 1e-15 && (dvalue[1] - 0.5).abs() < 1e-15);
    /// ```
    ///
    /// Vaswani et al. 2017, "Attention Is All You Need", equation 1.
    #[track_caller]
    #[must_use]
    #[doc(alias = "attention")]
    pub fn scaled_dot_product_attention(&self, key: &Var<T>, value: &Var<T>, options: &Attention) -> Self {
        let [y] = compose(options.clone(), [self, key, value].into());
        y
    }

    /// [`scaled_dot_product_attention`](Var::scaled_dot_product_attention) with a bias that is added to the scores, as for relative positions; it is
    /// broadcast to `[.., t, s]`.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Var, ops::Attention};
    /// let (query, key) = (Var::leaf([[1.0]]), Var::leaf([[0.0], [0.0]]));
    /// let (value, bias) = (Var::leaf([[0.0], [4.0]]), Var::leaf([0.0, 3f64.ln()]));
    /// let y = query.attention_with_bias(&key, &value, &bias, &Attention::default());
    /// assert!((y.item() - 3.0).abs() < 1e-15);
    /// let dbias = y.sum().backward().get(&bias).unwrap().to_vec();
    /// assert!((dbias[0] + 0.75).abs() < 1e-15 && (dbias[1] - 0.75).abs() < 1e-15); // p · (value − y)
    /// ```
    #[track_caller]
    #[must_use]
    pub fn attention_with_bias(&self, key: &Var<T>, value: &Var<T>, bias: &Var<T>, options: &Attention) -> Self {
        let bias = match scores(&[self.shape(), key.shape(), value.shape()]) {
            Ok(scores) if bias.shape().broadcast(&scores).ok().as_ref() == Some(&scores) => bias.broadcast_to(scores),
            _ => bias.clone(),
        };
        let [y] = compose(options.clone(), [self, key, value, &bias].into());
        y
    }
}

impl<T: Real> Composite<T> for Attention {
    type Arity = Any;
    type Results = Fixed<1>;
    /// The result, and the logarithm of each query's sum of exponentials.
    type Workspace = [Tensor<T>; 2];
    const NAME: &'static str = "scaled_dot_product_attention";
    const RULE: &'static str = "[.., t, d] x [.., s, d] x [.., s, e] (x [.., t, s]) -> [.., t, e]";
    const OPERANDS: &'static [&'static str] = &["query", "key", "value", "bias"];

    fn shape(&self, x: List<&Shape>) -> Result<[Shape; 1], Mismatch> {
        if !(3..=4).contains(&x.len()) {
            return Err(Mismatch::new(format!("{} operands, there are query, key, value and bias", x.len())));
        }
        let scores = scores(&x)?;
        if x.len() == 4 && *x[3] != scores {
            return Err(Mismatch::new(format!("the bias has shape {}, the scores have {scores}", x[3])));
        }
        if let Some(mask) = &self.mask
            && mask.shape().broadcast(&scores).ok().as_ref() != Some(&scores)
        {
            return Err(Mismatch::new(format!("the mask has shape {}, the scores have {scores}", mask.shape())));
        }
        if !self.scale.is_none_or(f64::is_finite) {
            return Err(Mismatch::new(format!("the scale is {}", self.factor(1))));
        }
        let (last, e) = (x[0].rank() - 1, x[2][x[2].rank() - 1]);
        x[0].with(last, e).addressable().map(|y| [y])
    }

    fn forward(&self, x: List<&Tensor<T>>) -> ([Tensor<T>; 1], [Tensor<T>; 2]) {
        let shapes: List<&Shape> = x.iter().map(|x| x.shape()).collect();
        let mask = self.spread_mask(&shapes);
        let kernel = self.kernel(&x, mask.as_ref(), x.get(3).copied());
        let flat = [0, 1, 2].map(|i| x[i].contiguous());
        let (batch, [t, _]) = matrix(x[0]);
        let heads = batch.iter().product();
        let mut logsums = Tensor::zeros(heads * t);
        let y = Tensor::build(x[0].shape().with(x[0].rank() - 1, kernel.sizes[3]), |y| {
            kernel.forward(heads, |number| head(&flat, number), y, logsums.as_mut_slice());
        });
        ([y.clone()], [y, logsums])
    }

    fn backward(
        &self,
        x: List<&Tensor<T>>,
        [y, logsums]: &[Tensor<T>; 2],
        [dy]: [Option<&Tensor<T>>; 1],
        needs: &[bool],
    ) -> List<Option<Tensor<T>>> {
        let shapes: List<&Shape> = x.iter().map(|x| x.shape()).collect();
        let mask = self.spread_mask(&shapes);
        let kernel = self.kernel(&x, mask.as_ref(), x.get(3).copied());
        let flat = [0, 1, 2].map(|i| x[i].contiguous());
        let dy = dy.expect("the only result").contiguous();
        let given = [y, logsums, &dy].map(|x| x.as_slice().expect("contiguous"));
        let heads = matrix(x[0]).0.iter().product::<usize>();
        // Filled together: each head writes to all of them.
        let wanted = |i: usize| match needs.get(i) {
            Some(true) => Tensor::zeros(x[i].shape()),
            _ => Tensor::zeros(0),
        };
        let mut dx: [Tensor<T>; 4] = std::array::from_fn(wanted);
        let to = dx.each_mut().map(Tensor::as_mut_slice);
        kernel.backward(heads, |number| head(&flat, number), (given[0], given[1], given[2]), to);
        let gradient = |(i, dx): (usize, Tensor<T>)| needs[i].then_some(dx);
        dx.into_iter().take(x.len()).enumerate().map(gradient).collect()
    }

    fn algebra(&self, x: List<&Var<T>>) -> [Var<T>; 1] {
        let shapes: List<&Shape> = x.iter().map(|x| x.shape()).collect();
        let (_, [_, d]) = matrix(x[0].value());
        let mut scores = x[0].matmul(&x[1].mt()) * T::of(self.factor(d));
        if let Some(bias) = x.get(3) {
            scores += *bias;
        }
        let Some([nowhere, hidden]) = self.gates(&shapes) else { return [scores.softmax(-1).matmul(x[2])] };
        // A query that may look nowhere has nothing to choose from: its row is taken out before and after the softmax.
        let p = scores.masked_fill(&nowhere, T::zero()).masked_fill(&hidden, T::neg_infinity()).softmax(-1);
        [p.masked_fill(&nowhere, T::zero()).matmul(x[2])]
    }
}

#[cfg(any(test, feature = "testing"))]
impl CheckedComposite for Attention {
    fn cases() -> Cases<Self> {
        let plain = Attention::default;
        let mask = |rows: &[&[u8]]| {
            let looks: Vec<bool> = rows.concat().into_iter().map(|x| x == 1).collect();
            Tensor::from_vec(looks, [rows.len(), rows[0].len()])
        };
        Cases::new(textbook, plain(), shapes![[2, 3, 2], [2, 4, 2], [2, 4, 3]])
            .case(plain().causal(true), shapes![[1, 2, 4, 2], [1, 2, 4, 2], [1, 2, 4, 2]])
            .case(plain().causal(true).scale(0.5), shapes![[5, 2], [3, 2], [3, 1]])
            .case(plain().mask(mask(&[&[1, 0, 1], &[0, 0, 0]])), shapes![[2, 2, 2], [2, 3, 2], [2, 3, 2]])
            .case(plain(), shapes![[2, 2, 3], [2, 3, 3], [2, 3, 2], [2, 2, 3]])
            .case(plain().causal(true).mask(mask(&[&[1, 0, 1], &[0, 1, 1]])), shapes![[2, 3], [3, 3], [3, 2], [2, 3]])
            // Several blocks of queries and of keys.
            .case(plain().causal(true), shapes![[70, 1], [150, 1], [150, 1]])
            .case(plain(), shapes![[0, 2], [3, 2], [3, 2]])
            .case(plain(), shapes![[2, 0, 2], [2, 3, 2], [2, 3, 2]])
            .case(plain().causal(true), shapes![[2, 2], [0, 2], [0, 2]])
            .case(plain(), shapes![[0, 2, 2], [0, 3, 2], [0, 3, 2]])
            .pin(
                "a query that may look nowhere",
                plain().mask(mask(&[&[0, 0]])),
                tensors![[[1.0]], [[2.0], [3.0]], [[5.0], [7.0]]],
                [[0.0]],
                tensors![[[0.0]], [[0.0], [0.0]], [[0.0], [0.0]]],
            )
            .pin(
                "scores beyond the range of exp",
                plain(),
                tensors![[[1e3]], [[1.0], [-1.0]], [[2.0], [4.0]]],
                [[2.0]],
                tensors![[[0.0]], [[0.0], [0.0]], [[1.0], [0.0]]],
            )
            .rejects(plain(), shapes![[3], [3], [3]], "[3] has no matrix axes")
            .rejects(plain(), shapes![[2, 3], [4, 2], [4, 2]], "queries have 3 features, keys have 2")
            .rejects(plain(), shapes![[2, 3], [4, 3], [5, 2]], "there are 4 keys and 5 values")
            .rejects(plain(), shapes![[1, 2, 3], [2, 4, 3], [2, 4, 2]], "leading axes differ, [1], [2] and [2]")
            .rejects(
                plain(),
                shapes![[2, 3], [4, 3], [4, 2], [2, 3]],
                "the bias has shape [2, 3], the scores have [2, 4]",
            )
            .rejects(
                plain().mask(mask(&[&[1, 1]])),
                shapes![[2, 3], [4, 3], [4, 2]],
                "the mask has shape [1, 2], the scores have [2, 4]",
            )
            .rejects(plain().scale(f64::NAN), shapes![[2, 3], [4, 3], [4, 2]], "the scale is NaN")
            .bench(plain(), shapes![[4, 64, 32], [4, 64, 32], [4, 64, 32]], Work::Flops(4 * 4 * 64 * 64 * 32))
    }
}

#[cfg(test)]
mod tests {
    use super::Attention;
    use crate::{Tensor, Var};

    #[test]
    #[should_panic(expected = "scaled_dot_product_attention: the bias has shape [5], the scores have [2, 4]")]
    fn a_bias_for_other_keys_is_refused() {
        let [query, key, value, bias] =
            [&[2, 3][..], &[4, 3], &[4, 2], &[5]].map(|shape| Var::constant(Tensor::<f64>::zeros(shape)));
        let _ = query.attention_with_bias(&key, &value, &bias, &Attention::default());
    }
}
