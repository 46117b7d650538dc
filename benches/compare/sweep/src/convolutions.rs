//! Convolutions, pooling and resampling.

use crate::Sweep;
use autograd::ops::{
    AvgPool2d, Conv1d, Conv2d, Conv3d, ConvTranspose1d, ConvTranspose2d, GridSample, MaxPool1d, MaxPool2d, MaxPool3d,
};

pub fn run(sweep: &Sweep) {
    let c = |n: &str, x: &[usize], w: &[usize], o: fn() -> Conv2d| sweep.both(n, &[x, w], |v| v[0].conv2d(&v[1], o()));
    c("conv3_b1_64_56", &[1, 64, 56, 56], &[64, 64, 3, 3], || Conv2d::default().padding([1, 1]));
    c("conv3_b8_3_64_32", &[8, 3, 64, 64], &[32, 3, 3, 3], || Conv2d::default().padding([1, 1]));
    c("conv3s2_b16_64_28", &[16, 64, 28, 28], &[128, 64, 3, 3], || Conv2d::default().padding([1, 1]).stride([2, 2]));
    c("conv3d2_b8_64_32", &[8, 64, 32, 32], &[64, 64, 3, 3], || Conv2d::default().padding([2, 2]).dilation([2, 2]));
    c("conv3g4_b8_64_32", &[8, 64, 32, 32], &[64, 16, 3, 3], || Conv2d::default().padding([1, 1]).groups(4));
    c("conv1_b8_256_14", &[8, 256, 14, 14], &[512, 256, 1, 1], || Conv2d::default());
    c("conv1s2_b8_64_32", &[8, 64, 32, 32], &[128, 64, 1, 1], || Conv2d::default().stride([2, 2]));
    c("conv16s16_b8_3_224", &[8, 3, 224, 224], &[192, 3, 16, 16], || Conv2d::default().stride([16, 16]));
    c("dwconv5_b8_64_28", &[8, 64, 28, 28], &[64, 1, 5, 5], || Conv2d::default().padding([2, 2]).groups(64));
    c("dwconv3s2_b8_64_56", &[8, 64, 56, 56], &[64, 1, 3, 3], || {
        Conv2d::default().padding([1, 1]).stride([2, 2]).groups(64)
    });
    c("dwconv7_b4_96_28", &[4, 96, 28, 28], &[96, 1, 7, 7], || Conv2d::default().padding([3, 3]).groups(96));
    c("conv5_b64_6_14", &[64, 6, 14, 14], &[16, 6, 5, 5], || Conv2d::default());
    c("conv3_b64_1_28", &[64, 1, 28, 28], &[32, 1, 3, 3], || Conv2d::default());
    sweep.both("conv1d_k3", &[&[16, 64, 512], &[64, 64, 3]], |v| v[0].conv1d(&v[1], Conv1d::default().padding([1])));
    sweep.both("conv1d_k9_d4", &[&[8, 32, 1024], &[32, 32, 9]], |v| {
        v[0].conv1d(&v[1], Conv1d::default().padding([16]).dilation([4]))
    });
    sweep.both("conv3d_k3", &[&[2, 16, 16, 32, 32], &[32, 16, 3, 3, 3]], |v| {
        v[0].conv3d(&v[1], Conv3d::default().padding([1, 1, 1]))
    });
    sweep.both("convT2s2", &[&[8, 64, 16, 16], &[64, 32, 2, 2]], |v| {
        v[0].conv_transpose2d(&v[1], ConvTranspose2d::default().stride([2, 2]))
    });
    sweep.both("convT3s2", &[&[8, 64, 16, 16], &[64, 32, 3, 3]], |v| {
        v[0].conv_transpose2d(&v[1], ConvTranspose2d::default().stride([2, 2]).padding([1, 1]).output_padding([1, 1]))
    });
    sweep.both("convT1d", &[&[8, 64, 256], &[64, 32, 4]], |v| {
        v[0].conv_transpose1d(&v[1], ConvTranspose1d::default().stride([2]).padding([1]))
    });
    let im: &[usize] = &[16, 32, 64, 64];
    sweep.both("maxpool3s2", &[im], |v| v[0].max_pool2d(MaxPool2d::new([3, 3]).stride([2, 2]).padding([1, 1])));
    sweep.both("maxpool3s1", &[im], |v| v[0].max_pool2d(MaxPool2d::new([3, 3]).stride([1, 1]).padding([1, 1])));
    sweep.both("avgpool2", &[im], |v| v[0].avg_pool2d(AvgPool2d::new([2, 2])));
    sweep.both("avgpool3s2", &[im], |v| v[0].avg_pool2d(AvgPool2d::new([3, 3]).stride([2, 2]).padding([1, 1])));
    sweep.both("adaptive7", &[im], |v| v[0].adaptive_avg_pool2d([7, 7]));
    sweep.both("adaptive1", &[im], |v| v[0].adaptive_avg_pool2d([1, 1]));
    sweep.both("adaptivemax7", &[im], |v| v[0].adaptive_max_pool2d([7, 7]));
    sweep.both("maxpool1d", &[&[16, 64, 4096]], |v| v[0].max_pool1d(MaxPool1d::new(2)));
    sweep.both("maxpool3d", &[&[4, 16, 16, 32, 32]], |v| v[0].max_pool3d(MaxPool3d::new([2, 2, 2])));
    let sm: &[usize] = &[8, 32, 32, 32];
    sweep.both("up_nearest2", &[sm], |v| v[0].upsample_nearest([64, 64]));
    sweep.both("up_bilinear2", &[sm], |v| v[0].upsample_bilinear([64, 64], false));
    sweep.both("up_bilinear_odd", &[sm], |v| v[0].upsample_bilinear([75, 51], true));
    sweep.both("up_bicubic2", &[sm], |v| v[0].upsample_bicubic([64, 64], false));
    sweep.both("grid_sample", &[sm, &[8, 32, 32, 2]], |v| v[0].grid_sample(&v[1], GridSample::default()));
}
