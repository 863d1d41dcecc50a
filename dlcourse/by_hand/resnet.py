"""Residual networks: each block adds to what came in, and so has only the difference to learn."""

from typing import Any

import numpy as np

from dlcourse.by_hand.activations import Identity, ReLU
from dlcourse.by_hand.arithmetic import Add
from dlcourse.by_hand.box import Box, Chain, Sequential
from dlcourse.by_hand.convolution import Conv2d
from dlcourse.by_hand.graph import Graph
from dlcourse.by_hand.layers import Affine
from dlcourse.by_hand.normalization import BatchNorm2d
from dlcourse.by_hand.pooling import GlobalAvgPool2d, MaxPool2d
from dlcourse.by_hand.reshaping import ZeroPad
from dlcourse.by_hand.vgg import check_depth

STAGES = {
    18: (2, 2, 2, 2),
    34: (3, 4, 6, 3),
    50: (3, 4, 6, 3),
    101: (3, 4, 23, 3),
    152: (3, 8, 36, 3),
}
"""Blocks in each stage, by the number of layers with weights."""


class BasicBlock(Graph):
    """Two 3 x 3 convolutions, and a shortcut around them: y = relu(F(x) + x).

    Parameters
    ----------
    in_channels, channels : int
        Of the input and of the output.
    stride : int
        Of the first convolution.
    shortcut : str
        What the shortcut does where shapes differ: "A" pads with zeros, "B" projects by a 1 x 1
        convolution; "C" projects everywhere.
    residual : bool
        Without it there is no shortcut: a block of a plain net.
    rng : numpy.random.Generator, optional
        Source of the initial weights.

    Raises
    ------
    ValueError
        When the shortcut is unknown.

    Notes
    -----
    Slide rows RN03, RN04, RN07, RN08, RN09, RN10, RN13.
    """

    expansion = 1

    def __init__(
        self,
        in_channels: int,
        channels: int,
        *,
        stride: int = 1,
        shortcut: str = "B",
        residual: bool = True,
        rng: np.random.Generator | None = None,
    ) -> None:
        rng = rng or np.random.default_rng()
        boxes = {
            "conv1": (convolution(in_channels, channels, 3, stride=stride, rng=rng), "x"),
            "bn1": (BatchNorm2d(channels), "conv1"),
            "relu1": (ReLU(), "bn1"),
            "conv2": (convolution(channels, channels, 3, rng=rng), "relu1"),
            "bn2": (BatchNorm2d(channels), "conv2"),
        }
        way = make_shortcut(in_channels, channels, stride, kind=shortcut, rng=rng)
        super().__init__(boxes | ending("bn2", way if residual else None), inputs=("x",))


class Bottleneck(Graph):
    """A 1 x 1 convolution makes the image thin, a 3 x 3 works on it, a 1 x 1 makes it wide.

    Parameters, attributes and errors as for `BasicBlock`, but `channels` are those in the
    middle; the output has four times as many.

    Notes
    -----
    The stride is in the first convolution, as in the paper; torchvision has it in the second,
    with the same parameters.  Slide rows RN13, RN14.
    """

    expansion = 4

    def __init__(
        self,
        in_channels: int,
        channels: int,
        *,
        stride: int = 1,
        shortcut: str = "B",
        residual: bool = True,
        rng: np.random.Generator | None = None,
    ) -> None:
        rng = rng or np.random.default_rng()
        wide = channels * self.expansion
        boxes = {
            "conv1": (convolution(in_channels, channels, 1, stride=stride, rng=rng), "x"),
            "bn1": (BatchNorm2d(channels), "conv1"),
            "relu1": (ReLU(), "bn1"),
            "conv2": (convolution(channels, channels, 3, rng=rng), "relu1"),
            "bn2": (BatchNorm2d(channels), "conv2"),
            "relu2": (ReLU(), "bn2"),
            "conv3": (convolution(channels, wide, 1, rng=rng), "relu2"),
            "bn3": (BatchNorm2d(wide), "conv3"),
        }
        way = make_shortcut(in_channels, wide, stride, kind=shortcut, rng=rng)
        super().__init__(boxes | ending("bn3", way if residual else None), inputs=("x",))


