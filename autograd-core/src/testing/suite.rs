//! `check`: an op through all laws.

use super::cases::{Case, Checked, CheckedComposite};
use super::erased::{AnyOp, Subjects};
use super::failure::{Failure, seed};
use super::laws::{self, Subject};
use crate::tensor::Generator;

/// Puts an op through all laws; see [`try_check`] for the list.
///
/// # Panics
/// At the first law that it breaks, with the op, the case, the worst entry, the seed and the command that repeats it.
#[track_caller]
pub fn check<O: Checked>() {
    if let Err(failure) = try_check::<O>() {
        panic!("{failure}");
    }
}

/// Puts an op through all laws:
///
/// shape · value against the textbook · gradient and second gradient against difference quotients, with random cotangents · permuted,
/// strided, reversed, offset and broadcast operands · operands unchanged and two calls equal bit for bit · each operand's gradient
/// alone · saved values sufficient and each of them needed · pins · refusals · `op(x, x)` accumulates · f32 agrees with f64 · the same bits on
/// one and two threads · the same bits computed at once and deferred.
///
/// # Errors
/// The first law that it breaks.
pub fn try_check<O: Checked>() -> Result<(), Failure> {
    check_subjects(&Subjects::of_op::<O>())
}

/// Puts a composite through all laws; see [`try_check_composite`].
///
/// # Panics
/// At the first law that it breaks, as [`check`] does.
#[track_caller]
pub fn check_composite<C: CheckedComposite>() {
    if let Err(failure) = try_check_composite::<C>() {
        panic!("{failure}");
    }
}

/// Puts a composite through all laws that [`try_check`] lists but that of saved values, and two more: its kernels and its algebra agree
/// in results and first gradients, and the gradient of each result alone is that with zeros for the others.
///
/// # Errors
/// The first law that it breaks.
pub fn try_check_composite<C: CheckedComposite>() -> Result<(), Failure> {
    check_subjects(&Subjects::of_composite::<C>())
}

fn check_subjects(subjects: &Subjects) -> Result<(), Failure> {
    let seed = seed();
    let mut generator = Generator::seed(seed);
    for case in &subjects.cases {
        let op = &*subjects.op(&case.op);
        let subject = Subject::new(op, subjects.draw(case, &mut generator), &mut generator);
        let report = |law| report(op, law, describe(case));
        subject.shape().map_err(report("shape"))?;
        subject.value(&|x| subjects.textbook(case, x)).map_err(report("value"))?;
        subject.gradient(seed).map_err(report("gradient"))?;
        subject.needs().map_err(report("needs"))?;
        subject.accumulation().map_err(report("accumulation"))?;
        subject.layouts().map_err(report("layout"))?;
        subject.purity().map_err(report("purity"))?;
        subject.algebra().map_err(report("algebra"))?;
        subject.results().map_err(report("results"))?;
        subject.second_gradient(seed).map_err(report("second gradient"))?;
        subject.single_precision().map_err(report("f32"))?;
        subject.threads().map_err(report("threads"))?;
        subject.deferred().map_err(report("deferred"))?;
        subject.other_shapes(&mut generator).map_err(report("shape"))?;
    }
    for case in subjects.shared() {
        let op = &*subjects.op(&case.op);
        let subject = Subject::new(op, subjects.draw(case, &mut generator), &mut generator);
        subject.threads().map_err(report(op, "threads", describe(case)))?;
        subject.deferred().map_err(report(op, "deferred", describe(case)))?;
    }
    let first = subjects.first();
    if first.saves().is_some() {
        laws::saves(subjects, &mut generator).map_err(report(&*first, "saves", "all cases".to_owned()))?;
    }
    for (case, says) in &subjects.rejects {
        let op = &*subjects.op(&case.op);
        laws::rejects(op, &case.shapes, says).map_err(report(op, "errors", describe(case)))?;
    }
    for pin in &subjects.pins {
        let op = &*subjects.op(&pin.op);
        laws::pin(op, pin).map_err(report(op, "pins", format!("pin {:?}", pin.name)))?;
    }
    Ok(())
}

fn report(op: &dyn AnyOp, law: &'static str, case: String) -> impl FnOnce(String) -> Failure {
    let op = op.name().to_owned();
    move |found| Failure { op, law, found, case, seed: seed() }
}

fn describe(case: &Case) -> String {
    let shapes: Vec<String> = case.shapes.iter().map(ToString::to_string).collect();
    shapes.join(" x ")
}
