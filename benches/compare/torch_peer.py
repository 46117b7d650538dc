"""The workloads in PyTorch: `torch_peer.py THREADS SECONDS [--compile]` answers to names on its input.

With `--memory NAME` it tells the memory of one workload's first steps instead.
"""

import argparse
import json
import random

import torch
import torch.nn as nn
import torch.nn.functional as F

from protocol import serve

arguments = argparse.ArgumentParser()
arguments.add_argument("threads", type=int)
arguments.add_argument("seconds", type=float)
arguments.add_argument("--compile", action="store_true")
arguments.add_argument("--memory", metavar="NAME")
arguments = arguments.parse_args()

torch.set_num_threads(arguments.threads)
torch.manual_seed(0)
fused = torch.compile if arguments.compile else lambda f: f


def leaf(*shape):
    return torch.randn(*shape, requires_grad=True)


def back(loss, *leaves):
    """Steps that compute a loss and the gradients of its leaves."""
    loss = fused(loss)

    def step():
        loss().backward()
        for x in leaves:
            x.grad = None

    return step


def train(loss, optimizer):
    """Steps of an optimiser."""
    loss = fused(loss)

    def step():
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()

    return step


def scalar_mlp():
    random.seed(0)

    def layer(inputs, outputs):
        weight = lambda: torch.tensor(random.uniform(-1, 1), requires_grad=True)
        return [([weight() for _ in range(inputs)], torch.tensor(0.0, requires_grad=True)) for _ in range(outputs)]

    layers = [layer(2, 16), layer(16, 16), layer(16, 1)]

    def step():
        x = [torch.tensor(0.5), torch.tensor(-0.3)]
        for i, neurons in enumerate(layers):
            y = []
            for weights, total in neurons:
                for w, value in zip(weights, x):
                    total = total + w * value
                y.append(torch.relu(total) if i < 2 else total)
            x = y
        x[0].backward()

    return step


def small_chain():
    x, a = torch.rand(16, requires_grad=True), torch.rand(16)

    def loss():
        y = x
        for _ in range(500):
            y = y * a + a
        return y.sum()

    return back(loss, x)


def elementwise():
    x, a = torch.rand(1 << 20, requires_grad=True), torch.rand(1 << 20, requires_grad=True)
    return back(lambda: ((x * a + 0.5).tanh() * a).sum(), x, a)


def activations():
    x = leaf(1 << 20)

    def loss():
        y = torch.sigmoid(x) + F.elu(x) + F.leaky_relu(x, 0.01) + torch.exp(-x * x) + torch.log1p(x * x)
        return y.mean()

    return back(loss, x)


def product(*shape):
    a, b = torch.rand(*shape, requires_grad=True), torch.rand(*shape, requires_grad=True)
    return back(lambda: (a @ b).sum(), a, b)


def conv(n, c, side, outputs, kernel, stride, padding, groups=1):
    x, w, b = leaf(n, c, side, side), leaf(outputs, c // groups, kernel, kernel), leaf(outputs)
    return back(lambda: F.conv2d(x, w, b, stride, padding, 1, groups).sum(), x, w, b)


def transposed_conv():
    x, w = leaf(16, 64, 16, 16), leaf(64, 32, 4, 4)
    return back(lambda: F.conv_transpose2d(x, w, None, 2, 1).sum(), x, w)


def max_pool():
    x = leaf(32, 64, 32, 32)
    return back(lambda: F.max_pool2d(x, 2).sum(), x)


def batch_norm():
    x, norm = leaf(32, 64, 32, 32), nn.BatchNorm2d(64)
    return back(lambda: F.relu(norm(x)).sum(), x, *norm.parameters())


def layer_norm():
    x, norm = leaf(2048, 512), nn.LayerNorm(512)
    return back(lambda: norm(x).sum(), x, *norm.parameters())


def cross_entropy():
    x, truth = leaf(1024, 1000), torch.randint(0, 1000, (1024,))
    return back(lambda: F.cross_entropy(x, truth), x)


def classifier(model, optimizer, *examples):
    x, truth = torch.rand(*examples), torch.randint(0, 10, examples[:1])
    return train(lambda: F.cross_entropy(model(x), truth), optimizer)


def mlp():
    layers = [nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10)]
    model = nn.Sequential(*layers)
    return classifier(model, torch.optim.Adam(model.parameters(), 1e-3), 128, 784)


