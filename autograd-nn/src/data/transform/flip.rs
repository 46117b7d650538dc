//! `RandomHorizontalFlip` and `RandomVerticalFlip`: images mirrored by chance.

use super::{Transform, check_probability, sizes};
use autograd_core::{Generator, Real, Tensor};

macro_rules! flip {
    ($(#[$documentation:meta])* $Name:ident, $name:literal, $axis:literal) => {
        $(#[$documentation])*
        #[derive(Clone, Copy, Debug)]
        pub struct $Name {
            p: f64,
        }

        impl $Name {
            /// Mirrors with probability `p`.
            ///
            /// # Panics
            /// If `p` is no probability.
            #[track_caller]
            pub fn new(p: f64) -> Self {
                check_probability($name, p);
                $Name { p }
            }
        }

        /// Mirrors every other image.
        impl Default for $Name {
            fn default() -> Self {
                $Name { p: 0.5 }
            }
        }

        impl<T: Real> Transform<T> for $Name {
            #[track_caller]
            fn apply(&self, x: &Tensor<T>, generator: &mut Generator) -> Tensor<T> {
                sizes($name, x);
                if generator.unit() < self.p { x.flip($axis) } else { x.clone() }
            }
        }
    };
}

flip! {
    /// Left and right exchanged, by chance.
    ///
    /// # Shape
    /// `[.., c, h, w] -> [.., c, h, w]`
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Generator, Tensor};
    /// use autograd_nn::data::{RandomHorizontalFlip, Transform};
    /// let always = RandomHorizontalFlip::new(1.0);
    /// let image = Tensor::from([[[1.0, 2.0], [3.0, 4.0]]]);
    /// assert_eq!(always.apply(&image, &mut Generator::seed(0)), [[[2.0, 1.0], [4.0, 3.0]]].into());
    /// ```
    RandomHorizontalFlip, "random horizontal flip", -1
}

flip! {
    /// Top and bottom exchanged, by chance.
    ///
    /// # Shape
    /// `[.., c, h, w] -> [.., c, h, w]`
    ///
    /// # Example
    /// ```
    /// use autograd_core::{Generator, Tensor};
    /// use autograd_nn::data::{RandomVerticalFlip, Transform};
    /// let always = RandomVerticalFlip::new(1.0);
    /// let image = Tensor::from([[[1.0, 2.0], [3.0, 4.0]]]);
    /// assert_eq!(always.apply(&image, &mut Generator::seed(0)), [[[3.0, 4.0], [1.0, 2.0]]].into());
    /// ```
    RandomVerticalFlip, "random vertical flip", -2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_images_are_mirrored() {
        let (x, generator) = (Tensor::from([[[1.0, 2.0]]]), &mut Generator::seed(1));
        let flip = RandomHorizontalFlip::default();
        let mirrored = (0..1000).filter(|_| flip.apply(&x, generator) != x).count();
        // Five standard deviations of 1000 fair draws.
        assert!((mirrored as f64 - 500.0).abs() < 5.0 * 250f64.sqrt(), "{mirrored}");
        assert!((0..100).all(|_| RandomVerticalFlip::new(0.0).apply(&x.mt(), generator) == x.mt()));
    }

    #[test]
    #[should_panic(expected = "random vertical flip: the probability is 1.5, it must be from 0 to 1")]
    fn what_is_no_probability_is_refused() {
        let _ = RandomVerticalFlip::new(1.5);
    }
}
