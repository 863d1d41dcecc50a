"""Diagnosis: what hidden units and a curve of errors tell about what is wrong."""

import numpy as np

from dlcourse.by_hand import activations
from dlcourse.by_hand.box import Array, Sequential, on_floats
from dlcourse.by_hand.schedules import check_trajectory, diverges


def hidden_activations(net: Sequential, x: Array) -> dict[str, Array]:
    """Run a net and collect what its hidden activations give.

    Parameters
    ----------
    net : Sequential
        Layers and activations; the last activation is the output and is left out.
    x : array of shape (N, D)

    Returns
    -------
    dict of str to array of shape (N, M)
        By the name of the box, such as "1"; those of `Sigmoid`, `Tanh` and `ReLU`.

    Notes
    -----
    Slide rows V02, V03.
    """
    found = {}
    for name, box in list(net.children())[:-1]:
        x = box(x)
        if isinstance(box, activations.Sigmoid | activations.Tanh | activations.ReLU):
            found[name] = x
    return found


def saturated_fraction(h: Array, *, low: float = -0.95, high: float = 0.95) -> Array:
    """Count how often each unit is at an end of its range.

    Parameters
    ----------
    h : array of shape (N, M)
        Outputs of M units.
    low, high : float
        From where on a unit counts as saturated: -0.95 and 0.95 fit tanh, 0.05 and 0.95 the
        sigmoid.

    Returns
    -------
    array of shape (M,)
        Fractions of the examples.  NaN is at no end.

    Raises
    ------
    ValueError
        When low is not below high.

    Notes
    -----
    Slide rows O16, V06.
    """
    check_range(low, high)
    return ((h < low) | (h > high)).mean(axis=0)


def active_fraction(h: Array) -> Array:
    """Count how often each unit is not zero: how sparse it is across samples.

    Parameters
    ----------
    h : array of shape (N, M)

    Returns
    -------
    array of shape (M,)
        Fractions of the examples.  A unit with 0 is silent; NaN is not zero.

    Notes
    -----
    Slide row V03.
    """
    return (h != 0).mean(axis=0)


def dead_units(h: Array, *, tolerance: float = 1e-6) -> Array:
    """Find the units that ignore the input: they give the same whatever the example.

    Parameters
    ----------
    h : array of shape (N, M)
    tolerance : float
        Largest standard deviation that counts as none.

    Returns
    -------
    array of bool of shape (M,)
        A unit with a NaN is not dead.

    Notes
    -----
    Slide row V04.
    """
    return h.std(axis=0) <= tolerance


def feature_correlation(h: Array) -> Array:
    """Correlate every unit with every other.

    Parameters
    ----------
    h : array of shape (N, M)

    Returns
    -------
    array of shape (M, M)
        Between -1 and 1, with 1 on the diagonal; a unit that never changes has 0 everywhere.

    Notes
    -----
    Slide rows V02, V04.
    """
    away = h - h.mean(axis=0)
    length = np.sqrt((away**2).sum(axis=0))
    length = np.where(dead_units(h), np.inf, length)
    unit = away / length
    return unit.T @ unit


def duplicate_units(h: Array, *, threshold: float = 0.99) -> Array:
    """Find the units that say the same as an earlier one, or its opposite.

    Parameters
    ----------
    h : array of shape (N, M)
    threshold : float
        Absolute correlation from which on two units count as one.

    Returns
    -------
    array of bool of shape (M,)
        True for each copy; the first of them counts as the original.  A unit with a NaN is none.

    Notes
    -----
    Slide row V04.
    """
    alike = np.abs(feature_correlation(h)) >= threshold
    return np.asarray(np.triu(alike, 1).any(axis=0))


@on_floats
def bounce(trajectory: Array) -> float:
    """Measure how much of its way a curve of errors goes upwards.

    Parameters
    ----------
    trajectory : array of shape (T,)
        The training error or risk after each epoch.

    Returns
    -------
    float
        0 for a curve that only falls, near 0.5 for one that bounces up and down, 1 for one
        that only rises; NaN where a value is NaN.

    Raises
    ------
    ValueError
        When there are fewer than two values.

    Notes
    -----
    Slide row V08.
    """
    check_trajectory(len(trajectory))
    change = np.diff(trajectory)
    way = np.abs(change).sum()
    return float(change[change > 0].sum() / way) if way != 0 else 0.0


