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
    adadelta: Adadelta, AdadeltaOptions;
    adagrad: Adagrad, AdagradOptions;
    adam: Adam, AdamOptions;
    adamax: Adamax, AdamaxOptions;
    adamw: AdamW, AdamWOptions;
    asgd: Asgd, AsgdOptions;
    lamb: Lamb, LambOptions;
    lion: Lion, LionOptions;
    muon: Muon, MuonOptions;
    nadam: NAdam, NAdamOptions;
    radam: RAdam, RAdamOptions;
    rmsprop: RmsProp, RmsPropOptions;
    rprop: Rprop, RpropOptions;
    sgd: Sgd, SgdOptions;
}

pub use muon::AdjustLr;
