//! Strided matrices in slices: what a product reads and writes.

use std::ops::Range;

/// A strided matrix in a slice.
#[derive(Clone, Copy)]
pub struct Matrix<'a, T> {
    data: &'a [T],
    offset: usize,
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) row_stride: isize,
    pub(super) column_stride: isize,
}

impl<'a, T> Matrix<'a, T> {
    /// The matrix with element `[i, j]` at `offset + i·row_stride + j·column_stride`.
    ///
    /// # Panics
    /// If an element would lie outside the slice: this is what the unsafe call below relies on.
    pub fn new(
        data: &'a [T],
        offset: usize,
        [rows, columns]: [usize; 2],
        [row_stride, column_stride]: [isize; 2],
    ) -> Self {
        if rows > 0 && columns > 0 {
            let inside = reach(offset, [(rows, row_stride), (columns, column_stride)])
                .is_some_and(|[below, highest]| below <= offset && highest < data.len());
            assert!(inside, "a matrix lies inside its slice");
        }
        Matrix { data, offset, rows, columns, row_stride, column_stride }
    }

    /// A row-major matrix that begins at `offset`.
    pub fn row_major(data: &'a [T], offset: usize, [rows, columns]: [usize; 2]) -> Self {
        Matrix::new(data, offset, [rows, columns], [columns as isize, 1])
    }

    /// The element `[i, j]`.
    ///
    /// # Panics
    /// If there is none.
    #[inline]
    pub fn at(&self, i: usize, j: usize) -> T
    where
        T: Copy,
    {
        assert!(i < self.rows && j < self.columns);
        self.data[(self.offset as isize + i as isize * self.row_stride + j as isize * self.column_stride) as usize]
    }

    /// The numbers of rows and of columns.
    pub fn size(&self) -> [usize; 2] {
        [self.rows, self.columns]
    }

    /// The transposed matrix; nothing moves.
    pub fn transposed(self) -> Self {
        let Matrix { data, offset, rows, columns, row_stride, column_stride } = self;
        Matrix { data, offset, rows: columns, columns: rows, row_stride: column_stride, column_stride: row_stride }
    }

    /// Some neighbouring rows and columns.
    pub(crate) fn part(self, rows: Range<usize>, columns: Range<usize>) -> Self {
        let offset =
            self.offset as isize + rows.start as isize * self.row_stride + columns.start as isize * self.column_stride;
        let strides = [self.row_stride, self.column_stride];
        Matrix::new(self.data, offset as usize, [rows.len(), columns.len()], strides)
    }

    /// The slice, and where in it the elements lie: from the offset on, at multiples of the strides.
    pub(crate) fn place(&self) -> (&'a [T], usize, [isize; 2]) {
        (self.data, self.offset, [self.row_stride, self.column_stride])
    }

    /// Where the element `[0, 0]` lies, if there is one: those of `size` do, at multiples of the strides.
    pub(super) fn start(&self) -> *const T {
        self.data.as_ptr().wrapping_add(self.offset)
    }
}

/// How far below `offset` the axes of a matrix lead, and the highest place that they lead to; `None` where that is beyond all places.
#[inline]
fn reach(offset: usize, axes: [(usize, isize); 2]) -> Option<[usize; 2]> {
    let [mut below, mut highest] = [0, offset];
    for (count, stride) in axes {
        let end = if stride < 0 { &mut below } else { &mut highest };
        *end = end.checked_add((count - 1).checked_mul(stride.unsigned_abs())?)?;
    }
    Some([below, highest])
}

/// A matrix to be written, its rows `stride` apart, the elements of a row neighbours.
pub struct MatrixMut<'a, T> {
    data: &'a mut [T],
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) stride: usize,
}

impl<'a, T> MatrixMut<'a, T> {
    /// The matrix with element `[i, j]` at `i·stride + j`.
    ///
    /// # Panics
    /// If rows would overlap or an element lie outside the slice.
    pub fn new(data: &'a mut [T], [rows, columns]: [usize; 2], stride: usize) -> Self {
        if rows > 0 && columns > 0 {
            let end = (rows - 1).checked_mul(stride).and_then(|last| last.checked_add(columns));
            assert!(
                (stride >= columns || rows == 1) && end.is_some_and(|end| end <= data.len()),
                "the rows of a result lie side by side inside its slice"
            );
        }
        MatrixMut { data, rows, columns, stride }
    }

    /// The numbers of rows and of columns.
    pub fn size(&self) -> [usize; 2] {
        [self.rows, self.columns]
    }

    /// A column whose elements are neighbours as a row.
    pub(super) fn column_as_row(self) -> Self {
        debug_assert!(self.columns == 1 && self.stride == 1);
        MatrixMut { rows: 1, columns: self.rows, stride: self.rows, data: self.data }
    }

    /// Where the element `[0, 0]` lies, if there is one.
    pub(super) fn start(&mut self) -> *mut T {
        self.data.as_mut_ptr()
    }

    /// The rows, one by one.
    pub(super) fn rows_mut(&mut self) -> impl Iterator<Item = &mut [T]> {
        let (columns, stride) = (self.columns, self.stride.max(1));
        let used = if columns == 0 { 0 } else { self.rows };
        self.data.chunks_mut(stride).take(used).map(move |row| &mut row[..columns])
    }
}
