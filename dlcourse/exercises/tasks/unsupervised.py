"""Tasks of lecture 14: learning without labels."""

import re
from collections.abc import Callable, Sequence
from itertools import count
from math import ceil, floor, log2

import numpy as np

from dlcourse.by_hand.autoencoder import Autoencoder
from dlcourse.by_hand.box import Array
from dlcourse.by_hand.dropout import all_masks
from dlcourse.by_hand.gan import GAN, DiscriminatorLoss, GeneratorLoss
from dlcourse.by_hand.losses import MSELoss
from dlcourse.by_hand.markov_chain import transition_matrix
from dlcourse.by_hand.partition import state_probabilities
from dlcourse.by_hand.rbm import RBM
from dlcourse.by_hand.representations import largest_region_count
from dlcourse.by_hand.words import word_counts
from dlcourse.exercises.letters import one_for_each
from dlcourse.exercises.parsons import in_order, listing
from dlcourse.exercises.task import Arguments, Task, Wrong

WORDS = ("Oil", "price", "prices", "rate", "The", "river", "bank", "banks", "law", "in-law")
VOCABULARY = ["the", "price", "bank", "law", "oil", "rate"]


def wire(rng: np.random.Generator) -> Sequence[Arguments]:
    """Write stories with capitals, commas and plurals; the last ones are longer."""
    drawn: list[Arguments] = [
        (["Oil"], ["oil"]),
        (["Oil prices fall, oil stocks rise."], ["fall", "oil", "price"]),
    ]
    for n, length in ((2, 4), (4, 12)):
        stories = [", ".join(rng.choice(WORDS, size=length)) + ". The law" for _ in range(n)]
        drawn.append((stories, VOCABULARY))
    return drawn


def counted(
    stories: Sequence[str], vocabulary: Sequence[str], count_in: Callable[[str, str], float]
) -> Array:
    """Make a table from what is counted in a story for a word."""
    return np.array([[count_in(story, word) for word in vocabulary] for story in stories])


def words_of(story: str) -> list[str]:
    """Cut a story into words."""
    return re.findall("[a-z]+", story.lower())


BAG = Task(
    id="bag-of-words",
    title="Stories as numbers",
    kind="by hand",
    section="Words and topics",
    rows="U02",
    goal=2,
    points=2,
    minutes=6,
    difficulty=1,
    reference=lambda stories, vocabulary: word_counts(stories, vocabulary),
    draw=wire,
    wrong=(
        Wrong(
            "there or not",
            lambda stories, vocabulary: counted(stories, vocabulary, lambda s, w: w in words_of(s)),
            "You tell whether a word occurs. A story that says it five times is more about it: "
            "how often counts.",
        ),
        Wrong(
            "parts of words",
            lambda stories, vocabulary: counted(
                stories, vocabulary, lambda s, w: s.lower().count(w)
            ),
            "You find words inside of other words, such as price in prices. To a bag of words the "
            "two are strangers.",
        ),
        Wrong(
            "capitals",
            lambda stories, vocabulary: counted(
                stories, vocabulary, lambda s, w: re.findall("[A-Za-z]+", s).count(w)
            ),
            "Words with a capital letter are missing from your counts. At the beginning of a "
            "sentence a word means the same.",
        ),
        Wrong(
            "commas stick",
            lambda stories, vocabulary: counted(
                stories, vocabulary, lambda s, w: s.lower().split().count(w)
            ),
            "A word before a comma or a full stop is another word to you, as is one with a "
            "hyphen. Only letters belong to words.",
        ),
        Wrong(
            "shares",
            lambda stories, vocabulary: counted(
                stories, vocabulary, lambda s, w: words_of(s).count(w) / len(words_of(s))
            ),
            "Your rows hold shares: they are divided by the length of the story. Counts are whole "
            "numbers, and a row of them sums to the number of known words.",
        ),
    ),
)


def spreads(rng: np.random.Generator) -> dict[str, int]:
    """Draw variances and a covariance; the middle eigenvalue is that of the third number."""
    b, rest = int(rng.integers(3, 6)), int(rng.integers(1, 4))
    return {"a": b + rest, "b": b, "c": b + 1}


def left_over(*variances: float) -> tuple[float, float, float]:
    """Give the error of a code of one, of two, and of one again, from variances from the top."""
    return (sum(variances[1:]) / 3, variances[2] / 3, sum(variances[1:]) / 3)


def eigenvalues(a: int, b: int, c: int) -> list[float]:
    """Compute the variances along the principal components, from the largest down."""
    covariance = np.array([[a, b, 0], [b, a, 0], [0, 0, c]], float)
    return [float(v) for v in np.linalg.eigvalsh(covariance)[::-1]]


