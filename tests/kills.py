"""Work that is killed at moments drawn from a seed, and what must be there after each.

    python tests/kills.py FOLDER 7 derived

repeats what the seed 7 does to `derived` in an empty FOLDER, as far as the machine is as fast as
it was; without a name, to all kinds of work at once.
"""

import json
import os
import signal
import sys
import threading
import time
import traceback
from pathlib import Path

import nbformat
import numpy as np
from attacks import HONEST
from tqdm import tqdm

from dlcourse import notebooks
from dlcourse.exercises import derive, record
from dlcourse.exercises.result import Result
from dlcourse.exercises.tasks import tasks_of
from dlcourse.grading import grading, judging, whole_class
from dlcourse.grading.judging import Judged, Verdict
from dlcourse.grading.sandbox import SandboxError, Server
from dlcourse.writing import remove_parts

TIMES = 50  # of what takes little time; of the rest fewer


def main(folder, seed, *kinds):
    """Do all kinds of work at once, each in a process and a folder of its own."""
    children = {}
    for kind in kinds or KILLED:
        place = Path(folder, kind)
        place.mkdir()
        children[kind] = os.fork()
        if children[kind] == 0:
            status = 1
            try:
                print(f"{kind}: {killed(kind, place, int(seed)):.0%} killed at work", flush=True)
                status = 0
            except Exception:
                traceback.print_exc()
            finally:
                os._exit(status)
    failed = [kind for kind, child in children.items() if os.waitpid(child, 0)[1]]
    sys.exit(f"failed: {', '.join(failed)}" if failed else 0)


def killed(what, folder, seed):
    """Kill what works, look at what it leaves, and give the share of kills that met it at work."""
    tqdm.set_lock(threading.RLock())  # its own is one for all forks: who is killed keeps it
    work, look, seconds, times = KILLED[what](folder)
    rng, at_work, soon = np.random.default_rng(seed), 0, 1.0
    for nth in range(1, times + 1):
        delay = soon * rng.uniform(0, seconds)
        child = os.fork()
        if child == 0:
            work()
            os._exit(0)
        time.sleep(delay)
        os.kill(child, signal.SIGKILL)
        met = os.WIFSIGNALED(os.waitpid(child, 0)[1])
        at_work += met
        soon = min(1.1 * soon, 1.0) if met else 0.8 * soon  # on a fast machine sooner
        try:
            look()
        except Exception as error:
            error.add_note(f"{what}, seed {seed}: kill {nth} of {times}, after {delay:.4f} s")
            raise
    work()
    look(at_the_end=True)
    assert at_work >= 0.2 * times, f"{what} was hardly ever killed at work"
    return at_work / times


def file(folder):
    """Write a notebook of a megabyte again and again: it is always one of two, and whole."""
    path, contents = folder / "file", ("a" * (1 << 20), "b" * (1 << 20))
    path.write_text(contents[0])

    def work():
        for _ in range(20):
            for content in contents:
                notebooks.write(path, content)

    def look(*, at_the_end=False):
        assert path.read_text() in (contents[1:] if at_the_end else contents)
        remove_parts(folder)
        assert list(folder.iterdir()) == [path]

    return work, look, 0.05, TIMES


def derived(folder):
    """Derive exercises from solutions that JupyterLab has saved: each is one of two, and whole."""
    name, lecture = "01-neurons.ipynb", ["01"]
    source, target = (folder / kind / name for kind in ("solutions", "exercises"))
    saved = nbformat.read(derive.solutions_folder() / name, as_version=4)
    for cell in saved.cells:
        cell.metadata["trusted"] = True
    saved = nbformat.writes(saved)
    derive.course_root = lambda: folder
    for path in (source, target):
        path.parent.mkdir()
        path.write_text(saved)
    exercises = []
    for seed in (0, 1):
        derive.derive_all(lectures=lecture, seed=seed)
        exercises.append(target.read_text())
    tidied = source.read_text()
    assert len({saved, tidied, *exercises}) == 4

    def work():
        for _ in range(10):
            for seed in (0, 1):
                notebooks.write(source, saved)
                derive.derive_all(lectures=lecture, seed=seed)

    def look(*, at_the_end=False):
        assert source.read_text() in ([tidied] if at_the_end else [saved, tidied])
        assert target.read_text() in (exercises[1:] if at_the_end else exercises)
        assert not at_the_end or not list(folder.rglob("*.part"))

    return work, look, 0.4, 10


