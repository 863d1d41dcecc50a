"""Architectures, counted: output sizes, parameters, multiply-adds and receptive fields."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcourse.by_hand.box import Array, Box, Sequential
from dlcourse.by_hand.convolution import Conv2d
from dlcourse.by_hand.graph import Graph
from dlcourse.by_hand.layers import Affine
from dlcourse.by_hand.pooling import AvgPool2d, GlobalAvgPool2d, MaxPool2d
from dlcourse.by_hand.reshaping import Concat, Flatten, ZeroPad
from dlcourse.by_hand.windows import output_size

Shape = tuple[int, ...]


@dataclass(frozen=True)
class LayerCount:
    """One layer of a net, counted for one example.

    Attributes
    ----------
    name : str
        Where it stands, dotted.
    kind : str
        The class of its box.
    kernel, stride : int
        Pixels of the window along a side, and from one window to the next; 1 and 1 for a full
        layer, and the whole image for global pooling.
    shape : tuple of int
        Of its output, without the batch: (C, H, W) or (D,).
    parameters : int
        Weights and biases.
    multiply_adds : int
        Products of a weight and a number; for convolutions and full layers.
    field : int
        Pixels of the picture that one output can see, along a side.

    Notes
    -----
    Slide rows A03, A09, K06, K09.
    """

    name: str
    kind: str
    kernel: int
    stride: int
    shape: Shape
    parameters: int
    multiply_adds: int
    field: int


@dataclass(frozen=True)
class Seen:
    """The shape of a value, and how it looks at the picture."""

    shape: Shape
    field: int = 1  # pixels of the picture that one number depends on, along a side
    jump: int = 1  # pixels of the picture from one number to the next


class Blank:
    """Stands in for a random source: one zero, seen as often as the shape says."""

    def uniform(self, low: float, high: float, size: Any = ()) -> Array:
        """Give zeros that take no memory, and cannot be written to."""
        return np.broadcast_to(0.0, size)


def outline(model: Callable[..., Any], *args: Any, **options: Any) -> Any:
    """Build a net for counting, without drawing weights.

    Parameters
    ----------
    model : callable
        A class of a net.
    *args, **options
        Its arguments.

    Returns
    -------
    Box
        Of zeros; a net of 100 million weights takes no memory.

    Notes
    -----
    PyTorch has a device for this, called meta.  Slide rows A03, RN11.
    """
    net = model(*args, rng=Blank(), **options)
    for box in net.modules():
        box.grads = {name: np.broadcast_to(0.0, p.shape) for name, p in box.params.items()}
    return net


def count_layers(net: Box, shape: Shape) -> list[LayerCount]:
    """Go through a net layer by layer and count, without computing anything.

    Parameters
    ----------
    net : Box
        Made of chains and graphs.
    shape : tuple of int
        Of one example: (C, H, W) or (D,).

    Returns
    -------
    list of LayerCount
        Convolutions, full layers and poolings, in the order in which they run.

    Raises
    ------
    ValueError
        When a layer does not fit what comes before it.

    Notes
    -----
    Slide rows K06, K07, K09, A03, A05, A07, A09, A10, A12, A13, A14, A16, RN11, RN12, RN13,
    RN14, RN19, RN25.
    """
    counted: list[LayerCount] = []
    go_through(net, "", [Seen(shape)], counted)
    return counted


def go_through(box: Box, name: str, inputs: list[Seen], counted: list[LayerCount]) -> Seen:
    """Tell what a box makes of its inputs; add the layers in it to what is counted."""
    if isinstance(box, Sequential):
        seen = inputs[0]
        for child, inner in box.children():
            seen = go_through(inner, dotted(name, child), [seen], counted)
        return seen
    if isinstance(box, Graph):
        values = dict(zip(box.inputs, inputs, strict=True))
        for child in box.order:
            read = [values[other] for other in box.reads[child]]
            values[child] = go_through(box.boxes[child], dotted(name, child), read, counted)
        return values[box.output]
    seen = after(box, inputs)
    if isinstance(box, Conv2d | Affine | MaxPool2d | AvgPool2d | GlobalAvgPool2d):
        kernel, stride = window_of(box, inputs[0].shape)
        parameters = sum(p.size for p in box.params.values())
        products = multiply_adds(box, seen.shape)
        facts = (type(box).__name__, kernel, stride, seen.shape, parameters, products, seen.field)
        counted.append(LayerCount(name, *facts))
    return seen


def after(box: Box, inputs: list[Seen]) -> Seen:
    """Tell the shape of the output of a single box, and how far it sees."""
    seen = inputs[0]
    widest = max(other.field for other in inputs)
    if isinstance(box, Concat):
        channels = sum(other.shape[0] for other in inputs)
        return Seen((channels, *seen.shape[1:]), widest, seen.jump)
    if isinstance(box, Conv2d):
        outputs, _, *kernel = box.params["weight"].shape
        check_input(seen.shape, (box.in_channels,), dims=3)
        return moved(seen, outputs, kernel, box.stride, box.padding, box.dilation)
    if isinstance(box, MaxPool2d | AvgPool2d):
        return moved(seen, seen.shape[0], box.kernel, box.stride, box.padding, (1, 1))
    if isinstance(box, GlobalAvgPool2d):
        field = seen.field + (seen.shape[1] - 1) * seen.jump
        return Seen(seen.shape[:1], field, seen.jump)
    if isinstance(box, ZeroPad):
        c, h, w = seen.shape
        sides = (-(-h // box.stride), -(-w // box.stride))
        return Seen((c + box.front + box.behind, *sides), seen.field, seen.jump * box.stride)
    if isinstance(box, Flatten):
        pixels = seen.shape[1] if len(seen.shape) > 1 else 1
        field = seen.field + (pixels - 1) * seen.jump
        return Seen((int(np.prod(seen.shape)),), field, seen.jump)
    if isinstance(box, Affine):
        outputs, inputs_ = box.params["weight"].shape
        check_input(seen.shape, (inputs_,), dims=1)
        return Seen((outputs,), seen.field, seen.jump)
    return Seen(seen.shape, widest, seen.jump)  # what works number by number


def moved(
    seen: Seen,
    channels: int,
    kernel: Sequence[int],
    stride: Sequence[int],
    padding: Sequence[int],
    dilation: Sequence[int],
) -> Seen:
    """Tell the shape behind a kernel that moves over images, and how far it sees."""
    sides = tuple(
        output_size(size, kernel=k, stride=s, padding=p, dilation=d)
        for size, k, s, p, d in zip(seen.shape[1:], kernel, stride, padding, dilation, strict=True)
    )
    field = seen.field + dilation[0] * (kernel[0] - 1) * seen.jump
    return Seen((channels, *sides), field, seen.jump * stride[0])


def window_of(box: Box, shape: Shape) -> tuple[int, int]:
    """Tell the height of the window of a layer, and how far it moves."""
    if isinstance(box, Conv2d):
        return box.params["weight"].shape[2], box.stride[0]
    if isinstance(box, MaxPool2d | AvgPool2d):
        return box.kernel[0], box.stride[0]
    return (shape[1], 1) if isinstance(box, GlobalAvgPool2d) else (1, 1)


def multiply_adds(box: Box, shape: Shape) -> int:
    """Count the products of a layer: each of its weights is used once for every pixel."""
    if "weight" not in box.params:
        return 0
    pixels = int(np.prod(shape[1:]))
    return box.params["weight"].size * pixels


def receptive_field(kernels: Sequence[int], strides: Sequence[int]) -> int:
    """Count the pixels that one output of a stack of layers can see, along a side.

    Parameters
    ----------
    kernels, strides : sequences of int
        Of each layer, from the first to the last.

    Returns
    -------
    int
        1 + sum over layers of (kernel - 1) times the strides before it.

    Raises
    ------
    ValueError
        When there are not as many strides as kernels.

    Notes
    -----
    Slide row K09.
    """
    check_stack(kernels, strides)
    field, jump = 1, 1
    for kernel, stride in zip(kernels, strides, strict=True):
        field += (kernel - 1) * jump
        jump *= stride
    return field


def dotted(name: str, child: str) -> str:
    """Join the names of a box and of one inside it."""
    return f"{name}.{child}" if name else child


def check_input(shape: Shape, wanted: Shape, *, dims: int) -> None:
    """Refuse a layer that does not fit what comes before it."""
    if len(shape) != dims or shape[:1] != wanted:
        raise ValueError(f"a layer for {wanted[0]} inputs meets an output of shape {shape}")


def check_stack(kernels: Sequence[int], strides: Sequence[int]) -> None:
    """Refuse layers without a stride of their own."""
    if len(kernels) != len(strides):
        raise ValueError(f"{len(kernels)} kernels and {len(strides)} strides: each needs its own")
