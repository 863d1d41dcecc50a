"""Parity: compare the two sides of a row, value by value and gradient by gradient."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
import torch
from rich.console import Console
from rich.table import Table
from torch import Tensor

from dlcourse import by_hand, in_torch
from dlcourse.by_hand.box import Array, Box
from dlcourse.by_hand.graph import as_tuple
from dlcourse.cases.case import Case, Twin
from dlcourse.twins import find

SINGLE_PRECISION = 1e-3  # largest relative difference in float32, which keeps 7 digits
SMALLEST, SMALLEST_IN_SINGLE = 1e-3, 2e-2
"""What is smaller than this is compared as if it were as large: where terms of size 1 cancel to
zero, as they do in front of batch normalization, only their rounding is left."""


@dataclass(frozen=True)
class Difference:
    """How far the two sides are apart in one value or gradient.

    Attributes
    ----------
    what : str
        "value", "gradient of input 0", "gradient of weight" and so on.
    absolute : float
        The largest difference of two numbers; infinite where one side has nothing.
    relative : float
        The same over the largest number, or over `SMALLEST` where all are smaller.
    tolerance : float
        The largest relative difference that counts as agreement.
    """

    what: str
    absolute: float
    relative: float
    tolerance: float

    @property
    def agrees(self) -> bool:
        """Whether the two sides are equal to the tolerance."""
        return self.relative <= self.tolerance


class ByHand:
    """The NumPy side of a comparison, with the words that rows use on both sides."""

    lib: ModuleType = by_hand

    def __init__(self, dtype: type = np.float64) -> None:
        self.dtype = dtype

    def array(self, x: Array) -> Array:
        """Take an array over to this side."""
        return x.astype(self.dtype) if x.dtype.kind == "f" else x

    def double(self, net: Box) -> Box:
        """Set a net to the dtype of this side."""
        return net.to(self.dtype)

    def load(self, net: Box, state: Mapping[str, Array]) -> Box:
        """Give a net this state."""
        self.double(net).load_state_dict(state)
        return net

    def state(self, net: Box) -> dict[str, Array]:
        """Read the parameters and buffers of a net."""
        return net.state_dict()

    @staticmethod
    def shapes(net: Box) -> dict[str, tuple[int, ...]]:
        """Read the shapes of parameters and buffers, also of a net too large to copy."""
        return {name: a.shape for kind in ("params", "buffers") for name, a in net.named(kind)}

    def use(self, net: Box, x: Array) -> Array:
        """Run a net as it is used, and leave it in the mode it was in."""
        training = net.training
        value = net.train(False)(x)
        net.train(training)
        return value

    def backward(self, box: Box, value: Array, dy: Array) -> Any:
        """Pass the gradient at the value of a box back through it."""
        return box.bprop(dy)

    def gradients(self, net: Box) -> dict[str, Array]:
        """Read the gradient at every parameter."""
        return {f"gradient of {name}": grad.copy() for name, grad in net.named("grads")}


class InTorch:
    """The PyTorch side of a comparison, with the words that rows use on both sides."""

    lib: ModuleType = in_torch

    def __init__(self, dtype: torch.dtype = torch.float64) -> None:
        self.dtype = dtype

    def array(self, x: Array) -> Tensor:
        """Take an array over to this side."""
        return torch.tensor(x, dtype=self.dtype if x.dtype.kind == "f" else None)

    def double(self, net: torch.nn.Module) -> torch.nn.Module:
        """Set a net to the dtype of this side."""
        return net.to(self.dtype)

    def load(self, net: torch.nn.Module, state: Mapping[str, Array]) -> torch.nn.Module:
        """Give a net this state."""
        tensors = {name: torch.tensor(array) for name, array in state.items()}
        self.double(net).load_state_dict(tensors, strict=True)
        return net

    def state(self, net: torch.nn.Module) -> dict[str, Tensor]:
        """Read the parameters and buffers of a net."""
        return {name: tensor.detach().clone() for name, tensor in net.state_dict().items()}

    @staticmethod
    def shapes(net: torch.nn.Module) -> dict[str, tuple[int, ...]]:
        """Read the shapes of parameters and buffers."""
        return {name: tuple(tensor.shape) for name, tensor in net.state_dict().items()}

    @torch.no_grad()
    def use(self, net: torch.nn.Module, x: Tensor) -> Tensor:
        """Run a net as it is used, and leave it in the mode it was in."""
        training = net.training
        value: Tensor = net.eval()(x)
        net.train(training)
        return value

    def backward(self, box: torch.nn.Module, value: Tensor, dy: Array) -> None:
        """Pass the gradient at the value of a box back through it."""
        value.backward(torch.tensor(dy, dtype=value.dtype))  # type: ignore[no-untyped-call]

    def gradients(self, net: torch.nn.Module) -> dict[str, Tensor | None]:
        """Read the gradient at every parameter; zero where the value does not depend on it."""
        return {
            f"gradient of {name}": torch.zeros_like(p) if p.grad is None else p.grad
            for name, p in net.named_parameters()
        }


def side_of(lib: ModuleType, dtype: str = "float64") -> ByHand | InTorch:
    """Take the side of a library, with numbers of a dtype that both call by one name."""
    return ByHand(getattr(np, dtype)) if lib is by_hand else InTorch(getattr(torch, dtype))


def copy_state(net: Box, twin: torch.nn.Module) -> torch.nn.Module:
    """Give a PyTorch net the parameters and the dtype of its twin by hand.

    Parameters
    ----------
    net : Box
        Where the parameters come from.
    twin : torch.nn.Module
        Where they go.  Names and shapes must be the same.

    Returns
    -------
    torch.nn.Module
        The twin.
    """
    state = {name: torch.tensor(array) for name, array in net.state_dict().items()}
    dtype = next(iter(state.values())).dtype if state else torch.float64
    twin.to(dtype).load_state_dict(state, strict=True)
    return twin


def compare(
    twin: Twin, case: Case, *, seed: int = 0, training: bool = True, single: bool = False
) -> list[Difference]:
    """Run one case on both sides and measure every difference.

    Parameters
    ----------
    twin : Twin
        The row.
    case : Case
        The arguments and inputs.
    seed : int
        Source of the gradient at the output: random, since ones hide mistakes.
    training : bool
        Whether the boxes are in training or in use.
    single : bool
        Compare in float32 instead of float64.

    Returns
    -------
    list of Difference
        The value, the gradient of each input and parameter, and each buffer.
    """
    hand = ByHand(np.float32 if single else np.float64)
    net = InTorch(torch.float32 if single else torch.float64)
    if twin.play is None:
        ours, theirs = play_box(twin, case, hand, net, seed=seed, training=training)
    else:
        ours, theirs = twin.play(hand, case), twin.play(net, case)
    tolerance = max(SINGLE_PRECISION, twin.tolerance) if single else twin.tolerance
    smallest = SMALLEST_IN_SINGLE if single else SMALLEST
    return list(differences(ours, theirs, tolerance, smallest))


def play_box(
    twin: Twin, case: Case, hand: ByHand, net: InTorch, *, seed: int, training: bool
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Run a box forwards and backwards on both sides, from the same state."""
    box, module = build(twin, case, hand), build(twin, case, net)
    draw_params(box, np.random.default_rng(seed))
    hand.double(box).train(training)
    net.load(module, box.state_dict()).train(training)

    y = box(*map(hand.array, case.inputs))
    dy = np.asarray(np.random.default_rng(seed).standard_normal(y.shape), y.dtype)
    dxs = as_tuple(hand.backward(box, y, dy))
    ours = {"value": y, **hand.gradients(box), **buffers(box.named("buffers"))}

    tensors = [net.array(x) for x in case.inputs]
    learned = [i for i, x in enumerate(tensors) if x.is_floating_point() and i not in case.fixed]
    for i in learned:
        tensors[i].requires_grad_()
    value = module(*tensors)
    if value.requires_grad:
        net.backward(module, value, dy)
    theirs = {"value": value, **net.gradients(module), **buffers(module.named_buffers())}
    for i in learned:
        ours[f"gradient of input {i}"] = dxs[i]
        theirs[f"gradient of input {i}"] = tensors[i].grad
    return ours, theirs


