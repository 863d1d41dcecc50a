"""Cases of augmentation."""

from typing import Any

import numpy as np

from dlcourse.cases.case import Case, Twin, call
from dlcourse.cases.dropout import many_answers

SIZES = {"n": (1, 3), "c": (1, 2), "h": (1, 4), "w": (0, 3)}


def crops(
    rng: np.random.Generator, *, n: int, c: int, h: int, w: int, size: int, padding: int
) -> Case:
    """Pictures wider than high, and a corner for each."""
    size = min(size, h + 2 * padding)
    most = (h + 2 * padding - size + 1, h + w + 2 * padding - size + 1)
    arguments = {"size": size, "padding": padding}
    return Case(arguments, (rng.standard_normal((n, c, h, h + w)), rng.integers(most, size=(n, 2))))


def large_crop(rng: np.random.Generator) -> Case:
    """A square that is larger than the pictures."""
    return Case({"size": 5}, (rng.standard_normal((1, 1, 4, 9)), np.zeros((1, 2), int)))


def far_corner(rng: np.random.Generator) -> Case:
    """A corner from which the square reaches beyond the picture."""
    return Case({"size": 3}, (rng.standard_normal((1, 1, 4, 4)), np.array([[0, 2]])))


def play_crops(side: Any, case: Case) -> dict[str, Any]:
    """Squares at known places."""
    x, corners = map(side.array, case.inputs)
    return {"value": side.lib.random_crops(x, corners=corners, **case.arguments)}


def flips(rng: np.random.Generator, *, n: int, c: int, h: int, w: int) -> Case:
    """Pictures, and which of them are mirrored."""
    return Case(inputs=(rng.standard_normal((n, c, h, h + w)), rng.integers(2, size=n)))


def play_flips(side: Any, case: Case) -> dict[str, Any]:
    """Some pictures mirrored."""
    x, mirrored = map(side.array, case.inputs)
    return {"value": side.lib.random_flips(x, flips=mirrored)}


def with_mean(rng: np.random.Generator, *, n: int, c: int, h: int, w: int) -> Case:
    """Pictures and a mean picture."""
    return Case(inputs=(rng.standard_normal((n, c, h, h + w)), rng.standard_normal((c, h, h + w))))


def other_mean(rng: np.random.Generator) -> Case:
    """A mean picture of another size."""
    return Case(inputs=(rng.standard_normal((2, 1, 3, 3)), rng.standard_normal((1, 3, 4))))


def ten(rng: np.random.Generator, *, n: int, c: int, h: int, w: int, size: int) -> Case:
    """Pictures wider than high, and a size of squares."""
    return Case({"size": min(size, h)}, (rng.standard_normal((n, c, h, h + w)),))


def large_square(rng: np.random.Generator) -> Case:
    """A square that is larger than the pictures."""
    return Case({"size": 5}, (rng.standard_normal((1, 1, 4, 9)),))


def cut_pictures(rng: np.random.Generator) -> Case:
    """Pictures that are cut and not padded."""
    case = far_corner(rng)
    return Case({"size": 1, "padding": -1}, case.inputs)


TWINS = (
    Twin(
        "random_crops",
        crops,
        SIZES | {"size": (1, 4), "padding": (0, 2)},
        "RN22",
        play=play_crops,
        rejects=(large_crop, far_corner, cut_pictures),
    ),
    Twin("random_flips", flips, SIZES, "RN22", play=play_flips),
    Twin(
        "subtract_mean",
        with_mean,
        SIZES,
        "RN22",
        play=call("subtract_mean"),
        rejects=(other_mean,),
    ),
    Twin(
        "ten_crops",
        ten,
        SIZES | {"size": (1, 4)},
        "RN23",
        play=call("ten_crops"),
        rejects=(large_square,),
    ),
    Twin(
        "average_answers",
        many_answers,
        {"nets": (1, 9), "n": (1, 4), "c": (1, 5)},
        "RN18 RN23",
        play=call("average_answers"),
    ),
)
