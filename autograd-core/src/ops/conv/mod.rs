//! Convolutions.

pub(in crate::ops) mod sizes;

mod conv2d;
mod conv2d_weight;
mod conv_transpose2d;

register! {
    conv:
        conv2d::Conv2d, conv2d_weight::Conv2dWeight, conv_transpose2d::ConvTranspose2d;
}
