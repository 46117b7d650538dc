//! `adaptive_avg_pool2d`: the mean of each of a given number of pieces.

use super::sizes::{accept, adaptive, as_images, as_sequences, piece};
use crate::kernel::pool::Divisor;
use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The mean of each of `oh × ow` pieces into which the images are parted, whatever their size.
    ///
    /// Piece `[o, p]` has the rows from `⌊o h / oh⌋` to `⌈(o + 1) h / oh⌉` and the columns likewise; neighbours overlap where the sizes
    /// do not divide.
    ///
    /// # Shape
    /// `[n, c, h, w] -> [n, c, oh, ow]` for the `size` `[oh, ow]`
    ///
    /// # Gradient
    /// `dx = adaptive_avg_unpool2d(dy)`: each element of a piece gets the same share. Saves the shape of `x`.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[[[1.0, 5.0, 3.0]]]]);
    /// let y = x.adaptive_avg_pool2d([1, 2]);
    /// assert_eq!(y.to_vec(), [3.0, 4.0]); // the second column belongs to both pieces
    /// let gradients = y.sum().backward();
    /// assert_eq!(gradients.get(&x).unwrap().to_vec(), [0.5, 1.0, 0.5]);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "AdaptiveAvgPool2d")]
    pub fn adaptive_avg_pool2d(&self, size: [usize; 2]) -> Self {
        record(AdaptiveAvgPool2d { size }, [self])
    }

    /// The mean of each of `size` pieces into which the sequences are parted, whatever their length:
    /// [`adaptive_avg_pool2d`](Var::adaptive_avg_pool2d) on images of height 1.
    ///
    /// # Shape
    /// `[n, c, l] -> [n, c, size]`
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[[1.0, 5.0, 3.0]]]);
    /// let y = x.adaptive_avg_pool1d(2);
    /// assert_eq!(y.to_vec(), [3.0, 4.0]);
    /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), [0.5, 1.0, 0.5]);
    /// ```
    #[track_caller]
    #[must_use]
    #[doc(alias = "AdaptiveAvgPool1d")]
    pub fn adaptive_avg_pool1d(&self, size: usize) -> Self {
        let x = as_images("adaptive_avg_pool1d", self, |l| piece(l, size, 2));
        let says = adaptive(x.shape(), [1, size]);
        accept("adaptive_avg_pool1d", "[n, c, l] -> [n, c, ol]", self.shape(), says);
        as_sequences(&x.adaptive_avg_pool2d([1, size]))
    }
}

/// The op of [`Var::adaptive_avg_pool2d`].
#[derive(Clone)]
pub struct AdaptiveAvgPool2d {
    /// Height and width of the result.
    pub size: [usize; 2],
}

impl<T: Real> Op<T> for AdaptiveAvgPool2d {
    type Arity = Fixed<1>;
    const NAME: &'static str = "adaptive_avg_pool2d";
    const RULE: &'static str = "[n, c, h, w] -> [n, c, oh, ow]";
    const SAVES: Save = Save::SHAPES;

    fn shape(&self, [x]: [&Shape; 1]) -> Result<Shape, Mismatch> {
        let pool = adaptive(x, self.size)?;
        Ok([x[0], x[1], pool.out[0], pool.out[1]].into())
    }

    fn forward(&self, [x]: [&Tensor<T>; 1]) -> Tensor<T> {
        let pool = adaptive(x.shape(), self.size).expect("the shape rule accepted the operand");
        let x = x.contiguous();
        let shape = Shape::from([x.shape()[0], x.shape()[1], pool.out[0], pool.out[1]]);
        Tensor::build(shape, |y| pool.mean(x.as_slice().expect("contiguous"), Divisor::Inside, y))
    }

    fn backward(&self, saved: &Saved<'_, T>, dy: &Var<T>) -> [Option<Var<T>>; 1] {
        [saved.needs(0).then(|| dy.adaptive_avg_unpool2d([saved.shape(0)[2], saved.shape(0)[3]]))]
    }
}

#[cfg(any(test, feature = "testing"))]
impl Checked for AdaptiveAvgPool2d {
    fn cases() -> Cases<Self> {
        let to = |size| AdaptiveAvgPool2d { size };
        Cases::new(textbook, to([2, 3]), shapes![[2, 2, 5, 7]])
            .case(to([2, 2]), shapes![[1, 3, 4, 6]])
            .case(to([3, 2]), shapes![[1, 1, 2, 5]])
            .case(to([1, 1]), shapes![[2, 1, 3, 4]])
            .case(to([2, 2]), shapes![[0, 3, 4, 5]])
            .case(to([3, 2]), shapes![[2, 0, 4, 5]])
            .rejects(to([2, 2]), shapes![[3, 4, 4]], "x has 3 axes instead of 4")
            .rejects(to([2, 0]), shapes![[1, 3, 4, 4]], "the result has size 0 along axis 3, it must be at least 1")
            .rejects(to([2, 2]), shapes![[1, 3, 0, 4]], "the image has size 0 along axis 2")
            .rejects(to([2, usize::MAX]), shapes![[1, 3, 4, 4]], "is more than memory can address")
            .pin(
                "pieces overlap",
                to([1, 2]),
                tensors![[[[[1.0, 5.0, 3.0]]]]],
                [[[[3.0, 4.0]]]],
                tensors![[[[[0.5, 1.0, 0.5]]]]],
            )
            .pin("more pieces than elements", to([1, 3]), tensors![[[[[2.0]]]]], [[[[2.0; 3]]]], tensors![[[[[3.0]]]]])
            .bench(to([7, 7]), shapes![[8, 32, 28, 28]], Work::Bytes(5 * 8 * 32 * 28 * 28))
            .bench(to([5, 5]), shapes![[8, 32, 28, 28]], Work::Bytes(5 * 8 * 32 * 28 * 28))
    }
}

/// The mean over the rows and columns of each piece.
#[cfg(any(test, feature = "testing"))]
fn textbook(op: &AdaptiveAvgPool2d, x: &[Tensor<f64>]) -> Tensor<f64> {
    let &[n, c, h, w] = super::sizes::four(x[0].shape()).expect("a case that is accepted");
    let [rows, columns] = [super::sizes::pieces(h, op.size[0]), super::sizes::pieces(w, op.size[1])];
    crate::testing::from_index([n, c, op.size[0], op.size[1]].into(), |at| {
        let (rows, columns) = (&rows[at[2]], &columns[at[3]]);
        let mut sum = 0.0;
        for (row, column) in rows.clone().flat_map(|row| columns.clone().map(move |column| (row, column))) {
            sum += crate::testing::element(&x[0], &[at[0], at[1], row, column]);
        }
        sum / (rows.len() * columns.len()) as f64
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gradcheck, gradgradcheck};
    use std::slice::from_ref;

    #[test]
    fn sequences_are_parted_too() {
        let x = Tensor::<f64>::from([[[1.0, -2.0, 3.0, 0.5, 4.0]]]);
        gradcheck(|x| x[0].adaptive_avg_pool1d(3), from_ref(&x)).unwrap();
        gradgradcheck(|x| x[0].adaptive_avg_pool1d(3).square(), &[x]).unwrap();
    }

    #[test]
    #[should_panic(expected = "adaptive_avg_pool1d: the image has size 0 along axis 2\n  x     [1, 2, 0]")]
    fn an_empty_sequence_is_refused_in_the_words_of_sequences() {
        let _ = Var::constant(Tensor::<f64>::zeros([1, 2, 0])).adaptive_avg_pool1d(2);
    }
}
