//! Layers from one variable to one.

use crate::case::{compare, whole};
use autograd::Generator;
use autograd::nn::*;

fn forward<M: Forward<f64>>(name: &str, layer: impl FnOnce(&mut Generator) -> M) {
    compare(name, layer(&mut Generator::seed(0)), |layer, x| vec![layer.forward(&x[0])]);
}

#[test]
fn linear_maps() {
    forward("linear", |g| Linear::new(5, 3, g));
    compare("bilinear", Bilinear::new(3, 4, 2, &mut Generator::seed(0)), |layer, x| vec![layer.forward(&x[0], &x[1])]);
}

#[test]
fn convolutions() {
    forward("conv1d", |g| Conv1d::grouped(4, 6, 3, 2, g).stride(2).padding(1).dilation(2));
    forward("conv1d_circular", |g| Conv1d::new(2, 3, 3, g).padding(2).padding_mode(PadMode::Circular));
    forward("conv2d", |g| Conv2d::new(3, 4, 3, g).stride(2).padding(1));
    forward("conv2d_depthwise", |g| Conv2d::grouped(4, 8, [3, 2], 4, g).dilation([1, 2]).without_bias());
    forward("conv2d_reflect", |g| Conv2d::new(2, 3, 3, g).padding(1).padding_mode(PadMode::Reflect));
    forward("conv3d", |g| Conv3d::new(2, 3, 2, g).stride([1, 2, 1]).padding([1, 0, 1]));
}

#[test]
fn transposed_convolutions() {
    forward("conv_transpose1d", |g| ConvTranspose1d::new(3, 2, 4, g).stride(3).padding(1).output_padding(2));
    forward("conv_transpose2d", |g| ConvTranspose2d::grouped(4, 6, 3, 2, g).stride(2).padding(1).output_padding(1));
    forward("conv_transpose3d", |g| ConvTranspose3d::new(2, 2, [2, 3, 2], g).stride(2).without_bias());
}

#[test]
fn normalisations() {
    forward("batch_norm1d_train", |_| BatchNorm1d::new(3));
    forward("batch_norm1d_sequence_train", |_| BatchNorm1d::new(3).momentum(None));
    forward("batch_norm2d_eval", |_| BatchNorm2d::new(3).momentum(0.3).eps(1e-3));
    forward("batch_norm2d_train", |_| BatchNorm2d::new(3).momentum(0.3));
    forward("batch_norm3d_train", |_| BatchNorm3d::new(2).affine(false));
    forward("layer_norm", |_| LayerNorm::new([3, 4]).eps(1e-3));
    forward("group_norm", |_| GroupNorm::new(2, 6));
    forward("instance_norm1d", |_| InstanceNorm1d::new(3));
    forward("instance_norm2d_train", |_| InstanceNorm2d::new(3).affine(true).track_running_stats(true));
    forward("rms_norm", |_| RmsNorm::new(6).eps(1e-4));
}

#[test]
fn an_activation_with_a_parameter() {
    forward("prelu", |_| PRelu::channels(3));
}

#[test]
fn an_embedding_whose_padding_learns_nothing() {
    let layer = Embedding::new(7, 3, &mut Generator::seed(0)).padding_idx(2);
    compare("embedding", layer, |layer, x| vec![layer.forward(&whole(&x[0]))]);
}
