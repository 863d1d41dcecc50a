"""Cases of windows."""

from typing import Any

import numpy as np

from dlcourse.cases.case import Case, Twin


def side_of_an_image(
    rng: np.random.Generator, *, size: int, kernel: int, stride: int, padding: int, dilation: int
) -> Case:
    """An image, a kernel that fits into it, and how it is moved."""
    reach = dilation * (kernel - 1) + 1
    arguments = {"kernel": kernel, "stride": stride, "padding": padding, "dilation": dilation}
    return Case({"size": size + reach, **arguments})


def kernel_too_large(rng: np.random.Generator) -> Case:
    """A kernel that is larger than the image."""
    return Case({"size": 3, "kernel": 3, "dilation": 2})


def play_output_size(side: Any, case: Case) -> dict[str, Any]:
    """A number of windows, and whether a loop over their starts counts the same."""
    found = side.lib.output_size(**case.arguments)
    size, kernel, stride, padding, dilation = case.arguments.values()
    starts = range(0, size + 2 * padding - dilation * (kernel - 1), stride)
    return {"size": found, "counted": found == len(starts)}


def standing_still(rng: np.random.Generator) -> Case:
    """A kernel that is not moved."""
    return Case({"size": 3, "kernel": 3, "stride": 0})


def empty_kernel(rng: np.random.Generator) -> Case:
    """A kernel without a weight."""
    return Case({"size": 3, "kernel": 0})


TWINS = (
    Twin(
        "output_size",
        side_of_an_image,
        {"size": (0, 6), "kernel": (1, 4), "stride": (1, 3), "padding": (0, 2), "dilation": (1, 2)},
        "K06",
        play=play_output_size,
        rejects=(kernel_too_large, standing_still, empty_kernel),
    ),
)
