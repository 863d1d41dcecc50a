"""Functions of two variables: as a surface, as regions, as level lines."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from dlcourse.by_hand.box import Array
from dlcourse.plots.figure import COLOURS, DASHES, MARKERS, TINTS, panels


def plane(span: float = 2.0, points: int = 121) -> Array:
    """Make a grid of points over the square [-span, span]^2.

    Parameters
    ----------
    span : float
    points : int
        How many along a side.

    Returns
    -------
    array of shape (points * points, 2)
        Row after row, from below.
    """
    side = np.linspace(-span, span, points)
    return np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)


def surface(
    f: Callable[[Array], Array],
    *,
    ax: Any = None,
    span: float = 3.0,
    title: str = "",
    labels: tuple[str, str] = ("$x_1$", "$x_2$"),
    limits: tuple[float, float] | None = None,
    azimuth: float = -125,
) -> Any:
    """Draw a function as a surface over the plane.

    Parameters
    ----------
    f : callable
        Maps points (N, 2) to heights (N,).
    ax : Axes3D, optional
        Where to draw; in a new figure when None.
    span : float
        The square reaches from -span to span.
    title : str
    labels : (str, str)
        Of the two axes.
    limits : (float, float), optional
        Ends of the axis of heights.
    azimuth : float
        Whence one looks, in degrees.

    Returns
    -------
    Axes3D
        What was drawn on.
    """
    ax = ax or panels(1, subplot_kw={"projection": "3d"})[0]
    x = plane(span, 37)
    side = x.reshape(37, 37, 2)
    heights = np.asarray(f(x)).reshape(37, 37)
    ax.plot_surface(
        side[..., 0],
        side[..., 1],
        heights,
        cmap="cividis",
        rstride=1,
        cstride=1,
        linewidth=0,
        antialiased=False,
    )
    ax.set(title=title, xlabel=labels[0], ylabel=labels[1])
    if limits is not None:
        ax.set_zlim(*limits)
    ax.view_init(elev=28, azim=azimuth)
    return ax


def regions(
    f: Callable[[Array], Array],
    *,
    points: tuple[Array, Array] | None = None,
    ax: Axes | None = None,
    span: float = 2.0,
    title: str = "",
    labels: tuple[str, str] = ("$x_1$", "$x_2$"),
) -> Axes:
    """Colour the plane by the class f gives, and draw labelled points with their own markers.

    Parameters
    ----------
    f : callable
        Maps points (N, 2) to class numbers (N,).
    points : (x, y), optional
        Examples (T, 2) and labels (T,).
    ax : Axes, optional
        Where to draw; in a new figure when None.
    span : float
        The square reaches from -span to span.
    title : str
    labels : (str, str)
        Of the two axes.

    Returns
    -------
    Axes
        What was drawn on.
    """
    ax = ax or panels(1, height=4.2)[0]
    x = plane(span, 241)
    classes = np.asarray(f(x)).reshape(241, 241)
    ax.imshow(
        classes,
        extent=(-span, span, -span, span),
        origin="lower",
        cmap=TINTS,
        vmin=-0.5,
        vmax=TINTS.N - 0.5,
        interpolation="nearest",
    )
    if points is not None:
        size = 110 if len(points[1]) < 10 else 26
        for c in np.unique(points[1]):
            here = points[0][points[1] == c]
            x1, x2 = here.T
            ax.scatter(
                x1, x2, s=size, c=COLOURS[c], marker=MARKERS[c], edgecolors="white", linewidths=0.5
            )
    ax.grid(visible=False)
    ax.set(title=title, xlabel=labels[0], ylabel=labels[1])
    return ax


def contours(
    f: Callable[[Array], Array],
    *,
    paths: Mapping[str, Array] | None = None,
    ax: Axes | None = None,
    span: float = 2.0,
    levels: int | Sequence[float] = 14,
    title: str = "",
    labels: tuple[str, str] = ("", ""),
) -> Axes:
    """Draw the level lines of a function, and paths over them.

    Parameters
    ----------
    f : callable
        Maps points (N, 2) to heights (N,).
    paths : mapping of str to array of shape (K, 2), optional
        Walks over the plane, by the name in the legend.
    ax : Axes, optional
        Where to draw; in a new figure when None.
    span : float
        The square reaches from -span to span.
    levels : int or sequence of float
        About how many lines, or at which heights.
    title : str
    labels : (str, str)
        Of the two axes.

    Returns
    -------
    Axes
        What was drawn on.
    """
    ax = ax or panels(1, width=5.5, height=4.4)[0]
    x = plane(span, 121)
    grid = x.reshape(121, 121, 2)
    heights = np.asarray(f(x)).reshape(121, 121)
    ax.contour(grid[..., 0], grid[..., 1], heights, levels=levels, cmap="cividis", linewidths=1)
    for i, (name, path) in enumerate((paths or {}).items()):
        ax.plot(*path.T, color=COLOURS[i], linestyle=DASHES[i], marker=MARKERS[i], ms=4, label=name)
    if paths:
        ax.legend()
    ax.set(title=title, xlabel=labels[0], ylabel=labels[1])
    return ax
