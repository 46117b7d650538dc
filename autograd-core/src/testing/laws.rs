//! The laws, one function each. A law says what it found, or nothing.

use super::cases::Pin;
use super::compare::{different_bits, worst};
use super::erased::{AnyOp, Subjects};
use super::gradcheck;
use super::layouts::LAYOUTS;
use crate::error::Error;
use crate::functional::grad_with;
use crate::op::{Save, Saved};
use crate::tensor::{AxisSlice, Generator, Real, Shape, Tensor};
use crate::var::Var;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What an op may be off its textbook computation in double precision: some roundings of a sum in another order.
pub(super) const VALUE: f64 = 1e-12;
/// What single precision may be off double precision.
const SINGLE: f64 = 1e-4;

pub(super) type Law = Result<(), String>;

/// A result and the gradient of each operand that has one.
pub(super) struct Outcome<T: Real> {
    y: Tensor<T>,
    dx: Vec<Option<Tensor<T>>>,
}

/// An op with its operands and a random cotangent.
pub(super) struct Subject<'a> {
    pub(super) op: &'a dyn AnyOp,
    pub(super) x: Vec<Tensor<f64>>,
    dy: Tensor<f64>,
}

fn apply(op: &dyn AnyOp, x: &[Var<f64>]) -> Result<Var<f64>, String> {
    op.apply(&all(x)).map_err(|error| format!("it refuses: {error}"))
}

/// A reference to each.
pub(super) fn all<T: Real>(x: &[Var<T>]) -> Vec<&Var<T>> {
    x.iter().collect()
}

/// The result of `y` and the gradients of those operands that `leaf` selects.
fn outcome<T: Real>(
    y: impl FnOnce(&[&Var<T>]) -> Result<Var<T>, Error>,
    x: &[Tensor<T>],
    dy: &Tensor<T>,
    leaf: impl Fn(usize) -> bool,
    recorded: bool,
) -> Result<Outcome<T>, String> {
    let xs: Vec<Var<T>> =
        x.iter().enumerate().map(|(i, x)| if leaf(i) { Var::leaf(x) } else { Var::constant(x) }).collect();
    let xs = all(&xs);
    let y = y(&xs).map_err(|error| format!("it refuses: {error}"))?;
    let dx = grad_with(&y, &Var::constant(dy), &xs, recorded);
    Ok(Outcome { y: y.value().clone(), dx: dx.into_iter().map(|dx| dx.map(|dx| dx.value().clone())).collect() })
}

/// The outcome of an op in double precision.
fn run(
    op: &dyn AnyOp,
    x: &[Tensor<f64>],
    dy: &Tensor<f64>,
    leaf: impl Fn(usize) -> bool,
) -> Result<Outcome<f64>, String> {
    outcome(|x| op.apply(x), x, dy, leaf, false)
}

/// Compares two outcomes with `different`, which tells one difference.
pub(super) fn same<T: Real>(
    a: &Outcome<T>,
    b: &Outcome<T>,
    different: impl Fn(&Tensor<T>, &Tensor<T>) -> Option<String>,
) -> Law {
    if let Some(found) = different(&a.y, &b.y) {
        return Err(format!("the result {found}"));
    }
    for (i, pair) in a.dx.iter().zip(&b.dx).enumerate() {
        match pair {
            (Some(a), Some(b)) => {
                if let Some(found) = different(a, b) {
                    return Err(format!("the gradient of operand {i} {found}"));
                }
            }
            (None, None) => {}
            _ => return Err(format!("operand {i} has a gradient only once")),
        }
    }
    Ok(())
}

impl<'a> Subject<'a> {
    pub(super) fn new(op: &'a dyn AnyOp, x: Vec<Tensor<f64>>, generator: &mut Generator) -> Self {
        let shape = op.shape(&shapes_of(&x));
        let dy = Tensor::normal(shape.unwrap_or_default(), 0.0, 1.0, generator);
        Subject { op, x, dy }
    }

