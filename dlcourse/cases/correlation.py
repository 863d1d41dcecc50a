"""Cases of correlation."""

from typing import Any

import numpy as np

from dlcourse.cases.case import Case, Twin, call
from dlcourse.cases.convolution import MOVES, SIZES


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


def standing_still(rng: np.random.Generator) -> Case:
    """A kernel that is not moved."""
    return Case(
        {"stride": 0}, (rng.standard_normal((1, 1, 3, 3)), rng.standard_normal((1, 1, 2, 2)))
    )


def cut_at_the_edges(rng: np.random.Generator) -> Case:
    """An image that shall lose a pixel at each end."""
    images, kernels = rng.standard_normal((1, 1, 5, 5)), rng.standard_normal((1, 1, 2, 2))
    return Case({"padding": -1}, (images, kernels))


TWINS = (
    Twin(
        "correlate_loops",
        images_and_kernels,
        SIZES | MOVES,
        "K03",
        play=call("correlate_loops"),
        rejects=(unlike_channels, large_kernel, standing_still, cut_at_the_edges),
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
