"""The progress of what takes a while, as a bar that vanishes in the end."""

import sys
import time
from collections.abc import Iterable, Iterator, Sized
from typing import Any, TypeVar

T = TypeVar("T")


def progress(steps: Iterable[T], what: str = "steps", *, total: int | None = None) -> Iterator[T]:
    """Go through the steps of a long loop, with a bar that vanishes in the end.

    Parameters
    ----------
    steps : iterable
    what : str
        What is counted, such as "seeds" or "epochs".
    total : int, optional
        How many steps there will be, where their number cannot be asked.

    Yields
    ------
    object
        The steps, one by one.

    Notes
    -----
    The bar appears after a second, and only in a notebook or a terminal.  To a notebook it is sent
    as a widget alone, which nbval does not compare and `dlcourse notebooks run` does not keep.
    """
    if total is None and isinstance(steps, Sized):
        total = len(steps)
    if not in_notebook():
        from tqdm import tqdm

        hidden = sys.stderr is None or not sys.stderr.isatty()
        yield from tqdm(steps, desc=what, total=total, leave=False, delay=1, disable=hidden)
        return
    from IPython.display import display
    from tqdm.notebook import tqdm_notebook

    begun, bar = time.monotonic(), None
    try:
        for done, step in enumerate(steps, start=1):
            yield step
            if bar is not None:
                bar.update()
            elif time.monotonic() > begun + 1:  # a widget takes many messages: none for short loops
                bar = tqdm_notebook(
                    total=total, initial=done, desc=what, leave=False, display=False
                )
                display(widget_alone(bar.container), raw=True)  # type: ignore[no-untyped-call]
    finally:
        if bar is not None:
            bar.close()


def in_notebook() -> bool:
    """Tell whether a Jupyter kernel runs this."""
    ipython = sys.modules.get("IPython")
    return ipython is not None and hasattr(ipython.get_ipython(), "kernel")


def widget_alone(widget: Any) -> dict[str, Any]:
    """Describe a widget to the front end, without the text that a file would keep."""
    reference = {"model_id": widget.model_id, "version_major": 2, "version_minor": 0}
    return {"application/vnd.jupyter.widget-view+json": reference}
