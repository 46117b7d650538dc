//! The class of each example: what losses of classification refuse, and how they count examples.

use crate::ops::prelude::*;

/// What to do about a negative class, which in PyTorch's data marks examples that do not count.
const IGNORE: &str =
    "cross_entropy_with and nll_loss leave out examples of the class that the option ignore_index names";

/// What to do with scores whose classes are along the last axis.
const LAST: &str =
    "classes are along axis 1; flatten all axes but the last one, of scores and targets, or permute the scores";

/// The class of each example, for scores `[n, c, ..]` with classes along axis 1.
#[derive(Clone, Copy)]
pub(super) struct Targets<'a> {
    /// The classes, `[n, ..]`.
    pub classes: &'a Tensor<i64>,
    /// How much each class counts; each 1 if `None`.
    pub weight: Option<&'a [f64]>,
    /// The class of examples that do not count.
    pub ignored: Option<i64>,
}

impl Targets<'_> {
    /// The shape of the losses for scores of shape `x`.
    pub fn rows(&self, x: &Shape) -> Result<Shape, Mismatch> {
        let [_, count, ..] = **x else {
            return Err(Mismatch::new(format!("the scores have shape {x}, they need at least two axes")));
        };
        let rows = x.reduced(&[1], false);
        if *self.classes.shape() != rows {
            let why = Mismatch::new(format!("the targets have shape {}, they need {rows}", self.classes.shape()));
            let along_the_last = x.rank() > 2 && **self.classes.shape() == x[..x.rank() - 1];
            return Err(if along_the_last { why.help(LAST) } else { why });
        }
        check_weights(self.weight, count)?;
        if count == 0 && !rows.contains(&0) {
            return Err(Mismatch::new("there are no classes"));
        }
        match first(self.classes, |class| outside(class, count) && Some(class) != self.ignored) {
            Some((class, at)) => {
                let why = Mismatch::new(format!("class {class} at {at:?} is none of the {count}"));
                Err(if class < 0 { why.help(IGNORE) } else { why })
            }
            None => Ok(rows),
        }
    }

    /// The classes as positions along axis 1, `[n, 1, ..]`; the first for examples that do not count.
    pub fn index(&self) -> Tensor<i64> {
        let mut shape = self.classes.shape().to_vec();
        shape.insert(1, 1);
        let ignored = self.ignored;
        self.classes.map(|class| if Some(class) == ignored { 0 } else { class }).reshape(shape)
    }

    /// The losses of the examples, each as often as its class counts.
    #[track_caller]
    pub fn weigh<T: Real>(&self, losses: Var<T>) -> Var<T> {
        let losses = match self.ignored {
            Some(ignored) => losses.masked_fill(&self.classes.eq(ignored), T::zero()),
            None => losses,
        };
        match self.weight {
            Some(_) => losses * Var::constant(self.classes.map(|class| T::of(self.weight_of(class)))),
            None => losses,
        }
    }

    /// The sum of the weights of the examples.
    pub fn total(&self) -> f64 {
        let classes = self.classes.contiguous();
        classes.as_slice().expect("contiguous").iter().map(|&class| self.weight_of(class)).sum()
    }

    fn weight_of(&self, class: i64) -> f64 {
        match self.weight {
            _ if Some(class) == self.ignored => 0.0,
            Some(weight) => weight[class as usize],
            None => 1.0,
        }
    }
}

/// Refuses weights that are not one for each class.
pub(super) fn check_weights(weight: Option<&[f64]>, classes: usize) -> Result<(), Mismatch> {
    match weight.filter(|weight| weight.len() != classes) {
        Some(weight) => Err(Mismatch::new(format!("{} weights for {classes} classes", weight.len()))),
        None => Ok(()),
    }
}

/// Refuses a part that is not from 0 to 1.
pub(super) fn check_smoothing(part: f64) -> Result<(), Mismatch> {
    match (0.0..=1.0).contains(&part) {
        true => Ok(()),
        false => Err(Mismatch::new(format!("label smoothing is {part}, not from 0 to 1"))),
    }
}
