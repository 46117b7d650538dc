"""The workloads in JAX, each step one compiled function: `jax_peer.py THREADS SECONDS` answers to names on its input.

Where PyTorch's loss is a plain sum, this one sums squares. The gradient of a plain sum is one everywhere, which the compiler knows, and
would take the work out of the backward pass that is to be measured: a product with a matrix of ones is but a sum of rows.
"""

import os
import sys

threads, seconds = int(sys.argv[1]), float(sys.argv[2])
# XLA takes as many threads as it sees processors, and looks once.
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import lax

from protocol import serve

generator = np.random.RandomState(0)


def normal(*shape, std=1.0):
    return jnp.asarray(generator.randn(*shape).astype("float32") * std)


def classes(count, *shape):
    return jnp.asarray(generator.randint(0, count, shape))


def squares(y):
    return jnp.sum(y * y)


def back(loss, *leaves):
    """Steps that compute a loss and the gradients of all its leaves."""
    compiled = jax.jit(jax.value_and_grad(loss, argnums=tuple(range(len(leaves)))))
    return lambda: jax.block_until_ready(compiled(*leaves))


def train(loss, parameters, optimizer, state=None):
    """Steps of an optimiser; `loss` gets the parameters and a state and returns the next state too."""

    def advance(parameters, memory, state):
        (value, state), gradient = jax.value_and_grad(loss, has_aux=True)(parameters, state)
        updates, memory = optimizer.update(gradient, memory, parameters)
        return optax.apply_updates(parameters, updates), memory, state, value

    compiled = jax.jit(advance, donate_argnums=(0, 1, 2))
    now = parameters, optimizer.init(parameters), state

    def step():
        nonlocal now
        *now, value = compiled(*now)
        jax.block_until_ready((now, value))

    return step


def nll(scores, truth):
    return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(scores), truth[..., None], -1))


def small_chain():
    def loss(x, a):
        y = x
        for _ in range(500):
            y = y * a + a
        return y.sum()

    a = jnp.abs(normal(16))
    return back(lambda x: loss(x, a), normal(16))


def elementwise():
    return back(lambda x, a: jnp.sum(jnp.tanh(x * a + 0.5) * a), normal(1 << 20), normal(1 << 20))


def activations():
    def loss(x):
        y = jax.nn.sigmoid(x) + jax.nn.elu(x) + jax.nn.leaky_relu(x, 0.01) + jnp.exp(-x * x) + jnp.log1p(x * x)
        return jnp.mean(y)

    return back(loss, normal(1 << 20))


def product(*shape):
    return back(lambda a, b: squares(a @ b), normal(*shape), normal(*shape))


def convolved(x, w, stride=1, padding=0, groups=1):
    options = {"dimension_numbers": ("NCHW", "OIHW", "NCHW"), "feature_group_count": groups}
    return lax.conv_general_dilated(x, w, (stride,) * 2, [(padding,) * 2] * 2, **options)


