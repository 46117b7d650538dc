//! `Accumulation`: the gradients of a large batch, from small ones.

use crate::{Error, check};
use autograd_core::{Gradients, Real};

/// Adds up the gradients of micro-batches until there are enough of them for a step.
///
/// ```text
/// mean:  (g₁ + .. + gₙ) / n
/// sum:    g₁ + .. + gₙ
/// ```
///
/// The mean of the gradients of mean losses over micro-batches of one size is the gradient of the mean loss over all of them. A parameter that
/// no path reached in some of them has gradient 0 there.
///
/// ```
/// use autograd_nn::Parameter;
/// use autograd_optim::{Accumulation, Optimizer, Sgd};
///
/// let w = Parameter::new([0.0]);
/// let mut optimizer = Sgd::new(vec![w.clone()], 1.0)?;
/// let mut accumulation = Accumulation::mean(2)?;
/// let mut steps = 0;
/// for slope in [1.0, 3.0, 5.0, 7.0, 9.0] {
///     if let Some(gradients) = accumulation.add((w.var() * slope).sum().backward()) {
///         optimizer.step(&gradients)?;
///         steps += 1;
///     }
/// }
/// assert_eq!((steps, w.value().to_vec()), (2, vec![-2.0 - 6.0]));
/// if let Some(gradients) = accumulation.rest() {
///     optimizer.step(&gradients)?; // of the last one alone
/// }
/// assert_eq!(w.value().to_vec(), [-17.0]);
/// # Ok::<(), autograd_optim::Error>(())
/// ```
#[doc(alias = "gradient accumulation")]
pub struct Accumulation<T: Real = f32> {
    size: usize,
    mean: bool,
    count: usize,
    sum: Option<Gradients<T>>,
}

impl<T: Real> Accumulation<T> {
    /// The mean over so many micro-batches.
    ///
    /// # Errors
    /// If it is none.
    pub fn mean(size: usize) -> Result<Self, Error> {
        Accumulation::new(size, true)
    }

    /// The sum over so many micro-batches.
    ///
    /// # Errors
    /// If it is none.
    pub fn sum(size: usize) -> Result<Self, Error> {
        Accumulation::new(size, false)
    }

    fn new(size: usize, mean: bool) -> Result<Self, Error> {
        check::option("accumulation", "size", size as f64, "at least 1", size > 0)?;
        Ok(Accumulation { size, mean, count: 0, sum: None })
    }

    /// Adds the gradients of a micro-batch; returns those of all when there are enough, and begins anew.
    ///
    /// # Panics
    /// As [`Gradients::accumulate`], if a leaf has changed its shape meanwhile.
    #[track_caller]
    #[must_use = "the gradients of all micro-batches are handed out once"]
    pub fn add(&mut self, gradients: Gradients<T>) -> Option<Gradients<T>> {
        match &mut self.sum {
            Some(sum) => sum.accumulate(gradients),
            None => self.sum = Some(gradients),
        }
        self.count += 1;
        if self.count == self.size { self.rest() } else { None }
    }

    /// The gradients of those micro-batches that were too few, at the end of the data, and begins anew; a mean is over these alone. `None` if there
    /// are none.
    #[must_use = "the gradients are handed out once"]
    pub fn rest(&mut self) -> Option<Gradients<T>> {
        let mut gradients = self.sum.take()?;
        let count = std::mem::take(&mut self.count);
        if self.mean && count > 1 {
            let share = T::of(1.0 / count as f64);
            for gradient in gradients.iter_mut() {
                gradient.write(|elements| elements.iter_mut().for_each(|g| *g *= share));
            }
        }
        Some(gradients)
    }

    /// The number of micro-batches that wait for a step.
    pub fn waiting(&self) -> usize {
        self.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use autograd_core::{Generator, Tensor, Var};
    use autograd_nn::{Forward, Linear};

    #[test]
    fn the_mean_over_micro_batches_is_the_gradient_of_the_whole_batch() {
        let mut generator = Generator::seed(2);
        let net = Linear::<f64>::new(3, 2, &mut generator);
        let batch: Tensor<f64> = Tensor::normal([12, 3], 0.0, 1.0, &mut generator);
        let loss = |x: Tensor<f64>| net.forward(&Var::constant(x)).square().mean().backward();
        let whole = loss(batch.clone());
        let [mut mean, mut sum] = [Accumulation::mean(4).unwrap(), Accumulation::sum(4).unwrap()];
        let parts = || batch.to_vec().chunks(9).map(|x| Tensor::from_vec(x.to_vec(), [3, 3])).collect::<Vec<_>>();
        for (i, x) in parts().into_iter().enumerate() {
            let (found, total) = (mean.add(loss(x.clone())), sum.add(loss(x)));
            assert_eq!((found.is_some(), total.is_some()), (i == 3, i == 3));
            let (Some(found), Some(total)) = (found, total) else { continue };
            for parameter in [&net.weight, net.bias.as_ref().unwrap()] {
                let of = |gradients| parameter.gradient(gradients).unwrap().to_vec();
                for ((found, total), expected) in of(&found).iter().zip(of(&total)).zip(of(&whole)) {
                    assert!((found - expected).abs() < 1e-14 && (total - 4.0 * expected).abs() < 1e-14);
                }
            }
        }
        assert_eq!(mean.waiting(), 0);
        assert!(mean.rest().is_none());
    }

    #[test]
    fn no_micro_batches_are_refused() {
        let error = Accumulation::<f32>::mean(0).err().unwrap().to_string();
        assert_eq!(error, "accumulation: size is 0, it must be at least 1");
    }
}
