//! Reductions, softmax, scans, orders and turns along axes.

use crate::Sweep;

pub fn run(sweep: &Sweep) {
    let m: &[usize] = &[1024, 1024];
    for (n, sh) in [
        ("1k2", &[1024usize, 1024][..]),
        ("64k16", &[65536, 16]),
        ("16_64k", &[16, 65536]),
        ("b8c32hw", &[8, 32, 64, 64]),
    ] {
        for ax in [0isize, -1] {
            let t = format!("{n}_ax{ax}");
            sweep.both(&format!("sum_{t}"), &[sh], |v| v[0].sum_axes(ax, false));
            sweep.both(&format!("mean_{t}"), &[sh], |v| v[0].mean_axes(ax, false));
            sweep.both(&format!("prod_{t}"), &[sh], |v| v[0].prod_axes(ax, false));
            sweep.both(&format!("amax_{t}"), &[sh], |v| v[0].amax(ax, false));
            sweep.both(&format!("var_{t}"), &[sh], |v| v[0].var(ax, 1, false));
            sweep.both(&format!("std_{t}"), &[sh], |v| v[0].std(ax, 1, false));
            sweep.both(&format!("norm2_{t}"), &[sh], |v| v[0].norm(2.0, ax, false));
            sweep.both(&format!("norm1_{t}"), &[sh], |v| v[0].norm(1.0, ax, false));
            sweep.both(&format!("logsumexp_{t}"), &[sh], |v| v[0].logsumexp(ax, false));
            sweep.both(&format!("softmax_{t}"), &[sh], |v| v[0].softmax(ax));
            sweep.both(&format!("log_softmax_{t}"), &[sh], |v| v[0].log_softmax(ax));
            sweep.both(&format!("cumsum_{t}"), &[sh], |v| v[0].cumsum(ax));
            sweep.both(&format!("cumprod_{t}"), &[sh], |v| v[0].cumprod(ax));
            sweep.both(&format!("max_{t}"), &[sh], |v| v[0].max_with_index(ax, false).0);
            sweep.both(&format!("flip_{t}"), &[sh], |v| v[0].flip(ax));
            sweep.both(&format!("roll_{t}"), &[sh], |v| v[0].roll(3, ax));
        }
    }
    sweep.both("sum_all", &[m], |v| v[0].sum());
    sweep.both("mean_hw", &[&[32, 64, 32, 32]], |v| v[0].mean_axes([2, 3], false));
    sweep.both("sum_bhw", &[&[32, 64, 32, 32]], |v| v[0].sum_axes([0, 2, 3], false));
    sweep.both("sort_1k2", &[m], |v| v[0].sort(-1, false).0);
    sweep.both("sort_1M", &[&[1 << 20]], |v| v[0].sort(-1, false).0);
    sweep.both("topk5_1k2", &[m], |v| v[0].topk(5, -1, true).0);
    sweep.both("median_1k2", &[m], |v| v[0].median(-1, false).0);
    sweep.both("quantile_1k2", &[m], |v| v[0].quantile(0.3, -1, false));
}
