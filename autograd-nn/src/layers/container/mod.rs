//! Modules of modules, and changes of shape between them.

mod flatten;
mod sequential;

super::register! { flatten::Flatten, sequential::Sequential<T> }
