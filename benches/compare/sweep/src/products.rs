//! Products of matrices and dense linear algebra.

use crate::Sweep;
use autograd::{Tensor, Var};

pub fn run(sweep: &Sweep) {
    let m: &[usize] = &[1024, 1024];
    sweep.both("mm_256", &[&[256, 256], &[256, 256]], |v| v[0].matmul(&v[1]));
    sweep.both("mm_tall", &[&[8192, 64], &[64, 64]], |v| v[0].matmul(&v[1]));
    sweep.both("mm_wide", &[&[64, 4096], &[4096, 64]], |v| v[0].matmul(&v[1]));
    sweep.both("mm_tn", &[&[512, 256], &[512, 256]], |v| v[0].transpose(0, 1).matmul(&v[1]));
    sweep.both("mm_nt", &[&[256, 512], &[256, 512]], |v| v[0].matmul(&v[1].transpose(0, 1)));
    sweep.both("mv", &[m, &[1024]], |v| v[0].matmul(&v[1]));
    sweep.both("bmm_small", &[&[1024, 8, 8], &[1024, 8, 8]], |v| v[0].matmul(&v[1]));
    sweep.both("bmm_16", &[&[512, 16, 16], &[512, 16, 16]], |v| v[0].matmul(&v[1]));
    sweep.both("bmm_4", &[&[4096, 4, 4], &[4096, 4, 4]], |v| v[0].matmul(&v[1]));
    sweep.both("bmm_bcast", &[&[64, 64, 64], &[64, 64]], |v| v[0].matmul(&v[1]));
    sweep.both("linear_b1", &[&[1, 512], &[512, 512], &[512]], |v| v[0].linear(&v[1], Some(&v[2])));
    sweep.both("linear_b32", &[&[32, 512], &[512, 512], &[512]], |v| v[0].linear(&v[1], Some(&v[2])));
    sweep.both("linear_b1024_10", &[&[1024, 64], &[10, 64], &[10]], |v| v[0].linear(&v[1], Some(&v[2])));
    sweep.both("linear_3d", &[&[32, 64, 256], &[256, 256], &[256]], |v| v[0].linear(&v[1], Some(&v[2])));
    sweep.both("einsum_bij_bjk", &[&[16, 64, 64], &[16, 64, 64]], |v| Var::einsum("bij,bjk->bik", &[&v[0], &v[1]]));
    sweep.both("einsum_bhqd_bhkd", &[&[8, 4, 64, 32], &[8, 4, 64, 32]], |v| {
        Var::einsum("bhqd,bhkd->bhqk", &[&v[0], &v[1]])
    });
    sweep.both("outer", &[&[1024], &[1024]], |v| v[0].outer(&v[1]));
    sweep.both("bilinear", &[&[64, 32], &[64, 32], &[32, 32, 32]], |v| v[0].bilinear(&v[1], &v[2], None));
    for n in [4usize, 16, 64, 256] {
        let b = 4096 / n / n.min(64) + 1;
        sweep.both(&format!("solve_{b}x{n}"), &[&[b, n, n], &[b, n, 4]], |v| v[0].solve(&v[1]));
        sweep.both(&format!("inverse_{b}x{n}"), &[&[b, n, n]], |v| v[0].inverse());
        sweep.both(&format!("det_{b}x{n}"), &[&[b, n, n]], |v| v[0].det());
        let eye = Var::constant(Tensor::<f32>::eye(n));
        sweep.both(&format!("cholesky_{b}x{n}"), &[&[b, n, n]], |v| {
            (&v[0].matmul(&v[0].transpose(1, 2)) + &eye).cholesky()
        });
    }
}
