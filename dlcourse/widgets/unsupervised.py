"""Moving pictures of lecture 14: a chain that forgets where it began, and two nets in a duel."""

import copy
from typing import Any

import numpy as np
from scipy import stats

from dlcourse import by_hand, data
from dlcourse.by_hand.box import Array
from dlcourse.widgets.marks import area, bars, dots, evenly, line
from dlcourse.widgets.moving import Control, Frame, MovingPicture, Panel

TRAINED = (400, 700, 1000)  # epochs
STEPS = (1, 2, 3, 5, 10, 20, 50, 100, 200)
STARTS = {"upper row": 0b1100, "white": 0b0000, "diagonal": 0b0110}
CHAINS = 300

EPOCHS = (0, 1, 2, 3, 4, 6, 8, 12, 20, 30)
BUMPS = {"one bump": ((2.0, 0.5),), "two bumps": ((1.0, 0.4), (3.0, 0.4))}  # means and deviations
EDGES = np.linspace(-1, 5, 31)


def gibbs_steps() -> MovingPicture:
    """Let chains run that sample from a Boltzmann machine of 2 x 2 pixels, of three ages.

    Returns
    -------
    MovingPicture
        With `steps` of the chain, `epochs` for which the machine was trained, and `start`.

    Notes
    -----
    Slide rows U06, U07.
    """
    machines = train_machines()
    exact = {age: by_hand.state_probabilities(rbm) for age, rbm in machines.items()}
    states, longest = by_hand.all_masks(4), max(STEPS)
    uniforms = np.random.default_rng(7).random((longest, CHAINS, 8))
    times = np.log10(STEPS)
    counted, apart = {}, {}
    for age, rbm in machines.items():
        chain = by_hand.transition_matrix(rbm)
        for name, state in STARTS.items():
            path = by_hand.evolve(np.eye(16)[state], chain, steps=longest)
            apart[age, name] = by_hand.total_variation(path, exact[age])
            v, done = np.tile(states[state], (CHAINS, 1)), 0
            for steps in STEPS:
                v, done = by_hand.gibbs_sample(rbm, v, uniforms[done:steps]), steps
                numbers = (v @ [8, 4, 2, 1]).astype(int)
                counted[age, name, steps] = np.bincount(numbers, minlength=16) / CHAINS

    def draw(*, steps: int, epochs: int, start: str) -> Frame:
        found, p = counted[epochs, start, steps], exact[epochs]
        distance = apart[epochs, start]
        marks = [
            bars(np.arange(16) - 0.2, p, style=4, width=0.4, name="left: P(x)"),
            bars(np.arange(16) + 0.2, found, width=0.4, name="right: chains"),
        ]
        for style, age in enumerate(TRAINED, start=1):
            y = apart[age, start][list(STEPS)]
            marks.append(line(times, y, style=style, panel=1, name=f"{age} epochs"))
        marks.append(dots([np.log10(steps)], [distance[steps]], panel=1, radius=6, name="here"))
        step = "1 step" if steps == 1 else f"{steps} steps"
        says = (
            f"After {step} the chain's distribution is {distance[steps]:.2f} from P(x). "
            f"Of {CHAINS} chains {100 * found[STARTS[start]]:.0f} % show the picture where all "
            f"began, which has {100 * p[STARTS[start]]:.0f} % in P(x)."
        )
        return Frame(says, marks)

    grounds = [
        area([k - 0.36, k + 0.36], [-0.13, -0.13], [-0.03, -0.03], style=5) for k in range(16)
    ]
    black = np.argwhere(states.reshape(16, 2, 2))  # picture, row, column
    across, up = black[:, 0] - 0.18 + 0.36 * black[:, 2], -0.055 - 0.05 * black[:, 1]
    pixels = dots(across, up, style=1, radius=2.4, name="black pixels")
    controls = (
        Control("steps", "steps of the chain", STEPS),
        Control("epochs", "epochs of training", TRAINED),
        Control("start", "all chains start at", tuple(STARTS)),
    )
    panels = (
        Panel((-0.7, 15.7), (-0.15, 1), "16 pictures", ylabel="share", xticks=[]),
        Panel(
            (0, float(times[-1])),
            (0, 1),
            "distance from P(x)",
            "steps of the chain",
            "total variation",
            xlog=True,
            xticks=[0, 1, 2],
        ),
    )
    title = "Chains on their way to P(x)"
    return MovingPicture(title, controls, panels, draw, still=[*grounds, pixels])


