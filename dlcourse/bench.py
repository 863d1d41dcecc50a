"""The benchmark: by hand against PyTorch, in one process, in turn, one thread each.

Seconds on a shared machine mean little.  Both sides run in turn and each pair gives a ratio; the
table shows the median of the ratios and the middle half of them.  Importing, grading and moving
pictures, which have no other side, are timed after that.
"""

import argparse
import gc
import importlib.util
import json
import os
import platform
import statistics
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.console import Console
from rich.table import Table

from dlcourse import by_hand, import_time, in_torch, latency
from dlcourse.by_hand import windows
from dlcourse.by_hand.box import Array, Box
from dlcourse.grading.speed import Graded, grading_speed
from dlcourse.parity import copy_state

Run = Callable[[], object]


@dataclass
class Timing:
    """What one comparison took.

    Attributes
    ----------
    name : str
    milliseconds : dict of str to float
        The median of each side.
    ratios : dict of str to list of float
        By hand over the other side, pair by pair.
    products : int
        Multiply-adds of one run, where they are counted.
    """

    name: str
    milliseconds: dict[str, float] = field(default_factory=dict)
    ratios: dict[str, list[float]] = field(default_factory=dict)
    products: int = 0

    def spread(self, side: str) -> str:
        """Write the median ratio against a side, and the middle half of all."""
        ratios = self.ratios.get(side)
        if not ratios:
            return ""
        low, middle, high = statistics.quantiles(ratios, n=4, method="inclusive")
        return f"{middle:.2f} ({low:.2f}-{high:.2f})"


def compare(name: str, sides: dict[str, Run], *, rounds: int, products: int = 0) -> Timing:
    """Run the sides in turn; the first is by hand.

    Parameters
    ----------
    name : str
    sides : dict of str to callable
        What each side does.
    rounds : int
        How many turns are measured, after one that is not.
    products : int
        Multiply-adds of one run.

    Returns
    -------
    Timing
    """
    seconds: dict[str, list[float]] = {side: [] for side in sides}
    for turn in range(rounds + 1):
        for side, run in sides.items():
            taken = measure(run)
            if turn > 0:
                seconds[side].append(taken)
    ours, *others = sides
    return Timing(
        name,
        {side: 1000 * statistics.median(times) for side, times in seconds.items()},
        {
            side: [a / b for a, b in zip(seconds[ours], seconds[side], strict=True)]
            for side in others
        },
        products,
    )


# ---- training steps ----------------------------------------------------------------------


def training_step(net: Box, x: Array, y: Array) -> Run:
    """Make one step of SGD with momentum, by hand."""
    risk = by_hand.EmpiricalRisk(net, by_hand.CrossEntropyLoss())
    optimizer = by_hand.SGD(net, lr=0.01, momentum=0.9, weight_decay=1e-4)
    one = np.ones((), x.dtype)
    risk.input_gradient = False  # as PyTorch, which knows that nobody asks for it

    def step() -> None:
        risk.zero_grad()
        risk(x, y)
        risk.bprop(one)
        optimizer.step()

    return step


def torch_step(net: torch.nn.Module, x: Array, y: Array, *, channels_last: bool = False) -> Run:
    """Make one step of SGD with momentum, in PyTorch."""
    inputs, targets = torch.tensor(x), torch.tensor(y)
    if channels_last:
        net = net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        inputs = inputs.contiguous(memory_format=torch.channels_last)
    risk = in_torch.EmpiricalRisk(net, in_torch.CrossEntropyLoss())
    optimizer = in_torch.SGD(net, lr=0.01, momentum=0.9, weight_decay=1e-4)

    def step() -> None:
        optimizer.zero_grad()
        risk(inputs, targets).backward()
        optimizer.step()

    return step


def models() -> dict[str, tuple[Callable[[Any], Any], tuple[int, ...]]]:
    """Name the nets that are trained, and the shape of one example."""
    return {
        "MLP": (lambda lib: lib.MLP([784, 256, 256, 10]), (784,)),
        "LeNet": (lambda lib: lib.LeNet(), (1, 28, 28)),
        "ResNet-20": (lambda lib: lib.CifarResNet(3), (3, 32, 32)),
    }


def steps(rng: np.random.Generator, *, batch: int, rounds: int) -> Iterator[Timing]:
    """Time a training step of each net on both sides."""
    for name, (build, shape) in models().items():
        x = rng.standard_normal((batch, *shape)).astype(np.float32)
        y = rng.integers(10, size=batch)
        net = build(by_hand).to(np.float32)
        sides = {
            "by hand": training_step(net, x, y),
            "torch": torch_step(copy_state(net, build(in_torch)), x, y),
        }
        if len(shape) == 3:
            twin = copy_state(net, build(in_torch))
            sides["channels_last"] = torch_step(twin, x, y, channels_last=True)
        layers = by_hand.count_layers(net, shape)
        forwards = sum(layer.multiply_adds for layer in layers)
        backwards = 2 * forwards - layers[0].multiply_adds  # nobody needs the gradient at x
        products = batch * (forwards + backwards)
        yield compare(name, sides, rounds=rounds, products=products)


