"""The tests of the twins catch planted bugs: every mutant of every `bprop` is killed.

A mutant is a line of a `bprop` (or of the `fprop` that saves for it) changed into a mistake
that people make.  A new `bprop` without three mutants fails, and so does a mutant that lives.
"""

import copy
import inspect
import textwrap

import numpy as np
import pytest

from dlcourse import by_hand, parity
from dlcourse.twins import find

MUTANTS = {
    "Identity": [
        ("sign", "return dh", "return -dh"),
        ("missing term: doubled", "return dh", "return 2 * dh"),
        ("transposed order of the batch", "return dh", "return dh[::-1]"),
    ],
    "Sign": [
        ("straight-through", "np.zeros_like(dh)", "dh"),
        ("sign, straight-through", "np.zeros_like(dh)", "-dh"),
        ("ones for zeros", "np.zeros_like(dh)", "np.ones_like(dh)"),
    ],
    "Sigmoid": [
        ("sign", "return dh", "return -dh"),
        ("missing term", "* (1 - h)", ""),
        ("forgets dh", "return dh * h", "return h"),
        ("a for g(a)", "h = self.saved", "h = np.log(self.saved / (1 - self.saved))"),
    ],
    "Tanh": [
        ("sign", "return dh", "return -dh"),
        ("missing square", "h**2", "h"),
        ("sigmoid's derivative", "(1 - h**2)", "h * (1 - h)"),
        ("forgets dh", "dh * (1 - h**2)", "1 - h**2"),
    ],
    "ReLU": [
        ("sign", "return dh", "return -dh"),
        ("missing mask", "* (h > 0)", ""),
        ("mask turned round", "h > 0", "h <= 0"),
        ("value for mask", "(h > 0)", "h"),
        ("mask of dh, not of a", "h > 0", "dh > 0"),
    ],
    "Softmax": [
        ("sign", "return p", "return -p"),
        ("diagonal only", "(dp - (p * dp).sum(axis=-1, keepdims=True))", "(1 - p) * dp"),
        ("missing term", " - (p * dp).sum(axis=-1, keepdims=True)", ""),
        ("sum over the batch", "axis=-1", "axis=0"),
        ("sum without p", "(p * dp)", "dp"),
    ],
    "LogSoftmax": [
        ("sign", "dlog_p - p", "dlog_p + p"),
        ("missing term", " - p * dlog_p.sum(axis=-1, keepdims=True)", ""),
        ("log p for p", "np.exp(self.saved)", "self.saved"),
        ("sum over the batch", "axis=-1", "axis=0"),
    ],
    "Add": [
        ("sign", "dz, dz", "dz, -dz"),
        ("halved", "dz, dz", "dz / 2, dz / 2"),
        ("missing term", "dz, dz", "dz, 0 * dz"),
    ],
    "Multiply": [
        ("sign", "dz * y", "-dz * y"),
        ("factors swapped", "dz * y, dz * x", "dz * x, dz * y"),
        ("missing factor", "dz * y", "dz"),
        ("stale factors", "self.saved = x, y", "self.saved = self.saved or (x + 1, y)"),
    ],
    "Neuron": [
        ("sign", "return da", "return -da"),
        ("activation skipped", "da = self.g.bprop(dh)", "da = dh"),
        ("missing bias gradient", 'self.grads["bias"] += da.sum()', "pass"),
        ("mean for sum", "da.sum()", "da.mean()"),
        ("= for +=", '["weight"] +=', '["weight"] ='),
        ("da for dh forgotten twice", "da @ x", "dh @ x"),
    ],
    "Affine": [
        ("sign", "return da", "return -da"),
        (
            "transposed: W where W^T belongs",
            'da @ self.params["weight"]',
            'da @ self.params["weight"].T',
        ),
        ("transposed gradient", "da.T @ x", "(da.T @ x).T"),
        ("missing sum", "da.sum(axis=0)", "da[0]"),
        ("= for +=", '["bias"] +=', '["bias"] ='),
        ("= for += in the weights", '["weight"] +=', '["weight"] ='),
        ("mean over the batch, once too often", "da.T @ x", "da.T @ x / len(x)"),
        ("stale input", "self.saved = x", "self.saved = x if self.saved is None else self.saved"),
    ],
    "Sequential": [
        ("order not reversed", "reversed(self.boxes)", "self.boxes"),
        ("last box skipped", "reversed(self.boxes)", "self.boxes[-2::-1]"),
        ("sign", "return dy", "return -dy"),
    ],
    "Graph": [
        ("= for +=", "gradients.get(child, 0) + dx", "dx"),
        ("order not reversed", "reversed(order)", "order"),
        ("sign", "gradients.get(child, 0) + dx", "gradients.get(child, 0) - dx"),
        (
            "stale gradient",
            "gradients = {self.output: dy}",
            "gradients = {**self.gradients, self.output: dy}",
        ),
    ],
    "NegativeLogLikelihood": [
        ("sign", "-1 / f_y", "1 / f_y"),
        ("missing mean", " / len(y)", ""),
        ("missing division by f", "-1 / f_y", "-1"),
        ("forgets dl", "dl * df", "df"),
    ],
    "CrossEntropyLoss": [
        ("sign", "-= 1", "+= 1"),
        ("missing mean", " / len(y)", ""),
        ("forgets dl", "dl * da", "da"),
        ("scores for probabilities", "np.exp(log_f)", "log_f.copy()"),
    ],
    "BCEWithLogitsLoss": [
        ("sign", "(p - y)", "(y - p)"),
        ("missing mean", " / len(y)", ""),
        ("tanh for sigmoid", "0.5 * (1 + np.tanh(a / 2))", "np.tanh(a / 2)"),
        ("missing half", "a / 2", "a"),
    ],
    "MSELoss": [
        ("sign", "dl * 2", "dl * -2"),
        ("missing factor 2", "* 2 ", ""),
        ("mean over the batch only", "difference.size", "len(difference)"),
    ],
    "HingeLoss": [
        ("sign", "dl * -y", "dl * y"),
        ("missing mask", " * (slack > 0)", ""),
        ("mask turned round", "slack > 0", "slack < 0"),
        ("missing mean", " / len(y)", ""),
    ],
    "L2": [
        ("sign", "+= dy", "-= dy"),
        ("missing factor 2", "* 2 ", ""),
        ("= for +=", "dw += dy * 2 * w", "dw = dy * 2 * w"),
        ("forgets dy", "dy * 2 * w", "2 * w"),
    ],
    "L1": [
        ("sign", "+= dy", "-= dy"),
        ("weight for its sign", "np.sign(w)", "w"),
        ("= for +=", "dw += dy * np.sign(w)", "dw = dy * np.sign(w)"),
        ("forgets dy", "dy * np.sign(w)", "np.sign(w)"),
    ],
    "EmpiricalRisk": [
        ("missing regularizer", "self.regularizer.bprop(dy * self.strength)", "pass"),
        ("missing strength", "dy * self.strength", "dy"),
        ("sign of the regularizer", "dy * self.strength", "-dy * self.strength"),
        ("sign", "self.net.bprop(df)", "self.net.bprop(-df)"),
    ],
}

