//! Tables of text, for what is printed to be read.

use std::fmt;

/// Writes rows in columns, the first few of them flush left and the others flush right.
pub(crate) fn write<const N: usize>(f: &mut fmt::Formatter<'_>, rows: &[[String; N]], left: usize) -> fmt::Result {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; N] = std::array::from_fn(width);
    for row in rows {
        let cells = row.iter().zip(widths).enumerate();
        let cells =
            cells.map(|(i, (cell, width))| if i < left { format!("{cell:width$}") } else { format!("{cell:>width$}") });
        writeln!(f, "{}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    Ok(())
}

/// The name of a part of a module as it is printed.
pub(crate) fn name(name: &str) -> String {
    if name.is_empty() { "(itself)".to_owned() } else { name.to_owned() }
}
