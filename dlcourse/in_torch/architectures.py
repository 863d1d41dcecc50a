"""Architectures, counted: output sizes, parameters, multiply-adds and receptive fields."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dlcourse.by_hand.architectures import LayerCount, Seen, Shape, check_stack
from dlcourse.in_torch.convolution import Conv2d
from dlcourse.in_torch.layers import Affine
from dlcourse.in_torch.pooling import AvgPool2d, GlobalAvgPool2d, MaxPool2d
from dlcourse.in_torch.reshaping import Flatten, ZeroPad

__all__ = ["LayerCount", "count_layers", "outline", "receptive_field"]


def outline(model: Callable[..., Any], *args: Any, **options: Any) -> Any:
    """Build a net for counting, without drawing weights.

    Arguments, shapes and errors: `dlcourse.by_hand.outline`.
    """
    with torch.device("meta"):
        return model(*args, **options)


@torch.no_grad()
def count_layers(net: nn.Module, shape: Shape) -> list[LayerCount]:
    """Go through a net layer by layer and count, by hooks on the meta device.

    Arguments, shapes and errors: `dlcourse.by_hand.count_layers`.
    """
    counted: list[LayerCount] = []
    looks: dict[int, Seen] = {}
    alive: list[Tensor] = []  # so that no number in `looks` is given to another tensor

    def watch(name: str, box: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        before = [looks[id(x)] for x in inputs]
        widest = max(seen.field for seen in before)
        field, jump = look(box, inputs[0], widest, before[0].jump)
        looks[id(output)] = Seen(tuple(output.shape[1:]), field, jump)
        alive.append(output)
        if isinstance(box, Conv2d | Affine | MaxPool2d | AvgPool2d | GlobalAvgPool2d):
            parameters = sum(p.numel() for p in box.parameters())
            products = 0
            if isinstance(box, Conv2d | Affine):
                products = box.weight.numel() * output[0, 0].numel()
            window, stride = window_of(box, inputs[0])
            out, kind = tuple(output.shape[1:]), type(box).__name__
            facts = (kind, window, stride, out, parameters, products, field)
            counted.append(LayerCount(name, *facts))

    leaves = [(name, box) for name, box in net.named_modules() if not list(box.children())]
    hooks = [
        box.register_forward_hook(lambda box, x, y, name=name: watch(name, box, x, y))
        for name, box in leaves
    ]
    device = next(net.parameters()).device
    picture = torch.empty(1, *shape, device=device)
    looks[id(picture)] = Seen(shape)
    training = net.training
    net.eval()(picture)
    net.train(training)
    for hook in hooks:
        hook.remove()
    return counted


def window_of(box: nn.Module, x: Tensor) -> tuple[int, int]:
    """Tell the height of the window of a layer, and how far it moves."""
    if isinstance(box, Conv2d):
        return box.weight.shape[2], box.stride[0]
    if isinstance(box, MaxPool2d | AvgPool2d):
        return box.kernel[0], box.stride[0]
    return (x.shape[2], 1) if isinstance(box, GlobalAvgPool2d) else (1, 1)


def look(box: nn.Module, x: Tensor, field: int, jump: int) -> tuple[int, int]:
    """Tell how far a layer sees, and how far apart its outputs look."""
    if isinstance(box, Conv2d):
        return field + box.dilation[0] * (box.weight.shape[2] - 1) * jump, jump * box.stride[0]
    if isinstance(box, MaxPool2d | AvgPool2d):
        return field + (box.kernel[0] - 1) * jump, jump * box.stride[0]
    if isinstance(box, GlobalAvgPool2d | Flatten) and x.ndim > 2:
        return field + (x.shape[2] - 1) * jump, jump
    if isinstance(box, ZeroPad):
        return field, jump * box.stride
    return field, jump


def receptive_field(kernels: Sequence[int], strides: Sequence[int]) -> int:
    """Count the pixels up to the last that gets a gradient from the first output.

    Arguments, shapes and errors: `dlcourse.by_hand.receptive_field`.
    """
    check_stack(kernels, strides)
    longest = 1
    for kernel, stride in zip(reversed(kernels), reversed(strides), strict=True):
        longest = (longest - 1) * stride + kernel  # just enough pixels for one output
    x = torch.ones(1, 1, longest + 6, requires_grad=True)
    y = x
    for kernel, stride in zip(kernels, strides, strict=True):
        y = F.conv1d(y, torch.ones(1, 1, kernel), stride=stride)
    (dx,) = torch.autograd.grad(y[0, 0, 0], x)
    return int(dx[0, 0].nonzero().max()) + 1