def draw_params(box: Box, rng: np.random.Generator) -> None:
    """Draw the parameters of a box from a seed, so that a comparison can be repeated."""
    for _, param in box.named("params"):
        fan_in = int(np.prod(param.shape[1:]))
        param[...] = rng.uniform(-1, 1, param.shape) / np.sqrt(fan_in)


def build(twin: Twin, case: Case, side: ByHand | InTorch) -> Any:
    """Make the box of a case on one side."""
    if case.build is not None:
        return case.build(side, **case.arguments)
    return getattr(side.lib, twin.name)(**case.arguments)


def run(twin: Twin, case: Case, side: ByHand | InTorch) -> Any:
    """Run a case forwards on one side, for its value or its error."""
    if twin.play is not None and case.build is None:
        return twin.play(side, case)
    return side.double(build(twin, case, side))(*map(side.array, case.inputs))


def buffers(named: Any) -> dict[str, Any]:
    """Tell buffers from parameters in the results."""
    return {f"buffer {name}": buffer for name, buffer in named}


def differences(
    ours: Mapping[str, Any],
    theirs: Mapping[str, Any],
    tolerance: float,
    smallest: float = SMALLEST,
) -> Iterator[Difference]:
    """Compare results of the same names; what only one side has is infinitely far off."""
    for what in [*theirs, *(what for what in ours if what not in theirs)]:
        a, b = as_array(ours.get(what)), as_array(theirs.get(what))
        if a is None or b is None or a.shape != b.shape or a.dtype != b.dtype:
            yield Difference(what, np.inf, np.inf, tolerance)
            continue
        a, b = a.astype(float), b.astype(float)
        apart = float(np.abs(a - b).max(initial=0))
        scale = max(float(np.abs(b).max(initial=0)), smallest)
        absolute = apart if np.isfinite(apart) else np.inf
        yield Difference(what, absolute, absolute / scale, tolerance)


