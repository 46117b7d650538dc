//! Against a loop over the terms of the sums: sizes that the cases of the ops, which are small, do not reach.

use autograd_kernel::conv::Sizes;
use autograd_kernel::element::Real;
use autograd_kernel::isa::Isa;
use std::array;

/// A loop over results and one over the places of a patch: `f` gets the positions of the result, the pixel (none in the padding) and
/// the weight.
fn textbook(conv: &Sizes, mut f: impl FnMut(usize, Option<usize>, usize)) {
    let (channels, filters, pixels) =
        (conv.channels / conv.groups, conv.filters / conv.groups, conv.out.iter().product::<usize>());
    let split = |at: usize, [_, n, m]: [usize; 3]| [at / m / n, at / m % n, at % m];
    for y in 0..conv.images * conv.filters * pixels {
        let (o, block) = (split(y % pixels, conv.out), y / pixels / filters);
        let filter = block % conv.groups * filters + y / pixels % filters;
        for k in 0..channels * conv.volume() {
            let i = split(k % conv.volume(), conv.kernel);
            let read = |d: usize| (o[d] * conv.stride[d] + i[d] * conv.dilation[d]).wrapping_sub(conv.padding[d]);
            let at = [read(0), read(1), read(2)];
            let row = ((block * channels + k / conv.volume()) * conv.size[0]).wrapping_add(at[0]);
            let pixel =
                row.wrapping_mul(conv.size[1]).wrapping_add(at[1]).wrapping_mul(conv.size[2]).wrapping_add(at[2]);
            let inside = (0..3).all(|d| at[d] < conv.size[d]);
            f(y, inside.then_some(pixel), filter * channels * conv.volume() + k);
        }
    }
}

/// A result, the gradient of the images, and that of the weight.
type Three<T> = [Vec<T>; 3];

fn expected<T: Real>(conv: &Sizes, [x, weight, dy]: [&[T]; 3]) -> Three<T> {
    let mut three = [vec![T::zero(); dy.len()], vec![T::zero(); x.len()], vec![T::zero(); weight.len()]];
    textbook(conv, |i, j, k| {
        let pixel = j.map_or(T::zero(), |j| x[j]);
        three[0][i] += pixel * weight[k];
        three[2][k] += dy[i] * pixel;
        if let Some(j) = j {
            three[1][j] += dy[i] * weight[k];
        }
    });
    three
}

fn found<T: Real>(conv: &Sizes, [x, weight, dy]: [&[T]; 3]) -> Three<T> {
    let mut three = [vec![T::nan(); dy.len()], vec![T::nan(); x.len()], vec![T::nan(); weight.len()]];
    conv.forward(x, weight, &mut three[0]);
    conv.input(dy, weight, &mut three[1]);
    conv.weight(x, dy, &mut three[2]);
    three
}

/// Whole numbers, on which sums are exact in any order.
fn operands<T: Real>(conv: &Sizes) -> Three<T> {
    let numbers = |n: usize, m: usize| (0..n).map(|i| T::of((i * i % m) as f64 - 2.0)).collect();
    let volume = |size: [usize; 3]| size.iter().product::<usize>();
    [
        numbers(conv.images * conv.channels * volume(conv.size), 7),
        numbers(conv.filters * conv.channels / conv.groups * conv.volume(), 5),
        numbers(conv.images * conv.filters * volume(conv.out), 11),
    ]
}

fn check<T: Real>(conv: &Sizes) {
    let operands = operands::<T>(conv);
    let operands = operands.each_ref().map(|x| &x[..]);
    let expected = expected(conv, operands);
    for isa in Isa::all() {
        let found = isa.hold(|| found(conv, operands));
        for (name, (found, expected)) in ["y", "dx", "dw"].iter().zip(found.iter().zip(&expected)) {
            assert_eq!(found, expected, "{name} on {} for {conv:?}", isa.name);
        }
    }
}

const PLAIN: Sizes = Sizes {
    images: 2,
    channels: 3,
    size: [1, 9, 11],
    filters: 5,
    out: [1, 9, 11],
    kernel: [1, 3, 3],
    stride: [1; 3],
    padding: [0, 1, 1],
    dilation: [1; 3],
    groups: 1,
};

trait Read {
    /// Places of a kernel.
    fn volume(&self) -> usize;
    /// With as many results as a padding of `behind` gives.
    fn fitted(self, behind: [usize; 3]) -> Self;
}

impl Read for Sizes {
    fn volume(&self) -> usize {
        self.kernel.iter().product()
    }

