//! Positions of extremes, and the first few in order, against one look after the other.

use autograd_kernel::extreme;
use autograd_kernel::isa::Isa;
use autograd_kernel::order;
use autograd_kernel::reduce::Fold;

/// Small integers, so that there are ties; a NaN where `nan` says so, zeros of both signs, infinities.
fn value(i: usize, nan: impl Fn(usize) -> bool) -> f64 {
    match i * 7919 % 97 {
        _ if nan(i) => f64::NAN,
        0 => -0.0,
        1 => f64::INFINITY,
        2 => f64::NEG_INFINITY,
        k => (k % 23) as f64 - 11.0,
    }
}

fn by_hand(x: impl Iterator<Item = f64>, largest: bool) -> i64 {
    let mut best = (f64::NAN, -1);
    for (x, j) in x.zip(0..) {
        let better = if largest { x > best.0 } else { x < best.0 };
        if j == 0 || !best.0.is_nan() && (better || x.is_nan()) {
            best = (x, j);
        }
    }
    best.1
}

#[test]
fn the_first_extreme_is_found_wherever_folds_lie() {
    let sizes = [
        [1, 1, 1],
        [0, 3, 2],
        [2, 3, 0],
        [100, 1, 1],
        [100, 5, 1],
        [70, 16, 1],
        [3, 16, 1],
        [5, 33, 1],
        [3, 1000, 1],
        [2, 4096, 1],
        [2, 4097, 1],
        [1, 9001, 1],
        [2, 9001, 3],
        [1, 7, 300],
        [3, 40, 129],
        [9, 2, 5],
    ];
    for [outer, n, inner] in sizes {
        for rare in [0, 1, 2000, 11] {
            let nan = |i: usize| rare > 0 && i % rare == rare / 2;
            let x: Vec<f64> = (0..outer * n * inner).map(|i| value(i, nan)).collect();
            let single: Vec<f32> = x.iter().map(|&x| x as f32).collect();
            let fold = Fold { outer, n, inner };
            let expected = [true, false].map(|largest| {
                let row = |i: usize| (0..n).map(move |j| (i / inner * n + j) * inner + i % inner);
                (0..outer * inner).map(|i| by_hand(row(i).map(|at| x[at]), largest)).collect::<Vec<_>>()
            });
            for isa in Isa::all() {
                let mut found = [(); 4].map(|()| vec![-1; outer * inner]);
                isa.hold(|| {
                    let [a, b, c, d] = &mut found;
                    extreme::positions::<f64, true>(&x, fold, a);
                    extreme::positions::<f64, false>(&x, fold, b);
                    extreme::positions::<f32, true>(&single, fold, c);
                    extreme::positions::<f32, false>(&single, fold, d);
                });
                for (found, expected) in found.iter().zip(expected.iter().cycle()) {
                    assert_eq!(found, expected, "{outer} {n} {inner}, a NaN of {rare}, {}", isa.name);
                }
            }
        }
    }
}

#[test]
fn the_first_few_are_those_of_a_stable_sort() {
    for n in [1, 2, 7, 31, 32, 60, 1000] {
        for (rare, descending) in [0, 1, 11].into_iter().flat_map(|rare| [(rare, false), (rare, true)]) {
            let nan = |i: usize| rare > 0 && i % rare == rare / 2;
            let x: Vec<f64> = (0..3 * n).map(|i| value(i, nan)).collect();
            let single: Vec<f32> = x.iter().map(|&x| x as f32).collect();
            let sorted: Vec<Vec<i64>> = x
                .chunks(n)
                .map(|row| {
                    let mut places: Vec<i64> = (0..n as i64).collect();
                    places.sort_by(|&a, &b| {
                        let (a, b) = (row[a as usize], row[b as usize]);
                        if descending { order::rising(b, a) } else { order::rising(a, b) }
                    });
                    places
                })
                .collect();
            for (k, isa) in (1..=n.min(order::FEW)).flat_map(|k| Isa::all().into_iter().map(move |isa| (k, isa))) {
                let mut found = [(); 2].map(|()| vec![-1; 3 * k]);
                isa.hold(|| {
                    order::first_few(&x, n, k, descending, &mut found[0]);
                    order::first_few(&single, n, k, descending, &mut found[1]);
                });
                let expected: Vec<i64> = sorted.iter().flat_map(|row| row[..k].to_vec()).collect();
                assert_eq!(found, [expected.clone(), expected], "{k} of {n}, {}", isa.name);
            }
        }
    }
}

#[test]
fn neighbours_in_order_are_found() {
    for n in [2, 3, 50] {
        for i in 0..n - 1 {
            let row: Vec<(f64, i64)> = (0..n).map(|j| (value(j, |_| false), j as i64)).collect();
            let mut sorted = row.clone();
            sorted.sort_by(|a, b| order::rising(a.0, b.0));
            let mut found = row;
            order::nth_and_next(&mut found, i);
            assert_eq!([found[0].1, found[1].1], [sorted[i].1, sorted[i + 1].1], "{i} of {n}");
        }
    }
    let mut row = [(1.0, 0), (f64::NAN, 1), (0.0, 2), (f64::NAN, 3)];
    order::nth_and_next(&mut row, 1);
    assert_eq!([row[0].1, row[1].1], [1, 1]);
}
