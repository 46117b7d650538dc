//! Elements moved by position against one at a time, single ones and rows, in chunks that end anywhere.

use autograd_kernel::index::{self, Part, Windows};
use autograd_kernel::view::{View, row_major};

const SIZES: [[usize; 4]; 7] =
    [[1, 5, 9, 1], [3, 5, 7, 1], [1, 40, 20_000, 1], [2, 3000, 9000, 1], [3, 4, 5, 6], [2, 300, 40, 70], [2, 3, 0, 4]];

fn numbers(n: usize) -> Vec<f64> {
    (0..n).map(|i| (i * 7919 % 1009) as f64).collect()
}

fn places(n: usize, below: usize) -> Vec<i64> {
    (0..n).map(|i| (i * 7919 % below + i / 3) as i64 % below as i64).collect()
}

#[test]
fn rows_and_elements_are_taken_by_index() {
    for [outer, n, k, inner] in SIZES {
        let x = numbers(outer * n * inner);
        let at = places(k, n);
        let mut out = vec![-1.0; outer * k * inner];
        index::select(&x, n, inner, &at, &mut out);
        let from = |e: usize| (e / (k * inner) * n + at[e / inner % k] as usize) * inner + e % inner;
        assert!((0..out.len()).all(|e| out[e] == x[from(e)]), "rows: {outer} {n} {k} {inner}");

        let at = places(outer * k * inner, n);
        let (x_shape, shape) = ([outer, n, inner], [outer, k, inner]);
        let view = View { data: &x, offset: 0, shape: &x_shape, strides: None };
        let index = View { data: &at, offset: 0, shape: &shape, strides: None };
        index::gather(view, 1, index, &mut out);
        let from = |e: usize| (e / (k * inner) * n + at[e] as usize) * inner + e % inner;
        assert!((0..out.len()).all(|e| out[e] == x[from(e)]), "elements: {outer} {n} {k} {inner}");
    }
}

#[test]
fn rows_and_elements_are_added_up_by_index() {
    for [outer, size, taken, inner] in SIZES {
        let x = numbers(outer * taken * inner);
        let mut out = vec![-1.0; outer * size * inner];

        let at = places(taken, size);
        index::add_rows(&x, &at, size, inner, &mut out);
        let mut expected = vec![0.0; out.len()];
        for (e, x) in x.iter().enumerate() {
            expected[(e / (taken * inner) * size + at[e / inner % taken] as usize) * inner + e % inner] += x;
        }
        assert!(out == expected, "rows: {outer} {size} {taken} {inner}");

        let at = places(outer * taken * inner, size);
        index::scatter_add(&x, &at, size, inner, &mut out);
        expected.fill(0.0);
        for (e, x) in x.iter().enumerate() {
            expected[(e / (taken * inner) * size + at[e] as usize) * inner + e % inner] += x;
        }
        assert!(out == expected, "elements: {outer} {size} {taken} {inner}");
    }
}

#[test]
fn a_sum_of_zeros_has_the_sign_of_one_that_begins_at_zero() {
    for inner in [1, 5, 40] {
        let mut out = vec![f32::NAN; 3 * inner];
        index::add_rows(&vec![-0.0; inner], &[1], 3, inner, &mut out);
        assert!(out.iter().all(|y| y.to_bits() == 0), "{inner}");
    }
}

#[test]
fn slices_are_taken_in_turn() {
    fn check<const N: usize>(n: usize) {
        let x = numbers(N * n);
        let parts: [&[f64]; N] = std::array::from_fn(|k| &x[k * n..(k + 1) * n]);
        let mut out = vec![-1.0; N * n];
        index::interleave(parts, &mut out);
        assert!((0..out.len()).all(|i| out[i] == x[i % N * n + i / N]), "{N} of {n}");
    }
    for n in [0, 1, 7, 4096, 9001] {
        check::<2>(n);
        check::<3>(n);
        check::<4>(n);
    }
}

#[test]
fn windows_are_added_up() {
    for (outer, inner) in [(1, 1), (3, 1), (2, 5)] {
        for (n, size, step) in [(9, 3, 1), (9, 3, 2), (10, 2, 4), (20_000, 16, 8), (9000, 9000, 1), (5, 4, usize::MAX)]
        {
            let count = (n - size) / step + 1;
            let x = numbers(outer * count * inner * size);
            let mut out = vec![-1.0; outer * n * inner];
            Windows { count, size, step, n, inner }.add(&x, &mut out);
            let mut expected = vec![0.0; out.len()];
            for (e, x) in x.iter().enumerate() {
                let (o, w, k, i) = (e / (count * inner * size), e / (inner * size) % count, e / size % inner, e % size);
                expected[(o * n + w * step + i) * inner + k] += x;
            }
            assert!(out == expected, "{outer} {inner}, {size} every {step} of {n}");
        }
    }
}

#[test]
fn positions_of_an_axis_are_told_from_others() {
    for (n, len) in [(1, 1), (5, 40), (300, 30_000)] {
        let at = places(len, n);
        assert!(index::within(&at, n) && index::within(&[], n));
        for wrong in [n as i64, -1, i64::MIN, i64::MAX] {
            for place in [0, len / 2, len - 1] {
                let mut at = at.clone();
                at[place] = wrong;
                assert!(!index::within(&at, n), "{wrong} at {place}");
            }
        }
    }
    assert!(!index::within(&[0], 0) && index::within(&[], 0));
}

#[test]
fn marks_are_listed() {
    for step in [1, 2, 7, 100] {
        let mask: Vec<bool> = (0..50).map(|i| i % step == step / 2).collect();
        let expected: Vec<i64> = (0..50).filter(|&i| mask[i as usize]).collect();
        let mut out = vec![-1; expected.len()];
        index::marked(&mask, &mut out);
        assert_eq!(out, expected);
    }
}

#[test]
fn long_rows_are_placed_side_by_side() {
    let (shape, cut) = ([3, 2000], 1203);
    let x = numbers(6000);
    let strides = row_major(&shape);
    let half = |first: usize, width: usize| ([3, width], first);
    let [(left, from_left), (right, from_right)] = [half(0, cut), half(cut, 2000 - cut)];
    let part = |shape, offset, to| {
        let view = View { data: &x, offset, shape, strides: Some(&strides) };
        Part { first: [0, to].into_iter().collect(), ..Part::at_origin(view) }
    };
    let parts = [part(&left, from_left, 2000 - cut), part(&right, from_right, 0)];
    let mut out = vec![-1.0; 6000];
    index::place(&parts, None, &shape, &mut out);
    assert!((0..6000).all(|i| out[i] == x[i / 2000 * 2000 + (i + cut) % 2000]));
}
