"""Numbers: which of them a concept can count with, and how many it needs.

None of this needs arrays, so both sides share it.
"""

from typing import Any


def check_sizes(**sizes: int) -> None:
    """Refuse to build something out of nothing: each size, by what it counts, is 1 or more."""
    for what, size in sizes.items():
        if size < 1:
            raise ValueError(f"{size} {what.replace('_', ' ')}: at least 1 is needed")


def check_repeats(**repeats: int) -> None:
    """Refuse to do something fewer than 0 times."""
    for what, number in repeats.items():
        if number < 0:
            raise ValueError(f"{number} {what}: 0 or more are possible")


def check_digits(dtype: Any, purpose: str) -> None:
    """Refuse float16, which keeps 3 digits and ends at 65504, where that is not enough."""
    if dtype.itemsize == 2:
        name = str(dtype).removeprefix("torch.")
        raise ValueError(f"{name} has too few digits for {purpose}: use float32 or float64")


def check_finite(what: str, finite: bool) -> None:
    """Refuse NaN and infinity where an answer could not show that they came in."""
    if not finite:
        raise ValueError(f"{what} are not all finite: nothing can be told from them")


def check_whole(whole: bool, dtype: Any) -> None:
    """Refuse numbers of classes that are no whole numbers: NumPy takes True for "all of them"."""
    if not whole:
        name = getattr(dtype, "name", str(dtype).removeprefix("torch."))
        raise ValueError(
            f"labels of dtype {name} are no numbers of classes: take whole numbers, such as int64"
        )
