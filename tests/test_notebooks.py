"""The runner of the lectures, and the rules they keep: each rule has a notebook that breaks it."""

import os

import nbformat
import psutil
import pytest
from command_line import pytest_on
from nbclient import NotebookClient

from dlcourse import notebooks
from dlcourse.lecture_rules import KERNEL, problems
from dlcourse.setting_up import course_root

LECTURES = sorted((course_root() / "lectures").glob("*.ipynb"))


def markdown(text, name):
    return nbformat.from_dict({"cell_type": "markdown", "id": name, "metadata": {}, "source": text})


def code(source, name, count, outputs=(), tags=()):
    return nbformat.from_dict(
        {
            "cell_type": "code",
            "id": name,
            "metadata": {"tags": list(tags)} if tags else {},
            "source": source,
            "execution_count": count,
            "outputs": list(outputs),
        }
    )


def stdout(text, name="stdout"):
    return {"output_type": "stream", "name": name, "text": text}


def shown(data):
    return {"output_type": "display_data", "data": data, "metadata": {}}


def lecture(*cells):
    """A clean notebook with these cells in the middle."""
    return nbformat.from_dict(
        {
            "cells": [
                markdown("# 00 · Title", "first"),
                code("import math", "imports", 1),
                *cells,
                markdown("## Keep\n\n- One thing.", "last"),
            ],
            "metadata": {"kernelspec": KERNEL, "language_info": {"name": "python"}},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
    )


def write(path, *sources):
    """Save a notebook that has not been run yet."""
    cells = [code(source, f"cell{i}", None) for i, source in enumerate(sources)]
    path.write_text(notebooks.as_text(lecture(*cells)), encoding="utf-8")
    return path


PICTURE = '<img alt="{}" src="data:image/png;base64,AAAA">'
GOOD_ALT = "A straight line that rises from 0 at the left to 3 at the right."


def test_a_clean_lecture_has_no_problems():
    figure = shown({"text/html": PICTURE.format(GOOD_ALT), "text/plain": "Figure"})
    assert (
        problems(lecture(code("f()", "a", 2, [figure]), code("print(1)", "b", 3, [stdout("1\n")])))
        == []
    )


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (code("1", "a", None), "not numbered 1 to n"),
        (code("1", "a", 5), "not numbered 1 to n"),
        (
            code(
                "1", "a", 2, [{"output_type": "error", "ename": "E", "evalue": "", "traceback": []}]
            ),
            "ends in an error",
        ),
        (code("1", "a", 2, [stdout("careful\n", "stderr")]), "prints to stderr"),
        (code("1", "a", 2, [stdout("<x at 0x7f12ab34cd>")]), "a memory address"),
        (code("1", "a", 2, [stdout("/home/me/file")]), "an absolute path"),
        (code("1", "a", 2, [stdout("C:\\Users\\me")]), "an absolute path"),
        (code("1", "a", 2, [shown({"image/png": "AAAA"})]), "image/png without alt text"),
        (code("1", "a", 2, [shown({"text/plain": "<Figure size 1x1>"})]), "name of a figure"),
        (
            code("1", "a", 2, [shown({"text/plain": "<dlcourse.by_hand.box.Box at>"})]),
            "name of an object",
        ),
        (
            code("1", "a", 2, [shown({"text/html": "<img src='data:x'>"})]),
            "alt text has 0 characters",
        ),
        (code("1", "a", 2, [shown({"text/html": PICTURE.format("a line")})]), "alt text has 6"),
        (
            code(
                "1",
                "a",
                2,
                [shown({"text/html": PICTURE.format(GOOD_ALT.translate({48: 97, 51: 97}))})],
            ),
            "no number",
        ),
        (code("%matplotlib inline", "a", 2), "a magic"),
        (code("!ls", "a", 2), "a magic"),
        (code("from math import *", "a", 2), "a star import"),
        (code("sys.path.append('.')", "a", 2), "sys.path"),
        (code("# pip install x", "a", 2), "an installation"),
        (code("import os", "a", 2), "imports belong into the first"),
        (code("\n".join(["x = 1"] * 31), "a", 2), "31 lines"),
        (markdown("### Deep", "a"), "skips a level"),
        (code("1", "first", 2), "id of their own"),
        (code("1", "a", 2, tags=("slow", "predict")), "other metadata than sorted tags"),
        (
            code("1", "a", 2, tags=("raises-exception",)),
            "is tagged raises-exception; lectures use nbval",
        ),
        (code("1", "a", 2, tags=("nbval-ignore-output",)), "cell 2 is tagged nbval"),
    ],
)
def test_each_rule_names_what_breaks_it(cell, words):
    found = problems(lecture(cell))
    assert any(words in problem for problem in found), found


