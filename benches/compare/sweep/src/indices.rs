//! Elements by index and by mask, shapes and broadcasts.

use crate::{Sweep, positions};
use autograd::{Tensor, Var, s};

pub fn run(sweep: &Sweep) {
    let m: &[usize] = &[1024, 1024];
    let i4k = positions(4096, 1024);
    sweep.both("index_select0", &[m], |v| v[0].index_select(0, &i4k));
    sweep.both("index_select1", &[m], |v| v[0].index_select(1, &i4k));
    let gi = positions(1 << 20, 1024).reshape([1024, 1024]);
    sweep.both("gather0", &[m], |v| v[0].gather(0, &gi));
    sweep.both("gather1", &[m], |v| v[0].gather(1, &gi));
    sweep.both("scatter_add0", &[m], |v| v[0].scatter_add(0, &gi, 1024));
    sweep.both("scatter_add1", &[m], |v| v[0].scatter_add(1, &gi, 1024));
    sweep.both("index_add0", &[&[4096, 1024]], |v| v[0].index_add(0, &i4k, 1024));
    sweep.both("embedding_64", &[&[10000, 64]], {
        let i = positions(8192, 10000);
        move |v| v[0].embedding(&i, None)
    });
    sweep.both("embedding_512", &[&[10000, 512]], {
        let i = positions(2048, 10000);
        move |v| v[0].embedding(&i, None)
    });
    let mask = Tensor::from((0..1 << 20).map(|i| i % 3 == 0).collect::<Vec<bool>>()).reshape([1024, 1024]);
    sweep.both("masked_fill", &[m], |v| v[0].masked_fill(&mask, -1.0));
    sweep.both("masked_select", &[m], |v| v[0].masked_select(&mask));
    sweep.both("concat0", &[m, m, m], |v| Var::concat(&[&v[0], &v[1], &v[2]], 0));
    sweep.both("concat1", &[m, m, m], |v| Var::concat(&[&v[0], &v[1], &v[2]], 1));
    sweep.both("concat1_small", &[&[32, 16, 32, 32], &[32, 16, 32, 32]], |v| Var::concat(&[&v[0], &v[1]], 1));
    sweep.both("stack-1", &[m, m], |v| Var::stack(&[&v[0], &v[1]], -1));
    sweep.both("pad2", &[&[32, 16, 32, 32]], |v| v[0].pad([(0, 0), (0, 0), (2, 2), (2, 2)], 0.0));
    sweep.both("transpose_mul", &[m, m], |v| &v[0].transpose(0, 1) * &v[1]);
    sweep.both("permute_nhwc_mul", &[&[32, 64, 32, 32], &[32, 32, 32, 64]], |v| &v[0].permute([0, 2, 3, 1]) * &v[1]);
    sweep.both("slice_mul", &[m, &[512, 512]], |v| &v[0].slice(s![..;2, ..;2]) * &v[1]);
    sweep.both("repeat", &[&[256, 256]], |v| v[0].repeat([4, 4]));
    sweep.both("repeat_interleave", &[&[256, 1024]], |v| v[0].repeat_interleave(4, 0));
    sweep.both("tril", &[m], |v| v[0].tril(0));
    sweep.both("unfold", &[&[64, 4096]], |v| v[0].unfold(1, 16, 8));
    sweep.both("pixel_shuffle", &[&[16, 64, 32, 32]], |v| v[0].pixel_shuffle(2));
    sweep.both("add_row", &[m, &[1024]], |v| &v[0] + &v[1]);
    sweep.both("mul_row", &[m, &[1024]], |v| &v[0] * &v[1]);
    sweep.both("mul_col", &[m, &[1024, 1]], |v| &v[0] * &v[1]);
    sweep.both("mul_chan", &[&[32, 64, 32, 32], &[64, 1, 1]], |v| &v[0] * &v[1]);
    sweep.both("outer_sub", &[&[1024, 1], &[1, 1024]], |v| &v[0] - &v[1]);
    sweep.both("pairwise3", &[&[512, 1, 3], &[1, 512, 3]], |v| (&v[0] - &v[1]).square().sum_axes(-1, false));
}
