"""Tasks of lecture 03: losses, and gradient descent."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from dlcourse.by_hand.box import Array
from dlcourse.by_hand.critical_points import classify_critical_point
from dlcourse.by_hand.layers import MLP
from dlcourse.by_hand.losses import BCEWithLogitsLoss, CrossEntropyLoss, top_k_error
from dlcourse.by_hand.regularization import L2
from dlcourse.by_hand.training import EmpiricalRisk
from dlcourse.exercises.finite import finite_numbers
from dlcourse.exercises.task import Arguments, Task, Wrong


def classes_and_guesses(rng: np.random.Generator) -> dict[str, int]:
    """Draw a number of classes, and of guesses."""
    classes = int(rng.choice([20, 50, 100, 200, 400, 500]))
    return {"classes": classes, "k": int(rng.choice([2, 3, 4, 5]))}


KNOWS_NOTHING = Task(
    id="knows-nothing",
    title="A net that knows nothing",
    kind="number",
    section="What a loss of ln C means",
    rows="E10 E12",
    goal=5,
    points=1,
    minutes=3,
    difficulty=1,
    reference=lambda classes, k: (-np.log(1 / classes), 100 * (classes - k) / classes),
    numbers=classes_and_guesses,
    tolerance=1e-4,
    question="A net gives each of {classes} classes the same probability, and guesses {k} of them "
    "at random.\n"
    "How large is its cross-entropy, in nats?\n"
    "How large is its top-{k} error, in %, when all classes are equally frequent?",
    wrong=(
        Wrong(
            "probability",
            lambda classes, k: (1 / classes, 100 * (classes - k) / classes),
            "Your first number is the probability of the right class. The loss is how surprising "
            "an event of that probability is.",
        ),
        Wrong(
            "bits",
            lambda classes, k: (np.log2(classes), 100 * (classes - k) / classes),
            "Your first number is in bits. In nats it is smaller, by the factor ln 2.",
        ),
        Wrong(
            "first guess",
            lambda classes, k: (np.log(classes), 100 - 100 / classes),
            "Your second number is the error of the first guess. With more guesses the truth is "
            "among them more often.",
        ),
        Wrong(
            "hits",
            lambda classes, k: (np.log(classes), 100 * k / classes),
            "Your second number says how often the truth is among the guesses. The error is how "
            "often it is not.",
        ),
        Wrong(
            "fraction",
            lambda classes, k: (np.log(classes), 1 - k / classes),
            "Your second number is a fraction; asked for are per cent, as in the 18.2 % of the "
            "slide.",
        ),
    ),
)


def labelled_scores(rng: np.random.Generator) -> Sequence[Arguments]:
    """Draw scores, labels, and a number of guesses."""
    return [
        (rng.normal(size=(n, c)), rng.integers(c, size=n), k)
        for n, c, k in ((1, 3, 1), (4, 3, 2), (12, 5, 2), (20, 7, 3))
    ]


def share_missed(a: Array, y: Array, k: int) -> Any:
    """Sort the classes of each row and look for the label among the first k."""
    first = np.argsort(-a, axis=1)[:, :k]
    return (first != y[:, None]).all(axis=1).mean()


TOP_K = Task(
    id="top-k-error",
    title="Wrong only when the truth is not among k",
    kind="by hand",
    section="ImageNet, in numbers",
    rows="E12",
    goal=5,
    points=2,
    minutes=5,
    difficulty=1,
    reference=lambda a, y, k: top_k_error(a, y, k=k),
    draw=labelled_scores,
    wrong=(
        Wrong(
            "hits",
            lambda a, y, k: 1 - share_missed(a, y, k),
            "You count how often the label is among the k. The error is the rest.",
        ),
        Wrong(
            "one too many",
            lambda a, y, k: share_missed(a, y, k + 1),
            "Your net may guess once more than k times. Check with k = 1, where only the highest "
            "score counts.",
        ),
        Wrong(
            "one too few",
            lambda a, y, k: share_missed(a, y, k - 1),
            "Your net may guess only k - 1 times: with k = 1 everything is wrong.",
        ),
        Wrong(
            "lowest scores",
            lambda a, y, k: share_missed(-a, y, k),
            "You take the k lowest scores. Sorting puts the smallest first.",
        ),
        Wrong(
            "only k-th",
            lambda a, y, k: (np.argsort(-a, axis=1)[:, k - 1] != y).mean(),
            "You compare with the k-th guess alone. The better ones count as well.",
        ),
    ),
)


def scores_and_labels(rng: np.random.Generator) -> Sequence[Arguments]:
    """Draw scores and labels; in one batch the truth has a score far below the others."""
    return [
        (rng.normal(size=(1, 2)), np.array([1])),
        (rng.normal(size=(3, 4)), np.array([3, 0, 2])),
        (np.array([[1000.0, -1000.0], [0.0, 1.0]]), np.array([1, 1])),
        (rng.normal(scale=3, size=(4, 4)), rng.integers(4, size=4)),
    ]


def loss_and_gradient(a: Array, y: Array) -> tuple[Array, Array]:
    """Take the cross-entropy and its gradient from the course's own box."""
    box = CrossEntropyLoss()
    return box(a, y), box.bprop(np.ones(()))[0]


