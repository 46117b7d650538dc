//! `Error`: one sentence, then the facts, then the rule, then help where it is certain.

use crate::graph::{LayerPath, mode};
use crate::tensor::Shape;
use std::fmt;
use std::panic::Location;

/// Why an op refuses its operands: the sentence of an [`Error`], and help where it is certain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    why: String,
    help: Option<&'static str>,
}

impl Mismatch {
    /// A refusal with its reason: lower case, with the numbers, without a full stop.
    pub fn new(why: impl Into<String>) -> Self {
        Mismatch { why: why.into(), help: None }
    }

    /// The sentence alone.
    pub fn why(&self) -> &str {
        &self.why
    }

    /// The same refusal with a line that says what to do.
    pub fn help(self, help: &'static str) -> Self {
        Mismatch { help: Some(help), ..self }
    }
}

/// An op that could not be applied, or a backward pass that could not be run.
///
/// ```
/// use autograd_core::{Var, ops::MatMul};
/// let (a, b) = (Var::constant([[1.0, 2.0]]), Var::constant([[3.0, 4.0]]));
/// let error = Var::try_apply(MatMul, [&a, &b]).unwrap_err();
/// assert!(error.to_string().starts_with("matmul: inner dimensions differ, 2 and 1\n  a     [1, 2]\n  b     [1, 2]\n"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Error {
    op: &'static str,
    mismatch: Mismatch,
    facts: Vec<(String, String)>,
    layer: Option<LayerPath>,
    at: &'static Location<'static>,
}

impl Error {
    #[track_caller]
    pub(crate) fn new(op: &'static str, mismatch: Mismatch) -> Self {
        Error { op, mismatch, facts: Vec::new(), layer: LayerPath::current(), at: mode::location() }
    }

    /// The error of an op whose operands do not satisfy its rule.
    #[cold]
    #[track_caller]
    pub(crate) fn refused<'a>(
        op: &'static str,
        rule: &str,
        mismatch: Mismatch,
        names: &[&str],
        operands: impl ExactSizeIterator<Item = &'a Shape>,
    ) -> Self {
        let count = operands.len();
        let facts = operands.enumerate().map(|(i, shape)| (operand_name(names, count, i), shape.to_string()));
        let mut error = Error { facts: facts.collect(), ..Error::new(op, mismatch) };
        if !rule.is_empty() {
            error = error.fact("rule", rule);
        }
        error
    }

    pub(crate) fn fact(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.facts.push((name.to_owned(), value.to_string()));
        self
    }

    /// The same with another line of the program: that which applied an op whose gradient rule fails.
    pub(crate) fn made_at(self, at: &'static Location<'static>) -> Self {
        Error { at, ..self }
    }

    /// The name of the op that refused.
    pub fn op(&self) -> &'static str {
        self.op
    }

    /// The caller's line.
    pub fn at(&self) -> &'static Location<'static> {
        self.at
    }

    /// Ends the program with this error as its message: for mistakes that only the source can mend.
    #[cold]
    #[track_caller]
    pub(crate) fn raise(self) -> ! {
        panic!("{self}")
    }
}

/// Ends the program with a message for a mistake that only the source can mend, such as a wrong size, and with the caller's line; that of
/// [`blame`](crate::blame) if it holds.
///
/// For layers and functions that check something no op checks, so that their errors end as those of ops do.
///
/// ```should_panic
/// # let heads = 3;
/// if !8usize.is_multiple_of(heads) {
///     autograd_core::refuse(format_args!("attention: {heads} heads cannot share 8 features equally"));
/// }
/// ```
#[cold]
#[track_caller]
pub fn refuse(message: impl fmt::Display) -> ! {
    let layer = LayerPath::current().map_or(String::new(), |path| format!("\n  layer {path}"));
    let at = mode::location();
    panic!("{message}{layer}\n  at    {}:{}", at.file(), at.line())
}

/// What errors call operand `i` of `count`: the op's own names, else x, or a, b, c and so on.
fn operand_name(names: &[&str], count: usize, i: usize) -> String {
    match names.get(i) {
        Some(name) => (*name).to_owned(),
        None if count == 1 => "x".to_owned(),
        None if i < 26 => char::from(b'a' + i as u8).to_string(),
        None => format!("#{i}"),
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.op, self.mismatch.why)?;
        let width = self.facts.iter().map(|(name, _)| name.len()).fold(5, usize::max);
        for (name, value) in &self.facts {
            write!(f, "\n  {name:<width$} {value}")?;
        }
        if let Some(layer) = self.layer {
            write!(f, "\n  {:<width$} {layer}", "layer")?;
        }
        write!(f, "\n  {:<width$} {}:{}", "at", self.at.file(), self.at.line())?;
        match self.mismatch.help {
            Some(help) => write!(f, "\n  {:<width$} {help}", "help"),
            None => Ok(()),
        }
    }
}
