"""Tasks of lecture 11: choosing a model."""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import count, product
from math import comb, erf
from typing import Any

import numpy as np

from dlcourse.by_hand.box import Array
from dlcourse.by_hand.gaussian_process import ExpectedImprovement, GaussianProcess, posterior
from dlcourse.exercises.letters import all_that_hold, one_for_each
from dlcourse.exercises.task import Arguments, Task, Wrong

HONEST = Task(
    id="honest-scores",
    title="Eight reports",
    kind="quiz",
    section="The protocol",
    rows="R09 R18",
    goal=1,
    points=2,
    minutes=6,
    difficulty=1,
    reference=lambda: "acbbcacb",
    accept=one_for_each(
        "acbbcacb",
        {
            "a": "something was fitted to the examples that speak for the model, or chosen by them",
            "b": "nobody took the best of several scores on these examples",
            "c": "nothing had seen these examples when they were scored for the first time",
        },
    ),
    wrong=(
        Wrong(
            "winners may report",
            lambda: "acbacaca",
            "You let two winners report the very score that they won by. The best of many scores "
            "is too good, whether it comes from a validation set or from folds.",
        ),
        Wrong(
            "no label, no leak",
            lambda: "aabbcaab",
            "You let pass what happened without labels. A mean over all digits has seen the "
            "test digits, and a shifted copy of a training digit is no new digit.",
        ),
        Wrong(
            "picking pixels is preparation",
            lambda: "acbbaacb",
            "Picking pixels by their labels is fitting. Each fold was scored with pixels that its "
            "own labels had helped to pick.",
        ),
        Wrong(
            "lower is suspicious",
            lambda: "bcbbcacb",
            "You doubt the first report. That the test score is lower is what you should expect "
            "after a choice by the validation set, and it is the number to report.",
        ),
        Wrong(
            "folds never count",
            lambda: "acbbcbcb",
            "Cross-validation is no choice as such. With one net and one setting, written down "
            "before, there is nothing that was the best of several.",
        ),
    ),
)


def coin_tossers(rng: np.random.Generator) -> dict[str, int]:
    """Draw a number of models and a number of test examples."""
    return {"k": int(rng.integers(3, 6)), "n": int(rng.choice([2, 3]))}


def right_of_coins(n: int) -> Array:
    """Compute how likely a coin tosser has 0 to n right answers of n."""
    return np.array([comb(n, t) for t in range(n + 1)]) / 2**n


def best_of_all(k: int, n: int) -> float:
    """Average the best score of k coin tossers over all that can happen."""
    p = right_of_coins(n)
    cases = product(range(n + 1), repeat=k)
    return float(sum(max(case) / n * np.prod(p[list(case)]) for case in cases))


LUCKY = Task(
    id="luckiest-coin",
    title="The best of a few coins",
    kind="number",
    section="Look first: a hundred models that know nothing",
    rows="R09",
    goal=2,
    points=2,
    minutes=6,
    difficulty=1,
    reference=lambda k, n: (best_of_all(k, n), 0.5),
    numbers=coin_tossers,
    question="{k} models toss coins on the same {n} test examples, each for itself.\n"
    "What fraction of right answers do you expect of the best of them?\n"
    "And of the same model on {n} fresh examples?",
    tolerance=1e-3,
    wrong=(
        Wrong(
            "luck lasts",
            lambda k, n: (best_of_all(k, n),) * 2,
            "Your first number is right, and you expect its luck to last. The coin that won tosses "
            "again, and knows no more than before.",
        ),
        Wrong(
            "somebody has all right",
            lambda k, n: (1 - (1 - 0.5**n) ** k, 0.5),
            "This is the probability that somebody has everything right. When nobody has, the best "
            "one has still a score.",
        ),
        Wrong(
            "fewer than",
            lambda k, n: (
                sum(1 - (right_of_coins(n)[:t].sum()) ** k for t in range(n)) / n,
                0.5,
            ),
            "You take the probability of fewer than t right answers. F(t) has t itself in it.",
        ),
        Wrong(
            "the worst",
            lambda k, n: (1 - best_of_all(k, n), 0.5),
            "This is what you expect of the worst one. All k scores are at most t when each of "
            "them is.",
        ),
        Wrong(
            "answers, not a fraction",
            lambda k, n: (n * best_of_all(k, n), 0.5),
            "This is the number of right answers of the best model; asked for is a fraction of "
            "the examples.",
        ),
    ),
)


def searches(rng: np.random.Generator) -> dict[str, int]:
    """Draw a share of the space, a probability, and a number of hyper-parameters."""
    share, sure = int(rng.choice([1, 2, 3, 4, 8])), int(rng.choice([90, 95]))
    return {"share": share, "sure": sure, "axes": int(rng.choice([2, 3]))}


