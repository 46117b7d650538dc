//! Layers of convolutional networks, one at a time.

use crate::workload::{Step, Workload, go_back};
use autograd::prelude::*;

pub const WORKLOADS: &[Workload] = &[
    Workload::new("conv3x3_32x64x32x32_k64", |generator| {
        over([32, 64, 32, 32], Conv2d::new(64, 64, 3, generator).padding(1), generator)
    }),
    Workload::new("conv3x3_32x256x8x8_k256", |generator| {
        over([32, 256, 8, 8], Conv2d::new(256, 256, 3, generator).padding(1), generator)
    }),
    Workload::new("conv5x5_32x3x32x32_k32", |generator| {
        over([32, 3, 32, 32], Conv2d::new(3, 32, 5, generator).padding(2), generator)
    }),
    Workload::new("conv7x7s2_8x3x128_k64", |generator| {
        over([8, 3, 128, 128], Conv2d::new(3, 64, 7, generator).stride(2).padding(3), generator)
    }),
    Workload::new("conv1x1_32x256x16x16_k64", |generator| {
        over([32, 256, 16, 16], Conv2d::new(256, 64, 1, generator), generator)
    }),
    Workload::new("dwconv3x3_32x128x28x28", |generator| {
        over([32, 128, 28, 28], Conv2d::grouped(128, 128, 3, 128, generator).padding(1), generator)
    }),
    Workload::new("convT4x4s2_16x64x16_k32", |generator| {
        let layer = ConvTranspose2d::new(64, 32, 4, generator).stride(2).padding(1).without_bias();
        over([16, 64, 16, 16], layer, generator)
    }),
    Workload::new("maxpool2_32x64x32x32", |generator| over([32, 64, 32, 32], MaxPool2d::new(2), generator)),
    Workload::new("batchnorm_relu_32x64x32x32", |generator| {
        over([32, 64, 32, 32], Sequential::new().then(BatchNorm2d::new(64)).then(Relu), generator)
    }),
];

/// The sum of a layer's result, back to the images and the layer's parameters.
fn over(shape: [usize; 4], layer: impl Forward + 'static, generator: &mut Generator) -> Step {
    let x = Var::leaf(Tensor::normal(shape, 0.0, 1.0, generator));
    Box::new(move || go_back(layer.forward(&x).sum()))
}