SQUEEZE = Task(
    id="linear-squeeze",
    title="What a linear code must lose",
    kind="number",
    section="Without a bend it is principal components",
    rows="U03",
    goal=1,
    points=3,
    minutes=7,
    difficulty=2,
    reference=lambda a, b, c: left_over(*eigenvalues(a, b, c)),
    numbers=spreads,
    tolerance=1e-3,
    question="Very many examples of three numbers have a mean of 0 and the covariance matrix with "
    "the rows\n({a}, {b}, 0), ({b}, {a}, 0), (0, 0, {c}).\n"
    "Autoencoder([3, 1]), two matrices and biases, is trained to the end. What is its MSELoss, "
    "the mean over the three numbers?\n"
    "And that of Autoencoder([3, 2])?\n"
    'To which error can Autoencoder([3, 1], code="Tanh") come as near as you like, and no lower?',
    wrong=(
        Wrong(
            "what is kept",
            lambda a, b, c: (
                eigenvalues(a, b, c)[0] / 3,
                sum(eigenvalues(a, b, c)[:2]) / 3,
                eigenvalues(a, b, c)[0] / 3,
            ),
            "This is the variance that the codes keep. The error is what is left of the "
            "variance along all the other directions.",
        ),
        Wrong(
            "not divided",
            lambda a, b, c: tuple(3 * e for e in left_over(*eigenvalues(a, b, c))),
            "You found what is lost, summed over the three numbers. MSELoss takes their mean.",
        ),
        Wrong(
            "numbers instead of directions",
            lambda a, b, c: left_over(*sorted((a, a, c), reverse=True)),
            "You keep those of the three numbers that vary most. The first two vary together, so "
            "one direction between them holds more than either.",
        ),
        Wrong(
            "a bend has no bound",
            lambda a, b, c: (*left_over(*eigenvalues(a, b, c))[:2], 0.0),
            "Your first two are right. A bent code is still one number, and after it there is one "
            "matrix: whatever is drawn from it lies on a line.",
        ),
        Wrong(
            "a bend is worth a direction",
            lambda a, b, c: (
                *left_over(*eigenvalues(a, b, c))[:2],
                left_over(*eigenvalues(a, b, c))[1],
            ),
            "Your first two are right. A bend in the code does not make a second direction of "
            "one: only layers between picture and code leave the line.",
        ),
    ),
)

HEADER = "def gradients(x, keep, p, w, b, c):"
LINES = {
    "A": "h = np.tanh(broken @ w.T + b)",
    "B": "dy = 2 * (y - x) / x.size",
    "C": "return dw, da.sum(axis=0), dy.sum(axis=0)",
    "D": "da = (dy @ w.T) * (1 - h**2)",
    "E": "dw = h.T @ dy",
    "F": "broken = x * keep / (1 - p)",
    "G": "dw = h.T @ dy + da.T @ broken",
    "H": "y = h @ w + c",
    "I": "dy = 2 * (y - broken) / x.size",
}


def covered(rng: np.random.Generator) -> Sequence[Arguments]:
    """Draw examples, what is kept of them, and the parameters of a tied autoencoder."""
    return [
        (
            rng.normal(size=(n, d)),
            (rng.random((n, d)) >= p).astype(float),
            p,
            rng.normal(size=(m, d)),
            rng.normal(size=m),
            rng.normal(size=d),
        )
        for n, d, m, p in ((2, 3, 1, 0.5), (4, 3, 5, 0.4))
    ]


def repair_gradients(
    x: Array, keep: Array, p: float, w: Array, b: Array, c: Array
) -> tuple[Array, Array, Array]:
    """Compute the gradients of a tied net that restores what was covered."""
    net, loss = Autoencoder(w.shape[::-1], code="Tanh", tied=True), MSELoss()
    net.load_state_dict({"encoder.0.weight": w, "encoder.0.bias": b, "decoder.0.bias": c})
    loss(net(x * keep / (1 - p)), x)
    net.bprop(loss.bprop(np.ones(()))[0])
    grads = dict(net.named("grads"))
    return (grads["encoder.0.weight"], grads["encoder.0.bias"], grads["decoder.0.bias"])


