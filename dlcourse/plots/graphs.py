"""Nets and flow graphs, drawn from the objects themselves."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.text import Annotation
from matplotlib.transforms import Bbox

from dlcourse.by_hand.box import Sequential
from dlcourse.by_hand.graph import Graph
from dlcourse.plots.figure import BLACK, panels


def network(
    net: Sequential, names: Sequence[Sequence[str]], *, ax: Axes | None = None, title: str = ""
) -> Axes:
    """Draw a small net as the slides do: a circle for each unit, a weight at each line.

    Parameters
    ----------
    net : Sequential
        By hand: layers and activations in turn.
    names : sequence of sequences of str
        The names of the units of each layer, from the inputs on.
    ax : Axes, optional
        Where to draw; in a new figure when None.
    title : str

    Returns
    -------
    Axes
        What was drawn on.
    """
    ax = ax or panels(1, width=2.6 * len(names), height=1.25 * max(map(len, names)) + 0.8)[0]
    layers = [box for box in net.boxes if box.params]
    place = [
        [(3.0 * k, (len(layer) - 1) / 2 * 1.6 - 1.6 * i) for i in range(len(layer))]
        for k, layer in enumerate(names)
    ]
    for k, layer in enumerate(layers):
        for (i, j), weight in np.ndenumerate(layer.params["weight"]):
            (x0, y0), (x1, y1) = place[k][j], place[k + 1][i]
            ax.plot([x0, x1], [y0, y1], color=BLACK, lw=1.4, zorder=1)
            at = (0.7 * x0 + 0.3 * x1, 0.7 * y0 + 0.3 * y1)
            white = {"facecolor": "white", "edgecolor": "none", "pad": 1}
            ax.text(*at, f"{weight:g}", ha="center", va="center", bbox=white, zorder=2)
    for k, layer_names in enumerate(names):
        for (x, y), name, i in zip(place[k], layer_names, range(len(layer_names)), strict=True):
            ground = "#F2F2F2" if k == 0 else "#D6EAF5"
            frame = {"boxstyle": "circle,pad=0.5", "facecolor": ground, "edgecolor": BLACK}
            ax.text(x, y, name, ha="center", va="center", bbox=frame, zorder=3)
            if k > 0:
                bias = layers[k - 1].params["bias"][i]
                ax.text(x, y - 0.62, f"bias {bias:g}", ha="center", va="center", zorder=3)
    ax.set_xlim(-0.8, 3.0 * (len(names) - 1) + 0.8)
    ax.set_ylim(
        min(y for p in place for _, y in p) - 0.9, max(y for p in place for _, y in p) + 0.6
    )
    ax.grid(visible=False)
    ax.set_title(title)
    ax.set_axis_off()
    return ax


def flow_graph(
    graph: Graph,
    *,
    notes: Mapping[str, str] | None = None,
    ax: Axes | None = None,
    title: str = "",
) -> Axes:
    """Draw a flow graph as it is wired: inputs on the left, an arrow to each box that reads.

    Parameters
    ----------
    graph : Graph
        Of either side.
    notes : mapping of str to str, optional
        A line to write under an input or box, such as its value.
    ax : Axes, optional
        Where to draw; in a new figure when None.
    title : str

    Returns
    -------
    Axes
        What was drawn on.
    """
    depth: dict[str, int] = dict.fromkeys(graph.inputs, 0)
    for name in graph.order:
        depth[name] = 1 + max(depth[child] for child in graph.reads[name])
    for name in graph.inputs:  # an input stands just before the first box that reads it
        depth[name] = min(depth[box] for box in graph.order if name in graph.reads[box]) - 1
    level: dict[int, list[str]] = {}
    for name, d in depth.items():
        level.setdefault(d, []).append(name)
    place = {
        name: (2.2 * d, 1.5 * (len(names) - 1) / 2 - 1.5 * i)
        for d, names in level.items()
        for i, name in enumerate(names)
    }
    tallest = max(map(len, level.values()))
    own = ax is None
    ax = ax or panels(1, width=1.75 * len(level), height=1.3 * tallest + 0.6)[0]
    boxes = dict(graph.children() if isinstance(graph, Graph) else graph.named_children())
    drawn = {}
    for name, (x, y) in place.items():
        text = name if name in graph.inputs else f"{name}\n{type(boxes[name]).__name__}"
        if notes and name in notes:
            text += f"\n{notes[name]}"
        style = "round,pad=0.4" if name in graph.inputs else "square,pad=0.4"
        ground = "#F2F2F2" if name in graph.inputs else "#D6EAF5"
        frame = {"boxstyle": style, "facecolor": ground, "edgecolor": BLACK}
        drawn[name] = ax.text(x, y, text, ha="center", va="center", fontsize=11, bbox=frame)
    arrows = []
    for name in graph.order:
        for child, times in Counter(graph.reads[name]).items():
            far = depth[name] - depth[child]
            above = place[child][1] > place[name][1]  # then it goes over the boxes between
            flatter = (2 / far) ** 0.25  # the longer the arrow
            around = (-0.6 if above else 0.4) * flatter if far > 1 else 0.0
            for bend in (-0.25, 0.25) if times == 2 else (around,):
                arrow = {
                    "arrowstyle": "-|>",
                    "color": BLACK,
                    "lw": 1.4,
                    "connectionstyle": f"arc3,rad={bend}",
                    "patchA": drawn[child].get_bbox_patch(),
                    "patchB": drawn[name].get_bbox_patch(),
                    "shrinkB": 3,
                }
                arrows.append(ax.annotate("", place[name], place[child], arrowprops=arrow))
    xs, ys = zip(*place.values(), strict=True)
    ax.set_xlim(min(xs) - 0.9, max(xs) + 0.9)
    ax.set_ylim(min(ys) - 1.0, max(ys) + 1.0)
    ax.set_title(title)
    ax.set_axis_off()
    make_room(ax, arrows, grow=own)
    return ax


def make_room(ax: Axes, arrows: Sequence[Annotation], *, grow: bool) -> None:
    """Move the upper and lower limit out to where bent arrows reach.

    They are bent in pixels, so that moving a limit moves them in the data: a few rounds settle it,
    or one if the figure grows by as much.
    """
    figure = ax.get_figure(root=True)
    assert figure is not None
    for _ in range(5):
        figure.draw_without_rendering()
        drawn = [arrow.arrow_patch for arrow in arrows if arrow.arrow_patch is not None]
        reach = Bbox.union([patch.get_path().get_extents() for patch in drawn])
        edges = ax.transData.inverted().transform(reach.get_points())[:, 1]
        low, high = ax.get_ylim()
        lower, upper = min(low, edges[0] - 0.2), max(high, edges[1] + 0.2)
        if upper - lower < 1.01 * (high - low):
            return
        ax.set_ylim(lower, upper)
        if grow:
            figure.set_figheight(figure.get_figheight() * (upper - lower) / (high - low))
