"""The runner of the lectures, and the rules they keep: each rule has a notebook that breaks it."""

import dataclasses
import errno
import os
import re
import subprocess
import sys

import nbformat
import numpy as np
import psutil
import pytest
from command_line import pytest_on
from nbclient import NotebookClient

from dlcourse import by_hand, execution, in_torch, notebooks, parity, rounding
from dlcourse import kernels as kernels_room
from dlcourse.kernel_start import sitecustomize
from dlcourse.lecture_rules import KERNEL, code_cells, problems
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
    clean = ("f()", [figure]), ("print(1)", [stdout("1\n")]), ('np.argsort(x, kind="stable")', [])
    cells = [code(source, f"c{k}", k, shown) for k, (source, shown) in enumerate(clean, start=2)]
    assert problems(lecture(*cells)) == []


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
        (code('np.argsort(x, kind="stable"), y.argsort()', "a", 2), 'sorts without kind="stable"'),
        (code("np.argpartition(x, 3)", "a", 2), "depends on the processor"),
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
    for short in (notebook.cells[:1], []):
        notebook.cells = short
        assert "its second cell is not the imports" in list(problems(notebook))
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


def kernels():
    """The kernels that this process has started and that still run."""
    children = psutil.Process().children(recursive=True)
    return [c for c in children if "ipykernel_launcher" in c.cmdline()]


def test_running_twice_gives_the_same_bytes_and_a_clean_check(tmp_path, capsys, monkeypatch):
    path = write(tmp_path / "00-x.ipynb", "print('one')\nprint('two')", "math.sqrt(4)")
    assert notebooks.run([path]) == 0
    once = path.read_bytes()
    assert notebooks.run([path]) == 0
    assert path.read_bytes() == once
    assert b"one\\n" in once
    capsys.readouterr()
    monkeypatch.setattr(notebooks, "SECONDS", 0.001)
    monkeypatch.setattr(notebooks, "beyond_bounds", lambda run: [])
    assert notebooks.check([path]) == 0  # a slow machine is no failure
    printed = capsys.readouterr().out
    assert re.search(r"│ slow +│", printed)
    assert re.search(r"00-x.ipynb took 0 s, and should take 0.001 on a quiet machine \(ce", printed)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["00-x.ipynb"]
    assert kernels() == []


def test_check_adds_the_seconds_up_and_names_the_slowest_cells(tmp_path, capsys):
    pause = write(tmp_path / "00-pause.ipynb", "__import__('time').sleep(1)")
    quick = write(tmp_path / "01-quick.ipynb", *["x = 1"] * 6)
    assert notebooks.check([pause, quick]) == 1  # they have never been run
    total, *lines = capsys.readouterr().out.partition(" s in all.")[2].splitlines()
    assert total == " The slowest cells:"
    slowest = [line for line in lines if "s  0" in line]
    assert len(slowest) == notebooks.SLOWEST
    assert slowest[0].endswith("s  00-pause, cell 2")


def test_what_takes_too_much_is_named(tmp_path):
    good = execution.Run(tmp_path / "00-x.ipynb", seconds={1: 60, 2: 200})
    good.megabytes, good.processor = 1000, 120  # the seconds may be those of a busy machine
    assert list(notebooks.beyond_bounds(good)) == []
    assert notebooks.verdict(good, []) == "slow"
    bad = dataclasses.replace(good, megabytes=1001, processor=121)
    assert list(notebooks.beyond_bounds(bad)) == [
        "00-x.ipynb had 1001 MB in memory, and may have 1000",
        "00-x.ipynb took 121 s of the processor's time, and may take 120 (cell 2, 200.0 s)",
    ]


