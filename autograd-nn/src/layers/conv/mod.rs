//! Convolutions.

mod conv2d;

super::register! { conv2d::Conv2d<T> }
