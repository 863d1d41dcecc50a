"""A short message in a notebook."""

import html
from dataclasses import dataclass


@dataclass(frozen=True)
class Note:
    """A short message: a framed box in a notebook, plain lines elsewhere.

    Attributes
    ----------
    title : str
    lines : tuple of str
    code : str
        Below them, in the type of code.
    """

    title: str
    lines: tuple[str, ...]
    code: str = ""

    def __repr__(self) -> str:
        return "\n".join(filter(None, [self.title, *self.lines, self.code]))

    def _repr_html_(self) -> str:
        body = "".join(f"<div>{html.escape(line)}</div>" for line in self.lines)
        if self.code:
            body += f'<pre style="margin: 4px 0">{html.escape(self.code)}</pre>'
        return (
            '<div style="border-left: 4px solid #0072B2; padding: 2px 12px">'
            f"<b>{html.escape(self.title)}</b>{body}</div>"
        )
