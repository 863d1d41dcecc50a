"""What a learner sees of a check, what is kept of it, and how exercises come from solutions."""

import json
import os
import subprocess
import sys
import threading

import nbformat
import numpy as np
import pytest
from command_line import dlcourse

from dlcourse.exercises import ask, check, derive, record, so_far
from dlcourse.exercises.borrowing import COURSE, borrowed, packages_closed_to
from dlcourse.exercises.cases import Case, cases_of
from dlcourse.exercises.judge import AnswerKey, judge
from dlcourse.exercises.letters import one_for_each
from dlcourse.exercises.parsons import in_order
from dlcourse.exercises.probe import probe
from dlcourse.exercises.task import Task, Wrong
from dlcourse.exercises.tasks import find


def doubled(x):
    return x * 2


TASK = Task(
    id="double-it",
    title="Double it",
    kind="by hand",
    section="Look first",
    rows="N01",
    goal=1,
    points=2,
    minutes=1,
    difficulty=1,
    reference=doubled,
    draw=lambda rng: [(rng.normal(size=1),), (rng.normal(size=(2, 3)),)],
    wrong=(
        Wrong("squares", lambda x: x**2, "You square x; to double it is something else."),
        Wrong("raises", lambda x: x.nothing, "Arrays have no such attribute, as Python says."),
    ),
)
CLOSED = packages_closed_to(TASK)


def judged(answer, task=TASK):
    key = AnswerKey(task, 0)
    return judge(key, probe(answer, key.cases))


def test_cases_come_again_in_float32_and_scattered_in_memory():
    *drawn, single, scattered = cases_of(TASK, 0)
    assert [case.arguments[0].shape for case in drawn] == [(1,), (2, 3)]
    assert single.arguments[0].dtype == np.float32
    assert not scattered.arguments[0].flags.c_contiguous
    np.testing.assert_array_equal(scattered.arguments[0], drawn[1].arguments[0])


def test_the_same_seed_gives_the_same_cases():
    one, again, other = (cases_of(TASK, seed)[0].arguments[0] for seed in (5, 5, 6))
    assert one == again != other


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda x: x * 2.0001, "The values are not right"),
        (lambda x: x.sum() * 2, "The shape is (); it should be (1,)"),
        (lambda x: (2 * x, x), "It gave 2 results in a tuple; asked for: one result"),
        (lambda x: x / 0, "not all finite"),
        (lambda x: None, "`return` missing"),
        (lambda x: (x, None), "one of the results is None"),
        (lambda x: "two", "It gave 'two' where numbers are asked for"),
        (lambda x: {1: 2}, "gives a dict, not numbers"),
        (lambda x: [[1], [1, 2]], "gives a list, not numbers"),
        (lambda x: undefined, "It raised NameError: name 'undefined' is not defined"),  # noqa: F821
        (lambda x: np.multiply(x, 2, out=x), "It changed its argument x"),
        (lambda x, y: x, "It raised TypeError"),
    ],
)
def test_a_wrong_answer_gets_the_smallest_case_and_what_is_wrong_with_it(answer, said):
    result = judged(answer)
    assert (result.state, result.points) == ("wrong", 0)
    assert said in repr(result)
    assert "x: shape (1,)" in repr(result)
    assert said.replace("'", "&#x27;") in result._repr_html_()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda x: 2 * x if x.dtype == np.float64 else x, "(numbers in float32)"),
        (lambda x: 2 * x if x.flags.c_contiguous else x, "(numbers scattered in memory)"),
        (lambda x: 2 * x if x.ndim == 1 else x, "x: shape (2, 3)"),
    ],
)
def test_it_says_what_is_special_about_the_smallest_case(answer, said):
    assert said in repr(judged(answer))


def test_a_known_mistake_draws_its_hint_and_others_none():
    assert judged(lambda x: x * x).hint == "You square x; to double it is something else."
    assert judged(lambda x: x.nothing).hint == "Arrays have no such attribute, as Python says."
    assert judged(lambda x: x**3).hint == ""
    assert judged(lambda x: x + x).state == "right"


@pytest.mark.usefixtures("own_record")
def test_what_is_not_written_is_not_attempted():
    def stub(x):
        raise NotImplementedError()

    assert judged(stub).state == "not attempted"
    result = check("neuron-forward", answers={})
    assert "not attempted" in repr(result)
    assert record.record_file().exists() is False or "neuron-forward" not in done()


