//! `Equation`: what `einsum` is told, as labels of axes.

use super::contraction::Label;
use crate::ops::prelude::*;
use std::collections::BTreeMap;

/// An equation that fits its operands.
pub(super) struct Equation {
    /// One label for each axis of each operand.
    pub(super) inputs: Vec<Vec<Label>>,
    /// The labels of the result, in its order.
    pub(super) output: Vec<Label>,
    /// The size of each label; an axis of size 1 may have one of another.
    pub(super) sizes: BTreeMap<Label, usize>,
}

/// The label of the axis of `...` that is `i` before its last: beyond all letters.
const ELLIPSIS: Label = 1 << 16;

/// What messages call an axis.
fn name(label: Label) -> String {
    match label.checked_sub(ELLIPSIS) {
        Some(i) => format!("axis {} of `...`", -1 - i64::from(i)),
        None => format!("letter {}", char::from_u32(label).expect("a letter")),
    }
}

impl Equation {
    /// The equation as it reads for operands of these shapes.
    pub(super) fn new(equation: &str, shapes: &[&Shape]) -> Result<Self, Mismatch> {
        let refuse = |why: String| Err(Mismatch::new(why));
        let text: String = equation.chars().filter(|c| !c.is_whitespace()).collect();
        let (left, right) = text.split_once("->").map_or((&*text, None), |(left, right)| (left, Some(right)));
        let terms: Vec<&str> = left.split(',').collect();
        if terms.len() != shapes.len() {
            return refuse(format!("the equation has {} terms, there are {} operands", terms.len(), shapes.len()));
        }
        let mut inputs = Vec::new();
        let mut sizes = BTreeMap::new();
        for (term, shape) in terms.iter().zip(shapes) {
            let (before, behind) = parts(term)?;
            let letters = before.len() + behind.map_or(0, str::len);
            let dots = match shape.rank().checked_sub(letters) {
                Some(rest) if rest == 0 || behind.is_some() => rest,
                _ => {
                    return refuse(format!("the term {term:?} names {letters} axes, its operand has {}", shape.rank()));
                }
            };
            let labels = labels(term, dots)?;
            for (axis, &label) in labels.iter().enumerate() {
                let diagonal = labels.iter().position(|&other| other == label).expect("its own at least");
                let (n, other) = (shape[axis], shape[diagonal]);
                if n != other {
                    return refuse(format!("{} is twice in {term:?}, for sizes {other} and {n}", name(label)));
                }
                let size = sizes.entry(label).or_insert(n);
                if *size != n && *size != 1 && n != 1 {
                    return refuse(format!("{} has sizes {size} and {n}", name(label)));
                }
                *size = if n == 1 { *size } else { n };
            }
            inputs.push(labels);
        }
        let dots: Vec<Label> = sizes.keys().copied().filter(|&label| label >= ELLIPSIS).rev().collect();
        let output = match right {
            Some(term) => labels(term, dots.len())?,
            None => {
                let times = |label: Label| inputs.iter().flatten().filter(|&&other| other == label).count();
                dots.into_iter().chain(sizes.keys().copied().filter(|&l| l < ELLIPSIS && times(l) == 1)).collect()
            }
        };
        for (i, label) in output.iter().enumerate() {
            if !sizes.contains_key(label) {
                return refuse(format!("{} of the result is in no operand", name(*label)));
            }
            if output[..i].contains(label) {
                return refuse(format!("{} is twice in the result", name(*label)));
            }
        }
        Ok(Equation { inputs, output, sizes })
    }
}

/// The letters of a term: all, or those before `...` and those behind it.
fn parts(term: &str) -> Result<(&str, Option<&str>), Mismatch> {
    let (before, behind) = term.split_once("...").map_or((term, None), |(before, behind)| (before, Some(behind)));
    match before.chars().chain(behind.unwrap_or_default().chars()).find(|c| !c.is_ascii_alphabetic()) {
        Some(odd) => Err(Mismatch::new(format!("{odd:?} in {term:?} is no letter from a to z or A to Z"))),
        None => Ok((before, behind)),
    }
}

/// The labels of a term in which `...` stands for so many axes.
fn labels(term: &str, dots: usize) -> Result<Vec<Label>, Mismatch> {
    let (before, behind) = parts(term)?;
    let dots = behind.map_or(0, |_| dots);
    let dots = (0..dots).rev().map(|i| ELLIPSIS + i as Label);
    Ok(before.chars().map(Label::from).chain(dots).chain(behind.unwrap_or_default().chars().map(Label::from)).collect())
}
