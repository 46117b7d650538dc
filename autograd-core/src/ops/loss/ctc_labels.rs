//! The labels of `ctc_loss`: where they lie, what is refused, and the paths along them.

use super::ctc_loss::CtcLoss;
use crate::kernel::ctc::Batch;
use crate::ops::prelude::*;

impl CtcLoss {
    /// Where the labels of each example begin, or why they lie nowhere.
    fn starts(&self) -> Result<Vec<usize>, Mismatch> {
        let (shape, n) = (self.targets.shape(), self.target_lengths.len());
        match **shape {
            [rows, width] if rows == n => match self.target_lengths.iter().position(|&length| length > width) {
                Some(i) => {
                    let length = self.target_lengths[i];
                    Err(Mismatch::new(format!("target length {length} at [{i}] is more than the {width} of a row")))
                }
                None => Ok((0..n).map(|row| row * width).collect()),
            },
            [count] => {
                let mut starts = vec![0usize];
                starts.extend(self.target_lengths.iter().scan(0usize, |sum, &length| {
                    *sum = sum.saturating_add(length);
                    Some(*sum)
                }));
                match starts.pop() {
                    Some(sum) if sum != count => {
                        Err(Mismatch::new(format!("{count} labels for target lengths that sum to {sum}")))
                    }
                    _ => Ok(starts),
                }
            }
            _ => Err(Mismatch::new(format!("the targets have shape {shape}, they need [{n}, s] or [s]"))),
        }
    }

    /// The labels of each example with a blank before, between and behind them.
    pub(super) fn paths(&self) -> Vec<Vec<usize>> {
        let (labels, starts) = (self.targets.to_vec(), self.starts().expect("the shape rule accepted the targets"));
        let path = |(&start, &length): (&usize, &usize)| {
            let label = |&label: &i64| [label as usize, self.blank];
            std::iter::once(self.blank).chain(labels[start..start + length].iter().flat_map(label)).collect()
        };
        starts.iter().zip(&self.target_lengths).map(path).collect()
    }

    /// Lets a kernel see the batch.
    pub(super) fn batch<T: Real, R>(&self, x: &Tensor<T>, see: impl FnOnce(Batch<'_, T>) -> R) -> R {
        let (x, paths) = (x.contiguous(), self.paths());
        let sizes = [x.shape()[0], x.shape()[1], x.shape()[2]];
        see(Batch { x: x.as_slice().expect("contiguous"), sizes, steps: &self.input_lengths, paths: &paths })
    }

    /// The number of examples, if all lengths and labels fit log-probabilities of shape `x`.
    pub(super) fn check(&self, x: &Shape) -> Result<usize, Mismatch> {
        let [steps, n, classes] = **x else {
            return Err(Mismatch::new(format!("the log-probabilities have shape {x}, they need three axes")));
        };
        let (inputs, targets) = (self.input_lengths.len(), self.target_lengths.len());
        if (inputs, targets) != (n, n) {
            let why = format!("{inputs} input lengths and {targets} target lengths for {n} examples");
            return Err(Mismatch::new(why));
        }
        if let Some(i) = self.input_lengths.iter().position(|&length| length > steps) {
            let length = self.input_lengths[i];
            return Err(Mismatch::new(format!("input length {length} at [{i}] is more than the {steps} steps")));
        }
        if self.blank >= classes {
            return Err(Mismatch::new(format!("the blank is class {}, none of the {classes}", self.blank)));
        }
        let (starts, labels) = (self.starts()?, self.targets.to_vec());
        for (row, (&start, &length)) in starts.iter().zip(&self.target_lengths).enumerate() {
            for (j, &class) in labels[start..start + length].iter().enumerate() {
                let at = if self.targets.rank() == 2 { vec![row, j] } else { vec![start + j] };
                if outside(class, classes) {
                    return Err(Mismatch::new(format!("class {class} at {at:?} is none of the {classes}")));
                }
                if class as usize == self.blank {
                    return Err(Mismatch::new(format!("class {class} at {at:?} is the blank")));
                }
            }
        }
        let longest = self.target_lengths.iter().max().unwrap_or(&0);
        Shape::from([n, steps.saturating_add(1), 2 * longest + 1]).addressable()?;
        Ok(n)
    }
}