@pytest.mark.parametrize(
    ("event", "arguments", "asked"),
    [
        ("socket.connect", (None, ("93.184.216.34", 80)), "93.184.216.34"),
        ("socket.sendto", (None, ("2606:2800::1", 53, 0, 0)), "2606:2800::1"),
        ("socket.sendmsg", (None, ("8.8.8.8", 53)), "8.8.8.8"),
        ("socket.getaddrinfo", ("example.org", 80, 0, 0, 0), "example.org"),
        ("socket.getaddrinfo", (b"example.org", 80, 0, 0, 0), "example.org"),
        ("socket.gethostbyname", ("example.org",), "example.org"),
        ("socket.connect", (None, ("127.0.0.1", 80)), ""),
        ("socket.connect", (None, ("::1", 80, 0, 0)), ""),
        ("socket.connect", (None, "/run/a.socket"), ""),
        ("socket.sendmsg", (None, None), ""),  # to whom it is connected
        ("socket.getaddrinfo", (None, 80, 0, 0, 0), ""),
        ("socket.getaddrinfo", ("localhost", 80, 0, 0, 0), ""),
        ("open", ("example.org", "r", 0), ""),
    ],
)
def test_what_leaves_the_machine_is_refused(event, arguments, asked):
    if not asked:
        assert sitecustomize.local_only(event, arguments) is None
        return
    with pytest.raises(OSError, match=f"asks the network for {re.escape(asked)}; lectures run"):
        sitecustomize.local_only(event, arguments)


NUDGED = """import numpy as np
from dlcourse import by_hand, data, in_torch, lessons
net = by_hand.MLP([2, 2], rng=np.random.default_rng(0))
before = net.state_dict()
by_hand.SGD(net, lr=0.1)
apart = np.abs(net.state_dict()["0.weight"] / before["0.weight"] - 1)
print("aside:", bool(apart.any()), "by the last digits alone:", bool(apart.max() < 1e-14))
moons = data.moons(40, rng=np.random.default_rng(0))
print(lessons.coincide(lambda lib: lessons.train_classifier(moons, [2, 3, 2], seed=0, lib=lib)))
single = in_torch.MLP([2, 2]).float()
weight = single[0].weight.detach().clone()
in_torch.SGD(single, lr=0.1)
gap = (single[0].weight / weight - 1).abs().max().item()
print("float32:", 0 < gap < 1e-5, single[0].weight.dtype)
"""


def test_a_training_can_be_done_as_another_processor_would(tmp_path, monkeypatch):
    path = write(tmp_path / "00-x.ipynb", NUDGED)

    def said():
        run = execution.execute(path)
        assert not run.failure, run.failure
        return run.notebook.cells[2].outputs[0].text.splitlines()

    monkeypatch.delenv("DLCOURSE_ROUNDING", raising=False)
    usual = said()
    assert usual[0] == "aside: False by the last digits alone: True"
    monkeypatch.setenv("DLCOURSE_ROUNDING", "1")
    nudged = said()
    assert nudged[0] == "aside: True by the last digits alone: True"
    assert "all 17 numbers equal to 1e-08" in " ".join(nudged)
    assert usual[-1] == "float32: False torch.float32"
    assert nudged[-1] == "float32: True torch.float32"


