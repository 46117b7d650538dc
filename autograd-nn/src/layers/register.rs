//! `register!`: for each layer of a family, its export, its place in observations, and its test.

/// A layer of the register, whose laws are tested. Layers of this crate can report their results only if they are one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not in the register of its family",
    note = "add it to `register!` in the family's `mod.rs`, which writes its test, and implement `Checked` for it"
)]
pub trait Registered {}

/// For each layer: the export, the permission to report results, and the test that runs its cases through all laws.
///
/// A layer without type parameter is written `relu::Relu`, one over an element type `linear::Linear<T>`.
macro_rules! register {
    ($($file:ident::$Layer:ident $(<$T:ident>)?),* $(,)?) => {
        $(
            pub use $file::$Layer;
            impl $(<$T: autograd_core::Real>)? crate::layers::Registered for $Layer $(<$T>)? {}
        )*

        #[cfg(test)]
        mod suite {
            #![expect(non_snake_case, reason = "the test of a layer bears its name")]
            $(
                #[test]
                fn $Layer() {
                    crate::testing::check::<super::$Layer $(<crate::layers::register::Checked64!($T)>)?>();
                }
            )*
        }
    };
}

/// The element type that layers are checked with.
#[cfg(test)]
macro_rules! Checked64 {
    ($T:ident) => {
        f64
    };
}

#[cfg(test)]
pub(crate) use Checked64;
pub(crate) use register;
