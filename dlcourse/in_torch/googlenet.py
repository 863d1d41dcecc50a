"""GoogLeNet: modules with four branches side by side, and no full layers but the last."""

import torch
from torch import Tensor, nn

from dlcourse.by_hand.googlenet import MODULES
from dlcourse.in_torch.activations import ReLU
from dlcourse.in_torch.box import Chain
from dlcourse.in_torch.convolution import Conv2d
from dlcourse.in_torch.dropout import Dropout
from dlcourse.in_torch.layers import Affine
from dlcourse.in_torch.local_response import LocalResponseNorm
from dlcourse.in_torch.pooling import AvgPool2d, GlobalAvgPool2d, MaxPool2d
from dlcourse.in_torch.reshaping import Concat, Flatten

__all__ = ["GoogLeNet", "Inception"]


class Inception(nn.Module):
    """Look at the same image with four branches, and put what they find side by side.

    Arguments, shapes and errors: `dlcourse.by_hand.Inception`.
    """

    def __init__(
        self,
        in_channels: int,
        ones: int,
        threes: tuple[int, int],
        fives: tuple[int, int],
        pooled: int,
        *,
        rng: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        self.ones = convolved(in_channels, ones, 1, rng=rng)
        self.thin3 = convolved(in_channels, threes[0], 1, rng=rng)
        self.threes = convolved(*threes, 3, rng=rng)
        self.thin5 = convolved(in_channels, fives[0], 1, rng=rng)
        self.fives = convolved(*fives, 5, rng=rng)
        self.pool = MaxPool2d(3, stride=1, padding=1)
        self.pooled = convolved(in_channels, pooled, 1, rng=rng)
        self.concat = Concat()

    def forward(self, x: Tensor) -> Tensor:
        """Map images x (N, C, H, W) to what all branches find."""
        threes, fives = self.threes(self.thin3(x)), self.fives(self.thin5(x))
        y: Tensor = self.concat(self.ones(x), threes, fives, self.pooled(self.pool(x)))
        return y


class GoogLeNet(nn.Module):
    """Classify photographs of 224 x 224 pixels with nine Inception modules.

    Arguments, shapes and errors: `dlcourse.by_hand.GoogLeNet`.
    """

    def __init__(
        self,
        *,
        classes: int = 1000,
        auxiliary: bool = False,
        rng: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        self.conv1 = convolved(3, 64, 7, stride=2, rng=rng)
        self.pool1 = MaxPool2d(3, stride=2, padding=1)
        self.norm1 = LocalResponseNorm(5)
        self.thin2 = convolved(64, 64, 1, rng=rng)
        self.conv2 = convolved(64, 192, 3, rng=rng)
        self.norm2 = LocalResponseNorm(5)
        self.pool2 = MaxPool2d(3, stride=2, padding=1)
        for name, widths in MODULES.items():
            if name in ("4a", "5a"):
                pool = MaxPool2d(3, stride=2, padding=1)
                self.add_module(f"pool{int(name[0]) - 1}", pool)
            self.add_module(f"inception{name}", Inception(*widths, rng=rng))
        self.average = GlobalAvgPool2d()
        self.dropout = Dropout(0.4, rng=rng)
        self.fc = Affine(1024, classes, rng=rng)
        self.auxiliary = auxiliary
        if auxiliary:
            self.aux1 = side_head(512, classes, rng=rng)
            self.aux2 = side_head(528, classes, rng=rng)
            self.heads = Concat()

    def forward(self, x: Tensor) -> Tensor:
        """Map images x (N, 3, H, W) to scores (N, classes), or those of three heads."""
        scores: list[Tensor] = []
        for name, box in self.named_children():
            if name in ("aux1", "aux2", "heads"):
                continue
            x = box(x)
            if self.auxiliary and name in ("inception4a", "inception4d"):
                scores.append(self.aux1(x) if name == "inception4a" else self.aux2(x))
        return self.heads(x, *scores) if self.auxiliary else x


def convolved(
    in_channels: int,
    out_channels: int,
    kernel_size: int,
    *,
    stride: int = 1,
    rng: torch.Generator | None,
) -> Chain:
    """Convolve so that the size stays, or is divided by the stride, and rectify."""
    padding = kernel_size // 2
    conv = Conv2d(in_channels, out_channels, kernel_size, stride=stride, padding=padding, rng=rng)
    return Chain(conv=conv, relu=ReLU())


def side_head(in_channels: int, classes: int, *, rng: torch.Generator | None) -> Chain:
    """Give scores from the middle of the net, so that its lower half gets a gradient sooner."""
    return Chain(
        pool=AvgPool2d(5, stride=3),
        conv=convolved(in_channels, 128, 1, rng=rng),
        flatten=Flatten(),
        fc1=Affine(128 * 4 * 4, 1024, rng=rng),
        relu=ReLU(),
        dropout=Dropout(0.7, rng=rng),
        fc2=Affine(1024, classes, rng=rng),
    )
