"""Normalisations."""

import math

import torch.nn.functional as F

from cases import D, X

INF, NAN = float("inf"), float("nan")
# Few and many elements a group, tails of lanes, one channel, one image, images of one to three axes.
IMAGES = [(4, 3), (2, 1), (1, 4, 3), (3, 2, 1, 2), (2, 4, 2, 3, 2)]
LARGE = [(33, 17), (257, 64), (3, 16, 14, 14), (2, 33, 9, 7), (1, 2, 90, 91)]


def affine(f, op, fn, x, each, attrs):
    """With weight and bias, with either alone, and with neither."""
    weight = lambda: X(*each, low=0.5, high=1.5)
    # Kernels are for first derivatives; the second ones are composed of other ops.
    small = math.prod(x().shape) < 99
    f.case(op, lambda x, w, b: fn(x, w, b), x(), weight(), X(*each), attrs=attrs, order=2 if small else 1)
    f.case(op, lambda x: fn(x, None, None), x(), attrs=attrs, order=1)
    if math.prod(x().shape) < 31 and len(x().shape) < 4:
        f.case(op, lambda x, w: fn(x, w, None), x(), weight(), attrs=attrs)
        # With a bias alone PyTorch's second derivative fails, but for groups.
        first = 2 if op == "group_norm" else 1
        f.case(op, lambda x, b: fn(x, None, b), x(), X(*each), attrs={**attrs, "bias": "alone"}, order=first)


def batch(eps):
    """The result, the means and the variances that PyTorch's function keeps to itself."""

    def fn(x, w, b):
        axes = [axis for axis in range(x.dim()) if axis != 1]
        return F.batch_norm(x, None, None, w, b, training=True, eps=eps), x.mean(axes), x.var(axes, correction=0)

    return fn


def batches(f):
    for shape in IMAGES + LARGE:
        # Two elements a channel are ±1 whatever they are: with a small eps nothing but rounding is left of the derivatives.
        eps = 0.1 if shape[0] * shape[-1] < 9 else 1e-5
        affine(f, "batch_norm", batch(eps), lambda: X(*shape), [shape[1]], {"eps": eps})
    affine(f, "batch_norm", batch(0.1), lambda: X(3, 2, low=100.0, high=101.0), [2], {"eps": 0.1})
    f.case("batch_norm", lambda x: batch(1e-5)(x, None, None), D([[7.0], [7.0], [7.0]]), attrs={"eps": 1e-5}, order=1)
    f.case("batch_norm", lambda x: batch(1e-5)(x, None, None), D([[INF, 1.0], [1.0, 2.0], [NAN, 4.0]]), attrs={"eps": 1e-5}, order=1)
    for shape in [(4, 3), (1, 2), (3, 16, 14, 14), (2, 33, 9, 7), (2, 4, 2, 3, 2), (257, 64), (0, 3)]:
        consts = {"mean": X(shape[1]), "var": X(shape[1], low=0.1, high=2.0)}
        fn = lambda x, w, b, mean, var: F.batch_norm(x, mean, var, w, b, False, 0.1, 0.1)
        f.case("batch_norm_eval", fn, X(*shape), X(shape[1]), X(shape[1]), attrs={"eps": 0.1}, consts=consts)
        consts = {"mean": X(shape[1]), "var": X(shape[1], low=0.1, high=2.0)}
        f.case("batch_norm_eval", lambda x, mean, var: F.batch_norm(x, mean, var), X(*shape), attrs={"eps": 1e-5}, consts=consts, order=1)
    consts = {"mean": X(3), "var": X(3, low=0.1, high=2.0)}
    f.case("batch_norm_eval", lambda x, w, mean, var: F.batch_norm(x, mean, var, w), X(4, 3), X(3), attrs={"eps": 1e-5}, consts=consts)
    consts = {"mean": X(3), "var": X(3, low=0.1, high=2.0)}
    fn = lambda x, b, mean, var: F.batch_norm(x, mean, var, None, b)
    f.case("batch_norm_eval", fn, X(4, 3), X(3), attrs={"eps": 1e-5, "bias": "alone"}, consts=consts, order=1)


def groups(f):
    for shape, count in [((4, 6), 2), ((2, 6, 5), 3), ((1, 6, 2), 6), ((1, 4, 3, 1), 2), ((2, 4, 2, 3, 2), 2), ((3, 5), 1)]:
        affine(f, "group_norm", lambda x, w, b: F.group_norm(x, count, w, b, 1e-2), lambda: X(*shape), [shape[1]], {"groups": count, "eps": 1e-2})
    for shape, count in [((33, 64), 4), ((3, 16, 14, 14), 4), ((2, 33, 9, 7), 11), ((2, 33, 9, 7), 33), ((5, 8, 67), 2)]:
        affine(f, "group_norm", lambda x, w, b: F.group_norm(x, count, w, b, 1e-5), lambda: X(*shape), [shape[1]], {"groups": count, "eps": 1e-5})
    f.case("group_norm", lambda x: F.group_norm(x, 1, eps=1e-5), D([[[7.0, 7.0], [7.0, 7.0]]]), attrs={"groups": 1, "eps": 1e-5}, order=1)
    f.case("group_norm", lambda x: F.group_norm(x, 2, eps=1e-5), D([[[INF, 7.0], [1.0, NAN]]]), attrs={"groups": 2, "eps": 1e-5}, order=1)
    f.case("group_norm", lambda x: F.group_norm(x, 1, eps=1e-5), X(0, 2, 3), attrs={"groups": 1, "eps": 1e-5})
    for shape in IMAGES[2:3] + [(2, 6, 5), (2, 4, 2, 3, 2), (3, 16, 14, 14), (5, 8, 67)]:
        fn = lambda x, w, b: F.instance_norm(x, weight=w, bias=b, eps=1e-2)
        affine(f, "instance_norm", fn, lambda: X(*shape), [shape[1]], {"eps": 1e-2})


