//! Convolutions over one, two and three axes, their transposes, and the gradients of their filters.

mod options;
pub(in crate::ops) mod sizes;
#[cfg(any(test, feature = "testing"))]
mod textbook;

mod add_bias;
mod conv1d;
mod conv1d_weight;
mod conv2d;
mod conv2d_weight;
mod conv3d;
mod conv3d_weight;
mod conv_transpose1d;
mod conv_transpose2d;
mod conv_transpose3d;

pub use options::{Conv, ConvTranspose, ConvWeight, Padding};

register! {
    conv:
        conv1d::Conv1d, conv1d_weight::Conv1dWeight, conv_transpose1d::ConvTranspose1d,
        conv2d::Conv2d, conv2d_weight::Conv2dWeight, conv_transpose2d::ConvTranspose2d,
        conv3d::Conv3d, conv3d_weight::Conv3dWeight, conv_transpose3d::ConvTranspose3d;
}