def threads(rng: np.random.Generator, *, batch: int, rounds: int) -> Timing:
    """Time a ResNet-20 step by hand with two threads over the blocks against one."""
    x = rng.standard_normal((batch, 3, 32, 32)).astype(np.float32)
    step = training_step(by_hand.CifarResNet(3).to(np.float32), x, rng.integers(10, size=batch))

    def with_threads(count: int) -> Run:
        def run() -> None:
            windows.THREADS = count
            step()
            windows.THREADS = 1

        return run

    sides = {"two threads": with_threads(2), "one thread": with_threads(1)}
    return compare("ResNet-20, two threads", sides, rounds=rounds)


# ---- single operations -------------------------------------------------------------------


def operations(rng: np.random.Generator, *, batch: int, rounds: int) -> Iterator[Timing]:
    """Time each operation forwards, and forwards and backwards, on both sides."""
    cases: dict[str, tuple[Callable[[Any], Any], tuple[int, ...]]] = {
        "conv 3x3, 16": (lambda lib: lib.Conv2d(16, 16, 3, padding=1), (16, 32, 32)),
        "conv 3x3, 32": (lambda lib: lib.Conv2d(32, 32, 3, padding=1), (32, 16, 16)),
        "conv 3x3, 64": (lambda lib: lib.Conv2d(64, 64, 3, padding=1), (64, 8, 8)),
        "conv 3x3, /2": (lambda lib: lib.Conv2d(16, 32, 3, stride=2, padding=1), (16, 32, 32)),
        "batch norm": (lambda lib: lib.BatchNorm2d(16), (16, 32, 32)),
        "ReLU": (lambda lib: lib.ReLU(), (16, 32, 32)),
        "max pool 2x2": (lambda lib: lib.MaxPool2d(2), (16, 32, 32)),
        "dropout": (lambda lib: lib.Dropout(0.5), (16, 32, 32)),
        "full 256": (lambda lib: lib.Affine(256, 256), (256,)),
        "softmax 1000": (lambda lib: lib.Softmax(), (1000,)),
    }
    for name, (build, shape) in cases.items():
        x = rng.standard_normal((batch, *shape)).astype(np.float32)
        forwards, both = ways(build(by_hand).to(np.float32), build(in_torch), x)
        yield compare(f"{name}, forwards", forwards, rounds=rounds)
        yield compare(f"{name}, and back", both, rounds=rounds)


def ways(box: Box, module: torch.nn.Module, x: Array) -> tuple[dict[str, Run], dict[str, Run]]:
    """Run a box and its twin forwards, and forwards and backwards."""
    inputs = torch.tensor(x, requires_grad=True)
    if x.ndim == 4:  # by hand, as the layer before leaves images in memory
        x = windows.channels_first(windows.channels_last(x))
    dy = np.ones_like(box(x))
    tensor_dy = torch.tensor(np.ascontiguousarray(dy))
    forwards: dict[str, Run] = {"by hand": lambda: box(x), "torch": lambda: module(inputs)}
    both: dict[str, Run] = {
        "by hand": lambda: (box(x), box.bprop(dy)),
        "torch": lambda: module(inputs).backward(tensor_dy),
    }
    return forwards, both


def gemm_peak(rounds: int) -> float:
    """Measure how many multiply-adds a second a large matrix product does, one thread."""
    a = np.random.default_rng(0).standard_normal((1024, 1024)).astype(np.float32)
    best = min(measure(lambda: a @ a) for _ in range(max(rounds, 5)))
    return 1024**3 / best


def measure(run: Run) -> float:
    """Take the seconds of one run."""
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


# ---- growth, and others on the same work ---------------------------------------------------