REPAIR = Task(
    id="repair-order",
    title="Learn to repair, in order",
    kind="parsons",
    section="More numbers than pixels: learn to repair",
    rows="U01 U04 M03",
    goal=1,
    points=2,
    minutes=6,
    difficulty=2,
    reference=lambda: list("FAHBDGC"),
    accept=in_order(HEADER, LINES, reference=repair_gradients, draw=covered, spare="EI"),
    question=listing(HEADER, LINES),
    wrong=(
        Wrong(
            "restores the holes",
            lambda: list("FAHIDGC"),
            "Line I compares with the covered picture: this net learns to copy holes. It should "
            "give what was there before.",
        ),
        Wrong(
            "decoder's part only",
            lambda: list("FAHBDEC"),
            "Line E is the gradient of the decoder's weights. The encoder uses the same array, "
            "and what it is used for twice has a gradient of two parts.",
        ),
        Wrong(
            "encoder before the holes",
            lambda: list("AFHBDGC"),
            "The encoder reads what is left of the picture, so the covering comes first.",
        ),
        Wrong(
            "hidden gradient first",
            lambda: list("FAHDBGC"),
            "What comes to the hidden units comes from the reconstruction: its gradient is needed "
            "before.",
        ),
    ),
)

CONTROL = Task(
    id="pretraining-control",
    title="Six gains, and where they come from",
    kind="experiment",
    section="Pre-training: unlabelled first, labels later",
    rows="U08",
    goal=3,
    points=2,
    minutes=6,
    difficulty=2,
    reference=lambda: "cadebd",
    accept=one_for_each(
        "cadebd",
        {
            "a": "knowledge alone means that shuffled weights gain nothing that can be told from 0",
            "b": "mere size means that shuffled weights gain all of it",
            "c": "part and part means that shuffled weights gain, and pre-trained ones more",
            "d": "no gain can be told from 0 where the first interval includes it",
            "e": "a gain stays unexplained where there is no control",
        },
    ),
    wrong=(
        Wrong(
            "nobody looks at the control",
            lambda: "aadaad",
            "You call every gain knowledge. Shuffled weights know nothing about digits; what they "
            "gain comes from their size.",
        ),
        Wrong(
            "a mean is a gain",
            lambda: "cadeba",
            "The last mean is below 0, and so may be that of no effect at all: its interval "
            "includes 0. Ten seeds did not decide.",
        ),
        Wrong(
            "a small effect is a mere size",
            lambda: "cabebb",
            "You explain gains that nobody has shown. Where the interval of the gain includes 0 "
            "there is nothing yet to explain.",
        ),
        Wrong(
            "large is knowledge",
            lambda: "aadebd",
            "The first gain is the largest, and not all of it is knowledge: look at what shuffled "
            "weights gain there.",
        ),
        Wrong(
            "no control needed",
            lambda: "cadabd",
            "The fourth gain looks like the second, but there the shuffled weights were run. "
            "Without them knowledge and size cannot be told apart.",
        ),
    ),
)


def machines(rng: np.random.Generator) -> Sequence[Arguments]:
    """Draw machines from 1 visible and 1 hidden unit up, with all states of both layers."""
    return [
        (
            rng.normal(scale=1.5, size=(m, d)),
            rng.normal(size=d),
            rng.normal(size=m),
            all_masks(d),
            all_masks(m),
        )
        for d, m in ((1, 1), (2, 1), (2, 3), (3, 2))
    ]


def machine_of(w: Array, b: Array, c: Array) -> RBM:
    """Make a machine with these parameters."""
    rbm = RBM(len(b), len(c))
    rbm.load_state_dict({"weight": w, "visible_bias": b, "hidden_bias": c})
    return rbm


def sigmoid(a: Array) -> Array:
    """Compute the sigmoid."""
    return 1 / (1 + np.exp(-a))


def together(p: Array, states: Array, *, ones_only: bool = False) -> Array:
    """Compute the probabilities (N, S) of states (S, D) of units that are 1 with p (N, D)."""
    off = np.ones_like(p) if ones_only else 1 - p
    return np.asarray(np.where(states == 1, p[:, None], off[:, None]).prod(axis=2))


def chain_with(mistake: str) -> Callable[..., tuple[Array, Array]]:
    """Compute probabilities and chain of a machine with one mistake."""

    def answer(w: Array, b: Array, c: Array, v: Array, h: Array) -> tuple[Array, Array]:
        a = v @ w.T + c
        hidden = np.log1p(np.exp(a)).sum(axis=1)
        if mistake == "on only":
            hidden = a.sum(axis=1)
        if mistake == "one big unit":
            hidden = np.log1p(np.exp(a.sum(axis=1)))
        p = np.exp(v @ b + hidden)
        p = p if mistake == "no Z" else p / p.sum()
        ones = mistake == "ones only"
        to_visible = together(sigmoid(h @ w + b), v, ones_only=ones)
        transition = together(sigmoid(a), h, ones_only=ones) @ to_visible
        if mistake == "mean field":
            transition = together(sigmoid(sigmoid(a) @ w + b), v)
        return p, transition.T if mistake == "turned" else transition

    return answer


