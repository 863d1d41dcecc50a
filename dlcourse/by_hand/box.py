"""Boxes of a flow graph: each computes its value and passes its gradient back."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec, Self, TypeVar

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from dlcourse.by_hand.numbers import check_digits

Array = NDArray[Any]  # shapes and meaning stand in the docstrings
P = ParamSpec("P")
R = TypeVar("R")
ARRAYS = (np.ndarray, np.generic)


def as_floats(x: Any) -> Any:
    """Take an array of whole numbers over into float64; leave floats, and what is no array.

    Pixels of uint8 start again at 0 after 255, and integers cannot keep a half: sums,
    differences and averages of them would be wrong without a sound.

    Raises
    ------
    ValueError
        When an array holds no real numbers.
    """
    if not isinstance(x, ARRAYS) or x.dtype.kind == "f":
        return x
    if x.dtype.kind not in "biu":
        raise ValueError(f"an array of dtype {x.dtype} has no real numbers: take float64")
    return x.astype(np.float64)


def on_floats(function: Callable[P, R]) -> Callable[P, R]:
    """Let a function see whole numbers as float64: for functions of quantities, not of labels."""

    @wraps(function)
    def call(*args: P.args, **options: P.kwargs) -> R:
        return function(*map(as_floats, args), **options)

    return call


class Box:
    """Compute a value in `fprop` and pass its gradient back in `bprop`.

    A subclass writes the two methods.  `fprop` keeps in `saved` whatever `bprop` needs;
    `bprop` adds to `grads` and returns the gradient at each input: one array, or a tuple
    in input order with None for labels.  A box runs once per sweep.  Boxes assigned as
    attributes become its children.

    Attributes
    ----------
    params : dict of str to array
        What is trained, under the names PyTorch uses.
    grads : dict of str to array
        The gradient of the loss at each parameter, added up until `zero_grad`.
    buffers : dict of str to array
        What is kept but not trained.
    saved : object
        What `fprop` left for `bprop`.
    labels : tuple of int
        Which inputs, counted from 0, are labels or counts: only these stay whole numbers.
    training : bool
        Whether the box is being trained or used.
    input_gradient : bool
        Whether `bprop` has to give the gradient at the input.  Nobody reads that of a picture,
        and a box may save the work and give None; PyTorch calls it `requires_grad`.

    Notes
    -----
    Slide rows B02, B04, T01.
    """

    fprop: Callable[..., Array]  # (*inputs) -> y
    bprop: Callable[..., Any]  # (dy) -> gradient at each input
    labels: tuple[int, ...] = ()

    def __init__(self) -> None:
        self.params: dict[str, Array] = {}
        self.grads: dict[str, Array] = {}
        self.buffers: dict[str, Array] = {}
        self.saved: Any = None
        self.training = True
        self.input_gradient = True

    def __call__(self, *inputs: Any, **options: Any) -> Array:
        """Compute the value of the box: `fprop` under the name PyTorch shares.

        Whole numbers that are no labels, such as pixels from 0 to 255, count as float64.

        Raises
        ------
        ValueError
            When an input holds no real numbers.
        """
        numbers = (x if i in self.labels else as_floats(x) for i, x in enumerate(inputs))
        return self.fprop(*numbers, **options)

    def set_params(self, **params: Array) -> None:
        """Give the box its parameters, each with a gradient of zeros."""
        self.params = params
        self.grads = {name: np.zeros(p.shape, p.dtype) for name, p in params.items()}

    def children(self) -> Iterator[tuple[str, "Box"]]:
        """Yield the boxes inside this one, with their names."""
        return (
            (name, box)
            for name, box in vars(self).items()
            if isinstance(box, Box) and name != "saved"
        )

    def named(self, kind: str) -> Iterator[tuple[str, Array]]:
        """Yield the arrays in "params", "grads" or "buffers", with PyTorch's dotted names."""
        yield from getattr(self, kind).items()
        for child, box in self.children():
            for name, array in box.named(kind):
                yield f"{child}.{name}", array

    def modules(self) -> Iterator["Box"]:
        """Yield this box, its children, their children and so on, from the first to the last."""
        yield self
        for _, box in self.children():
            yield from box.modules()

    def train(self, training: bool = True) -> Self:
        """Switch this box and its children to training, or back."""
        self.training = training
        for _, box in self.children():
            box.train(training)
        return self

    @contextmanager
    def without_input_gradient(self) -> Iterator[None]:
        """Save the work of the gradient at the input, for as long as the block runs."""
        self.input_gradient = False
        try:
            yield
        finally:
            for box in self.modules():  # `bprop` has handed it on to those that read the input
                box.input_gradient = True

    def zero_grad(self) -> None:
        """Set every gradient to zero, for the next sweep to add to."""
        for _, grad in self.named("grads"):
            grad[...] = 0.0

    def to(self, dtype: DTypeLike) -> Self:
        """Change parameters, gradients and buffers to float32 or float64.

        Raises
        ------
        ValueError
            When the dtype keeps no fractions, is complex, or is float16: of many small gradients
            it loses those that come last.  (PyTorch adds them up in float32.)
        """
        if np.dtype(dtype).kind != "f":
            raise ValueError(f"weights cannot be {np.dtype(dtype)}: take float32 or float64")
        for arrays in (self.params, self.grads, self.buffers):
            real = {name: a for name, a in arrays.items() if a.dtype.kind == "f"}  # no counters
            if real:
                check_digits(np.dtype(dtype), "sums of gradients")
            arrays.update({name: a.astype(dtype) for name, a in real.items()})
        for _, box in self.children():
            box.to(dtype)
        return self

    def state_dict(self) -> dict[str, Array]:
        """Copy the parameters and buffers, named as in the `state_dict` of the PyTorch twin."""
        return {name: a.copy() for kind in ("params", "buffers") for name, a in self.named(kind)}

    def load_state_dict(self, state: Mapping[str, ArrayLike]) -> None:
        """Copy parameters and buffers in from arrays or tensors of the same names and shapes.

        Raises
        ------
        ValueError
            When a name is missing or unknown, or a shape or dtype does not fit.  Nothing is
            changed then.
        """
        own = {name: a for kind in ("params", "buffers") for name, a in self.named(kind)}
        if missing := sorted(own.keys() - state.keys()):
            raise ValueError(f"the state lacks {', '.join(missing)}")
        if unknown := sorted(state.keys() - own.keys()):
            raise ValueError(f"the state has {', '.join(unknown)}, which this box does not know")
        new = {name: as_floats(np.asarray(a)) for name, a in state.items()}
        for name, array in own.items():
            if new[name].shape != array.shape:
                raise ValueError(f"{name} has shape {new[name].shape}, not {array.shape}")
        for name, array in own.items():
            array[...] = new[name]