def plain_loss(a: Array, y: Array) -> tuple[Any, Array]:
    """Compute the same without the box."""
    low = a - a.max(axis=1, keepdims=True)
    log_f = low - np.log(np.exp(low).sum(axis=1, keepdims=True))
    e = np.eye(a.shape[1])[y]
    return -(log_f * e).sum(axis=1).mean(), (np.exp(log_f) - e) / len(y)


def loss_of_rounded(a: Array, y: Array) -> tuple[Any, Array]:
    """Take the logarithm of probabilities that may have become 0."""
    f = np.exp(a - a.max(axis=1, keepdims=True))
    f /= f.sum(axis=1, keepdims=True)
    return -np.log(f[np.arange(len(y)), y]).mean(), plain_loss(a, y)[1]


def loss_of_overflow(a: Array, y: Array) -> tuple[Any, Array]:
    """Take exponentials of the scores as they are."""
    f = np.exp(a) / np.exp(a).sum(axis=1, keepdims=True)
    return -np.log(f[np.arange(len(y)), y]).mean(), (f - np.eye(a.shape[1])[y]) / len(y)


def through_softmax_twice(a: Array, y: Array) -> tuple[Any, Array]:
    """Send the gradient at the scores through the softmax once more."""
    loss, da = plain_loss(a, y)
    f = da * len(y) + np.eye(a.shape[1])[y]
    return loss, f * (da - (f * da).sum(axis=1, keepdims=True))


CROSS_ENTROPY = Task(
    id="cross-entropy-scores",
    title="A loss from scores, and its gradient",
    kind="by hand",
    section="Negative log likelihood",
    rows="T02 T04 T05",
    goal=2,
    points=3,
    minutes=8,
    difficulty=2,
    reference=loss_and_gradient,
    draw=scores_and_labels,
    wrong=(
        Wrong(
            "direction of descent",
            lambda a, y: (plain_loss(a, y)[0], -plain_loss(a, y)[1]),
            "Your gradient points downhill. e(y) - f is the direction of descent, and the slide "
            "has a minus in front of it.",
        ),
        Wrong(
            "gradient not averaged",
            lambda a, y: (plain_loss(a, y)[0], plain_loss(a, y)[1] * len(y)),
            "Your loss is a mean over the examples, your gradient that of a sum. Both should "
            "belong to the same function.",
        ),
        Wrong(
            "averaged over classes too",
            lambda a, y: (plain_loss(a, y)[0] / a.shape[1], plain_loss(a, y)[1]),
            "Your loss is too small by the number of classes: of each example one class counts, "
            "the true one, and the mean is over examples.",
        ),
        Wrong(
            "bits",
            lambda a, y: (plain_loss(a, y)[0] / np.log(2), plain_loss(a, y)[1]),
            "Your loss is in bits. The slide's logarithm is the natural one, and the gradient "
            "f - e(y) belongs to it.",
        ),
        Wrong(
            "log of a softmax",
            loss_of_rounded,
            "Where the truth has a very low score its probability is exactly 0 in the computer, "
            "and the logarithm of that is minus infinity. Log and softmax belong together.",
        ),
        Wrong(
            "overflow",
            loss_of_overflow,
            "Right for small scores. A score of 1000 has an exponential that no number of the "
            "computer can hold; only how far the scores are apart matters.",
        ),
        Wrong(
            "softmax twice",
            through_softmax_twice,
            "f - e(y) is the gradient at the scores already. You send it through the softmax "
            "once more.",
        ),
    ),
)


