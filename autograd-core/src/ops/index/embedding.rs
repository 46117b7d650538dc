//! `embedding`: rows of a table by their numbers.

use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The rows of this table that an index of any shape names, as for the tokens of a batch of sentences.
    ///
    /// `y[i, j, ..] = x[index[i, j], ..]`
    ///
    /// No gradient reaches the row `padding`, if one is named: it stays as it was initialised.
    ///
    /// # Shape
    /// `[n, d] -> [.., d]` for an index `[..]` of numbers from 0 to `n - 1`; rows may have any number of axes
    ///
    /// # Gradient
    /// `dx = index_add(dy)`: each row gets the sum over the places it was copied to. Saves the shape of `x`.
    ///
    /// # Edge cases
    /// What reaches the padding leaks nowhere, be it NaN or infinite.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let table = Var::leaf([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
    /// let y = table.embedding(&[[0, 2], [2, 0]].into(), None);
    /// assert_eq!(*y.value(), [[[1.0, 2.0], [5.0, 6.0]], [[5.0, 6.0], [1.0, 2.0]]].into());
    /// assert_eq!(*y.sum().backward().get(&table).unwrap(), [[2.0, 2.0], [0.0, 0.0], [2.0, 2.0]].into());
    /// let padded = table.embedding(&[[0, 2], [2, 0]].into(), Some(0));
    /// assert_eq!(*padded.sum().backward().get(&table).unwrap(), [[0.0, 0.0], [0.0, 0.0], [2.0, 2.0]].into());
    /// ```
    ///
    /// # Panics
    /// If this has no axis, or a number names no row.
    #[track_caller]
    #[must_use]
    #[doc(alias = "padding_idx")]
    pub fn embedding(&self, index: &Tensor<i64>, padding: Option<usize>) -> Self {
        let found = rows(self.shape(), index, padding);
        let shape = self.value().accept("embedding", "[n, d] -> [.., d] for an index [..]", found);
        let y = self.index_select(0, &index.reshape(index.numel())).reshape(&shape);
        let Some(padding) = padding else { return y };
        let mask = index.eq(padding as i64);
        if !mask.any() {
            return y;
        }
        let ones = vec![1; shape.rank() - index.rank()];
        Var::where_(&mask.reshape(Shape::joined([&**index.shape(), &ones])), &y.detach(), &y)
    }
}

/// The shape of the rows that the index names.
fn rows(x: &Shape, index: &Tensor<i64>, padding: Option<usize>) -> Result<Shape, Mismatch> {
    let [n, row @ ..] = &**x else { return Err(Mismatch::new("a single number has no rows")) };
    if let Some((i, at)) = first(index, |value| outside(value, *n)) {
        return Err(Mismatch::new(format!("index {i} at {at:?} is out of range, the table has {n} rows")));
    }
    match padding.filter(|padding| padding >= n) {
        Some(padding) => Err(Mismatch::new(format!("the padding is row {padding}, the table has {n}"))),
        None => Shape::joined([&**index.shape(), row]).addressable(),
    }
}

#[cfg(test)]
mod tests {
    use crate::ops::prelude::check_gradients;
    use crate::{Tensor, Var};

    #[test]
    fn an_index_of_any_shape_takes_rows_of_any_shape() {
        let table = Var::leaf(Tensor::<f64>::arange(12).reshape([3, 2, 2]));
        assert_eq!(table.embedding(&2.into(), None).to_vec(), [8.0, 9.0, 10.0, 11.0]);
        assert_eq!(*table.embedding(&Tensor::zeros([2, 0]), Some(1)).shape(), [2, 0, 2, 2]);
        assert_eq!(Var::leaf([5.0, 6.0]).embedding(&[[1], [0]].into(), None).to_vec(), [6.0, 5.0]);
    }

    #[test]
    fn gradients_of_both_orders() {
        let table = [Tensor::<f64>::linspace(-1.0, 1.0, 6).reshape([3, 2])];
        check_gradients(|x| x[0].embedding(&[[0, 2, 2], [2, 0, 0]].into(), Some(1)).pow_scalar(3.0), &table);
    }

    #[test]
    fn no_gradient_of_either_order_reaches_the_padding() {
        let table = Var::leaf([[0.0], [2.0], [3.0]]);
        let y = table.embedding(&[[0, 1], [2, 0]].into(), Some(0));
        let log = y.log().sum();
        assert_eq!(*log.clone().backward().get(&table).unwrap(), [[0.0], [0.5], [1.0 / 3.0]].into());
        let dx = crate::grad(&log, &table, true).expect("a path");
        assert_eq!(*dx.sum().backward().get(&table).unwrap(), [[0.0], [-0.25], [-1.0 / 9.0]].into());
    }

    #[test]
    #[should_panic(expected = "embedding: index 3 at [1, 0] is out of range, the table has 3 rows")]
    fn a_number_beyond_the_table_is_refused() {
        let _ = Var::leaf([[1.0], [2.0], [3.0]]).embedding(&[[0], [3]].into(), None);
    }

    #[test]
    #[should_panic(expected = "embedding: index -1 at [0] is out of range, the table has 3 rows")]
    fn a_negative_number_is_refused() {
        let _ = Var::leaf([[1.0], [2.0], [3.0]]).embedding(&[-1].into(), None);
    }

    #[test]
    #[should_panic(expected = "embedding: the padding is row 3, the table has 3")]
    fn a_padding_beyond_the_table_is_refused() {
        let _ = Var::leaf([[1.0], [2.0], [3.0]]).embedding(&[0].into(), Some(3));
    }

    #[test]
    #[should_panic(expected = "embedding: a single number has no rows")]
    fn a_number_is_no_table() {
        let _ = Var::leaf(1.0).embedding(&[0].into(), None);
    }
}
