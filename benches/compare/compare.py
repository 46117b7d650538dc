#!/usr/bin/env python3
"""Times the workloads here and in whatever peers are installed, in turn and in one run, and prints tables of times and ratios.

    python3 benches/compare/compare.py [--threads 1,2] [--rounds 3] [--seconds 0.5] [--raw FILE] [FILTER]

PyTorch and JAX are those of the Python that runs this script; candle and burn are built from `candle/` and `burn/` with cargo.
"""

import argparse
import importlib.util
import json
import math
import os
import subprocess
import sys
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent

WORKLOADS = """
scalar_mlp_2_16_16_1 small_chain_1000ops_16 elementwise_1M_tanh activations_1M matmul_64 matmul_512 matmul_1024 bmm_64x64x64x64
conv3x3_32x64x32x32_k64 conv3x3_32x256x8x8_k256 conv5x5_32x3x32x32_k32 conv7x7s2_8x3x128_k64 conv1x1_32x256x16x16_k64
dwconv3x3_32x128x28x28 convT4x4s2_16x64x16_k32 maxpool2_32x64x32x32 batchnorm_relu_32x64x32x32 layernorm_2048x512
softmax_xent_1024x1000 mlp_784_512_512_10_b128_adam lenet5_b64_sgd resnet20_cifar_b32_sgd charlstm_2x256_T64_B32
chargru_2x256_T64_B32 minchar_rnn_100_T25_B1 charlstm_1x512_T50_B1 handwritten_lstm_H128_B16_T50 transformer_layer_B8_T128_D256
hvp_mlp_64x3 adam_fused_10M
""".split()
MEMORY = ["resnet20_cifar_b32_sgd", "charlstm_2x256_T64_B32"]
# A compiler sees these whole and makes one loop of them; nothing here claims to keep up with it.
NOT_AGAINST_JAX = {"small_chain_1000ops_16", "elementwise_1M_tanh", "activations_1M"}


class Program:
    """An engine that is started anew for each workload."""

    def __init__(self, command, environment=()):
        self.command, self.environment = command, os.environ | dict(environment)

    def ask(self, name):
        command = [word.replace("NAME", name) for word in self.command]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True)
        if done.returncode != 0:
            return {"error": (done.stderr.strip().splitlines() or ["it failed"])[-1]}
        answers = (json.loads(line) for line in done.stdout.splitlines() if line.startswith("{"))
        return next((answer for answer in answers if answer["name"] == name), {"error": "no such workload here"})

    def close(self):
        pass


class Resident:
    """An engine that takes long to start: it stays, and waits for the next name without using a processor."""

    def __init__(self, command):
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )

    def ask(self, name):
        try:
            print(name, file=self.process.stdin, flush=True)
        except BrokenPipeError:
            return {"error": "it has ended"}
        for line in self.process.stdout:
            if line.startswith("{"):
                return json.loads(line)
        return {"error": "it has ended"}

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def note(text):
    print(text, file=sys.stderr, flush=True)


def ours():
    """Builds the workloads of this repository; the path of the program."""
    command = ["cargo", "bench", "--bench", "workloads", "--no-run", "--locked", "--message-format=json"]
    built = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    messages = (json.loads(line) for line in built.stdout.splitlines())
    return next(m["executable"] for m in messages if m.get("executable") and m["target"]["name"] == "workloads")


def peer_in_rust(name, folder):
    """Builds a peer for this very processor, as its users are told to; the path of the program, `None` if that fails."""
    environment = os.environ | {"CARGO_TARGET_DIR": str(folder / name), "RUSTFLAGS": "-C target-cpu=native"}
    built = subprocess.run(["cargo", "build", "--release", "--locked"], cwd=HERE / name, env=environment)
    if built.returncode != 0:
        note(f"{name} does not build here and is left out")
        return None
    return folder / name / "release" / f"compare-{name}"


def engines(programs, threads, seconds):
    """Ours, and the peers that are there."""
    count, time = str(threads), str(seconds)
    own = Program([programs["autograd"], "--bench", "--json", "--threads", count, "--seconds", time, "NAME"])
    peers = {}
    if importlib.util.find_spec("torch"):
        torch = [sys.executable, str(HERE / "torch_peer.py"), count, time]
        peers["torch eager"] = Resident(torch)
        peers["torch.compile"] = Resident([*torch, "--compile"])
    if importlib.util.find_spec("jax") and importlib.util.find_spec("optax"):
        peers["jax.jit"] = Resident([sys.executable, str(HERE / "jax_peer.py"), count, time])
    for name in ("candle", "burn"):
        if programs.get(name):
            peers[name] = Program([str(programs[name]), "NAME", time], {"RAYON_NUM_THREADS": count})
    return own, peers