def linear_nets(rng: np.random.Generator) -> Sequence[Arguments]:
    """Draw examples, labels, the weights of one layer, and the strength of a price on them."""
    return [
        (rng.normal(size=(n, d)), rng.integers(c, size=n), rng.normal(size=(c, d)), strength)
        for n, d, c, strength in ((1, 1, 2, 0.5), (3, 2, 2, 0.1), (6, 4, 3, 0.01), (5, 4, 4, 2.0))
    ]


def risk_of_net(x: Array, y: Array, w: Array, strength: float) -> tuple[Array, Array]:
    """Take risk and gradient from the course's own boxes."""
    net = MLP([w.shape[1], w.shape[0]])
    net.load_state_dict({"0.weight": w, "0.bias": np.zeros(len(w))})
    risk = EmpiricalRisk(net, CrossEntropyLoss(), regularizer=L2(), strength=strength)
    value = risk(x, y)
    risk.bprop(np.ones(()))
    return np.asarray(value), dict(net.named("grads"))["0.weight"]


def plain_risk(
    x: Array, y: Array, w: Array, price: Any, price_gradient: Any, scale: float = 1.0
) -> tuple[Any, Array]:
    """Compute a mean loss plus a price, and the gradient."""
    loss, da = plain_loss(x @ w.T, y)
    return scale * loss + price, scale * da.T @ x + price_gradient


def risk_of_probabilities(x: Array, y: Array, w: Array, strength: float) -> tuple[Any, Array]:
    """Treat probabilities as scores."""
    f = np.exp(x @ w.T)
    f /= f.sum(axis=1, keepdims=True)
    loss, df = plain_loss(f, y)
    da = f * (df - (f * df).sum(axis=1, keepdims=True))
    return loss + strength * (w**2).sum(), da.T @ x + 2 * strength * w


RISK = Task(
    id="risk-with-price",
    title="The empirical risk and its gradient",
    kind="torch",
    section="Empirical risk minimization",
    rows="E02 E05",
    goal=1,
    points=2,
    minutes=6,
    difficulty=2,
    reference=risk_of_net,
    draw=linear_nets,
    wrong=(
        Wrong(
            "softmax twice",
            risk_of_probabilities,
            "Your loss takes probabilities where PyTorch's takes scores, so the softmax is "
            "applied twice. It still trains, only badly.",
        ),
        Wrong(
            "sum over examples",
            lambda x, y, w, strength: plain_risk(
                x, y, w, strength * (w**2).sum(), 2 * strength * w, len(y)
            ),
            "You add the losses up. The risk has their mean, so that the strength of the price "
            "means the same for any number of examples.",
        ),
        Wrong(
            "length, not its square",
            lambda x, y, w, strength: plain_risk(
                x, y, w, strength * np.sqrt((w**2).sum()), strength * w / np.sqrt((w**2).sum())
            ),
            "Your price is the length of the weights. The regularizer L2 of the lecture is the "
            "sum of their squares, without a root.",
        ),
        Wrong(
            "half of the squares",
            lambda x, y, w, strength: plain_risk(
                x, y, w, strength * (w**2).sum() / 2, strength * w
            ),
            "Your price is half as high as it should be. Some books put 1/2 before the squares, "
            "and so do optimizers with a weight decay; the lecture does not.",
        ),
        Wrong(
            "mean of the squares",
            lambda x, y, w, strength: plain_risk(
                x, y, w, strength * (w**2).mean(), 2 * strength * w / w.size
            ),
            "Your price is a mean over the weights, so a larger net would pay no more for the "
            "same weights. The lecture adds the squares up.",
        ),
    ),
)


def not_apart(*given: Any) -> str:
    """Say why two lists of probabilities do not show that loss and error are different things."""
    f = np.ravel(np.array(given))
    if f.dtype.kind not in "biuf" or f.shape != (6,):
        return "Two lists of three probabilities each are asked for: before and after"
    if not ((f > 0) & (f <= 1)).all():
        return "Probabilities are above 0 and at most 1; at 0 the loss would be infinite"
    if (f == 0.5).any():
        return "At 0.5 it is open which class is the answer; take a little more or less"
    (loss, later), (errors, more) = -np.log(f.reshape(2, 3)).mean(axis=1), count_errors(f)
    said = f"The error goes from {errors} to {more} of 3, the mean loss from {loss:.3f} to "
    if more <= errors:
        return f"{said}{later:.3f}: the error should rise"
    return "" if later < loss else f"{said}{later:.3f}: the loss should fall"


