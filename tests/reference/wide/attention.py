"""Attention, by its formula."""

import math

import torch

from cases import D, I, X


def attention(q, k, v, bias=0.0, mask=None, causal=False, scale=None):
    scores = q @ k.transpose(-1, -2) * (scale or 1 / math.sqrt(q.shape[-1])) + bias
    allowed = torch.ones(scores.shape[-2:], dtype=torch.bool)
    if causal:
        allowed = allowed.tril()
    if mask is not None:
        allowed = allowed & (mask != 0)
    allowed = allowed.expand(scores.shape)
    # A query that may look nowhere gives zeros.
    nowhere = ~allowed.any(-1, keepdim=True)
    p = scores.masked_fill(~allowed, -math.inf).masked_fill(nowhere, 0.0).softmax(-1).masked_fill(nowhere, 0.0)
    return p @ v


def write(f):
    for lead, t, s, d, e in [
        ((), 1, 1, 1, 1),
        ((), 3, 4, 2, 5),
        ((2, 3), 7, 5, 4, 3),
        ((1, 2), 33, 65, 8, 16),
        ((2, 2), 130, 130, 32, 32),
        ((1,), 257, 70, 64, 24),
    ]:
        operands = lambda: (X(*lead, t, d, low=-2.0, high=2.0), X(*lead, s, d, low=-2.0, high=2.0), X(*lead, s, e))
        for causal, scale in ((False, None), (True, 0.3)):
            attrs = {"causal": causal, "scale": scale}
            fn = lambda q, k, v, bias=0.0, mask=None: attention(q, k, v, bias, mask, causal, scale)
            f.case("scaled_dot_product_attention", fn, *operands(), attrs=attrs)
            f.case("attention_with_bias", fn, *operands(), X(*lead, t, s), attrs=attrs)
            f.case("attention_with_bias", fn, *operands(), X(1, s), attrs=attrs)
            for mask in ((t, s), (*lead, t, s), (t, 1)):
                consts = {"mask": I(*mask, below=3 if mask[-1] > 1 else 2)}
                masked = lambda q, k, v, mask: fn(q, k, v, mask=mask)
                f.case("scaled_dot_product_attention", masked, *operands(), attrs=attrs, consts=consts)
        consts = {"mask": I(t, s, below=2)}
        both = lambda q, k, v, bias, mask: attention(q, k, v, bias, mask)
        f.case("attention_with_bias", both, *operands(), X(t, s), attrs={"causal": False, "scale": None}, consts=consts)
    # Scores far apart.
    far = (D([[40.0], [-40.0]]), D([[20.0], [-20.0], [0.0]]), X(3, 2))
    f.case("scaled_dot_product_attention", attention, *far, attrs={"causal": False, "scale": None})