class ResNet(Chain):
    """Classify photographs of 224 x 224 pixels with 18 to 152 layers.

    Parameters
    ----------
    depth : int
        Layers with weights: 18, 34, 50, 101 or 152.  From 50 on the blocks are bottlenecks.
    classes : int
    shortcut : str
        "A", "B" or "C", as for `BasicBlock`.
    residual : bool
        Without it, the plain net of the same depth.
    rng : numpy.random.Generator, optional
        Source of the initial weights.

    Raises
    ------
    ValueError
        When the depth or the shortcut is unknown.

    Notes
    -----
    With shortcut B parameters are named as in torchvision.
    Slide rows RN05, RN10, RN11, RN12, RN19.
    """

    def __init__(
        self,
        depth: int,
        *,
        classes: int = 1000,
        shortcut: str = "B",
        residual: bool = True,
        rng: np.random.Generator | None = None,
    ) -> None:
        check_depth(depth, STAGES)
        rng = rng or np.random.default_rng()
        block = BasicBlock if depth < 50 else Bottleneck
        options = {"shortcut": shortcut, "residual": residual, "rng": rng}
        layers, channels = {}, 64
        for k, (width, blocks) in enumerate(zip((64, 128, 256, 512), STAGES[depth], strict=True)):
            stride = 1 if k == 0 else 2
            layers[f"layer{k + 1}"] = make_stage(
                block, channels, width, blocks, stride=stride, **options
            )
            channels = width * block.expansion
        super().__init__(
            conv1=convolution(3, 64, 7, stride=2, rng=rng),
            bn1=BatchNorm2d(64),
            relu=ReLU(),
            maxpool=MaxPool2d(3, stride=2, padding=1),
            **layers,
            avgpool=GlobalAvgPool2d(),
            fc=Affine(channels, classes, rng=rng),
        )


class CifarResNet(Chain):
    """Classify small pictures with 6 n + 2 layers: three stages of n blocks.

    Parameters
    ----------
    n : int
        Blocks in each stage: 3 for 20 layers, 9 for 56.
    classes : int
    in_channels : int
        Of the pictures: 3 for colours, 1 for grey.
    widths : (int, int, int)
        Channels of the stages; pictures are halved before the second and the third.
    shortcut : str
        "A", "B" or "C", as for `BasicBlock`.
    residual : bool
        Without it, the plain net of the same depth.
    rng : numpy.random.Generator, optional
        Source of the initial weights.

    Raises
    ------
    ValueError
        When n is below 1 or the shortcut unknown.

    Notes
    -----
    Slide rows RN01, RN02, RN20, RN25.
    """

    def __init__(
        self,
        n: int,
        *,
        classes: int = 10,
        in_channels: int = 3,
        widths: tuple[int, int, int] = (16, 32, 64),
        shortcut: str = "A",
        residual: bool = True,
        rng: np.random.Generator | None = None,
    ) -> None:
        check_blocks(n)
        rng = rng or np.random.default_rng()
        options = {"shortcut": shortcut, "residual": residual, "rng": rng}
        layers, channels = {}, widths[0]
        for k, width in enumerate(widths):
            stride = 1 if k == 0 else 2
            layers[f"layer{k + 1}"] = make_stage(
                BasicBlock, channels, width, n, stride=stride, **options
            )
            channels = width
        super().__init__(
            conv1=convolution(in_channels, widths[0], 3, rng=rng),
            bn1=BatchNorm2d(widths[0]),
            relu=ReLU(),
            **layers,
            avgpool=GlobalAvgPool2d(),
            fc=Affine(channels, classes, rng=rng),
        )


def make_stage(
    block: type[BasicBlock] | type[Bottleneck],
    in_channels: int,
    channels: int,
    blocks: int,
    *,
    stride: int,
    **options: Any,
) -> Sequential:
    """Chain blocks of one width; the first of them changes the size."""
    stage: list[Box] = []
    for k in range(blocks):
        stage.append(block(in_channels, channels, stride=stride if k == 0 else 1, **options))
        in_channels = channels * block.expansion
    return Sequential(*stage)


def convolution(
    in_channels: int,
    out_channels: int,
    kernel_size: int,
    *,
    stride: int = 1,
    rng: np.random.Generator,
) -> Conv2d:
    """Convolve without a bias, which batch normalization would take away again."""
    padding = kernel_size // 2
    return Conv2d(
        in_channels, out_channels, kernel_size, stride=stride, padding=padding, bias=False, rng=rng
    )


def make_shortcut(
    in_channels: int, out_channels: int, stride: int, *, kind: str, rng: np.random.Generator
) -> Box:
    """Make the way around a block: nothing, zeros, or a projection."""
    check_shortcut(kind)
    if kind == "C" or (kind == "B" and (in_channels != out_channels or stride > 1)):
        projection = convolution(in_channels, out_channels, 1, stride=stride, rng=rng)
        return Sequential(projection, BatchNorm2d(out_channels))
    if in_channels != out_channels or stride > 1:
        return ZeroPad(out_channels - in_channels, stride=stride)
    return Identity()


def ending(last: str, way: Box | None) -> dict[str, tuple[Box | str, ...]]:
    """Add the shortcut to what a block computed, if there is one, and rectify."""
    if way is None:
        return {"relu": (ReLU(), last)}
    return {"downsample": (way, "x"), "add": (Add(), last, "downsample"), "relu": (ReLU(), "add")}


def check_shortcut(kind: str) -> None:
    """Refuse unknown shortcuts."""
    if kind not in ("A", "B", "C"):
        raise ValueError(f"shortcut {kind!r} is none of A, B, C")


def check_blocks(n: int) -> None:
    """Refuse nets without a block."""
    if n < 1:
        raise ValueError(f"{n} blocks in each stage: there should be one at least")
