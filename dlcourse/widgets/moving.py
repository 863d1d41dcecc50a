"""A moving picture: sliders, and a drawing for every position of them."""

import itertools
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from dlcourse.widgets.marks import Mark
from dlcourse.widgets.still import as_picture

HERE = Path(__file__).parent
LARGEST = 200_000  # bytes of all frames together


@dataclass(frozen=True)
class Control:
    """A slider.

    Attributes
    ----------
    name : str
        As it is called in Python.
    label : str
        As it stands before the slider.
    values : sequence
        What can be chosen, from left to right.
    words : sequence of str
        How each is written; as Python does when empty.
    start : int
        The position in the beginning.
    """

    name: str
    label: str
    values: Sequence[Any]
    words: Sequence[str] = ()
    start: int = 0

    @property
    def shown(self) -> list[str]:
        """Write each value."""
        return list(self.words) or [
            f"{value:g}" if isinstance(value, float) else str(value) for value in self.values
        ]


@dataclass(frozen=True)
class Panel:
    """A field with axes, in which marks are drawn.

    Attributes
    ----------
    x, y : (float, float)
        What the axes show.
    title, xlabel, ylabel : str
    equal : bool
        Whether a unit is as long upwards as across.
    xlog, ylog : bool
        Whether marks are given as powers of ten.
    bare : bool
        Whether there are no axes.
    xticks, yticks : sequence of float, optional
        Where numbers stand at the axes; at about five round places when None.
    """

    x: tuple[float, float]
    y: tuple[float, float]
    title: str = ""
    xlabel: str = ""
    ylabel: str = ""
    equal: bool = False
    xlog: bool = False
    ylog: bool = False
    bare: bool = False
    xticks: Sequence[float] | None = None
    yticks: Sequence[float] | None = None


@dataclass(frozen=True)
class Frame:
    """What is drawn for one position of the sliders, and what there is to see, in a sentence.

    Attributes
    ----------
    says : str
        With numbers, and a full stop at its end.
    marks : sequence of Mark
        Drawn in this order, above what is still.
    """

    says: str
    marks: Sequence[Mark] = field(default_factory=list)


class MovingPicture(anywidget.AnyWidget):
    """Sliders, and a drawing for every position of them, computed beforehand.

    Each control is an attribute: `picture.bias = 2` moves the picture, and after a learner has
    moved the slider `picture.bias` is what they chose.

    Parameters
    ----------
    title : str
    controls : sequence of Control
    panels : sequence of Panel
    draw : callable
        Maps the values of the controls, by name, to a `Frame`.
    still : sequence of Mark
        What is drawn in every frame, below its own marks.

    Raises
    ------
    ValueError
        When all frames together are too large to be sent.
    traitlets.TraitError
        When a control is set to what it cannot be.
    """

    _esm = HERE / "moving.js"
    _css = HERE / "moving.css"
    data = traitlets.Dict().tag(sync=True)
    positions = traitlets.List(traitlets.Int()).tag(sync=True)

    def __init__(
        self,
        title: str,
        controls: Sequence[Control],
        panels: Sequence[Panel],
        draw: Callable[..., Frame],
        *,
        still: Sequence[Mark] = (),
    ) -> None:
        names = [control.name for control in controls]
        choices = itertools.product(*(control.values for control in controls))
        frames = [draw(**dict(zip(names, chosen, strict=True))) for chosen in choices]
        data = {
            "title": title,
            "controls": [{"label": c.label, "values": c.shown} for c in controls],
            "panels": [vars(panel) for panel in panels],
            "still": list(still),
            "frames": [{"says": frame.says, "marks": list(frame.marks)} for frame in frames],
        }
        size = len(json.dumps(data))
        if size > LARGEST:
            raise ValueError(f"the frames of {title!r} take {size} bytes; {LARGEST} are allowed")
        self.controls = {control.name: control for control in controls}
        super().__init__(data=data, positions=[control.start for control in controls])
        self.add_traits(
            **{c.name: traitlets.Any(default_value=c.values[c.start]) for c in controls}
        )
        for k, control in enumerate(controls):
            self.observe(self.take_value(k, control), names=control.name)
        self.observe(self.take_positions, names="positions")

    def take_value(self, k: int, control: Control) -> Callable[[Any], None]:
        """Make what happens when the control of slider k is set in Python."""

        def take(change: Any) -> None:
            values = list(control.values)
            if change["new"] not in values:
                setattr(self, control.name, change["old"])
                raise traitlets.TraitError(
                    f"{control.name} = {change['new']!r} is not one of {values}"
                )
            positions = list(self.positions)
            positions[k] = values.index(change["new"])
            self.positions = positions

        return take

    def take_positions(self, change: Any) -> None:
        """Give the controls the values of where a change has put the sliders."""
        for position, control in zip(change["new"], self.controls.values(), strict=True):
            setattr(self, control.name, control.values[position])

    @property
    def frame(self) -> dict[str, Any]:
        """The marks and the sentence of the present positions."""
        number = 0
        for position, control in zip(self.positions, self.controls.values(), strict=True):
            number = number * len(control.values) + position
        found: dict[str, Any] = self.data["frames"][number]
        return found

    def __repr__(self) -> str:
        chosen = ", ".join(
            f"{control.label}: {control.shown[position]}"
            for position, control in zip(self.positions, self.controls.values(), strict=True)
        )
        return f"{self.data['title']} ({chosen}). {self.frame['says']}"

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """Give the live picture, and a still one for where there is no front end for it."""
        bundle: Any = super()._repr_mimebundle_(**options) or {}
        data = dict(bundle[0] if isinstance(bundle, tuple) else bundle)
        data["text/plain"] = repr(self)
        marks = [*self.data["still"], *self.frame["marks"]]
        data["text/html"] = as_picture(self.data["panels"], marks, repr(self))._repr_html_()
        return data
