"""Cases of flow graphs."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dlcourse.cases.case import BATCH, Case, Twin


def graph(rng: np.random.Generator, *, n: int, d: int, m: int) -> Case:
    """Two inputs for a graph in which values are read more than once."""
    x, z = rng.standard_normal((n, d)), rng.standard_normal((n, d))
    return Case({"d": d, "m": m}, (x, z), build=build_graph)


def build_graph(side: Any, *, d: int, m: int) -> Any:
    """A graph with a diamond, a value that one box reads twice, and a dead end."""
    lib = side.lib
    return lib.Graph(
        {
            "square": (lib.Multiply(), "a", "a"),
            "sum": (lib.Add(), "square", "h"),
            "h": (lib.Tanh(), "square"),
            "dead": (lib.ReLU(), "h"),
            "a": (lib.Affine(d, m), "mixed"),
            "mixed": (lib.Multiply(), "x", "z"),
            "y": (lib.Affine(m, 2), "sum"),
        },
        inputs=("x", "z"),
    )


def a_cycle(rng: np.random.Generator) -> Case:
    """Boxes that read each other in a circle, and one that reads the circle."""
    wiring = {"last": ("b", "x"), "a": ("x", "b"), "b": ("a", "z")}
    return Case({"wiring": wiring}, build=build_refused_graph)


def unknown_name(rng: np.random.Generator) -> Case:
    """A box that reads what is not there."""
    return Case({"wiring": {"a": ("x", "y")}}, build=build_refused_graph)


def taken_name(rng: np.random.Generator) -> Case:
    """A box with the name of an input."""
    return Case({"wiring": {"x": ("x", "z")}}, build=build_refused_graph)


def build_refused_graph(side: Any, *, wiring: Mapping[str, Sequence[str]]) -> Any:
    """A graph of additions, wired as the case says."""
    return side.lib.Graph(
        {name: (side.lib.Add(), *reads) for name, reads in wiring.items()}, inputs=("x", "z")
    )


def random_wiring(rng: np.random.Generator, *, n: int) -> Case:
    """Boxes in a random order, each reading some that come before it in another order."""
    names = [f"box{i}" for i in range(n)]
    reads = {name: [m for m in names[:i] if rng.random() < 0.5] for i, name in enumerate(names)}
    return Case({"reads": {names[i]: reads[names[i]] for i in rng.permutation(n)}})


def play_topological_order(side: Any, case: Case) -> dict[str, Any]:
    """The order, as the numbers in the names."""
    order = side.lib.topological_order(**case.arguments)
    return {"order": [int(name.removeprefix("box")) for name in order]}


TWINS = (
    Twin(
        "Graph",
        graph,
        BATCH | {"m": (1, 5)},
        "B01 B02 B03 B04 B05 B06",
        rejects=(a_cycle, unknown_name, taken_name),
    ),
    Twin(
        "topological_order",
        random_wiring,
        {"n": (1, 8)},
        "B01 B03",
        play=play_topological_order,
    ),
)