    pub(super) fn leaves(&self) -> Vec<Var<f64>> {
        self.x.iter().map(Var::leaf).collect()
    }

    pub(super) fn all(&self) -> Result<Outcome<f64>, String> {
        run(self.op, &self.x, &self.dy, |_| true)
    }

    /// The shape rule says the shape of the result.
    pub(super) fn shape(&self) -> Law {
        let y = apply(self.op, &self.leaves())?;
        match y.shape() == self.dy.shape() {
            true => Ok(()),
            false => Err(format!("the rule says {}, the result has {}", self.dy.shape(), y.shape())),
        }
    }

    /// The result is the textbook's.
    pub(super) fn value(&self, textbook: &dyn Fn(&[Tensor<f64>]) -> Tensor<f64>) -> Law {
        let y = apply(self.op, &self.leaves())?;
        match worst(y.value(), &textbook(&self.x), VALUE) {
            Some(found) => Err(format!("result and textbook {found}")),
            None => Ok(()),
        }
    }

    /// The gradient is the limit of difference quotients.
    pub(super) fn gradient(&self, seed: u64) -> Law {
        gradcheck::compare(&|x| vec![apply(self.op, x).expect("accepted before")], &self.x, seed)
    }

    /// The gradient of the gradient is, too.
    pub(super) fn second_gradient(&self, seed: u64) -> Law {
        gradcheck::second(&|x| apply(self.op, x).expect("accepted before"), &self.x, seed)
    }

    /// Layouts in memory change nothing.
    pub(super) fn layouts(&self) -> Law {
        let expected = self.all()?;
        for layout in LAYOUTS {
            let x: Vec<Tensor<f64>> = self.x.iter().map(|x| layout.of(x)).collect();
            let found = run(self.op, &x, &layout.of(&self.dy), |_| true)?;
            same(&found, &expected, |a, b| worst(a, b, VALUE))
                .map_err(|found| format!("{layout:?} operands: {found}"))?;
        }
        // Operands and cotangent that repeat along an axis, as views and in full.
        let views: Vec<Tensor<f64>> = self.x.iter().map(repeated).collect();
        let copies: Vec<Tensor<f64>> = views.iter().map(in_full).collect();
        let dy = repeated(&self.dy);
        let (found, expected) = (run(self.op, &views, &dy, |_| true)?, run(self.op, &copies, &in_full(&dy), |_| true)?);
        same(&found, &expected, |a, b| worst(a, b, VALUE)).map_err(|found| format!("broadcast operands: {found}"))
    }

    /// Operands stay what they are, and a second call gives the same bits.
    pub(super) fn purity(&self) -> Law {
        let before: Vec<Tensor<f64>> = self.x.iter().map(in_full).collect();
        let dy = in_full(&self.dy);
        let (first, second) = (self.all()?, self.all()?);
        same(&first, &second, different_bits).map_err(|found| format!("a second call: {found}"))?;
        for (i, (now, before)) in self.x.iter().chain([&self.dy]).zip(before.iter().chain([&dy])).enumerate() {
            if let Some(found) = different_bits(now, before) {
                return Err(format!("operand {i} was changed {found}"));
            }
        }
        Ok(())
    }

    /// Each operand's gradient is the same when it is the only one wanted, and the rule computes no other.
    pub(super) fn needs(&self) -> Law {
        let all = self.all()?;
        for i in 0..self.x.len() {
            let alone = run(self.op, &self.x, &self.dy, |j| i == j)?;
            if let (Some(a), Some(b)) = (&alone.dx[i], &all.dx[i])
                && let Some(found) = different_bits(a, b)
            {
                return Err(format!("operand {i} alone and among all {found}"));
            }
            let needs: Vec<bool> = (0..self.x.len()).map(|j| i == j).collect();
            let given = rule(self.op, &self.x, &all.y, &self.dy, &needs, |_, _| {});
            if let Some(j) = (0..given.len()).find(|&j| given[j].is_some() != (i == j)) {
                let what = if i == j { "gives nothing for" } else { "computes the unwanted gradient of" };
                return Err(format!("with operand {i} wanted, the rule {what} operand {j}"));
            }
        }
        Ok(())
    }

