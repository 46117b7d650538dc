//! Printing as NumPy prints: columns aligned, long axes cut in the middle.

use super::{Element, Tensor};
use std::fmt;

/// Elements above which the middle of long axes is left out.
const THRESHOLD: usize = 1000;
/// Entries shown at each end of an axis that is cut.
const EDGE: usize = 3;
/// Columns after which the innermost axis goes on in a new line.
const LINE: usize = 75;

/// Aligned, cut in the middle when longer than 1,000 elements; `{:.2}` sets the decimals, at most 8 by default.
impl<T: Element> fmt::Display for Tensor<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cut = self.numel() > THRESHOLD;
        let mut shown = Vec::new();
        visit(&mut vec![0; self.rank()], 0, self, cut, &mut |x| shown.push(x));
        let mut texts = texts(&shown, f.precision());
        if self.rank() == 0 {
            // A number alone is written as a number: -12.0, where an array shows -12.
            texts.iter_mut().filter(|text| text.ends_with('.')).for_each(|text| text.push('0'));
        }
        let width = texts.iter().map(|text| text.chars().count()).max().unwrap_or(0);
        let mut texts = texts.into_iter();
        write_axis(f, self, 0, cut, width, &mut texts)
    }
}

/// The printed form with shape and element type, for messages and tests.
impl<T: Element> fmt::Debug for Tensor<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tensor<{}>{} {self}", T::NAME, self.shape())
    }
}

/// The positions of an axis of size `n` that are shown.
fn positions(n: usize, cut: bool) -> impl Iterator<Item = usize> {
    let skip = cut && n > 2 * EDGE;
    (0..n).filter(move |&i| !skip || i < EDGE || i >= n - EDGE)
}

fn visit<T: Element>(index: &mut Vec<usize>, axis: usize, x: &Tensor<T>, cut: bool, f: &mut impl FnMut(T)) {
    if axis == x.rank() {
        let view = x.view();
        let at: isize = index.iter().zip(&view.strides()).map(|(&i, s)| i as isize * s).sum();
        return f(view.data[(view.offset as isize + at) as usize]);
    }
    for i in positions(x.shape()[axis], cut) {
        index[axis] = i;
        visit(index, axis + 1, x, cut, f);
    }
}

/// Floats get as many decimals as the one that needs most, or a common exponent form where magnitudes differ too much.
fn texts<T: Element>(shown: &[T], precision: Option<usize>) -> Vec<String> {
    let plain: Vec<String> = shown.iter().map(|x| x.to_string()).collect();
    if !T::NAME.starts_with('f') {
        return plain;
    }
    let numbers: Vec<f64> = plain.iter().map(|text| text.parse().unwrap_or(f64::NAN)).collect();
    let sizes = || numbers.iter().map(|x| x.abs()).filter(|x| x.is_finite() && *x > 0.0);
    let (low, high) = (sizes().fold(f64::INFINITY, f64::min), sizes().fold(0.0, f64::max));
    let exponent = high >= 1e8 || low < 1e-4 || high / low > 1e3 && low < 1e-3;
    let decimals = |text: &String| text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let places = precision.unwrap_or_else(|| {
        if exponent {
            return numbers
                .iter()
                .filter(|x| x.is_finite())
                .map(|x| decimals_of_mantissa(*x))
                .max()
                .unwrap_or(0)
                .min(8);
        }
        plain.iter().map(decimals).max().unwrap_or(0).min(8)
    });
    let form = |&x: &f64| match x {
        _ if x.is_nan() => "nan".to_owned(),
        _ if x.is_infinite() => if x > 0.0 { "inf" } else { "-inf" }.to_owned(),
        _ if exponent => format!("{x:.places$e}"),
        _ if places == 0 => format!("{x:.0}."),
        _ => format!("{x:.places$}"),
    };
    numbers.iter().map(form).collect()
}

fn decimals_of_mantissa(x: f64) -> usize {
    let text = format!("{x:e}");
    let mantissa = text.split('e').next().unwrap_or_default();
    mantissa.split_once('.').map_or(0, |(_, decimals)| decimals.len())
}

