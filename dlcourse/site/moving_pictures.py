"""Pictures that move on a page without a kernel: their frames as JSON, drawn by the same script."""

import ast
import json
import re

from dlcourse import widgets
from dlcourse.widgets.moving import HERE, MovingPicture

START = """
for (const place of document.querySelectorAll(".moving-picture")) {
  const { data, positions } = JSON.parse(place.querySelector("script").textContent);
  const root = document.createElement("div");
  let now = positions;
  place.replaceChildren(root);
  build(root, data, () => now, (next) => { now = next; });
}
"""


def picture_of(source: str) -> MovingPicture | None:
    """Make the moving picture that a cell ends with, as in `widgets.ridge()`.

    Parameters
    ----------
    source : str
        The code of the cell; nothing of it runs but that call, whose arguments are constants.

    Returns
    -------
    MovingPicture, optional
        None when the cell ends with anything else.
    """
    last = source.rstrip().rpartition("\n")[2]
    if not re.fullmatch(r"widgets\.\w+\(.*\)", last):
        return None
    call = ast.parse(last, mode="eval").body
    assert isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
    arguments = {str(named.arg): ast.literal_eval(named.value) for named in call.keywords}
    picture: MovingPicture = getattr(widgets, call.func.attr)(**arguments)
    return picture


def as_html(picture: MovingPicture, still: str) -> str:
    """Write what the script turns into a moving picture; without scripts the still one stays."""
    frames = {"data": picture.data, "positions": picture.positions}
    text = json.dumps(frames, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    return (
        f'<div class="moving-picture">{still}<script type="application/json">{text}</script></div>'
    )


def script() -> str:
    """Write the front end as a classic script: browsers load no modules from file://."""
    module = (HERE / "moving.js").read_text(encoding="utf-8")
    plain = re.sub(r"^export default ", "const inJupyter = ", module, flags=re.MULTILINE)
    plain = re.sub(r"^export ", "", plain, flags=re.MULTILINE)
    return f"(() => {{\n{plain}{START}}})();\n"


def style() -> str:
    """Read the style that JupyterLab uses too."""
    return (HERE / "moving.css").read_text(encoding="utf-8")
