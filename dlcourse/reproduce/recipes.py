"""Recipes: what an experiment trains, on what, and for how long, declared in one place."""

import difflib
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class Arm:
    """One of the nets that a recipe compares, with everything that decides how it is trained.

    Attributes
    ----------
    net : str
        Class name of the net, the same by hand and in PyTorch.
    options : mapping
        Its arguments.
    task : str
        What it learns: a name in `dlcourse.reproduce.training.TASKS`.
    data : str
        "mnist", "fashion-mnist", "cifar10", "imagenet" or "digits".
    side, dtype : str
        "by_hand" or "in_torch"; "float32" or "float64".
    epochs, batch_size : int
    lr, momentum, weight_decay : float
        As for `SGD`.
    drops : tuple of int
        Epochs, from 0, before which the step size is multiplied by `factor`.
    plateau : int
        Multiply it instead when the validation error has not been at its lowest for so many
        epochs; 0 for never.
    factor : float
    initialization : str
        The kind for `initialize`; "" for the weights as the net is built.
    examples : int
        How many training examples are used, with all classes in proportion; 0 for all.
    scaling : str
        What the net sees: "channels" and "pixels" subtract the mean of each channel or pixel over
        the training set, and divide by the deviation of all that is left; "unit" gives grey
        levels from 0 to 1, "binary" zeros and ones.
    shrink : int
        Pictures are made smaller by averaging squares of so many pixels.
    shift : int
        Training pictures are moved by up to so many pixels, at random.
    flip : bool
        Half of them are mirrored, at random.
    more : mapping
        What only its task knows.
    quick : mapping
        What is different in a quick run on scikit-learn's digits.
    """

    net: str
    options: Mapping[str, Any]
    task: str = "classify"
    data: str = "mnist"
    side: str = "by_hand"
    dtype: str = "float32"
    epochs: int = 10
    batch_size: int = 128
    lr: float = 0.1
    momentum: float = 0.9
    weight_decay: float = 0.0
    drops: tuple[int, ...] = ()
    plateau: int = 0
    factor: float = 0.1
    initialization: str = "he"
    examples: int = 0
    scaling: str = "channels"
    shrink: int = 1
    shift: int = 0
    flip: bool = False
    more: Mapping[str, Any] = field(default_factory=dict)
    quick: Mapping[str, Any] = field(default_factory=dict)

    def with_epochs(self, epochs: int) -> "Arm":
        """Train for another number of epochs, with the drops in proportion."""
        drops = tuple(round(drop * epochs / self.epochs) for drop in self.drops)
        return replace(self, epochs=epochs, drops=drops)

    def quickly(self) -> "Arm":
        """Take what is trained in a quick run: on digits, for two epochs unless it says more."""
        on_digits = {"data": "digits", "shrink": 1, "shift": min(self.shift, 1), "examples": 0}
        changes = {**on_digits, "quick": {}, **self.quick}
        epochs = changes.pop("epochs", 2)
        return replace(self, **changes).with_epochs(epochs)

    def described(self) -> dict[str, Any]:
        """Give all settings but those of quick runs, as JSON has them."""
        settings = asdict(self)
        del settings["quick"]
        plain: dict[str, Any] = json.loads(json.dumps(settings))
        return plain


@dataclass(frozen=True)
class Recipe:
    """An experiment of the slides.

    Attributes
    ----------
    name : str
    rows : str
        The slide rows it belongs to.
    question : str
        What it asks, in one sentence.
    arms : mapping of str to Arm
        What is compared.
    seeds : int
        How many seeds a full run has.
    published : str
        What the slides or the papers say, with the source.
    shortened : str
        What is less here than there; "" where nothing is.
    """

    name: str
    rows: str
    question: str
    arms: Mapping[str, Arm]
    seeds: int
    published: str
    shortened: str = ""

    def quickly(self) -> "Recipe":
        """Take the quick run: on digits, with one seed."""
        arms = {name: arm.quickly() for name, arm in self.arms.items()}
        return replace(self, arms=arms, seeds=1, shortened="A quick run: scikit-learn's digits.")

    def with_epochs(self, epochs: int) -> "Recipe":
        """Train every arm for another number of epochs."""
        arms = {name: arm.with_epochs(epochs) for name, arm in self.arms.items()}
        return replace(self, arms=arms)

    def with_examples(self, examples: int) -> "Recipe":
        """Use so many training examples in every arm."""
        arms = {name: replace(arm, examples=examples) for name, arm in self.arms.items()}
        return replace(self, arms=arms)

    def on_side(self, side: str) -> "Recipe":
        """Train every arm on one side: by_hand or in_torch."""
        arms = {name: replace(arm, side=side) for name, arm in self.arms.items()}
        return replace(self, arms=arms)

    @property
    def fingerprint(self) -> str:
        """A short hash of all settings that decide the results; words are left out."""
        settings = {name: arm.described() for name, arm in self.arms.items()}
        return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:16]


def find(name: str) -> Recipe:
    """Find a recipe by its name.

    Parameters
    ----------
    name : str
        Such as "mnist-lenet".

    Returns
    -------
    Recipe

    Raises
    ------
    ValueError
        When there is none; the message names the nearest.
    """
    from dlcourse.reproduce.experiments import RECIPES

    recipes = {recipe.name: recipe for recipe in RECIPES}
    if name in recipes:
        return recipes[name]
    near = difflib.get_close_matches(name, recipes, n=1)
    advice = f"try {near[0]}" if near else f"there are {', '.join(recipes)}"
    raise ValueError(f"no recipe is called {name!r}; {advice}")
