//! `masked_fill`: one number in place of the elements that a mask marks.

use crate::ops::prelude::*;
use crate::tensor::views::broadcast_shape;

impl<T: Real> Var<T> {
    /// The variable with `value` wherever the mask is true.
    ///
    /// `y = value` where the mask holds, else `x`
    ///
    /// # Shape
    /// `[..] -> [..]`; the mask broadcasts to it
    ///
    /// # Gradient
    /// `dx = 0` where the mask holds, else `dy`. Saves nothing but the mask.
    ///
    /// # Edge cases
    /// What the mask hides leaks nowhere, be it NaN or infinite.
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Tensor, Var};
    /// let x = Var::leaf([[1.0, 2.0], [3.0, 4.0]]);
    /// let y = x.masked_fill(&Tensor::from([false, true]), -1.0);
    /// assert_eq!(y.to_vec(), [1.0, -1.0, 3.0, -1.0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [1.0, 0.0, 1.0, 0.0]);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn masked_fill(&self, mask: &Tensor<bool>, value: T) -> Self {
        record(MaskedFill { mask: mask.clone(), value: value.as_f64() }, [self])
    }
}

/// The op of [`Var::masked_fill`].
#[derive(Clone)]
pub struct MaskedFill {
    /// Where the number stands; it broadcasts to the operand.
    pub mask: Tensor<bool>,
    /// The number.
    pub value: f64,
}

impl<T: Real> Op<T> for MaskedFill {
    type Arity = Fixed<1>;
    const NAME: &'static str = "masked_fill";
    const RULE: &'static str = "[..] -> [..], the mask broadcasts to it";
    const SAVES: Save = Save::NOTHING;

    fn shape(&self, [x]: [&Shape; 1]) -> Result<Shape, Mismatch> {
        match broadcast_shape(self.mask.shape(), x) {
            Ok(shape) => Ok(shape),
            Err(_) => Err(Mismatch::new(format!("the mask of shape {} does not broadcast to {x}", self.mask.shape()))),
        }
    }

    fn forward(&self, [x]: [&Tensor<T>; 1]) -> Tensor<T> {
        let value = T::of(self.value);
        // As `if`, it would become a branch, which a random mask makes thirty times as slow.
        x.zip_cost(&self.mask.broadcast_to(x.shape()), 1, move |x, mask| {
            std::hint::select_unpredictable(mask, value, x)
        })
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 1] {
        [saved.needs(0).then(|| dy.masked_fill(&self.mask, T::zero()))]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for MaskedFill {
    fn cases() -> Cases<Self> {
        let thirds = |shape: &[usize]| MaskedFill { mask: Tensor::from_fn(shape, |i| i % 3 == 0), value: -1.5 };
        let hidden = MaskedFill { mask: [true, true, false].into(), value: f64::NEG_INFINITY };
        Cases::new(textbook, thirds(&[3, 4]), shapes![[3, 4]])
            .case(thirds(&[4]), shapes![[2, 3, 4]])
            .case(thirds(&[3, 1]), shapes![[3, 4]])
            .case(thirds(&[]), shapes![[]])
            .case(thirds(&[0]), shapes![[2, 0]])
            .pin(
                "hidden",
                hidden,
                tensors![[f64::NAN, f64::INFINITY, 3.0]],
                [f64::NEG_INFINITY, f64::NEG_INFINITY, 3.0],
                tensors![[0.0, 0.0, 1.0]],
            )
            .rejects(thirds(&[3]), shapes![[2, 4]], "the mask of shape [3] does not broadcast to [2, 4]")
            .rejects(thirds(&[2, 3]), shapes![[3]], "the mask of shape [2, 3] does not broadcast to [3]")
            .shared(thirds(&[300, 500]), shapes![[300, 500]])
            .bench(thirds(&[1024, 1024]), shapes![[1024, 1024]], Work::Bytes(9 << 20))
    }
}

/// The number where the mask, its index matched from the last axis, holds.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &MaskedFill, x: &[Tensor<f64>]) -> Tensor<f64> {
    let (mask, sizes) = (op.mask.to_vec(), op.mask.shape());
    crate::testing::from_index(x[0].shape().clone(), |index| {
        let last = index[index.len() - sizes.rank()..].iter().zip(&**sizes);
        let at = last.fold(0, |at, (&i, &n)| at * n + if n == 1 { 0 } else { i });
        if mask[at] { op.value } else { crate::testing::element(&x[0], index) }
    })
}