def count_errors(f: Array) -> tuple[int, int]:
    """Count before and after how often the true of two classes has the smaller probability."""
    before, after = (f.reshape(2, 3) < 0.5).sum(axis=1)
    return int(before), int(after)


LOSS_AND_ERROR = Task(
    id="loss-and-error",
    title="The loss falls, and the error rises",
    kind="counter-example",
    section="A loss is a stand-in",
    rows="E07 E08",
    goal=1,
    points=2,
    minutes=5,
    difficulty=2,
    reference=lambda: ([0.6, 0.6, 0.01], [0.4, 0.4, 0.4]),
    accept=not_apart,
    wrong=(
        Wrong(
            "the other way round",
            lambda: ([0.4, 0.4, 0.4], [0.6, 0.6, 0.01]),
            "You show that the error can fall while the loss rises. That is as true, and the same "
            "two lists will do.",
        ),
        Wrong(
            "both rise",
            lambda: ([0.9, 0.9, 0.9], [0.4, 0.9, 0.9]),
            "An example that turns wrong costs more loss than before. Something else has to "
            "become cheaper by even more: what is most expensive of all?",
        ),
        Wrong(
            "both fall",
            lambda: ([0.4, 0.4, 0.4], [0.6, 0.6, 0.6]),
            "This is the usual case, in which both fall together. To part them, let examples "
            "cross 1/2 by a little, and another one move far on its own side.",
        ),
        Wrong(
            "error stays",
            lambda: ([0.6, 0.6, 0.01], [0.6, 0.6, 0.4]),
            "Your loss falls, with the same answers wrong as before. Nearly there: who was just "
            "right could now be just wrong.",
        ),
    ),
)


def no_saddle(*given: Any) -> str:
    """Say why a Hessian does not show that rising along both axes is not enough."""
    flat = finite_numbers(given, 4)
    if not flat:
        return "Two rows of two numbers are asked for"
    hessian = np.reshape(flat, (2, 2))
    if hessian[0, 1] != hessian[1, 0]:
        return "A Hessian is symmetric: the order of two derivatives does not matter"
    if (np.diag(hessian) <= 0).any():
        return "Along one axis f does not rise: both entries on the diagonal should be positive"
    kind = classify_critical_point(hessian)
    if kind == "minimum":
        return "With this Hessian f rises in every direction, so the conclusion is right"
    return "" if kind == "saddle" else "In one direction f is flat, and falls in none"


RISING_AXES = Task(
    id="rising-axes",
    title="Up along both axes, and no minimum",
    kind="counter-example",
    section="Where the gradient is zero",
    rows="T10",
    goal=4,
    points=2,
    minutes=5,
    difficulty=2,
    reference=lambda: [[1.0, 2.0], [2.0, 1.0]],
    accept=no_saddle,
    wrong=(
        Wrong(
            "the lecture's saddle",
            lambda: [[1.0, 0.0], [0.0, -1.0]],
            "This is a saddle, but it falls along an axis, where anybody would see it. Turn it "
            "until both axes lie on its rising sides.",
        ),
        Wrong(
            "not symmetric",
            lambda: [[1.0, 3.0], [0.0, 1.0]],
            "Second derivatives do not depend on the order of the two, so no function has this "
            "table for a Hessian.",
        ),
        Wrong(
            "too weak",
            lambda: [[2.0, 1.0], [1.0, 2.0]],
            "The entry off the diagonal pulls one diagonal direction down, here not far enough: "
            "the curvatures are 1 and 3. Look along (1, -1).",
        ),
        Wrong(
            "a trough",
            lambda: [[1.0, 1.0], [1.0, 1.0]],
            "Along (1, -1) the curvature is exactly 0: a trough, for which the Hessian decides "
            "nothing. A little more, and it falls.",
        ),
    ),
)


