//! Convolutions, plain and transposed, over one, two and three axes.

mod conv1d;
mod conv2d;
mod conv3d;
mod conv_transpose1d;
mod conv_transpose2d;
mod conv_transpose3d;
mod convolution;
mod per_axis;
#[cfg(test)]
mod pytorch;
mod transposed;

pub(crate) use per_axis::positive;
pub use per_axis::{IntoPadding, PerAxis};

super::register! {
    conv1d::Conv1d<T>, conv2d::Conv2d<T>, conv3d::Conv3d<T>, conv_transpose1d::ConvTranspose1d<T>,
    conv_transpose2d::ConvTranspose2d<T>, conv_transpose3d::ConvTranspose3d<T>,
}
