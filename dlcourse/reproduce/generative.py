"""What is trained to make pictures: Boltzmann machines and adversarial nets."""

import numpy as np

from dlcourse import by_hand
from dlcourse.by_hand.box import Array
from dlcourse.data import Images
from dlcourse.reproduce import places
from dlcourse.reproduce.learners import MEASURED, Learner, Measures, grey, noise
from dlcourse.reproduce.places import Place
from dlcourse.reproduce.recipes import Arm

SHOWN = 60  # samples that a record keeps


class Boltzmann(Learner):
    """Learn the distribution of binary pictures, with chains that run on from step to step."""

    def __init__(self, arm: Arm, images: Images, *, seed: int, place: Place) -> None:
        super().__init__(arm, images, seed=seed, place=place)
        self.rbm = self.build()
        pcd, chains = self.lib.PersistentContrastiveDivergence, arm.more["chains"]
        self.risk = self.side.double(pcd(self.rbm, chains=chains, steps=arm.more["steps"]))
        pixels = arm.options["n_visible"]
        bits = noise(seed, 1).integers(2, size=(chains, pixels)).astype(arm.dtype)
        rbm = {f"rbm.{name}": array for name, array in self.rbm.state_dict().items()}
        self.side.load(
            self.risk, {**{k: places.as_numpy(v) for k, v in rbm.items()}, "chain": bits}
        )
        self.nets = {"risk": self.risk}
        self.optimizers = {"risk": self.sgd(self.risk)}

    def epoch(self, number: int, lr: float) -> Measures:
        """Train for one epoch, and measure free energies and the error of one step of the chain."""
        optimizer = self.optimizers["risk"]
        places.set_step_size(optimizer, lr)
        order, uniforms = noise(self.seed, 2, number).spawn(2)
        self.rbm.uniforms = lambda shape: self.side.array(uniforms.random(shape))
        x, _ = self.splits["training"]
        self.lib.fit(
            self.risk,
            x,
            optimizer=optimizer,
            epochs=1,
            batch_size=self.arm.batch_size,
            orders=[order.permutation(len(x))],
        )
        measures: Measures = {}
        for name, (pictures, _) in self.splits.items():
            v = pictures[np.arange(min(len(pictures), MEASURED))]
            measures[f"{name} free energy"] = float(self.side.use(self.rbm, v).mean())
            h = self.lib.hidden_probabilities(self.rbm, v)
            again = self.lib.visible_probabilities(self.rbm, h)
            difference = places.as_numpy(again) - places.as_numpy(v)
            measures[f"{name} squared error"] = float(np.square(difference).sum(axis=1).mean())
        return measures

    def results(self) -> dict[str, Array]:
        """Draw samples: where chains are that started at random bits, far from the pictures."""
        rng, pixels = noise(self.seed, 3), self.arm.options["n_visible"]
        v = self.side.array(rng.integers(2, size=(SHOWN, pixels)).astype(self.arm.dtype))
        for _ in range(self.arm.more["sample_steps"]):
            u = rng.random((1, SHOWN, pixels + self.arm.options["n_hidden"]))
            v = self.lib.gibbs_sample(self.rbm, v, self.side.array(u.astype(self.arm.dtype)))
        h = self.lib.hidden_probabilities(self.rbm, v)
        pictures, _ = self.splits["test"]
        samples = places.as_numpy(self.lib.visible_probabilities(self.rbm, h))
        return {"samples": grey(samples, pictures.x.shape)}


class Adversarial(Learner):
    """Learn to make pictures that a second net cannot tell from real ones."""

    def __init__(self, arm: Arm, images: Images, *, seed: int, place: Place) -> None:
        super().__init__(arm, images, seed=seed, place=place)
        self.gan = self.build()
        self.nets = {"generator": self.gan.generator, "discriminator": self.gan.discriminator}
        self.optimizers = {name: self.sgd(net) for name, net in self.nets.items()}

    def epoch(self, number: int, lr: float) -> Measures:
        """Train for one epoch, and measure both losses and how much the samples differ."""
        for name, optimizer in self.optimizers.items():
            places.set_step_size(optimizer, lr * self.arm.more.get(f"{name} lr", 1.0))
        order, codes = noise(self.seed, 2, number).spawn(2)
        self.gan.codes = lambda shape: self.side.array(codes.standard_normal(shape))
        x, _ = self.splits["training"]
        losses = places.as_numpy(
            self.lib.fit_gan(
                self.gan,
                x,
                optimizers=(self.optimizers["discriminator"], self.optimizers["generator"]),
                epochs=1,
                batch_size=self.arm.batch_size,
                orders=[order.permutation(len(x))],
            )
        ).mean(axis=0)
        rows = noise(self.seed, 3).permutation(len(x))[:500]
        return {
            "discriminator loss": float(losses[0]),
            "generator loss": float(losses[1]),
            "spread of samples": spread(self.samples(500)) / spread(places.as_numpy(x[rows])),
        }

    def samples(self, n: int) -> Array:
        """Make n pictures (n, D); always from the same codes."""
        codes = noise(self.seed, 4).standard_normal((n, self.arm.options["generator_sizes"][0]))
        return places.as_numpy(self.side.use(self.gan.generator, self.side.array(codes)))

    def results(self) -> dict[str, Array]:
        """Give samples of the generator."""
        pictures, _ = self.splits["test"]
        return {"samples": grey(self.samples(SHOWN), pictures.x.shape)}


def spread(x: Array) -> float:
    """Measure how far vectors (T, D) are apart: the mean distance of two of them."""
    squared = by_hand.squared_distances(x.astype(float), x.astype(float))
    t = len(x)
    return float(np.sqrt(np.maximum(squared, 0)).sum() / (t * (t - 1)))