def done():
    return json.loads(record.record_file().read_text(encoding="utf-8"))["tasks"]


def test_html_is_escaped_and_says_its_state_in_words():
    html = judged(lambda x: np.array("<b>"))._repr_html_()
    assert "<b>&" not in html and "&lt;b&gt;" in html
    assert 'aria-label="✗ double-it: wrong, 0 of 2 points"' in html


def test_no_answer_leaves_the_work_to_others():
    import torch

    from dlcourse import by_hand

    def helper(x):
        return torch.tanh(x)

    def through_helper(x):
        return helper(x)

    def inside(x):
        import torch as t

        return t.tensor(x)

    assert borrowed(helper, CLOSED) == borrowed(through_helper, CLOSED) == "torch"
    assert borrowed(helper, COURSE) == ""
    assert borrowed(lambda x: by_hand.Tanh()(x), COURSE) == "dlcourse.by_hand"
    assert borrowed(lambda x: np.tanh(x), CLOSED) == ""
    assert borrowed(inside, CLOSED) == "torch"
    namespace = {"helper": helper}
    exec("def answer(x):\n    return helper(x)", namespace)
    assert borrowed(namespace["answer"], CLOSED) == "torch"


@pytest.mark.parametrize(
    ("cell", "package"),
    [
        ("from scipy.special import expit\ndef answer(a): return expit(a)", "scipy"),
        ("from scipy.special import softmax\ndef answer(a, s=softmax): return s(a)", "scipy"),
        ("import scipy.signal as numpy_too\nanswer = lambda a: numpy_too.convolve(a, a)", "scipy"),
        ("def answer(a):\n    from scipy import special\n    return special.expit(a)", "scipy"),
        ("def answer(a): return __import__('scipy.special').special.expit(a)", "scipy"),
        ("from scipy import special\ntools = {'f': [special]}\n"
         "def answer(a): return tools['f'][0].expit(a)", "scipy"),
        ("from functools import partial\nfrom scipy.special import softmax\n"
         "answer = partial(softmax, axis=1)", "scipy"),
        ("from sklearn.linear_model import Ridge\nmodel = Ridge()\n"
         "def answer(a): return model.fit(a)", "sklearn"),
        ("from sklearn.linear_model import Ridge\nanswer = Ridge().fit", "sklearn"),
        ("from scipy.special import expit\nclass Mine:\n    def f(self, a): return expit(a)\n"
         "def answer(a): return Mine().f(a)", "scipy"),
        ("from scipy.special import expit\nclass Mine:\n    def f(self, a): return expit(a)\n"
         "answer = Mine().f", "scipy"),
        ("def made():\n    def answer(a): return later(a)\n    return answer\n    later = 1\n"
         "answer = made()", ""),
        ("from scipy import linalg, special\nname = 'scipy'\n"
         "def answer(a): return np.linalg.norm(a) + len(name)", ""),
        ("answer = lambda a: answer(a)", ""),
    ],
)  # fmt: skip
def test_a_library_is_found_behind_other_names(cell, package):
    namespace = {"np": np, "__name__": "__main__"}
    exec(cell, namespace)
    assert borrowed(namespace["answer"], CLOSED) == package


def test_what_is_left_to_a_library_is_said_kindly():
    from scipy.special import expit

    result = check("neuron-forward", answers={"neuron_forward": expit})
    assert result.state == "wrong" and result.failure.problem == "It leaves the work to SciPy"
    assert result.hint == (
        "What it gives may be right. Here you write it yourself, with NumPy alone."
    )
    assert check("luckiest-coin", answers={"luckiest_coin": expit}).failure.problem != (
        "It leaves the work to SciPy"
    )


def softmax_as_written(a):
    e = np.exp(a)
    return e / e.sum(axis=1, keepdims=True)


def loss_as_written(a, y):
    f, n = softmax_as_written(a), np.arange(len(y))
    return -np.log(f[n, y]).mean(), (f - np.eye(a.shape[1])[y]) / len(y)


def slope_as_written(a):
    return 1 / (1 + np.exp(-a)), np.exp(-a) / (1 + np.exp(-a)) ** 2


@pytest.mark.parametrize(
    ("task", "answer", "words"),
    [
        ("softmax-rows", softmax_as_written, "overflow: infinity divided by infinity"),
        ("cross-entropy-scores", loss_as_written, "A score of 1000 has an exponential"),
        ("sigmoid-slope", slope_as_written, "infinity divided by infinity"),
    ],
)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_what_overflows_is_wrong_and_gets_a_hint(task, answer, words, seed):
    key = AnswerKey(find(task), seed)
    result = judge(key, probe(answer, key.cases))
    assert result.state == "wrong" and result.failure.problem.endswith("are not all finite")
    assert words in result.hint


