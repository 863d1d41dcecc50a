"""AlexNet: eight layers, the breakthrough of 2012, and what is left when layers are removed."""

from collections.abc import Collection

import torch
from torch import nn

from dlcourse.by_hand.alexnet import check_removable
from dlcourse.in_torch.activations import ReLU
from dlcourse.in_torch.box import Chain, Sequential
from dlcourse.in_torch.convolution import Conv2d
from dlcourse.in_torch.dropout import Dropout
from dlcourse.in_torch.layers import Affine
from dlcourse.in_torch.local_response import LocalResponseNorm
from dlcourse.in_torch.pooling import MaxPool2d
from dlcourse.in_torch.reshaping import Flatten

__all__ = ["AlexNet"]


class AlexNet(Chain):
    """Classify photographs of 227 x 227 pixels with five convolutional and three full layers.

    Arguments, shapes and errors: `dlcourse.by_hand.AlexNet`.
    """

    def __init__(
        self,
        *,
        classes: int = 1000,
        groups: int = 2,
        without: Collection[int] = (),
        rng: torch.Generator | None = None,
    ) -> None:
        check_removable(without)
        features: list[nn.Module] = [
            Conv2d(3, 96, 11, stride=4, rng=rng),
            Sequential(ReLU(), LocalResponseNorm(5, alpha=5e-4, k=2.0)),
            MaxPool2d(3, stride=2),
            Conv2d(96, 256, 5, padding=2, groups=groups, rng=rng),
            Sequential(ReLU(), LocalResponseNorm(5, alpha=5e-4, k=2.0)),
            MaxPool2d(3, stride=2),
        ]
        width = 256
        if 3 not in without:
            features += [Conv2d(width, 384, 3, padding=1, rng=rng), ReLU()]
            width = 384
        if 4 not in without:
            features += [Conv2d(width, 384, 3, padding=1, groups=groups, rng=rng), ReLU()]
            width = 384
        features += [Conv2d(width, 256, 3, padding=1, groups=groups, rng=rng), ReLU()]
        features.append(MaxPool2d(3, stride=2))

        classifier: list[nn.Module] = []
        width = 256 * 6 * 6
        for layer in (6, 7):
            if layer not in without:
                classifier += [Dropout(rng=rng), Affine(width, 4096, rng=rng), ReLU()]
                width = 4096
        classifier.append(Affine(width, classes, rng=rng))
        super().__init__(
            features=Sequential(*features), flatten=Flatten(), classifier=Sequential(*classifier)
        )
