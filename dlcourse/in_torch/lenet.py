"""LeNet-5: two layers of convolution and pooling, and three of neurons."""

import torch

from dlcourse.by_hand.lenet import pixels_left
from dlcourse.in_torch import activations
from dlcourse.in_torch.box import Chain
from dlcourse.in_torch.convolution import Conv2d
from dlcourse.in_torch.layers import Affine
from dlcourse.in_torch.pooling import MaxPool2d
from dlcourse.in_torch.reshaping import Flatten

__all__ = ["LeNet"]


class LeNet(Chain):
    """Recognize small grey pictures of characters.

    Arguments, shapes and errors: `dlcourse.by_hand.LeNet`.
    """

    def __init__(
        self,
        *,
        size: int = 28,
        kernel_size: int = 5,
        channels: tuple[int, int] = (6, 16),
        features: tuple[int, int] = (120, 84),
        classes: int = 10,
        activation: str = "ReLU",
        rng: torch.Generator | None = None,
    ) -> None:
        g = getattr(activations, activation)
        left = pixels_left(size, kernel_size)
        super().__init__(
            conv1=Conv2d(1, channels[0], kernel_size, padding=kernel_size // 2, rng=rng),
            g1=g(),
            pool1=MaxPool2d(2),
            conv2=Conv2d(*channels, kernel_size, rng=rng),
            g2=g(),
            pool2=MaxPool2d(2),
            flatten=Flatten(),
            fc1=Affine(channels[1] * left**2, features[0], rng=rng),
            g3=g(),
            fc2=Affine(*features, rng=rng),
            g4=g(),
            fc3=Affine(features[1], classes, rng=rng),
        )
