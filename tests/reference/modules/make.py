"""Writes what PyTorch's modules give: one safetensors file a case, read by tests/modules.rs.

A file holds, in float64 unless said:
  state.NAME    the state dict before the pass          after.NAME   buffers that a pass in training changed
  x.I           the operands (int64 where indices)      y.I          the results
  dy.I          a random cotangent of each result       dx.I         the gradients of the operands
  dstate.NAME   the gradients of the parameters
and in its metadata the names of the state in PyTorch's order, which the format does not keep.

Run with PyTorch 2.15.0 and safetensors in an environment outside the repository: python tests/reference/modules/make.py
"""

import pathlib

import torch
from safetensors.torch import save_file
from torch import nn

torch.set_default_dtype(torch.float64)
HERE = pathlib.Path(__file__).parent
torch.manual_seed(20261124)


def flat(results):
    if isinstance(results, torch.Tensor):
        return [results]
    return [tensor for result in results if result is not None for tensor in flat(result)]


def case(name, module, *inputs, call=None, train=False):
    # First values such as ones and zeros hide mistakes.
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.add_(0.2 * torch.randn_like(parameter))
    if isinstance(module, nn.Embedding) and module.padding_idx is not None:
        with torch.no_grad():
            module.weight[module.padding_idx] = 0.25
    module.train(train)
    state = {f"state.{key}": value.clone() for key, value in module.state_dict().items()}
    inputs = [x.clone().requires_grad_() if x.is_floating_point() else x for x in inputs]
    results = flat((call or (lambda m, *x: m(*x)))(module, *inputs))
    cotangents = [torch.randn_like(y) for y in results]
    torch.autograd.backward(results, cotangents)
    tensors = dict(state)
    tensors |= {f"after.{key}": value for key, value in module.named_buffers() if train}
    tensors |= {f"x.{i}": x.detach() for i, x in enumerate(inputs)}
    tensors |= {f"dx.{i}": x.grad for i, x in enumerate(inputs) if x.requires_grad}
    tensors |= {f"y.{i}": y.detach() for i, y in enumerate(results)}
    tensors |= {f"dy.{i}": dy for i, dy in enumerate(cotangents)}
    tensors |= {f"dstate.{key}": p.grad for key, p in module.named_parameters() if p.grad is not None}
    tensors = {key: value.contiguous().clone() for key, value in tensors.items()}
    save_file(tensors, HERE / f"{name}.safetensors", metadata={"torch": torch.__version__, "state": " ".join(module.state_dict())})
    print(name, [tuple(y.shape) for y in results])


r = torch.randn
case("linear", nn.Linear(5, 3), r(4, 5))
case("bilinear", nn.Bilinear(3, 4, 2), r(5, 3), r(5, 4))
case("conv1d", nn.Conv1d(4, 6, 3, stride=2, padding=1, dilation=2, groups=2), r(2, 4, 9))
case("conv1d_circular", nn.Conv1d(2, 3, 3, padding=2, padding_mode="circular"), r(2, 2, 7))
case("conv2d", nn.Conv2d(3, 4, 3, stride=2, padding=1), r(2, 3, 7, 6))
case("conv2d_depthwise", nn.Conv2d(4, 8, (3, 2), groups=4, dilation=(1, 2), bias=False), r(2, 4, 6, 7))
case("conv2d_reflect", nn.Conv2d(2, 3, 3, padding=1, padding_mode="reflect"), r(1, 2, 5, 4))
case("conv3d", nn.Conv3d(2, 3, 2, stride=(1, 2, 1), padding=(1, 0, 1)), r(1, 2, 3, 5, 4))
case("conv_transpose1d", nn.ConvTranspose1d(3, 2, 4, stride=3, padding=1, output_padding=2), r(2, 3, 5))
case("conv_transpose2d", nn.ConvTranspose2d(4, 6, 3, stride=2, padding=1, output_padding=1, groups=2), r(2, 4, 4, 3))
case("conv_transpose3d", nn.ConvTranspose3d(2, 2, (2, 3, 2), stride=2, bias=False), r(1, 2, 2, 3, 2))
case("batch_norm1d_train", nn.BatchNorm1d(3), r(6, 3), train=True)
case("batch_norm1d_sequence_train", nn.BatchNorm1d(3, momentum=None), r(4, 3, 5), train=True)
bn = nn.BatchNorm2d(3, momentum=0.3, eps=1e-3)
bn.train()
bn(3 * r(4, 3, 5, 5) + 1)
case("batch_norm2d_eval", bn, r(2, 3, 4, 3))
case("batch_norm2d_train", nn.BatchNorm2d(3, momentum=0.3), r(4, 3, 3, 2), train=True)
case("batch_norm3d_train", nn.BatchNorm3d(2, affine=False), r(2, 2, 2, 3, 2), train=True)
case("layer_norm", nn.LayerNorm([3, 4], eps=1e-3), r(5, 3, 4))
case("group_norm", nn.GroupNorm(2, 6), r(3, 6, 4, 2))
case("instance_norm1d", nn.InstanceNorm1d(3), r(2, 3, 6))
case("instance_norm2d_train", nn.InstanceNorm2d(3, affine=True, track_running_stats=True), r(2, 3, 4, 3), train=True)
case("rms_norm", nn.RMSNorm(6, eps=1e-4), r(4, 6))
case("prelu", nn.PReLU(3), r(2, 3, 4))
case("embedding", nn.Embedding(7, 3, padding_idx=2), torch.tensor([[1, 2, 6], [0, 1, 1]]))

