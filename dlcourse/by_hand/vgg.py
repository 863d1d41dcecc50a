"""VGG: nothing but 3 x 3 convolutions, up to nineteen layers."""

from collections.abc import Collection

import numpy as np

from dlcourse.by_hand.activations import ReLU
from dlcourse.by_hand.box import Box, Chain, Sequential
from dlcourse.by_hand.convolution import Conv2d
from dlcourse.by_hand.dropout import Dropout
from dlcourse.by_hand.layers import Affine
from dlcourse.by_hand.pooling import MaxPool2d
from dlcourse.by_hand.reshaping import Flatten

STAGES = {16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}  # convolutions before each pooling
WIDTHS = (64, 128, 256, 512, 512)


class VGG(Chain):
    """Classify photographs of 224 x 224 pixels.

    Parameters
    ----------
    depth : int
        Layers with weights: 16 or 19.
    classes : int
    rng : numpy.random.Generator, optional
        Source of the initial weights and masks.

    Raises
    ------
    ValueError
        When the depth is another.

    Notes
    -----
    Parameters are named as in torchvision.  Slide rows RN11, RN15, RN19.
    """

    def __init__(
        self, depth: int, *, classes: int = 1000, rng: np.random.Generator | None = None
    ) -> None:
        check_depth(depth, STAGES)
        rng = rng or np.random.default_rng()
        features: list[Box] = []
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


def check_depth(depth: int, known: Collection[int]) -> None:
    """Refuse depths that the paper does not have."""
    if depth not in known:
        raise ValueError(f"depth {depth} is none of {', '.join(map(str, known))}")
