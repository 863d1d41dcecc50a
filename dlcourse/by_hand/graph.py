"""The flow graph: boxes that read each other's values, run in the right order."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dlcourse.by_hand.box import Array, Box


class Graph(Box):
    """Run boxes in an acyclic flow graph: `fprop` forwards, `bprop` backwards.

    Parameters
    ----------
    boxes : mapping of str to tuple
        For each name a box and the names it reads: boxes, in any order, or inputs.  The
        slides call what a box reads its children, and the boxes that read it its parents.
        The last box gives the value of the graph.
    inputs : sequence of str
        Names of the inputs, in the order in which `fprop` takes them.

    Attributes
    ----------
    order : list of str
        A right order: each box stands behind all that it reads.
    values, gradients : dict of str to array
        After a sweep, the value of every input and box, and the gradient of the output
        there.

    Raises
    ------
    ValueError
        When a box reads an unknown name, a box stands in the graph twice, or the boxes read
        each other in a circle; from `fprop`, when `order` runs a box before what it reads.

    Notes
    -----
    Where a value is read more than once, its gradients add up.
    Slide rows B01, B02, B03, B04, B05, B06.
    """

    def __init__(self, boxes: Mapping[str, tuple[Any, ...]], *, inputs: Sequence[str]) -> None:
        super().__init__()
        self.inputs = tuple(inputs)
        self.boxes = {name: box for name, (box, *_) in boxes.items()}
        self.reads = {name: tuple(reads) for name, (_, *reads) in boxes.items()}
        check_wiring(self.boxes, self.reads, self.inputs)
        self.order = topological_order(self.reads)
        self.output = list(boxes)[-1]
        self.labels = tuple(range(len(self.inputs)))  # which are, each box knows of its own
        self.values: dict[str, Array] = {}
        self.gradients: dict[str, Array] = {}

    def children(self) -> Iterator[tuple[str, Box]]:
        """Yield the boxes of the graph, with their names."""
        return iter(self.boxes.items())

    def fprop(self, *inputs: Array, order: Sequence[str] | None = None) -> Array:
        """Map the inputs to the value of the last box, running the boxes in a right order."""
        order = list(order or self.order)
        values = dict(zip(self.inputs, inputs, strict=True))
        for name in order:
            for child in self.reads[name]:
                if child not in values:
                    raise ValueError(f"wrong order: {name!r} runs before {child!r}, which it reads")
            values[name] = self.boxes[name](*(values[child] for child in self.reads[name]))
        self.saved = order
        self.values = values
        return values[self.output]

    def bprop(self, dy: Array) -> Any:
        """Map the gradient at the last box to the gradient at each input; add to `grads`."""
        order = self.saved
        gradients = {self.output: dy}
        for name in reversed(order):
            if name not in gradients:  # the output does not depend on this box
                continue
            dxs = self.boxes[name].bprop(gradients[name])
            for child, dx in zip(self.reads[name], as_tuple(dxs), strict=True):
                if dx is not None:
                    gradients[child] = gradients[child] + dx if child in gradients else dx
        self.gradients = gradients
        dxs = tuple(gradients.get(name) for name in self.inputs)
        return dxs if len(dxs) > 1 else dxs[0]


def topological_order(reads: Mapping[str, Sequence[str]]) -> list[str]:
    """Order names so that each comes after all the names that it reads.

    Parameters
    ----------
    reads : mapping of str to sequence of str
        For each name those it reads.  Names that are not keys are inputs and wait for nobody.

    Returns
    -------
    list of str
        Every key once.

    Raises
    ------
    ValueError
        When some names read each other in a circle.

    Notes
    -----
    It needs no arrays, so both sides share it.  Slide rows B01, B03.
    """
    order: list[str] = []
    waiting = dict(reads)
    while waiting:
        ready = [name for name in waiting if not any(child in waiting for child in waiting[name])]
        if not ready:
            raise ValueError(f"the graph has a cycle: {' reads '.join(a_cycle(waiting))}")
        order += ready
        for name in ready:
            del waiting[name]
    return order


def a_cycle(waiting: Mapping[str, Sequence[str]]) -> list[str]:
    """Walk from box to box, each read by the last, until one comes again."""
    path = [next(iter(waiting))]
    while path.count(path[-1]) == 1:
        path.append(next(child for child in waiting[path[-1]] if child in waiting))
    return path[path.index(path[-1]) :]


def check_wiring(
    boxes: Mapping[str, Any], reads: Mapping[str, Sequence[str]], inputs: Sequence[str]
) -> None:
    """Refuse names that cannot be, unknown names, and a box that stands in the graph twice."""
    known = [*inputs, *boxes]
    for name in known:
        if not name.isidentifier() or known.count(name) > 1:
            raise ValueError(f"{name!r} cannot name a box: take a word that is not yet taken")
    for name, children in reads.items():
        for child in children:
            if child not in known:
                raise ValueError(f"{name!r} reads {child!r}, but there are only {', '.join(known)}")
    if len({id(box) for box in boxes.values()}) < len(boxes):
        raise ValueError("one box stands in the graph twice; make a box for each place")


def as_tuple(dxs: Any) -> tuple[Any, ...]:
    """Wrap the gradient of a box with one input, so that all boxes give tuples."""
    return dxs if isinstance(dxs, tuple) else (dxs,)
