#!/usr/bin/env python3
"""Times single operations, forward and backward, here and in PyTorch, in turn, and prints the ratios of medians, the slowest first.

    python3 benches/compare/sweep/sweep.py [--threads 2] [--seconds 0.1] [--rounds 2] [--above 0.9] [FILTER]

PyTorch is that of the Python that runs this script. The names are those in `src/`, whose cases are the same.
"""

import argparse
import math
import subprocess
import time
from pathlib import Path
from statistics import median

import torch
import torch.nn.functional as F

HERE = Path(__file__).resolve().parent


class Sweep:
    """What is timed, and what was found: the median milliseconds of each name."""

    def __init__(self, seconds, only):
        self.seconds, self.only, self.found = seconds, only, {}

    def time(self, name, f):
        if self.only not in name:
            return
        f(), f()
        times, begin = [], time.perf_counter()
        while time.perf_counter() - begin < self.seconds or len(times) < 3:
            start = time.perf_counter()
            f()
            times.append((time.perf_counter() - start) * 1e3)
        self.found[name] = sorted(times)[len(times) // 2]

    def both(self, name, shapes, f):
        """`f` of leaves of these shapes, and their gradients."""
        if self.only not in name:
            return
        leaves = [(torch.rand(*shape) * 0.8 + 0.1).requires_grad_() for shape in shapes]
        with torch.no_grad():
            dy = torch.rand(f(leaves).shape)
        self.time(name, lambda: torch.autograd.grad(f(leaves), leaves, dy, allow_unused=True))


def positions(n, below):
    return (torch.arange(n) * 7919 + 13) % below


def cases(both, timed):
    """Calls `both` and `timed` with each case."""
    m = (1024, 1024)
    for n, sh in [("1k2", m), ("64k16", (65536, 16)), ("16_64k", (16, 65536)), ("b8c32hw", (8, 32, 64, 64))]:
        for ax in [0, -1]:
            t = f"{n}_ax{ax}"
            both("sum_" + t, [sh], lambda v: v[0].sum(ax))
            both("mean_" + t, [sh], lambda v: v[0].mean(ax))
            both("prod_" + t, [sh], lambda v: v[0].prod(ax))
            both("amax_" + t, [sh], lambda v: v[0].amax(ax))
            both("var_" + t, [sh], lambda v: v[0].var(ax))
            both("std_" + t, [sh], lambda v: v[0].std(ax))
            both("norm2_" + t, [sh], lambda v: torch.linalg.vector_norm(v[0], 2, ax))
            both("norm1_" + t, [sh], lambda v: torch.linalg.vector_norm(v[0], 1, ax))
            both("logsumexp_" + t, [sh], lambda v: v[0].logsumexp(ax))
            both("softmax_" + t, [sh], lambda v: v[0].softmax(ax))
            both("log_softmax_" + t, [sh], lambda v: v[0].log_softmax(ax))
            both("cumsum_" + t, [sh], lambda v: v[0].cumsum(ax))
            both("cumprod_" + t, [sh], lambda v: v[0].cumprod(ax))
            both("max_" + t, [sh], lambda v: v[0].max(ax)[0])
            both("flip_" + t, [sh], lambda v: v[0].flip(ax))
            both("roll_" + t, [sh], lambda v: v[0].roll(3, ax))
    both("sum_all", [m], lambda v: v[0].sum())
    both("mean_hw", [(32, 64, 32, 32)], lambda v: v[0].mean((2, 3)))
    both("sum_bhw", [(32, 64, 32, 32)], lambda v: v[0].sum((0, 2, 3)))
    both("sort_1k2", [m], lambda v: v[0].sort(-1)[0])
    both("sort_1M", [(1 << 20,)], lambda v: v[0].sort(-1)[0])
    both("topk5_1k2", [m], lambda v: v[0].topk(5, -1)[0])
    both("median_1k2", [m], lambda v: v[0].median(-1)[0])
    both("quantile_1k2", [m], lambda v: v[0].quantile(0.3, -1))
    i4k = positions(4096, 1024)
    both("index_select0", [m], lambda v: v[0].index_select(0, i4k))
    both("index_select1", [m], lambda v: v[0].index_select(1, i4k))
    gi = positions(1 << 20, 1024).reshape(m)
    both("gather0", [m], lambda v: v[0].gather(0, gi))
    both("gather1", [m], lambda v: v[0].gather(1, gi))
    both("scatter_add0", [m], lambda v: torch.zeros(m).scatter_add(0, gi, v[0]))
    both("scatter_add1", [m], lambda v: torch.zeros(m).scatter_add(1, gi, v[0]))
    both("index_add0", [(4096, 1024)], lambda v: torch.zeros(m).index_add(0, i4k, v[0]))
    e1 = positions(8192, 10000)
    e2 = positions(2048, 10000)
    both("embedding_64", [(10000, 64)], lambda v: F.embedding(e1, v[0]))
    both("embedding_512", [(10000, 512)], lambda v: F.embedding(e2, v[0]))
    mask = (torch.arange(1 << 20) % 3 == 0).reshape(m)
    both("masked_fill", [m], lambda v: v[0].masked_fill(mask, -1.0))
    both("masked_select", [m], lambda v: v[0].masked_select(mask))
    both("concat0", [m] * 3, lambda v: torch.cat(v, 0))
    both("concat1", [m] * 3, lambda v: torch.cat(v, 1))
    both("concat1_small", [(32, 16, 32, 32)] * 2, lambda v: torch.cat(v, 1))
    both("stack-1", [m] * 2, lambda v: torch.stack(v, -1))
    both("pad2", [(32, 16, 32, 32)], lambda v: F.pad(v[0], (2, 2, 2, 2)))
    both("transpose_mul", [m] * 2, lambda v: v[0].T * v[1])
    both("permute_nhwc_mul", [(32, 64, 32, 32), (32, 32, 32, 64)], lambda v: v[0].permute(0, 2, 3, 1) * v[1])
    both("slice_mul", [m, (512, 512)], lambda v: v[0][::2, ::2] * v[1])
    both("repeat", [(256, 256)], lambda v: v[0].repeat(4, 4))
    both("repeat_interleave", [(256, 1024)], lambda v: v[0].repeat_interleave(4, 0))
    both("tril", [m], lambda v: v[0].tril())
    both("unfold", [(64, 4096)], lambda v: v[0].unfold(1, 16, 8))
    both("pixel_shuffle", [(16, 64, 32, 32)], lambda v: F.pixel_shuffle(v[0], 2))
    both("add_row", [m, (1024,)], lambda v: v[0] + v[1])
    both("mul_row", [m, (1024,)], lambda v: v[0] * v[1])
    both("mul_col", [m, (1024, 1)], lambda v: v[0] * v[1])
    both("mul_chan", [(32, 64, 32, 32), (64, 1, 1)], lambda v: v[0] * v[1])
    both("outer_sub", [(1024, 1), (1, 1024)], lambda v: v[0] - v[1])
    both("pairwise3", [(512, 1, 3), (1, 512, 3)], lambda v: (v[0] - v[1]).square().sum(-1))
    U = dict(
        abs=torch.abs,
        exp=torch.exp,
        log=torch.log,
        sqrt=torch.sqrt,
        rsqrt=torch.rsqrt,
        sin=torch.sin,
        cos=torch.cos,
        tan=torch.tan,
        tanh=torch.tanh,
        sigmoid=torch.sigmoid,
        relu=torch.relu,
        gelu=F.gelu,
        gelu_tanh=lambda x: F.gelu(x, approximate="tanh"),
        silu=F.silu,
        softplus=F.softplus,
        mish=F.mish,
        erf=torch.erf,
        erfc=torch.erfc,
        log1p=torch.log1p,
        expm1=torch.expm1,
        asin=torch.asin,
        atan=torch.atan,
        asinh=torch.asinh,
        log_sigmoid=F.logsigmoid,
        hardswish=F.hardswish,
        square=torch.square,
        reciprocal=torch.reciprocal,
        neg=torch.neg,
        round=torch.round,
        selu=F.selu,
        softsign=F.softsign,
    )
    for n, f in U.items():
        both("e_" + n, [m], lambda v: f(v[0]))
        both("es_" + n, [(64, 64)], lambda v: f(v[0]))
    B = dict(
        add=torch.add,
        sub=torch.sub,
        mul=torch.mul,
        div=torch.div,
        pow=torch.pow,
        maximum=torch.maximum,
        minimum=torch.minimum,
        atan2=torch.atan2,
        hypot=torch.hypot,
        logaddexp=torch.logaddexp,
        copysign=torch.copysign,
        xlogy=torch.xlogy,
    )
    for n, f in B.items():
        both("e_" + n, [m] * 2, lambda v: f(v[0], v[1]))
        both("es_" + n, [(64, 64)] * 2, lambda v: f(v[0], v[1]))
    both("e_clamp", [m], lambda v: v[0].clamp(0.2, 0.7))
    both("e_leaky", [m], lambda v: F.leaky_relu(v[0], 0.1))
    both("e_elu", [m], lambda v: F.elu(v[0]))
    both("e_pow3", [m], lambda v: v[0].pow(3.0))
    both("e_prelu", [(32, 64, 32, 32), (64,)], lambda v: F.prelu(v[0], v[1]))
    both("e_dropout", [m], lambda v: F.dropout(v[0], 0.5))
    both("e_lerp", [m] * 3, lambda v: torch.lerp(*v))
    both("mm_256", [(256, 256)] * 2, lambda v: v[0] @ v[1])
    both("mm_tall", [(8192, 64), (64, 64)], lambda v: v[0] @ v[1])
    both("mm_wide", [(64, 4096), (4096, 64)], lambda v: v[0] @ v[1])
    both("mm_tn", [(512, 256)] * 2, lambda v: v[0].T @ v[1])
    both("mm_nt", [(256, 512)] * 2, lambda v: v[0] @ v[1].T)
    both("mv", [m, (1024,)], lambda v: v[0] @ v[1])
    both("bmm_small", [(1024, 8, 8)] * 2, lambda v: v[0] @ v[1])
    both("bmm_16", [(512, 16, 16)] * 2, lambda v: v[0] @ v[1])
    both("bmm_4", [(4096, 4, 4)] * 2, lambda v: v[0] @ v[1])
    both("bmm_bcast", [(64, 64, 64), (64, 64)], lambda v: v[0] @ v[1])
    both("linear_b1", [(1, 512), (512, 512), (512,)], lambda v: F.linear(*v))
    both("linear_b32", [(32, 512), (512, 512), (512,)], lambda v: F.linear(*v))
    both("linear_b1024_10", [(1024, 64), (10, 64), (10,)], lambda v: F.linear(*v))
    both("linear_3d", [(32, 64, 256), (256, 256), (256,)], lambda v: F.linear(*v))
    both("einsum_bij_bjk", [(16, 64, 64)] * 2, lambda v: torch.einsum("bij,bjk->bik", *v))
    both("einsum_bhqd_bhkd", [(8, 4, 64, 32)] * 2, lambda v: torch.einsum("bhqd,bhkd->bhqk", *v))
    both("outer", [(1024,)] * 2, lambda v: torch.outer(*v))
    both("bilinear", [(64, 32), (64, 32), (32, 32, 32)], lambda v: F.bilinear(*v))
    for n in [4, 16, 64, 256]:
        b = 4096 // n // min(n, 64) + 1
        both(f"solve_{b}x{n}", [(b, n, n), (b, n, 4)], lambda v: torch.linalg.solve(*v))
        both(f"inverse_{b}x{n}", [(b, n, n)], lambda v: torch.linalg.inv(v[0]))
        both(f"det_{b}x{n}", [(b, n, n)], lambda v: torch.linalg.det(v[0]))
        both(f"cholesky_{b}x{n}", [(b, n, n)], lambda v: torch.linalg.cholesky(v[0] @ v[0].mT + torch.eye(n)))

    def c(n, x, w, **k):
        both(n, [x, w], lambda v: F.conv2d(v[0], v[1], **k))

    c("conv3_b1_64_56", (1, 64, 56, 56), (64, 64, 3, 3), padding=1)
    c("conv3_b8_3_64_32", (8, 3, 64, 64), (32, 3, 3, 3), padding=1)
    c("conv3s2_b16_64_28", (16, 64, 28, 28), (128, 64, 3, 3), padding=1, stride=2)
    c("conv3d2_b8_64_32", (8, 64, 32, 32), (64, 64, 3, 3), padding=2, dilation=2)
    c("conv3g4_b8_64_32", (8, 64, 32, 32), (64, 16, 3, 3), padding=1, groups=4)
    c("conv1_b8_256_14", (8, 256, 14, 14), (512, 256, 1, 1))
    c("conv1s2_b8_64_32", (8, 64, 32, 32), (128, 64, 1, 1), stride=2)
    c("conv16s16_b8_3_224", (8, 3, 224, 224), (192, 3, 16, 16), stride=16)
    c("dwconv5_b8_64_28", (8, 64, 28, 28), (64, 1, 5, 5), padding=2, groups=64)
    c("dwconv3s2_b8_64_56", (8, 64, 56, 56), (64, 1, 3, 3), padding=1, stride=2, groups=64)
    c("dwconv7_b4_96_28", (4, 96, 28, 28), (96, 1, 7, 7), padding=3, groups=96)
    c("conv5_b64_6_14", (64, 6, 14, 14), (16, 6, 5, 5))
    c("conv3_b64_1_28", (64, 1, 28, 28), (32, 1, 3, 3))
    both("conv1d_k3", [(16, 64, 512), (64, 64, 3)], lambda v: F.conv1d(*v, padding=1))
    both("conv1d_k9_d4", [(8, 32, 1024), (32, 32, 9)], lambda v: F.conv1d(*v, padding=16, dilation=4))
    both("conv3d_k3", [(2, 16, 16, 32, 32), (32, 16, 3, 3, 3)], lambda v: F.conv3d(*v, padding=1))
    both("convT2s2", [(8, 64, 16, 16), (64, 32, 2, 2)], lambda v: F.conv_transpose2d(*v, stride=2))
    both("convT3s2", [(8, 64, 16, 16), (64, 32, 3, 3)], lambda v: F.conv_transpose2d(*v, stride=2, padding=1, output_padding=1))
    both("convT1d", [(8, 64, 256), (64, 32, 4)], lambda v: F.conv_transpose1d(*v, stride=2, padding=1))
    im = (16, 32, 64, 64)
    both("maxpool3s2", [im], lambda v: F.max_pool2d(v[0], 3, 2, 1))
    both("maxpool3s1", [im], lambda v: F.max_pool2d(v[0], 3, 1, 1))
    both("avgpool2", [im], lambda v: F.avg_pool2d(v[0], 2))
    both("avgpool3s2", [im], lambda v: F.avg_pool2d(v[0], 3, 2, 1))
    both("adaptive7", [im], lambda v: F.adaptive_avg_pool2d(v[0], 7))
    both("adaptive1", [im], lambda v: F.adaptive_avg_pool2d(v[0], 1))
    both("adaptivemax7", [im], lambda v: F.adaptive_max_pool2d(v[0], 7))
    both("maxpool1d", [(16, 64, 4096)], lambda v: F.max_pool1d(v[0], 2))
    both("maxpool3d", [(4, 16, 16, 32, 32)], lambda v: F.max_pool3d(v[0], 2))
    sm = (8, 32, 32, 32)
    I = F.interpolate
    both("up_nearest2", [sm], lambda v: I(v[0], (64, 64)))
    both("up_bilinear2", [sm], lambda v: I(v[0], (64, 64), mode="bilinear"))
    both("up_bilinear_odd", [sm], lambda v: I(v[0], (75, 51), mode="bilinear", align_corners=True))
    both("up_bicubic2", [sm], lambda v: I(v[0], (64, 64), mode="bicubic"))
    both("grid_sample", [sm, (8, 32, 32, 2)], lambda v: F.grid_sample(*v, align_corners=False))
    both("bn2d", [(32, 64, 28, 28), (64,), (64,)], lambda v: F.batch_norm(v[0], None, None, v[1], v[2], True))
    both("bn1d", [(128, 512), (512,), (512,)], lambda v: F.batch_norm(v[0], None, None, v[1], v[2], True))
    for n, sh in [("bn2d_7", (32, 256, 7, 7)), ("bn2d_4", (64, 128, 4, 4)), ("bn1d_10", (1024, 10))]:
        both(n, [sh, (sh[1],), (sh[1],)], lambda v: F.batch_norm(v[0], None, None, v[1], v[2], True))
    both("gn8_7", [(32, 256, 7, 7), (256,), (256,)], lambda v: F.group_norm(v[0], 8, v[1], v[2]))
    both("in_7", [(32, 256, 7, 7), (256,), (256,)], lambda v: F.instance_norm(v[0], None, None, v[1], v[2]))
    both("gn8", [(16, 64, 32, 32), (64,), (64,)], lambda v: F.group_norm(v[0], 8, v[1], v[2]))
    both("in", [(16, 64, 32, 32), (64,), (64,)], lambda v: F.instance_norm(v[0], None, None, v[1], v[2]))
    for n, r, cc in [("ln64", 4096, 64), ("ln16", 16384, 16), ("ln1024", 512, 1024)]:
        both(n, [(r, cc), (cc,), (cc,)], lambda v: F.layer_norm(v[0], (cc,), v[1], v[2]))
    both("rms512", [(1024, 512), (512,)], lambda v: F.rms_norm(v[0], (512,), v[1], 1e-5))
    both("l2n", [(4096, 64)], lambda v: F.normalize(v[0], dim=-1))
    t = positions(4096, 10)
    td = positions(8 * 64 * 64, 21).reshape(8, 64, 64)
    th = positions(512, 10000)
    both("ce10", [(4096, 10)], lambda v: F.cross_entropy(v[0], t))
    both("ce_dense21", [(8, 21, 64, 64)], lambda v: F.cross_entropy(v[0], td))
    both("ce10000", [(512, 10000)], lambda v: F.cross_entropy(v[0], th))
    both("mse", [m] * 2, lambda v: F.mse_loss(*v))
    both("l1", [m] * 2, lambda v: F.l1_loss(*v))
    both("huber", [m] * 2, lambda v: F.huber_loss(*v, delta=0.3))
    both("smooth_l1", [m] * 2, lambda v: F.smooth_l1_loss(*v, beta=0.3))
    both("bce_logits", [m] * 2, lambda v: F.binary_cross_entropy_with_logits(*v))
    both("bce", [m] * 2, lambda v: F.binary_cross_entropy(*v))
    both("kl", [m] * 2, lambda v: F.kl_div(*v, reduction="sum"))
    both("cosine", [(4096, 64)] * 2, lambda v: F.cosine_similarity(*v))
    both("triplet", [(4096, 64)] * 3, lambda v: F.triplet_margin_loss(*v))
    for n, sh in [("b8h4t128d32", (8, 4, 128, 32)), ("b1h8t1024d64", (1, 8, 1024, 64)), ("b32h2t32d16", (32, 2, 32, 16))]:
        both("sdpa_" + n, [sh] * 3, lambda v: F.scaled_dot_product_attention(*v))
        both("sdpa_causal_" + n, [sh] * 3, lambda v: F.scaled_dot_product_attention(*v, is_causal=True))
    for n, T, b, i, h in [("small", 32, 16, 32, 64), ("b1", 100, 1, 64, 128), ("wide", 20, 64, 256, 512)]:
        both(
            "rnn_" + n,
            [(T, b, i), (h, i), (h, h), (h,), (h,), (b, h)],
            lambda v: torch._VF.rnn_tanh(v[0], v[5][None], v[1:5], True, 1, 0.0, True, False, False)[0],
        )
        both(
            "lstm_" + n,
            [(T, b, i), (4 * h, i), (4 * h, h), (4 * h,), (4 * h,), (b, h), (b, h)],
            lambda v: torch._VF.lstm(v[0], (v[5][None], v[6][None]), v[1:5], True, 1, 0.0, True, False, False)[0],
        )
        both(
            "gru_" + n,
            [(T, b, i), (3 * h, i), (3 * h, h), (3 * h,), (3 * h,), (b, h)],
            lambda v: torch._VF.gru(v[0], v[5][None], v[1:5], True, 1, 0.0, True, False, False)[0],
        )

    x = torch.rand(m)
    sr = torch.rand(65536, 16)
    timed("n_argmax_1", lambda: x.argmax(-1))
    timed("n_argmax_0", lambda: x.argmax(0))
    timed("n_argmax_16", lambda: sr.argmax(-1))
    timed("n_argsort", lambda: x.sort(-1))
    timed("n_randn_1M", lambda: torch.randn(m))
    timed("n_rand_1M", lambda: torch.rand(m))
    timed("n_transpose_copy", lambda: x.T.contiguous())
    timed("n_gt", lambda: x > x)


def ours(program, options):
    command = [program, str(options.threads), str(options.seconds), options.filter]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    return {name: float(middle) for name, _, middle in (line.split("\t") for line in lines)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=0.1)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--above", type=float, default=0.9, help="print ratios from here on")
    parser.add_argument("--build", default=HERE.parents[2] / "target" / "compare", type=Path)
    parser.add_argument("filter", nargs="?", default="")
    options = parser.parse_args()
    manifest = HERE / "Cargo.toml"
    build = ["cargo", "build", "--release", "--manifest-path", manifest, "--target-dir", options.build]
    subprocess.run(build, check=True)
    torch.set_num_threads(options.threads)
    rounds = []
    for _ in range(options.rounds):
        here, there = ours(options.build / "release" / "compare-sweep", options), Sweep(options.seconds, options.filter)
        cases(there.both, there.time)
        assert here.keys() == there.found.keys(), here.keys() ^ there.found.keys()
        rounds.append((here, there.found))
    ratios = {name: median(here[name] / there[name] for here, there in rounds) for name in rounds[0][0]}
    mean = math.exp(sum(map(math.log, ratios.values())) / len(ratios))
    slower = sum(ratio > 1 for ratio in ratios.values())
    print(
        f"{len(ratios)} operations, geometric mean of ours / torch {mean:.3f}, above 1: {slower}, above 1.1: "
        f"{sum(ratio > 1.1 for ratio in ratios.values())}"
    )
    for name, ratio in sorted(ratios.items(), key=lambda item: -item[1]):
        if ratio >= options.above:
            times = [median(side[i][name] for side in rounds) for i in range(2)]
            print(f"{name:28} {ratio:5.2f}   {times[0]:9.4f} {times[1]:9.4f}")


if __name__ == "__main__":
    main()
