//! What the layers of tables share: how a table begins, and its row of padding.

use crate::layers::prelude::*;

/// A layer's table of vectors: its constructors and its padding.
macro_rules! table {
    ($Layer:ident { $($field:ident: $default:expr),* }) => {
        impl<T: Real> $Layer<T> {
            /// A table of `num_embeddings` vectors of `embedding_dim` numbers, which begin as normal variates of mean 0 and variance 1.
            pub fn new(num_embeddings: usize, embedding_dim: usize, generator: &mut Generator) -> Self {
                let weight = Parameter::new(init::normal([num_embeddings, embedding_dim], 0.0, 1.0, generator));
                $Layer { weight, padding_idx: None, $($field: $default),* }
            }

            /// A table of vectors that are known, frozen as in PyTorch; [`unfreeze`](Module::unfreeze) has it trained further.
            ///
            /// # Panics
            /// If the table has not two axes.
            #[track_caller]
            pub fn from_pretrained(table: impl Into<Tensor<T>>) -> Self {
                let table = table.into();
                let shape = table.shape();
                require!(shape.rank() == 2, concat!(stringify!($Layer), ": the table has shape {}, it must be [num, dim]"), shape);
                let weight = Parameter::new(table);
                weight.freeze();
                $Layer { weight, padding_idx: None, $($field: $default),* }
            }

            /// Makes a row padding: it becomes zeros, and no gradient reaches it.
            ///
            /// To keep the value of the row, set the field of this name instead.
            ///
            /// # Panics
            /// If the table has no such row.
            #[must_use]
            #[track_caller]
            pub fn padding_idx(self, row: usize) -> Self {
                super::table::clear(stringify!($Layer), &self.weight, row);
                $Layer { padding_idx: Some(row), ..self }
            }

            /// The number of vectors.
            pub fn num_embeddings(&self) -> usize {
                self.weight.shape()[0]
            }

            /// The number of numbers in a vector.
            pub fn embedding_dim(&self) -> usize {
                self.weight.shape()[1]
            }
        }
    };
}
pub(super) use table;

/// Makes a row zeros.
#[track_caller]
pub(super) fn clear<T: Real>(layer: &str, weight: &Parameter<T>, row: usize) {
    let (rows, dim) = (weight.shape()[0], weight.shape()[1]);
    require!(row < rows, "{layer}: the padding is row {row}, the table has {rows}");
    weight.update(|table| table.write(|numbers| numbers[row * dim..][..dim].fill(T::zero())));
}