def growth(
    rng: np.random.Generator, *, pixels: int, rounds: int
) -> Iterator[tuple[str, str, float, float]]:
    """Show how seconds and megabytes grow with batch, width, depth and kernel size.

    Parameters
    ----------
    rng : numpy.random.Generator
    pixels : int
        Height and width of the pictures.
    rounds : int
        How many steps are timed.

    Yields
    ------
    (str, str, float, float)
        What grows, to what, milliseconds of a step by hand, and megabytes at its peak.
    """

    def convnet(channels: int, kernel: int) -> Box:
        layer = by_hand.Conv2d(channels, channels, kernel, padding=kernel // 2)
        head = by_hand.GlobalAvgPool2d(), by_hand.Affine(channels, 10)
        return by_hand.Sequential(layer, by_hand.ReLU(), *head)

    grown: list[tuple[str, int, Box, tuple[int, int]]] = []
    for size in (32, 64, 128, 256):
        grown.append(("batch", size, convnet(16, 3), (size, 16)))
    for width in (8, 16, 32, 64):
        grown.append(("channels", width, convnet(width, 3), (64, width)))
    for n in (1, 2, 3):
        grown.append(("layers", 6 * n + 2, by_hand.CifarResNet(n), (32, 3)))
    for kernel in (1, 3, 5, 7):
        grown.append(("kernel", kernel, convnet(16, kernel), (64, 16)))
    for what, value, net, shape in grown:
        x = rng.standard_normal((*shape, pixels, pixels)).astype(np.float32)
        step = training_step(net.to(np.float32), x, rng.integers(10, size=shape[0]))
        step()
        taken = statistics.median(measure(step) for _ in range(rounds))
        gc.collect()
        tracemalloc.start()
        step()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        yield what, str(value), 1000 * taken, peak / 1e6


def peers(rng: np.random.Generator, *, batch: int, rounds: int) -> Iterator[Timing]:
    """Time the 3x3 convolution of other libraries, where they are installed."""
    conv = by_hand.Conv2d(16, 16, 3, padding=1).to(np.float32)
    x = rng.standard_normal((batch, 16, 32, 32)).astype(np.float32)
    ours = windows.channels_first(windows.channels_last(x))
    weight = conv.params["weight"]
    sides: dict[str, Run] = {"by hand": lambda: conv(ours)}
    if importlib.util.find_spec("jax") is not None:
        jax = importlib.import_module("jax")
        convolve = jax.jit(lambda a, w: jax.lax.conv(a, w, (1, 1), "SAME"))
        a, w = jax.numpy.asarray(x), jax.numpy.asarray(weight)
        sides["jax"] = lambda: convolve(a, w).block_until_ready()
    if importlib.util.find_spec("dezero") is not None:
        functions = importlib.import_module("dezero.functions")
        sides["dezero"] = lambda: functions.conv2d(x, weight, None, 1, 1)
    if len(sides) > 1:
        yield compare("conv 3x3, 16, forwards", sides, rounds=rounds)


def grading(out: Console, sizes: tuple[int, ...]) -> list[Graded]:
    """Grade small classes and print how fast, or print why that cannot be measured here."""
    table = Table("notebooks graded", "a minute", "MB of the grader", "MB of its largest child")
    found: list[Graded] = []
    try:
        for graded in grading_speed(sizes):
            found.append(graded)
            megabytes = f"{graded.parent:.0f}", f"{graded.child:.0f}"
            table.add_row(str(graded.notebooks), f"{graded.a_minute:.0f}", *megabytes)
    except ValueError as error:
        out.print(f"Grading is not measured: {error}")
    else:
        load = ", ".join(f"{part:.1f}" for part in os.getloadavg())
        out.print(table)
        out.print(f"On {os.cpu_count()} cores, in the sandbox. Load of the machine: {load}.")
    return found


# ---- the command -----------------------------------------------------------------------------


def main(*, quick: bool = False, path: Path | None = None) -> int:
    """Measure everything, print tables, and write the numbers to a file if one is named.

    Parameters
    ----------
    quick : bool
        Small batches and few rounds: to see that it runs, not to measure.
    path : Path, optional
        A JSON file for every ratio of every pair.

    Returns
    -------
    int
        0.
    """
    out, rng = Console(), np.random.default_rng(0)
    torch.set_num_threads(1)
    batch, rounds = (8, 2) if quick else (128, 11)
    peak = gemm_peak(rounds)
    timings: list[Timing] = []
    for part in (steps, operations, peers):
        table = Table("by hand over", "torch", "channels_last", "ms", "of peak")
        for timing in part(rng, batch=batch, rounds=rounds):
            timings.append(timing)
            taken = timing.milliseconds["by hand"]
            share = timing.products / peak / taken * 1000
            rest = [side for side in timing.ratios if side not in ("torch", "channels_last")]
            table.add_row(
                timing.name,
                timing.spread("torch") or ", ".join(f"{s} {timing.spread(s)}" for s in rest),
                timing.spread("channels_last"),
                f"{taken:.1f}",
                f"{share:.0%}" if timing.products else "",
            )
        if table.row_count:
            out.print(table)
    together = threads(rng, batch=batch, rounds=rounds)
    out.print(f"{together.name} over one: {together.spread('one thread')}")

    table = Table("what grows", "to", "ms a step", "MB at the peak")
    grown = list(growth(rng, pixels=8 if quick else 32, rounds=1 if quick else 5))
    for what, value, taken, megabytes in grown:
        table.add_row(what, value, f"{taken:.1f}", f"{megabytes:.0f}")
    out.print(table)
    classes = grading(out, sizes=(2,) if quick else (100, 1000))
    out.print(f"peak of a matrix product, one thread: {2 * peak / 1e9:.0f} GFLOP/s")
    imports = import_time.report(out, quick=quick)
    pictures = latency.report(out, quick=quick)
    out.print(f"Batches of {batch}. Ratios: median, and middle half. Below 1 by hand is faster.")
    if path is not None:
        found = {
            "machine": {"processor": platform.machine(), "cores": os.cpu_count()},
            "versions": {"numpy": np.__version__, "torch": torch.__version__},
            "peak GFLOP/s": 2 * peak / 1e9,
            "timings": [asdict(timing) for timing in [*timings, together]],
            "growth": grown,
            "grading": [asdict(found) for found in classes],
            "imports": imports,
            "pictures": pictures,
        }
        path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(prog="dlcourse bench")
    arguments.add_argument("--quick", action="store_true")
    arguments.add_argument("--json", type=Path)
    chosen = arguments.parse_args()
    raise SystemExit(main(quick=chosen.quick, path=chosen.json))