class Sequential(Box):
    """Chain boxes: each feeds the next.

    Parameters
    ----------
    *boxes : Box
        The boxes in the order in which `fprop` runs them.

    Notes
    -----
    Slide rows F07, F08, B03, B05.
    """

    def __init__(self, *boxes: Box) -> None:
        super().__init__()
        self.boxes = boxes

    def __getitem__(self, position: int | slice) -> Box:
        if isinstance(position, slice):  # boxes keep their names, as in PyTorch
            return Chain(**dict(list(self.children())[position]))
        return self.boxes[position]

    def __len__(self) -> int:
        return len(self.boxes)

    def children(self) -> Iterator[tuple[str, Box]]:
        """Yield the boxes of the chain, named by position."""
        return ((str(i), box) for i, box in enumerate(self.boxes))

    def fprop(self, x: Array) -> Array:
        """Map the input of the first box to the output of the last."""
        for box in self.boxes:
            x = box.fprop(x)
        return x

    def bprop(self, dy: Array) -> Array:
        """Map the gradient at the output of the last box to the input of the first."""
        self.boxes[0].input_gradient = self.input_gradient
        for box in reversed(self.boxes):
            dy = box.bprop(dy)
        return dy


class Chain(Sequential):
    """Chain boxes that have names: each feeds the next.

    Parameters
    ----------
    **boxes : Box
        The boxes by name, in the order in which `fprop` runs them.

    Notes
    -----
    Slide rows F07, B03.
    """

    def __init__(self, **boxes: Box) -> None:
        super().__init__(*boxes.values())
        self.names = tuple(boxes)

    def children(self) -> Iterator[tuple[str, Box]]:
        """Yield the boxes of the chain with their names."""
        return zip(self.names, self.boxes, strict=True)