case("rnn_cell", nn.RNNCell(4, 3, nonlinearity="relu"), r(2, 4), r(2, 3))
case("lstm_cell", nn.LSTMCell(4, 3), r(2, 4), r(2, 3), r(2, 3), call=lambda m, x, h, c: m(x, (h, c)))
case("gru_cell", nn.GRUCell(4, 3, bias=False), r(2, 4), r(2, 3))
case("rnn", nn.RNN(4, 3, num_layers=2, bidirectional=True), r(5, 2, 4), r(4, 2, 3))
case("lstm", nn.LSTM(4, 3, num_layers=2, bidirectional=True, batch_first=True), r(2, 5, 4), r(4, 2, 3), r(4, 2, 3),
     call=lambda m, x, h, c: m(x, (h, c)))
case("lstm_unbatched", nn.LSTM(4, 3), r(5, 4))
case("lstm_projection", nn.LSTM(4, 5, num_layers=2, proj_size=2, bidirectional=True), r(4, 2, 4))
case("gru", nn.GRU(4, 3, num_layers=2, bidirectional=True), r(5, 2, 4), r(4, 2, 3))


def packed(module, x, lengths):
    pack = nn.utils.rnn.pack_padded_sequence(x, lengths, enforce_sorted=False)
    y, state = module(pack)
    return nn.utils.rnn.pad_packed_sequence(y)[0], state


lengths = torch.tensor([3, 5, 1])
case("lstm_packed", nn.LSTM(4, 3, num_layers=2, bidirectional=True), r(5, 3, 4), lengths, call=packed)
case("gru_packed", nn.GRU(4, 3, bidirectional=True), r(5, 3, 4), lengths, call=packed)

case("attention", nn.MultiheadAttention(6, 2, batch_first=True), r(2, 3, 6), r(2, 4, 6), r(2, 4, 6))
padding = torch.tensor([[0, 0, 1, 1], [0, 0, 0, 0]])
case("attention_kv_padding", nn.MultiheadAttention(6, 3, kdim=5, vdim=4), r(3, 2, 6), r(4, 2, 5), r(4, 2, 4), padding,
     call=lambda m, q, k, v, p: m(q, k, v, key_padding_mask=p.bool(), average_attn_weights=False))
small = dict(d_model=6, nhead=2, dim_feedforward=5, batch_first=True)
case("transformer_encoder_layer", nn.TransformerEncoderLayer(**small), r(2, 4, 6), train=False)
causal = nn.Transformer.generate_square_subsequent_mask(4)
case("transformer_encoder_layer_norm_first",
     nn.TransformerEncoderLayer(**small, norm_first=True, activation="gelu", dropout=0.0), r(2, 4, 6), train=True,
     call=lambda m, x: m(x, src_mask=causal, is_causal=True))
case("transformer_decoder_layer", nn.TransformerDecoderLayer(**small), r(2, 4, 6), r(2, 3, 6),
     call=lambda m, x, memory: m(x, memory, tgt_mask=causal, tgt_is_causal=True))
case("transformer_decoder_layer_norm_first",
     nn.TransformerDecoderLayer(**small, norm_first=True, activation="gelu"), r(2, 4, 6), r(2, 3, 6))
case("transformer_encoder", nn.TransformerEncoder(nn.TransformerEncoderLayer(**small), 2, norm=nn.LayerNorm(6),
     enable_nested_tensor=False), r(2, 4, 6))
