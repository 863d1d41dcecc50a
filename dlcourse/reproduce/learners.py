"""What is trained epoch by epoch: classifiers and autoencoders, by hand or in PyTorch."""

from collections.abc import Callable
from typing import Any

import numpy as np

from dlcourse import by_hand, in_torch
from dlcourse.by_hand.box import Array
from dlcourse.data import Images, held_out
from dlcourse.lessons.classifiers import share_masks
from dlcourse.reproduce import places
from dlcourse.reproduce.pictures import splits_of
from dlcourse.reproduce.places import Place
from dlcourse.reproduce.recipes import Arm

MEASURED = 10000
"""So many examples of a split, the first ones, are measured, unless the arm says otherwise."""

ROWS = 250  # measured at a time: by hand, a net keeps what every layer gave

Measures = dict[str, float | list[float]]


def noise(seed: int, *path: int) -> np.random.Generator:
    """Give the source of all that is random in one part of a run.

    It depends on the seed and the part alone, such as the number of the epoch.  So a run that was
    interrupted goes on with the same numbers, and both sides see the same ones.
    """
    return np.random.default_rng([seed, *path])


class Learner:
    """A net, its optimizer and its data, trained one epoch at a time.

    Parameters
    ----------
    arm : Arm
    images : Images
    seed : int
        Source of the weights, of the order of the examples, and of all noise.
    place : Place
        Where it is trained.

    Attributes
    ----------
    nets : dict of str to net
        What is trained, by name.
    optimizers : dict of str to optimizer
        For some of the nets.

    Raises
    ------
    ValueError
        When several processes cannot share the work.
    """

    shares = False  # whether several processes can train one net

    def __init__(self, arm: Arm, images: Any, *, seed: int, place: Place) -> None:
        check_shares(self.shares, arm, place)
        self.arm, self.seed, self.place = arm, seed, place
        self.lib, self.side = places.library(arm.side), place.side(arm)
        self.splits = self.prepare(images)
        self.nets: dict[str, Any] = {}
        self.optimizers: dict[str, Any] = {}

    def prepare(self, images: Any) -> dict[str, tuple[Any, Array]]:
        """Give pictures and labels of each split to the side of the net."""
        return splits_of(self.arm, images, self.side)

    def build(self) -> Any:
        """Build the net of the arm; the same weights on both sides."""
        rng = noise(self.seed)
        start = getattr(by_hand, self.arm.net)(**self.arm.options, rng=rng)
        if self.arm.initialization:
            by_hand.initialize(start, kind=self.arm.initialization, rng=rng)
        net = getattr(self.lib, self.arm.net)(**self.arm.options)
        return self.side.load(net, start.state_dict())

    def sgd(self, net: Any) -> Any:
        """Make the optimizer of a net."""
        arm = self.arm
        return self.lib.SGD(net, lr=arm.lr, momentum=arm.momentum, weight_decay=arm.weight_decay)

    def epoch(self, number: int, lr: float) -> Measures:
        """Train for one epoch, and measure.

        Parameters
        ----------
        number : int
            Of the epoch, from 0; source of its noise.
        lr : float
            The step size.

        Returns
        -------
        dict of str to float or list of float
            What was measured; lists have a number for each step.
        """
        raise NotImplementedError

    def results(self) -> dict[str, Array]:
        """Give what the run shows in the end besides its curves: pictures (T, H, W) in uint8."""
        return {}

    def state(self) -> dict[str, Array]:
        """Copy everything that the next epoch depends on."""
        found = {}
        for name, net in self.nets.items():
            for key, array in net.state_dict().items():
                found[f"{name}/{key}"] = np.array(places.as_numpy(array))
            if name in self.optimizers:
                velocities = places.velocities(net, self.optimizers[name])
                found |= {f"{name}.velocity/{key}": v for key, v in velocities.items()}
        return found

    def load(self, state: dict[str, Array]) -> None:
        """Go on from a state."""
        for name, net in self.nets.items():
            own, velocity = (
                {
                    key.removeprefix(start): array
                    for key, array in state.items()
                    if key.startswith(start)
                }
                for start in (f"{name}/", f"{name}.velocity/")
            )
            self.side.load(net, own)
            if name in self.optimizers:
                places.set_velocities(net, self.optimizers[name], velocity)