def test_a_right_value_may_overflow_on_its_way():
    def slope(a):
        e = np.exp(np.abs(a))  # infinite far out, where the slope is 0
        h = np.where(a >= 0, 1 / (1 + 1 / e), 1 / (1 + e))
        return h, h * (1 - h)

    key = AnswerKey(find("sigmoid-slope"), 0)
    assert any(np.abs(case.arguments[0]).max() > 750 for case in key.cases)
    assert judge(key, probe(slope, key.cases)).state == "right"


def test_an_unknown_task_gets_those_that_are_spelled_alike():
    with pytest.raises(ValueError, match="did you mean 'neuron-forward'"):
        check("neuron-forwards")
    with pytest.raises(ValueError, match="there is no task"):
        ask("xyz")


def test_check_finds_the_answer_where_it_is_called():
    namespace = {"np": np, "check": check}
    exec("def neuron_forward(x, w, b):\n    return np.tanh(x @ w + b)", namespace)
    assert eval('check("neuron-forward")', namespace).state == "right"


# ---- orders of lines --------------------------------------------------------------------

LINES = {"A": "return c", "B": "c = b + 1", "C": "b = 2 * a", "D": "b = a"}
in_order_of_lines = in_order(
    "def f(a):", LINES, reference=lambda a: 2 * a + 1, draw=lambda rng: [(3.0,)], spare="D"
)


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ("CBA", ""),
        (["c", "b", "a"], ""),
        ("BCA", "Line B reads b"),
        ("CB", "Line A is missing"),
        ("CBBA", "Line B stands there twice"),
        ("CDBA", "Line D does not belong there"),
        ("CXBA", "There is no line 'X'"),
        ("CAB", "Line A reads c"),
        (("C", "B", "A"), ""),
    ],
)
def test_an_order_of_lines_is_judged_by_running_it(order, said):
    found = in_order_of_lines(order)
    assert found.startswith(said) and bool(found) == bool(said)


def test_letters_say_which_of_them_is_wrong():
    signs = {"a": "it is constant", "b": "it is 0"}
    judge_of_letters = one_for_each("ab", signs)
    assert (
        judge_of_letters("AB") == judge_of_letters(["a", "b"]) == judge_of_letters("a", "b") == ""
    )
    assert judge_of_letters("aa") and judge_of_letters("abc") and judge_of_letters("ax")
    assert judge_of_letters(7)


# ---- what is kept ------------------------------------------------------------------------


@pytest.fixture
def own_record(tmp_path, monkeypatch):
    path = tmp_path / "somebody" / "progress.json"
    monkeypatch.setenv("DLCOURSE_PROGRESS", str(path))
    return path


def right(x, w, b):
    return np.tanh(x @ w + b)


def wrong(x, w, b):
    return x @ w + b


def attempt(answer):
    return check("neuron-forward", answers={"neuron_forward": answer})


def test_the_best_points_count_and_the_same_answer_is_one_attempt(own_record):
    attempt(wrong)
    attempt(wrong)
    attempt(right)
    attempt(wrong)
    entry = json.loads(own_record.read_text(encoding="utf-8"))["tasks"]["neuron-forward"]
    assert (entry["points"], entry["attempts"]) == (2, 3)
    assert "A neuron, many examples" in repr(so_far("01-neurons"))
    assert "2 of 2" in repr(so_far("01-neurons"))
    assert "<th" in so_far()._repr_html_()
    assert "01-neurons" in dlcourse("progress").output
    assert "2 of 2" in dlcourse("progress", "01").output


def test_a_broken_record_is_set_aside_and_reported(own_record):
    own_record.parent.mkdir()
    own_record.write_text("{broken", encoding="utf-8")
    result = attempt(right)
    assert "was broken; it is now" in repr(result)
    assert (own_record.parent / "progress.json.broken-1").read_text("utf-8") == "{broken"
    assert "neuron-forward" in own_record.read_text(encoding="utf-8")


def test_a_record_of_a_newer_course_is_left_alone(own_record):
    own_record.parent.mkdir()
    text = '{"version": 99, "tasks": {}}'
    own_record.write_text(text, encoding="utf-8")
    assert "newer course" in repr(attempt(right))
    assert own_record.read_text(encoding="utf-8") == text


