//! Windows of a square against a look at each pixel.

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