def train_machines() -> dict[int, by_hand.RBM]:
    """Train a machine on bars and stripes of 2 x 2 with the exact gradient; keep its ages."""
    v, kept = data.bars_and_stripes(2), {}
    rbm = by_hand.RBM(4, 4, rng=np.random.default_rng(7))
    risk, optimizer = by_hand.ExactLikelihood(rbm), by_hand.SGD(rbm, lr=1.0)
    for epoch in range(1, max(TRAINED) + 1):
        rbm.zero_grad()
        risk(v)
        risk.bprop(np.ones(()))
        optimizer.step()
        if epoch in TRAINED:
            kept[epoch] = copy.deepcopy(rbm)
    return kept


def duel() -> MovingPicture:
    """Train a generator of numbers and its discriminator, on data with one bump or two.

    Returns
    -------
    MovingPicture
        With `epochs` and `bumps`.

    Notes
    -----
    Slide row U05.
    """
    trained = {name: train_pair(name) for name in BUMPS}
    centres, width = (EDGES[1:] + EDGES[:-1]) / 2, EDGES[1] - EDGES[0]
    along = evenly(EDGES[0], EDGES[-1], len(EDGES))

    def draw(*, epochs: int, bumps: str) -> Frame:
        samples, d, loss = trained[bumps][epochs]
        p = in_bins(bumps)
        q = np.histogram(samples.clip(EDGES[0], EDGES[-1]), EDGES)[0] / len(samples)
        divergence = float(by_hand.jensen_shannon(p, q))
        best = by_hand.optimal_discriminator(p, q)
        marks = [
            bars(centres, q / width, width=0.9 * width, name="samples"),
            line(centres, p / width, style=1, name="data"),
            line(along, d, style=2, panel=1, name="D(x)"),
            dots(centres, best, style=3, panel=1, radius=2.5, name="best D"),
        ]
        after = "1 epoch" if epochs == 1 else f"{epochs} epochs"
        says = (
            f"After {after} the samples have mean {samples.mean():.1f} and standard deviation "
            f"{samples.std():.1f}. D loses {loss:.2f} (who cannot tell loses 1.39). JS is "
            f"{divergence:.2f}: the best D would lose {np.log(4) - 2 * divergence:.2f}."
        )
        return Frame(says, marks)

    controls = (
        Control("epochs", "epochs", EPOCHS, start=3),
        Control("bumps", "data", tuple(BUMPS)),
    )
    ends = (EDGES[0], EDGES[-1])
    panels = (
        Panel(ends, (0, 2), "2000 samples, and the data", "x", "density"),
        Panel(ends, (0, 1), "what the discriminator says", "x", "probability that x is data"),
    )
    return MovingPicture("A duel in one dimension", controls, panels, draw)


def train_pair(bumps: str) -> dict[int, Any]:
    """Train both nets; give samples, D along the axis and its loss after some epochs."""
    rng = np.random.default_rng(7)
    parts = np.array(BUMPS[bumps])[np.arange(1024) % len(BUMPS[bumps])]
    x = parts[:, :1] + parts[:, 1:] * rng.standard_normal((1024, 1))
    codes = rng.standard_normal((2000, 1))
    gan = by_hand.GAN([1, 16, 1], [1, 32, 32, 1], rng=rng)
    found = {}

    def watch(epoch: int) -> None:
        if epoch + 1 in EPOCHS:
            samples = gan.generator(codes)
            d = by_hand.Sigmoid()(gan.discriminator(EDGES[:, None])[:, 0])
            scores = gan.discriminator(x), gan.discriminator(samples)
            loss = float(by_hand.DiscriminatorLoss()(*(a[:, 0] for a in scores)))
            found[epoch + 1] = samples[:, 0], d, loss

    watch(-1)
    halves = by_hand.SGD(gan.discriminator, lr=0.2), by_hand.SGD(gan.generator, lr=0.05)
    by_hand.fit_gan(
        gan, x, optimizers=halves, epochs=max(EPOCHS), batch_size=64, rng=rng, after_epoch=watch
    )
    return found


def in_bins(bumps: str) -> Array:
    """Tell how much of the data lies in each bin."""
    below = [stats.norm(mean, deviation).cdf(EDGES) for mean, deviation in BUMPS[bumps]]
    return np.diff(np.mean(below, axis=0))