    fn fitted(self, behind: [usize; 3]) -> Sizes {
        let span = |d: usize| (self.kernel[d] - 1) * self.dilation[d] + 1;
        let out = array::from_fn(|d| (self.size[d] + self.padding[d] + behind[d] - span(d)) / self.stride[d] + 1);
        Sizes { out, ..self }
    }
}

#[test]
fn strides_dilations_paddings_and_kernels_of_all_kinds() {
    for stride in 1..4 {
        for dilation in 1..4 {
            for (kernel, padding, behind) in
                [([1, 3], [0, 1], [0, 1]), ([3, 2], [2, 0], [0, 3]), ([1, 1], [0, 0], [0, 0]), ([5, 4], [4, 9], [4, 1])]
            {
                let conv = Sizes {
                    size: [1, 13, 14],
                    kernel: [1, kernel[0], kernel[1]],
                    padding: [0, padding[0], padding[1]],
                    stride: [1, stride, 4 - stride],
                    dilation: [1, dilation, 4 - dilation],
                    ..PLAIN
                };
                let conv = conv.fitted([0, behind[0], behind[1]]);
                check::<f32>(&conv);
                check::<f64>(&Sizes { filters: 1, ..conv });
            }
        }
    }
}

#[test]
fn widths_and_filters_about_the_size_of_a_vector() {
    for width in [1, 2, 7, 8, 15, 16, 17, 31, 33, 48, 63, 64, 65] {
        for filters in [1, 3, 8, 9, 17] {
            let conv = Sizes { filters, size: [1, 2, width], ..PLAIN }.fitted([0, 1, 1]);
            check::<f32>(&conv);
        }
    }
    for filters in [31, 32, 33, 64, 70] {
        check::<f32>(&Sizes { filters, channels: 17, ..PLAIN });
        check::<f64>(&Sizes { filters, channels: 2, ..PLAIN });
    }
}

#[test]
fn narrow_images_of_many_filters() {
    for size in [[1, 5, 8], [1, 7, 7], [1, 1, 8], [1, 4, 4]] {
        for (images, channels, filters, groups) in [(1, 32, 32, 1), (9, 23, 62, 1), (2, 66, 116, 2)] {
            for [down, padding] in [[3, 1], [1, 0], [2, 1], [5, 2]] {
                let conv = Sizes { images, channels, filters, groups, size, kernel: [1, down, 3], ..PLAIN };
                let conv = Sizes { padding: [0, padding, 1], ..conv }.fitted([0, padding, 1]);
                if conv.out[1] > 0 {
                    check::<f32>(&conv);
                    check::<f64>(&Sizes { images: 1, ..conv });
                }
            }
        }
    }
}

#[test]
fn depthwise_convolutions_of_all_kinds() {
    let conv = Sizes { images: 3, channels: 4, filters: 4, groups: 4, ..PLAIN };
    // Rows of less than a vector, of several, and of several tiles of them; signals, too.
    for height in [1, 2, 3, 5, 9] {
        for width in [1, 3, 4, 7, 8, 9, 15, 16, 17, 24, 31, 32, 33, 47, 65, 70] {
            let conv = Sizes { size: [1, height, width], ..conv }.fitted([0, 1, 1]);
            check::<f32>(&conv);
            check::<f64>(&Sizes { images: 1, ..conv });
            let signal = Sizes { size: [1, 1, width], kernel: [1, 1, 3], padding: [0, 0, 2], ..conv };
            check::<f32>(&signal.fitted([0; 3]));
        }
    }
    for (kernel, padding, behind) in
        [([1, 1, 1], [0; 3], [0; 3]), ([1, 2, 4], [0, 2, 0], [0, 0, 3]), ([1, 5, 5], [0, 2, 2], [0, 2, 2])]
    {
        for step in 1..4 {
            let conv = Sizes { size: [1, 14, 21], kernel, padding, ..conv };
            check::<f32>(&Sizes { stride: [1, step, 4 - step], ..conv }.fitted(behind));
            check::<f32>(&Sizes { stride: [1, step, step], dilation: [1, 3, 2], ..conv }.fitted(behind));
            check::<f64>(&Sizes { dilation: [1, step, 4 - step], ..conv }.fitted(behind));
        }
    }
    let deep = Sizes { size: [5, 6, 7], kernel: [3, 3, 2], padding: [1, 1, 0], stride: [2, 1, 2], ..conv };
    check::<f32>(&deep.fitted([1, 0, 1]));
}

