"""Architectures drawn from counted layers: columns of boxes, as in the figures of the papers."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes

from dlcourse.by_hand.architectures import LayerCount
from dlcourse.plots.figure import BLACK, panels

GROUNDS = {"Conv2d": "#D6EAF5", "Affine": "#F8D9B8"}  # pooling is white


def label(layer: LayerCount) -> str:
    """Write a layer as the papers do: its window, what it is, its channels, its stride."""
    window = f"{layer.kernel}×{layer.kernel} "
    if layer.kind == "Affine":
        return f"full, {layer.shape[0]}"
    if layer.kind == "GlobalAvgPool2d":
        return "global average pool"
    name = {"Conv2d": "conv", "MaxPool2d": "max pool", "AvgPool2d": "average pool"}[layer.kind]
    channels = f", {layer.shape[0]}" if layer.kind == "Conv2d" else ""
    stride = f", /{layer.stride}" if layer.stride > 1 else ""
    return f"{window}{name}{channels}{stride}"


def layer_stacks(
    stacks: Mapping[str, Sequence[LayerCount]],
    *,
    shortcuts: Mapping[str, Sequence[tuple[int, int, bool]]] | None = None,
    removed: Mapping[str, Sequence[str]] | None = None,
    aligned: bool = True,
    sizes: bool = True,
    ax: Axes | None = None,
) -> Axes:
    """Draw nets side by side as columns of layers, the picture at the top.

    Parameters
    ----------
    stacks : mapping of str to sequence of LayerCount
        The counted layers of each net, by title.  Leave out what shall not be drawn.
    shortcuts : mapping of str to sequence of (int, int, bool), optional
        For a title: from behind which layer to behind which (by number, from 0; -1 for the
        picture), and whether the shape changes, which is drawn dashed.
    removed : mapping of str to sequence of str, optional
        For a title: names of layers that are drawn as empty dashed frames.
    aligned : bool
        Whether layers with the same output size stand at the same height in every column.
    sizes : bool
        Whether the output sizes are written at the left, in pixels.
    ax : Axes, optional
        Where to draw; in a new figure when None.

    Returns
    -------
    Axes
        What was drawn on.
    """
    columns = list(stacks.values())
    order: list[int] = []  # output sizes, from large to small
    for stack in columns:
        for layer in stack:
            if side_of(layer) not in order:
                order.append(side_of(layer))
    order.sort(reverse=True)
    heights = {
        size: max(sum(side_of(layer) == size for layer in stack) for stack in columns)
        for size in order
    }
    starts, top = {}, 0
    for size in order:
        starts[size] = top
        top += heights[size]
    tallest = top if aligned else max(map(len, columns))
    ax = ax or panels(1, width=2.7 * len(stacks) + 1.2, height=0.27 * tallest + 0.9)[0]
    for column, (title, stack) in enumerate(stacks.items()):
        x = 3.2 * column
        ax.text(x, 1.1, title, ha="center", va="center", fontweight="bold")
        placed, rows = dict.fromkeys(order, 0), []
        for number, layer in enumerate(stack):
            size = side_of(layer)
            row = starts[size] + placed[size] if aligned else number
            placed[size] += 1
            rows.append(row)
            gone = layer.name in (removed or {}).get(title, ())
            frame = {
                "boxstyle": "round,pad=0.18",
                "facecolor": "white" if gone else GROUNDS.get(layer.kind, "white"),
                "edgecolor": "#777777" if gone else BLACK,
                "linestyle": "--" if gone else "-",
                "lw": 0.8,
            }
            colour = "#555555" if gone else BLACK
            text = label(layer)
            ax.text(x, -row, text, ha="center", va="center", fontsize=8.5, color=colour, bbox=frame)
        for source, target, changes in (shortcuts or {}).get(title, ()):
            start = -rows[source] if source >= 0 else 0.6
            arrow = {
                "arrowstyle": "-|>",
                "linestyle": "--" if changes else "-",
                "connectionstyle": "arc3,rad=-0.55",
                "lw": 1.1,
            }
            ax.annotate("", (x + 0.8, -rows[target]), (x + 0.8, start), arrowprops=arrow)
    if aligned and sizes:
        for size in order:
            ax.text(-1.9, -starts[size], f"{size}", ha="right", va="center", fontsize=9)
        ax.text(-1.9, 1.1, "size", ha="right", va="center", fontsize=9)
    ax.set_xlim(-2.5, 3.2 * (len(stacks) - 1) + 2.0)
    ax.set_ylim(-tallest + 0.2, 1.8)
    ax.set_axis_off()
    return ax


def side_of(layer: LayerCount) -> int:
    """Tell the pixels of an output along a side; 1 for vectors."""
    return layer.shape[1] if len(layer.shape) == 3 else 1
