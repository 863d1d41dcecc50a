"""Moving pictures of lecture 10: what a kernel does, and how far an output sees."""

import numpy as np

from dlcourse import by_hand
from dlcourse.widgets.marks import Mark, dots, heat, line, text
from dlcourse.widgets.moving import Control, Frame, MovingPicture, Panel

PICTURE = (
    (0, 0, 1, 0, 0, 0),
    (0, 1, 1, 0, 0, 2),
    (0, 0, 1, 0, 0, 2),
    (0, 0, 1, 0, 0, 2),
    (0, 1, 1, 1, 0, 0),
)
KERNEL = ((-1, 0, 1), (-1, 0, 1), (-1, 0, 1))
DEEPEST = 4  # layers


def convolution_steps() -> MovingPicture:
    """Move a kernel of 3 x 3 over a small picture, with and without padding and stride.

    Returns
    -------
    MovingPicture
        With `row` and `column` of the map, `padding` and `stride`.

    Notes
    -----
    Slide rows K03, K06.
    """
    picture, kernel = np.array(PICTURE, float), np.array(KERNEL, float)
    rows, columns = picture.shape

    def draw(*, row: int, column: int, padding: int, stride: int) -> Frame:
        conv = by_hand.Conv2d(1, 1, 3, stride=stride, padding=padding, bias=False)
        conv.params["weight"][...] = kernel
        y = conv(picture[None, None])[0, 0]
        wider = by_hand.windows.pad(picture[None, :, :, None], (padding, padding))
        seen = by_hand.windows.windows(wider, (3, 3), (stride, stride))[0, ..., 0]
        i, j = min(row, y.shape[0]) - 1, min(column, y.shape[1]) - 1
        products = seen[i, j] * kernel
        done = np.where(np.arange(y.size).reshape(y.shape) <= i * y.shape[1] + j, y, np.nan)
        marks = [
            numbers(wider[0, :, :, 0], x=1 - padding, top=6 + padding, high=4),
            outline(1 - padding + j * stride, 6 + padding - i * stride, 3, 3),
            outline(1, 6, columns, rows, style=5),
            numbers(products, x=0, top=3, high=6, panel=1),
            numbers(done, x=4, top=7, high=12, panel=1),
            outline(4, 7, *y.shape[::-1], style=5, panel=1),
            outline(4 + j, 7 - i, 1, 1, panel=1),
            text(4 + y.shape[1] / 2, 7.3, f"map, {y.shape[0]} × {y.shape[1]}", panel=1),
        ]
        asked = "" if (i, j) == (row - 1, column - 1) else "There is no such window; the last is "
        says = (
            f"{asked or 'Window '}({i + 1}, {j + 1}): the nine products add up to "
            f"{y[i, j]:.0f}, which is written at this place of the map. Along the columns there "
            f"are ⌊({columns} + 2 · {padding} − 3) / {stride}⌋ + 1 = {y.shape[1]} windows."
        ).replace("to -", "to −")
        return Frame(says, marks)

    controls = (
        Control("row", "row of the map", range(1, rows + 1), start=1),
        Control("column", "column of the map", range(1, columns + 1), start=2),
        Control("padding", "padding", (0, 1)),
        Control("stride", "stride", (1, 2)),
    )
    panels = (
        Panel((-0.2, 8.2), (-0.2, 7.8), title="picture, and the window", equal=True, bare=True),
        Panel((-0.2, 10.2), (-0.2, 7.8), equal=True, bare=True),
    )
    still = [
        numbers(kernel, x=0, top=7, high=2, panel=1),
        text(1.5, 7.3, "kernel", panel=1),
        text(1.5, 3.3, "products", panel=1),
    ]
    return MovingPicture("A kernel moves over a picture", controls, panels, draw, still=still)


def numbers(
    values: by_hand.box.Array, *, x: float, top: float, high: float, panel: int = 0
) -> Mark:
    """Write a matrix into fields with sides of 1, which `high` would make dark blue."""
    x_range, y_range = (x, x + values.shape[1]), (top - values.shape[0], top)
    return heat(values, x=x_range, y=y_range, low=-high, high=high, written=True, panel=panel)


def outline(
    x: float, top: float, width: float, height: float, *, style: int = 0, panel: int = 0
) -> Mark:
    """Draw the outline of a rectangle; x and top are its upper left corner."""
    across, up = x + width * np.array([0, 1, 1, 0, 0]), top - height * np.array([0, 0, 1, 1, 0])
    return line(across, up, style=style, panel=panel)


def receptive_fields() -> MovingPicture:
    """Stack layers, and count the pixels along a side that one output sees.

    Returns
    -------
    MovingPicture
        With `layers`, `kernel` and `stride`, which all layers share.

    Notes
    -----
    Slide row K09.
    """
    strides = (1, 2)

    def field(layers: int, kernel: int, stride: int) -> int:
        return by_hand.receptive_field([kernel] * layers, [stride] * layers)

    def draw(*, layers: int, kernel: int, stride: int) -> Frame:
        sees = field(layers, kernel, stride)
        marks = []
        for level in range(layers + 1):  # 0 for the picture
            units, jump = field(layers - level, kernel, stride), stride**level
            places = (np.arange(units) - (units - 1) / 2) * jump
            style, name = (0, "pixels") if level == 0 else (1, "outputs of layers")
            marks.append(dots(places, np.full(units, level), style=style, name=name * (level < 2)))
        edges = [(field(layers - k, kernel, stride) - 1) / 2 * stride**k for k in range(layers + 1)]
        for side in (-1, 1):
            marks.append(line(side * np.array(edges), range(layers + 1), style=5))
        depths = range(DEEPEST + 1)
        for other in strides:
            grown = [field(depth, kernel, other) for depth in depths]
            marks.append(line(depths, grown, style=other + 1, panel=1, name=f"stride {other}"))
        marks.append(dots([layers], [sees], panel=1, radius=6, name="here"))
        one = "one output sees" if layers > 1 else "an output sees"
        says = (
            f"{layers} layer{'s' * (layers > 1)} of {kernel} × {kernel}, stride {stride}: {one} "
            f"{sees} × {sees} pixels, with {layers * kernel**2} weights for each pair of channels; "
            f"a single kernel that wide has {sees**2}."
        )
        return Frame(says, marks)

    controls = (
        Control("layers", "layers", range(1, DEEPEST + 1), start=2),
        Control("kernel", "side of the kernels", (2, 3, 5), start=1),
        Control("stride", "stride of each layer", strides),
    )
    widest = field(DEEPEST, 5, 2)
    panels = (
        Panel(
            (-widest / 2 - 1, widest / 2 + 1),
            (-0.3, DEEPEST + 1.3),
            title="what one output sees",
            xlabel="pixels",
            ylabel="layer",
            yticks=list(range(DEEPEST + 1)),
        ),
        Panel(
            (0, DEEPEST + 0.3),
            (0, widest + 4),
            title="growth",
            xlabel="layers",
            ylabel="pixels along a side",
            xticks=list(range(DEEPEST + 1)),
        ),
    )
    return MovingPicture("Receptive fields", controls, panels, draw)