def test_another_processor_that_is_no_number_starts_no_kernel(monkeypatch):
    monkeypatch.setenv("DLCOURSE_ROUNDING", "first")
    done = subprocess.run(
        [sys.executable, "-c", "print('started')"],
        env=kernels_room.without_network(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith(
        "DLCOURSE_ROUNDING should be a whole number such as 1, not 'first'\n"
    )


def test_nudged_numbers_differ_in_their_last_digits_and_alike_on_both_sides():
    class Kept:
        def __init__(self, net, *, lr):
            self.net, self.lr = net, lr

    rounding.nudge_before(Kept, 3)
    start = by_hand.MLP([3, 4, 2], rng=np.random.default_rng(0))
    start.boxes[0].params["bias"][0] = 0
    hand = parity.side_of(by_hand).load(by_hand.MLP([3, 4, 2]), start.state_dict())
    net = parity.side_of(in_torch).load(in_torch.MLP([3, 4, 2]), start.state_dict())
    assert [Kept(each, lr=0.1).lr for each in (hand, net)] == [0.1, 0.1]
    changed = 0
    for name, before in start.state_dict().items():
        after = hand.state_dict()[name]
        np.testing.assert_array_equal(after, net.state_dict()[name].numpy())
        np.testing.assert_allclose(after, before, rtol=1e-14)
        assert ((after == 0) == (before == 0)).all()
        changed += (after != before).sum()
    assert changed > 10
    one, other = np.ones(100), np.ones(100)
    rounding.nudge(one, "w", 1)
    rounding.nudge(other, "w", 2)
    assert (one != other).any()


ASK = """import socket
server = socket.create_server(("127.0.0.1", 0))
socket.create_connection(server.getsockname()).close()
tcp, udp = socket.socket(), socket.socket(type=socket.SOCK_DGRAM)
asked = {
    "connect": lambda: tcp.connect(("192.0.2.1", 80)),
    "connect_ex": lambda: tcp.connect_ex(("192.0.2.1", 80)),
    "sendto": lambda: udp.sendto(b"x", ("192.0.2.1", 53)),
    "getaddrinfo": lambda: socket.getaddrinfo("example.org", 80),
}
for name, ask in asked.items():
    try:
        ask()
    except OSError as error:
        print(name, error)
"""
ANSWERS = [
    f"{name} a lecture asks the network for {host}; lectures run without one"
    for name, host in (
        ("connect", "192.0.2.1"),
        ("connect_ex", "192.0.2.1"),
        ("sendto", "192.0.2.1"),
        ("getaddrinfo", "example.org"),
    )
]


@pytest.mark.slow  # a quarter of a minute: one lecture twice, with PyTorch
def test_a_lecture_is_the_same_under_other_circumstances(tmp_path, monkeypatch):
    """From elsewhere, on two threads, and as papermill runs it when no parameters are set."""
    (lecture,) = notebooks.lectures(["04"])
    once = execution.execute(lecture)
    here = tmp_path / "elsewhere"
    here.mkdir()
    monkeypatch.chdir(here)
    two = {"OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"}
    monkeypatch.setattr(execution, "ONE_THREAD", two)
    again = execution.execute(injected(lecture, tmp_path / "copy.ipynb"))
    assert once.failure == again.failure == ""
    (threads,) = again.notebook.cells.pop().outputs
    assert threads.text == "{1} 1\n"
    assert again.notebook.cells.pop(0).source == INJECTED
    count_from_one(again.notebook)
    assert notebooks.first_difference(once.notebook, again.notebook) == ""
    assert notebooks.as_text(once.notebook) == notebooks.as_text(again.notebook)
    assert list(here.iterdir()) == []


INJECTED = "# Parameters"
THREADS = """import threadpoolctl, torch
print({p["num_threads"] for p in threadpoolctl.threadpool_info()}, torch.get_num_threads())"""


def injected(lecture, path):
    """Copy a lecture with the cell that papermill puts in front of it, and one that asks."""
    notebook = nbformat.read(lecture, as_version=4)
    notebook.cells.insert(0, code(INJECTED, "parameters", None, tags=("injected-parameters",)))
    notebook.cells.append(code(THREADS, "threads", None))
    path.write_text(notebooks.as_text(notebook), encoding="utf-8")
    return path


def count_from_one(notebook):
    """Number the cells of a notebook from which the first was taken away."""
    for _, cell in code_cells(notebook):
        for counted in (cell, *cell.outputs):
            if "execution_count" in counted:
                counted.execution_count -= 1


SLOW_LOOP = """import time
from dlcourse.progress import progress
for step in progress(range(2), "steps"):
    time.sleep(0.6)
step"""


def test_nbval_reports_each_failure_in_a_line_and_what_lectures_took(tmp_path):
    """One run for all, since each takes seconds to start."""
    write(tmp_path / "00-dies.ipynb", "import os; os._exit(1)", "1", "2")
    write(tmp_path / "01-waits.ipynb", "import time; time.sleep(100)", "1")
    network = write(tmp_path / "02-network.ipynb", ASK)
    asks = nbformat.read(network, as_version=4)
    for count, cell in enumerate(asks.cells[1:3], start=1):
        cell.execution_count = count
    asks.cells[2].outputs = [nbformat.from_dict(stdout("\n".join([*ANSWERS, ""])))]
    network.write_text(notebooks.as_text(asks), encoding="utf-8")
    bar_is_shown_and_not_kept(write(tmp_path / "03-bar.ipynb", SLOW_LOOP))
    printed = pytest_on(tmp_path, "--nbval-cell-timeout=4", "--tb=no")
    assert "2 failed, 6 passed, 3 xfailed" in printed, printed
    summary = printed.partition("= lectures =")[2].splitlines()
    assert re.match(r"4 in \d+ s, their kernels started; at most \d\d MB \(0", summary[1])
    assert re.match(r"(0[0-3]-\w+ \d+\.\d s(, |$)){4}$", summary[2])
    assert re.match(r"slowest cells: (0[0-3]-\w+ Cell \d \d+\.\d s(, |$)){5}$", summary[3])
    assert summary[4:6] == [
        "FAILED 00-dies, Cell 1: The kernel died",
        "FAILED 01-waits, Cell 1: Timeout of 4 seconds exceeded executing cell",
    ]
    (took,) = re.findall(r"00-dies Cell 1 (\S+) s", summary[3])
    assert float(took) < 20


def bar_is_shown_and_not_kept(path):
    """The bar of a long loop, as the runner sees it."""
    before = execution.tidy
    kept = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(execution, "tidy", lambda seen: kept.append(seen) or before(seen))
        assert notebooks.run([path]) == 0
    shown = [output.output_type for output in kept[0].cells[2].outputs]
    assert shown == ["display_data", "execute_result"]
    committed = nbformat.read(path, as_version=4)
    assert [output.output_type for output in committed.cells[2].outputs] == ["execute_result"]


def test_check_notices_what_has_changed(tmp_path, capsys):
    html = '<img alt="' + "A line from 0 to 3. " * 3 + '" src="data:image/png;base64,AAAA">'
    picture = f"IPython.display.HTML({html!r})"
    path = write(tmp_path / "00-x.ipynb", "print('the error is 3')", picture)
    path.write_text(path.read_text().replace("import math", "import IPython.display"))
    assert notebooks.run([path]) == 0
    text = path.read_text()
    path.write_text(behind(text, "the error is 3\\n", "the error is 4\\n"))
    assert notebooks.check([path]) == 1
    assert "cell 2: committed '\"the error is 4" in capsys.readouterr().out
    committed, other = (
        nbformat.reads(each, as_version=4)
        for each in (text, behind(text, 'base64,AAAA\\">', 'base64,BBBB\\">'))
    )
    assert notebooks.first_difference(other, committed) == "cell 3: the picture differs"


def test_where_two_notebooks_differ():
    def differs(change):
        notebook = lecture(code("1", "a", 2, [stdout("1\n")]), markdown("text", "b"))
        return notebooks.first_difference(lecture(*notebook.cells[2:4]), change(notebook))

    def without(notebook):
        del notebook.cells[3]
        return notebook

    def one_more(notebook):
        notebook.cells[2].outputs.append(nbformat.from_dict(stdout("2\n")))
        return notebook

    def with_metadata(notebook):
        notebook.metadata["kernelspec"]["name"] = "other"
        return notebook

    def reworded(notebook):
        notebook.cells[3].source = "other text"
        return notebook

    assert differs(lambda notebook: notebook) == ""
    assert differs(without) == "5 cells committed, 4 run"
    assert differs(one_more).startswith("cell 2: committed ")
    assert differs(with_metadata) == "metadata: run `dlcourse notebooks run` to tidy it"
    assert differs(reworded).startswith("text before cell 3: committed '\"text")


def test_a_lecture_that_fails_is_said_to_fail_when_it_is_checked(tmp_path, capsys):
    path = write(tmp_path / "00-x.ipynb", "1 / 0")
    assert notebooks.check([path]) == 1
    out = capsys.readouterr().out
    assert "fails" in out and "00-x.ipynb, cell 2 (1 / 0): ZeroDivisionError" in out


def test_the_slowest_cell_of_none_is_none():
    run = execution.Run(course_root(), lecture())
    assert (run.total, run.slowest) == (0, "")


def behind(text, old, new):
    """Replace what stands last: in the output, behind the source."""
    start = text.rindex(old)
    return text[:start] + new + text[start + len(old) :]


def test_memory_is_counted_at_its_peak(tmp_path):
    kept = "" if sys.platform == "darwin" else "; del x"
    path = write(tmp_path / "00-x.ipynb", "x = b'x' * 200_000_000" + kept)
    assert 200 < execution.execute(path).megabytes < 400


def test_memory_is_counted_where_there_is_no_proc(monkeypatch):
    def none(self, encoding):
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr(kernels_room.Path, "read_text", none)
    now = psutil.Process().memory_info().rss / 1e6
    assert kernels_room.peak_megabytes(os.getpid()) > 0.5 * now
    gone = psutil.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert kernels_room.peak_megabytes(gone.pid) == 0


def test_a_failing_cell_is_named_and_the_file_left_as_it_was(tmp_path, capsys):
    path = write(tmp_path / "00-x.ipynb", "x = 1", "y = 1 / (x - 1)")
    before = path.read_bytes()
    assert notebooks.run([path]) == 1
    assert "00-x.ipynb, cell 3 (y = 1 / (x - 1)): ZeroDivisionError" in capsys.readouterr().out
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("while True: pass", "took longer than 1 s"),
        ("import os; os._exit(1)", "the kernel died"),
    ],
)
def test_a_hanging_cell_and_a_dead_kernel_are_ended_and_named(tmp_path, source, words):
    path = write(tmp_path / "00-x.ipynb", source)
    failure = execution.execute(path, patience=1).failure
    assert words in failure
    assert "cell 2" in failure
    assert kernels() == []


