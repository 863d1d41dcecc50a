"""The flow graph: boxes that read each other's values, run in the right order."""

from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor, nn

from dlcourse.by_hand.graph import check_wiring, topological_order

__all__ = ["Graph", "topological_order"]


class Graph(nn.Module):
    """Run boxes in an acyclic flow graph; autograd runs it backwards.

    Arguments, shapes and errors: `dlcourse.by_hand.Graph`.
    """

    def __init__(self, boxes: Mapping[str, tuple[Any, ...]], *, inputs: Sequence[str]) -> None:
        super().__init__()
        self.inputs = tuple(inputs)
        self.reads = {name: tuple(reads) for name, (_, *reads) in boxes.items()}
        check_wiring({name: box for name, (box, *_) in boxes.items()}, self.reads, self.inputs)
        self.order = topological_order(self.reads)
        self.output = list(boxes)[-1]
        self.values: dict[str, Tensor] = {}
        for name, (box, *_) in boxes.items():
            self.add_module(name, box)

    def forward(self, *inputs: Tensor, order: Sequence[str] | None = None) -> Tensor:
        """Map the inputs to the value of the last box, running the boxes in a right order."""
        values = dict(zip(self.inputs, inputs, strict=True))
        for name in order or self.order:
            for child in self.reads[name]:
                if child not in values:
                    raise ValueError(f"wrong order: {name!r} runs before {child!r}, which it reads")
            box = self.get_submodule(name)
            values[name] = box(*(values[child] for child in self.reads[name]))
        self.values = values
        return values[self.output]
