//! The ops, one a file, in one folder a family. Each folder's `mod.rs` lists its ops: `register!` gives each the permission to be
//! recorded, and its test. This page lists the families, and nothing else.

#[macro_use]
mod register;
mod arithmetic;
mod prelude;

pub mod attention;
pub mod conv;
pub mod elementwise;
pub mod index;
pub mod linalg;
pub mod loss;
pub mod norm;
mod order;
pub mod pool;
pub mod random;
pub mod recurrent;
pub mod reduce;
pub mod resample;
pub mod scan;
pub mod shape;

pub use attention::*;
pub use conv::*;
pub use elementwise::*;
pub use index::*;
pub use linalg::*;
pub use loss::*;
pub use norm::*;
pub use pool::*;
pub use random::*;
pub use recurrent::*;
pub use reduce::*;
pub use resample::*;
pub use scan::*;
pub use shape::*;

/// Each op of the register.
#[cfg(any(test, feature = "testing"))]
pub(crate) fn entries() -> Vec<crate::testing::Entry> {
    let families = [
        elementwise::entries(),
        reduce::entries(),
        scan::entries(),
        shape::entries(),
        index::entries(),
        attention::entries(),
        conv::entries(),
        pool::entries(),
        resample::entries(),
        random::entries(),
        loss::entries(),
        norm::entries(),
        linalg::entries(),
        recurrent::entries(),
    ];
    families.into_iter().flatten().collect()
}
