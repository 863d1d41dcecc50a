"""Cases of architectures: real nets, counted and not run."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np

from dlcourse.cases.case import Case, Twin

MODELS: tuple[tuple[str, tuple[Any, ...], dict[str, Any]], ...] = (
    ("LeNet", (), {}),
    ("LeNet", (), {"size": 8, "kernel_size": 3}),
    ("CifarResNet", (1,), {}),
    ("CifarResNet", (2,), {"shortcut": "B", "in_channels": 1}),
    ("CifarResNet", (1,), {"residual": False}),
)
PICTURES = {"LeNet": (1, 28, 28), "CifarResNet": (3, 32, 32)}


def small_model(rng: np.random.Generator, *, model: int) -> Case:
    """One of the small nets, and the shape of its pictures."""
    name, args, options = MODELS[model]
    shape = PICTURES[name]
    if options.get("size") == 8:
        shape = (1, 8, 8)
    if options.get("in_channels") == 1:
        shape = (1, *shape[1:])
    return Case({"model": name, "args": args, "options": options, "shape": shape})


def play_counts(side: Any, case: Case) -> dict[str, Any]:
    """Every number of every layer, and the parameters under their names."""
    model, args, options, shape = case.arguments.values()
    lib = side.lib
    frozen = tuple(sorted(options.items()))
    return counted(lib.outline, lib.count_layers, getattr(lib, model), args, frozen, shape)


@cache  # the large nets take a second to build
def counted(
    outline: Callable[..., Any],
    count_layers: Callable[..., Any],
    model: Any,
    args: tuple[Any, ...],
    options: tuple[tuple[str, Any], ...],
    shape: tuple[int, ...],
) -> dict[str, Any]:
    """Count a net by its layers and by its state."""
    net = outline(model, *args, **dict(options))
    found: dict[str, Any] = {
        f"{layer.kind} {layer.name}": np.array(
            [
                *(layer.kernel, layer.stride, *layer.shape),
                *(layer.parameters, layer.multiply_adds, layer.field),
            ]
        )
        for layer in count_layers(net, shape)
    }
    found |= {name: np.array(tuple(a.shape)) for name, a in state(net).items()}
    return found


def state(net: Any) -> Mapping[str, Any]:
    """Name the parameters and buffers; `state_dict` by hand copies: a gigabyte of an outline."""
    if not hasattr(net, "named"):
        return net.state_dict()
    return {name: a for kind in ("params", "buffers") for name, a in net.named(kind)}


def large_model(
    name: str, shape: tuple[int, ...], *variants: tuple[tuple[Any, ...], dict[str, Any]]
) -> Callable[..., Case]:
    """Make cases of a net that is too large to run in a test."""

    def case(rng: np.random.Generator, *, variant: int) -> Case:
        args, options = variants[variant]
        return Case({"model": name, "args": args, "options": options, "shape": shape})

    return case


def stack(rng: np.random.Generator, *, layers: int) -> Case:
    """Kernels and strides of some layers."""
    kernels, strides = rng.integers(1, 5, layers), rng.integers(1, 3, layers)
    return Case({"kernels": kernels.tolist(), "strides": strides.tolist()})


def missing_stride(rng: np.random.Generator) -> Case:
    """A layer without a stride."""
    return Case({"kernels": [3, 3], "strides": [1]})


def play_receptive_field(side: Any, case: Case) -> dict[str, Any]:
    """A number of pixels."""
    return {"pixels": side.lib.receptive_field(**case.arguments)}


def a_layer(rng: np.random.Generator, *, c: int, o: int, h: int) -> Case:
    """A single layer and the shape of its input."""
    return Case({"c": c, "o": o, "h": h})


def play_layer_count(side: Any, case: Case) -> dict[str, Any]:
    """What is known of a single layer."""
    c, o, h = case.arguments.values()
    layer = side.lib.count_layers(side.lib.Sequential(side.lib.Conv2d(c, o, 1)), (c, h, h + 1))[0]
    known = isinstance(layer, side.lib.LayerCount)
    return {"known": known, "parameters": layer.parameters, "multiply-adds": layer.multiply_adds}


TWINS = (
    Twin(
        "count_layers",
        small_model,
        {"model": (0, len(MODELS) - 1)},
        "K06 K07 K09 A03 A05 A07 A09 A10 A12 A13 A14 A16 RN11 RN12 RN13 RN14 RN19 RN25",
        play=play_counts,
        single=False,
    ),
    Twin(
        "outline",
        small_model,
        {"model": (0, len(MODELS) - 1)},
        "A03 RN11",
        play=play_counts,
        single=False,
    ),
    Twin(
        "LayerCount",
        a_layer,
        {"c": (1, 3), "o": (1, 3), "h": (1, 3)},
        "A03 A09 K06 K09",
        play=play_layer_count,
        single=False,
    ),
    Twin(
        "receptive_field",
        stack,
        {"layers": (1, 4)},
        "K09",
        play=play_receptive_field,
        rejects=(missing_stride,),
        single=False,
    ),
)
