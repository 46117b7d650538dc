//! `index`, `index_put` and `index_put_add`: elements at tuples of positions, taken, written and added to.

use crate::ops::prelude::*;

impl<T: Real> Var<T> {
    /// The parts at the positions that several indices, one for each of the first axes, name together; they are broadcast to one shape, and
    /// negative positions count from the end.
    ///
    /// `y[i, ..] = x[a[i], b[i], ..]` for the indices `[a, b]`
    ///
    /// # Shape
    /// `[n₀, n₁, rest..] -> [.., rest..]` for two indices that broadcast to `[..]`
    ///
    /// # Gradient
    /// `dx = index_put_add(0, dy)`: each element gets the sum over the places it was copied to. Saves shapes.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let x = Var::leaf([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    /// let y = x.index(&[&[0, 1, 1].into(), &[2, 0, -1].into()]);
    /// assert_eq!(y.to_vec(), [3.0, 4.0, 6.0]);
    /// assert_eq!(*y.sum().backward().get(&x).unwrap(), [[0.0, 0.0, 1.0], [1.0, 0.0, 1.0]].into());
    /// ```
    ///
    /// # Panics
    /// If there is no index, or more than axes, they do not broadcast, or a position is out of range.
    #[track_caller]
    #[must_use]
    #[doc(alias = "gather_nd")]
    pub fn index(&self, indices: &[&Tensor<i64>]) -> Self {
        let places = self.value().accept("index", RULE, Places::new(self.shape(), indices));
        places.flat(self).index_select(0, &places.rows).reshape(places.taken)
    }

    /// The variable with `values` written over the parts that [`index`](Var::index) takes.
    ///
    /// `y[a[i], b[i], ..] = values[i, ..]` for the indices `[a, b]`, and `x` elsewhere
    ///
    /// # Shape
    /// `[n₀, n₁, rest..] x [.., rest..] -> [n₀, n₁, rest..]`; the values are broadcast
    ///
    /// # Gradient
    /// `dx = dy`, but 0 where values were written; `dvalues = index(dy)`, but 0 for those that were written over. Saves shapes.
    ///
    /// # Edge cases
    /// Of several values for one position the last one stays.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let (x, values) = (Var::leaf([[1.0, 2.0], [3.0, 4.0]]), Var::leaf([10.0, 20.0]));
    /// let y = x.index_put(&[&[0, 1].into(), &[1, 0].into()], &values);
    /// assert_eq!(*y.value(), [[1.0, 10.0], [20.0, 4.0]].into());
    /// let gradients = y.backward_with(&[[1.0, 2.0], [3.0, 4.0]].into());
    /// assert_eq!(*gradients.get(&x).unwrap(), [[1.0, 0.0], [0.0, 4.0]].into());
    /// assert_eq!(gradients.get(&values).unwrap().to_vec(), [2.0, 3.0]);
    /// ```
    ///
    /// # Panics
    /// As [`index`](Var::index), and if the values do not broadcast to the parts.
    #[track_caller]
    #[must_use]
    pub fn index_put(&self, indices: &[&Tensor<i64>], values: &Var<T>) -> Self {
        let places = self.value().accept("index_put", RULE, Places::for_values(self.shape(), indices, values.shape()));
        places.flat(self).index_copy(0, &places.rows, &places.values(values)).reshape(self.shape())
    }