def training_sets(rng: np.random.Generator) -> Sequence[Arguments]:
    """Draw examples of two classes, weights, an order, and the settings of an epoch."""
    drawn = []
    for t, d, size, alpha, strength in (
        (1, 1, 1, 0.5, 0.1),
        (3, 2, 1, 0.5, 0.2),
        (4, 2, 2, 1.0, 0.1),
        (7, 3, 3, 0.8, 0.05),
    ):
        x, y = rng.normal(size=(t, d)), rng.integers(2, size=t).astype(np.float64)
        order = np.roll(np.arange(t)[::-1], 1)
        drawn.append((x, y, rng.normal(size=d), order, size, alpha, strength))
    return drawn


def epoch_by_boxes(
    x: Array, y: Array, w: Array, order: Array, batch_size: int, alpha: float, strength: float
) -> Array:
    """Walk through an epoch with the gradient of the course's own loss."""
    loss = BCEWithLogitsLoss()
    while len(order):
        batch, order = order[:batch_size], order[batch_size:]
        loss(x[batch] @ w, y[batch])
        dl = loss.bprop(np.ones(()))[0] @ x[batch]
        w = (1 - 2 * alpha * strength) * w - alpha * dl
    return w


def epoch(
    x: Array,
    y: Array,
    w: Array,
    order: Array,
    batch_size: int,
    alpha: float,
    strength: float,
    *,
    whole_only: bool = False,
    divisor: str = "found",
    price: float = 2.0,
    sign: float = 1.0,
    stay: bool = False,
) -> Array:
    """Walk through an epoch, with the mistakes that are asked for."""
    start = w
    for k in range(0, len(order), batch_size):
        batch = order[k : k + batch_size]
        if whole_only and len(batch) < batch_size:
            break
        p = (1 + np.tanh(x[batch] @ (start if stay else w) / 2)) / 2
        over = {"found": len(batch), "asked": batch_size, "none": 1}[divisor]
        g = (p - y[batch]) @ x[batch] / over + price * strength * (start if stay else w)
        w = w - sign * alpha * g
    return w


def epoch_in_place(x: Array, y: Array, w: Array, *rest: Any) -> Array:
    """Write into the caller's weights."""
    w[...] = epoch(x, y, w, *rest)
    return w


SGD = Task(
    id="sgd-epoch",
    title="One epoch of stochastic gradient descent",
    kind="fade",
    section="What training needs",
    rows="T06 T07 T08 T13",
    goal=3,
    points=3,
    minutes=10,
    difficulty=3,
    reference=epoch_by_boxes,
    draw=training_sets,
    wrong=(
        Wrong(
            "uphill",
            lambda *case: epoch(*case, sign=-1.0),
            "Your weights walk uphill: after a step the risk is higher than before. The change "
            "goes against the gradient.",
        ),
        Wrong(
            "gradient of the price",
            lambda *case: epoch(*case, price=1.0),
            "You charge half of the price. The gradient of a square has a factor that the square "
            "itself has not.",
        ),
        Wrong(
            "no price",
            lambda *case: epoch(*case, price=0.0),
            "Your weights never pay for their size: the regularizer has no effect. Delta has two "
            "parts.",
        ),
        Wrong(
            "sum over the batch",
            lambda *case: epoch(*case, divisor="none"),
            "Right for batches of one. In larger ones you add the gradients of the examples up, "
            "so that a larger batch takes longer steps.",
        ),
        Wrong(
            "last batch divided by too much",
            lambda *case: epoch(*case, divisor="asked"),
            "All but the last step are right. The last batch has fewer examples, and its mean is "
            "over those that it has.",
        ),
        Wrong(
            "last batch dropped",
            lambda *case: epoch(*case, whole_only=True),
            "When the batch size does not divide the number of examples, the ones that are left "
            "over are never visited. In an epoch every example has its turn.",
        ),
        Wrong(
            "order ignored",
            lambda x, y, w, order, *rest: epoch(x, y, w, np.sort(order), *rest),
            "You visit the examples as they stand in x. The order is given, so that it can be "
            "random.",
        ),
        Wrong(
            "one gradient for all steps",
            lambda *case: epoch(*case, stay=True),
            "All your gradients are taken at the weights of the start. Each batch should see the "
            "weights that the batch before it has left.",
        ),
        Wrong(
            "in place",
            epoch_in_place,
            "Your numbers are right, but they are written into the caller's w as well. Whoever "
            "called you still needs the weights of the start.",
        ),
    ),
)

TASKS = (KNOWS_NOTHING, TOP_K, CROSS_ENTROPY, RISK, LOSS_AND_ERROR, RISING_AXES, SGD)
