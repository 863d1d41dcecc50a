"""Work that is killed at random moments, fifty times, and what must be there after each."""

import json
import os
import signal
import time
from pathlib import Path

import numpy as np

from dlcourse.exercises import record
from dlcourse.exercises.result import Result
from dlcourse.exercises.tasks import tasks_of
from dlcourse.grading import grading, whole_class
from dlcourse.grading.judging import Judged, Verdict
from dlcourse.writing import remove_parts, write_whole

TIMES = 50


def main(what, folder):
    """Kill what works, look at what it leaves, and print how often it was killed at work."""
    work, look, seconds = {"file": file, "progress": progress, "class": class_of_60}[what](
        Path(folder)
    )
    rng, killed = np.random.default_rng(), 0
    for _ in range(TIMES):
        child = os.fork()
        if child == 0:
            work()
            os._exit(0)
        time.sleep(rng.uniform(0, seconds))
        os.kill(child, signal.SIGKILL)
        killed += os.WIFSIGNALED(os.waitpid(child, 0)[1])
        look()
    work()
    look(at_the_end=True)
    print(killed)


def file(folder):
    """Write a file of a megabyte again and again: it is always one of two, and whole."""
    path, contents = folder / "file", ("a" * (1 << 20), "b" * (1 << 20))
    write_whole(path, contents[0])

    def work():
        for _ in range(20):
            for content in contents:
                write_whole(path, content)

    def look(*, at_the_end=False):
        assert path.read_text() in (contents[1:] if at_the_end else contents)
        remove_parts(folder)
        assert list(folder.iterdir()) == [path]

    return work, look, 0.05


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

    return work, look, 0.1


def class_of_60(folder):
    """Grade a class, each notebook as slowly as one is judged: what is judged stays judged."""
    (folder / "class").mkdir()
    for person in range(60):
        notebook = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5, "p": person}
        (folder / "class" / f"{person}.ipynb").write_text(json.dumps(notebook))
    right = Verdict("neuron-forward", "01-neurons", "right", 2, 2, "right", "<p>right</p>", "")
    judged = Judged([right], notes=["a note"])
    choices = whole_class.Choices(seed=1, workers=1, sandbox=False)

    def slowly(settings, content):
        time.sleep(0.002)
        return judged

    def contents(report):
        kept = (p for p in sorted(report.rglob("*")) if p.is_file() and p.name != ".lock")
        return {str(p.relative_to(report)): p.read_bytes() for p in kept}

    grading.judge_content = slowly
    whole_class.grade_class(folder / "class", folder / "whole", choices)
    before = set()

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

    return work, look, 0.3