CHAIN = Task(
    id="exact-chain",
    title="A machine and its chain, exactly",
    kind="fade",
    section="The chain behind the samples",
    rows="U06 U07",
    goal=4,
    points=3,
    minutes=12,
    difficulty=3,
    reference=lambda w, b, c, v, h: (
        state_probabilities(machine_of(w, b, c)),
        transition_matrix(machine_of(w, b, c)),
    ),
    draw=machines,
    wrong=(
        Wrong(
            "no Z",
            chain_with("no Z"),
            "Your chain is right, and your p does not sum to 1. Z is the sum over all visible "
            "states, and they are all here.",
        ),
        Wrong(
            "hidden units always on",
            chain_with("on only"),
            "Your p holds only for hidden units that are all on. Each may be off as well, which "
            "has an energy of its own: p(v) sums over both.",
        ),
        Wrong(
            "one big unit",
            chain_with("one big unit"),
            "Right with one hidden unit, and wrong with several: you add up their inputs first, "
            "so they are on or off together. Each has a sum over 0 and 1 of its own.",
        ),
        Wrong(
            "probabilities handed on",
            chain_with("mean field"),
            "Your step hands probabilities down as if they were states. The hidden units are 0 or "
            "1 when the pixels are drawn: average over those states.",
        ),
        Wrong(
            "only units that are on",
            chain_with("ones only"),
            "Your rows sum to more than 1. A state is as likely as its units that are on are on, "
            "and those that are off are off.",
        ),
        Wrong(
            "turned round",
            chain_with("turned"),
            "Your columns sum to 1, and your rows do not. A row of T belongs to the state that the "
            "step leaves.",
        ),
    ),
)


def players(rng: np.random.Generator) -> Sequence[Arguments]:
    """Draw data, codes, and two small nets: fakes z g^T, scores tanh(x w^T) u."""
    return [
        (
            rng.normal(size=(n, d)),
            rng.normal(size=(m, k)),
            rng.normal(size=(d, k)),
            rng.normal(size=(hidden, d)),
            rng.normal(size=hidden),
        )
        for n, m, k, d, hidden in ((1, 1, 1, 1, 1), (2, 1, 1, 2, 2), (3, 4, 2, 2, 3))
    ]


def by_two_losses(x: Array, z: Array, g: Array, w: Array, u: Array) -> tuple[Array, Array]:
    """Let the course's own pair compute both gradients."""
    gan = GAN(g.shape[::-1], [*w.shape[::-1], 1], activation="Tanh")
    nets = {"generator.0": g, "discriminator.0": w, "discriminator.2": u[None]}
    state = {f"{name}.weight": weight for name, weight in nets.items()}
    gan.load_state_dict(
        state | {f"{name}.bias": np.zeros(len(weight)) for name, weight in nets.items()}
    )
    of_d, of_g = DiscriminatorLoss(), GeneratorLoss()
    a = gan.discriminator.fprop(np.concatenate([x, gan.generator.fprop(z)]))
    of_d(a[: len(x)], a[len(x) :])
    gan.discriminator.bprop(np.concatenate(of_d.bprop(np.ones(()))))
    dw = dict(gan.named("grads"))["discriminator.0.weight"].copy()
    of_g(gan(z))
    gan.bprop(of_g.bprop(np.ones(())))
    return dw, dict(gan.named("grads"))["generator.0.weight"]


def back_from_scores(inputs: Array, w: Array, u: Array, da: Array) -> tuple[Array, Array]:
    """Go back from the gradient at the scores to those at w and at the inputs."""
    h = np.tanh(inputs @ w.T)
    through = da[:, None] * u * (1 - h**2)
    return through.T @ inputs, through @ w


def duel_with(mistake: str) -> Callable[..., tuple[Array, Array]]:
    """Compute the gradients of both players with one mistake."""

    def answer(x: Array, z: Array, g: Array, w: Array, u: Array) -> tuple[Array, Array]:
        fakes = z @ g.T
        d_data, d_fakes = (sigmoid(np.tanh(v @ w.T) @ u) for v in (x, fakes))
        n, m = (1, 1) if mistake == "summed" else (len(x), len(z))
        on_data, _ = back_from_scores(x, w, u, (d_data - 1) / n)
        on_fakes, helping = back_from_scores(fakes, w, u, d_fakes / m)
        piled, dfakes = back_from_scores(fakes, w, u, (d_fakes - 1) / m)
        dw, dg = on_data + on_fakes, dfakes.T @ z
        if mistake == "piled up":
            dw = dw + piled
        if mistake == "helps":
            dg = helping.T @ z
        if mistake == "minimax":
            dg = -helping.T @ z
        if mistake == "labels swapped":
            dw = back_from_scores(x, w, u, d_data / n)[0] + piled
        if mistake == "data only":
            dw = on_data
        return dw, dg

    return answer


