"""The tests of the twins catch planted bugs: every mutant is killed.

A mutant is a line of a `bprop` (or of the `fprop` that saves for it), of an optimizer, a schedule
or another procedure, changed into a mistake that people make.  A new `bprop` without three mutants
fails, and so does a mutant that lives.
"""

import copy
import inspect
import textwrap

import numpy as np
import pytest
from mutants import MUTANTS, PROCEDURES

from dlcourse import by_hand, parity
from dlcourse.twins import find

BOXES = sorted(
    name
    for name in by_hand.__all__
    if inspect.isclass(getattr(by_hand, name)) and "bprop" in vars(getattr(by_hand, name))
)
PLANTED = [
    pytest.param(name, bug, old, new, id=f"{name}-{bug}")
    for name, mutants in (MUTANTS | PROCEDURES).items()
    for bug, old, new in mutants
]


def plant(monkeypatch, name, old, new):
    """Change one piece of source of a concept; the piece must be there."""
    concept = getattr(by_hand, name)
    module = inspect.getmodule(concept)
    if not inspect.isclass(concept) and old in inspect.getsource(concept):
        mutant = mutated(concept, old, new, dict(vars(module)))
        monkeypatch.setattr(module, name, mutant)  # for the concepts that are made of it
        monkeypatch.setattr(by_hand, name, mutant)
        return
    members = vars(concept) if inspect.isclass(concept) else {}
    methods = {name: f for name, f in members.items() if inspect.isfunction(f)}
    for method in sorted(methods, key=lambda method: method != "bprop"):
        if old in inspect.getsource(methods[method]):
            namespace = dict(vars(module)) | {"__class__": concept}
            monkeypatch.setattr(concept, method, mutated(methods[method], old, new, namespace))
            return
    for helper, function in inspect.getmembers(module, inspect.isfunction):
        if function.__module__ == module.__name__ and old in inspect.getsource(function):
            monkeypatch.setattr(module, helper, mutated(function, old, new, dict(vars(module))))
            return  # it was in what the concept leaves to a function beside it
    raise AssertionError(f"{name} has no {old!r} to change: update its mutants")


def mutated(function, old, new, namespace):
    """Compile a function anew with a piece of its source changed."""
    source = textwrap.dedent(inspect.getsource(function))
    assert old in source, f"{function.__qualname__} has no {old!r} to change: update its mutants"
    changed = source.replace(old, new).replace("super()", "super(__class__, self)")
    exec(changed, namespace)
    return namespace[function.__name__]


def survives(name):
    """Whether the twins still agree on twenty cases, in training, in use, and on a second sweep."""
    twin = find(name)
    for seed in range(20):
        rng = np.random.default_rng(seed)
        case = twin.case(rng, **twin.draw_sizes(rng))
        try:
            found = parity.compare(twin, case, seed=seed) + twice(twin, case, seed)
            if twin.play is None:
                found += parity.compare(twin, case, seed=seed, training=False)
        except (ArithmeticError, TypeError, ValueError, KeyError, IndexError):
            return False
        if not all(difference.agrees for difference in found):
            return False
    return True


def twice(twin, case, seed):
    """Run two sweeps through one box: gradients double, and nothing stale is left."""
    if twin.play is not None:
        return []
    hand = parity.ByHand()
    box = parity.build(twin, case, hand)
    used = copy.deepcopy(box)
    dy = np.random.default_rng(seed).standard_normal(box(*case.inputs).shape)
    first = parity.as_tuple(box.bprop(dy))
    once = hand.gradients(box)

    box = used
    box(*(x[::-1].copy() for x in case.inputs))  # other inputs, whose traces must not stay
    box.bprop(dy)
    box.zero_grad()
    for _ in range(2):
        box(*case.inputs)
        again = parity.as_tuple(box.bprop(dy))
    ours = hand.gradients(box) | dict(enumerate(again))
    theirs = {name: 2 * grad for name, grad in once.items()} | dict(enumerate(first))
    ours, theirs = (
        {str(name): grad for name, grad in side.items() if grad is not None}
        for side in (ours, theirs)
    )
    return list(parity.differences(ours, theirs, twin.tolerance))


@pytest.mark.parametrize("name", BOXES)
def test_every_bprop_has_mutants_and_lives_without_them(name):
    assert len(MUTANTS.get(name, [])) >= 3, f"plant at least three bugs in {name}.bprop"
    assert survives(name), f"{name} is not equal to its twin even without a bug"


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # wrong code divides by zero
@pytest.mark.parametrize(("name", "bug", "old", "new"), PLANTED)
def test_every_mutant_is_killed(monkeypatch, name, bug, old, new):
    plant(monkeypatch, name, old, new)
    assert not survives(name), f"{name}: the bug {bug!r} ({old!r} -> {new!r}) was not noticed"


@pytest.mark.parametrize("name", PROCEDURES)
def test_every_procedure_lives_without_mutants(name):
    assert survives(name), f"{name} is not equal to its twin even without a bug"


def test_the_tables_name_only_concepts_that_are_there():
    assert set(MUTANTS) <= set(BOXES), "a box is gone; take its mutants out"
    assert set(PROCEDURES) <= set(by_hand.__all__) - set(BOXES)
