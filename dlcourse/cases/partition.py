"""Cases of what is exact about a Boltzmann machine."""

from typing import Any

import numpy as np

from dlcourse.cases.case import Case, Twin
from dlcourse.cases.rbm import VISIBLE, bits, load_machine, machine


def likelihood(rng: np.random.Generator, *, n: int, d: int, m: int) -> Case:
    """Data for a machine with a sum over its smaller layer."""
    return Case({"d": d, "m": m}, (bits(rng, n, d),), build=build_likelihood)


def build_likelihood(side: Any, *, d: int, m: int) -> Any:
    """The exact loss of a machine."""
    return side.lib.ExactLikelihood(side.lib.RBM(d, m))


def too_large(rng: np.random.Generator) -> Case:
    """Data for a machine with too many states in each layer."""
    return Case({"d": 22, "m": 21}, (bits(rng, 2, 22),), build=build_likelihood)


def play_log_partition(side: Any, case: Case) -> dict[str, Any]:
    """The logarithm of Z."""
    return {"value": side.lib.log_partition(load_machine(side, case.arguments["state"]))}


def play_state_probabilities(side: Any, case: Case) -> dict[str, Any]:
    """The probability of every visible vector."""
    return {"value": side.lib.state_probabilities(load_machine(side, case.arguments["state"]))}


def huge_machine(rng: np.random.Generator) -> Case:
    """A machine with too many states in each layer."""
    return Case({"d": 22, "m": 21}, build=sum_over_states)


def sum_over_states(side: Any, *, d: int, m: int) -> None:
    """Ask for Z."""
    side.lib.log_partition(side.lib.RBM(d, m))


def many_visible(rng: np.random.Generator) -> Case:
    """A machine with too many visible states."""
    return Case({"d": 21, "m": 2}, build=list_states)


def list_states(side: Any, *, d: int, m: int) -> None:
    """Ask for the probability of each state."""
    side.lib.state_probabilities(side.lib.RBM(d, m))


TWINS = (
    Twin("ExactLikelihood", likelihood, VISIBLE, "U06", rejects=(too_large,)),
    Twin(
        "log_partition", machine, VISIBLE, "U06", play=play_log_partition, rejects=(huge_machine,)
    ),
    Twin(
        "state_probabilities",
        machine,
        VISIBLE,
        "U06 U07",
        play=play_state_probabilities,
        rejects=(many_visible,),
    ),
)
