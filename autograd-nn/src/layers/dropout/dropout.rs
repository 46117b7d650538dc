//! `Dropout`: elements set to zero at random.

use super::noise;
use crate::layers::prelude::*;

/// Each element set to 0 with probability `p`, and the others divided by `1 - p`, which keeps the mean; in evaluation nothing is done.
///
/// Each pass in training takes the next mask of the layer's own stream, so that a training that goes on from a checkpoint draws the masks it
/// would have drawn.
///
/// # Shape
/// `[..] -> [..]`
///
/// # Example
/// ```
/// use autograd_core::{Generator, Tensor, Var};
/// use autograd_nn::{Dropout, Forward};
/// let layer = Dropout::new(0.5, &mut Generator::seed(0));
/// let x = Var::leaf(Tensor::<f64>::ones([100]));
/// let y = layer.forward(&x);
/// assert!(y.to_vec().iter().all(|&y| y == 0.0 || y == 2.0));
/// // The gradient is dropped and scaled as the element was.
/// let mask = y.to_vec();
/// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), mask);
///
/// layer.training.set(false); // as `eval` of a network does for all its layers
/// assert_eq!(layer.forward(&x).to_vec(), [1.0; 100]);
/// ```
///
/// Srivastava et al. 2014, "Dropout: A Simple Way to Prevent Neural Networks from Overfitting", with the factor in training ("inverted").
#[derive(Clone, Debug)]
pub struct Dropout {
    /// The probability that an element is dropped.
    pub p: f64,
    /// Where the masks come from.
    pub keys: KeyStream,
    /// Whether anything is dropped.
    pub training: Training,
}

noise!(Dropout);

impl<T: Real> Forward<T> for Dropout {
    #[track_caller]
    fn forward(&self, x: &Var<T>) -> Var<T> {
        let y = match self.training.is_on() && self.p != 0.0 {
            true => x.dropout(self.p, self.keys.next()),
            false => x.clone(),
        };
        report(self, y)
    }
}

#[cfg(test)]
impl Checked for Dropout {
    fn cases() -> Cases<Self> {
        let case = |name, p| Case::forward(name, move |g| Dropout::new(p, g), [4, 5]).output([4, 5]);
        Cases::new(case("half", 0.5).trains_otherwise())
            .case(case("nothing is dropped", 0.0))
            .case(case("all is dropped", 1.0).trains_otherwise())
            .rejects("Dropout: p is 1.5, a probability lies from 0 to 1", |g| {
                let _ = Dropout::new(1.5, g);
            })
            .rejects("Dropout: p is NaN, a probability lies from 0 to 1", |g| {
                let _ = Dropout::new(f64::NAN, g);
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ones(n: usize) -> Var<f64> {
        Var::constant(Tensor::ones([n]))
    }

    #[test]
    fn the_mean_is_kept() {
        for p in [0.1, 0.5, 0.8] {
            let mean = Dropout::new(p, &mut Generator::seed(1)).forward(&ones(100_000)).mean().item();
            // Four standard deviations of a mean of independent elements.
            let bound = 4.0 * (p / (1.0 - p) / 100_000.0).sqrt();
            assert!((mean - 1.0).abs() < bound, "{p}: {mean}");
        }
    }

    #[test]
    fn masks_follow_from_the_stream_and_go_on_from_its_state() {
        let layer = Dropout::new(0.5, &mut Generator::seed(1));
        let x = ones(64);
        let passes = [(); 3].map(|()| layer.forward(&x).to_vec());
        assert!(passes[0] != passes[1] && passes[1] != passes[2]);
        let again = Dropout::new(0.5, &mut Generator::seed(1));
        again.keys.set_drawn(1);
        assert_eq!(again.forward(&x).to_vec(), passes[1]);
        assert_eq!(layer.clone().forward(&x).to_vec(), layer.forward(&x).to_vec());
    }

    #[test]
    fn two_layers_of_one_generator_drop_other_elements() {
        let generator = &mut Generator::seed(1);
        let [a, b] = [(); 2].map(|()| Dropout::new(0.5, generator));
        assert_ne!(a.forward(&ones(64)).to_vec(), b.forward(&ones(64)).to_vec());
    }

    #[test]
    fn evaluation_takes_no_key_and_no_time() {
        let layer = Dropout::new(0.5, &mut Generator::seed(1));
        layer.training.set(false);
        let x = ones(4);
        assert!(layer.forward(&x).value().shares(x.value()));
        assert_eq!(layer.keys.state()[1], 0);
    }
}
