//! Images sampled at places, and both gradients of that, against one loop over pixels.

use autograd_kernel::element::Real;
use autograd_kernel::grid::{Grid, GridPadding};
use autograd_kernel::isa::Isa;

const IMAGES: usize = 3;

/// How much of pixel `i` is in a sample at `at`, and how fast that changes with `at`.
fn share(at: f64, i: usize) -> [f64; 2] {
    match i as f64 - at.floor() {
        0.0 => [1.0 - (at - at.floor()), -1.0],
        1.0 => [at - at.floor(), 1.0],
        _ => [0.0; 2],
    }
}

fn check<T: Real>([height, width]: [usize; 2], channels: usize, samples: usize, tolerance: f64) {
    let sampler = Grid { size: [height, width], padding: GridPadding::Zeros, align_corners: false };
    let number = |i: usize| (i * i % 1009 + i * 7919 % 503) as f64 / 756.0 - 1.0;
    let values = |n: usize, scale: f64| -> Vec<T> { (0..n).map(|i| T::of(scale * number(i))).collect() };
    let x = values(IMAGES * channels * height * width, 1.0);
    // Some beyond the edges.
    let grid = values(IMAGES * samples * 2, 1.3);
    let dy = values(IMAGES * channels * samples, 1.0);
    let [mut y, mut dx, mut dgrid] = [dy.len(), x.len(), grid.len()].map(|n| vec![0.0; n]);
    for sample in 0..IMAGES * samples {
        let place = |d: usize| sampler.position(1 - d, grid[2 * sample + d]).0.as_f64();
        for (channel, i, j) in (0..channels).flat_map(|c| (0..height * width).map(move |p| (c, p / width, p % width))) {
            let ([u, du], [v, dv]) = (share(place(0), j), share(place(1), i));
            let plane = sample / samples * channels + channel;
            let (at, pixel) = (plane * samples + sample % samples, (plane * height + i) * width + j);
            let (x, dy) = (x[pixel].as_f64(), dy[at].as_f64());
            y[at] += u * v * x;
            dx[pixel] += u * v * dy;
            dgrid[2 * sample] += du * v * x * dy * width as f64 / 2.0;
            dgrid[2 * sample + 1] += u * dv * x * dy * height as f64 / 2.0;
        }
    }
    for isa in Isa::all() {
        isa.hold(|| {
            let places = sampler.places(&grid);
            let close = |found: &[T], expected: &[f64]| {
                found.iter().zip(expected).all(|(a, b)| (a.as_f64() - b).abs() <= tolerance * (1.0 + b.abs()))
            };
            let [mut found_y, mut found_dx, mut found_dgrid] = [&y, &dx, &dgrid].map(|x| vec![T::nan(); x.len()]);
            sampler.sample(&x, &places, channels, samples, &mut found_y);
            sampler.image_gradient(&dy, &places, channels, samples, &mut found_dx);
            sampler.grid_gradient((&x, &dy), &places, channels, samples, &mut found_dgrid);
            let results = [close(&found_y, &y), close(&found_dx, &dx), close(&found_dgrid, &dgrid)];
            assert_eq!(results, [true; 3], "{} {height} {width} {channels} {samples}", isa.name);
        });
    }
}

#[test]
fn samples_and_gradients_are_those_of_each_pixel() {
    // The last one has more samples than are worked on at once, which end within an image.
    for (size, channels, samples) in
        [([1, 1], 1, 1), ([1, 5], 2, 7), ([4, 3], 3, 11), ([3, 4], 0, 5), ([3, 4], 2, 0), ([5, 6], 2, 1500)]
    {
        check::<f32>(size, channels, samples, 1e-4);
        check::<f64>(size, channels, samples, 1e-12);
    }
}
