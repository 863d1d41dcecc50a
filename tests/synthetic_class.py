"""A class that never was: each submission's score is known by how it was made.

    python tests/synthetic_class.py FOLDER --people 1000

writes a folder for each person and `expected.csv` beside FOLDER.
"""

import argparse
import csv
import random
from pathlib import Path

import nbformat

from dlcourse.exercises import derive
from dlcourse.exercises.tasks import tasks_of

LECTURE = "04-backprop"
POINTS = {task.function: task.points for task in tasks_of(LECTURE)}
WRONG = {
    "box_rounds": """
def box_rounds(reads):
    def round_of(name):
        return 1 + min(map(round_of, reads[name])) if name in reads else 0
    return [round_of(name) for name in reads]""",
    "tied_weights": "def tied_weights(x, w, dy):\n    return x",
    "estimated_slopes": """
def estimated_slopes(w, x, y, step):
    h = np.tanh(x @ w.T)
    return (2 * (h - y) / y.size * (1 - h**2)).T @ x""",
    "fooled_check": "def fooled_check():\n    return 'no'",
    "backward_cost": "def backward_cost():\n    return 0",
    "slopes_in_one_sweep": """
def slopes_in_one_sweep(x, w1, b1, w2):
    return (w2 @ w1).repeat(len(x), 1)""",
}
HOSTILE = {  # cells, and the answers that they take along
    "exit": ("import os\nos._exit(0)", ()),
    "segfault": ("import ctypes\nctypes.string_at(0)", ()),
    "forks": ("import os\nwhile True: os.fork()", ()),
    "disk": ("open('x', 'wb').write(bytes(1 << 30))", ()),
    "memory": ("x = bytearray(1 << 40)", ()),
    "output": ("for _ in range(100): print('x' * 1_000_000)", ()),
    "exit in an answer": ("import os\ndef box_rounds(reads): os._exit(0)", ("box_rounds",)),
    "lying": (
        "class Yes:\n    __eq__ = lambda *a: True\ndef box_rounds(reads): return Yes()",
        ("box_rounds",),
    ),
    "forged": (
        "import os\nfor fd in range(3, 64):\n    try: os.write(fd, b'right')\n"
        "    except OSError: pass",
        tuple(POINTS),
    ),
    "kill": ("import os\nos.kill(1, 9)\nos.kill(os.getppid(), 9)", ()),
}
ENDLESS = {
    "loop": ("while True: pass", ()),
    "sleep in an answer": (
        "import time\ndef box_rounds(reads): time.sleep(1000)",
        ("box_rounds",),
    ),
}
BROKEN = {
    "cut off": lambda text: text[: len(text) // 2],
    "no JSON": lambda text: "I could not do it, sorry.",
    "in R": lambda text: text.replace('"name": "python"', '"name": "R"').replace(
        '"language": "python"', '"language": "R"'
    ),
    "no cells": lambda text: "{}",
    "empty": lambda text: "",
}


def submission(kind, number):
    """Make a notebook of a kind: its text, and the points that it deserves."""
    rng = random.Random(f"{kind} {number}")
    source = derive.solutions_folder() / f"{LECTURE}.ipynb"
    notebook = nbformat.read(source, as_version=4)
    notebook.cells.append(nbformat.v4.new_markdown_cell(f"Handed in by number {number}."))
    lost, before = set(), None
    if kind == "starter":
        lost = set(POINTS)
    elif kind == "partly":
        lost = set(rng.sample(sorted(POINTS), rng.randint(1, len(POINTS) - 1)))
    elif kind == "wrong":
        lost = set(rng.sample(sorted(WRONG), rng.randint(1, len(WRONG))))
    elif kind in ("hostile", "endless"):
        table = HOSTILE if kind == "hostile" else ENDLESS
        before, lost = table[rng.choice(sorted(table))]
    for cell in notebook.cells:
        function = derive.answer_of(cell).replace("-", "_")
        if function in lost and kind in ("starter", "partly"):
            cell.source = derive.without_solution(cell.source)
        elif function in lost and kind == "wrong":
            cell.source = WRONG[function]
        elif function in lost and before is not None and f"def {function}(" in before:
            cell.source = ""
    if before is not None:
        notebook.cells.insert(2, nbformat.v4.new_code_cell(before))
    points = sum(p for function, p in POINTS.items() if function not in lost)
    text = nbformat.writes(notebook)
    if kind == "broken":
        text, points = BROKEN[rng.choice(sorted(BROKEN))](text), 0
    return text, points


MIXTURE = {
    "right": 0.3,
    "wrong": 0.25,
    "partly": 0.25,
    "starter": 0.08,
    "broken": 0.06,
    "hostile": 0.06,
}


def write_class(folder, people, *, mixture=MIXTURE, seed=0):
    """Write submissions, and give the points that each person deserves."""
    rng = random.Random(seed)
    expected = {}
    for number in range(people):
        (kind,) = rng.choices(list(mixture), list(mixture.values()))
        person = f"{kind}-{number:05d}"
        text, expected[person] = submission(kind, number)
        place = folder / person
        place.mkdir(parents=True)
        (place / f"{LECTURE}.ipynb").write_text(text, encoding="utf-8")
    return expected


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--endless", type=float, default=0.0, help="share that never ends")
    chosen = parser.parse_args()
    mixture = {**MIXTURE, "endless": chosen.endless}
    expected = write_class(chosen.folder, chosen.people, mixture=mixture)
    with chosen.folder.with_name("expected.csv").open("w", newline="") as file:
        csv.writer(file).writerows(expected.items())


if __name__ == "__main__":
    main()
