//! Copies of views against one element at a time.

use autograd_kernel::view::{View, row_major};

#[test]
fn views_are_copied_in_row_major_order() {
    let x: Vec<i64> = (0..70_000).collect();
    // Shape, strides, offset: transposed, permuted, backwards, of few or short runs, with repeats.
    let views: [(&[usize], &[isize], usize); 15] = [
        (&[16, 16], &[1, 16], 3),
        (&[200, 300], &[1, 200], 7),
        (&[3, 50, 35], &[1750, 1, 50], 0),
        (&[2, 33, 8, 9], &[8000, 1, 33, 300], 5),
        (&[40, 70], &[1, -90], 69_000),
        (&[7, 5000], &[1, 7], 0),
        (&[5000, 7], &[1, 5000], 0),
        (&[9, 1, 1000], &[1, 5, 60], 1),
        (&[3, 6000], &[20_000, 1], 11),
        (&[30, 40], &[1, 0], 2),
        (&[4, 0], &[1, 4], 0),
        // Short rows repeated, also in blocks and backwards.
        (&[900, 16], &[0, 1], 9),
        (&[5, 700, 3], &[40, 0, 2], 1),
        (&[3, 9, 127], &[200, 0, -1], 126),
        (&[8, 20_000, 1], &[3, 0, 1], 0),
    ];
    for (shape, strides, offset) in views {
        let view = View { data: &x, offset, shape, strides: Some(strides) };
        let mut out = vec![-1; view.numel()];
        view.copy_to(&mut out);
        for (i, &y) in out.iter().enumerate() {
            let place = shape.iter().zip(row_major(shape)).map(|(&n, step)| i / step as usize % n);
            let at: isize = place.zip(strides).map(|(place, stride)| place as isize * stride).sum();
            assert_eq!(y, x[(offset as isize + at) as usize], "{shape:?} {strides:?}");
        }
    }
}