def diagnose(net: Sequential, x: Array, *, trajectory: Array | None = None) -> dict[str, str]:
    """Name what keeps a net from overfitting a small set, and what to do about it.

    Call it with the net as it is before the first update; give it the trajectory of its training
    as well when there is one.  (In the end, units of a net in good health may be saturated.)

    Parameters
    ----------
    net : Sequential
        Layers and activations.
    x : array of shape (N, D)
        The training inputs as the net gets them.
    trajectory : array of shape (T,), optional
        The training risk after each epoch.

    Returns
    -------
    dict of str to str
        For each fault that was found, under its name, what was seen and what to do: "inputs",
        "not finite", "saturated", "dead", "duplicates", "diverging", "bouncing", "stuck".
        Empty for a net in good health.

    Notes
    -----
    It sees nothing of the gradients: check those with `check_gradients`.
    Slide rows V02, V04, V06, V07, V08.
    """
    boxes = dict(net.children())
    broken, saturated, dead, copies = [], [], [], []
    for name, h in hidden_activations(net, x).items():
        if not isinstance(boxes[name], activations.ReLU):
            low = 0.05 if isinstance(boxes[name], activations.Sigmoid) else -0.95
            saturated.append(float(saturated_fraction(h, low=low).mean()))
        broken.append(float((~np.isfinite(h)).mean()))
        dead.append(float(dead_units(h).mean()))
        copies.append(float(duplicate_units(h).mean()))
    size = float(np.sqrt((x**2).mean()))
    return findings(
        size=size,
        broken=max(broken, default=0.0),
        saturated=max(saturated, default=0.0),
        dead=max(dead, default=0.0),
        copies=max(copies, default=0.0),
        **({} if trajectory is None else curve_facts(trajectory)),
    )


def curve_facts(trajectory: Array) -> dict[str, float]:
    """Take from a curve what `findings` asks for."""
    start, end = float(trajectory[0]), float(trajectory[-1])
    return {
        "diverging": float(diverges(trajectory)),
        "bouncing": bounce(trajectory) if np.isfinite(trajectory).all() else 0.0,
        "fallen": (start - end) / start if start > 0 else 1.0,
    }


def findings(
    *,
    size: float,
    broken: float,
    saturated: float,
    dead: float,
    copies: float,
    diverging: float = 0.0,
    bouncing: float = 0.0,
    fallen: float = 1.0,
) -> dict[str, str]:
    """Turn measured numbers into sentences; both sides share it, since it needs no arrays."""
    found = {}
    if not 0.1 <= size <= 5:
        found["inputs"] = f"inputs have a typical size of {size:.3g}: standardize them"
    if broken:
        found["not finite"] = (
            f"{broken:.0%} of the outputs of a layer are not finite: "
            "start anew from other weights, with a lower learning rate"
        )
    if saturated > 0.5:
        found["saturated"] = (
            f"{saturated:.0%} of the outputs of a layer are saturated: "
            "scale its initialization down, or normalize its inputs"
        )
    if dead > 0.2:
        found["dead"] = (
            f"{dead:.0%} of the units of a layer ignore the input: "
            "start from random weights and biases of 0, or lower the learning rate"
        )
    if copies > 0.2:
        found["duplicates"] = (
            f"{copies:.0%} of the units of a layer are copies of others: start from random weights"
        )
    if diverging:
        found["diverging"] = "the risk ends higher than it began: halve the learning rate"
    elif bouncing > 0.25:
        found["bouncing"] = (
            f"{bouncing:.0%} of its way the risk goes up: decrease the learning rate"
        )
    elif fallen < 0.05:
        found["stuck"] = f"the risk fell by {fallen:.0%} only: raise the learning rate"
    return found


def check_range(low: float, high: float) -> None:
    """Refuse ends that leave nothing between them."""
    if low >= high:
        raise ValueError(f"saturated below {low} or above {high}: nothing is left between")