def test_where_nothing_can_be_kept_the_check_still_answers(tmp_path, monkeypatch):
    blocked = tmp_path / "a file"
    blocked.write_text("", encoding="utf-8")
    monkeypatch.setenv("DLCOURSE_PROGRESS", str(blocked / "progress.json"))
    result = attempt(right)
    assert result.state == "right"
    assert "could not be kept" in repr(result)


def test_several_notebooks_at_once_lose_nothing(own_record):
    def one(k):
        namespace = {"np": np}
        exec(f"def f(x, w, b):\n    return x @ w + b + {k}", namespace)
        attempt(namespace["f"])

    threads = [threading.Thread(target=one, args=(k,)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    entry = json.loads(own_record.read_text(encoding="utf-8"))["tasks"]["neuron-forward"]
    assert entry["attempts"] == 8


# ---- deriving -----------------------------------------------------------------------------


def notebook(*sources):
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(s) for s in sources])


def test_a_solution_becomes_the_stub_of_nbgrader():
    source = "def f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\n    # end"
    (cell,) = derive.derive(notebook(source)).cells
    assert cell.source == (
        "def f():\n    # YOUR CODE HERE\n    raise NotImplementedError()\n    # end"
    )


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("### BEGIN SOLUTION\nx = 1", "without ### END"),
        ("x = 1\n### END SOLUTION", "without ### BEGIN"),
        ("### BEGIN SOLUTION\n### BEGIN SOLUTION", "twice"),
    ],
)
def test_marks_come_in_pairs(source, said):
    with pytest.raises(ValueError, match=said):
        derive.derive(notebook(source))


def test_exercises_have_no_outputs_and_the_seed_of_their_learner():
    made = notebook("SEED = 0  # yours")
    made.cells[0].outputs = [nbformat.v4.new_output("stream", text="hello")]
    made.cells[0].execution_count = 3
    (cell,) = derive.derive(made, seed=12).cells
    assert cell.source == "SEED = 12  # yours"
    assert (cell.outputs, cell.execution_count) == ([], None)
    assert made.cells[0].source == "SEED = 0  # yours"  # the solutions are as they were


def test_commands_of_exercises_refuse_bad_usage_in_one_sentence(tmp_path):
    assert dlcourse("exercises", "derive", "99").exit_code == 2
    assert dlcourse("exercises", "list", "99").exit_code == 2
    assert dlcourse("progress", "99").exit_code == 2
    assert dlcourse("exercises", "derive", "--seed", "3").exit_code == 2
    assert "tasks" in dlcourse("exercises", "list", "01").output
    words = ["new", "current"] if derive.solutions_folder().is_dir() else ["take a checkout"] * 2
    for said in words:
        assert said in dlcourse("exercises", "derive", "01", "--out", tmp_path).output


def test_under_nbgrader_a_wrong_answer_raises(monkeypatch):
    monkeypatch.setitem(os.environ, "NBGRADER_EXECUTION", "autograde")
    assert attempt(right) == 2.0
    with pytest.raises(AssertionError, match="pre-activation a"):
        attempt(wrong)


def test_a_check_of_a_numpy_task_does_not_load_torch():
    code = (
        "import sys\nfrom dlcourse.exercises import check\n"
        'check("neuron-forward", answers={"neuron_forward": lambda x, w, b: x @ w})\n'
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_list_of_numbers_is_as_good_as_a_tuple():
    task = Task(
        **{**vars(TASK), "draw": lambda rng: [()], "reference": lambda: (3, 4), "wrong": ()}
    )
    assert judged(lambda: [3, 4], task).state == "right"
    assert judged(lambda: np.array([3, 4]), task).state == "right"
    assert "result 2" in repr(judged(lambda: [3, 5], task))
    assert "asked for: 2 results" in repr(judged(lambda: [3, 4, 5], task))
    task = Task(**{**vars(task), "reference": lambda: [3, 4]})
    assert judged(lambda: (3, 4), task).state == "right"


def test_cases_of_a_task_without_arguments():
    task = Task(**{**vars(TASK), "draw": lambda rng: [()], "reference": lambda: 7})
    assert cases_of(task, 0) == [Case(())]
    assert judged(lambda: 7, task).state == "right"
    result = judged(lambda: 8, task)
    assert "What you gave:" in repr(result) and "7" not in repr(result).replace("task", "")
