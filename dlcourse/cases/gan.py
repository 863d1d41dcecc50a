"""Cases of generative adversarial nets."""

from collections.abc import Mapping
from itertools import cycle
from typing import Any

import numpy as np

from dlcourse.by_hand.box import Array
from dlcourse.cases.case import Case, Twin
from dlcourse.cases.layers import draw_state


def two_scores(rng: np.random.Generator, *, n: int, m: int) -> Case:
    """Scores of data and of fakes, not as many of the one as of the other."""
    return Case(inputs=(3 * rng.standard_normal(n), 3 * rng.standard_normal(m)))


def scores_of_fakes(rng: np.random.Generator, *, n: int, minimax: int) -> Case:
    """Scores of fakes."""
    return Case({"minimax": bool(minimax)}, (3 * rng.standard_normal(n),))


SIZES = ([2, 4, 3], [3, 5, 1])  # of the generator and of the discriminator


def codes(rng: np.random.Generator, *, n: int, m: int) -> Case:
    """Two nets, data and codes, not as many of the one as of the other."""
    inputs = rng.standard_normal((n, 3)), *rng.standard_normal((3, m, 2))
    return Case({"state": draw_pair(rng)}, inputs)


def draw_pair(rng: np.random.Generator) -> dict[str, Array]:
    """Parameters for both nets."""
    return {
        f"{net}.{name}": array
        for net, sizes in zip(("generator", "discriminator"), SIZES, strict=True)
        for name, array in draw_state(rng, sizes).items()
    }


def load_pair(side: Any, state: Mapping[str, Array]) -> Any:
    """Both nets with these parameters."""
    return side.load(side.lib.GAN(*SIZES, activation="Tanh"), state)


def play_gan(side: Any, case: Case) -> dict[str, Any]:
    """A step of each net and one more of the first, and what the chain then says of codes."""
    lib = side.lib
    x, *z = map(side.array, case.inputs)
    gan = load_pair(side, case.arguments["state"])
    of_discriminator = lib.SGD(gan.discriminator, lr=0.3, momentum=0.5)
    of_generator = lib.SGD(gan.generator, lr=0.3, momentum=0.5)
    losses = {
        "discriminator's loss": gan.discriminator_step(x, z[0], of_discriminator),
        "generator's loss": gan.generator_step(z[1], of_generator),
        "minimax loss": gan.generator_step(z[2], of_generator, minimax=True),
        "discriminator's loss again": gan.discriminator_step(x, z[2], of_discriminator),
    }
    made = {"fakes": gan.generator(z[0]), "scores": gan(z[1])}
    gan.codes = lambda shape: z[2][: shape[0]]
    return {**losses, **made, "drawn": gan.draw(len(z[2])), **side.state(gan)}


def unequal_nets(rng: np.random.Generator) -> Case:
    """A discriminator that takes more numbers than the generator makes."""
    return Case({"generator": [1, 2], "discriminator": [3, 1]}, build=build_pair)


def two_answers(rng: np.random.Generator) -> Case:
    """A discriminator with two outputs."""
    return Case({"generator": [1, 2], "discriminator": [2, 2]}, build=build_pair)


def build_pair(side: Any, *, generator: list[int], discriminator: list[int]) -> Any:
    """Both nets of these sizes."""
    return side.lib.GAN(generator, discriminator)


def game(rng: np.random.Generator, *, n: int, batch: int, epochs: int, minimax: int) -> Case:
    """Two nets, data, their order in each epoch, and codes for every step."""
    arguments = {
        "state": draw_pair(rng),
        "batch_size": batch or None,
        "orders": [rng.permutation(n) for _ in range(epochs)],
        "minimax": bool(minimax),
    }
    return Case(arguments, (rng.standard_normal((n, 3)), rng.standard_normal((5, n, 2))))


def play_fit_gan(side: Any, case: Case) -> dict[str, Any]:
    """A whole game: the losses of every step, and the parameters it ends with."""
    lib, arguments = side.lib, dict(case.arguments)
    x, z = map(side.array, case.inputs)
    gan = load_pair(side, arguments.pop("state"))
    supply = cycle(z)
    gan.codes = lambda shape: next(supply)[: shape[0]]
    over: list[int] = []
    losses = lib.fit_gan(
        gan,
        x,
        optimizers=(lib.SGD(gan.discriminator, lr=0.3), lib.SGD(gan.generator, lr=0.2)),
        epochs=len(arguments["orders"]),
        after_epoch=over.append,
        **arguments,
    )
    return {"losses": losses, "epochs": np.array(over), **side.state(gan)}


def fewer_than_no_epochs(rng: np.random.Generator) -> Case:
    """A number of epochs below 0."""
    return Case(build=build_negative_game)


def build_negative_game(side: Any) -> None:
    """Ask for less than no game."""
    gan = side.lib.GAN([1, 2], [2, 1])
    optimizers = (side.lib.SGD(gan.discriminator, lr=0.1), side.lib.SGD(gan.generator, lr=0.1))
    side.lib.fit_gan(gan, side.array(np.ones((3, 2))), optimizers=optimizers, epochs=-1)


TWINS = (
    Twin("DiscriminatorLoss", two_scores, {"n": (1, 4), "m": (1, 4)}, "U05"),
    Twin("GeneratorLoss", scores_of_fakes, {"n": (1, 4), "minimax": (0, 1)}, "U05"),
    Twin(
        "GAN",
        codes,
        {"n": (1, 4), "m": (1, 4)},
        "U05",
        play=play_gan,
        rejects=(unequal_nets, two_answers),
    ),
    Twin(
        "fit_gan",
        game,
        {"n": (1, 6), "batch": (0, 4), "epochs": (1, 3), "minimax": (0, 1)},
        "U05",
        play=play_fit_gan,
        rejects=(fewer_than_no_epochs,),
    ),
)
