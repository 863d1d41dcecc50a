"""Residual networks: each block adds to what came in, and so has only the difference to learn."""

from typing import Any

import torch
from torch import Tensor, nn

from dlcourse.by_hand.resnet import STAGES, check_blocks, check_shortcut
from dlcourse.by_hand.vgg import check_depth
from dlcourse.in_torch.activations import Identity, ReLU
from dlcourse.in_torch.arithmetic import Add
from dlcourse.in_torch.box import Chain, Sequential
from dlcourse.in_torch.convolution import Conv2d
from dlcourse.in_torch.layers import Affine
from dlcourse.in_torch.normalization import BatchNorm2d
from dlcourse.in_torch.pooling import GlobalAvgPool2d, MaxPool2d
from dlcourse.in_torch.reshaping import ZeroPad

__all__ = ["BasicBlock", "Bottleneck", "CifarResNet", "ResNet"]


class BasicBlock(nn.Module):
    """Two 3 x 3 convolutions, and a shortcut around them: y = relu(F(x) + x).

    Arguments, shapes and errors: `dlcourse.by_hand.BasicBlock`.
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
        rng: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        self.conv1 = convolution(in_channels, channels, 3, stride=stride, rng=rng)
        self.bn1 = BatchNorm2d(channels)
        self.relu1 = ReLU()
        self.conv2 = convolution(channels, channels, 3, rng=rng)
        self.bn2 = BatchNorm2d(channels)
        way = make_shortcut(in_channels, channels, stride, kind=shortcut, rng=rng)
        self.downsample = way if residual else None
        self.add = Add()
        self.relu = ReLU()

    def forward(self, x: Tensor) -> Tensor:
        """Map images x to F(x) + x, rectified."""
        y = self.relu1(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        if self.downsample is not None:
            y = self.add(y, self.downsample(x))
        return self.relu(y)


class Bottleneck(nn.Module):
    """A 1 x 1 convolution makes the image thin, a 3 x 3 works on it, a 1 x 1 makes it wide.

    Arguments, shapes and errors: `dlcourse.by_hand.Bottleneck`.
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
        rng: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        wide = channels * self.expansion
        self.conv1 = convolution(in_channels, channels, 1, stride=stride, rng=rng)
        self.bn1 = BatchNorm2d(channels)
        self.relu1 = ReLU()
        self.conv2 = convolution(channels, channels, 3, rng=rng)
        self.bn2 = BatchNorm2d(channels)
        self.relu2 = ReLU()
        self.conv3 = convolution(channels, wide, 1, rng=rng)
        self.bn3 = BatchNorm2d(wide)
        way = make_shortcut(in_channels, wide, stride, kind=shortcut, rng=rng)
        self.downsample = way if residual else None
        self.add = Add()
        self.relu = ReLU()

    def forward(self, x: Tensor) -> Tensor:
        """Map images x to F(x) + x, rectified."""
        y = self.relu1(self.bn1(self.conv1(x)))
        y = self.relu2(self.bn2(self.conv2(y)))
        y = self.bn3(self.conv3(y))
        if self.downsample is not None:
            y = self.add(y, self.downsample(x))
        return self.relu(y)


class ResNet(Chain):
    """Classify photographs of 224 x 224 pixels with 18 to 152 layers.

    Arguments, shapes and errors: `dlcourse.by_hand.ResNet`.
    """

    def __init__(
        self,
        depth: int,
        *,
        classes: int = 1000,
        shortcut: str = "B",
        residual: bool = True,
        rng: torch.Generator | None = None,
    ) -> None:
        check_depth(depth, STAGES)
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

    Arguments, shapes and errors: `dlcourse.by_hand.CifarResNet`.
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
        rng: torch.Generator | None = None,
    ) -> None:
        check_blocks(n)
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
    stage: list[nn.Module] = []
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
    rng: torch.Generator | None,
) -> Conv2d:
    """Convolve without a bias, which batch normalization would take away again."""
    padding = kernel_size // 2
    return Conv2d(
        in_channels, out_channels, kernel_size, stride=stride, padding=padding, bias=False, rng=rng
    )


def make_shortcut(
    in_channels: int, out_channels: int, stride: int, *, kind: str, rng: torch.Generator | None
) -> nn.Module:
    """Make the way around a block: nothing, zeros, or a projection."""
    check_shortcut(kind)
    if kind == "C" or (kind == "B" and (in_channels != out_channels or stride > 1)):
        projection = convolution(in_channels, out_channels, 1, stride=stride, rng=rng)
        return Sequential(projection, BatchNorm2d(out_channels))
    if in_channels != out_channels or stride > 1:
        return ZeroPad(out_channels - in_channels, stride=stride)
    return Identity()
