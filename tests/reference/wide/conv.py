"""Convolutions over one to three axes, transposed ones, and the gradients of their weights."""

import torch
import torch.nn.functional as F

from cases import X

PLAIN = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
TRANSPOSED = {1: F.conv_transpose1d, 2: F.conv_transpose2d, 3: F.conv_transpose3d}

# For each number of axes: batch, channels, filters, size, kernel, stride, padding, dilation, groups.
SHAPES = {
    1: [
        (2, 3, 4, [9], [3], [1], [0], [1], 1),
        (1, 1, 1, [1], [1], [1], [0], [1], 1),
        (2, 4, 6, [17], [4], [3], [2], [2], 2),
        (1, 6, 6, [33], [5], [2], [4], [1], 6),
        (3, 16, 32, [301], [7], [1], [3], [1], 1),
        (2, 33, 17, [128], [1], [2], [0], [1], 1),
    ],
    2: [
        (2, 3, 4, [5, 6], [3, 3], [1, 1], [0, 0], [1, 1], 1),
        (1, 1, 1, [3, 3], [3, 3], [1, 1], [0, 0], [1, 1], 1),
        (2, 3, 5, [7, 9], [2, 3], [2, 1], [1, 2], [1, 2], 1),
        (1, 4, 8, [9, 8], [3, 2], [3, 2], [2, 1], [2, 3], 4),
        (2, 16, 16, [14, 14], [3, 3], [1, 1], [1, 1], [1, 1], 1),
        (1, 32, 33, [30, 29], [3, 3], [1, 1], [1, 1], [1, 1], 1),
        (1, 64, 64, [28, 28], [3, 3], [1, 1], [1, 1], [1, 1], 1),
        (2, 64, 24, [16, 17], [1, 1], [1, 1], [0, 0], [1, 1], 1),
        (2, 24, 40, [16, 17], [1, 1], [2, 2], [0, 0], [1, 1], 1),
        (2, 32, 32, [20, 21], [3, 3], [1, 1], [1, 1], [1, 1], 32),
        (1, 16, 32, [19, 22], [5, 5], [2, 2], [2, 2], [1, 1], 16),
        (1, 3, 32, [40, 40], [7, 7], [2, 2], [3, 3], [1, 1], 1),
        (2, 8, 8, [12, 13], [3, 3], [1, 1], [2, 2], [2, 2], 2),
        (1, 2, 3, [4, 5], [1, 1], [1, 1], [1, 2], [1, 1], 1),
        (1, 17, 9, [1, 60], [1, 11], [1, 1], [0, 5], [1, 1], 1),
    ],
    3: [
        (1, 2, 3, [4, 5, 6], [2, 3, 2], [1, 1, 1], [0, 0, 0], [1, 1, 1], 1),
        (2, 4, 4, [5, 6, 7], [3, 3, 3], [2, 1, 2], [1, 1, 0], [1, 2, 1], 2),
        (1, 8, 16, [9, 10, 11], [3, 3, 3], [1, 1, 1], [1, 1, 1], [1, 1, 1], 1),
        (1, 3, 3, [4, 4, 4], [1, 1, 1], [2, 2, 2], [0, 0, 0], [1, 1, 1], 3),
    ],
}  # fmt: skip


def write(f):
    for axes, shapes in SHAPES.items():
        for n, c, k, size, kernel, stride, padding, dilation, groups in shapes:
            options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
            plain = lambda x, w: PLAIN[axes](x, w, None, **options)
            x, w = X(n, c, *size), X(k, c // groups, *kernel)
            f.case(f"conv{axes}d", plain, x, w, attrs=options)
            result = plain(torch.zeros(n, c, *size), torch.zeros(k, c // groups, *kernel)).shape
            f.case(f"conv{axes}d_weight", weight(plain, (k, c // groups, *kernel)), X(n, c, *size), X(*result), attrs={**options, "kernel": kernel})
            # What is put behind the result: as much as the stride or the dilation leaves open.
            for behind in (0, 1):
                output_padding = [behind if max(s, d) > 1 else 0 for s, d in zip(stride, dilation)]
                if behind and not any(output_padding):
                    continue
                transposed = lambda x, w: TRANSPOSED[axes](x, w, None, output_padding=output_padding, **options)
                attrs = {**options, "output_padding": output_padding}
                f.case(f"conv_transpose{axes}d", transposed, X(n, k, *result[2:]), X(k, c // groups, *kernel), attrs=attrs)
    for shape in ((2, 3), (2, 3, 5), (2, 16, 33, 35), (2, 3, 2, 3, 2), (1, 1, 1)):
        bias = lambda x, b: x + b.reshape([1, -1] + [1] * (x.ndim - 2))
        f.case("add_bias", bias, X(*shape), X(shape[1]))


def weight(plain, shape):
    """The gradient of the weights, as a function of the input and of the gradient of the result."""

    def fn(x, dy):
        w = torch.zeros(shape, requires_grad=True)
        return torch.autograd.grad(plain(x, w), w, dy, create_graph=True)[0]

    return fn
