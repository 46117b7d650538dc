"""Writes reference.json: what PyTorch gives for attention and transformers, read by reference.rs.

Parameters, operands, masks and cotangents follow from formulas that the test repeats, so that the file holds results and gradients alone.
Run with PyTorch 2.15.0 in an environment outside the repository: python autograd-nn/tests/attention/reference.py
"""

import json
import pathlib

import torch
from torch import nn

torch.set_default_dtype(torch.float64)
torch.backends.mha.set_fastpath_enabled(False)


def wave(shape, frequency, phase):
    n = torch.Size(shape).numel()
    return torch.sin(frequency * torch.arange(n, dtype=torch.float64) + phase).reshape(shape)


def hidden(*shape):
    n = torch.Size(shape).numel()
    return (torch.arange(n) * 5 % 7 < 2).reshape(shape)


def padding(n, s):
    """The last key of each sequence but the first."""
    mask = torch.zeros(n, s, dtype=torch.bool)
    mask[1:, -1] = True
    return mask


def bias(*shape):
    """Minus infinity where `hidden`."""
    return wave(shape, 1.3, 0.2).masked_fill(hidden(*shape), -torch.inf)


def digits(tensor):
    """Thirteen are enough for a comparison to 1e-9."""
    return [float(f"{x:.13g}") for x in tensor.flatten().tolist()]


cases = {}


def case(name, module, shapes, call, train=False):
    module.train(train)
    parameters = list(module.named_parameters())
    with torch.no_grad():
        for j, (_, parameter) in enumerate(parameters):
            parameter.copy_(0.5 * wave(parameter.shape, 0.9, 0.3 + 2.1 * j))
    operands = [wave(shape, 0.7 + 0.4 * k, 1.0 + k).requires_grad_() for k, shape in enumerate(shapes)]
    results = call(module, *operands)
    results = [y for y in (results if isinstance(results, tuple) else (results,)) if y is not None]
    torch.autograd.backward(results, [wave(y.shape, 0.6, 0.5 + k) for k, y in enumerate(results)])
    cases[name] = {
        "results": [digits(y) for y in results],
        "operands": [digits(x.grad) for x in operands],
        "parameters": {key: digits(p.grad) for key, p in parameters},
    }
    print(name, [tuple(y.shape) for y in results])


def heads(*operands, **masks):
    return lambda m, *x: m(*(x[i] for i in operands), **masks)


mha = nn.MultiheadAttention
qkv = [(3, 2, 4), (5, 2, 4), (5, 2, 4)]
first = [(2, 3, 4), (2, 5, 4), (2, 5, 4)]
case("sequence first", mha(4, 2), qkv, heads(0, 1, 2, need_weights=False), train=True)
case("batch first", mha(4, 2, batch_first=True), first, heads(0, 1, 2))
case("weights of each head", mha(4, 2, batch_first=True), first, heads(0, 1, 2, average_attn_weights=False))
case("without a batch", mha(4, 2), [(3, 4), (5, 4), (5, 4)], heads(0, 1, 2, attn_mask=hidden(2, 3, 5)))
case("mask", mha(4, 2), qkv, heads(0, 1, 2, attn_mask=hidden(3, 5)))
case("mask and padding", mha(4, 2), qkv,
     heads(0, 1, 2, attn_mask=hidden(3, 5), key_padding_mask=padding(2, 5), need_weights=False))
case("mask of each head", mha(4, 2), qkv, heads(0, 1, 2, attn_mask=hidden(4, 3, 5), average_attn_weights=False))
case("bias", mha(4, 2), qkv, heads(0, 1, 2, attn_mask=bias(3, 5), need_weights=False))
case("trained bias", mha(4, 2), [*qkv, (4, 3, 5)], lambda m, q, k, v, b: m(q, k, v, attn_mask=b))
case("causal", mha(4, 2), [(4, 2, 4)],
     heads(0, 0, 0, attn_mask=nn.Transformer.generate_square_subsequent_mask(4), is_causal=True, need_weights=False))
case("other features", mha(4, 2, kdim=3, vdim=5), [(3, 2, 4), (5, 2, 3), (5, 2, 5)],
     heads(0, 1, 2, key_padding_mask=padding(2, 5)))
case("without biases", mha(4, 2, bias=False), qkv, heads(0, 1, 2))
case("more keys", mha(4, 2, add_bias_kv=True, add_zero_attn=True), qkv,
     heads(0, 1, 2, attn_mask=hidden(3, 5), key_padding_mask=padding(2, 5)))
case("more keys, bias", mha(4, 2, add_bias_kv=True, kdim=3), [(3, 2, 4), (5, 2, 3), (5, 2, 4)],
     heads(0, 1, 2, attn_mask=bias(3, 5), need_weights=False))
case("more keys, causal", mha(4, 2, add_zero_attn=True), [(4, 2, 4)],
     heads(0, 0, 0, attn_mask=torch.ones(4, 4, dtype=torch.bool).triu(1), need_weights=False))