class Classification(Learner):
    """Learn labels."""

    shares = True

    def __init__(self, arm: Arm, images: Images, *, seed: int, place: Place) -> None:
        super().__init__(arm, images, seed=seed, place=place)
        self.net = self.build()
        self.nets = {"net": self.net}
        self.optimizers = {"net": self.sgd(self.net)}
        risk = in_torch.EmpiricalRisk
        if arm.side == "by_hand":
            risk = by_hand.EmpiricalRisk  # type: ignore[assignment]
        elif place.precision == "bf16":
            risk = places.Bfloat16Risk
        self.risk = risk(place.copied(self.net), self.lib.CrossEntropyLoss())
        self.unlabelled, labels = self.splits["training"]
        if few := arm.more.get("labels"):
            rows, _ = held_out(labels, few, rng=noise(seed, 4))
            self.splits["training"] = self.unlabelled.take(rows), labels[rows]

    def epoch(self, number: int, lr: float) -> Measures:
        """Train for one epoch, and measure errors in percent and losses in nats."""
        if number == 0 and self.arm.more.get("pretrain"):
            self.pretrain(**self.arm.more["pretrain"])
        steps = self.train(number, lr)
        measures: Measures = {"risk": float(np.mean(steps))}
        if self.arm.more.get("keep_steps"):
            measures["risk of each step"] = steps
        return measures | self.place.from_first(self.results_of_splits)

    def results_of_splits(self) -> Measures:
        """Measure the error in percent and the loss of every split."""
        measures: Measures = {}
        for name in self.splits:
            measures[f"{name} error"], measures[f"{name} loss"] = self.measure(name)
        return measures

    def train(self, number: int, lr: float) -> list[float]:
        """Train for one epoch; give the risk of each batch."""
        places.set_step_size(self.optimizers["net"], lr)
        pictures, labels = self.splits["training"]
        rank, world = self.place.rank, self.place.world
        order = share(noise(self.seed, 1, number).permutation(len(labels)), rank, world)
        for_masks, for_pictures = noise(self.seed, 2, number, rank).spawn(2)
        self.net.train()
        share_masks(self.net, self.side, for_masks)
        trajectory = self.lib.fit(
            self.risk,
            pictures.with_noise(for_pictures),
            self.side.array(labels),
            optimizer=self.optimizers["net"],
            epochs=1,
            batch_size=self.arm.batch_size // world,
            orders=[order],
        )
        return [float(risk) for risk in trajectory]

    def measure(self, name: str) -> tuple[float, float]:
        """Give the error in percent and the loss of a split, on the plain pictures."""
        pictures, labels = self.splits[name]
        pictures, labels = pictures.plain(), labels[: self.arm.more.get("measured", MEASURED)]

        def score(rows: Array) -> Array:
            a, y = self.side.use(self.net, pictures[rows]), self.side.array(labels[rows])
            loss = self.lib.CrossEntropyLoss()(a, y)
            return np.array([100 * float(self.lib.zero_one_error(a, y)), float(loss)])

        error, loss = averaged(score, len(labels))
        return error, loss

    def pretrain(self, **settings: Any) -> None:
        """Let the hidden layers learn training pictures first, all of them, without labels."""
        x, source = self.unlabelled, noise(self.seed, 3)
        self.lib.pretrain(
            self.net,
            x[np.arange(len(x))],
            orders=[source.permutation(len(x)) for _ in range(settings["epochs"])],
            masks=lambda shape: self.side.array(source.random(shape) >= settings["noise"]),
            **settings,
        )


