"""GoogLeNet: modules with four branches side by side, and no full layers but the last."""

import numpy as np

from dlcourse.by_hand.activations import ReLU
from dlcourse.by_hand.box import Box, Chain
from dlcourse.by_hand.convolution import Conv2d
from dlcourse.by_hand.dropout import Dropout
from dlcourse.by_hand.graph import Graph
from dlcourse.by_hand.layers import Affine
from dlcourse.by_hand.local_response import LocalResponseNorm
from dlcourse.by_hand.pooling import AvgPool2d, GlobalAvgPool2d, MaxPool2d
from dlcourse.by_hand.reshaping import Concat, Flatten

MODULES = {  # input, 1x1, 3x3 (behind a 1x1 of the first number), 5x5 (likewise), behind pooling
    "3a": (192, 64, (96, 128), (16, 32), 32),
    "3b": (256, 128, (128, 192), (32, 96), 64),
    "4a": (480, 192, (96, 208), (16, 48), 64),
    "4b": (512, 160, (112, 224), (24, 64), 64),
    "4c": (512, 128, (128, 256), (24, 64), 64),
    "4d": (512, 112, (144, 288), (32, 64), 64),
    "4e": (528, 256, (160, 320), (32, 128), 128),
    "5a": (832, 256, (160, 320), (32, 128), 128),
    "5b": (832, 384, (192, 384), (48, 128), 128),
}


class Inception(Graph):
    """Look at the same image with four branches, and put what they find side by side.

    Parameters
    ----------
    in_channels : int
    ones : int
        Channels of the 1 x 1 branch.
    threes, fives : (int, int)
        Channels of the 1 x 1 convolution that makes the image thinner, and of the 3 x 3 or
        5 x 5 convolution behind it.
    pooled : int
        Channels of the 1 x 1 convolution behind max pooling.
    rng : numpy.random.Generator, optional
        Source of the initial weights.

    Notes
    -----
    Slide rows A11, A12, A16.
    """

    def __init__(
        self,
        in_channels: int,
        ones: int,
        threes: tuple[int, int],
        fives: tuple[int, int],
        pooled: int,
        *,
        rng: np.random.Generator | None = None,
    ) -> None:
        rng = rng or np.random.default_rng()
        super().__init__(
            {
                "ones": (convolved(in_channels, ones, 1, rng=rng), "x"),
                "thin3": (convolved(in_channels, threes[0], 1, rng=rng), "x"),
                "threes": (convolved(*threes, 3, rng=rng), "thin3"),
                "thin5": (convolved(in_channels, fives[0], 1, rng=rng), "x"),
                "fives": (convolved(*fives, 5, rng=rng), "thin5"),
                "pool": (MaxPool2d(3, stride=1, padding=1), "x"),
                "pooled": (convolved(in_channels, pooled, 1, rng=rng), "pool"),
                "concat": (Concat(), "ones", "threes", "fives", "pooled"),
            },
            inputs=("x",),
        )


class GoogLeNet(Graph):
    """Classify photographs of 224 x 224 pixels with nine Inception modules.

    Parameters
    ----------
    classes : int
    auxiliary : bool
        Whether two more heads, behind modules 4a and 4d, give scores too.  Then there are
        3 classes columns: those of the main head come first.
    rng : numpy.random.Generator, optional
        Source of the initial weights and masks.

    Notes
    -----
    22 layers with weights on the longest way; the slide says 24.  Pooling is padded by a pixel
    where the paper rounds up.  Slide rows A10, A11, A12, A13, A14.
    """

    def __init__(
        self,
        *,
        classes: int = 1000,
        auxiliary: bool = False,
        rng: np.random.Generator | None = None,
    ) -> None:
        rng = rng or np.random.default_rng()
        stem: list[tuple[str, Box]] = [
            ("conv1", convolved(3, 64, 7, stride=2, rng=rng)),
            ("pool1", MaxPool2d(3, stride=2, padding=1)),
            ("norm1", LocalResponseNorm(5)),
            ("thin2", convolved(64, 64, 1, rng=rng)),
            ("conv2", convolved(64, 192, 3, rng=rng)),
            ("norm2", LocalResponseNorm(5)),
            ("pool2", MaxPool2d(3, stride=2, padding=1)),
        ]
        chain = list(stem)
        for name, widths in MODULES.items():
            if name in ("4a", "5a"):
                chain.append((f"pool{int(name[0]) - 1}", MaxPool2d(3, stride=2, padding=1)))
            chain.append((f"inception{name}", Inception(*widths, rng=rng)))
        chain += [
            ("average", GlobalAvgPool2d()),
            ("dropout", Dropout(0.4, rng=rng)),
            ("fc", Affine(1024, classes, rng=rng)),
        ]
        boxes: dict[str, tuple[Box | str, ...]] = {}
        before = "x"
        for name, box in chain:
            boxes[name] = (box, before)
            before = name
        if auxiliary:
            boxes["aux1"] = (side_head(512, classes, rng=rng), "inception4a")
            boxes["aux2"] = (side_head(528, classes, rng=rng), "inception4d")
            boxes["heads"] = (Concat(), "fc", "aux1", "aux2")
        super().__init__(boxes, inputs=("x",))


def convolved(
    in_channels: int,
    out_channels: int,
    kernel_size: int,
    *,
    stride: int = 1,
    rng: np.random.Generator,
) -> Chain:
    """Convolve so that the size stays, or is divided by the stride, and rectify."""
    padding = kernel_size // 2
    conv = Conv2d(in_channels, out_channels, kernel_size, stride=stride, padding=padding, rng=rng)
    return Chain(conv=conv, relu=ReLU())


def side_head(in_channels: int, classes: int, *, rng: np.random.Generator) -> Chain:
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