fn write_axis<T: Element>(
    f: &mut fmt::Formatter<'_>,
    x: &Tensor<T>,
    axis: usize,
    cut: bool,
    width: usize,
    texts: &mut impl Iterator<Item = String>,
) -> fmt::Result {
    if axis == x.rank() {
        return write!(f, "{:>width$}", texts.next().unwrap_or_default());
    }
    let innermost = axis + 1 == x.rank();
    // Between the parts of an outer axis: a new line for each axis that ends, then room for the brackets that stay open.
    let gap = if innermost { " ".to_owned() } else { "\n".repeat(x.rank() - axis - 1) + &" ".repeat(axis + 1) };
    // The line holds so many entries after the brackets that open it.
    let fit = if innermost { ((LINE - (axis + 1).min(LINE)) / (width + 1)).max(1) } else { usize::MAX };
    let wrapped = format!("\n{}", " ".repeat(axis + 1));
    write!(f, "[")?;
    let mut last = None;
    for (count, i) in positions(x.shape()[axis], cut).enumerate() {
        if let Some(last) = last {
            write!(f, "{}", if count.is_multiple_of(fit) { &wrapped } else { &gap })?;
            if i != last + 1 {
                write!(f, "...{gap}")?;
            }
        }
        write_axis(f, x, axis + 1, cut, width, texts)?;
        last = Some(i);
    }
    write!(f, "]")
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn numbers_are_aligned_as_numpy_aligns_them() {
        assert_eq!(Tensor::from([[1.0, -2.5], [10.0, 0.25]]).to_string(), "[[ 1.00 -2.50]\n [10.00  0.25]]");
        assert_eq!(Tensor::from([1.0, 2.0]).to_string(), "[1. 2.]");
        assert_eq!(
            (Tensor::from(2.5).to_string(), Tensor::from(-12.0).to_string()),
            ("2.5".to_owned(), "-12.0".to_owned())
        );
        assert_eq!(Tensor::from([[1i64, 20], [3, 4]]).to_string(), "[[ 1 20]\n [ 3  4]]");
        assert_eq!(Tensor::from([true, false]).to_string(), "[ true false]");
        assert_eq!(format!("{:.1}", Tensor::from([0.25, f64::NAN])), "[0.2 nan]");
    }

    #[test]
    fn long_rows_go_on_in_a_new_line() {
        let expected = "[ 0.  1.  2.  3.  4.  5.  6.  7.  8.  9. 10. 11. 12. 13. 14. 15. 16. 17.\n 18. 19. 20. 21. 22. 23. 24. 25. 26. 27. 28. 29.]";
        assert_eq!(Tensor::<f64>::arange(30).to_string(), expected);
        let rows = Tensor::<f64>::full([2, 20], 0.125).to_string();
        assert!(rows.starts_with("[[0.125 ") && rows.lines().count() == 4 && rows.lines().all(|line| line.len() <= 76));
    }

    #[test]
    fn blocks_are_parted_by_empty_lines() {
        assert_eq!(
            Tensor::<f32>::arange(8).reshape([2, 2, 2]).to_string(),
            "[[[0. 1.]\n  [2. 3.]]\n\n [[4. 5.]\n  [6. 7.]]]"
        );
    }

    #[test]
    fn the_middle_of_long_axes_is_cut() {
        assert_eq!(Tensor::<f64>::arange(2000).to_string(), "[   0.    1.    2. ... 1997. 1998. 1999.]");
        let wide = Tensor::<f64>::zeros([2, 1000]).to_string();
        assert_eq!(wide, "[[0. 0. 0. ... 0. 0. 0.]\n [0. 0. 0. ... 0. 0. 0.]]");
    }

    #[test]
    fn what_has_no_elements_prints_its_brackets() {
        assert_eq!(Tensor::<f32>::zeros([0]).to_string(), "[]");
        assert_eq!(format!("{:?}", Tensor::<f32>::zeros([0])), "Tensor<f32>[0] []");
    }

    #[test]
    fn very_small_and_very_large_numbers_take_exponents() {
        assert_eq!(Tensor::from([1e-10, 1.0]).to_string(), "[1e-10   1e0]");
        assert_eq!(Tensor::from([1.5e9, 1.0]).to_string(), "[1.5e9 1.0e0]");
    }
}