def test_rules_on_title_imports_ending_and_metadata():
    notebook = lecture()
    notebook.cells = notebook.cells[::-1]
    notebook.metadata["extra"] = 1
    found = " ".join(problems(notebook))
    for words in ("not its title", "not `## Keep`", "metadata are not minimal"):
        assert words in found
    crowded = lecture()
    crowded.cells[-1].source += "\n- x" * 5
    assert "more than five points" in " ".join(problems(crowded))


def test_broken_links_and_size(tmp_path):
    path = tmp_path / "00-x.ipynb"
    notebook = lecture(
        markdown("[next](01-gone.ipynb)", "a"), code("x", "b", 2, [stdout("y" * 700_000)])
    )
    path.write_text(notebooks.as_text(notebook), encoding="utf-8")
    found = " ".join(problems(notebook, path))
    assert "links to 01-gone.ipynb" in found
    assert "600 kB are allowed" in found


def test_running_twice_gives_the_same_bytes_and_a_clean_check(tmp_path, capsys):
    path = write(tmp_path / "00-x.ipynb", "print('one')\nprint('two')", "math.sqrt(4)")
    assert notebooks.run([path]) == 0
    once = path.read_bytes()
    assert notebooks.run([path]) == 0
    assert path.read_bytes() == once
    assert b"one\\n" in once
    assert notebooks.check([path]) == 0
    assert "OK" in capsys.readouterr().out
    assert sorted(p.name for p in tmp_path.iterdir()) == ["00-x.ipynb"]


def test_check_adds_the_seconds_up_and_names_the_slowest_cells(tmp_path, capsys):
    pause, quick = write(tmp_path / "00-pause.ipynb", "time.sleep(1)"), tmp_path / "01-quick.ipynb"
    pause.write_text(pause.read_text().replace("import math", "import time"))
    write(quick, *["x = 1"] * 6)
    assert notebooks.run([pause, quick]) == 0
    capsys.readouterr()
    assert notebooks.check([pause, quick]) == 0
    total, *slowest = capsys.readouterr().out.partition(" s in all.")[2].splitlines()
    assert total == " The slowest cells:"
    assert len(slowest) == notebooks.SLOWEST
    assert slowest[0].endswith("s  00-pause, cell 2")


NO_NETWORK = """
import socket

known = {"127.0.0.1", "::1", "localhost", ""}
connect = socket.socket.connect


def local_only(self, address):
    if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in known:
        raise OSError(f"a lecture asks for {address[0]}")
    return connect(self, address)


socket.socket.connect = local_only
"""


@pytest.mark.slow  # a minute: the lecture with most of the package's imports, without a network
def test_a_lecture_runs_without_a_network_from_elsewhere(tmp_path, monkeypatch):
    (tmp_path / "sitecustomize.py").write_text(NO_NETWORK)
    ask = "import urllib.request; urllib.request.urlopen('http://93.184.216.34', timeout=5)"
    probe = write(tmp_path / "00-probe.ipynb", ask)
    here = tmp_path / "elsewhere"
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    assert "a lecture asks for 93.184.216.34" in notebooks.execute(probe).failure
    for name in ("00-start", "03-training"):
        (path,) = notebooks.lectures([name])
        run = notebooks.execute(path)
        assert run.failure == ""
    assert list(here.iterdir()) == []


def test_check_notices_what_has_changed(tmp_path, capsys):
    html = '<img alt="' + "A line from 0 to 3. " * 3 + '" src="data:image/png;base64,AAAA">'
    picture = f"IPython.display.HTML({html!r})"
    path = write(tmp_path / "00-x.ipynb", "print('the error is 3')", picture)
    path.write_text(path.read_text().replace("import math", "import IPython.display"))
    assert notebooks.run([path]) == 0
    committed = path.read_text()
    for old, new, words in [
        ("the error is 3\\n", "the error is 4\\n", "cell 2: committed '\"the error is 4"),
        ('base64,AAAA\\">', 'base64,BBBB\\">', "cell 3: the picture differs"),
    ]:
        start = committed.rindex(old)  # in the output, behind the source
        path.write_text(committed[:start] + new + committed[start + len(old) :])
        assert notebooks.check([path]) == 1
        assert words in capsys.readouterr().out


