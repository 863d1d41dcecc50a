"""Links that run a notebook of the public repository elsewhere: on Binder or on Colab."""

import re
from dataclasses import dataclass
from urllib.parse import quote

GITHUB = re.compile(r"([A-Za-z\d-]+)/([\w.-]+?)(?:@([\w./-]+))?")


@dataclass(frozen=True)
class Repository:
    """A public repository on GitHub that has the course.

    Attributes
    ----------
    owner, name, branch : str
    """

    owner: str
    name: str
    branch: str = "main"

    def binder(self, notebook: str) -> str:
        """Give the address that opens a notebook on mybinder.org."""
        place = f"{self.owner}/{self.name}/{quote(self.branch, safe='')}"
        return (
            f"https://mybinder.org/v2/gh/{place}?urlpath={quote(f'lab/tree/{notebook}', safe='')}"
        )

    def colab(self, notebook: str) -> str:
        """Give the address that opens a notebook on Colab."""
        place = f"{self.owner}/{self.name}/blob/{quote(self.branch)}/{quote(notebook)}"
        return f"https://colab.research.google.com/github/{place}"

    def install(self) -> str:
        """Write the line that Colab needs: the course, and what only the course uses."""
        here = f"git+https://github.com/{self.owner}/{self.name}@{self.branch}"
        return f"%pip install --quiet --no-deps anywidget psygnal {here}"

    def invitation(self, notebook: str) -> str:
        """Write the lines of a page that say where its notebook can be run.

        Parameters
        ----------
        notebook : str
            Such as "lectures/07-dropout.ipynb".
        """
        return (
            f"Run this page: [on Binder]({self.binder(notebook)}), which takes some minutes to "
            f"start, or [on Colab]({self.colab(notebook)}), where a new first cell has to say\n\n"
            f"```text\n{self.install()}\n```\n\n"
            "What you write there is lost when you leave, unless you save it."
        )


def repository(text: str) -> Repository:
    """Read OWNER/NAME, or OWNER/NAME@BRANCH.

    Raises
    ------
    ValueError
        When it is neither.
    """
    found = GITHUB.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} should be OWNER/NAME, or OWNER/NAME@BRANCH")
    return Repository(*filter(None, found.groups()))
