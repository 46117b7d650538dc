//! `register!`: the only way to export an optimiser, which demands its cases.

/// For each optimiser, whose file is declared beside it since rustfmt passes over modules inside of macros: its export, that of its settings and whatever else its file offers, and the test that runs its cases through all laws.
macro_rules! register {
    ($($file:ident: $Optimizer:ident, $Options:ident $(, $more:ident)*;)+) => {
        $(
            pub use $file::{$Optimizer, $Options $(, $more)*};
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

pub(crate) use register;