def as_array(x: Any) -> Array | None:
    """Turn a result of either side into an array."""
    if x is None:
        return None
    return x.detach().numpy() if isinstance(x, Tensor) else np.asarray(x)


@dataclass(frozen=True)
class Parity:
    """The outcome of comparing some concepts on some cases, as a table."""

    rows: tuple[tuple[str, int, str, float], ...]  # name, cases, what, tolerance

    def __repr__(self) -> str:
        width = max(len(name) for name, *_ in self.rows)
        return "\n".join(
            f"{name:{width}}  equal on {cases} cases to {tolerance:.0e}: {what}"
            for name, cases, what, tolerance in self.rows
        )

    def _repr_html_(self) -> str:
        cells = "".join(
            f"<tr><td><code>{name}</code></td><td>{cases}</td><td>{tolerance:.0e}</td>"
            f'<td style="text-align: left">{what}</td></tr>'
            for name, cases, what, tolerance in self.rows
        )
        head = "<th>concept</th><th>cases</th><th>equal to</th>"
        return (
            f'<table><thead><tr>{head}<th style="text-align: left">what was compared</th></tr>'
            f"</thead><tbody>{cells}</tbody></table>"
        )


def check(*names: str, cases: int = 20, seed: int = 0) -> Parity:
    """Compare both sides of some concepts on drawn cases, and insist that they are equal.

    Parameters
    ----------
    *names : str
        Concepts, as exported by `by_hand` and `in_torch`.
    cases : int
        How many cases of each to draw.
    seed : int
        Source of the cases.

    Returns
    -------
    Parity
        What was compared; shown as a table.

    Raises
    ------
    AssertionError
        Where the two sides differ; the message says where and how to see it again.

    Examples
    --------
    >>> [name for name, *_ in check("Sigmoid", "softmax", cases=3).rows]
    ['Sigmoid', 'Softmax']
    """
    rows = []
    for name in names:
        twin = find(name)
        compared: dict[str, None] = {}
        for number in range(seed, seed + cases):
            sizes = twin.draw_sizes(np.random.default_rng(number))
            case = twin.case(np.random.default_rng(number), **sizes)
            for difference in compare(twin, case, seed=number):
                if not difference.agrees:
                    raise AssertionError(
                        f"{twin.name}: {difference.what} differs by {difference.absolute:.1e}; "
                        f"see: dlcourse compare {twin.name} --seed {number}"
                    )
                compared[difference.what] = None
        what = list(compared)
        more = [f"and {len(what) - 4} more"] if len(what) > 5 else []
        rows.append((twin.name, cases, ", ".join(what[: 4 if more else 5] + more), twin.tolerance))
    return Parity(tuple(rows))


def report(name: str, *, seed: int = 0, sizes: Mapping[str, int] | None = None) -> int:
    """Print the differences of values and gradients of one concept as a table.

    Parameters
    ----------
    name : str
        The concept.
    seed : int
        Source of the sizes that are not given, of the case, and of the gradient at the output.
    sizes : mapping of str to int, optional
        Sizes of the case, such as ``{"n": 1}``.

    Returns
    -------
    int
        0 when both sides agree, 1 when they differ, 2 when there is no such concept or size.
    """
    out = Console()
    try:
        twin = find(name)
        twin.check_sizes(sizes or {})
    except ValueError as error:
        out.print(str(error), markup=False, soft_wrap=True)
        return 2
    chosen = twin.draw_sizes(np.random.default_rng(seed)) | dict(sizes or {})
    case = twin.case(np.random.default_rng(seed), **chosen)
    found = compare(twin, case, seed=seed)

    title = ", ".join(f"{size} = {value}" for size, value in chosen.items())
    table = Table(title=f"{twin.name}: {title}, seed {seed}", title_justify="left")
    table.add_column("what")
    for column in ("largest difference", "relative", "equal to"):
        table.add_column(column, justify="right")
    for d in found:
        verdict = f"{d.tolerance:.0e}" if d.agrees else "DIFFERS"
        table.add_row(d.what, f"{d.absolute:.1e}", f"{d.relative:.1e}", verdict)
    out.print(table)
    return 0 if all(d.agrees for d in found) else 1
