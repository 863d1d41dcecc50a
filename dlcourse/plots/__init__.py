"""Figures of the lectures: drawn with Matplotlib, shown with their alt text.

A drawing function returns the axes it drew on; `show` ends a cell, and takes the one sentence
that says in words and numbers what the figure shows.
"""

from dlcourse.plots.charts import (
    band,
    bars,
    curves,
    differences,
    heatmap,
    images,
    stacked_bars,
    units,
)
from dlcourse.plots.figure import COLOURS, DASHES, MARKERS, Shown, panels, show
from dlcourse.plots.graphs import flow_graph, network
from dlcourse.plots.mosaic import mosaic
from dlcourse.plots.plane import contours, plane, regions, surface
from dlcourse.plots.recorded import learning_curves
from dlcourse.plots.scatter import points
from dlcourse.plots.stacks import layer_stacks

__all__ = [
    "COLOURS",
    "DASHES",
    "MARKERS",
    "Shown",
    "band",
    "bars",
    "contours",
    "curves",
    "differences",
    "flow_graph",
    "heatmap",
    "images",
    "layer_stacks",
    "learning_curves",
    "mosaic",
    "network",
    "panels",
    "plane",
    "points",
    "regions",
    "show",
    "stacked_bars",
    "surface",
    "units",
]
