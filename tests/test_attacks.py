"""Hostile notebooks: each gets what it deserves, and the next submission is unharmed."""

import dataclasses
import os
import platform
import re
import struct
from pathlib import Path

import pytest
from attacks import ATTACKS, HONEST, LEAKS, START

from dlcourse.exercises.cases import cases_of
from dlcourse.exercises.tasks import find
from dlcourse.grading.inside.system_calls import DENIED, LAST, MACHINES, filter_of, number_of
from dlcourse.grading.judging import Limits, judge_notebook
from dlcourse.grading.sandbox import SandboxError, Server

TASKS = {name: name.replace("_", "-") for name in HONEST}
LIMITS = Limits(silence=3.0, seconds=30, memory=300 << 20, disk=16)
PUBLIC = cases_of(find("neuron-forward"), 0)
KNOWN = {case.arguments[0].shape: [] for case in PUBLIC}
for case in PUBLIC:
    KNOWN[case.arguments[0].shape].append(float(case.arguments[0].sum()))
NUMBERS = {name: number_of(name) for name in DENIED if platform.machine() in MACHINES}
NUMBERS |= {"later": LAST + 1, "much later": 1000}
GIVEN = f"PUBLIC = {KNOWN}\nPUBLIC_CALLS = {len(PUBLIC)}\n"
GIVEN += f"SYSTEM_CALLS = { {name: k for name, k in NUMBERS.items() if k is not None} }\n"


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
        ("from scipy.special import binom", "binom(n, t) / 2**n"),
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


# ---- system calls --------------------------------------------------------------------------------

ALLOWED, DENIES, UNKNOWN, KILLS = 0x7FFF0000, 0x00050001, 0x00050026, 0x80000000
HEADERS = {
    "x86_64": ("/usr/include/x86_64-linux-gnu/asm/unistd_64.h", "/usr/include/asm/unistd_64.h"),
    "aarch64": ("/usr/include/asm-generic/unistd.h",),
}


def verdict_on(machine, arch, number):
    """Run a filter as the kernel does: four kinds of instructions are all it has."""
    program = list(struct.iter_unpack("HBBI", filter_of(machine)))
    at, value = 0, 0
    while True:
        code, yes, no, k = program[at]
        if code == 0x06:
            return k
        if code == 0x20:
            value = {0: number, 4: arch}[k]
        else:
            at += yes if (value == k if code == 0x15 else value >= k) else no
        at += 1


@pytest.mark.parametrize("machine", MACHINES)
def test_the_filter_denies_what_is_not_for_computing(machine):
    arch, column = MACHINES[machine], list(MACHINES).index(machine)
    denied = {numbers[column]: name for name, numbers in DENIED.items()}
    for number in range(LAST + 1):
        expected = DENIES if number in denied else ALLOWED
        expected = UNKNOWN if denied.get(number) == "clone3" else expected
        assert verdict_on(machine, arch, number) == expected
    assert verdict_on(machine, arch, LAST + 1) == verdict_on(machine, arch, 5000) == UNKNOWN
    (other,) = set(MACHINES.values()) - {arch}
    assert {verdict_on(machine, a, 0) for a in (other, 0x40000003, 0x40000028)} == {KILLS}
    assert verdict_on("x86_64", MACHINES["x86_64"], 0x40000000) == KILLS


@pytest.mark.parametrize("machine", MACHINES)
def test_numbers_of_system_calls_are_those_of_the_kernel(machine):
    header = next((Path(p) for p in HEADERS[machine] if Path(p).is_file()), None)
    if header is None:
        pytest.skip("the kernel's headers are not installed")
    found = re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)\s", header.read_text())
    kernel = {name: int(number) for name, number in reversed(found)}
    column, newest = list(MACHINES).index(machine), max(kernel.values())
    for name, numbers in DENIED.items():  # headers may be older than the table
        assert kernel.get(name) == numbers[column] or (numbers[column] or 0) > newest, name


def test_a_processor_that_is_not_known_has_no_filter():
    with pytest.raises(OSError, match="no filter of system calls is known for riscv64"):
        filter_of("riscv64")