def conv(n, c, side, outputs, kernel, stride, padding, groups=1):
    def loss(x, w, b):
        return squares(convolved(x, w, stride, padding, groups) + b[:, None, None])

    return back(loss, normal(n, c, side, side), normal(outputs, c // groups, kernel, kernel), normal(outputs))


def transposed_conv():
    def loss(x, w):
        return squares(lax.conv_transpose(x, w, (2, 2), [(2, 2)] * 2, dimension_numbers=("NCHW", "IOHW", "NCHW")))

    return back(loss, normal(16, 64, 16, 16), normal(64, 32, 4, 4))


def max_pooled(x):
    return lax.reduce_window(x, -jnp.inf, lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")


def max_pool():
    return back(lambda x: squares(max_pooled(x)), normal(32, 64, 32, 32))


def normalised(x, axes):
    mean, variance = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
    return (x - mean) * lax.rsqrt(variance + 1e-5)


def batch_normed(x, weight, bias):
    return normalised(x, (0, 2, 3)) * weight[:, None, None] + bias[:, None, None]


def batch_norm():
    def loss(x, weight, bias):
        return squares(jax.nn.relu(batch_normed(x, weight, bias)))

    return back(loss, normal(32, 64, 32, 32), jnp.ones(64), jnp.zeros(64))


def layer_normed(x, weight, bias):
    return normalised(x, -1) * weight + bias


def layer_norm():
    return back(lambda *x: squares(layer_normed(*x)), normal(2048, 512), jnp.ones(512), jnp.zeros(512))


def cross_entropy():
    truth = classes(1000, 1024)
    return back(lambda x: nll(x, truth), normal(1024, 1000))


def linear(inputs, outputs):
    return normal(inputs, outputs, std=0.05), jnp.zeros(outputs)


def mapped(x, layer):
    weight, bias = layer
    return x @ weight + bias


def relu_layers(x, layers):
    for layer in layers[:-1]:
        x = jax.nn.relu(mapped(x, layer))
    return mapped(x, layers[-1])


def mlp():
    x, truth = jnp.asarray(generator.rand(128, 784).astype("float32")), classes(10, 128)
    layers = [linear(784, 512), linear(512, 512), linear(512, 10)]
    return train(lambda layers, _: (nll(relu_layers(x, layers), truth), None), layers, optax.adam(1e-3))


def lenet5():
    x, truth = jnp.asarray(generator.rand(64, 1, 28, 28).astype("float32")), classes(10, 64)
    kernels = [(normal(6, 1, 5, 5, std=0.1), jnp.zeros(6)), (normal(16, 6, 5, 5, std=0.1), jnp.zeros(16))]
    layers = [linear(400, 120), linear(120, 84), linear(84, 10)]

    def loss(parameters, _):
        kernels, layers = parameters
        y = x
        for (weight, bias), padding in zip(kernels, (2, 0)):
            y = max_pooled(jax.nn.relu(convolved(y, weight, padding=padding) + bias[:, None, None]))
        return nll(relu_layers(y.reshape(64, -1), layers), truth), None

    return train(loss, (kernels, layers), optax.sgd(0.01, 0.9))


def resnet20():
    x, truth = jnp.asarray(generator.rand(32, 3, 32, 32).astype("float32")), classes(10, 32)

    def kernel(inputs, outputs, size):
        return normal(outputs, inputs, size, size, std=0.1), jnp.ones(outputs), jnp.zeros(outputs)

    def normed(y, kernel, stride):
        weight, scale, shift = kernel
        return batch_normed(convolved(y, weight, stride, weight.shape[-1] // 2), scale, shift)

    blocks, strides = [], []
    for inputs, outputs, stride in [(16, 16, 1), (16, 32, 2), (32, 64, 2)]:
        for block in range(3):
            before, step = (inputs, stride) if block == 0 else (outputs, 1)
            shortcut = [kernel(before, outputs, 1)] if before != outputs or step != 1 else []
            blocks.append([kernel(before, outputs, 3), kernel(outputs, outputs, 3), *shortcut])
            strides.append(step)

    def loss(parameters, _):
        first, blocks, last = parameters
        y = jax.nn.relu(normed(x, first, 1))
        for (one, two, *shortcut), stride in zip(blocks, strides):
            around = normed(y, shortcut[0], stride) if shortcut else y
            y = jax.nn.relu(normed(jax.nn.relu(normed(y, one, stride)), two, 1) + around)
        return nll(mapped(y.mean((2, 3)), last), truth), None

    return train(loss, (kernel(3, 16, 3), blocks, linear(64, 10)), optax.sgd(0.1, 0.9))


def lstm_cell(state, projected, u):
    h, c = state
    i, f, g, o = jnp.split(projected + h @ u, 4, -1)
    c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
    h = jax.nn.sigmoid(o) * jnp.tanh(c)
    return (h, c), h


def gru_cell(state, projected, recurrent):
    (h,), (u, bias) = state, recurrent
    (xr, xz, xn), (hr, hz, hn) = jnp.split(projected, 3, -1), jnp.split(h @ u + bias, 3, -1)
    r, z = jax.nn.sigmoid(xr + hr), jax.nn.sigmoid(xz + hz)
    h = (1 - z) * jnp.tanh(xn + r * hn) + z * h
    return (h,), h


def rnn_cell(state, projected, u):
    h = jnp.tanh(projected + state[0] @ u)
    return (h,), h


CHARACTERS = 65


def char_model(cell, gates, parts, steps, streams, inputs, hidden, layers):
    """A segment of text a step; the state, of so many parts, goes over to the next one without its history."""

    def layer(inputs):
        u = normal(hidden, gates * hidden, std=0.05)
        # In a GRU the second bias stands inside the reset, elsewhere the two are one sum.
        recurrent = (u, jnp.zeros(gates * hidden)) if cell is gru_cell else u
        return linear(inputs, gates * hidden), recurrent

    network = [layer(inputs if depth == 0 else hidden) for depth in range(layers)]
    parameters = normal(CHARACTERS, inputs), network, linear(hidden, CHARACTERS)
    characters, following = classes(CHARACTERS, 2, steps, streams)

    def loss(parameters, states):
        vectors, network, scores = parameters
        y, after = vectors[characters], []
        for (projection, recurrent), state in zip(network, states):
            state, y = lax.scan(lambda state, x: cell(state, x, recurrent), state, mapped(y, projection))
            after.append(state)
        return nll(mapped(y, scores), following), after

    states = [tuple(jnp.zeros((streams, hidden)) for _ in range(parts)) for _ in range(layers)]
    clipped = optax.chain(optax.clip_by_global_norm(1.0), optax.adam(1e-3))
    return train(loss, parameters, clipped, states)


def handwritten_lstm():
    hidden, batch, steps = 128, 16, 50
    x = normal(steps, batch, hidden)

    def loss(w, u, b):
        def cell(state, x):
            h, c = state
            i, f, o, g = jnp.split(x @ w + h @ u + b, 4, -1)
            c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
            return (jax.nn.sigmoid(o) * jnp.tanh(c), c), None

        zeros = jnp.zeros((batch, hidden))
        return jnp.sum(lax.scan(cell, (zeros, zeros), x)[0][0])

    return back(loss, normal(hidden, 4 * hidden, std=0.05), normal(hidden, 4 * hidden, std=0.05), jnp.zeros(4 * hidden))


def transformer_layer():
    batch, steps, features, heads = 8, 128, 256, 4
    x = normal(batch, steps, features)
    parameters = {name: linear(features, features) for name in ("query", "key", "value", "out")}
    parameters |= {"first": linear(features, 1024), "second": linear(1024, features)}
    parameters |= {name: (jnp.ones(features), jnp.zeros(features)) for name in ("norm1", "norm2")}

    def loss(p, _):
        split = lambda y: y.reshape(batch, steps, heads, -1).transpose(0, 2, 1, 3)
        q, k, v = (split(mapped(x, p[name])) for name in ("query", "key", "value"))
        shares = jax.nn.softmax(q @ k.transpose(0, 1, 3, 2) / (features // heads) ** 0.5, -1)
        gathered = (shares @ v).transpose(0, 2, 1, 3).reshape(batch, steps, features)
        h = layer_normed(x + mapped(gathered, p["out"]), *p["norm1"])
        y = layer_normed(h + mapped(jax.nn.relu(mapped(h, p["first"])), p["second"]), *p["norm2"])
        return jnp.mean(y * y), None

    return train(loss, parameters, optax.adam(1e-3))


def hvp():
    """The derivative of the gradient along a direction, forward over reverse: the way of JAX's own documentation."""
    x, layers = normal(32, 64), [linear(64, 64), linear(64, 64), linear(64, 1)]
    direction = jax.tree.map(lambda p: normal(*p.shape), layers)

    def loss(layers):
        y = x
        for layer in layers[:-1]:
            y = jnp.tanh(mapped(y, layer))
        return jnp.mean(mapped(y, layers[-1]) ** 2)

    compiled = jax.jit(lambda layers: jax.jvp(jax.grad(loss), (layers,), (direction,))[1])
    return lambda: jax.block_until_ready(compiled(layers))


def adam():
    gradient, optimizer = jnp.asarray(generator.rand(10_000_000).astype("float32")), optax.adam(1e-3)

    def advance(w, memory, gradient):
        updates, memory = optimizer.update(gradient, memory, w)
        return optax.apply_updates(w, updates), memory

    compiled = jax.jit(advance, donate_argnums=(0, 1))
    w = jnp.asarray(generator.rand(10_000_000).astype("float32"))
    now = w, optimizer.init(w)

    def step():
        nonlocal now
        now = jax.block_until_ready(compiled(*now, gradient))

    return step


serve(
    {
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
        "charlstm_2x256_T64_B32": lambda: char_model(lstm_cell, 4, 2, 64, 32, 64, 256, 2),
        "chargru_2x256_T64_B32": lambda: char_model(gru_cell, 3, 1, 64, 32, 64, 256, 2),
        "minchar_rnn_100_T25_B1": lambda: char_model(rnn_cell, 1, 1, 25, 1, 65, 100, 1),
        "charlstm_1x512_T50_B1": lambda: char_model(lstm_cell, 4, 2, 50, 1, 65, 512, 1),
        "handwritten_lstm_H128_B16_T50": handwritten_lstm,
        "transformer_layer_B8_T128_D256": transformer_layer,
        "hvp_mlp_64x3": hvp,
        "adam_fused_10M": adam,
    },
    seconds,
)
