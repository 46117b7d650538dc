//! Pooling: windows that slide over images.

pub(in crate::ops) mod sizes;

mod avg_pool2d;
mod avg_unpool2d;
mod max_pool2d;

register! {
    pool:
        avg_pool2d::AvgPool2d, avg_unpool2d::AvgUnpool2d, max_pool2d::MaxPool2d;
}
