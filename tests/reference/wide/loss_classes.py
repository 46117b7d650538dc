"""Losses of classes and of label sequences."""

import math

import torch.nn.functional as F

from cases import D, I, X

REDUCTIONS = ["none", "mean", "sum"]


def write(f):
    for reduction in REDUCTIONS:
        attrs = {"reduction": reduction}
        for shape in ((5, 4), (3, 10), (64, 1000), (2, 3, 7), (2, 21, 19, 17)):
            target = lambda: {"target": I(shape[0], *shape[2:], below=shape[1])}
            weight = lambda: {"weight": X(shape[1], low=0.1, high=2.0)}
            scores = X(*shape, low=-4.0, high=4.0)
            f.case("cross_entropy_with", lambda x, target: F.cross_entropy(x, target, reduction=reduction), scores, attrs=attrs, consts=target())
            f.case("nll_loss", lambda x, target: F.nll_loss(x, target, reduction=reduction), X(*shape, low=-4.0, high=-0.1), attrs=attrs, consts=target())
            f.case(
                "nll_loss", lambda x, target, weight: F.nll_loss(x, target, weight, ignore_index=1, reduction=reduction),
                X(*shape, low=-4.0, high=-0.1), attrs={**attrs, "ignore_index": 1}, consts={**target(), **weight()},
            )  # fmt: skip
            for smoothing in (0.0, 0.1, 1.0):
                options = {"label_smoothing": smoothing, "ignore_index": 2}
                f.case(
                    "cross_entropy_with", lambda x, target, weight: F.cross_entropy(x, target, weight, reduction=reduction, **options),
                    X(*shape, low=-4.0, high=4.0), attrs={**attrs, **options}, consts={**target(), **weight()},
                )  # fmt: skip
                soft = X(*shape, low=0.0, high=1.0)
                f.case(
                    "cross_entropy_soft", lambda x, y, weight: F.cross_entropy(x, y, weight, reduction=reduction, label_smoothing=smoothing),
                    X(*shape, low=-4.0, high=4.0), soft, attrs={**attrs, "label_smoothing": smoothing}, consts=weight(),
                )  # fmt: skip
        for p, margin in ((1, 1.0), (2, 0.5)):
            multi = lambda x, target, weight=None: F.multi_margin_loss(x, target, p=p, margin=margin, weight=weight, reduction=reduction)
            options = {**attrs, "p": p, "margin": margin}
            consts = {"target": I(6, below=5)}
            # PyTorch has no second derivative.
            f.case("multi_margin_loss", multi, X(6, 5), attrs=options, consts=consts, order=1)
            f.case("multi_margin_loss", multi, X(6, 5), attrs=options, consts={**consts, "weight": X(5, low=0.1, high=2.0)}, order=1)
        hinge = lambda x, target: F.multi_margin_loss(x, target, margin=0.8, reduction=reduction) * x.shape[1]
        f.case("multiclass_hinge_loss", hinge, X(6, 5), attrs={**attrs, "margin": 0.8}, consts={"target": I(6, below=5)}, order=1)
        f.case("multiclass_hinge_loss", hinge, X(200, 100), attrs={**attrs, "margin": 0.8}, consts={"target": I(200, below=100)}, order=1)
    for shape in ((5, 4), (2, 3, 7), (1, 1), (256, 10)):
        f.case("cross_entropy", F.cross_entropy, X(*shape, low=-4.0, high=4.0), consts={"target": I(shape[0], *shape[2:], below=shape[1])})
    extreme = D([[1000.0, -1000.0, 0.0], [80.0, 80.0, 80.0], [-math.inf, 1.0, 2.0]])
    f.case(
        "cross_entropy_with",
        lambda x, target: F.cross_entropy(x, target.long(), reduction="none"),
        extreme,
        attrs={"reduction": "none"},
        consts={"target": D([1, 0, 2])},
        order=1,
    )
    ignored = lambda x, target: F.cross_entropy(x, target.long(), ignore_index=1, reduction="mean")
    f.case("cross_entropy_with", ignored, X(2, 3), attrs={"reduction": "mean", "ignore_index": 1}, consts={"target": D([1, 1])}, order=1)
    ctc(f)


def ctc(f):
    """Labels that repeat, none at all, more than there are steps; PyTorch's mean divides each loss by its number of labels."""
    for t, n, c, targets, inputs, lengths in [
        (6, 2, 4, [[1, 2, 3], [2, 2, 0]], [6, 5], [3, 2]),
        (5, 3, 3, [[1, 1], [1, 2], [2, 1]], [5, 5, 3], [2, 0, 1]),
        (2, 2, 3, [[1, 1, 2], [1, 2, 0]], [2, 2], [3, 2]),
        (50, 4, 20, [[(3 * i + j) % 19 + 1 for j in range(12)] for i in range(4)], [50, 44, 30, 50], [12, 7, 12, 1]),
    ]:
        for reduction in REDUCTIONS:
            for zero_infinity in (False, True):
                attrs = {"reduction": reduction, "zero_infinity": zero_infinity, "inputs": inputs, "lengths": lengths, "blank": 0}
                # The gradient of a loss that is infinite is NaN in PyTorch, and ours is 0.
                infinite = t == 2 and not zero_infinity
                fn = lambda x, target: F.ctc_loss(x.log_softmax(2), target.long(), inputs, lengths, reduction=reduction, zero_infinity=zero_infinity)
                f.case("ctc_loss", fn, X(t, n, c, low=-2.0, high=2.0), attrs=attrs, consts={"target": D(targets)}, order=0 if infinite else 1)
    attrs = {"reduction": "sum", "zero_infinity": False, "inputs": [6, 6], "lengths": [3, 2], "blank": 3}
    last = lambda x, target: F.ctc_loss(x.log_softmax(2), target.long(), [6, 6], [3, 2], blank=3, reduction="sum")
    f.case("ctc_loss", last, X(6, 2, 4), attrs=attrs, consts={"target": D([[1, 2, 0], [2, 2, 0]])}, order=1)
