//! Sizes that the cases of the ops, which are small, do not reach: several tiles, several pieces.

use super::*;

/// A loop over results and one over the places of a patch: `f` gets the positions of the result, the pixel and the weight.
fn textbook(conv: &Sizes, x: &[f64], weight: &[f64], mut f: impl FnMut(usize, usize, usize)) {
    let (channels, filters, pixels) = (conv.channels / conv.groups, conv.filters / conv.groups, conv.pixels());
    let kernel: usize = conv.kernel.iter().product();
    assert_eq!((x.len(), weight.len()), (conv.images * conv.groups * conv.image(), conv.filters * conv.patch()));
    let split = |at: usize, [_, n, m]: [usize; 3]| [at / m / n, at / m % n, at % m];
    for y in 0..conv.images * conv.groups * filters * pixels {
        let (o, block) = (split(y % pixels, conv.out), y / pixels / filters);
        let filter = block % conv.groups * filters + y / pixels % filters;
        for k in 0..channels * kernel {
            let i = split(k % kernel, conv.kernel);
            let read = |d: usize| (o[d] * conv.stride[d] + i[d] * conv.dilation[d]).wrapping_sub(conv.padding[d]);
            let at = [read(0), read(1), read(2)];
            if (0..3).all(|d| at[d] < conv.size[d]) {
                let row = ((block * channels + k / kernel) * conv.size[0] + at[0]) * conv.size[1] + at[1];
                f(y, row * conv.size[2] + at[2], filter * channels * kernel + k);
            }
        }
    }
}

/// A result, the gradient of the images, and that of the weight.
type Three = (Vec<f64>, Vec<f64>, Vec<f64>);

/// What the textbook and what the kernel makes of images, a weight and the gradient of the result.
fn expected_and_found(conv: &Sizes, [x, weight, dy]: [&[f64]; 3]) -> (Three, Three) {
    let mut expected = (vec![0.0; dy.len()], vec![0.0; x.len()], vec![0.0; weight.len()]);
    textbook(conv, x, weight, |i, j, k| {
        expected.0[i] += x[j] * weight[k];
        expected.1[j] += dy[i] * weight[k];
        expected.2[k] += dy[i] * x[j];
    });
    let mut found = (vec![f64::NAN; dy.len()], vec![f64::NAN; x.len()], vec![f64::NAN; weight.len()]);
    conv.forward(x, weight, &mut found.0);
    conv.input(dy, weight, &mut found.1);
    conv.weight(x, dy, &mut found.2);
    (expected, found)
}

#[test]
fn results_that_take_several_tiles_and_pieces_are_exact_on_small_integers() {
    let plain = Sizes {
        images: 2,
        channels: 70,
        size: [1, 13, 12],
        filters: 3,
        out: [1, 11, 12],
        kernel: [1, 5, 3],
        stride: [1, 1, 1],
        padding: [0, 1, 1],
        dilation: [1, 1, 1],
        groups: 1,
    };
    let grouped = Sizes { channels: 140, filters: 6, groups: 2, ..plain };
    let strided = Sizes { size: [1, 25, 26], stride: [1, 2, 2], padding: [0, 2, 1], out: [1, 13, 13], ..plain };
    let depthwise = Sizes { channels: 7, filters: 7, groups: 7, ..strided };
    let many = Sizes { images: 35, channels: 2, groups: 1, ..plain };
    // Cut along the width, and along the depth; the padding of the former lies behind the signal only.
    let long = Sizes {
        channels: 300,
        size: [1, 1, 400],
        kernel: [1, 1, 4],
        out: [1, 1, 400],
        padding: [0; 3],
        stride: [1; 3],
        ..plain
    };
    let deep = Sizes {
        channels: 100,
        size: [6, 7, 6],
        kernel: [3, 3, 3],
        out: [6, 7, 6],
        padding: [1; 3],
        stride: [1; 3],
        ..plain
    };
    for (conv, tiles) in [(&plain, 2), (&strided, 2), (&long, 4), (&deep, 2)] {
        assert_eq!(conv.tiles().count(), tiles, "{conv:?}");
    }
    for conv in [plain, grouped, strided, depthwise, Sizes { channels: 3, groups: 3, ..plain }, many, long, deep] {
        let numbers = |n: usize, m: usize| (0..n).map(|i| (i * i % m) as f64).collect::<Vec<_>>();
        let x = numbers(conv.images * conv.groups * conv.image(), 7);
        let weight = numbers(conv.filters * conv.patch(), 5);
        let dy = numbers(conv.images * conv.filters * conv.pixels(), 11);
        let (expected, found) = expected_and_found(&conv, [&x, &weight, &dy]);
        assert_eq!(found, expected, "{conv:?}");
    }
}
