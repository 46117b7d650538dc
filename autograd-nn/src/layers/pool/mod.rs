//! Pooling.

mod pool2d;

super::register! { pool2d::MaxPool2d, pool2d::AvgPool2d }
