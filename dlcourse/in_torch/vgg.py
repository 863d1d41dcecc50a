"""VGG: nothing but 3 x 3 convolutions, up to nineteen layers."""

import torch
from torch import nn

from dlcourse.by_hand.vgg import STAGES, WIDTHS, check_depth
from dlcourse.in_torch.activations import ReLU
from dlcourse.in_torch.box import Chain, Sequential
from dlcourse.in_torch.convolution import Conv2d
from dlcourse.in_torch.dropout import Dropout
from dlcourse.in_torch.layers import Affine
from dlcourse.in_torch.pooling import MaxPool2d
from dlcourse.in_torch.reshaping import Flatten

__all__ = ["VGG"]


class VGG(Chain):
    """Classify photographs of 224 x 224 pixels.

    Arguments, shapes and errors: `dlcourse.by_hand.VGG`.
    """

    def __init__(
        self, depth: int, *, classes: int = 1000, rng: torch.Generator | None = None
    ) -> None:
        check_depth(depth, STAGES)
        features: list[nn.Module] = []
        before = 3
        for width, convolutions in zip(WIDTHS, STAGES[depth], strict=True):
            for _ in range(convolutions):
                features += [Conv2d(before, width, 3, padding=1, rng=rng), ReLU()]
                before = width
            features.append(MaxPool2d(2))
        classifier = [
            Affine(512 * 7 * 7, 4096, rng=rng),
            ReLU(),
            Dropout(rng=rng),
            Affine(4096, 4096, rng=rng),
            ReLU(),
            Dropout(rng=rng),
            Affine(4096, classes, rng=rng),
        ]
        super().__init__(
            features=Sequential(*features), flatten=Flatten(), classifier=Sequential(*classifier)
        )
