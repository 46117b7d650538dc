//! `Dropout1d`, `Dropout2d` and `Dropout3d`: whole channels set to zero at random.

use super::noise;
use crate::layers::prelude::*;

macro_rules! channel_dropout {
    ($Layer:ident, $axes:literal, $shape:literal, $example:literal) => {
        /// Each channel of each example set to 0 with probability `p`, and the others divided by `1 - p`; in evaluation nothing is done.
        ///
        /// Neighbouring elements of a channel say much the same: to drop some of them would be hardly more than a lower learning rate.
        ///
        /// # Shape
        #[doc = concat!("`", $shape, " -> ", $shape, "`")]
        ///
        /// # Example
        /// ```
        /// use autograd_core::{Generator, Tensor, Var};
        #[doc = concat!("use autograd_nn::{", stringify!($Layer), ", Forward};")]
        #[doc = concat!("let layer = ", stringify!($Layer), "::new(0.5, &mut Generator::seed(0));")]
        #[doc = concat!("let x = Var::leaf(Tensor::<f64>::ones(", $example, "));")]
        /// let y = layer.forward(&x);
        /// // The elements of a channel fall or stay together.
        /// let channels = y.to_vec();
        /// assert!(channels.chunks(2).all(|channel| channel == [0.0, 0.0] || channel == [2.0, 2.0]));
        /// assert_eq!(y.sum().backward().get(&x).unwrap().to_vec(), channels);
        /// ```
        ///
        /// Tompson et al. 2015, "Efficient Object Localization Using Convolutional Networks", section 3.2.
        #[derive(Clone, Debug)]
        #[doc(alias = "SpatialDropout")]
        pub struct $Layer {
            /// The probability that a channel is dropped.
            pub p: f64,
            /// Where the masks come from.
            pub keys: KeyStream,
            /// Whether anything is dropped.
            pub training: Training,
        }

        impl<T: Real> Forward<T> for $Layer {
            /// # Panics
            #[doc = concat!("If the operand has not the ", $axes, " axes `", $shape, "`.")]
            #[track_caller]
            fn forward(&self, x: &Var<T>) -> Var<T> {
                let shape = x.shape();
                require!(
                    shape.rank() == $axes,
                    concat!(stringify!($Layer), ": x has shape {}, it must have ", $axes, " axes, ", $shape),
                    shape
                );
                let y = match self.training.is_on() && self.p != 0.0 {
                    true => x.spatial_dropout(self.p, self.keys.next()),
                    false => x.clone(),
                };
                report(self, y)
            }
        }

        #[cfg(test)]
        impl Checked for $Layer {
            fn cases() -> Cases<Self> {
                let mut shape = vec![1; $axes];
                shape[..3].copy_from_slice(&[3, 4, 2]);
                let case = |name, p| Case::forward(name, move |g| $Layer::new(p, g), &*shape).output(&*shape);
                Cases::new(case("half", 0.5).trains_otherwise())
                    .case(case("nothing is dropped", 0.0))
                    .case(case("all is dropped", 1.0).trains_otherwise())
                    .rejects(concat!(stringify!($Layer), ": p is -0.5, a probability lies from 0 to 1"), |g| {
                        let _ = $Layer::new(-0.5, g);
                    })
                    .rejects(
                        concat!(stringify!($Layer), ": x has shape [2, 3], it must have ", $axes, " axes, ", $shape),
                        |g| drop($Layer::new(0.5, g).forward(&Var::constant([[1.0; 3]; 2]))),
                    )
            }
        }
    };
}
channel_dropout!(Dropout1d, 3, "[n, c, l]", "[8, 16, 2]");
channel_dropout!(Dropout2d, 4, "[n, c, h, w]", "[8, 16, 1, 2]");
channel_dropout!(Dropout3d, 5, "[n, c, d, h, w]", "[8, 16, 1, 2, 1]");
noise!(Dropout1d, Dropout2d, Dropout3d);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_is_kept_and_examples_fall_apart() {
        let layer = Dropout2d::new(0.25, &mut Generator::seed(3));
        let y = layer.forward(&Var::constant(Tensor::<f64>::ones([100, 200, 1, 2])));
        // Four standard deviations of a mean of 20,000 independent channels.
        let bound = 4.0 * (0.25f64 / 0.75 / 20_000.0).sqrt();
        assert!((y.mean().item() - 1.0).abs() < bound);
        assert_ne!(y.select(0, 0).to_vec(), y.select(0, 1).to_vec());
    }
}