    /// A variable that is each operand gets the sum of their gradients.
    pub(super) fn accumulation(&self) -> Law {
        if self.x.len() < 2 || self.x.iter().any(|x| x.shape() != self.x[0].shape()) {
            return Ok(());
        }
        let x = Var::leaf(&self.x[0]);
        let y = apply(self.op, &vec![x.clone(); self.x.len()])?;
        let once = y.backward_with(&self.dy);
        let apart = run(self.op, &vec![self.x[0].clone(); self.x.len()], &self.dy, |_| true)?;
        let mut sum = Tensor::zeros(x.shape());
        apart.dx.iter().flatten().for_each(|dx| sum.add_assign(dx));
        match worst(once.get(&x).unwrap_or(&Tensor::zeros(x.shape())), &sum, VALUE) {
            Some(found) => Err(format!("as each operand and as several {found}")),
            None => Ok(()),
        }
    }

    /// Single precision agrees with double precision.
    pub(super) fn single_precision(&self) -> Law {
        // Both compute on the same numbers, those of single precision.
        let x: Vec<Tensor<f32>> = self.x.iter().map(Tensor::cast).collect();
        let dy: Tensor<f32> = self.dy.cast();
        let single = outcome(|x| self.op.apply_single(x), &x, &dy, |_| true, false)?;
        let double = run(self.op, &x.iter().map(Tensor::cast).collect::<Vec<_>>(), &dy.cast(), |_| true)?;
        let single =
            Outcome { y: single.y.cast(), dx: single.dx.iter().map(|dx| dx.as_ref().map(Tensor::cast)).collect() };
        same(&single, &double, |a, b| worst(a, b, SINGLE))
    }

    /// Operands of other shapes are refused or computed; nothing else happens.
    pub(super) fn other_shapes(&self, generator: &mut Generator) -> Law {
        for _ in 0..8 {
            let mut shapes: Vec<Vec<usize>> = self.x.iter().map(|x| x.shape().to_vec()).collect();
            if shapes.is_empty() {
                return Ok(());
            }
            let i = generator.below(shapes.len());
            match (generator.below(3), shapes[i].len()) {
                (0, _) | (_, 0) => shapes[i].insert(0, generator.below(4)),
                (1, n) => drop(shapes[i].remove(generator.below(n))),
                (_, n) => shapes[i][generator.below(n)] = generator.below(6),
            }
            let shapes: Vec<Shape> = shapes.into_iter().map(Shape::from).collect();
            let accepted = self.op.shape(&shapes);
            let x: Vec<Var<f64>> = shapes.iter().map(|shape| Var::leaf(Tensor::full(shape, 0.5))).collect();
            let outcome = catch_unwind(AssertUnwindSafe(|| apply(self.op, &x)));
            let found = match (&accepted, &outcome) {
                (_, Err(_)) => "it panics",
                (None, Ok(Ok(_))) => "the rule refuses, the op computes",
                (Some(_), Ok(Err(_))) => "the rule accepts, the op refuses",
                (Some(shape), Ok(Ok(y))) if y.shape() != shape => "the result has another shape than the rule says",
                _ => continue,
            };
            return Err(format!("operands of shapes {shapes:?}: {found}"));
        }
        Ok(())
    }
}

fn shapes_of(x: &[Tensor<f64>]) -> Vec<Shape> {
    x.iter().map(|x| x.shape().clone()).collect()
}

