//! Pooling: windows over sequences, images and volumes, and ways back to the images.

pub(in crate::ops) mod sizes;

mod adaptive_avg_pool2d;
mod adaptive_avg_pool3d;
mod adaptive_avg_unpool2d;
mod adaptive_max_pool2d;
mod avg_pool1d;
mod avg_pool2d;
mod avg_pool3d;
mod avg_unpool2d;
mod global_pool1d;
mod global_pool2d;
mod lp_pool2d;
mod max_pool1d;
mod max_pool2d;
mod max_pool3d;
mod max_unpool2d;
mod unpool2d;
mod volumes;

pub use avg_pool1d::AvgPool1d;
pub use avg_pool3d::AvgPool3d;
pub use lp_pool2d::{LpPool1d, LpPool2d};
pub use max_pool1d::MaxPool1d;
pub use max_pool3d::MaxPool3d;

register! {
    pool:
        adaptive_avg_pool2d::AdaptiveAvgPool2d, adaptive_avg_unpool2d::AdaptiveAvgUnpool2d, avg_pool2d::AvgPool2d,
        avg_unpool2d::AvgUnpool2d, max_pool2d::MaxPool2d;
}