/// What comes of an element of each operand in turn that is `bad`, at `place`: the textbook's results, NaN where those are.
fn check_bad<T: Real>(conv: &Sizes, place: usize, bad: T) {
    let sound = operands::<T>(conv);
    for which in 0..3 {
        let mut operands = sound.clone();
        operands[which][place] = bad;
        let operands = operands.each_ref().map(|x| &x[..]);
        let expected = expected(conv, operands);
        for isa in Isa::all() {
            let found = isa.hold(|| found(conv, operands));
            for (found, expected) in found.iter().flatten().zip(expected.iter().flatten()) {
                assert!(found == expected || found.is_nan() && expected.is_nan(), "{found} {expected} {which}");
            }
        }
    }
}

#[test]
fn padding_times_infinity_is_nan_in_narrow_images_too() {
    let conv = Sizes { images: 1, channels: 32, filters: 32, size: [1, 8, 8], ..PLAIN }.fitted([0, 1, 1]);
    check_bad(&conv, 0, f32::INFINITY);
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
    for conv in [plain, grouped, strided, depthwise, Sizes { channels: 3, groups: 3, ..plain }, many, long, deep] {
        check::<f32>(&conv);
        check::<f64>(&conv);
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let conv = Sizes { images: 5, channels: 20, filters: 20, ..PLAIN };
    let depthwise = Sizes { images: 9, channels: 20, filters: 20, groups: 20, ..PLAIN };
    let narrow = Sizes { channels: 60, filters: 60, size: [1, 8, 8], out: [1, 8, 8], ..conv };
    for conv in [conv, depthwise, narrow, WIDE] {
        let [x, weight, dy] = operands::<f32>(&conv).map(|x| x.iter().map(|x| x.sin()).collect::<Vec<_>>());
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| found(&conv, [&x, &weight, &dy]))
        };
        assert_eq!(on(1), on(2));
        assert_eq!(on(1), on(3));
    }
}

#[test]
fn no_images_give_no_gradient() {
    let none = Sizes { images: 0, ..PLAIN };
    check::<f32>(&none);
}

#[test]
fn what_is_not_finite_reaches_what_it_is_multiplied_with_and_nothing_else() {
    let conv = Sizes { images: 1, channels: 1, filters: 2, size: [1, 4, 5], padding: [0; 3], ..PLAIN }.fitted([0; 3]);
    let depthwise = Sizes { channels: 2, groups: 2, padding: [0, 1, 1], ..conv }.fitted([0, 1, 1]);
    for bad in [f64::INFINITY, f64::NAN] {
        check_bad(&conv, 1, bad);
        check_bad(&depthwise, 5, bad);
    }
}

#[test]
fn pointwise_convolutions_are_exact_on_whole_numbers() {
    let pointwise = Sizes { kernel: [1; 3], padding: [0; 3], dilation: [2; 3], ..PLAIN };
    let of = |images, groups, size, [channels, filters]: [usize; 2]| {
        let [channels, filters] = [channels * groups, filters * groups];
        Sizes { images, groups, size, out: size, channels, filters, ..pointwise }
    };
    // Blocks fewer and more than those that threads take one each, chunks of one image and of several.
    for (images, groups, size) in
        [(1, 1, [1, 5, 7]), (17, 1, [1, 4, 4]), (3, 2, [2, 3, 5]), (40, 1, [1, 1, 9]), (9, 3, [1; 3])]
    {
        for both in [[1, 1], [2, 9], [20, 3], [33, 40]] {
            check::<f32>(&of(images, groups, size, both));
            check::<f64>(&of(images, groups, size, both));
        }
    }
    // With strides, among others such that the last pixels take no part.
    for stride in [[1, 2, 2], [1, 3, 1], [2, 1, 3], [3, 2, 2]] {
        for images in [1, 20] {
            let conv = Sizes { stride, ..of(images, 2, [3, 5, 8], [5, 9]) };
            check::<f32>(&conv.fitted([0; 3]));
            check::<f64>(&conv.fitted([0; 3]));
        }
    }
    // So large a weight that the batch is one chunk.
    check::<f32>(&of(3, 1, [1, 2, 2], [1100, 1000]));
}

/// With 3×3 kernels, and images and channels enough for Winograd's way.
const WIDE: Sizes = Sizes { images: 3, channels: 32, filters: 33, size: [1, 10, 12], out: [1, 10, 12], ..PLAIN };

