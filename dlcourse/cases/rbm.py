"""Cases of restricted Boltzmann machines."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from dlcourse.by_hand.box import Array
from dlcourse.cases.case import Case, Twin


def bits(rng: np.random.Generator, *shape: int) -> Array:
    """Zeros and ones, as numbers with a fraction."""
    return rng.integers(2, size=shape).astype(float)


def draw_machine(rng: np.random.Generator, d: int, m: int) -> dict[str, Array]:
    """Parameters of a machine with opinions."""
    return {
        "weight": rng.normal(0, 1.5, (m, d)),
        "visible_bias": rng.standard_normal(d),
        "hidden_bias": rng.standard_normal(m),
    }


def load_machine(side: Any, state: Mapping[str, Array]) -> Any:
    """A machine with these parameters."""
    m, d = state["weight"].shape
    return side.load(side.lib.RBM(d, m), state)


def visible(rng: np.random.Generator, *, n: int, d: int, m: int) -> Case:
    """Binary vectors for a machine."""
    return Case({"n_visible": d, "n_hidden": m}, (bits(rng, n, d),))


def too_many_columns(rng: np.random.Generator) -> Case:
    """Vectors longer than the visible layer."""
    return Case({"n_visible": 3, "n_hidden": 2}, (bits(rng, 2, 4),))


def machine(rng: np.random.Generator, *, n: int, d: int, m: int) -> Case:
    """The parameters of a machine, and states of both of its layers."""
    return Case({"state": draw_machine(rng, d, m)}, (bits(rng, n, d), bits(rng, n, m)))


def play_hidden_probabilities(side: Any, case: Case) -> dict[str, Any]:
    """What the visible units say of the hidden ones."""
    v, _ = map(side.array, case.inputs)
    rbm = load_machine(side, case.arguments["state"])
    return {"value": side.lib.hidden_probabilities(rbm, v)}


def play_visible_probabilities(side: Any, case: Case) -> dict[str, Any]:
    """What the hidden units say of the visible ones."""
    _, h = map(side.array, case.inputs)
    rbm = load_machine(side, case.arguments["state"])
    return {"value": side.lib.visible_probabilities(rbm, h)}


def chains(rng: np.random.Generator, *, n: int, d: int, m: int, steps: int) -> Case:
    """A machine, where its chains start, and the numbers of some steps."""
    inputs = bits(rng, n, d), rng.random((steps, n, m + d))
    return Case({"state": draw_machine(rng, d, m)}, inputs)


def play_gibbs_sample(side: Any, case: Case) -> dict[str, Any]:
    """Where the chains arrive, with the numbers handed over and with them as a source."""
    v, uniforms = map(side.array, case.inputs)
    rbm = load_machine(side, case.arguments["state"])
    given = side.lib.gibbs_sample(rbm, v, uniforms)
    rbm.uniforms = lambda shape: uniforms[: shape[0]]
    return {"given": given, "drawn": side.lib.gibbs_sample(rbm, v, steps=len(uniforms))}


def divergence(rng: np.random.Generator, *, n: int, d: int, m: int, steps: int) -> Case:
    """Data for contrastive divergence, and the numbers of some steps: an input, or a source."""
    v, uniforms = bits(rng, n, d), rng.random((steps, n, m + d))
    arguments = {"d": d, "m": m}
    if rng.random() < 0.5:
        return Case(arguments, (v, uniforms), frozenset({1}), build=build_divergence)
    return Case({**arguments, "steps": steps, "source": uniforms}, (v,), build=build_divergence)


def build_divergence(
    side: Any, *, d: int, m: int, steps: int = 1, source: Array | None = None
) -> Any:
    """Contrastive divergence for a machine, which may have a source of numbers."""
    rbm = side.lib.RBM(d, m)
    if source is not None:
        rbm.uniforms = lambda shape: side.array(source)[: shape[0]]
    return side.lib.ContrastiveDivergence(rbm, steps=steps)


def no_steps(rng: np.random.Generator) -> Case:
    """Samples that are the data."""
    return Case({"d": 3, "m": 2, "steps": 0}, (bits(rng, 2, 3),), build=build_divergence)


def persistent_run(
    rng: np.random.Generator, *, n: int, d: int, m: int, chains: int, steps: int
) -> Case:
    """A machine, data, where chains start, and the numbers of three updates."""
    arguments = {"state": draw_machine(rng, d, m), "steps": steps}
    inputs = bits(rng, n, d), bits(rng, chains, d), rng.random((3, steps, chains, m + d))
    return Case(arguments, inputs)


def play_persistent(side: Any, case: Case) -> dict[str, Any]:
    """Three updates of a machine, each with the chains where the last one left them."""
    lib, steps = side.lib, case.arguments["steps"]
    v, chain, uniforms = case.inputs
    state = {f"rbm.{name}": array for name, array in case.arguments["state"].items()}
    m, d = state["rbm.weight"].shape
    rbm = lib.RBM(d, m)
    risk = lib.PersistentContrastiveDivergence(rbm, chains=len(chain), steps=steps)
    side.load(risk, {**state, "chain": chain})
    numbers = iter(uniforms)
    rbm.uniforms = lambda shape: side.array(next(numbers)[: shape[0]])
    trajectory = lib.fit(
        risk,
        side.array(v),
        optimizer=lib.SGD(rbm, lr=0.2),
        epochs=3,
        orders=[np.arange(len(v))] * 3,
    )
    return {"trajectory": trajectory, **side.state(risk)}


def no_chains(rng: np.random.Generator) -> Case:
    """Samples from no chain."""
    return Case({"chains": 0}, build=build_persistent)


def build_persistent(side: Any, *, chains: int) -> Any:
    """Persistent contrastive divergence for a machine."""
    return side.lib.PersistentContrastiveDivergence(side.lib.RBM(3, 2), chains=chains)


def no_visible(rng: np.random.Generator) -> Case:
    """A machine that sees nothing."""
    return Case({"n_visible": 0, "n_hidden": 2})


def no_hidden(rng: np.random.Generator) -> Case:
    """A machine without causes."""
    return Case({"n_visible": 3, "n_hidden": 0})


LAYERS = {"d": (1, 5), "m": (1, 5)}
VISIBLE = {"n": (1, 4), **LAYERS}
TWINS = (
    Twin("RBM", visible, VISIBLE, "U06 X02", rejects=(too_many_columns, no_visible, no_hidden)),
    Twin("hidden_probabilities", machine, VISIBLE, "U06", play=play_hidden_probabilities),
    Twin("visible_probabilities", machine, VISIBLE, "U06", play=play_visible_probabilities),
    Twin("gibbs_sample", chains, VISIBLE | {"steps": (1, 4)}, "U07", play=play_gibbs_sample),
    Twin(
        "ContrastiveDivergence",
        divergence,
        VISIBLE | {"steps": (1, 4)},
        "U06 U07",
        rejects=(no_steps,),
    ),
    Twin(
        "PersistentContrastiveDivergence",
        persistent_run,
        VISIBLE | {"chains": (1, 5), "steps": (1, 3)},
        "U06 U07",
        play=play_persistent,
        rejects=(no_chains,),
        # rounded otherwise on each side, a probability can fall on the other side of its number
        single=False,
    ),
)
