"""Losses, with each reduction and option."""

import math

import torch.nn.functional as F

import loss_classes
from cases import D, I, X

REDUCTIONS = ["none", "mean", "sum"]
SHAPES = [(3, 5), (7,), (4, 3, 33, 17)]


def signs(target):
    """1 and −1 for 1 and 0."""
    return 2.0 * target - 1.0


def write(f):
    for reduction in REDUCTIONS:
        attrs = {"reduction": reduction}
        for shape in SHAPES:
            several(f, shape, reduction, attrs)
        for eps, full, log_input in ((1e-8, False, True), (1e-3, True, False), (1e-8, True, True)):
            settings = {"eps": eps, "full": full, "log_input": log_input}
            poisson = lambda x, target: F.poisson_nll_loss(x, target, reduction=reduction, **settings)
            f.case("poisson_nll_loss", poisson, X(3, 5, low=0.1, high=2.0), X(3, 5, low=1.2, high=6.0), attrs={**attrs, **settings}, order=1)
        for eps, full in ((1e-6, False), (0.5, True)):
            settings = {"eps": eps, "full": full}
            gaussian = lambda x, target, variance: F.gaussian_nll_loss(x, target, variance, reduction=reduction, **settings)
            f.case("gaussian_nll_loss", gaussian, X(3, 5), X(3, 5), X(3, 5, low=0.6, high=2.0), attrs={**attrs, **settings})
        for margin in (0.0, 0.3):
            cosine = lambda a, b, target: F.cosine_embedding_loss(a, b, signs(target), margin, reduction=reduction)
            f.case("cosine_embedding_loss", cosine, X(6, 4), X(6, 4), attrs={**attrs, "margin": margin}, consts={"target": I(6, below=2)})
        for p, margin, swap in ((2.0, 1.0, False), (1.0, 0.5, True), (3.0, 2.0, True)):
            settings = {"p": p, "margin": margin, "swap": swap}
            triplet = lambda a, b, c: F.triplet_margin_loss(a, b, c, reduction=reduction, **settings)
            f.case("triplet_margin_loss", triplet, X(6, 4), X(6, 4), X(6, 4), attrs={**attrs, **settings})
    for axis, shape in ((1, (6, 4)), (0, (6, 4)), (-1, (2, 3, 70)), (1, (2, 3, 70))):
        f.case("cosine_similarity", lambda a, b: F.cosine_similarity(a, b, axis, 1e-8), X(*shape), X(*shape), attrs={"axis": axis, "eps": 1e-8})
    f.case(
        "cosine_similarity",
        lambda a, b: F.cosine_similarity(a, b, 1, 0.5),
        D([[0.125, 0.25], [3.0, 4.0]]),
        D([[0.25, 0.125], [0.0, 2.0]]),
        attrs={"axis": 1, "eps": 0.5},
    )
    for p in (0.5, 1.0, 2.0, 3.0, math.inf):
        f.case("pairwise_distance", lambda a, b: F.pairwise_distance(a, b, p, 1e-6), X(6, 4), X(6, 4), attrs={"p": str(p), "eps": 1e-6})
    f.case("pairwise_distance", lambda a, b: F.pairwise_distance(a, b, 2.0, 1e-6), X(300, 100), X(300, 100), attrs={"p": 2.0, "eps": 1e-6})
    for log_target in (False, True):
        for reduction in [*REDUCTIONS, "batchmean"]:
            attrs = {"reduction": reduction, "log_target": log_target}
            kl = lambda x, y: F.kl_div(x, y, reduction=reduction, log_target=log_target)
            for shape in SHAPES:
                target = X(*shape, low=-3.0, high=-0.1) if log_target else X(*shape, low=0.05, high=1.0)
                f.case("kl_div", kl, X(*shape, low=-3.0, high=-0.1), target, attrs=attrs)
    f.case(
        "kl_div",
        lambda x, y: F.kl_div(x, y, reduction="sum"),
        D([-1.0, -2.0, -3.0]),
        D([0.0, 1.0, 0.5]),
        attrs={"reduction": "sum", "log_target": False},
        order=0,
    )
    loss_classes.write(f)


def several(f, shape, reduction, attrs):
    """Losses that hardly have options."""
    values = lambda: (X(*shape, low=-3.0, high=3.0), X(*shape, low=-3.0, high=3.0))
    signed = {"target": I(*shape, below=2)}
    f.case("mse_loss", lambda x, y: F.mse_loss(x, y, reduction=reduction), *values(), attrs=attrs)
    f.case("l1_loss", lambda x, y: F.l1_loss(x, y, reduction=reduction), *values(), attrs=attrs)
    for width in (0.5, 1.0, 2.0):
        f.case("huber_loss", lambda x, y: F.huber_loss(x, y, reduction=reduction, delta=width), *values(), attrs={**attrs, "delta": width})
        f.case("smooth_l1_loss", lambda x, y: F.smooth_l1_loss(x, y, reduction=reduction, beta=width), *values(), attrs={**attrs, "beta": width})
    f.case(
        "binary_cross_entropy",
        lambda x, y: F.binary_cross_entropy(x, y, reduction=reduction),
        X(*shape, low=0.1, high=0.9),
        X(*shape, low=0.0, high=1.0),
        attrs=attrs,
    )
    logits = F.binary_cross_entropy_with_logits
    scores = lambda: (X(*shape, low=-9.0, high=9.0), X(*shape, low=0.0, high=1.0))
    f.case("binary_cross_entropy_with_logits", lambda x, y: logits(x, y, reduction=reduction), *scores(), attrs=attrs)
    weights = {"weight": X(*shape, low=0.1, high=2.0), "pos_weight": X(shape[-1], low=0.1, high=3.0)}
    f.case(
        "binary_cross_entropy_with_logits",
        lambda x, y, weight, pos_weight: logits(x, y, weight, reduction=reduction, pos_weight=pos_weight),
        *scores(), attrs=attrs, consts=weights,
    )  # fmt: skip
    margin = 0.7
    f.case(
        "margin_ranking_loss",
        lambda a, b, target: F.margin_ranking_loss(a, b, signs(target), margin, reduction=reduction),
        *values(), attrs={**attrs, "margin": margin}, consts=signed,
    )  # fmt: skip
    f.case("soft_margin_loss", lambda x, target: F.soft_margin_loss(x, signs(target), reduction=reduction), values()[0], attrs=attrs, consts=signed)
    f.case(
        "hinge_embedding_loss",
        lambda x, target: F.hinge_embedding_loss(x, signs(target), margin, reduction=reduction),
        values()[0], attrs={**attrs, "margin": margin}, consts=signed,
    )  # fmt: skip
