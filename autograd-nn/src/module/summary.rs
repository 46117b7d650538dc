//! `Summary`: a table of the layers of a module.

use super::observe::observe;
use super::{Module, Part, Parts, Visitor};
use crate::table;
use autograd_core::{Real, Shape, no_grad};
use std::collections::{HashMap, HashSet};
use std::fmt;

/// A table of the layers of a module: names, kinds, shapes of results, numbers of parameters.
///
/// [`Forward::summary`](crate::Forward::summary) makes one for a module from one variable to one; [`of`](Summary::of) for any.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// A row for each layer that gave a result or has parameters of its own, in the order of the module.
    pub rows: Vec<SummaryRow>,
    /// All parameters, tied ones counted once.
    pub parameters: usize,
    /// Those of them that are not frozen.
    pub trainable: usize,
    /// What parameters and buffers take in memory.
    pub bytes: usize,
}

/// A layer in a [`Summary`].
#[derive(Clone, Debug, PartialEq)]
pub struct SummaryRow {
    /// Its name within the module; empty for the module itself.
    pub name: String,
    /// The type of the layer.
    pub kind: &'static str,
    /// The shape of its result, of the last one if it was used several times; `None` if it gave none.
    pub output: Option<Shape>,
    /// The number of its own parameters, those of parts with a row of their own and those counted above left out.
    pub parameters: usize,
}

impl Summary {
    /// The summary of a module, whose forward pass is `f`: run once, in evaluation and without gradients.
    ///
    /// ```
    /// use autograd_core::{Generator, Tensor, Var};
    /// use autograd_nn::{Forward, Linear, Module, Summary};
    /// #[derive(Module)]
    /// struct Twins {
    ///     left: Linear,
    ///     right: Linear,
    /// }
    /// let mut generator = Generator::seed(0);
    /// let twins = Twins { left: Linear::new(2, 3, &mut generator), right: Linear::new(4, 3, &mut generator) };
    /// let (a, b) = (Var::constant(Tensor::zeros([1, 2])), Var::constant(Tensor::zeros([1, 4])));
    /// let summary = Summary::of(&twins, || drop(twins.left.forward(&a) + twins.right.forward(&b)));
    /// assert_eq!(summary.rows[1].name, "right");
    /// assert_eq!(summary.rows[1].output.as_deref(), Some(&[1, 3][..]));
    /// assert_eq!(summary.parameters, 9 + 15);
    /// ```
    pub fn of<T: Real>(module: &(impl Module<T> + ?Sized), f: impl FnOnce()) -> Summary {
        let parts = Parts(&|visitor| module.visit(visitor));
        let modes = Modes::evaluating(parts);
        let ((), seen) = observe(&parts, || no_grad(f));
        drop(modes);
        let outputs: HashMap<String, Shape> =
            seen.into_iter().map(|layer| (layer.name, layer.output.shape().clone())).collect();
        table(parts, outputs)
    }
}

/// Sets modules to evaluation, and each back to what it was in the end.
struct Modes<'m, T: Real> {
    module: Parts<'m, T>,
    before: Vec<bool>,
}

impl<'m, T: Real> Modes<'m, T> {
    fn evaluating(module: Parts<'m, T>) -> Self {
        let mut before = Vec::new();
        module.visit(&mut Visitor::new(&mut |_, part| {
            if let Part::Training(training) = part {
                before.push(training.is_on());
            }
        }));
        module.eval();
        Modes { module, before }
    }
}

impl<T: Real> Drop for Modes<'_, T> {
    fn drop(&mut self) {
        let mut before = self.before.iter();
        self.module.visit(&mut Visitor::new(&mut |_, part| {
            if let Part::Training(training) = part
                && let Some(&on) = before.next()
            {
                training.set(on);
            }
        }));
    }
}

fn table<T: Real>(module: Parts<'_, T>, mut outputs: HashMap<String, Shape>) -> Summary {
    let mut summary = Summary { rows: Vec::new(), parameters: 0, trainable: 0, bytes: 0 };
    let mut seen = HashSet::new();
    module.visit(&mut Visitor::new(&mut |name, part| match part {
        Part::Module(found) => {
            let row =
                SummaryRow { name: name.to_owned(), kind: found.kind(), output: outputs.remove(name), parameters: 0 };
            summary.rows.push(row);
        }
        Part::Parameter(parameter) if seen.insert(parameter.id()) => {
            let n = parameter.numel();
            summary.parameters += n;
            summary.trainable += if parameter.is_trainable() { n } else { 0 };
            summary.bytes += n * size_of::<T>();
            // The walk may have left a part and come back to a parameter of the whole.
            if let Some(row) = summary.rows.iter_mut().rev().find(|row| holds(&row.name, name)) {
                row.parameters += n;
            }
        }
        Part::Buffer(buffer) if seen.insert(buffer.id()) => summary.bytes += buffer.shape().numel() * size_of::<T>(),
        _ => {}
    }));
    let inner = |name: &str, rows: &[SummaryRow]| rows.iter().any(|row| row.name != name && holds(name, &row.name));
    let rows = std::mem::take(&mut summary.rows);
    let told = rows.iter().filter(|row| row.parameters > 0 || row.output.is_some() && !inner(&row.name, &rows));
    summary.rows = told.cloned().collect();
    summary
}

/// Whether the part named `inner` lies within the one named `outer`.
fn holds(outer: &str, inner: &str) -> bool {
    outer.is_empty() || inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// A whole number with its thousands apart: `1,234,567`.
fn grouped(n: usize) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = ["layer", "kind", "output", "parameters"].map(str::to_owned);
        let row = |row: &SummaryRow| {
            let output = row.output.as_ref().map_or("-".to_owned(), Shape::to_string);
            [table::name(&row.name), row.kind.to_owned(), output, grouped(row.parameters)]
        };
        let rows: Vec<[String; 4]> = std::iter::once(head).chain(self.rows.iter().map(row)).collect();
        table::write(f, &rows, 3)?;
        let trainable = match self.trainable {
            n if n == self.parameters => "all".to_owned(),
            n => grouped(n),
        };
        writeln!(f, "{} parameters, {trainable} trainable, {} bytes", grouped(self.parameters), grouped(self.bytes))
    }
}
