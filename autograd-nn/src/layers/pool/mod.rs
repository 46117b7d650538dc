//! Pooling: windows over sequences, images and volumes, and ways back.

mod adaptive_avg_pool;
mod adaptive_max_pool;
mod avg_pool;
mod global_pool;
mod lp_pool;
mod max_pool;
mod max_unpool;
#[cfg(test)]
mod pytorch;
mod sequences;
mod unpool;

super::register! {
    adaptive_avg_pool::AdaptiveAvgPool1d, adaptive_avg_pool::AdaptiveAvgPool2d, adaptive_avg_pool::AdaptiveAvgPool3d, adaptive_max_pool::AdaptiveMaxPool1d,
    adaptive_max_pool::AdaptiveMaxPool2d, avg_pool::AvgPool1d, avg_pool::AvgPool2d, avg_pool::AvgPool3d, global_pool::GlobalAvgPool1d,
    global_pool::GlobalAvgPool2d, global_pool::GlobalMaxPool1d, global_pool::GlobalMaxPool2d, lp_pool::LpPool1d,
    lp_pool::LpPool2d, max_pool::MaxPool1d, max_pool::MaxPool2d, max_pool::MaxPool3d, max_unpool::MaxUnpool1d, max_unpool::MaxUnpool2d,
    unpool::BedOfNailsUnpool2d, unpool::NearestUnpool2d,
}
