//! `gemm`: the matrix product `c ← a b + β c + bias` on strided operands.
//!
//! A product is cut into tiles that fit into registers (`tile`). The left operand is read where it lies; the right one too if the rows that it meets are
//! few, else it is copied into panels: by the tile that meets a panel first (`piece`, `fresh`), or, where its rows are no runs, before (`panels`), once
//! for all threads or by each piece where no other piece meets its part. The smallest products are one tile or a few (`single`), and a row times a
//! matrix has an order of its own (`row`). Tiles depend on the shape only, and each element is one sum along `k` in blocks that depend on `k`
//! only: its bits depend neither on the threads nor on the number of rows and columns around it. Only where there are few of these is an
//! element a dot product by vectors (`dot`).

mod cuts;
mod dot;
mod drive;
mod fit;
mod fresh;
mod kernels;
mod left;
mod matrix;
mod pack;
mod packed;
mod panels;
mod piece;
mod portable;
mod row;
mod single;
mod tile;

pub use matrix::{Matrix, MatrixMut};
pub(crate) use packed::Run;
pub use packed::{Packed, Right};

use crate::element::Element;
use crate::lanes::Lanes;
pub(crate) use packed::pack;
use portable::Portable;

/// What is added to each element of a product.
#[derive(Clone, Copy)]
pub enum Bias<'a, T> {
    /// Nothing.
    None,
    /// One value for each row.
    Rows(&'a [T]),
    /// One value for each column.
    Columns(&'a [T]),
}

/// The elements that there are products of: `f32` and `f64`.
pub(crate) trait Scalar: Lanes + Element + Portable + num_traits::Float {}
impl Scalar for f32 {}
impl Scalar for f64 {}

/// `c ← a b + β c + bias`; with `β = 0`, `c` is not read.
///
/// # Panics
/// If the sizes do not agree.
pub(crate) fn product<T: Scalar>(
    a: Matrix<'_, T>,
    b: Right<'_, T>,
    beta: T,
    bias: Bias<'_, T>,
    mut c: MatrixMut<'_, T>,
) {
    let [k, n] = b.size();
    assert!(a.size() == [c.rows, k] && c.columns == n, "the sizes of a product agree");
    match bias {
        Bias::None => {}
        Bias::Rows(rows) => assert_eq!(rows.len(), c.rows, "a bias for each row"),
        Bias::Columns(columns) => assert_eq!(columns.len(), c.columns, "a bias for each column"),
    }
    let kernels = match b {
        Right::Matrix(_) => kernels::current(),
        Right::Packed(packed) => packed.kernels,
    };
    // A column of results is a row of the transposed product, whose matrix then is a matrix of runs.
    if let Right::Matrix(b) = b
        && (b.size(), c.stride, a.row_stride) == ([k, 1], 1, 1)
        && c.rows > 1
    {
        let bias = match bias {
            Bias::None => Bias::None,
            Bias::Rows(rows) => Bias::Columns(rows),
            Bias::Columns(columns) => Bias::Rows(columns),
        };
        return product(b.transposed(), a.transposed().into(), beta, bias, c.column_as_row());
    }
    match kernels {
        _ if c.rows == 0 || n == 0 => {}
        Some(kernels) if k > 0 => match b {
            Right::Matrix(b) if dot::suits(&a, &b) => dot::product(kernels, a, b, beta, bias, c),
            Right::Matrix(ref b) if single::suits(kernels, &a, b) => {
                single::product(kernels, &a, b, beta, bias, &mut c)
            }
            Right::Matrix(b) if row::suits(&a, &b) => row::product(kernels, a, b, beta, bias, c),
            _ => drive::product(kernels, a, b, beta, bias, c),
        },
        _ => {
            scale(&mut c, beta, bias);
            if k > 0 {
                portable::add_product(a, b.matrix(), c);
            }
        }
    }
}

/// `c ← β c + bias`
fn scale<T: Scalar>(c: &mut MatrixMut<'_, T>, beta: T, bias: Bias<'_, T>) {
    for (i, row) in c.rows_mut().enumerate() {
        for (j, c) in row.iter_mut().enumerate() {
            let scaled = if beta == T::zero() { T::zero() } else { beta * *c };
            *c = match bias {
                Bias::None => scaled,
                Bias::Rows(rows) => scaled + rows[i],
                Bias::Columns(columns) => scaled + columns[j],
            };
        }
    }
}
