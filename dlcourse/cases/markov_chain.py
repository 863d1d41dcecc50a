"""Cases of Markov chains."""

from typing import Any

import numpy as np

from dlcourse.by_hand.box import Array
from dlcourse.cases.case import Case, Twin, call
from dlcourse.cases.rbm import LAYERS, draw_machine, load_machine


def distributions(rng: np.random.Generator, rows: int, states: int) -> Array:
    """Some distributions, one in each row."""
    p = rng.random((rows, states)) + 0.05
    return p / p.sum(axis=1, keepdims=True)


def machine(rng: np.random.Generator, *, d: int, m: int) -> Case:
    """The parameters of a machine."""
    return Case({"state": draw_machine(rng, d, m)})


def play_transition_matrix(side: Any, case: Case) -> dict[str, Any]:
    """The chain of a machine."""
    return {"value": side.lib.transition_matrix(load_machine(side, case.arguments["state"]))}


def large_machine(rng: np.random.Generator) -> Case:
    """A machine with more states than a matrix should have rows."""
    return Case(build=build_large)


def build_large(side: Any) -> None:
    """Ask for the chain of a large machine."""
    side.lib.transition_matrix(side.lib.RBM(13, 2))


def chain(rng: np.random.Generator, *, states: int) -> Case:
    """A chain that gets from everywhere to everywhere."""
    return Case(inputs=(distributions(rng, states, states),))


def split_chain(rng: np.random.Generator) -> Case:
    """A chain of two parts that do not meet."""
    return Case(inputs=(np.eye(2),))


def rows_off(rng: np.random.Generator) -> Case:
    """A matrix with a row that does not sum to 1."""
    return Case(inputs=(np.array([[0.5, 0.25], [0.5, 0.5]]),))


def negative_entry(rng: np.random.Generator) -> Case:
    """A matrix with a number below 0."""
    return Case(inputs=(np.array([[1.5, -0.5], [0.5, 0.5]]),))


def started(rng: np.random.Generator, *, states: int, steps: int) -> Case:
    """A chain, a distribution it starts from, and a number of steps."""
    inputs = distributions(rng, 1, states)[0], distributions(rng, states, states)
    return Case({"steps": steps}, inputs)


def started_off(rng: np.random.Generator) -> Case:
    """A start for a matrix that is no chain."""
    return Case({"steps": 1}, (np.array([0.5, 0.5]), rows_off(rng).inputs[0]))


def walks(rng: np.random.Generator, *, states: int, steps: int, n: int) -> Case:
    """A chain, where walks start, and the numbers of their steps."""
    inputs = rng.integers(states, size=n), distributions(rng, states, states)
    return Case(inputs=(*inputs, rng.random((steps, n))))


def walks_off(rng: np.random.Generator) -> Case:
    """Walks by a matrix that is no chain."""
    return Case(inputs=(np.array([0]), rows_off(rng).inputs[0], rng.random((2, 1))))


def two_distributions(rng: np.random.Generator, *, states: int, n: int) -> Case:
    """Two distributions, or several pairs."""
    return Case(inputs=(distributions(rng, n, states), distributions(rng, n, states)))


def flow(rng: np.random.Generator, *, states: int) -> Case:
    """A distribution and a chain that need not belong together."""
    return Case(inputs=(distributions(rng, 1, states)[0], distributions(rng, states, states)))


def missing_entry(rng: np.random.Generator) -> Case:
    """A matrix with a gap."""
    return Case(inputs=(np.array([[np.nan, 0.5], [0.5, 0.5]]),))


def fewer_than_no_steps(rng: np.random.Generator) -> Case:
    """A number of steps below 0."""
    return Case({"steps": -1}, started(rng, states=2, steps=1).inputs)


def start_nowhere(rng: np.random.Generator) -> Case:
    """Walks from a state before the first."""
    inputs = np.array([0, -1]), distributions(rng, 2, 2), rng.random((3, 2))
    return Case(inputs=inputs)


def missing_uniform(rng: np.random.Generator) -> Case:
    """A step by a number that there is not."""
    inputs = np.array([0]), distributions(rng, 2, 2), np.array([[0.5], [np.nan]])
    return Case(inputs=inputs)


STATES = {"states": (1, 6)}
TWINS = (
    Twin(
        "transition_matrix",
        machine,
        LAYERS,
        "U07",
        play=play_transition_matrix,
        rejects=(large_machine,),
    ),
    Twin(
        "stationary_distribution",
        chain,
        STATES,
        "U07",
        play=call("stationary_distribution"),
        rejects=(split_chain, rows_off, negative_entry, missing_entry),
    ),
    Twin(
        "evolve",
        started,
        STATES | {"steps": (0, 5)},
        "U07",
        play=call("evolve"),
        rejects=(started_off, fewer_than_no_steps),
    ),
    Twin(
        "simulate_chain",
        walks,
        STATES | {"steps": (1, 5), "n": (1, 4)},
        "U07",
        play=call("simulate_chain"),
        rejects=(walks_off, start_nowhere, missing_uniform),
    ),
    Twin(
        "total_variation",
        two_distributions,
        STATES | {"n": (1, 3)},
        "U07",
        play=call("total_variation"),
    ),
    Twin("detailed_balance_gap", flow, STATES, "U07", play=call("detailed_balance_gap")),
)