@pytest.mark.parametrize(
    ("passed", "computed", "hangs"),
    [
        (59, 59, False),
        (61, 60.5, True),  # a loop without end
        (61, 1, True),  # waits for ever
        (61, 20, False),  # computes, and others do, too
        (400, 59, False),
    ],
)
def test_a_cell_that_hangs_is_told_from_a_slow_machine(monkeypatch, passed, computed, hangs):
    clock = {"time": 1000.0, "processor": 7.0}
    monkeypatch.setattr(kernels_room.time, "monotonic", lambda: clock["time"])
    monkeypatch.setattr(kernels_room, "processor_seconds", lambda pid: clock["processor"])
    watch = kernels_room.Watch(1)
    clock["time"] += passed
    clock["processor"] += computed
    assert watch.hangs() is watch.hung is hangs


NO_ROOM = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize(
    ("failures", "outcome"),
    [
        ([RuntimeError("Kernel didn't respond in 60 seconds")], ""),
        ([RuntimeError("Kernel died before replying")] * 2, "00-x.ipynb: the kernel did not start"),
        ([NO_ROOM], f"00-x.ipynb: no kernel can be started: {NO_ROOM.strerror}"),
    ],
)
def test_a_kernel_that_does_not_start_gets_a_second_chance(
    tmp_path, monkeypatch, failures, outcome
):
    path, tries = write(tmp_path / "00-x.ipynb", "x = 1"), []

    async def hesitant(client, **options):
        tries.append(client)
        if len(tries) <= len(failures):
            raise failures[len(tries) - 1]

    monkeypatch.setattr(NotebookClient, "async_execute", hesitant)
    assert execution.execute(path).failure == outcome
    assert len(tries) == (1 if NO_ROOM in failures else 2)


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
