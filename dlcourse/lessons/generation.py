"""Training Boltzmann machines and adversarial nets in one call, on either side, same noise."""

from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

import numpy as np

from dlcourse import by_hand
from dlcourse.by_hand.box import Array
from dlcourse.parity import side_of


def train_rbm(
    v: Array,
    n_hidden: int,
    *,
    seed: int,
    lib: ModuleType = by_hand,
    dtype: str = "float64",
    method: str = "CD",
    steps: int = 1,
    chains: int = 100,
    lr: float = 0.1,
    epochs: int = 30,
    batch_size: int | None = None,
    after_epoch: Callable[[Any], Any] | None = None,
) -> Any:
    """Train a fresh restricted Boltzmann machine on binary vectors.

    Parameters
    ----------
    v : array of shape (T, D)
        The data, zeros and ones.
    n_hidden : int
        Number of hidden units.
    seed : int
        Source of the initial weights, of the order of the data, and of all numbers that the chains
        need: the same on both sides.
    lib : module
        `by_hand` or `in_torch`.
    dtype : str
        "float64" or "float32".
    method : str
        "exact" for `ExactLikelihood`, "CD" for `ContrastiveDivergence`, "PCD" for
        `PersistentContrastiveDivergence`.
    steps : int
        Of the chains, for each update.
    chains : int
        How many, for "PCD".
    lr : float
        The step size.
    epochs : int
    batch_size : int, optional
        None for all data at once.
    after_epoch : callable, optional
        Called with the machine after each epoch.

    Returns
    -------
    RBM
        Its attribute `trajectory` has the value of the risk on each batch.

    Raises
    ------
    ValueError
        When the method is none of the three.
    """
    rng = np.random.default_rng(seed)
    side: Any = side_of(lib, dtype)
    start = by_hand.RBM(v.shape[1], n_hidden, rng=rng)
    rbm = side.load(lib.RBM(v.shape[1], n_hidden), start.state_dict())
    if method == "exact":
        risk = lib.ExactLikelihood(rbm)
    elif method == "CD":
        risk = lib.ContrastiveDivergence(rbm, steps=steps)
    elif method == "PCD":
        risk = lib.PersistentContrastiveDivergence(rbm, chains=chains, steps=steps)
        state = {f"rbm.{name}": array for name, array in start.state_dict().items()}
        bits = rng.integers(2, size=(chains, v.shape[1])).astype(float)
        risk = side.load(risk, {**state, "chain": bits})
    else:
        raise ValueError(f"method {method!r} should be 'exact', 'CD' or 'PCD'")
    noise = rng.spawn(1)[0]
    rbm.uniforms = lambda shape: side.array(noise.random(shape))
    rbm.trajectory = lib.fit(
        risk,
        side.array(v),
        optimizer=lib.SGD(rbm, lr=lr),
        epochs=epochs,
        batch_size=batch_size,
        orders=[rng.permutation(len(v)) for _ in range(epochs)],
        after_epoch=None if after_epoch is None else lambda _epoch: after_epoch(rbm),
    )
    return rbm


def train_gan(
    x: Array,
    generator_sizes: Sequence[int],
    discriminator_sizes: Sequence[int],
    *,
    seed: int,
    lib: ModuleType = by_hand,
    dtype: str = "float64",
    activation: str = "ReLU",
    output: str = "Identity",
    lrs: tuple[float, float] = (0.1, 0.1),
    momentum: float = 0.0,
    epochs: int = 30,
    batch_size: int | None = 64,
    minimax: bool = False,
    after_epoch: Callable[[Any], Any] | None = None,
) -> Any:
    """Train a fresh generator and a fresh discriminator against each other.

    Parameters
    ----------
    x : array of shape (T, D)
        The data.
    generator_sizes, discriminator_sizes, activation, output
        As for `GAN`.
    seed : int
        Source of the initial weights, of the order of the data, and of the codes: the same on both
        sides.
    lib : module
        `by_hand` or `in_torch`.
    dtype : str
        "float64" or "float32".
    lrs : (float, float)
        The step sizes of discriminator and generator.
    momentum : float
        Of both.
    epochs : int
    batch_size : int, optional
        None for all data at once.
    minimax : bool
        As for `GeneratorLoss`.
    after_epoch : callable, optional
        Called with both nets after each epoch.

    Returns
    -------
    GAN
        Its attribute `trajectory` has the two losses of each step.
    """
    rng = np.random.default_rng(seed)
    side: Any = side_of(lib, dtype)
    nets = generator_sizes, discriminator_sizes
    options: dict[str, Any] = {"activation": activation, "output": output}
    start = by_hand.GAN(*nets, rng=rng, **options)
    gan = side.load(lib.GAN(*nets, **options), start.state_dict())
    noise = rng.spawn(1)[0]
    gan.codes = lambda shape: side.array(noise.standard_normal(shape))
    halves = zip((gan.discriminator, gan.generator), lrs, strict=True)
    of_discriminator, of_generator = (lib.SGD(net, lr=lr, momentum=momentum) for net, lr in halves)
    gan.trajectory = lib.fit_gan(
        gan,
        side.array(x),
        optimizers=(of_discriminator, of_generator),
        epochs=epochs,
        batch_size=batch_size,
        orders=[rng.permutation(len(x)) for _ in range(epochs)],
        minimax=minimax,
        after_epoch=None if after_epoch is None else lambda _epoch: after_epoch(gan),
    )
    return gan
