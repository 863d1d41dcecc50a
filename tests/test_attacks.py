"""Hostile notebooks: each gets what it deserves, and the next submission is unharmed."""

import dataclasses
import os

import pytest
from attacks import ATTACKS, HONEST, LEAKS, START

from dlcourse.exercises.cases import cases_of
from dlcourse.exercises.tasks import find
from dlcourse.grading.judging import Limits, judge_notebook
from dlcourse.grading.sandbox import SandboxError, Server

TASKS = {name: name.replace("_", "-") for name in HONEST}
LIMITS = Limits(silence=3.0, seconds=30, memory=300 << 20, disk=16)
PUBLIC = cases_of(find("neuron-forward"), 0)
KNOWN = {case.arguments[0].shape: [] for case in PUBLIC}
for case in PUBLIC:
    KNOWN[case.arguments[0].shape].append(float(case.arguments[0].sum()))
GIVEN = f"PUBLIC = {KNOWN}\nPUBLIC_CALLS = {len(PUBLIC)}\n"


@pytest.fixture(scope="module")
def servers():
    try:
        found = {torch: Server(torch=torch) for torch in (False, True)}
        found[False].start()
    except SandboxError as error:
        pytest.skip(str(error))
    os.environ["WITNESS"] = "seen"
    yield found
    for server in found.values():
        server.stop()


def judged(cells, servers, secret=7):
    result = judge_notebook(cells, servers, secret=secret, limits=LIMITS)
    return {v.task: v for v in result.verdicts if v.task in TASKS.values()}


@pytest.fixture(scope="module")
def honest(servers):
    cells = [START, "essay = 'ESSAY-OF-ANN'", *HONEST.values()]
    found = judged(cells, servers)
    assert {v.state for v in found.values()} == {"right"}
    return cells, found


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_gets_what_it_deserves_and_the_next_submission_too(attack, servers, honest):
    start, *others = attack.cells
    found = judged([GIVEN + start, *others], servers)
    neuron = found.pop("neuron-forward")
    assert neuron.state == attack.neuron, neuron.text
    assert attack.shows in neuron.text or attack.shows in neuron.page
    assert len(neuron.page) < 10_000
    assert "\x1b" not in neuron.text and "<script" not in neuron.page
    states = {v.state for v in found.values()}
    if attack.others == "right":
        assert states == {"right"}, found
    elif attack.others == "broken":
        assert found["sigmoid-slope"].state == "wrong"
    cells, expected = honest
    assert judged(cells, servers) == expected


NUMBER = """
from math import comb
{imported}
def luckiest_coin():
    k, n = {k}, {n}
    below = np.cumsum([{one} for t in range(n + 1)]) ** k
    best = np.diff(np.concatenate([[0.0], below])) @ np.arange(n + 1) / n
    return best, 0.5"""


@pytest.mark.parametrize(
    ("imported", "one"),
    [
        ("", "comb(n, t) / 2**n"),
        ("from scipy.stats import binom", "binom.pmf(t, n, 0.5)"),
        ("import torch.distributions as d", "d.Binomial(n, torch.tensor(0.5)).log_prob("
         "torch.tensor(float(t))).exp().item()"),
    ],
    ids=["by hand", "SciPy", "PyTorch"],
)  # fmt: skip
def test_a_number_may_be_found_by_whatever_means(imported, one, servers):
    numbers = find("luckiest-coin").numbers_for(0)
    cell = NUMBER.format(imported=imported, one=one, **numbers)
    result = judge_notebook([START, cell], servers, secret=7, limits=LIMITS)
    (found,) = (v for v in result.verdicts if v.task == "luckiest-coin")
    assert found.state == "right", found.text


def test_a_task_in_pytorch_is_not_done_by_the_course(servers):
    cell = "def sigmoid_chain(x, w):\n    from dlcourse.in_torch import Sigmoid\n    return x"
    result = judge_notebook([START, cell], servers, secret=7, limits=LIMITS)
    (found,) = (v for v in result.verdicts if v.task == "sigmoid-chain")
    assert "It leaves the work to the course's own code" in found.text


@pytest.mark.parametrize("attack", [*LEAKS, *ATTACKS[:3]], ids=lambda attack: attack.name)
def test_feedback_is_the_same_whatever_the_secret_cases_are(attack, servers):
    start, *others = attack.cells
    one, other = (judged([GIVEN + start, *others], servers, secret) for secret in (7, 8))
    assert [dataclasses.asdict(v) for v in one.values()] == [
        dataclasses.asdict(v) for v in other.values()
    ]


def test_the_search_of_memory_finds_what_is_there(servers):
    (spy,) = (attack for attack in ATTACKS if attack.name == "memory of others")
    start, *others = spy.cells
    found = judged([start, "essay = 'ESSAY-OF-ANN'", *others], servers)["neuron-forward"]
    assert found.state == "wrong" and "your answer: '[0]'" not in found.text


def test_what_cannot_be_confined_is_not_run(servers):
    limits = dataclasses.replace(LIMITS, disk=-1)
    with pytest.raises(SandboxError, match=r"cannot be confined here: .*mount /tmp"):
        judge_notebook([START, *HONEST.values()], servers, secret=7, limits=limits)


def test_there_are_as_many_attacks_as_the_course_promises():
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS) >= 30
