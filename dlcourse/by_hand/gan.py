"""Generative adversarial nets: one makes examples, one tells them from the data."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from dlcourse.by_hand.box import Array, Box, Chain, on_floats
from dlcourse.by_hand.layers import MLP
from dlcourse.by_hand.losses import BCEWithLogitsLoss
from dlcourse.by_hand.numbers import check_repeats
from dlcourse.by_hand.optimizers import SGD
from dlcourse.by_hand.training import minibatches


class DiscriminatorLoss(Box):
    """Price a discriminator: average -log D(x) over the data plus -log(1 - D(x)) over fakes.

    It takes scores a, where D = sigmoid(a) is the probability that x comes from the data.

    Notes
    -----
    Minus the value of the game.  A discriminator that cannot tell says D = 1/2 everywhere and
    pays 2 log 2 = 1.386.  Slide row U05.
    """

    def __init__(self) -> None:
        super().__init__()
        self.on_data, self.on_fakes = BCEWithLogitsLoss(), BCEWithLogitsLoss()

    def fprop(self, a_data: Array, a_fakes: Array) -> Array:
        """Map scores of data (N,) and of fakes (M,) to one number, in nats."""
        return self.on_data.fprop(a_data, np.ones_like(a_data)) + self.on_fakes.fprop(
            a_fakes, np.zeros_like(a_fakes)
        )

    def bprop(self, dl: Array) -> tuple[Array, Array]:
        """Map the gradient at the loss to the gradients at both scores: D - 1 and D, averaged."""
        da_data, _ = self.on_data.bprop(dl)
        da_fakes, _ = self.on_fakes.bprop(dl)
        return da_data, da_fakes


class GeneratorLoss(Box):
    """Price a generator by what the discriminator says of its fakes: average -log D.

    Parameters
    ----------
    minimax : bool
        Average log(1 - D) instead: exactly what the discriminator gains, which makes it a game
        with one value.  Its gradient vanishes where the discriminator is sure of the fakes.

    Notes
    -----
    Slide row U05.
    """

    def __init__(self, *, minimax: bool = False) -> None:
        super().__init__()
        self.minimax, self.surprise = minimax, BCEWithLogitsLoss()

    def fprop(self, a_fakes: Array) -> Array:
        """Map scores of fakes (M,) to one number, in nats."""
        if self.minimax:
            return -self.surprise.fprop(a_fakes, np.zeros_like(a_fakes))
        return self.surprise.fprop(a_fakes, np.ones_like(a_fakes))

    def bprop(self, dl: Array) -> Array:
        """Map the gradient at the loss to that at the scores: D - 1, or -D in minimax, averaged."""
        da, _ = self.surprise.bprop(-dl if self.minimax else dl)
        return da


class GAN(Chain):
    """Chain a generator, which makes x from a code z, and a discriminator, which scores x.

    Parameters
    ----------
    generator_sizes, discriminator_sizes : sequence of int
        Units of the layers of two `MLP`: from the K numbers of a code to the D numbers of an
        example, and from those to one score.
    activation : str
        Class name of the activation of all hidden layers.
    output : str
        Class name of the activation at the end of the generator.
    rng : numpy.random.Generator, optional
        Source of the initial weights and of the codes.

    Attributes
    ----------
    codes : callable, optional
        Maps a shape to codes; drawn from a normal distribution by `rng` when None.

    Raises
    ------
    ValueError
        When the nets do not fit together, or the discriminator gives not one score.

    Notes
    -----
    The nets are trained in turns, each on its own loss.  The gradient of the generator's loss
    comes to it through the discriminator, which holds still.  Slide row U05.
    """

    def __init__(
        self,
        generator_sizes: Sequence[int],
        discriminator_sizes: Sequence[int],
        *,
        activation: str = "ReLU",
        output: str = "Identity",
        rng: np.random.Generator | None = None,
    ) -> None:
        check_pair(generator_sizes, discriminator_sizes)
        self.rng = rng or np.random.default_rng()
        super().__init__(
            generator=MLP(generator_sizes, activation=activation, output=output, rng=self.rng),
            discriminator=MLP(discriminator_sizes, activation=activation, rng=self.rng),
        )
        self.code_size = generator_sizes[0]
        self.codes: Callable[[tuple[int, ...]], Array] | None = None

    @property
    def generator(self) -> Box:
        """The net that maps codes (N, K) to examples (N, D)."""
        return self.boxes[0]

    @property
    def discriminator(self) -> Box:
        """The net that maps examples (N, D) to scores (N, 1)."""
        return self.boxes[1]

    def draw(self, n: int) -> Array:
        """Take n codes from `codes`, or draw them."""
        draw = self.rng.standard_normal if self.codes is None else self.codes
        return draw((n, self.code_size))

    def discriminator_step(self, x: Array, z: Array, optimizer: SGD) -> float:
        """Teach the discriminator data x (N, D) and fakes from codes z (M, K); give its loss."""
        fakes, loss = self.generator.fprop(z), DiscriminatorLoss()
        self.zero_grad()
        a = self.discriminator.fprop(np.concatenate([x, fakes]))
        value = loss.fprop(a[: len(x)], a[len(x) :])
        self.discriminator.bprop(np.concatenate(loss.bprop(np.ones_like(value))))
        optimizer.step()
        return float(value)

    def generator_step(self, z: Array, optimizer: SGD, *, minimax: bool = False) -> float:
        """Teach the generator on codes z (M, K), through the discriminator; give its loss."""
        loss = GeneratorLoss(minimax=minimax)
        self.zero_grad()
        value = loss.fprop(self.fprop(z))
        self.bprop(loss.bprop(np.ones_like(value)))
        optimizer.step()  # knows the parameters of the generator alone
        return float(value)


@on_floats
def fit_gan(
    gan: GAN,
    x: Array,
    *,
    optimizers: tuple[SGD, SGD],
    epochs: int,
    batch_size: int | None = None,
    orders: Sequence[ArrayLike] | None = None,
    rng: np.random.Generator | None = None,
    minimax: bool = False,
    after_epoch: Callable[[int], Any] | None = None,
) -> Array:
    """Let discriminator and generator learn in turns, one step each on every batch.

    Parameters
    ----------
    gan : GAN
    x : array of shape (T, D)
        The data.
    optimizers : (SGD, SGD)
        Of the discriminator and of the generator.
    epochs : int
        How often every example is seen.
    batch_size : int, optional
        Examples per step, and fakes; all when None.
    orders : sequence of arrays of shape (T,), optional
        The order of the examples in each epoch; shuffled by `rng` when not given.
    rng : numpy.random.Generator, optional
        Source of the orders.
    minimax : bool
        As for `GeneratorLoss`.
    after_epoch : callable, optional
        Called with the number of the epoch, from 0, when it is over.

    Returns
    -------
    array of shape (steps, 2)
        The losses of discriminator and generator before each of their steps.

    Raises
    ------
    ValueError
        When there are fewer than 0 epochs, or the batch size is below 1.

    Notes
    -----
    Neither loss need fall: each net changes the other's.  Slide row U05.
    """
    check_repeats(epochs=epochs)
    rng = rng or np.random.default_rng()
    of_discriminator, of_generator = optimizers
    losses = []
    for epoch in range(epochs):
        order = rng.permutation(len(x)) if orders is None else np.asarray(orders[epoch])
        for batch in minibatches(order, batch_size):
            codes = [gan.draw(len(batch)).astype(x.dtype) for _ in range(2)]
            loss = gan.discriminator_step(x[batch], codes[0], of_discriminator)
            losses.append([loss, gan.generator_step(codes[1], of_generator, minimax=minimax)])
        if after_epoch is not None:
            after_epoch(epoch)
    return np.array(losses)


def check_pair(generator_sizes: Sequence[int], discriminator_sizes: Sequence[int]) -> None:
    """Refuse a discriminator that cannot score what the generator makes."""
    made, taken = generator_sizes[-1], discriminator_sizes[0]
    if made != taken:
        raise ValueError(f"the generator makes {made} numbers, the discriminator takes {taken}")
    if discriminator_sizes[-1] != 1:
        raise ValueError(f"the discriminator gives {discriminator_sizes[-1]} scores, not 1")