/// The tensor whose entries along one axis are all the first: a view with stride 0.
fn repeated(x: &Tensor<f64>) -> Tensor<f64> {
    match x.shape().iter().position(|&n| n > 1) {
        None => x.clone(),
        Some(axis) => {
            let mut ranges = vec![AxisSlice::from(..); axis];
            ranges.push(AxisSlice::from(0..1));
            x.slice(ranges).broadcast_to(x.shape())
        }
    }
}

/// A copy that shares nothing.
fn in_full(x: &Tensor<f64>) -> Tensor<f64> {
    Tensor::from_vec(x.to_vec(), x.shape())
}

/// Calls the rule on saved values that `change` may have changed: it gets their number (the result's is last) and the value.
fn rule(
    op: &dyn AnyOp,
    x: &[Tensor<f64>],
    y: &Tensor<f64>,
    dy: &Tensor<f64>,
    needs: &[bool],
    change: impl Fn(usize, &mut Tensor<f64>),
) -> Vec<Option<Tensor<f64>>> {
    let shapes = if op.saves().is_some_and(Save::keeps_shapes) { shapes_of(x) } else { Vec::new() };
    rule_on(op, (x, &shapes), y, dy, needs, change)
}

/// `rule` with the shapes that it finds saved given apart from the operands.
fn rule_on(
    op: &dyn AnyOp,
    (x, shapes): (&[Tensor<f64>], &[Shape]),
    y: &Tensor<f64>,
    dy: &Tensor<f64>,
    needs: &[bool],
    change: impl Fn(usize, &mut Tensor<f64>),
) -> Vec<Option<Tensor<f64>>> {
    let save = op.saves().unwrap_or(Save::INPUTS);
    let kept = x.iter().enumerate().filter(|(i, _)| save.keeps_input(*i)).map(|(_, x)| x.clone());
    let mut values: Vec<Tensor<f64>> = kept.chain(save.keeps_output().then(|| y.clone())).collect();
    values.iter_mut().enumerate().for_each(|(i, value)| change(i, value));
    let edges = vec![None; x.len()];
    let saved = Saved { save, values: &values, shapes, edges: &edges, needs, node: None };
    op.backward(&saved, &Var::constant(dy)).into_iter().map(|dx| dx.map(|dx| dx.value().clone())).collect()
}

/// Whether the rule cannot do without the shapes that it keeps.
fn reads_shapes(op: &dyn AnyOp, Subject { x, dy, .. }: &Subject<'_>, y: &Tensor<f64>) -> bool {
    let without = || rule_on(op, (x, &[]), y, dy, &vec![true; x.len()], |_, _| {});
    catch_unwind(AssertUnwindSafe(without)).is_err()
}

/// Each value that the op keeps is needed: replaced by NaN, it changes a gradient in some case.
pub(super) fn saves(subjects: &Subjects, generator: &mut Generator) -> Law {
    let save = subjects.first().saves().expect("the law is for ops that declare what they save");
    let mut needed: Vec<bool> = Vec::new();
    let mut shapes_needed = !save.keeps_shapes();
    for case in &subjects.cases {
        let op = &*subjects.op(&case.op);
        let subject = Subject::new(op, subjects.draw(case, generator), generator);
        let y = apply(op, &subject.leaves())?.value().clone();
        let needs = vec![true; subject.x.len()];
        let values = (0..subject.x.len()).filter(|&i| save.keeps_input(i)).count() + usize::from(save.keeps_output());
        let clean = rule(op, &subject.x, &y, &subject.dy, &needs, |_, _| {});
        shapes_needed |= save.keeps_shapes() && reads_shapes(op, &subject, &y);
        needed.resize(needed.len().max(values), false);
        for (i, needed) in needed.iter_mut().enumerate().take(values) {
            let poisoned = rule(op, &subject.x, &y, &subject.dy, &needs, |j, value| {
                if i == j {
                    *value = value.map(|_| f64::NAN);
                }
            });
            let differs = |(a, b): (&Option<Tensor<f64>>, &Option<Tensor<f64>>)| match (a, b) {
                (Some(a), Some(b)) => different_bits(a, b).is_some(),
                _ => false,
            };
            *needed |= clean.iter().zip(&poisoned).any(differs);
        }
    }
    if !shapes_needed {
        return Err("the rule never reads the shapes that SAVES keeps".to_owned());
    }
    match needed.iter().position(|needed| !needed) {
        Some(i) => Err(format!(
            "saved value {i} changes no gradient when it is replaced by NaN: SAVES keeps what the rule never needs"
        )),
        None => Ok(()),
    }
}