class Reconstruction(Learner):
    """Learn to give pictures again, through a code of few numbers."""

    def __init__(self, arm: Arm, images: Images, *, seed: int, place: Place) -> None:
        super().__init__(arm, images, seed=seed, place=place)
        self.net = self.build()
        self.nets = {"net": self.net}
        self.optimizers = {"net": self.sgd(self.net)}
        self.risk = self.lib.EmpiricalRisk(self.net, self.lib.MSELoss())

    def epoch(self, number: int, lr: float) -> Measures:
        """Train for one epoch, and measure the squared error of a picture, summed over pixels."""
        places.set_step_size(self.optimizers["net"], lr)
        x = self.splits["training"][0]
        steps = self.lib.fit(
            self.risk,
            x,
            x,
            optimizer=self.optimizers["net"],
            epochs=1,
            batch_size=self.arm.batch_size,
            orders=[noise(self.seed, 1, number).permutation(len(x))],
        )
        measures: Measures = {"risk": float(np.mean(places.as_numpy(steps)))}
        for name in self.splits:
            measures[f"{name} squared error"] = self.measure(name)
        return measures

    def reconstructed(self, x: Any) -> Any:
        """Map pictures to what the net makes of them."""
        return self.side.use(self.net, x)

    def measure(self, name: str) -> float:
        """Give the mean over pictures of a split of the squared error, summed over pixels."""
        pictures, _ = self.splits[name]

        def score(rows: Array) -> Array:
            x = pictures[rows]
            difference = places.as_numpy(self.reconstructed(x)) - places.as_numpy(x)
            return np.array([np.square(difference).sum(axis=1).mean()])

        (error,) = averaged(score, min(len(pictures), MEASURED))
        return error

    def results(self) -> dict[str, Array]:
        """Give the first test picture of each class, and what becomes of it."""
        pictures, labels = self.splits["test"]
        x = pictures[[int(np.flatnonzero(labels == c)[0]) for c in np.unique(labels)]]
        shown = {"test pictures": x, "reconstructions": self.reconstructed(x)}
        return {
            name: grey(places.as_numpy(value), pictures.x.shape) for name, value in shown.items()
        }


class Projection(Reconstruction):
    """Give pictures again from their principal components: what no linear code does better."""

    def __init__(self, arm: Arm, images: Images, *, seed: int, place: Place) -> None:
        Learner.__init__(self, arm, images, seed=seed, place=place)

    def epoch(self, number: int, lr: float) -> Measures:
        """Compute the components, and measure; there is nothing to train."""
        x = self.splits["training"][0]
        self.pca = self.lib.PCA(x[np.arange(len(x))], self.arm.options["components"])
        return {f"{name} squared error": self.measure(name) for name in self.splits}

    def reconstructed(self, x: Any) -> Any:
        """Map pictures to what is left of them."""
        return self.pca.decode(self.pca.encode(x))


def check_shares(shares: bool, arm: Arm, place: Place) -> None:
    """Refuse several processes where they would all do the same, or not the same as one."""
    if place.world > 1 and not shares:
        raise ValueError(f"{arm.net} is trained by one process; start it without torchrun")
    if arm.batch_size % place.world:
        raise ValueError(f"a batch of {arm.batch_size} cannot be shared by {place.world} processes")


def share(order: Array, rank: int, world: int) -> Array:
    """Take the part of each batch that falls to one of several processes.

    What does not divide is left out: at most one example fewer than there are processes.
    """
    return order[: len(order) // world * world][rank::world]


def averaged(score: Callable[[Array], Array], examples: int) -> list[float]:
    """Average what is measured on blocks of rows over all examples."""
    blocks = np.array_split(np.arange(examples), -(-examples // ROWS))
    scores = np.array([score(rows) for rows in blocks])
    weights = np.array([len(rows) for rows in blocks])
    return [float(mean) for mean in np.average(scores, axis=0, weights=weights)]


def grey(x: Array, shape: tuple[int, ...]) -> Array:
    """Turn vectors of numbers from 0 to 1 into pictures (T, H, W) in uint8."""
    return np.round(255 * np.clip(x, 0, 1)).astype(np.uint8).reshape(-1, *shape[-2:])
