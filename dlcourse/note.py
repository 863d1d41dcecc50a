"""A short message in a notebook."""

import html
from dataclasses import dataclass


@dataclass(frozen=True)
class Note:
    """A short message: a framed box in a notebook, plain lines elsewhere."""

    title: str
    lines: tuple[str, ...]

    def __repr__(self) -> str:
        return "\n".join([self.title, *self.lines])

    def _repr_html_(self) -> str:
        body = "".join(f"<div>{html.escape(line)}</div>" for line in self.lines)
        return (
            '<div style="border-left: 4px solid #0072B2; padding: 2px 12px">'
            f"<b>{html.escape(self.title)}</b>{body}</div>"
        )