def trials_for(share: int, sure: int) -> int:
    """Try one number of trials after another."""
    return next(n for n in count(1) if 1 - (1 - share / 100) ** n >= sure / 100)


def with_grid(trials: int, axes: int) -> tuple[int, int]:
    """Add the trials of a grid with as many values on each axis."""
    return trials, trials**axes


ENOUGH = Task(
    id="enough-trials",
    title="How many are enough",
    kind="number",
    section="How many random trials are enough?",
    rows="R15 R16",
    goal=5,
    points=2,
    minutes=5,
    difficulty=1,
    reference=lambda share, sure, axes: with_grid(trials_for(share, sure), axes),
    numbers=searches,
    question="What is the smallest number of random trials that hit the best {share} % of a space "
    "with a probability of at least {sure} %?\n"
    "The space has {axes} hyper-parameters. How many trials has a grid that tries as many "
    "different values of each of them?",
    wrong=(
        Wrong(
            "one hit on average",
            lambda share, sure, axes: with_grid(-(-100 // share), axes),
            "With that many trials you hit once on average: sometimes twice, and in more than a "
            "third of all searches not at all.",
        ),
        Wrong(
            "added up",
            lambda share, sure, axes: with_grid(-(-sure // share), axes),
            "You add up the probabilities of the trials. A few more, and the sum is above 100 %: "
            "a second hit does not help a search that has hit already. Ask how likely it misses.",
        ),
        Wrong(
            "rounded down",
            lambda share, sure, axes: with_grid(trials_for(share, sure) - 1, axes),
            "With your number of trials the promise is only just not kept. Trials cannot be "
            "counted in fractions: which way is safe?",
        ),
        Wrong(
            "grid adds up",
            lambda share, sure, axes: (trials_for(share, sure), trials_for(share, sure) * axes),
            "Your first number is right. A grid tries every value of one hyper-parameter with "
            "every value of the others.",
        ),
    ),
)


def unlucky(*given: Any) -> str:
    """Say why sixty random trials come near the best of these scores after all."""
    scores = np.ravel(np.array(given))
    if scores.dtype.kind not in "biuf" or not np.isfinite(scores).all():
        return "Asked for are scores, as numbers"
    if scores.size and (scores.min() < 0 or scores.max() > 1):
        outside = scores[np.argmax(abs(scores - 0.5))]
        return f"Scores lie between 0 and 1; one of these is {outside:g}"
    if len(scores) < 20:
        configurations = "1 configuration" if len(scores) == 1 else f"{len(scores)} configurations"
        return f"Of {configurations} nothing is the best 5 %; at least 20 are needed for that"
    near = int((scores >= 0.95 * scores.max()).sum())
    hit = 1 - (1 - near / len(scores)) ** 60
    if hit > 0.5:
        return (
            f"Of your {len(scores)} configurations {near} {'lies' if near == 1 else 'lie'} within "
            f"5 % of the best score: sixty trials get there with a probability of {100 * hit:.2f} %"
        )
    return ""


FINE_PRINT = Task(
    id="best-five-percent",
    title="The fine print of sixty trials",
    kind="counter-example",
    section="How many random trials are enough?",
    rows="R16",
    goal=5,
    points=2,
    minutes=5,
    difficulty=2,
    reference=lambda: (1.0, *[0.5] * 99),
    accept=unlucky,
    wrong=(
        Wrong(
            "one in twenty",
            lambda: (1.0, *[0.0] * 19),
            "Your best configuration alone is the best 5 % of the space, and sixty trials do hit "
            "that. What a search hits is a share of the space: make what is good rarer.",
        ),
        Wrong(
            "a slope",
            lambda: tuple(np.linspace(0, 1, 101)),
            "On a slope a good part of the best configurations is nearly as good as the best one. "
            "The two kinds of 5 % come apart where a peak stands alone.",
        ),
        Wrong(
            "all alike",
            lambda: tuple([0.7] * 100),
            "All of your configurations are as good as the best, so one trial is enough. The "
            "sentence fails where hardly any are.",
        ),
        Wrong(
            "two peaks",
            lambda: (1.0, 1.0, *[0.0] * 98),
            "The right idea: sixty trials hit your best 5 % and mostly find nothing good there. "
            "But they find one of two peaks more often than not.",
        ),
    ),
)


def few_examples(rng: np.random.Generator) -> Sequence[Arguments]:
    """Draw examples far from 0, with targets; the last case holds each of five out alone."""
    return [
        (
            rng.normal(rng.normal(scale=3, size=d), rng.uniform(0.5, 2, size=d), (n, d)),
            rng.normal(4, 2, n),
            k,
            strength,
        )
        for n, d, k, strength in ((4, 1, 2, 1.0), (7, 2, 3, 0.5), (12, 3, 4, 2.0), (5, 1, 5, 0.5))
    ]


def ridge(z: Array, target: Array, strength: float) -> Array:
    """Find the weights with the smallest squared error and decay, by examples that stand for it."""
    d = z.shape[1]
    more = np.vstack([z, np.sqrt(strength) * np.eye(d)])
    return np.linalg.lstsq(more, np.concatenate([target, np.zeros(d)]))[0]


def predict_folds(
    x: Array,
    y: Array,
    k: int,
    strength: float,
    *,
    means_of_all: bool = False,
    units_of_all: bool = False,
    targets_of_all: bool = False,
    by_itself: bool = False,
    around_zero: bool = False,
) -> Array:
    """Predict fold after fold, with the leaks that are asked for."""
    predicted = np.empty(len(y))
    for fold in range(k):
        held_out = np.arange(len(y)) % k == fold
        known = x[~held_out]
        mean = (x if means_of_all else known).mean(axis=0)
        unit = (x if units_of_all else known).std(axis=0)
        middle = 0.0 if around_zero else (y if targets_of_all else y[~held_out]).mean()
        w = ridge((known - mean) / unit, y[~held_out] - middle, strength)
        new = x[held_out]
        if by_itself:
            mean, unit = new.mean(axis=0), new.std(axis=0)
        predicted[held_out] = (new - mean) / np.where(unit > 0, unit, 1) @ w + middle
    return predicted


LEAKY = Task(
    id="unseen-predictions",
    title="Folds that leak",
    kind="bug",
    section="Cross-validation",
    rows="R18",
    goal=3,
    points=3,
    minutes=9,
    difficulty=2,
    reference=lambda x, y, k, strength: predict_folds(x, y, k, strength),
    draw=few_examples,
    wrong=(
        Wrong(
            "as it was",
            partial(predict_folds, means_of_all=True, units_of_all=True, targets_of_all=True),
            "Raise one target by 100, and the predictions of its own fold change, although no "
            "model of theirs should know it. Then move an input, and watch the rest of its fold.",
        ),
        Wrong(
            "targets still leak",
            partial(predict_folds, targets_of_all=True),
            "The inputs are clean now. But raise one target by 100: the predictions of its own "
            "fold rise, so something was still taken from all targets.",
        ),
        Wrong(
            "inputs still leak",
            partial(predict_folds, means_of_all=True, units_of_all=True),
            "The targets are clean now. But the inputs are still measured from a middle, and in "
            "units, to which the held-out rows have contributed.",
        ),
        Wrong(
            "deviation still leaks",
            partial(predict_folds, units_of_all=True),
            "You mended the means. The unit of each column is still one that the held-out rows "
            "have helped to measure.",
        ),
        Wrong(
            "no middle",
            partial(predict_folds, around_zero=True),
            "Nothing leaks any more, and your predictions lie around 0, far below most targets. "
            "What leaked can be measured by examples that are known.",
        ),
        Wrong(
            "held-out rows by themselves",
            partial(predict_folds, by_itself=True),
            "You standardize the held-out rows by their own mean and deviation. The model would "
            "then need a whole fold to predict for one example; new rows are measured as those "
            "that it learned from.",
        ),
    ),
)


def processes(rng: np.random.Generator) -> Sequence[Arguments]:
    """Draw trials with their errors, new points, and what is believed of the process."""
    drawn = []
    for t, m, d in ((1, 1, 1), (2, 3, 1), (4, 3, 2), (6, 5, 2)):
        x, errors = rng.random((t, d)), rng.normal(size=t)
        points = np.concatenate([rng.random((m - 1, d)), x[:1]])
        variance, noise = rng.uniform(1.5, 3), rng.uniform(0.2, 0.5)
        lengths = rng.uniform(0.3, 0.8, size=d)
        drawn.append((x, errors, points, lengths, variance, noise, float(errors.min())))
    return drawn


def by_boxes(
    x: Array,
    errors: Array,
    points: Array,
    length_scale: Array,
    variance: float,
    noise: float,
    best: float,
) -> tuple[Array, Array, Array]:
    """Ask the course's own process, which looks for high scores: for minus the errors."""
    process = GaussianProcess(len(length_scale), variance=variance, noise=noise)
    process.params["log_length_scale"] = np.log(length_scale)
    mean, std = posterior(process, x, -errors, points)
    return -mean, std, ExpectedImprovement(-best)(mean, std)


def process_with(mistake: str) -> Callable[..., tuple[Array, Array, Array]]:
    """Believe and hope with one mistake."""

    def answer(
        x: Array,
        errors: Array,
        points: Array,
        length_scale: Array,
        variance: float,
        noise: float,
        best: float,
    ) -> tuple[Array, Array, Array]:
        def kernel(a: Array, b: Array) -> Array:
            squares = (a[:, None] - b) ** 2
            scaled = squares / (length_scale if mistake == "lengths" else length_scale**2)
            return np.asarray(variance * np.exp(-scaled.sum(axis=2) / 2))

        k = kernel(points, x)
        seen = kernel(x, x) + (1e-9 if mistake == "no noise" else noise) * np.eye(len(x))
        mean = k @ np.linalg.solve(seen, errors)
        left = variance - np.einsum("mt,tm->m", k, np.linalg.solve(seen, k.T))
        left = left + noise if mistake == "noise twice" else np.maximum(left, 1e-18)
        std = left if mistake == "variance" else np.sqrt(left)
        gain = mean - best if mistake == "higher" else best - mean
        z = gain / std
        below = np.array([(1 + erf(v / np.sqrt(2))) / 2 for v in z])
        hope = gain * below + std * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
        return mean, std, below if mistake == "probability" else hope

    return answer


PROCESS = Task(
    id="hope-and-doubt",
    title="Where to look next",
    kind="torch",
    section="Bayesian optimization",
    rows="R17",
    goal=4,
    points=3,
    minutes=12,
    difficulty=3,
    reference=by_boxes,
    draw=processes,
    wrong=(
        Wrong(
            "higher is better",
            process_with("higher"),
            "Your process is right; your improvement grows with the error. The lecture's scores "
            "were the better the higher, and these are the better the lower.",
        ),
        Wrong(
            "probability of improvement",
            process_with("probability"),
            "Your last result is how likely a point is better at all. A tiny gain that is nearly "
            "certain beats everything then; expected improvement asks how much, too.",
        ),
        Wrong(
            "no noise",
            process_with("no noise"),
            "Your process takes every error that was measured for the truth, so its mean goes "
            "through all of them. The trials were noisy; that belongs on the diagonal of K.",
        ),
        Wrong(
            "noise twice",
            process_with("noise twice"),
            "Your std is that of one more noisy measurement. Asked for is the doubt about the "
            "function itself; the noise has its place among the trials.",
        ),
        Wrong(
            "variance for std",
            process_with("variance"),
            "Your second result is still squared: it is a variance. The improvement made from it "
            "has the wrong unit.",
        ),
        Wrong(
            "lengths not squared",
            process_with("lengths"),
            "You square the differences and not the length scales. Two points that lie one length "
            "apart should have the same covariance whatever the length is.",
        ),
    ),
)

SAME = Task(
    id="same-table",
    title="One table, however many workers",
    kind="quiz",
    section="A search as one runs it",
    rows="A02",
    goal=6,
    points=2,
    minutes=5,
    difficulty=2,
    reference=lambda: "befh",
    accept=all_that_hold(
        "befh",
        {
            "a": "which generator draws the 10th configuration depends on the number of workers",
            "b": "",
            "c": "the weights of a trial depend on how many trials that worker did before",
            "d": "what is known at that moment depends on who was fast",
            "e": "",
            "f": "",
            "g": "whether a trial takes 60 seconds depends on what else the machine does",
            "h": "",
        },
    ),
    wrong=(
        Wrong(
            "as soon as possible",
            lambda: "bdefh",
            "Choosing as soon as somebody is free wastes no time, but what the process knows then "
            "depends on the order in which trials finish. Batches of one size do not.",
        ),
        Wrong(
            "failures do not count",
            lambda: "beh",
            "You leave one out. Recording a failure changes nothing for the other trials, as each "
            "has a seed of its own: with one worker the same ones fail.",
        ),
        Wrong(
            "time is the same",
            lambda: "befgh",
            "A limit in seconds is a good idea and a source of differences: eight workers on one "
            "machine slow each other down. A limit in epochs would do no harm.",
        ),
        Wrong(
            "a generator per worker",
            lambda: "abefh",
            "Two workers with a generator each try the first halves of two sequences; one worker "
            "tries one sequence to its end.",
        ),
        Wrong(
            "seeds alone",
            lambda: "b",
            "A seed for each trial is the heart of it, but it is not all: others of these habits "
            "are harmless, too.",
        ),
    ),
)

TASKS: tuple[Task, ...] = (HONEST, LUCKY, ENOUGH, FINE_PRINT, LEAKY, SAME, PROCESS)
