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
            let letters = term.replace("...", "").len();
            let ellipsis = match shape.rank().checked_sub(letters) {
                Some(rest) if rest == 0 || term.contains("...") => rest,
                _ => {
                    return refuse(format!("the term {term:?} names {letters} axes, its operand has {}", shape.rank()));
                }
            };
            let labels = labels(term, ellipsis)?;
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

/// The labels of a term in which `...` stands for so many axes.
fn labels(term: &str, ellipsis: usize) -> Result<Vec<Label>, Mismatch> {
    let (before, after) = term.split_once("...").unwrap_or((term, ""));
    if let Some(odd) = before.chars().chain(after.chars()).find(|c| !c.is_ascii_alphabetic()) {
        return Err(Mismatch::new(format!("{odd:?} in {term:?} is no letter from a to z or A to Z")));
    }
    let dots = if term.contains("...") { ellipsis } else { 0 };
    let dots = (0..dots).rev().map(|i| ELLIPSIS + i as Label);
    Ok(before.chars().map(Label::from).chain(dots).chain(after.chars().map(Label::from)).collect())
}
