//! Windows against a look at each pixel.

use autograd_kernel::isa::Isa;
use autograd_kernel::pool::*;

#[test]
fn squares_are_as_other_windows_are() {
    for (height, width) in [(2, 2), (5, 7), (8, 33), (6, 64), (4, 131)] {
        let x: Vec<f32> = (0..3 * height * width)
            .map(|i| if i % 37 == 5 { f32::NAN } else { (i * i % 11) as f32 - (i % 3) as f32 })
            .collect();
        let sliding = Sliding { kernel: [2, 2], stride: [2, 2], padding: [0, 0], dilation: [1, 1] };
        let pool = Pool { size: [height, width], out: [height / 2, width / 2], kind: Kind::Sliding(sliding) };
        let pixels = pool.out.iter().product::<usize>();
        for isa in Isa::all() {
            let (mut y, mut at) = (vec![0.0; 3 * pixels], vec![0; 3 * pixels]);
            isa.hold(|| (pool.max(&x, &mut y), pool.argmax(&x, &mut at)));
            for i in 0..3 * pixels {
                let plane = &x[i / pixels * height * width..];
                let first = i % pixels / pool.out[1] * 2 * width + i % pool.out[1] * 2;
                let places = [first, first + 1, first + width, first + width + 1];
                let best = places.into_iter().reduce(|best, place| {
                    let (a, b) = (plane[best], plane[place]);
                    if b > a || b.is_nan() && !a.is_nan() { place } else { best }
                });
                assert_eq!(Some(at[i] as usize), best, "{} {height} {width}", isa.name);
                assert_eq!(y[i].to_bits(), plane[at[i] as usize].to_bits());
            }
        }
    }
}

/// The rows or columns of window `o` along axis `d`, and how many of them lie in the plane or its padding.
fn along(pool: &Pool, d: usize, o: usize) -> (Vec<usize>, usize) {
    let (size, out) = (pool.size[d], pool.out[d]);
    let Kind::Sliding(sliding) = pool.kind else {
        let places: Vec<usize> = (o * size / out..((o + 1) * size).div_ceil(out)).collect();
        return (places.clone(), places.len());
    };
    let start = (o * sliding.stride[d]) as isize - sliding.padding[d] as isize;
    let places = (0..sliding.kernel[d]).map(|k| start + (k * sliding.dilation[d]) as isize);
    let padded = places.clone().filter(|&place| place < (size + sliding.padding[d]) as isize).count();
    (places.filter(|&place| (0..size as isize).contains(&place)).map(|place| place as usize).collect(), padded)
}

/// All functions of a pooling against its definition, on three planes with ties and NaN.
fn check(pool: Pool) {
    let (plane, pixels) = (pool.size[0] * pool.size[1], pool.out[0] * pool.out[1]);
    let whole: Vec<f64> = (0..3 * plane).map(|i| (i * i % 11) as f64 - (i % 3) as f64).collect();
    let broken: Vec<f64> = whole.iter().enumerate().map(|(i, &x)| if i % 37 == 5 { f64::NAN } else { x }).collect();
    let dy: Vec<f64> = (0..3 * pixels).map(|i| (i * 7919 % 101) as f64 / 8.0).collect();
    let windows = |i: usize| {
        let (o, p) = (i % pixels / pool.out[1], i % pool.out[1]);
        let ((rows, row_places), (columns, column_places)) = (along(&pool, 0, o), along(&pool, 1, p));
        let places: Vec<usize> = rows.iter().flat_map(|r| columns.iter().map(move |c| r * pool.size[1] + c)).collect();
        (places, row_places * column_places)
    };
    for isa in Isa::all() {
        let mut largest = vec![f64::NAN; 3 * pixels];
        let (mut at, mut mean, mut spread) =
            (vec![-1; 3 * pixels], vec![f64::NAN; 3 * pixels], vec![f64::NAN; 3 * plane]);
        isa.hold(|| (pool.max(&broken, &mut largest), pool.argmax(&broken, &mut at)));
        for (i, &at) in at.iter().enumerate() {
            let x = &broken[i / pixels * plane..][..plane];
            let best = windows(i).0.into_iter().reduce(|best, place| {
                let (a, b) = (x[best], x[place]);
                if b > a || b.is_nan() && !a.is_nan() { place } else { best }
            });
            assert_eq!(Some(at as usize), best, "{} {pool:?}, window {i}", isa.name);
            assert_eq!(largest[i].to_bits(), x[at as usize].to_bits(), "{} {pool:?}, window {i}", isa.name);
        }
        for divisor in [Divisor::Places, Divisor::Inside, Divisor::Fixed(3)] {
            isa.hold(|| (pool.mean(&whole, divisor, &mut mean), pool.spread(&dy, divisor, &mut spread)));
            let mut expected = vec![0.0; 3 * plane];
            for (i, &mean) in mean.iter().enumerate() {
                let (places, padded) = windows(i);
                let divisor = match divisor {
                    Divisor::Places => padded as f64,
                    Divisor::Inside => places.len() as f64,
                    Divisor::Fixed(n) => n as f64,
                };
                let first = i / pixels * plane;
                let sum: f64 = places.iter().map(|place| whole[first + place]).sum();
                assert!((mean - sum / divisor).abs() < 1e-12, "{} {pool:?}, window {i}", isa.name);
                places.iter().for_each(|place| expected[first + place] += dy[i] / divisor);
            }
            let near = spread.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-11);
            assert!(near, "{} {pool:?}: {spread:?} instead of {expected:?}", isa.name);
        }
    }
}

#[test]
fn windows_of_all_kinds_are_the_textbooks() {
    let sliding = |kernel, stride, padding, dilation| Kind::Sliding(Sliding { kernel, stride, padding, dilation });
    for (size, out, kind) in [
        ([7, 9], [3, 4], sliding([3, 3], [2, 2], [0, 0], [1, 1])),
        ([7, 9], [4, 5], sliding([3, 3], [2, 2], [1, 1], [1, 1])),
        ([8, 33], [8, 33], sliding([3, 3], [1, 1], [1, 1], [1, 1])),
        ([9, 40], [3, 13], sliding([2, 3], [3, 3], [0, 0], [2, 1])),
        ([9, 40], [5, 34], sliding([3, 4], [1, 1], [0, 0], [2, 2])),
        ([30, 70], [2, 3], sliding([20, 40], [10, 15], [0, 0], [1, 1])),
        ([5, 70], [1, 1], sliding([5, 70], [1, 1], [0, 0], [1, 1])),
        ([1, 9], [1, 4], sliding([1, 2], [1, 2], [0, 0], [1, 1])),
        ([7, 9], [3, 4], Kind::Adaptive),
        ([5, 61], [5, 2], Kind::Adaptive),
        ([2, 3], [4, 7], Kind::Adaptive),
    ] {
        check(Pool { size, out, kind });
    }
}