def progress(folder):
    """Keep results of tasks: no point that was there is gone."""
    record.record_file = lambda: folder / "progress.json"
    tasks = tasks_of("01-neurons")
    seen = {}

    def work():
        for task in tasks:
            for k in range(20):
                record.keep(Result(task, "right", tried=k), lambda: None)

    def look(*, at_the_end=False):
        if not record.record_file().is_file():
            return
        found = json.loads(record.record_file().read_text())["tasks"]
        assert seen.keys() <= found.keys()
        assert all(entry["points"] > 0 for entry in found.values())
        seen.update(found)
        assert not at_the_end or len(found) == len(tasks) == len(seen)
        assert not at_the_end or not list(folder.glob("*.part"))

    return work, look, 0.1, TIMES


def class_of_60(folder):
    """Grade a class, each notebook as slowly as one is judged: what is judged stays judged."""
    (folder / "class").mkdir()
    for person in range(60):
        notebook = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5, "p": person}
        (folder / "class" / f"{person}.ipynb").write_text(json.dumps(notebook))
    right = Verdict("neuron-forward", "01-neurons", "right", 2, 2, "right", "<p>right</p>", "")
    judged = Judged([right], notes=["a note"])

    def slowly(settings, content):
        time.sleep(0.002)
        return judged

    grading.judge_content = slowly
    return *graded(folder, sandbox=False), 0.3, TIMES


def class_of_6(folder):
    """Grade a class as it is graded, in a sandbox where there is one."""
    right = HONEST["neuron_forward"]
    answers = [right, right.replace("+ b", "- b"), ""]
    (folder / "class").mkdir()
    for person in range(6):
        cells = ["import numpy as np", answers[person % 3], f"number = {person}"]
        cells = [nbformat.v4.new_code_cell(source) for source in cells]
        nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "class" / f"{person}.ipynb")
    judging.tasks_of = lambda lecture: [task for task in tasks_of(lecture) if task.by_hand]
    try:  # tasks in PyTorch, which takes seconds to load, are left out
        with Server(torch=False) as server:
            server.start()
        sandbox = True
    except SandboxError:
        sandbox = False
    begun = time.monotonic()
    work, look = graded(folder, sandbox=sandbox)
    return work, look, 0.4 * (time.monotonic() - begun), 4


def graded(folder, *, sandbox):
    """Grade a class at once; give what does it again, and what looks at how far that has come."""
    choices = whole_class.Choices(seed=1, workers=1, sandbox=sandbox)
    whole_class.grade_class(folder / "class", folder / "whole", choices)
    before = set()

    def contents(report):
        kept = (p for p in sorted(report.rglob("*")) if p.is_file() and p.name != ".lock")
        return {str(p.relative_to(report)): p.read_bytes() for p in kept}

    def work():
        whole_class.grade_class(folder / "class", folder / "parts", choices)

    def look(*, at_the_end=False):
        place = folder / "parts" / "judged.jsonl"
        lines = place.read_bytes().split(b"\n")[:-1] if place.is_file() else []
        keys = [json.loads(line)["key"] for line in lines]
        assert before <= set(keys) and len(set(keys)) == len(keys)
        before.update(keys)
        for page in (folder / "parts").glob("feedback/*.html"):
            assert page.read_text().rstrip().endswith("</html>")
        for result in (folder / "parts").glob("results/*.json"):
            json.loads(result.read_text())
        if at_the_end:
            assert contents(folder / "parts") == contents(folder / "whole")

    return work, look


KILLED = {
    "file": file,
    "progress": progress,
    "derived": derived,
    "class": class_of_60,
    "real-class": class_of_6,
}

if __name__ == "__main__":
    main(*sys.argv[1:])
