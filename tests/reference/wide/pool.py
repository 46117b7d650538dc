"""Pooling over one to three axes, with ties, and its inverses."""

import torch
import torch.nn.functional as F

from cases import D, X, adjoint

MAX = {1: F.max_pool1d, 2: F.max_pool2d, 3: F.max_pool3d}
AVG = {1: F.avg_pool1d, 2: F.avg_pool2d, 3: F.avg_pool3d}

# For each number of axes: the shape, kernel, stride, padding, dilation (of the largest only).
WINDOWS = {
    1: [
        ((2, 3, 9), [2], [2], [0], [1]),
        ((1, 2, 11), [3], [2], [1], [2]),
        ((2, 1, 8), [5], [1], [2], [1]),
        ((3, 16, 301), [4], [3], [2], [1]),
        ((1, 1, 1), [1], [1], [0], [1]),
    ],
    2: [
        ((2, 3, 4, 6), [2, 2], [2, 2], [0, 0], [1, 1]),
        ((1, 2, 7, 8), [3, 2], [2, 3], [1, 0], [1, 2]),
        ((2, 3, 9, 10), [3, 3], [1, 1], [1, 1], [2, 2]),
        ((2, 16, 33, 35), [3, 3], [2, 2], [1, 1], [1, 1]),
        ((1, 8, 40, 41), [7, 5], [3, 4], [3, 2], [1, 1]),
        ((2, 33, 14, 14), [2, 2], [2, 2], [0, 0], [1, 1]),
        ((1, 3, 20, 20), [11, 11], [1, 1], [5, 5], [1, 1]),
        ((1, 1, 1, 1), [1, 1], [1, 1], [0, 0], [1, 1]),
    ],
    3: [
        ((1, 2, 4, 5, 6), [2, 2, 2], [2, 2, 2], [0, 0, 0], [1, 1, 1]),
        ((2, 3, 6, 7, 8), [3, 2, 3], [2, 1, 2], [1, 0, 1], [1, 2, 1]),
        ((1, 8, 9, 10, 11), [3, 3, 3], [2, 2, 2], [1, 1, 1], [1, 1, 1]),
    ],
}


def write(f):
    for axes, windows in WINDOWS.items():
        for shape, kernel, stride, padding, dilation in windows:
            for ceil_mode in (False, True):
                window = {"kernel": kernel, "stride": stride, "padding": padding, "ceil_mode": ceil_mode}
                largest = {**window, "dilation": dilation}
                fn = lambda x: MAX[axes](x, kernel, stride, padding, dilation, ceil_mode)
                f.case(f"max_pool{axes}d", fn, X(*shape), attrs=largest)
                count = torch.Size(shape).numel()
                if count < 300:
                    # Whole numbers from 0 to 2 are ties.
                    f.case(f"max_pool{axes}d", fn, D(torch.arange(count).mul(7).remainder(3).reshape(shape)), attrs=largest)
                if axes == 2:
                    f.case("max_pool2d_with_indices", lambda x: F.max_pool2d(x, kernel, stride, padding, dilation, ceil_mode, True), X(*shape), attrs=largest)
                for count_include_pad in (False, True):
                    attrs = {**window, "count_include_pad": count_include_pad, "divisor": None}
                    f.case(f"avg_pool{axes}d", lambda x: AVG[axes](x, kernel, stride, padding, ceil_mode, count_include_pad), X(*shape), attrs=attrs)
                    if axes == 2:
                        average = lambda x: F.avg_pool2d(x, kernel, stride, padding, ceil_mode, count_include_pad)
                        result = average(torch.zeros(shape)).shape
                        f.case("avg_unpool2d", adjoint(average, shape), X(*result), attrs={**attrs, "size": shape[2:]})
                if axes > 1:
                    attrs = {**window, "count_include_pad": True, "divisor": 5}
                    f.case(f"avg_pool{axes}d", lambda x: AVG[axes](x, kernel, stride, padding, ceil_mode, True, 5), X(*shape), attrs=attrs)
                if axes < 3:
                    lp = F.lp_pool2d if axes == 2 else F.lp_pool1d
                    for p in (1.0, 2.0, 3.0):
                        # PyTorch takes powers without absolute values.
                        f.case(
                            f"lp_pool{axes}d",
                            lambda x: lp(x, p, kernel if axes == 2 else kernel[0], stride, ceil_mode),
                            X(*shape, low=0.1, high=2.0),
                            attrs={**window, "p": p},
                        )
    for shape, size in [
        ((2, 3, 5, 7), (2, 3)),
        ((1, 2, 6, 6), (3, 2)),
        ((2, 3, 3, 4), (5, 4)),
        ((2, 16, 33, 35), (7, 7)),
        ((1, 1, 1, 1), (1, 1)),
        ((2, 4, 14, 13), (1, 1)),
    ]:
        f.case("adaptive_avg_pool2d", lambda x: F.adaptive_avg_pool2d(x, size), X(*shape), attrs={"size": size})
        f.case("adaptive_avg_unpool2d", adjoint(lambda x: F.adaptive_avg_pool2d(x, size), shape), X(*shape[:2], *size), attrs={"size": shape[2:]})
        f.case("adaptive_max_pool2d", lambda x: F.adaptive_max_pool2d(x, size), X(*shape), attrs={"size": size})
        f.case("adaptive_max_pool2d_with_indices", lambda x: F.adaptive_max_pool2d(x, size, True), X(*shape), attrs={"size": size})
        f.case("adaptive_avg_pool1d", lambda x: F.adaptive_avg_pool1d(x, size[1]), X(*shape[1:]), attrs={"size": size[1]})
        f.case("adaptive_max_pool1d", lambda x: F.adaptive_max_pool1d(x, size[1]), X(*shape[1:]), attrs={"size": size[1]})
        f.case("adaptive_avg_pool3d", lambda x: F.adaptive_avg_pool3d(x, (2, *size)), X(*shape[:2], 3, *shape[2:]), attrs={"size": (2, *size)})
        f.case("global_avg_pool1d", lambda x: x.mean(2, True), X(*shape[1:]))
        f.case("global_max_pool1d", lambda x: F.adaptive_max_pool1d(x, 1), X(*shape[1:]))
        f.case("global_avg_pool2d", lambda x: x.mean((2, 3), True), X(*shape))
        f.case("global_max_pool2d", lambda x: F.adaptive_max_pool2d(x, 1), X(*shape))
    for shape, (r, s) in [((2, 3, 4, 5), (2, 3)), ((1, 16, 17, 18), (2, 2)), ((1, 2, 3, 3), (1, 1))]:
        f.case("nearest_unpool2d", lambda x: x.repeat_interleave(r, 2).repeat_interleave(s, 3), X(*shape), attrs={"block": (r, s)})
        f.case("bed_of_nails_unpool2d", nails(r, s), X(*shape), attrs={"block": (r, s)})
        unpool = lambda x: F.max_unpool2d(*F.max_pool2d(x, 2, return_indices=True), 2, output_size=x.shape[2:])
        f.case("max_unpool2d", unpool, X(*shape), attrs={"kernel": (2, 2)})


def nails(r, s):
    def fn(x):
        n, c, h, w = x.shape
        y = torch.zeros(n, c, h * r, w * s)
        y[:, :, ::r, ::s] = x
        return y

    return fn
