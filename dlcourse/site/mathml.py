"""Formulas as MathML, written when the pages are built: no script, no font is loaded for them."""

import re
from typing import Any
from xml.etree import ElementTree

from docutils.nodes import SkipNode
from latex2mathml.converter import convert
from sphinx.application import Sphinx

UNKNOWN = {r"\\arg(?![a-zA-Z])": r"\\operatorname{arg}"}
"""What the converter does not know, and what it does."""

NAMESPACE = "http://www.w3.org/1998/Math/MathML"
LIMITS = {"\N{N-ARY SUMMATION}", "\N{N-ARY PRODUCT}", "min", "max"}
UNDER_AND_OVER = {"msub": "munder", "msup": "mover", "msubsup": "munderover"}
ElementTree.register_namespace("", NAMESPACE)


def mathml(latex: str, *, block: bool) -> str:
    """Write a formula as MathML.

    Parameters
    ----------
    latex : str
        As between dollar signs.
    block : bool
        Whether it stands on a line of its own.

    Raises
    ------
    ValueError
        When a command in it is not known.
    """
    formula = latex.strip()
    for command, known in UNKNOWN.items():
        formula = re.sub(command, known, formula)
    made = ElementTree.fromstring(convert(formula, display="block" if block else "inline"))
    for element in made.iter():
        if (element.text or "").startswith("\\"):
            raise ValueError(f"{element.text} in the formula {latex.strip()!r} has no MathML")
        place_limits(element)
    made.set("alttext", latex.strip())
    return ElementTree.tostring(made, encoding="unicode")


def place_limits(element: ElementTree.Element) -> None:
    """Put what stands at a sum below and above it, where there is room for it."""
    below = UNDER_AND_OVER.get(element.tag.removeprefix(f"{{{NAMESPACE}}}"))
    if below and element[0].text in LIMITS:
        element.tag = f"{{{NAMESPACE}}}{below}"
        element[0].set("movablelimits", "true")


def visit_inline(translator: Any, node: Any) -> None:
    """Write a formula into a line."""
    translator.body.append(mathml(node.astext(), block=False))
    raise SkipNode


def visit_block(translator: Any, node: Any) -> None:
    """Write a formula on a line of its own; on a narrow page it can be scrolled."""
    formula = mathml(node.astext(), block=True)
    translator.body.append(f'<div class="formula">{formula}</div>\n')
    raise SkipNode


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx of the renderer."""
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
