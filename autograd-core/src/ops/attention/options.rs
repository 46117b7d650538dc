//! The options of attention, and from shapes and options to what the kernel needs.

use crate::kernel::attention::{Attention as Kernel, Head};
use crate::kernel::view::Reader;
use crate::ops::prelude::*;

/// The composite of [`Var::scaled_dot_product_attention`], and its options: `Attention::default().causal(true)`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attention {
    /// Whether a query looks at no key behind its own place.
    pub causal: bool,
    /// Where a query may look, broadcast to `[.., t, s]`; everywhere if not set.
    pub mask: Option<Tensor<bool>>,
    /// What scores are multiplied by; `1 / √d` if not set.
    pub scale: Option<f64>,
}

impl Attention {
    /// With queries that look at no key behind their own place, counted from the first, or with those that do.
    #[must_use]
    pub fn causal(self, causal: bool) -> Self {
        Attention { causal, ..self }
    }

    /// With queries that look only where this is true.
    #[must_use]
    pub fn mask(self, mask: Tensor<bool>) -> Self {
        Attention { mask: Some(mask), ..self }
    }

    /// With scores multiplied by this number.
    #[must_use]
    pub fn scale(self, scale: f64) -> Self {
        Attention { scale: Some(scale), ..self }
    }

    /// What scores of queries with `d` features are multiplied by.
    pub(super) fn factor(&self, d: usize) -> f64 {
        self.scale.unwrap_or_else(|| (d as f64).sqrt().recip())
    }

    /// The kernel for these operands.
    pub(super) fn kernel<'a, T: Real>(
        &self,
        x: &[&Tensor<T>],
        mask: Option<&'a Tensor<bool>>,
        bias: Option<&'a Tensor<T>>,
    ) -> Kernel<'a, T> {
        let ((_, [t, d]), (_, [s, e])) = (matrix(x[0]), matrix(x[2]));
        Kernel {
            sizes: [t, s, d, e],
            scale: T::of(self.factor(d)),
            causal: self.causal,
            mask: mask.map(|mask| Reader::new(mask.view())),
            bias: bias.map(|bias| Reader::new(bias.view())),
        }
    }

    /// The mask as a view of the shape of the scores.
    pub(super) fn spread_mask(&self, x: &[&Shape]) -> Option<Tensor<bool>> {
        let scores = scores(x).expect("the shape rule accepted the operands");
        self.mask.as_ref().map(|mask| mask.broadcast_to(scores))
    }

    /// Of the scores, those of queries that may look nowhere, and others that a query may not look at; `None` if each may look at all.
    pub(super) fn gates(&self, x: &[&Shape]) -> Option<[Tensor<bool>; 2]> {
        if !self.causal && self.mask.is_none() {
            return None;
        }
        let all = scores(x).expect("the shape rule accepted the operands");
        let (_, [t, s]) = all.matrix().expect("scores are matrices");
        let mask = self.spread_mask(x).map(|mask| mask.to_vec());
        let causal = |at: usize| !self.causal || at % s <= at / s % t;
        let looks = Tensor::from_fn(&all, |at| causal(at) && mask.as_ref().is_none_or(|mask| mask[at]));
        let rows: Vec<bool> = looks.to_vec().chunks(s.max(1)).map(|row| !row.contains(&true)).collect();
        let nowhere = Tensor::from_fn(&all, |at| rows[at / s]);
        let hidden = looks.zip(&nowhere, |looks, nowhere| !looks && !nowhere);
        Some([nowhere, hidden])
    }
}

/// The leading axes of an operand, and its last two.
pub(super) fn matrix<T: Real>(x: &Tensor<T>) -> (&[usize], [usize; 2]) {
    x.shape().matrix().expect("the shape rule accepted the operands")
}

/// The shape of the scores, `[.., t, s]`.
pub(super) fn scores(x: &[&Shape]) -> Result<Shape, Mismatch> {
    let ((batch, [t, d]), (batch_k, [s, d_k]), (batch_v, [s_v, _])) = (x[0].matrix()?, x[1].matrix()?, x[2].matrix()?);
    if batch != batch_k || batch != batch_v {
        return Err(Mismatch::new(format!("leading axes differ, {batch:?}, {batch_k:?} and {batch_v:?}")));
    }
    if d != d_k {
        return Err(Mismatch::new(format!("queries have {d} features, keys have {d_k}")));
    }
    if s != s_v {
        return Err(Mismatch::new(format!("there are {s} keys and {s_v} values")));
    }
    batch.iter().copied().chain([t, s]).collect::<Shape>().addressable()
}

/// The rows of head `number` in operands that lie in row-major order.
pub(super) fn head<T: Real>(flat: &[Tensor<T>], number: usize) -> Head<'_, T> {
    let rows = |x: &'_ Tensor<T>| {
        let (_, [n, m]) = matrix(x);
        number * n * m..(number + 1) * n * m
    };
    let of = |i: usize| &flat[i].as_slice().expect("contiguous")[rows(&flat[i])];
    Head { number, q: of(0), k: of(1), v: of(2) }
}