def lenet5():
    convolutions = [nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)]
    convolutions += [nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()]
    linear = [nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)]
    model = nn.Sequential(*convolutions, *linear)
    return classifier(model, torch.optim.SGD(model.parameters(), 0.01, momentum=0.9), 64, 1, 28, 28)


def normed(inputs, outputs, kernel, stride):
    conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(outputs))


class Residual(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.first, self.second = normed(inputs, outputs, 3, stride), normed(outputs, outputs, 3, 1)
        same = inputs == outputs and stride == 1
        self.shortcut = nn.Identity() if same else normed(inputs, outputs, 1, stride)

    def forward(self, x):
        return F.relu(self.second(F.relu(self.first(x))) + self.shortcut(x))


def resnet20(batch=32):
    blocks = [normed(3, 16, 3, 1), nn.ReLU()]
    for inputs, outputs, stride in [(16, 16, 1), (16, 32, 2), (32, 64, 2)]:
        blocks.append(Residual(inputs, outputs, stride))
        blocks += [Residual(outputs, outputs, 1) for _ in range(2)]
    model = nn.Sequential(*blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))
    return classifier(model, torch.optim.SGD(model.parameters(), 0.1, momentum=0.9), batch, 3, 32, 32)


CHARACTERS = 65


def char_model(kind, steps, streams, inputs, hidden, layers):
    """A segment of text a step; the state goes over to the next one without its history."""
    vectors, scores = nn.Embedding(CHARACTERS, inputs), nn.Linear(hidden, CHARACTERS)
    network = kind(inputs, hidden, layers)
    parameters = [*vectors.parameters(), *network.parameters(), *scores.parameters()]
    adam = torch.optim.Adam(parameters, 1e-3)
    characters, following = torch.randint(0, CHARACTERS, (2, steps, streams))

    def run(state):
        y, state = network(vectors(characters), state)
        return F.cross_entropy(scores(y).reshape(-1, CHARACTERS), following.reshape(-1)), state

    run = fused(run)
    state = None

    def step():
        nonlocal state
        adam.zero_grad()
        loss, state = run(state)
        state = tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach()
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        adam.step()

    return step


def handwritten_lstm():
    hidden, batch, steps = 128, 16, 50
    w = (torch.randn(hidden, 4 * hidden) * 0.05).requires_grad_()
    u = (torch.randn(hidden, 4 * hidden) * 0.05).requires_grad_()
    b = torch.zeros(4 * hidden, requires_grad=True)
    x = torch.randn(steps, batch, hidden)

    # One cell is compiled, not all of its steps at once: a network that is built by its data repeats nothing else.
    @fused
    def cell(x, h, c):
        i, f, o, g = (x @ w + h @ u + b).chunk(4, 1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c

    def step():
        h, c = torch.zeros(batch, hidden), torch.zeros(batch, hidden)
        for t in range(steps):
            h, c = cell(x[t], h, c)
        h.sum().backward()
        for p in (w, u, b):
            p.grad = None

    return step


def transformer_layer():
    layer = nn.TransformerEncoderLayer(256, 4, 1024, 0.0, batch_first=True)
    x, adam = torch.randn(8, 128, 256), torch.optim.Adam(layer.parameters(), 1e-3)
    return train(lambda: layer(x).square().mean(), adam)


def hvp():
    model = nn.Sequential(nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 1))
    parameters = list(model.parameters())
    x, direction = torch.randn(32, 64), [torch.randn_like(p) for p in parameters]

    def step():
        gradient = torch.autograd.grad(model(x).square().mean(), parameters, create_graph=True)
        along = sum((dw * v).sum() for dw, v in zip(gradient, direction))
        torch.autograd.grad(along, parameters)

    return step


