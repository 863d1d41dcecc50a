"""AlexNet: eight layers, the breakthrough of 2012, and what is left when layers are removed."""

from collections.abc import Collection

import numpy as np

from dlcourse.by_hand.activations import ReLU
from dlcourse.by_hand.box import Box, Chain, Sequential
from dlcourse.by_hand.convolution import Conv2d
from dlcourse.by_hand.dropout import Dropout
from dlcourse.by_hand.layers import Affine
from dlcourse.by_hand.local_response import LocalResponseNorm
from dlcourse.by_hand.pooling import MaxPool2d
from dlcourse.by_hand.reshaping import Flatten


class AlexNet(Chain):
    """Classify photographs of 227 x 227 pixels with five convolutional and three full layers.

    Parameters
    ----------
    classes : int
    groups : int
        2 for the paper's two towers, each on a graphics card of its own, which see each
        other's channels in layer 3 and from layer 6 on; 1 for one tower.
    without : collection of int
        Layers to remove, of 3, 4, 6 and 7: the slides' experiments.
    rng : numpy.random.Generator, optional
        Source of the initial weights and masks.

    Raises
    ------
    ValueError
        When a layer is to be removed that cannot be.

    Notes
    -----
    Parameters are named as in torchvision's AlexNet, which has other widths and one tower.
    The paper says 224 pixels; its numbers fit 227.  Slide rows A03, A05, A07, A09, E11.
    """

    def __init__(
        self,
        *,
        classes: int = 1000,
        groups: int = 2,
        without: Collection[int] = (),
        rng: np.random.Generator | None = None,
    ) -> None:
        check_removable(without)
        rng = rng or np.random.default_rng()
        features: list[Box] = [
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

        classifier: list[Box] = []
        width = 256 * 6 * 6
        for layer in (6, 7):
            if layer not in without:
                classifier += [Dropout(rng=rng), Affine(width, 4096, rng=rng), ReLU()]
                width = 4096
        classifier.append(Affine(width, classes, rng=rng))
        super().__init__(
            features=Sequential(*features), flatten=Flatten(), classifier=Sequential(*classifier)
        )


def check_removable(without: Collection[int]) -> None:
    """Refuse to remove layers that the others need."""
    if wrong := sorted(set(without) - {3, 4, 6, 7}):
        raise ValueError(f"layers {wrong} cannot be removed: only 3, 4, 6 and 7 can")
