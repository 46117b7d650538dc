//! Modules of modules, and changes of shape between them.

mod flatten;
mod identity;
mod lambda;
mod parallel;
mod reshape;
mod residual;
mod sequential;
mod unflatten;

pub use parallel::Join;

super::register! {
    flatten::Flatten, identity::Identity, lambda::Lambda<T>, parallel::Parallel<T>, reshape::Reshape,
    residual::Residual<T>, sequential::Sequential<T>, unflatten::Unflatten,
}