def adam():
    w = nn.Parameter(torch.rand(10_000_000))
    w.grad = torch.rand(10_000_000)
    return torch.optim.Adam([w], 1e-3, fused=True).step


WORKLOADS = {
    "small_chain_1000ops_16": small_chain,
    "elementwise_1M_tanh": elementwise,
    "activations_1M": activations,
    "matmul_64": lambda: product(64, 64),
    "matmul_512": lambda: product(512, 512),
    "matmul_1024": lambda: product(1024, 1024),
    "bmm_64x64x64x64": lambda: product(64, 64, 64),
    "conv3x3_32x64x32x32_k64": lambda: conv(32, 64, 32, 64, 3, 1, 1),
    "conv3x3_32x256x8x8_k256": lambda: conv(32, 256, 8, 256, 3, 1, 1),
    "conv5x5_32x3x32x32_k32": lambda: conv(32, 3, 32, 32, 5, 1, 2),
    "conv7x7s2_8x3x128_k64": lambda: conv(8, 3, 128, 64, 7, 2, 3),
    "conv1x1_32x256x16x16_k64": lambda: conv(32, 256, 16, 64, 1, 1, 0),
    "dwconv3x3_32x128x28x28": lambda: conv(32, 128, 28, 128, 3, 1, 1, 128),
    "convT4x4s2_16x64x16_k32": transposed_conv,
    "maxpool2_32x64x32x32": max_pool,
    "batchnorm_relu_32x64x32x32": batch_norm,
    "layernorm_2048x512": layer_norm,
    "softmax_xent_1024x1000": cross_entropy,
    "mlp_784_512_512_10_b128_adam": mlp,
    "lenet5_b64_sgd": lenet5,
    "resnet20_cifar_b32_sgd": resnet20,
    "charlstm_2x256_T64_B32": lambda: char_model(nn.LSTM, 64, 32, 64, 256, 2),
    "chargru_2x256_T64_B32": lambda: char_model(nn.GRU, 64, 32, 64, 256, 2),
    "minchar_rnn_100_T25_B1": lambda: char_model(nn.RNN, 25, 1, 65, 100, 1),
    "charlstm_1x512_T50_B1": lambda: char_model(nn.LSTM, 50, 1, 65, 512, 1),
    "handwritten_lstm_H128_B16_T50": handwritten_lstm,
    "transformer_layer_B8_T128_D256": transformer_layer,
}
# What torch.compile has no part in: a graph of numbers one by one is built for one input, second derivatives it does not have, and
# the step of an optimiser is one kernel already.
EAGER = {"scalar_mlp_2_16_16_1": scalar_mlp, "hvp_mlp_64x3": hvp, "adam_fused_10M": adam}


def status(field):
    """A line of what the kernel tells of this process, in bytes."""
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(field))


def memory(name):
    """The most memory of the first steps above what the model and its data hold, in MB.

    `peak_mb` is what PyTorch's allocator has given out, which leaves out the scratch memory of its libraries. `resident_mb` is how far the
    process grew; before, another step on the smallest batch has loaded the libraries' code.
    """
    small = {
        "resnet20_cifar_b32_sgd": lambda: resnet20(1),
        "charlstm_2x256_T64_B32": lambda: char_model(nn.LSTM, 2, 1, 64, 256, 2),
    }
    small[name]()()
    step = WORKLOADS[name]()
    with open("/proc/self/clear_refs", "w") as reset:
        reset.write("5")
    before = status("VmRSS")
    step()
    step()
    resident = status("VmHWM") - before

    step = WORKLOADS[name]()
    with torch.profiler.profile(profile_memory=True) as profile:
        step()
        step()
    in_use = peak = 0
    for event in sorted(profile.profiler.kineto_results.events(), key=lambda event: event.start_ns()):
        if event.name() == "[memory]":
            in_use += event.nbytes()
            peak = max(peak, in_use)
    print(json.dumps({"name": name, "peak_mb": round(peak / 1e6, 3), "resident_mb": round(resident / 1e6, 3)}))


if arguments.memory:
    memory(arguments.memory)
else:
    serve(WORKLOADS if arguments.compile else WORKLOADS | EAGER, arguments.seconds)