def measure(names, own, peers, threads, rounds, raw):
    """For each workload our times, and for each peer its times and the ratios of ours to its own, taken one after the other."""

    def ask(engine, label, name, number):
        answer = engine.ask(name)
        if raw:
            print(json.dumps({"engine": label, "threads": threads, "round": number} | answer), file=raw, flush=True)
        return answer

    results = {}
    for name in names:
        mine, theirs, ratios = [], {}, {}
        left = dict(peers)
        for number in range(rounds):
            for label, engine in list(left.items()) or [(None, None)]:
                here = ask(own, "autograd", name, number)
                mine.append(here)
                there = ask(engine, label, name, number) if engine else {}
                if "ms" in there:
                    theirs.setdefault(label, []).append(there["ms"])
                    ratios.setdefault(label, []).append(here["ms"] / there["ms"])
                elif engine:
                    del left[label]
                    if there["error"] != "no such workload here":
                        note(f"{label}, {name}: {there['error']}")
        results[name] = {
            "ms": median(answer["ms"] for answer in mine),
            "peak_mb": max(answer["peak_mb"] for answer in mine),
            "theirs": {label: median(times) for label, times in theirs.items()},
            "ratios": {label: median(found) for label, found in ratios.items()},
        }
        note(f"{name}: {results[name]['ms']:.4g} ms, {threads} thread(s); " + spoken(results[name]["ratios"]))
    return results


def spoken(ratios):
    return ", ".join(f"{ratio:.2f} of {label}" for label, ratio in ratios.items())


def table(results, labels, threads):
    """Times in milliseconds, the fastest peer's in bold; ratios of our time to that of the fastest peer and of PyTorch."""
    yield f"### {threads} thread{'s' if threads > 1 else ''}"
    yield ""
    yield "| workload | autograd | " + " | ".join(labels) + " | best peer | ours / best | ours / torch eager | |"
    yield "|---|" + "---|" * (len(labels) + 5)
    for name, found in results.items():
        best = max(found["ratios"], key=found["ratios"].get, default=None)
        cells = []
        for label in labels:
            time = found["theirs"].get(label)
            cells.append("–" if time is None else f"**{time:.4g}**" if label == best else f"{time:.4g}")
        ratio = lambda label: f"{found['ratios'][label]:.2f}" if label in found["ratios"] else "–"
        over = [label for label, value in counted(name, found).items() if value > 1.0]
        cells += [best or "–", ratio(best), ratio("torch eager"), "slower than " + ", ".join(over) if over else ""]
        yield f"| {name} | {found['ms']:.4g} | " + " | ".join(cells) + " |"
    against = [found["ratios"]["torch eager"] for found in results.values() if "torch eager" in found["ratios"]]
    if against:
        mean = math.exp(sum(map(math.log, against)) / len(against))
        yield ""
        yield f"Geometric mean of ours / torch eager over {len(against)} workloads: {mean:.3f}."
    yield ""


def counted(name, found):
    """The ratios that should not be above 1."""
    return {label: r for label, r in found["ratios"].items() if not (label == "jax.jit" and name in NOT_AGAINST_JAX)}


def memory(results, threads):
    """Peak memory of the first steps, in MB, above what model and data hold."""
    yield "### Memory"
    yield ""
    yield "| workload | autograd, asked of the system | torch eager, given out by its allocator | torch eager, growth of the process |"
    yield "|---|---|---|---|"
    for name in filter(results.get, MEMORY):
        program = Program([sys.executable, str(HERE / "torch_peer.py"), str(threads), "0", "--memory", "NAME"])
        theirs = program.ask(name)
        cells = (f"{theirs[field]:.1f}" if field in theirs else "–" for field in ("peak_mb", "resident_mb"))
        yield f"| {name} | {results[name]['peak_mb']:.1f} | " + " | ".join(cells) + " |"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("filter", nargs="?", default="", help="only workloads whose name contains this")
    parser.add_argument("--threads", default="1,2", help="numbers of threads, a table for each")
    parser.add_argument("--rounds", type=int, default=3, help="how often ours and theirs take turns")
    parser.add_argument("--seconds", type=float, default=0.5, help="how long each engine is timed at a time")
    parser.add_argument("--raw", type=Path, metavar="FILE", help="where to write each figure as a line of JSON")
    parser.add_argument("--without", default="", metavar="PEERS", help="peers to leave out, as in 'jax.jit,burn'")
    parser.add_argument("--build", type=Path, default=ROOT / "target/compare", metavar="FOLDER", help="where candle and burn are built")
    parser.add_argument("--build-only", action="store_true", help="build, and measure nothing")
    arguments = parser.parse_args()

    absent = arguments.without.split(",")
    programs = {"autograd": ours()}
    for name in ("candle", "burn"):
        programs[name] = None if name in absent else peer_in_rust(name, arguments.build)
    if arguments.build_only:
        return
    names = [name for name in WORKLOADS if arguments.filter in name]
    raw = arguments.raw.open("w") if arguments.raw else None
    lines = []
    for threads in map(int, arguments.threads.split(",")):
        own, peers = engines(programs, threads, arguments.seconds)
        for label in absent:
            if label in peers:
                peers.pop(label).close()
        results = measure(names, own, peers, threads, arguments.rounds, raw)
        for peer in peers.values():
            peer.close()
        lines += table(results, list(peers), threads)
    if "torch eager" in peers and any(name in MEMORY for name in names):
        lines += memory(results, threads)
    print("\n".join(lines))


main()
