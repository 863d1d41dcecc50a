"""Generative adversarial nets: one makes examples, one tells them from the data."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dlcourse.by_hand.gan import check_pair
from dlcourse.in_torch.box import Chain
from dlcourse.in_torch.layers import MLP
from dlcourse.in_torch.numbers import check_repeats
from dlcourse.in_torch.optimizers import SGD
from dlcourse.in_torch.training import minibatches, order_of

__all__ = ["GAN", "DiscriminatorLoss", "GeneratorLoss", "fit_gan"]


class DiscriminatorLoss(nn.Module):
    """Price a discriminator: average -log D(x) over the data plus -log(1 - D(x)) over fakes.

    Arguments, shapes and errors: `dlcourse.by_hand.DiscriminatorLoss`.
    """

    def forward(self, a_data: Tensor, a_fakes: Tensor) -> Tensor:
        """Map scores of data (N,) and of fakes (M,) to one number, in nats."""
        return -F.logsigmoid(a_data).mean() - F.logsigmoid(-a_fakes).mean()


class GeneratorLoss(nn.Module):
    """Price a generator by what the discriminator says of its fakes.

    Arguments, shapes and errors: `dlcourse.by_hand.GeneratorLoss`.
    """

    def __init__(self, *, minimax: bool = False) -> None:
        super().__init__()
        self.minimax = minimax

    def forward(self, a_fakes: Tensor) -> Tensor:
        """Map scores of fakes (M,) to one number, in nats."""
        return F.logsigmoid(-a_fakes).mean() if self.minimax else -F.logsigmoid(a_fakes).mean()


class GAN(Chain):
    """Chain a generator, which makes x from a code z, and a discriminator, which scores x.

    Arguments, shapes and errors: `dlcourse.by_hand.GAN`.
    """

    generator: MLP
    discriminator: MLP

    def __init__(
        self,
        generator_sizes: Sequence[int],
        discriminator_sizes: Sequence[int],
        *,
        activation: str = "ReLU",
        output: str = "Identity",
        rng: torch.Generator | None = None,
    ) -> None:
        check_pair(generator_sizes, discriminator_sizes)
        super().__init__(
            generator=MLP(generator_sizes, activation=activation, output=output, rng=rng),
            discriminator=MLP(discriminator_sizes, activation=activation, rng=rng),
        )
        self.rng, self.code_size = rng, generator_sizes[0]
        self.codes: Callable[[tuple[int, ...]], Tensor] | None = None

    def draw(self, n: int) -> Tensor:
        """Take n codes from `codes`, or draw them."""
        shape = n, self.code_size
        return torch.randn(shape, generator=self.rng) if self.codes is None else self.codes(shape)

    def discriminator_step(self, x: Tensor, z: Tensor, optimizer: SGD) -> float:
        """Teach the discriminator data x (N, D) and fakes from codes z (M, K); give its loss."""
        with torch.no_grad():
            fakes = self.generator(z)
        optimizer.zero_grad()
        a_data, a_fakes = self.discriminator(torch.cat([x, fakes])).split([len(x), len(z)])
        loss = DiscriminatorLoss()(a_data, a_fakes)
        loss.backward()
        optimizer.step()
        return loss.item()

    def generator_step(self, z: Tensor, optimizer: SGD, *, minimax: bool = False) -> float:
        """Teach the generator on codes z (M, K), through the discriminator; give its loss."""
        optimizer.zero_grad()
        loss = GeneratorLoss(minimax=minimax)(self(z))
        loss.backward()
        optimizer.step()
        return loss.item()


def fit_gan(
    gan: GAN,
    x: Tensor,
    *,
    optimizers: tuple[SGD, SGD],
    epochs: int,
    batch_size: int | None = None,
    orders: Sequence[Any] | None = None,
    rng: torch.Generator | None = None,
    minimax: bool = False,
    after_epoch: Callable[[int], Any] | None = None,
) -> Tensor:
    """Let discriminator and generator learn in turns, one step each on every batch.

    Arguments, shapes and errors: `dlcourse.by_hand.fit_gan`.
    """
    check_repeats(epochs=epochs)
    of_discriminator, of_generator = optimizers
    losses = []
    for epoch in range(epochs):
        order = order_of(epoch, len(x), orders, rng)
        for batch in minibatches(order, batch_size):
            codes = [gan.draw(len(batch)).to(x.dtype) for _ in range(2)]
            loss = gan.discriminator_step(x[batch], codes[0], of_discriminator)
            losses.append([loss, gan.generator_step(codes[1], of_generator, minimax=minimax)])
        if after_epoch is not None:
            after_epoch(epoch)
    return torch.tensor(losses, dtype=torch.float64)