/// An exact point: result and gradients are what the pin says; zeros of either sign are equal.
pub(super) fn pin(op: &dyn AnyOp, Pin { x, y, dx, ddx, .. }: &Pin) -> Law {
    let ones = op.shape(&shapes_of(x)).map(Tensor::ones).ok_or("the shape rule refuses the pin")?;
    let expected = Outcome { y: y.clone(), dx: dx.iter().cloned().map(Some).collect() };
    if x.len() != expected.dx.len() {
        return Err(format!("the pin gives {} gradients for {} operands", expected.dx.len(), x.len()));
    }
    // Recorded too: there a composite goes through its algebra, which has the same kinks.
    for recorded in [false, true] {
        let found = outcome(|x| op.apply(x), x, &ones, |_| true, recorded)?;
        same(&found, &expected, |found, expected| worst(found, expected, 0.0))?;
    }
    match ddx {
        Some(ddx) => second_pin(op, x, &ones, ddx),
        None => Ok(()),
    }
}

/// At an exact point, the gradient of the weighted sum of all first gradients is `ddx`, zero where no path leads.
fn second_pin(op: &dyn AnyOp, x: &[Tensor<f64>], ones: &Tensor<f64>, ddx: &[Tensor<f64>]) -> Law {
    let leaves: Vec<Var<f64>> = x.iter().map(Var::leaf).collect();
    let (y, xs) = (apply(op, &leaves)?, all(&leaves));
    let dx = grad_with(&y, &Var::constant(ones), &xs, true);
    // Weights that differ: the gradients of a difference cancel otherwise.
    let weighted = |(i, dx): (usize, Option<Var<f64>>)| {
        let dx = dx?;
        let weight = Tensor::full(dx.shape(), (i + 1) as f64);
        Some((dx, Var::constant(weight)))
    };
    let (dx, weights): (Vec<_>, Vec<_>) = dx.into_iter().enumerate().filter_map(weighted).unzip();
    let found = grad_with(&dx, &weights, &xs, false);
    if ddx.len() != found.len() {
        return Err(format!("the pin gives {} second gradients for {} operands", ddx.len(), found.len()));
    }
    for (i, (found, expected)) in found.into_iter().zip(ddx).enumerate() {
        let found = found.map_or(Tensor::zeros(x[i].shape()), |dx| dx.value().clone());
        if let Some(found) = worst(&found, expected, 0.0) {
            return Err(format!("the second gradient of operand {i} {found}"));
        }
    }
    Ok(())
}

/// A refusal names the op, the shapes and the rule, and says why.
pub(super) fn rejects(op: &dyn AnyOp, shapes: &[Shape], says: &str) -> Law {
    let x: Vec<Var<f64>> = shapes.iter().map(|shape| Var::constant(Tensor::zeros(shape))).collect();
    let Err(error) = op.apply(&all(&x)) else {
        return Err("it accepts what it should refuse".to_owned());
    };
    let text = error.to_string();
    let shapes = shapes.iter().map(ToString::to_string);
    let parts = [op.name(), says, "\n  rule ", op.rule()].map(str::to_owned);
    match parts.into_iter().chain(shapes).find(|part| !text.contains(part.as_str())) {
        Some(part) => Err(format!("the message lacks {part:?}:\n{text}")),
        None => Ok(()),
    }
}