def layers(f):
    shapes = [((3, 4), 1), ((5,), 1), ((3, 1), 1), ((2, 3, 4), 2), ((2, 2, 2), 3), ((2, 1, 3, 1, 2), 3), ((0, 3), 1)]
    shapes += [((33, 65), 1), ((17, 1003), 1), ((1003, 7), 1), ((257, 64), 1), ((7, 5, 33), 2), ((2, 3, 9, 7), 3), ((5003,), 1)]
    for shape, axes in shapes:
        each = shape[len(shape) - axes :]
        eps = 1e-2 if len(shape) < 4 and shape[-1] < 9 else 1e-5
        layer = lambda x, w, b: F.layer_norm(x, each, w, b, eps)
        affine(f, "layer_norm", layer, lambda: X(*shape), each, {"axes": axes, "eps": eps})
        attrs = {"axes": axes, "eps": eps}
        order = 2 if math.prod(shape) < 999 else 1
        f.case("rms_norm", lambda x, w: F.rms_norm(x, each, w, eps), X(*shape), X(*each, low=0.5, high=1.5), attrs=attrs, order=order)
        f.case("rms_norm", lambda x: F.rms_norm(x, each, None, eps), X(*shape), attrs=attrs, order=1)
    for rows in [[[7.0, 7.0, 7.0], [0.0, 0.0, 0.0]], [[INF, 1.0, 2.0], [NAN, 1.0, 2.0]], [[256.0, 257.0, 259.0], [-1024.0, 1024.0, 0.5]]]:
        order = 1 if rows[1][2] == 2.0 else 2
        for eps in [1e-5, 0.0] if order == 1 else [1e-2]:
            f.case("layer_norm", lambda x: F.layer_norm(x, (3,), eps=eps), D(rows), attrs={"axes": 1, "eps": eps}, order=order)
            f.case("rms_norm", lambda x: F.rms_norm(x, (3,), eps=eps), D(rows), attrs={"axes": 1, "eps": eps}, order=order)
    for row in [[7.0, 7.0, 7.0], [0.0, 0.0, 0.0]]:
        f.case("layer_norm", lambda x: F.layer_norm(x, (3,), eps=0.0), D([row]), attrs={"axes": 1, "eps": 0.0}, order=1)
        f.case("rms_norm", lambda x: F.rms_norm(x, (3,), eps=0.0), D([row]), attrs={"axes": 1, "eps": 0.0}, order=1)


def lengths(f):
    tables = [((3, 4), [1]), ((2, 3, 4), [0]), ((2, 3, 4), [-1]), ((2, 3, 4), [0, 2]), ((5,), [0]), ((3, 1), [1]), ((17, 203), [1]), ((7, 33, 9), [1])]
    for shape, axes in tables:
        fn = lambda x: F.normalize(x, dim=axes if len(axes) > 1 else axes[0], eps=1e-12)
        f.case("l2_normalize", fn, X(*shape), attrs={"axes": axes, "eps": 1e-12})
    f.case("l2_normalize", lambda x: F.normalize(x, eps=2.0), X(3, 4), attrs={"axes": [1], "eps": 2.0})
    f.case("l2_normalize", lambda x: F.normalize(x, eps=5.0), D([[3.0, 4.0], [0.5, 0.0]]), attrs={"axes": [1], "eps": 5.0}, order=1)
    f.case("l2_normalize", lambda x: F.normalize(x, eps=0.5), D([[0.0, 0.0, 0.0], [1.0, -2.0, 2.0]]), attrs={"axes": [1], "eps": 0.5}, order=1)
    f.case("l2_normalize", lambda x: F.normalize(x, eps=0.0), D([[0.0, 0.0]]), attrs={"axes": [1], "eps": 0.0}, order=1)
    f.case("l2_normalize", lambda x: F.normalize(x, eps=0.5), D([[INF, 1.0], [NAN, 1.0]]), attrs={"axes": [1], "eps": 0.5}, order=0)
    f.case("l2_normalize", lambda x: F.normalize(x, eps=0.5), D([[INF, 1.0], [NAN, 1.0]]), attrs={"axes": [1], "eps": 0.5}, order=1)
    shapes = [(2, 3, 2), (1, 5, 3), (2, 1, 4), (2, 7, 2, 2), (3, 33, 9, 7), (2, 5, 2, 3, 2)]
    for shape in shapes:
        for size in [1, 2, 3, 5, 12]:
            if shape == (1, 5, 3) or size in (3, 12) and len(shape) < 4 or size == 5:
                attrs = {"size": size, "alpha": 0.5, "beta": 0.75, "k": 1.5}
                f.case("local_response_norm", lambda x: F.local_response_norm(x, size, 0.5, 0.75, 1.5), X(*shape), attrs=attrs)
    f.case("local_response_norm", lambda x: F.local_response_norm(x, 5), X(2, 7, 3, low=-50.0, high=50.0), attrs={"size": 5})


def write(f):
    batches(f)
    groups(f)
    layers(f)
    lengths(f)
