//! Normalisations and their gradients against sums over each group.

use autograd_kernel::element::Element;
use autograd_kernel::elementwise::{Apply, Of, Short};
use autograd_kernel::fused::{Input, Kind, Parts, Program, Step};
use autograd_kernel::isa::Isa;
use autograd_kernel::list::List;
use autograd_kernel::normalize::*;
use autograd_kernel::view::View;
use smallvec::smallvec;

/// Numbers without a pattern.
fn numbers(n: usize, seed: usize) -> Vec<f64> {
    (0..n).map(|i| ((i * 7919 + seed * 104_729) % 1013) as f64 / 500.0 - 1.0).collect()
}

/// Group and weight of the element at place `i`.
fn place(normalize: &Normalize, i: usize) -> (usize, usize) {
    let segment = i / normalize.len;
    match normalize.grouping {
        Grouping::Each => (segment, i % normalize.len),
        Grouping::Runs { run, weights } => (segment / run, segment % weights),
        Grouping::Apart(groups) => (segment % groups, segment % groups),
    }
}

/// Hands `x` to `f` as the result of a program that halves and doubles it.
fn in_parts(x: &[f64], f: impl FnOnce(&Parts<'_>)) {
    let times = |factor: f64| Of::<_, (f64, f64)>::new(1, Short(move |x: f64| x * factor));
    let (half, double) = (times(0.5), times(2.0));
    let step = |function, input| Step { function, inputs: smallvec![input], kind: Kind::F64 };
    let shape = [x.len()];
    let source = f64::source(View { data: x, offset: 0, shape: &shape, strides: None });
    let steps = List::from([step(&half, Input::Source(0)), step(&double, Input::Step(0))]);
    f(&Parts::new(Program { n: x.len(), sources: List::from([source]), steps }));
}

fn near(found: &[f64], expected: &[f64], what: &str) {
    for (i, (f, e)) in found.iter().zip(expected).enumerate() {
        assert!((f - e).abs() <= 1e-11 * (1.0 + e.abs()), "{what}: {f} instead of {e} at {i}");
    }
}

fn check(normalize: Normalize, weights: usize) {
    let (n, groups) = (normalize.segments * normalize.len, normalize.groups());
    let (x, dy) = (numbers(n, 1), numbers(n, 2));
    let (weight, bias) = (numbers(weights, 3), numbers(weights, 4));
    let d: Vec<[f64; 2]> = numbers(groups, 5).into_iter().zip(numbers(groups, 6)).map(|(m, v)| [m, v]).collect();
    let count = normalize.count() as f64;
    let sums = |f: &dyn Fn(usize) -> f64| {
        let mut sums = vec![0.0; groups];
        (0..n).for_each(|i| sums[place(&normalize, i).0] += f(i) / count);
        sums
    };
    let mean = if normalize.centred { sums(&|i| x[i]) } else { vec![0.0; groups] };
    let variance = sums(&|i| (x[i] - mean[place(&normalize, i).0]).powi(2));
    let scale: Vec<f64> = variance.iter().map(|v| (v + normalize.eps).sqrt().recip()).collect();
    let xhat = |i: usize| (x[i] - mean[place(&normalize, i).0]) * scale[place(&normalize, i).0];
    let g = |i: usize| dy[i] * weight[place(&normalize, i).1];
    let (first, second) = (sums(&g), sums(&|i| g(i) * xhat(i)));
    let dx: Vec<f64> = (0..n)
        .map(|i| {
            let group = place(&normalize, i).0;
            let first = if normalize.centred { first[group] } else { 0.0 };
            scale[group] * (g(i) - first - xhat(i) * second[group])
                + (d[group][0] + 2.0 * d[group][1] * (x[i] - mean[group])) / count
        })
        .collect();
    let (mut dweight, mut dbias) = (vec![0.0; weights], vec![0.0; weights]);
    for i in 0..n {
        dweight[place(&normalize, i).1] += dy[i] * xhat(i);
        dbias[place(&normalize, i).1] += dy[i];
    }
    for isa in Isa::all() {
        isa.hold(|| {
            let (mut y, mut statistics) = (vec![f64::NAN; n], vec![[f64::NAN; 2]; groups]);
            normalize.forward(&x, Some(&weight), Some(&bias), &mut y, &mut statistics);
            let expected: Vec<f64> =
                (0..n).map(|i| xhat(i) * weight[place(&normalize, i).1] + bias[place(&normalize, i).1]).collect();
            near(&y, &expected, "y");
            if normalize.takes_parts() {
                let mut again = vec![[f64::NAN; 2]; groups];
                let lines = normalize.lines(&x, Some(&weight), Some(&bias), &mut again);
                let mut later = vec![f64::NAN; n];
                for (i, part) in later.chunks_mut(77).enumerate() {
                    lines.run(i * 77, &[f64::values(&x[i * 77..][..part.len()])], f64::values_mut(part));
                }
                assert_eq!((later, again), (y, statistics.clone()), "the same later");
            }
            let given = Given {
                x: &x,
                statistics: &statistics,
                weight: Some(&weight),
                dy: Some(Slope::Ready(&dy)),
                dstatistics: Some(&d),
            };
            let mut found = [vec![f64::NAN; n], vec![f64::NAN; weights], vec![f64::NAN; weights]];
            let [a, b, c] = &mut found;
            normalize.backward(given, Gradients { dx: a, dweight: b, dbias: c });
            near(&found[0], &dx, "dx");
            near(&found[1], &dweight, "dweight");
            near(&found[2], &dbias, "dbias");
            if normalize.takes_parts() {
                let mut waited = found.clone().map(|gradient| vec![f64::NAN; gradient.len()]);
                let [a, b, c] = &mut waited;
                in_parts(&dy, |parts| {
                    let given = Given { dy: Some(Slope::Waiting(parts)), ..given };
                    normalize.backward(given, Gradients { dx: a, dweight: b, dbias: c });
                });
                assert_eq!(waited, found, "gradients of one that waits");
            }
            // Those not wanted are left out, and the others are the same.
            for i in 0..3 {
                let mut alone = [vec![], vec![], vec![]];
                alone[i] = vec![f64::NAN; found[i].len()];
                let [a, b, c] = &mut alone;
                normalize.backward(given, Gradients { dx: a, dweight: b, dbias: c });
                assert_eq!(alone[i], found[i], "gradient {i} alone");
            }
        });
    }
}

#[test]
fn each_grouping_is_the_textbooks() {
    for centred in [true, false] {
        for (segments, len) in [(1, 1), (3, 5), (7, 64), (130, 65), (300, 3), (2, 9000)] {
            check(Normalize { segments, len, grouping: Grouping::Each, eps: 0.1, centred }, len);
        }
        for (groups, len) in
            [(2, 1), (3, 5), (64, 1), (70, 1), (3, 31), (2, 64), (2, 65), (5, 100), (3, 300), (1, 9000)]
        {
            let segments = 4 * groups;
            check(Normalize { segments, len, grouping: Grouping::Apart(groups), eps: 0.1, centred }, groups);
            let grouping = Grouping::Runs { run: groups, weights: 2 * groups };
            check(Normalize { segments, len, grouping, eps: 0.1, centred }, 2 * groups);
        }
    }
}

#[test]
fn many_rows_of_few_columns_are_summed_in_parts() {
    for (rows, groups, len) in [(65, 70, 1), (4099, 3, 2)] {
        let grouping = Grouping::Apart(groups);
        check(Normalize { segments: rows * groups, len, grouping, eps: 0.1, centred: true }, groups);
    }
}

#[test]
fn equal_elements_have_no_variance() {
    for (segments, len, grouping) in [(4, 77, Grouping::Each), (12, 7, Grouping::Apart(3)), (99, 1, Grouping::Apart(3))]
    {
        let x = vec![0.1f32; segments * len];
        let normalize = Normalize { segments, len, grouping, eps: 0.0, centred: true };
        let mut statistics = vec![[f32::NAN; 2]; normalize.groups()];
        normalize.forward(&x, None, None, &mut vec![0.0; x.len()], &mut statistics);
        assert!(statistics.iter().all(|s| s[1] == 0.0), "{statistics:?}");
    }
}
