//! The optimisers whose steps follow from each parameter's own gradient, one a file.

mod prelude;

/// For each optimiser: its export, that of its settings, and the test that runs its cases through all laws.
macro_rules! register {
    ($($file:ident: $Optimizer:ident, $Options:ident;)+) => {
        $(
            mod $file;
            pub use $file::{$Optimizer, $Options};
        )+

        #[cfg(test)]
        mod suite {
            $(
                #[test]
                fn $file() {
                    crate::laws::check::<super::$Options>();
                }
            )+
        }
    };
}

register! {
    adam: Adam, AdamOptions;
    sgd: Sgd, SgdOptions;
}
