"""Cases of dropout."""

from typing import Any

import numpy as np

from dlcourse.cases.case import BATCH, Case, Twin, call


def masked_units(rng: np.random.Generator, *, n: int, d: int, p: int, inverted: int) -> Case:
    """A batch of units, and which of them are removed."""
    mask = rng.integers(2, size=(n, d))
    arguments = {"p": p / 10, "inverted": bool(inverted)}
    return Case(arguments, (rng.standard_normal((n, d)), mask), fixed=frozenset({1}))


def certain_removal(rng: np.random.Generator) -> Case:
    """A probability of 1, with which nothing is left."""
    return Case({"p": 1.0}, (rng.standard_normal((2, 3)),))


def negative_probability(rng: np.random.Generator) -> Case:
    """A probability below 0."""
    return Case({"p": -0.1}, (rng.standard_normal((2, 3)),))


def dropped_net(rng: np.random.Generator, *, n: int, p: int, inverted: int) -> Case:
    """A net with dropout in one form, and a mask for each of its two hidden layers."""
    arguments = {"p": p / 10, "inverted": bool(inverted)}
    inputs = (
        rng.standard_normal((n, 3)),
        rng.integers(2, size=(n, 4)),
        rng.integers(2, size=(n, 5)),
    )
    sizes = [(3, 4), (4, 5), (5, 2)]
    state = {
        f"{layer}.{name}": rng.standard_normal(shape)
        for layer, (d, m) in zip((0, 3, 6), sizes, strict=True)
        for name, shape in (("weight", (m, d)), ("bias", (m,)))
    }
    return Case(arguments | {"state": state}, inputs)


def build_dropped_net(side: Any, *, p: float, inverted: bool, last: bool = False) -> Any:
    """Two hidden layers with dropout behind each of them."""
    lib = side.lib

    def drop() -> Any:
        return lib.Dropout(p, inverted=inverted)

    boxes = [lib.Affine(3, 4), lib.Tanh(), drop(), lib.Affine(4, 5), lib.ReLU(), drop()]
    return lib.Sequential(*boxes, lib.Affine(5, 2), *([drop(), lib.Tanh()] if last else []))


def play_convert(side: Any, case: Case) -> dict[str, Any]:
    """What a net gives with these masks and at test time, before and after converting it."""
    p, inverted = case.arguments["p"], case.arguments["inverted"]
    net = side.load(build_dropped_net(side, p=p, inverted=inverted), case.arguments["state"])
    x, *masks = map(side.array, case.inputs)
    values = {}
    for when in ("before", "after"):
        for position, mask in zip((2, 5), masks, strict=True):
            net[position].masks = lambda _shape, mask=mask: mask
        values[f"trained {when}"] = net.train()(x)
        values[f"used {when}"] = net.train(False)(x)
        side.lib.convert_dropout(net, inverted=not inverted)
    return values | side.state(net)


def nothing_to_scale(rng: np.random.Generator) -> Case:
    """A net that ends in dropout and an activation."""
    return Case({"p": 0.5, "inverted": True}, build=convert_without_layer)


def dropout_at_the_end(rng: np.random.Generator) -> Case:
    """A net that ends in dropout."""
    return Case({"p": 0.5, "inverted": True}, build=convert_the_last)


def convert_the_last(side: Any, *, p: float, inverted: bool) -> None:
    """Ask for the other form of dropout where nothing comes behind."""
    lib = side.lib
    net = lib.Sequential(lib.Affine(2, 2), lib.Dropout(p, inverted=inverted))
    lib.convert_dropout(net, inverted=not inverted)


def convert_without_layer(side: Any, *, p: float, inverted: bool) -> None:
    """Ask for the other form of dropout where no layer can make up for it."""
    net = build_dropped_net(side, p=p, inverted=inverted, last=True)
    side.lib.convert_dropout(net, inverted=not inverted)


def some_units(rng: np.random.Generator, *, units: int) -> Case:
    """A number of units."""
    return Case({"units": units})


def too_many_units(rng: np.random.Generator) -> Case:
    """More masks than fit into a machine."""
    return Case({"units": 21})


def many_answers(rng: np.random.Generator, *, nets: int, n: int, c: int) -> Case:
    """Probabilities from several nets."""
    scores = 3 * rng.standard_normal((nets, n, c))
    e = np.exp(scores)
    return Case(inputs=(e / e.sum(axis=-1, keepdims=True),))


TWINS = (
    Twin(
        "Dropout",
        masked_units,
        BATCH | {"p": (0, 9), "inverted": (0, 1)},
        "D01 D03 D04 D06 D07 D12",
        rejects=(certain_removal, negative_probability),
    ),
    Twin(
        "convert_dropout",
        dropped_net,
        {"n": (1, 4), "p": (1, 9), "inverted": (0, 1)},
        "D07",
        play=play_convert,
        rejects=(nothing_to_scale, dropout_at_the_end),
    ),
    Twin(
        "all_masks",
        some_units,
        {"units": (1, 8)},
        "D08 D10",
        play=call("all_masks"),
        rejects=(too_many_units,),
    ),
    Twin(
        "geometric_average",
        many_answers,
        {"nets": (1, 9), "n": (1, 4), "c": (1, 5)},
        "D08 D10",
        play=call("geometric_average"),
    ),
)
