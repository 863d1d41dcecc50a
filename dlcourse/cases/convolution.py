"""Cases of convolution."""

from typing import Any

import numpy as np

from dlcourse.cases.case import Case, Twin, call

SIZES = {"n": (1, 3), "c": (1, 2), "o": (1, 2), "h": (0, 3), "w": (1, 3), "k": (1, 3)}
MOVES = {"stride": (1, 3), "padding": (0, 2), "dilation": (1, 2)}


def images(
    rng: np.random.Generator,
    *,
    n: int,
    c: int,
    o: int,
    h: int,
    w: int,
    k: int,
    stride: int,
    padding: int,
    dilation: int,
    groups: int,
    bias: int,
) -> Case:
    """Images wider than high, a kernel higher than wide, in one group or two."""
    arguments = {
        "in_channels": c * groups,
        "out_channels": o * groups,
        "kernel_size": (k + 1, k),
        "stride": (stride, max(stride - 1, 1)),
        "padding": (padding, max(padding - 1, 0)),
        "dilation": dilation,
        "groups": groups,
        "bias": bool(bias),
    }
    high = dilation * k + 1 + h
    return Case(arguments, (rng.standard_normal((n, c * groups, high, high + w)),))


def odd_groups(rng: np.random.Generator) -> Case:
    """Groups that do not divide the channels."""
    arguments = {"in_channels": 3, "out_channels": 4, "kernel_size": 1, "groups": 2}
    return Case(arguments, (rng.standard_normal((1, 3, 2, 2)),))


def other_channels(rng: np.random.Generator) -> Case:
    """Images with another number of channels."""
    arguments = {"in_channels": 3, "out_channels": 4, "kernel_size": 1}
    return Case(arguments, (rng.standard_normal((1, 2, 2, 2)),))


def small_images(rng: np.random.Generator) -> Case:
    """Images that are smaller than the kernel."""
    arguments = {"in_channels": 1, "out_channels": 1, "kernel_size": 3, "dilation": 2}
    return Case(arguments, (rng.standard_normal((1, 1, 4, 9)),))


def images_and_kernels(
    rng: np.random.Generator,
    *,
    n: int,
    c: int,
    o: int,
    h: int,
    w: int,
    k: int,
    stride: int,
    padding: int,
    dilation: int,
) -> Case:
    """Images wider than high, and kernels."""
    high = dilation * (k - 1) + 1 + h
    x = rng.standard_normal((n, c, high, high + w))
    moves = {"stride": stride, "padding": padding, "dilation": dilation}
    return Case(moves, (x, rng.standard_normal((o, c, k, k))))


def images_alone(
    rng: np.random.Generator, *, n: int, c: int, o: int, h: int, w: int, k: int
) -> Case:
    """Images wider than high, and kernels, without any option."""
    case = images_and_kernels(rng, n=n, c=c, o=o, h=h, w=w, k=k, stride=1, padding=0, dilation=1)
    return Case(inputs=case.inputs)


def unlike_channels(rng: np.random.Generator) -> Case:
    """Kernels for another number of channels."""
    return Case(inputs=(rng.standard_normal((1, 2, 3, 3)), rng.standard_normal((1, 3, 2, 2))))


def large_kernel(rng: np.random.Generator) -> Case:
    """A kernel that is larger than the images."""
    return Case(inputs=(rng.standard_normal((1, 1, 2, 5)), rng.standard_normal((1, 1, 3, 3))))


def kernels(rng: np.random.Generator, *, o: int, c: int, k: int) -> Case:
    """Kernels alone."""
    return Case(inputs=(rng.standard_normal((o, c, k, k + 1)),))


def play_flip(side: Any, case: Case) -> dict[str, Any]:
    """Kernels turned once, and twice."""
    weight = side.array(case.inputs[0])
    once = side.lib.flip_kernel(weight)
    return {"once": once, "twice": side.lib.flip_kernel(once)}


TWINS = (
    Twin(
        "Conv2d",
        images,
        SIZES | MOVES | {"groups": (1, 2), "bias": (0, 1)},
        "K03 K04 K07 K08 K09",
        rejects=(odd_groups, other_channels, small_images),
    ),
    Twin(
        "correlate_loops",
        images_and_kernels,
        SIZES | MOVES,
        "K03",
        play=call("correlate_loops"),
        rejects=(unlike_channels, large_kernel),
    ),
    Twin(
        "correlate_fft",
        images_alone,
        SIZES,
        "K03",
        play=call("correlate_fft"),
        rejects=(unlike_channels, large_kernel),
    ),
    Twin("flip_kernel", kernels, {"o": (1, 2), "c": (1, 2), "k": (1, 3)}, "K03", play=play_flip),
)