class Additive(nn.Module):
    """Bahdanau et al. 2015, appendix A.1.2."""

    def __init__(self):
        super().__init__()
        self.query, self.key = nn.Linear(3, 5, bias=False), nn.Linear(4, 5, bias=False)
        self.score = nn.Linear(5, 1, bias=False)

    def forward(self, query, keys, mask):
        scores = self.score(torch.tanh(self.query(query)[:, None] + self.key(keys)))[..., 0]
        weights = scores.masked_fill(mask, -torch.inf).softmax(-1)
        return torch.einsum("ns,nsd->nd", weights, keys), weights


class Luong(nn.Module):
    """Luong et al. 2015, section 3.1, the three scores."""

    def __init__(self, kind):
        super().__init__()
        if kind == "general":
            self.weight = nn.Parameter(torch.empty(3, 4))
        if kind == "concat":
            self.weight = nn.Parameter(torch.empty(5, 7))
            self.score = nn.Parameter(torch.empty(1, 5))
        self.kind = kind

    def forward(self, query, keys, mask):
        if self.kind == "dot":
            scores = torch.einsum("ntq,nsq->nts", query, keys)
        elif self.kind == "general":
            scores = torch.einsum("ntq,qk,nsk->nts", query, self.weight, keys)
        else:
            t, s = query.shape[1], keys.shape[1]
            pairs = torch.cat([query[:, :, None].expand(-1, -1, s, -1), keys[:, None].expand(-1, t, -1, -1)], -1)
            scores = (torch.tanh(pairs @ self.weight.T) @ self.score.T)[..., 0]
        weights = scores.masked_fill(mask[:, None], -torch.inf).softmax(-1)
        return torch.einsum("nts,nsd->ntd", weights, keys), weights


case("additive", Additive(), [(2, 3), (2, 6, 4)], lambda m, q, k: m(q, k, padding(2, 6)))
case("luong dot", Luong("dot"), [(2, 3, 4), (2, 6, 4)], lambda m, q, k: m(q, k, padding(2, 6)))
case("luong general", Luong("general"), [(2, 3, 3), (2, 6, 4)], lambda m, q, k: m(q, k, padding(2, 6)))
case("luong concat", Luong("concat"), [(2, 3, 3), (2, 6, 4)], lambda m, q, k: m(q, k, padding(2, 6)))

small = dict(d_model=4, nhead=2, dim_feedforward=3, dropout=0.0)
causal = nn.Transformer.generate_square_subsequent_mask(4)
for norm_first in [False, True]:
    for activation in ["relu", "gelu"]:
        options = dict(**small, norm_first=norm_first, activation=activation)
        order = "norm first" if norm_first else "norm last"
        case(f"encoder layer, {order}, {activation}", nn.TransformerEncoderLayer(**options), [(4, 2, 4)],
             lambda m, x: m(x, src_mask=hidden(4, 4), src_key_padding_mask=padding(2, 4)), train=True)
        case(f"decoder layer, {order}, {activation}", nn.TransformerDecoderLayer(**options), [(4, 2, 4), (3, 2, 4)],
             lambda m, x, memory: m(x, memory, tgt_mask=causal, tgt_is_causal=True, memory_mask=hidden(4, 3),
                                    memory_key_padding_mask=padding(2, 3)), train=True)
plain = dict(d_model=4, nhead=2, dim_feedforward=3)
case("encoder layer, evaluation, no biases", nn.TransformerEncoderLayer(**plain, bias=False, batch_first=True),
     [(2, 4, 4)], lambda m, x: m(x))
case("decoder layer, evaluation, no biases", nn.TransformerDecoderLayer(**plain, bias=False, layer_norm_eps=0.1),
     [(4, 2, 4), (3, 2, 4)], lambda m, x, memory: m(x, memory))
case("encoder", nn.TransformerEncoder(nn.TransformerEncoderLayer(**small), 2, norm=nn.LayerNorm(4),
     enable_nested_tensor=False), [(4, 2, 4)], lambda m, x: m(x, mask=causal, is_causal=True), train=True)
case("decoder", nn.TransformerDecoder(nn.TransformerDecoderLayer(**small), 2), [(4, 2, 4), (3, 2, 4)],
     lambda m, x, memory: m(x, memory, tgt_mask=causal, tgt_is_causal=True), train=True)
case("transformer", nn.Transformer(4, 2, 1, 1, 3, dropout=0.0, batch_first=True), [(2, 3, 4), (2, 4, 4)],
     lambda m, x, y: m(x, y, tgt_mask=causal, tgt_is_causal=True, src_key_padding_mask=padding(2, 3),
                       memory_key_padding_mask=padding(2, 3)), train=True)

text = ",\n".join(f"{json.dumps(name)}: {json.dumps(found)}" for name, found in cases.items())
pathlib.Path(__file__).with_suffix(".json").write_text(f'{{\n"torch": "{torch.__version__.split("+")[0]}",\n"cases": {{\n{text}\n}}}}\n')