    /// The variable with `values` added to the parts that [`index`](Var::index) takes.
    ///
    /// `y[a[i], b[i], ..] += values[i, ..]` for the indices `[a, b]`
    ///
    /// # Shape
    /// `[n₀, n₁, rest..] x [.., rest..] -> [n₀, n₁, rest..]`; the values are broadcast
    ///
    /// # Gradient
    /// `dx = dy`; `dvalues = index(dy)`. Saves shapes.
    ///
    /// # Edge cases
    /// Several values for one position are added up in rising order, then added to `x`.
    ///
    /// # Example
    /// ```
    /// use autograd_core::Var;
    /// let (x, values) = (Var::leaf([1.0, 2.0, 3.0]), Var::leaf([10.0, 20.0, 30.0]));
    /// let y = x.index_put_add(&[&[2, 0, 2].into()], &values);
    /// assert_eq!(y.to_vec(), [21.0, 2.0, 43.0]);
    /// let gradients = y.backward_with(&[1.0, 2.0, 3.0].into());
    /// assert_eq!(gradients.get(&x).unwrap().to_vec(), [1.0, 2.0, 3.0]);
    /// assert_eq!(gradients.get(&values).unwrap().to_vec(), [3.0, 1.0, 3.0]);
    /// ```
    ///
    /// # Panics
    /// As [`index_put`](Var::index_put).
    #[track_caller]
    #[must_use]
    #[doc(alias = "accumulate")]
    pub fn index_put_add(&self, indices: &[&Tensor<i64>], values: &Var<T>) -> Self {
        let places = Places::for_values(self.shape(), indices, values.shape());
        let places = self.value().accept("index_put_add", RULE, places);
        self + places.values(values).index_add(0, &places.rows, places.count).reshape(self.shape())
    }
}

const RULE: &str = "[n0, n1, .., rest..] for one index each of n0, n1, .., which broadcast to [..]: parts [.., rest..]";

/// Positions along the first axes of a shape, as rows of the same with these axes as one.
struct Places {
    /// The number of rows.
    count: usize,
    /// The rows named, as a list.
    rows: Tensor<i64>,
    /// The shape of a row.
    rest: Shape,
    /// The shape of all parts that are named.
    taken: Shape,
}

impl Places {
    fn new(x: &Shape, indices: &[&Tensor<i64>]) -> Result<Self, Mismatch> {
        if indices.is_empty() || indices.len() > x.rank() {
            return Err(Mismatch::new(format!("{} indices for {} axes", indices.len(), x.rank())));
        }
        let (first, rest) = x.split_at(indices.len());
        let count = Shape::from(first).addressable()?.numel();
        let mut named = Shape::default();
        for index in indices {
            named = named.broadcast(index.shape())?;
        }
        let taken = Shape::joined([&*named, rest]).addressable()?;
        let mut rows = Tensor::zeros([]).broadcast_to(&named);
        for (axis, (&index, &n)) in indices.iter().zip(first).enumerate() {
            within_both(index, axis, n)?;
            let n = n as i64;
            rows = rows.zip(&index.broadcast_to(&named), |row, i| row * n + if i < 0 { i + n } else { i });
        }
        Ok(Places { count, rows: rows.reshape(named.numel()), rest: rest.into(), taken })
    }

    fn for_values(x: &Shape, indices: &[&Tensor<i64>], values: &Shape) -> Result<Self, Mismatch> {
        let places = Places::new(x, indices)?;
        match crate::tensor::views::broadcast_shape(values, &places.taken) {
            Ok(_) => Ok(places),
            Err(_) => Err(Mismatch::new(format!("the values of shape {values} do not broadcast to {}", places.taken))),
        }
    }

    /// The variable with its first axes as one.
    #[track_caller]
    fn flat<T: Real>(&self, x: &Var<T>) -> Var<T> {
        x.reshape(Shape::joined([&[self.count], &*self.rest]))
    }

    /// The values as one row for each position.
    #[track_caller]
    fn values<T: Real>(&self, values: &Var<T>) -> Var<T> {
        values.broadcast_to(&self.taken).reshape(Shape::joined([&[self.rows.numel()], &*self.rest]))
    }
}

