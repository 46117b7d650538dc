//! The optimisers whose steps follow from each parameter's own gradient, one a file.

mod prelude;

use crate::register::register;

register! {
    adam: Adam, AdamOptions;
    sgd: Sgd, SgdOptions;
}