def test_a_lecture_that_takes_much_memory_is_named(tmp_path, capsys, monkeypatch):
    path = write(tmp_path / "00-x.ipynb", "x = b'x' * 200_000_000", "del x")
    assert notebooks.run([path]) == 0
    assert 200 < notebooks.execute(path).megabytes < 400
    monkeypatch.setattr(notebooks, "MEMORY", 150)
    assert notebooks.check([path]) == 1
    assert "in memory, and should have 150 at most" in capsys.readouterr().out


def test_a_failing_cell_is_named_and_the_file_left_as_it_was(tmp_path, capsys):
    path = write(tmp_path / "00-x.ipynb", "x = 1", "y = 1 / (x - 1)")
    before = path.read_bytes()
    assert notebooks.run([path]) == 1
    assert "00-x.ipynb, cell 3 (y = 1 / (x - 1)): ZeroDivisionError" in capsys.readouterr().out
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("while True: pass", "took longer than 2 s"),
        ("import os; os._exit(1)", "the kernel died"),
    ],
)
def test_a_hanging_cell_and_a_dead_kernel_are_ended_and_named(tmp_path, source, words):
    path = write(tmp_path / "00-x.ipynb", source)
    failure = notebooks.execute(path, timeout=2).failure
    assert words in failure
    assert "cell 2" in failure
    assert kernels() == []


def kernels():
    """The kernels that this process has started and that still run."""
    children = psutil.Process().children(recursive=True)
    return [c for c in children if "ipykernel_launcher" in c.cmdline()]


def test_a_kernel_ends_with_its_notebook(tmp_path):
    assert notebooks.execute(write(tmp_path / "00-x.ipynb", "x = 1")).failure == ""
    assert kernels() == []


@pytest.mark.parametrize(
    ("failures", "outcome"), [(1, ""), (2, "00-x.ipynb: the kernel did not start")]
)
def test_a_kernel_that_does_not_start_gets_a_second_chance(
    tmp_path, monkeypatch, failures, outcome
):
    path, tries = write(tmp_path / "00-x.ipynb", "x = 1"), []
    execute = NotebookClient.async_execute

    async def hesitant(client, **options):
        tries.append(client)
        if len(tries) <= failures:
            raise RuntimeError("Kernel didn't respond in 60 seconds")
        return await execute(client, **options)

    monkeypatch.setattr(NotebookClient, "async_execute", hesitant)
    assert notebooks.execute(path).failure == outcome
    assert len(tries) == 2


def test_lectures_are_found_by_number_name_and_path():
    assert notebooks.lectures() == LECTURES
    first = LECTURES[0]
    assert notebooks.lectures([first.stem[:2]]) == notebooks.lectures([first.stem]) == [first]
    assert notebooks.lectures([str(first)]) == [first]
    with pytest.raises(ValueError, match="no lecture is called '99'; there are 00-start"):
        notebooks.lectures(["99"])


def test_a_notebook_reads_as_python():
    text = notebooks.as_python([LECTURES[0]])
    assert text.startswith("# %% [markdown]\n# # 00")
    assert "# %%\nimport numpy as np" in text


SLOW_LOOP = """from dlcourse.lessons import progress
for step in progress(range(3), "steps"):
    time.sleep(0.6)
step"""


def test_the_bar_of_a_long_loop_is_shown_and_leaves_no_trace(tmp_path):
    path = write(tmp_path / "00-x.ipynb", SLOW_LOOP)
    path.write_text(path.read_text().replace("import math", "import time"))
    before = notebooks.tidy
    kept = []
    notebooks.tidy = lambda notebook: kept.append(notebook) or before(notebook)
    try:
        assert notebooks.run([path]) == 0
    finally:
        notebooks.tidy = before
    shown = [output.output_type for output in kept[0].cells[2].outputs]
    assert shown == ["display_data", "execute_result"]
    committed = nbformat.read(path, as_version=4)
    assert [output.output_type for output in committed.cells[2].outputs] == ["execute_result"]
    printed = pytest_on(path)
    assert "2 passed" in printed, printed


def test_a_lecture_computes_with_one_thread_whoever_started_its_kernel(tmp_path, monkeypatch):
    monkeypatch.setattr(
        notebooks, "ONE_THREAD", {"OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"}
    )
    look = "import threadpoolctl, torch, dlcourse.lessons as lessons\n"
    look += "print({p['num_threads'] for p in threadpoolctl.threadpool_info()})\n"
    look += "print(torch.get_num_threads())"
    path = write(tmp_path / "00-x.ipynb", look)
    assert notebooks.run([path]) == 0
    (printed,) = nbformat.read(path, as_version=4).cells[2].outputs
    assert printed.text == "{1}\n1\n"
