"""The tests of the twins catch planted bugs: every mutant is killed.

A mutant is a line of a concept, by hand or in PyTorch, changed into a mistake that people make.  A
concept without mutants fails, and so does a mutant that lives.
"""

import inspect

import mutants_of_torch
import pytest
from mutants import MUTANTS, PROCEDURES, WITHOUT
from planting import PROVEN_BY, count_anew, plant, survives

from dlcourse import by_hand, in_torch

BOXES = sorted(
    name
    for name in by_hand.__all__
    if inspect.isclass(getattr(by_hand, name)) and "bprop" in vars(getattr(by_hand, name))
)
BY_HAND, IN_TORCH = MUTANTS | PROCEDURES, mutants_of_torch.MUTANTS


def planted(table):
    """One parameter for each mutant of a table."""
    return pytest.mark.parametrize(
        ("name", "bug", "old", "new"),
        [
            pytest.param(name, bug, old, new, id=f"{name}-{bug}")
            for name, mutants in table.items()
            for bug, old, new in mutants
        ],
    )


def nothing_of_ours(name):
    """Say why nothing of a concept in PyTorch can be changed: it is made elsewhere."""
    module = inspect.getmodule(getattr(in_torch, name)).__name__
    return "" if module.startswith("dlcourse.in_torch.") else f"it is that of {module}"


@pytest.mark.parametrize("name", BOXES)
def test_every_bprop_has_mutants_and_lives_without_them(name):
    assert len(MUTANTS.get(name, [])) >= 3, f"plant at least three bugs in {name}.bprop"
    assert survives(name), f"{name} is not equal to its twin even without a bug"


@pytest.mark.parametrize("name", PROCEDURES)
def test_every_procedure_lives_without_mutants(name):
    alive = survives(name, cases=3)  # tests/test_twins.py has more
    assert alive, f"{name} is not equal to its twin even without a bug"


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # wrong code divides by zero
@planted(BY_HAND)
def test_every_mutant_is_killed(monkeypatch, name, bug, old, new):
    count_anew(monkeypatch, by_hand)
    plant(monkeypatch, by_hand, name, old, new)
    assert not survives(name), f"{name}: the bug {bug!r} ({old!r} -> {new!r}) was not noticed"


@pytest.mark.filterwarnings("ignore::UserWarning")  # wrong code spreads what it should not
@planted(IN_TORCH)
def test_every_mutant_is_killed_in_torch(monkeypatch, name, bug, old, new):
    count_anew(monkeypatch, in_torch)
    plant(monkeypatch, in_torch, name, old, new)
    alive = survives(name, swept=False)
    assert not alive, f"in_torch.{name}: the bug {bug!r} ({old!r} -> {new!r}) was not noticed"


@pytest.mark.parametrize(
    ("lib", "table", "without"),
    [
        (by_hand, BY_HAND, WITHOUT),
        (
            in_torch,
            IN_TORCH,
            mutants_of_torch.WITHOUT
            | {name: why for name in in_torch.__all__ if (why := nothing_of_ours(name))},
        ),
    ],
    ids=["by_hand", "in_torch"],
)
def test_every_concept_has_mutants_or_a_reason_why_not(lib, table, without):
    assert set(table) | set(without) <= set(lib.__all__), "a concept is gone; take its mutants out"
    missing = sorted(set(lib.__all__) - set(table) - set(without))
    assert not missing, f"plant two bugs or more in {', '.join(missing)}, as CONTRIBUTING.md says"
    both = sorted(set(table) & set(without))
    assert not both, f"{', '.join(both)} has mutants, and a reason why it has none"
    few = [name for name, mutants in table.items() if len(mutants) < 2]
    assert not few, f"one bug is not enough for {', '.join(few)}"
    assert all(len(reason.split()) >= 5 for reason in without.values())


def test_each_mutant_stands_once_and_in_its_table():
    assert set(MUTANTS) <= set(BOXES), "a box is gone; take its mutants out"
    assert not set(PROCEDURES) & set(BOXES)
    assert set(PROVEN_BY) <= set(BY_HAND)
    for table in (BY_HAND, IN_TORCH):
        for name, mutants in table.items():
            for column in (0, slice(1, 3)):
                once = [mutant[column] for mutant in mutants]
                assert len(set(once)) == len(once), f"{name} has one mutant twice"
