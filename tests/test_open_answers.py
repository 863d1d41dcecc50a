"""Tasks with many right answers: what is said of each that is none, and of what is no answer."""

import numpy as np
import pytest

from dlcourse.exercises.judge import AnswerKey, judge
from dlcourse.exercises.parsons import in_order
from dlcourse.exercises.probe import probe
from dlcourse.exercises.tasks import everything, find

OPEN = [name for name, (_, task) in everything().items() if task.accept is not None]
NAN, HUGE = float("nan"), 1e308


def problem(task, answer):
    """What the judge says of an answer; nothing when it is right."""
    key = AnswerKey(find(task), 0)
    result = judge(key, probe(lambda *given, **numbers: answer, key.cases))
    return "" if result.state == "right" else result.failure.problem


@pytest.mark.parametrize(
    ("task", "answer", "said"),
    [
        ("relu-counter-example", (1, 2, 3), "Two numbers are asked for, the smaller one first"),
        ("relu-counter-example", (-NAN, 0.0), "Two numbers are asked for, the smaller one first"),
        (
            "xor-output-unit",
            (1, 1),
            "Three finite numbers are asked for: the two weights and the bias",
        ),
        (
            "xor-output-unit",
            (NAN, 1.0, 1.0),
            "Three finite numbers are asked for: the two weights and the bias",
        ),
        (
            "loss-and-error",
            [0.1] * 5,
            "Two lists of three probabilities each are asked for: before and after",
        ),
        (
            "loss-and-error",
            [[0.6, 0.6, 0.0], [0.4, 0.4, 0.4]],
            "Probabilities are above 0 and at most 1; at 0 the loss would be infinite",
        ),
        (
            "loss-and-error",
            [[0.6, 0.5, 0.1], [0.4, 0.4, 0.4]],
            "At 0.5 it is open which class is the answer; take a little more or less",
        ),
        ("rising-axes", [1, 2, 3], "Two rows of two numbers are asked for"),
        ("fooled-check", "near 0", "One finite number is asked for"),
        ("fooled-check", True, "One finite number is asked for"),
        ("fooled-check", NAN, "One finite number is asked for"),
        ("fooled-check", np.inf, "One finite number is asked for"),
        ("hovering-weight", "small", "One finite number is asked for"),
        ("hovering-weight", NAN, "One finite number is asked for"),
        ("hovering-weight", -np.inf, "One finite number is asked for"),
        ("hovering-weight", HUGE, "After two steps it is at 1e+308"),
        ("two-layer-gap", (4.0,), "The answer is two finite numbers, w and b"),
        ("two-layer-gap", (4.0, NAN), "The answer is two finite numbers, w and b"),
        ("two-layer-gap", (4 + 1j, -2.0), "The answer is two finite numbers, w and b"),
        ("two-layer-gap", (40.0, -20.0), "Both numbers are to be from -10 to 10"),
        ("best-five-percent", ["high"] * 20, "Asked for are scores, as numbers"),
        (
            "best-five-percent",
            [-0.1] + [0.9] * 30,
            "Scores lie between 0 and 1; one of these is -0.1",
        ),
        (
            "best-five-percent",
            [0.1] + [90] * 30,
            "Scores lie between 0 and 1; one of these is 90",
        ),
        (
            "best-five-percent",
            [0.9] * 19,
            "Of 19 configurations nothing is the best 5 %; at least 20 are needed for that",
        ),
        (
            "best-five-percent",
            0.9,
            "Of 1 configuration nothing is the best 5 %; at least 20 are needed for that",
        ),
        (
            "worse-than-each",
            np.full((2, 3), 0.1),
            "Asked for is one table of 3 nets (rows) by 2 examples (columns)",
        ),
        ("worse-than-each", np.full((3, 2), 0.1 + 1j), "These are not numbers"),
        ("worse-than-each", np.full((3, 2), 1.1), "A probability is below 0 or above 1"),
        (
            "worse-than-each",
            [[0.6, 0.1], [0.1, 0.6], [0.6, 0.5]],
            "Somewhere both classes are equally likely, so that there is no answer",
        ),
        ("another-nothing", np.eye(3), "Asked for are two matrices; this is 1"),
        (
            "another-nothing",
            (np.ones((3, 3)), np.eye(2)),
            "W2 should have shape (3, 3); it has (2, 2)",
        ),
        (
            "another-nothing",
            (np.full((3, 3), np.inf), np.eye(3)),
            "W1 should hold finite numbers",
        ),
        (
            "units-at-a-glance",
            "dace",
            "Asked for are 5 letters, and these are 4",
        ),
        ("overfit-proves", "bz", "There is no 'z'; the letters are a, b, c, d, e, f, g"),
    ],
)
def test_what_is_no_right_answer_is_told_what_is_wrong_with_it(task, answer, said):
    assert problem(task, answer) == said


STRANGE = {
    "nothing": None,
    "a word": "quux",
    "no word": "",
    "an empty list": [],
    "a dictionary": {"a": 1},
    "an object": object(),
    "bytes": b"abc",
    "a list of lists of other lengths": [1, [2, 3]],
    "no number": NAN,
    "three that are no numbers": (NAN, NAN, NAN),
    "a table that is no numbers": np.full((3, 2), NAN),
    "two matrices that are no numbers": (np.full((3, 3), NAN),) * 2,
    "infinity": np.inf,
    "a complex number": 3j,
    "two complex numbers": (4 + 1j, -2 + 0j),
    "an integer that no float holds": 10**400,
    "two matrices that overflow": (np.full((3, 3), 1e300),) * 2,
    "a hundred that are no numbers": [NAN] * 100,
    "words": np.array(["x", "y"]),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("answer", STRANGE)
@pytest.mark.parametrize("task", OPEN)
def test_whatever_is_given_gets_one_line_and_is_never_right(task, answer):
    said = problem(task, STRANGE[answer])
    assert said and "\n" not in said


# ---- orders of lines --------------------------------------------------------------------


def doubled(a):
    return np.array([2 * a])


FILLED = {"A": "return g", "B": "g[0] = 2 * a", "C": "g = np.zeros(1)", "D": "g = np.zeros(1) + a"}


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ("CBA", ""),
        ("BCA", "Line B reads g, which no line before it has computed"),
        ("ACB", "Line A reads g, which no line before it has computed"),
        ("CAB", "The lines run in this order, but the result is not right"),
    ],
)
def test_the_line_that_reads_too_early_is_named_though_it_writes_too(order, said):
    accept = in_order("def f(a):", FILLED, reference=doubled, draw=lambda rng: [(3.0,)], spare="D")
    assert accept(order) == said


def test_lines_that_stop_in_this_order_say_why():
    lines = {"A": "a = a.sum(axis=1)", "B": "a = a @ np.ones((2, 2))", "C": "return a"}
    accept = in_order(
        "def f(a):",
        lines,
        reference=lambda a: (a @ np.ones((2, 2))).sum(axis=1),
        draw=lambda rng: [(np.ones((3, 2)),)],
    )
    assert accept("BAC") == ""
    assert accept("ABC").startswith("In this order the lines stop: ")