/// Refuses an index that names no position of an axis, counted from either end.
fn within_both(index: &Tensor<i64>, axis: usize, n: usize) -> Result<(), Mismatch> {
    match first(index, |i| outside(if i < 0 { i + n as i64 } else { i }, n)) {
        Some((i, at)) => Err(Mismatch::new(format!("index {i} at {at:?} is out of range, axis {axis} has size {n}"))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use crate::ops::prelude::check_gradients;
    use crate::{Tensor, Var};

    #[test]
    fn indices_broadcast_and_may_leave_axes() {
        let x = Var::leaf(Tensor::<f64>::arange(12).reshape([2, 3, 2]));
        let (rows, columns) = (Tensor::from([[0], [1]]), Tensor::from([2, -3]));
        assert_eq!(*x.index(&[&rows, &columns]).value(), [[[4.0, 5.0], [0.0, 1.0]], [[10.0, 11.0], [6.0, 7.0]]].into());
        assert_eq!(*x.index(&[&(-1).into()]).value(), x.select(0, 1).value().clone());
        assert_eq!(*x.index(&[&Tensor::zeros([0])]).shape(), [0, 3, 2]);
        let y = x.index_put(&[&0.into(), &Tensor::from([0, 2])], &Var::leaf([7.0, 8.0]));
        assert_eq!(y.to_vec()[..6], [7.0, 8.0, 2.0, 3.0, 7.0, 8.0]);
    }

    #[test]
    fn the_last_of_several_values_stays_and_alone_has_a_gradient() {
        let (x, values) = (Var::leaf([1.0, f64::NAN]), Var::leaf([10.0, f64::NAN, 30.0]));
        let y = x.index_put(&[&[1, 1, 1].into()], &values);
        assert_eq!(y.to_vec(), [1.0, 30.0]);
        let gradients = y.sum().backward();
        assert_eq!(gradients.get(&x).unwrap().to_vec(), [1.0, 0.0]);
        assert_eq!(gradients.get(&values).unwrap().to_vec(), [0.0, 0.0, 1.0]);
    }

    #[test]
    fn gradients_of_both_orders() {
        let x =
            [Tensor::<f64>::linspace(-1.0, 1.0, 12).reshape([3, 2, 2]), Tensor::linspace(0.5, 1.5, 8).reshape([4, 2])];
        let (rows, columns) = (Tensor::from([0, 2, 0, -1]), Tensor::from([1, 0, 1, 1]));
        let indices = [&rows, &columns];
        check_gradients(|x| x[0].index(&indices).pow_scalar(3.0), &x);
        check_gradients(|x| x[0].index_put(&indices, &x[1]).pow_scalar(3.0), &x);
        check_gradients(|x| x[0].index_put_add(&indices, &x[1]).pow_scalar(3.0), &x);
    }

    fn x() -> Var<f64> {
        Var::leaf([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    }

    #[test]
    #[should_panic(expected = "index: index 3 at [1] is out of range, axis 1 has size 3")]
    fn a_position_beyond_its_axis_is_refused() {
        let _ = x().index(&[&0.into(), &[0, 3].into()]);
    }

    #[test]
    #[should_panic(expected = "index: index -3 at [] is out of range, axis 0 has size 2")]
    fn a_position_before_its_axis_is_refused() {
        let _ = x().index(&[&(-3).into()]);
    }

    #[test]
    #[should_panic(expected = "index: 3 indices for 2 axes")]
    fn each_index_needs_an_axis() {
        let _ = x().index(&[&0.into(), &0.into(), &0.into()]);
    }

    #[test]
    #[should_panic(expected = "index_put: shapes do not broadcast, axis -1 is 2 and 3")]
    fn indices_must_broadcast() {
        let _ = x().index_put(&[&[0, 1].into(), &[0, 1, 2].into()], &Var::leaf(1.0));
    }

    #[test]
    #[should_panic(expected = "index_put_add: the values of shape [2] do not broadcast to [3]")]
    fn values_must_broadcast() {
        let _ = x().index_put_add(&[&[0, 1, 1].into(), &[0, 1, 2].into()], &Var::leaf([1.0, 2.0]));
    }
}
