"""Cases of convolution."""

import numpy as np

from dlcourse.cases.case import Case, Twin

SIZES = {"n": (1, 3), "c": (1, 6), "o": (1, 2), "h": (0, 3), "w": (1, 3), "k": (1, 3)}
MOVES = {"stride": (1, 2), "padding": (0, 4), "dilation": (1, 2)}


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
        "stride": (stride, 2 * stride - 1),
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


def no_channels(rng: np.random.Generator) -> Case:
    """Images without a channel."""
    return Case({"in_channels": 0, "out_channels": 2, "kernel_size": 3})


def no_kernels(rng: np.random.Generator) -> Case:
    """Outputs without a channel."""
    return Case({"in_channels": 2, "out_channels": 0, "kernel_size": 3})


def empty_kernel(rng: np.random.Generator) -> Case:
    """A kernel without a weight."""
    return Case({"in_channels": 2, "out_channels": 2, "kernel_size": (3, 0)})


def standing_still(rng: np.random.Generator) -> Case:
    """Windows that do not move."""
    return Case({"in_channels": 2, "out_channels": 2, "kernel_size": 3, "stride": (1, 0)})


def negative_padding(rng: np.random.Generator) -> Case:
    """Images that are cut and not padded."""
    return Case({"in_channels": 2, "out_channels": 2, "kernel_size": 1, "padding": -1})


def no_dilation(rng: np.random.Generator) -> Case:
    """Weights that all look at one pixel."""
    return Case({"in_channels": 2, "out_channels": 2, "kernel_size": 3, "dilation": 0})


NO_WINDOWS = (empty_kernel, standing_still, negative_padding, no_dilation)


TWINS = (
    Twin(
        "Conv2d",
        images,
        SIZES | MOVES | {"groups": (1, 2), "bias": (0, 1)},
        "K03 K04 K07 K08 K09",
        rejects=(odd_groups, other_channels, small_images, no_channels, no_kernels, *NO_WINDOWS),
    ),
)