#[test]
fn winograd_is_exact_on_whole_numbers() {
    for size in [[1, 9, 11], [1, 10, 10], [1, 12, 21], [1, 34, 9]] {
        for padding in [[0, 0, 0], [0, 1, 1], [0, 2, 1], [0, 0, 2]] {
            for (images, channels, filters) in [(1, 32, 32), (5, 35, 66), (2, 70, 33)] {
                check::<f32>(&Sizes { images, channels, filters, size, padding, ..PLAIN }.fitted(padding));
            }
        }
        check::<f64>(&Sizes { size, ..WIDE }.fitted([0, 1, 1]));
    }
    // Images that go this way where registers are few.
    for (size, images) in [([1, 4, 4], 5), ([1, 5, 6], 1), ([1, 7, 7], 3), ([1, 8, 8], 2), ([1, 6, 34], 1)] {
        check::<f32>(&Sizes { images, size, ..WIDE }.fitted([0, 1, 1]));
        check::<f32>(&Sizes { images, size, channels: 17, filters: 40, ..WIDE }.fitted([0, 1, 1]));
        check::<f64>(&Sizes { images, size, ..WIDE }.fitted([0, 1, 1]));
    }
    // Where more results read behind the image than before it.
    check::<f32>(&WIDE.fitted([0, 3, 2]));
    check::<f32>(&Sizes { channels: 130, filters: 130, images: 1, ..WIDE });
}

#[test]
fn winograd_is_not_less_exact_than_a_direct_sum() {
    let conv = Sizes { channels: 48, filters: 40, ..WIDE };
    check_errors(&conv);
    for side in [4, 7, 8] {
        check_errors(&Sizes { images: 4, size: [1, side, side], out: [1, side, side], ..conv });
    }
}

fn check_errors(conv: &Sizes) {
    // Numbers of no pattern, with the same bits in both precisions.
    let number = |i: usize| ((i as f64 * 12.9898).sin() * 43758.5453).fract() as f32;
    let singles = operands::<f32>(conv).map(|x| (0..x.len()).map(number).collect::<Vec<_>>());
    let doubles = singles.each_ref().map(|x| x.iter().map(|&x| f64::from(x)).collect::<Vec<_>>());
    let exact = expected(conv, doubles.each_ref().map(|x| &x[..]));
    let operands = singles.each_ref().map(|x| &x[..]);
    let direct = expected(conv, operands);
    // The bounds that the module states, for numbers up to 1.
    let bound = |channels: usize| 32.0 * (channels * (channels + 10)) as f64 * f64::from(f32::EPSILON);
    let tiles = conv.images * conv.out[1].div_ceil(2) * conv.out[2].div_ceil(2);
    let bounds = [bound(conv.channels), bound(conv.filters), bound(tiles) * 18.0 / 32.0];
    for isa in Isa::all() {
        let found = isa.hold(|| found(conv, operands));
        for which in 0..3 {
            let errors = |x: &[f32]| -> Vec<f64> {
                x.iter().zip(&exact[which]).map(|(&x, exact)| (f64::from(x) - exact).abs()).collect()
            };
            let (fast, slow) = (errors(&found[which]), errors(&direct[which]));
            let mean = |errors: &[f64]| (errors.iter().map(|e| e * e).sum::<f64>() / errors.len() as f64).sqrt();
            let name = format!("{} of {:?} on {}", ["y", "dx", "dw"][which], conv.size, isa.name);
            assert!(fast.iter().all(|&error| error <= bounds[which]), "{name}");
            assert!(mean(&fast) <= mean(&slow), "{name}: {} and {}", mean(&fast), mean(&slow));
        }
    }
}

#[test]
fn what_is_not_finite_leaves_winograds_way() {
    let conv = Sizes { images: 1, ..WIDE };
    for bad in [f32::INFINITY, f32::NAN, f32::MAX] {
        check_bad(&conv, 25, bad);
    }
}

#[test]
fn an_image_has_the_same_results_alone_and_among_others() {
    let conv = Sizes { images: 7, channels: 40, ..WIDE };
    let [x, weight, dy] = operands::<f32>(&conv).map(|x| x.iter().map(|x| x.sin()).collect::<Vec<_>>());
    let [y, dx, _] = found(&conv, [&x, &weight, &dy]);
    let one = Sizes { images: 1, ..conv };
    let (read, written) = (x.len() / conv.images, dy.len() / conv.images);
    for image in 0..conv.images {
        let (x, dy) = (&x[image * read..][..read], &dy[image * written..][..written]);
        let [alone, gradient, _] = found(&one, [x, &weight, dy]);
        assert_eq!(alone, &y[image * written..][..written]);
        assert_eq!(gradient, &dx[image * read..][..read]);
    }
}
