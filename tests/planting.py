"""Planting mistakes in the source of what is loaded, and the proof by parity that notices them."""

import copy
import inspect
import sys
import textwrap
from functools import cached_property

import numpy as np

from dlcourse import parity
from dlcourse.cases import architectures
from dlcourse.twins import find

PROVEN_BY = {
    "Box": ("MLP", "sawtooth_network"),
    "check_gradients": ("check_gradients", "KinkWarning"),
    "fit": ("fit", "Schedule", "EarlyStopping"),
    "output_size": ("correlate_loops",),
    "topological_order": ("Graph",),
}
"""Whose rows prove what has no row of its own, is one thing on both sides, or has other parts."""

NOTICED = (ArithmeticError, TypeError, ValueError, LookupError, RuntimeError)
"""What a mistake may raise.  A `NameError` is none of them: there the mutant itself is wrong."""


def plant(monkeypatch, lib, name, old, new):
    """Change one piece of source of a concept of one side; the piece must be there."""
    concept = getattr(lib, name)
    module = inspect.getmodule(concept)
    if inspect.isclass(concept):
        for method, member in methods_of(concept):
            if old in inspect.getsource(source_of(member)):
                mutant = mutated(source_of(member), old, new, owner=concept)
                if hasattr(mutant, "__set_name__"):
                    mutant.__set_name__(concept, method)
                monkeypatch.setattr(concept, method, mutant)
                return
    elif old in inspect.getsource(concept):
        replace_everywhere(monkeypatch, name, concept, mutated(concept, old, new))
        return
    for helper, function in inspect.getmembers(module, inspect.isfunction):
        if function.__module__ == module.__name__ and old in inspect.getsource(function):
            monkeypatch.setattr(module, helper, mutated(function, old, new))
            return  # it was in what the concept leaves to a function beside it
    raise AssertionError(f"{name} has no {old!r} to change: update its mutants")


def methods_of(concept):
    """The methods of a class and its cached properties, what runs backwards or forwards first."""
    own = [(n, f) for n, f in vars(concept).items() if inspect.isfunction(source_of(f))]
    return sorted(own, key=lambda pair: pair[0] not in ("bprop", "forward"))


def source_of(member):
    """The function behind a cached property, or the method itself."""
    return member.func if isinstance(member, cached_property) else member


def mutated(function, old, new, *, owner=None):
    """Compile a function anew, in its module, with a piece of its source changed."""
    source = textwrap.dedent(inspect.getsource(function))
    assert old in source, f"{function.__qualname__} has no {old!r} to change: update its mutants"
    changed = source.replace(old, new)
    if owner is not None:
        changed = changed.replace("super()", f"super({owner.__name__}, self)")
    made = {}
    exec(changed, vars(inspect.getmodule(function)), made)
    return made[function.__name__]


def count_anew(monkeypatch, lib):
    """Forget what is known of large nets on this side, and only there: counting them is slow."""
    remembered = architectures.counted

    def counted(counters, *others):
        ours = counters[0] is lib.outline
        return (remembered.__wrapped__ if ours else remembered)(counters, *others)

    monkeypatch.setattr(architectures, "counted", counted)


def replace_everywhere(monkeypatch, name, concept, mutant):
    """Put a mutant wherever the course and its tests have imported the concept."""
    for module in list(sys.modules.values()):
        ours = getattr(module, "__name__", "").startswith(("dlcourse.", "test_"))
        if ours and vars(module).get(name) is concept:
            monkeypatch.setattr(module, name, mutant)


def survives(name, *, swept=True, cases=20):
    """Whether the twins still agree on some cases: it ends at the first difference."""
    twins = [find(row) for row in PROVEN_BY.get(name, (name,))]
    try:
        return all(d.agrees for twin in twins for d in all_differences(twin, swept, cases))
    except NOTICED:
        return False


def all_differences(twin, swept, cases):
    """Compare in training, in use and, by hand, on a second sweep."""
    for seed in range(cases):
        rng = np.random.default_rng(seed)
        case = twin.case(rng, **twin.draw_sizes(rng))
        yield from parity.compare(twin, case, seed=seed)
        if twin.play is None:
            if swept:
                yield from twice(twin, case, seed)
            yield from parity.compare(twin, case, seed=seed, training=False)


def twice(twin, case, seed):
    """Run two sweeps through one box: gradients double, and nothing stale is left."""
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
    return parity.differences(ours, theirs, twin.tolerance)
