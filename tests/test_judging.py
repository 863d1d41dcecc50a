"""What the judge lets pass, what it does not, and whose hint it gives: one mistake at a time."""

from dataclasses import replace

import numpy as np
import pytest
from test_checking import TASK, judged

from dlcourse.exercises.cases import cases_of
from dlcourse.exercises.judge import AnswerKey, answer_key, judge
from dlcourse.exercises.probe import probe
from dlcourse.exercises.task import Wrong
from dlcourse.exercises.tasks import find


def test_each_seed_has_cases_and_numbers_of_its_own():
    one, other = (answer_key(TASK, seed).cases[0].arguments[0] for seed in (5, 6))
    assert one == AnswerKey(TASK, 5).cases[0].arguments[0] != other
    asked = find("backward-cost")
    assert AnswerKey(asked, 5).numbers == asked.numbers_for(5) != asked.numbers_for(0)


def test_the_reference_has_all_the_precision_there_is():
    far = replace(TASK, reference=lambda x: (x + 1e6) - 1e6)  # in float32 it keeps one digit
    assert judged(lambda x: x, far).state == "right"


@pytest.mark.parametrize(
    ("reference", "answer"),
    [
        (TASK.reference, lambda x: x / 3 * 6),
        (TASK.reference, lambda x: x * 0.7 + x * 1.3),
        (lambda x: np.array([1e9, 0.0]), lambda x: np.array([1e9, 1e-6])),  # 1e9 - 1e9, rounded
        (lambda x: 0 * x, lambda x: 0 * x + 1e-12),
        (lambda x: x * np.nan, lambda x: x * np.nan),
        (lambda x: x > 0, lambda x: x > 0),
        (lambda x: "rises", lambda x: "rises"),
    ],
)
def test_what_is_right_up_to_rounding_is_right(reference, answer):
    assert judged(answer, replace(TASK, reference=reference)).state == "right"


def test_a_task_may_ask_for_less_precision():
    assert judged(lambda x: 2.01 * x).state == "wrong"
    assert judged(lambda x: 2.01 * x, replace(TASK, tolerance=0.1)).state == "right"


def test_another_word_is_wrong():
    worded = replace(TASK, reference=lambda x: "rises", wrong=())
    assert judged(lambda x: "falls", worded).state == "wrong"


def test_a_known_mistake_in_one_case_in_another_shape_or_with_another_is_another():
    squared = TASK.wrong[0].hint
    assert judged(lambda x: x**2).hint == squared
    assert judged(lambda x: x**2 if x.ndim == 1 else x**3).hint == ""
    assert judged(lambda x: (x**2)[None]).hint == ""
    assert judged(lambda x: np.square(x, out=x)).hint == ""
    assert judged(lambda x: undefined).hint == ""  # noqa: F821


def test_a_known_mistake_may_be_spelled_as_a_word_or_a_list():
    turned = Wrong("turned", lambda: "BA", "The other way round.")
    task = replace(TASK, draw=lambda rng: [()], reference=lambda: "AB", wrong=(turned,))
    for answer in ("BA", "b a", ["B", "A"], ("b", "a")):
        assert judged(lambda answer=answer: answer, task).hint == turned.hint
    assert judged(lambda: "AA", task).hint == judged(lambda: 7, task).hint == ""


def test_of_several_arguments_the_one_that_was_changed_is_named():
    draw = lambda rng: [(np.array([np.nan, 1.0]), np.ones(2))]  # noqa: E731
    total = replace(TASK, reference=lambda x, y: x + y, draw=draw, wrong=())
    assert judged(lambda x, y: y + x, total).state == "right"
    problem = judged(lambda x, y: np.add(x, y, out=y), total).failure.problem
    assert problem == "It changed its argument y, which belongs to the caller"


def test_the_failing_case_is_shown_with_what_was_given_and_what_is_right():
    failure = judged(lambda x: 3 * x).failure
    (x,) = failure.inputs.values()
    assert x.shape == (1,)
    np.testing.assert_allclose([*failure.given, *failure.expected], [3 * x, 2 * x])


def test_where_many_answers_are_right_the_task_decides():
    def above_three(number):
        return "" if number > 3 else f"{number!r} is not above 3"

    task = replace(TASK, draw=lambda rng: [()], reference=lambda: 4, accept=above_three, wrong=())
    assert judged(lambda: 5, task).state == "right"
    assert judged(lambda: 2, task).failure.problem == "2 is not above 3"
    assert "is not what is asked for" in judged(lambda: "many", task).failure.problem


def test_an_answer_in_pytorch_gets_tensors_and_may_give_one_with_a_gradient():
    key = AnswerKey(TASK, 0)
    seen = probe(lambda x: 2 * x.requires_grad_(), key.cases, torch=True)
    assert judge(key, seen).state == "right"


def test_no_answer_can_change_the_cases_of_the_next():
    cases = cases_of(TASK, 0)
    before = [case.arguments[0].copy() for case in cases]
    probe(lambda x: np.multiply(x, 0, out=x), cases)
    probe(lambda x: x.mul_(0), cases, torch=True)
    for case, x in zip(cases, before, strict=True):
        np.testing.assert_array_equal(case.arguments[0], x)