DUEL = Task(
    id="duel-gradients",
    title="Two nets, two losses",
    kind="torch",
    section="Two nets against each other",
    rows="U05",
    goal=5,
    points=3,
    minutes=9,
    difficulty=2,
    reference=by_two_losses,
    draw=players,
    wrong=(
        Wrong(
            "piled up",
            duel_with("piled up"),
            "The generator's gradient is right, and the discriminator's is a sum of two: what came "
            "back from the generator's loss was added to it. Each net has a loss of its own.",
        ),
        Wrong(
            "generator helps",
            duel_with("helps"),
            "Your generator goes down on the discriminator's loss: it learns to be found out.",
        ),
        Wrong(
            "minimax",
            duel_with("minimax"),
            "Your generator minimizes log(1 - D). That is the game as it is written, with a weak "
            "gradient where D is sure of the fakes. Asked for is the other loss of the lecture.",
        ),
        Wrong(
            "labels swapped",
            duel_with("labels swapped"),
            "Your discriminator learns to call the data fakes and the fakes data. D is the "
            "probability that something comes from the data.",
        ),
        Wrong(
            "data only",
            duel_with("data only"),
            "Your discriminator sees only data, and would soon say 1 to everything. Half of its "
            "loss is about fakes.",
        ),
        Wrong(
            "summed",
            duel_with("summed"),
            "Right for one example and one code; with more your gradients are too long. Both "
            "losses are averages.",
        ),
    ),
)


def a_full_plane(rng: np.random.Generator) -> dict[str, int]:
    """Draw as many clusters as some number of lines can make regions."""
    return {"k": largest_region_count(int(rng.integers(9, 31)), 2)}


def units_until(k: int, patterns: Callable[[int], int]) -> int:
    """Try one number of units after another."""
    return next(n for n in count(1) if patterns(n) >= k)


def lines_for(k: int) -> int:
    """Find how many lines cut the plane into k regions."""
    return units_until(k, lambda n: largest_region_count(n, 2))


PATTERNS = Task(
    id="units-for-patterns",
    title="Units against clusters",
    kind="number",
    section="Distributed representations",
    rows="X04 X05",
    goal=6,
    points=2,
    minutes=5,
    difficulty=2,
    reference=lambda k: (
        units_until(k, lambda n: largest_region_count(n, 1)),
        lines_for(k),
        units_until(k, lambda n: largest_region_count(n, n)),
    ),
    numbers=a_full_plane,
    question="A clustering tells {k} kinds of examples apart, with {k} clusters.\n"
    "At least how many units, each on or off on its side of a hyperplane, can make {k} different "
    "patterns when each example is a single number?\n"
    "When the examples are points in a plane?\n"
    "And when they have as many numbers as you like?",
    wrong=(
        Wrong(
            "every combination everywhere",
            lambda k: (ceil(log2(k)),) * 3,
            "Your third number is right. In few dimensions most combinations of units have no "
            "point at all: a point cannot lie to the left of 1 and to the right of 2.",
        ),
        Wrong(
            "a unit for each",
            lambda k: (k, k, k),
            "You need a unit for each pattern, as clusters do. Patterns share units: that is what "
            "a distributed representation is.",
        ),
        Wrong(
            "a region forgotten",
            lambda k: (k, lines_for(k) + 1, ceil(log2(k))),
            "Your first two numbers are one too high. Before there is any line at all, there is "
            "one region already.",
        ),
        Wrong(
            "crossings",
            lambda k: (k - 1, units_until(k, lambda n: n * (n - 1) // 2), ceil(log2(k))),
            "Your first and third are right. In the plane you count where lines cross; the first "
            "region and one more for each line come on top.",
        ),
        Wrong(
            "rounded down",
            lambda k: (k - 1, lines_for(k), floor(log2(k))),
            "Your first two are right. With your third number of units there are fewer "
            "combinations than you need: which way is safe?",
        ),
    ),
)

TASKS: tuple[Task, ...] = (BAG, SQUEEZE, REPAIR, CONTROL, PATTERNS, DUEL, CHAIN)
