//! `read_csv`: tables of numbers.

use super::DataError;
use super::files::{MOST, open};
use autograd_core::Tensor;
use std::io::Read;
use std::path::Path;

/// A table of numbers: the result of [`read_csv`].
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// The names of the columns; empty if the file has none.
    pub names: Vec<String>,
    /// The numbers, `[rows, columns]`.
    pub values: Tensor<f64>,
}

impl Table {
    /// The column of this name, `[rows]`, and the others, `[rows, columns - 1]`: what is to be learned, and from what.
    ///
    /// # Errors
    /// If no column has the name.
    pub fn take(&self, name: &str) -> Result<(Tensor<f64>, Tensor<f64>), DataError> {
        let column = self.names.iter().position(|found| found == name).ok_or_else(|| {
            let what = format!("there is no column {name:?}, the columns are {:?}", self.names);
            DataError::new("table", what, "name one of them")
        })?;
        let [rows, columns] = [self.values.shape()[0], self.values.shape()[1]];
        let values = self.values.to_vec();
        let others = Tensor::from_fn([rows, columns - 1], |i| {
            let (row, at) = (i / (columns - 1), i % (columns - 1));
            values[row * columns + at + usize::from(at >= column)]
        });
        Ok((self.values.slice((.., column)).contiguous(), others))
    }
}

/// Reads a table of numbers with commas between them, plain or packed with gzip; needs the feature `csv`.
///
/// With `header`, the first line names the columns. Spaces around numbers count for nothing; an empty field is an error, `NaN` is not.
///
/// # Errors
/// If the file cannot be read, has no row or more than a gigabyte, or a line has a field too many or too few or one that is no number.
///
/// # Example
/// ```no_run
/// use autograd_nn::data::read_csv;
/// let (price, houses) = read_csv("houses.csv", true)?.take("price")?;
/// assert_eq!(price.shape()[0], houses.shape()[0]);
/// # Ok::<(), autograd_nn::data::DataError>(())
/// ```
pub fn read_csv(path: impl AsRef<Path>, header: bool) -> Result<Table, DataError> {
    let path = path.as_ref();
    let wrong = |what: String| DataError::file(path, what, "mend the file");
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(open(path)?.take(MOST));
    let (mut names, mut columns, mut rows, mut values) = (Vec::new(), None, 0, Vec::new());
    for record in reader.byte_records() {
        let record = record.map_err(|error| wrong(format!("a line cannot be read: {error}")))?;
        let line = record.position().map_or(0, csv::Position::line);
        let expected = *columns.get_or_insert(record.len());
        if record.len() != expected {
            return Err(wrong(format!("line {line} has {} values, not {expected}", record.len())));
        }
        if header && names.is_empty() {
            names = record.iter().map(|field| String::from_utf8_lossy(field).trim().to_owned()).collect();
            continue;
        }
        for (column, field) in record.iter().enumerate() {
            let number = std::str::from_utf8(field).ok().and_then(|field| field.trim().parse().ok());
            values.push(number.ok_or_else(|| {
                let field = String::from_utf8_lossy(&field[..field.len().min(40)]).into_owned();
                let hint = match () {
                    () if expected == 1 && field.contains([';', '\t']) => "; fields are parted by commas",
                    () if rows == 0 && !header => "; if the first line names the columns, read it with a header",
                    () => "",
                };
                wrong(format!("line {line}, column {}: {field:?} is not a number{hint}", column + 1))
            })?);
        }
        rows += 1;
    }
    if reader.get_ref().limit() == 0 {
        return Err(wrong(format!("the table has {MOST} bytes or more")));
    }
    match columns {
        Some(columns) if rows > 0 => Ok(Table { names, values: Tensor::from_vec(values, [rows, columns]) }),
        _ => Err(wrong("there is no row".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::files::tests::folder;

    #[test]
    fn tables_are_read_and_damaged_lines_are_named() {
        let folder = folder("csv");
        let path = folder.join("a.csv");
        let read = |text: &str, header| {
            std::fs::write(&path, text).unwrap();
            read_csv(&path, header).map_err(|error| error.what)
        };
        let table = read("x,\"y\", z\n1, 2.5,-3e2\n\nNaN,0,1\n", true).unwrap();
        assert_eq!(table.names, ["x", "y", "z"]);
        let (y, others) = table.take("y").unwrap();
        assert_eq!((y.to_vec(), others.to_vec()[..2].to_vec()), (vec![2.5, 0.0], vec![1.0, -300.0]));
        assert_eq!(
            table.take("w").unwrap_err().what,
            "there is no column \"w\", the columns are [\"x\", \"y\", \"z\"]"
        );
        assert_eq!(*read("1,2\n3,4", false).unwrap().values.shape(), [2, 2]);
        let single = read("y\n5\n", true).unwrap().take("y").unwrap();
        assert_eq!((single.0.to_vec(), single.1.numel()), (vec![5.0], 0));
        let says = |text, header| read(text, header).unwrap_err();
        assert_eq!(says("1,2\n3\n", false), "line 2 has 1 values, not 2");
        assert_eq!(says("a,b\n3,\n", true), "line 2, column 2: \"\" is not a number");
        let names =
            "line 1, column 1: \"a\" is not a number; if the first line names the columns, read it with a header";
        assert_eq!(says("a,b\n1,2\n", false), names);
        assert_eq!(says("a;b\n1;2\n", true), "line 2, column 1: \"1;2\" is not a number; fields are parted by commas");
        assert_eq!(says("a,b\n", true), "there is no row");
        assert_eq!(says("", false), "there is no row");
        std::fs::remove_dir_all(folder).unwrap();
    }
}