BOXES = sorted(
    name
    for name in by_hand.__all__
    if inspect.isclass(getattr(by_hand, name)) and "bprop" in vars(getattr(by_hand, name))
)
PLANTED = [
    pytest.param(name, bug, old, new, id=f"{name}-{bug}")
    for name, mutants in MUTANTS.items()
    for bug, old, new in mutants
]


def plant(monkeypatch, name, old, new):
    """Change one piece of source of a box; the piece must be there."""
    cls = getattr(by_hand, name)
    method = "bprop" if old in inspect.getsource(cls.bprop) else "fprop"
    source = textwrap.dedent(inspect.getsource(getattr(cls, method)))
    assert old in source, f"{name} has no {old!r} to change: update its mutants"
    namespace = dict(vars(inspect.getmodule(cls)))
    exec(source.replace(old, new), namespace)
    monkeypatch.setattr(cls, method, namespace[method])


def survives(name):
    """Whether the twins still agree on twenty cases, each gone through twice."""
    twin = find(name)
    for seed in range(20):
        rng = np.random.default_rng(seed)
        case = twin.case(rng, **twin.draw_sizes(rng))
        try:
            found = parity.compare(twin, case, seed=seed) + twice(twin, case, seed)
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


def test_the_table_names_only_boxes_that_are_there():
    assert set(MUTANTS) <= set(BOXES), "a box is gone; take its mutants out"
