"""LeNet-5: two layers of convolution and pooling, and three of neurons."""

import numpy as np

from dlcourse.by_hand import activations
from dlcourse.by_hand.box import Chain
from dlcourse.by_hand.convolution import Conv2d
from dlcourse.by_hand.layers import Affine
from dlcourse.by_hand.pooling import MaxPool2d
from dlcourse.by_hand.reshaping import Flatten


class LeNet(Chain):
    """Recognize small grey pictures of characters.

    Parameters
    ----------
    size : int
        Height and width of the pictures, in pixels: 28 for MNIST, 8 for scikit-learn's digits.
    kernel_size : int
        Pixels of each kernel along a side: 5 as in the paper, 3 for tiny pictures.
    channels : (int, int)
        Of the two convolutional layers.
    features : (int, int)
        Units of the two hidden layers.
    classes : int
    activation : str
        Class name of the activation.
    rng : numpy.random.Generator, optional
        Source of the initial weights.

    Raises
    ------
    ValueError
        When the pictures are too small for two convolutions and two poolings.

    Notes
    -----
    The paper pads 28 pixels to 32, pools by averages with trained factors, and wires its second
    layer sparsely; max pooling and full wiring are what everybody does since.
    Slide rows K02, K03, K09.
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
        rng: np.random.Generator | None = None,
    ) -> None:
        rng = rng or np.random.default_rng()
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


def pixels_left(size: int, kernel_size: int) -> int:
    """Count the pixels along a side behind both poolings."""
    left = (size // 2 - kernel_size + 1) // 2
    if kernel_size % 2 == 0 or left < 1:
        raise ValueError(
            f"kernels of {kernel_size} x {kernel_size} do not fit pictures of {size} x {size}: "
            "their size should be odd, and smaller than half of the picture"
        )
    return left
