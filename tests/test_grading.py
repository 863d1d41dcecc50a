"""Grading a class: what is collected, what it costs to be late, and what the report says."""

import csv
import gc
import html.parser
import itertools
import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import PurePosixPath

import numpy as np
import psutil
import pytest
from command_line import dlcourse
from synthetic_class import LECTURE, MIXTURE, POINTS, submission, write_class

from dlcourse.exercises.judge import answer_key
from dlcourse.exercises.probe import probe
from dlcourse.exercises.tasks import find
from dlcourse.grading import collect as collecting
from dlcourse.grading import grading, judging, reading, whole_class
from dlcourse.grading import report as reporting
from dlcourse.grading import sandbox as sandbox_of
from dlcourse.grading.collect import collect
from dlcourse.grading.grades import Grade, Grades, read_points
from dlcourse.grading.inside.messages import framed, pack
from dlcourse.grading.inside.server import END
from dlcourse.grading.judging import Limits
from dlcourse.grading.notebook import UnreadableError, lectures_in, read_cells
from dlcourse.grading.records import Records, Settings, secret_of
from dlcourse.grading.report import file_name, harmless
from dlcourse.grading.sandbox import SandboxError, Server
from dlcourse.setting_up import course_root
from dlcourse.writing import write_whole

pytestmark = pytest.mark.skipif(
    not (course_root() / "solutions").is_dir(), reason="a wheel has no solutions to hand in"
)
FULL = sum(POINTS.values())


@pytest.fixture(scope="module")
def sandbox():
    try:
        with Server(torch=False) as server:
            server.start()
    except SandboxError as error:
        pytest.skip(str(error))
    with pytest.MonkeyPatch.context() as patch:  # with --workers 1 the servers stay warm
        patch.setattr(grading, "stop_servers", lambda: None)
        yield
    grading.stop_servers()


def notebook(*cells, **metadata):
    made = [{"cell_type": "code", "source": cell} for cell in cells]
    return json.dumps({"cells": made, "metadata": metadata, "nbformat": 4})


def hand_in(folder, name, text):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def zipped(path, files):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def rows(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


# ---- collecting --------------------------------------------------------------------------------


def test_canvas_names_tell_person_number_lateness_and_attempt(tmp_path):
    for name in ("leeann_12_345_04-backprop.ipynb", "leeann_LATE_12_346_04-backprop-2.ipynb"):
        hand_in(tmp_path, name, notebook())
    hand_in(tmp_path, "kimbo_13_347_04-backprop-10.ipynb", notebook())
    hand_in(tmp_path, "kimbo_13_348_04-backprop-9.ipynb", notebook())
    bo, ann = collect(tmp_path)
    assert (ann.person, ann.number, bo.person, bo.number) == ("leeann", "12", "kimbo", "13")
    assert [collecting.is_late(file.name) for file in ann.files] == [False, True]
    assert [file.name[-8:-6] for file in bo.files] == ["-9", "10"]


def test_moodle_names_tell_person_and_number(tmp_path):
    path = zipped(
        tmp_path / "class.zip",
        {
            "Ann Lee_123_assignsubmission_file_/04-backprop.ipynb": notebook(),
            "Bo_Kim_124_assignsubmission_file_04-backprop.ipynb": notebook(),
            "Bo_Kim_124_assignsubmission_onlinetext_/onlinetext.html": "<p>Hello</p>",
        },
    )
    ann, bo = collect(path)
    assert (ann.person, ann.number, len(ann.files)) == ("Ann Lee", "123", 1)
    assert (bo.person, bo.number, len(bo.files)) == ("Bo_Kim", "124", 1)
    assert "onlinetext.html is no notebook" in bo.notes[0]


@pytest.mark.parametrize(
    ("name", "person", "number", "late"),
    [  # instructure/canvas-lms, lib/content_zipper.rb: get_filename and add_upload_submission
        ("leeann_123_4567_04-backprop.ipynb", "leeann", "123", False),
        ("leeann_LATE_123_4567_04-backprop.ipynb", "leeann", "123", True),
        ("van_der_lee_123_4567_my_own_1_2_name.ipynb", "van_der_lee", "123", False),
        ("müllerjörg_LATE_123_4567_04 (1).ipynb", "müllerjörg", "123", True),
        ("李安_123_4567_04.ipynb", "李安", "123", False),
        ("anon_x7Yz1_4567_04-backprop.ipynb", "anon_x7Yz1", "", False),
        ("LATE_anon_12345_4567_04-backprop.ipynb", "anon_12345", "", True),
        ("leeann_123_text.html", "leeann", "123", False),
        ("leeann_LATE_123_link.html", "leeann", "123", True),
        # moodle/moodle, mod/assign/classes/downloader.php: with folders, as 3.1 and later do
        ("Ann Lee_123_assignsubmission_file/04.ipynb", "Ann Lee", "123", False),
        ("Ann Lee_123_assignsubmission_file_/sub/04.ipynb", "Ann Lee", "123", False),
        ("Jörg Müller_9_assignsubmission_onlinetext/onlinetext.html", "Jörg Müller", "9", False),
        # and without; anonymous; a team, and the team of those who have none
        ("Ann Lee_123_assignsubmission_file_04_1_2_x.ipynb", "Ann Lee", "123", False),
        ("Participant_123_assignsubmission_file/04.ipynb", "Participant", "123", False),
        ("Blue team_7_assignsubmission_file/04.ipynb", "Blue team", "7", False),
        ("Default group_assignsubmission_file/04.ipynb", "Default group", "", False),
        ("c1-Ex 4-77/Ann Lee_123_assignsubmission_file/04.ipynb", "Ann Lee", "123", False),
        ("ann/04.ipynb", "ann", "", False),
    ],
)  # fmt: skip
def test_names_of_learning_platforms_tell_who_it_was(name, person, number, late):
    found = collecting.person_of(PurePosixPath(name))
    assert (found.person, found.number) == (person, number)
    assert collecting.is_late(name) == late


def test_names_in_utf_8_without_its_mark_are_read(tmp_path):
    path = zipped(tmp_path / "class.zip", {"müller_123_4567_04.ipynb": notebook()})
    data = path.read_bytes()
    for header in (b"PK\x03\x04", b"PK\x01\x02"):  # the flags stand 6 and 8 bytes from there
        at = data.index(header) + (6 if header.endswith(b"\x04") else 8)
        data = data[:at] + bytes([data[at], data[at + 1] & ~8]) + data[at + 2 :]
    path.write_bytes(data)
    (found,) = collect(path)
    assert found.person == "müller" and grading.content_of(found.files[0])
    hand_in(tmp_path / "mac", "Mu\u0308ller/04.ipynb", notebook())
    assert collect(tmp_path / "mac")[0].person == "Müller"


def test_two_files_of_one_name_in_a_zip_are_both_read(tmp_path):
    path = tmp_path / "class.zip"
    with zipfile.ZipFile(path, "w") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("ann/04.ipynb", b"first")
        archive.writestr("ann/04.ipynb", b"second")
    (ann,) = collect(path)
    assert {grading.content_of(file) for file in ann.files} == {b"first", b"second"}


def test_a_folder_around_everybody_is_nobody(tmp_path):
    for name in ("class/ann/04.ipynb", "class/bo/a/04.ipynb"):
        hand_in(tmp_path, f"one/{name}", notebook())
    assert [s.person for s in collect(tmp_path / "one")] == ["ann", "bo"]
    for name in ("ann/04/x.ipynb", "ann/05-regularization/x.ipynb"):
        hand_in(tmp_path, f"two/{name}", notebook())
    (ann,) = collect(tmp_path / "two")
    assert (ann.person, len(ann.files)) == ("ann", 2)
    assert "all 2 notebooks are taken for attempts of one person" in ann.notes[0]


def test_what_is_packed_once_more_is_said(tmp_path):
    inner = zipped(tmp_path / "inner.zip", {"04.ipynb": notebook()}).read_bytes()
    (ann,) = collect(zipped(tmp_path / "class.zip", {"ann/work.zip": inner}))
    assert ann.files == [] and "is packed once more" in ann.notes[0]


def test_a_folder_for_each_person_or_none(tmp_path):
    hand_in(tmp_path, "ann/a/04.ipynb", notebook())
    hand_in(tmp_path, "ann/.ipynb_checkpoints/04-checkpoint.ipynb", notebook())
    hand_in(tmp_path, "bo.ipynb", notebook())
    assert [(s.person, len(s.files), s.notes) for s in collect(tmp_path)] == [
        ("ann", 1, []),
        ("bo", 1, []),
    ]


def test_links_are_not_followed(tmp_path):
    secret = hand_in(tmp_path, "elsewhere/secret.ipynb", notebook())
    folder = tmp_path / "class"
    hand_in(folder, "ann/04.ipynb", notebook())
    try:
        (folder / "ann" / "link.ipynb").symlink_to(secret)
        (folder / "bo").symlink_to(secret.parent)
    except OSError:
        pytest.skip("no links here")
    ann, bo = collect(folder)
    assert len(ann.files) == 1 and "is a link, which is not followed" in ann.notes[0]
    assert bo.files == [] and "is a link, which is not followed" in bo.notes[0]


def test_a_hostile_zip_is_read_without_harm(tmp_path):
    link = zipfile.ZipInfo("ann/link.ipynb")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    path = zipped(
        tmp_path / "class.zip",
        {
            "ann/04.ipynb": notebook(),
            "ann/bomb.ipynb": b"0" * (300 << 20 >> 4),
            link: "/etc/passwd",
            "../../up.ipynb": notebook(),
            "/root.ipynb": notebook(),
            "C:\\windows.ipynb": notebook(),
        },
    )
    ann, unknown = collect(path)
    assert [file.name for file in ann.files] == ["ann/04.ipynb"]
    assert [note.split(" ", 1)[1][:9] for note in ann.notes] == ["is packed", "is a link"]
    assert len(unknown.notes) == 3 and all("points out of the zip" in n for n in unknown.notes)


def test_a_zip_that_lies_or_is_damaged_gives_a_note(tmp_path, monkeypatch):
    path = zipped(tmp_path / "class.zip", {"ann/04.ipynb": os.urandom(5000)})
    data = bytearray(path.read_bytes())
    data[200:260] = bytes(60)
    path.write_bytes(data)
    (ann,) = collect(path)
    assert "cannot be unpacked" in grading.content_of(ann.files[0])
    monkeypatch.setattr(collecting, "LARGEST", 1000)
    assert "MB are the most" in grading.content_of(ann.files[0])
    path.write_bytes(b"PK\x05\x06 broken")
    with pytest.raises(ValueError, match="neither a folder nor a zip"):
        collect(path)


def in_directory(path, offset, value):
    """Change two bytes of each entry in the list of files that a zip ends with."""
    data, at = bytearray(path.read_bytes()), -1
    while (at := data.find(b"PK\x01\x02", at + 1)) >= 0:
        data[at + offset : at + offset + 2] = value
    path.write_bytes(data)


def test_a_size_that_is_too_small_gives_no_more_than_it_says(tmp_path):
    path = zipped(tmp_path / "class.zip", {"ann/04.ipynb": os.urandom(5000)})
    in_directory(path, 24, (100).to_bytes(2, "little"))  # the size before packing
    (ann,) = collect(path)
    assert ann.files[0].info.file_size == 100
    assert "cannot be unpacked: Bad CRC-32" in grading.content_of(ann.files[0])


def test_what_is_too_large_is_not_read_and_said(tmp_path, monkeypatch):
    large = notebook(os.urandom(1 << 20).hex())
    hand_in(tmp_path / "class", "ann.ipynb", large)
    hand_in(tmp_path / "class", "bo.ipynb", notebook())
    path = zipped(tmp_path / "class.zip", {"ann.ipynb": large, "bo.ipynb": notebook()})
    monkeypatch.setattr(collecting, "LARGEST", 1_000_000)
    for source in (tmp_path / "class", path):
        ann, bo = (grading.hand_in(person, Settings(1)) for person in collect(source))
        assert ann.notes == ["ann.ipynb has 2 MB; 1 MB are the most"] and ann.attempts == []
        assert bo.notes == [] and len(bo.attempts) == 1


def test_locked_files_and_what_computers_leave_behind_are_passed_over(tmp_path):
    ours = {"ann/04.ipynb": notebook(), "bo/04.ipynb": notebook()}
    theirs = ("ann/", "__MACOSX/ann/._04.ipynb", "ann/.DS_Store", "bo/.ipynb_checkpoints/04.ipynb")
    path = zipped(tmp_path / "class.zip", ours | dict.fromkeys(theirs, b""))
    assert [(p.person, len(p.files), p.notes) for p in collect(path)] == [
        ("ann", 1, []),
        ("bo", 1, []),
    ]
    in_directory(path, 8, b"\1\0")  # the mark of a password
    ann, bo = collect(path)
    assert ann.files == bo.files == []
    assert ann.notes == ["ann/04.ipynb is encrypted"] and bo.notes == ["bo/04.ipynb is encrypted"]


def test_other_files_beside_notebooks_are_named(tmp_path):
    hand_in(tmp_path, "ann/04.ipynb", notebook())
    hand_in(tmp_path, "ann/letter.docx", "dear")
    hand_in(tmp_path, "ann/.DS_Store", "")
    (ann,) = collect(tmp_path)
    assert ann.notes == ["ann/letter.docx is no notebook"]


def test_a_zip_with_too_many_files_or_a_broken_list_of_them_is_refused(tmp_path, monkeypatch):
    path = zipped(tmp_path / "class.zip", dict.fromkeys(("a.ipynb", "b.ipynb", "c.ipynb"), "{}"))
    monkeypatch.setattr(collecting, "MANY", 2)
    with pytest.raises(ValueError, match=r"class\.zip holds 3 files; 2 are the most"):
        collect(path)
    path.write_bytes(path.read_bytes().replace(b"PK\x01\x02", b"PK\x01\x03"))
    with pytest.raises(ValueError, match=r"class\.zip cannot be read: Bad magic number"):
        collect(path)


def test_nothing_to_collect_is_said(tmp_path):
    for source, words in ((tmp_path / "gone", "there is no"), (tmp_path, "holds no notebooks")):
        with pytest.raises(ValueError, match=words):
            collect(source)


# ---- notebooks ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b" \n", "it is empty"),
        (b"{", "it breaks off in line 1"),
        (b'{"cells": [], "metadata": {"na', "it breaks off in line 1"),
        (b"I could not do it", "it is no notebook: it is damaged in line 1"),
        (b'{\n<<<<<<< HEAD\n"cells": []}', "git left two versions of it in one file"),
        (b'{"cells": ' + b"9" * 5000 + b"}", "it is no notebook"),
        (b"\xff\xfe\x00", "no text in UTF-8"),
        (b"[]", "it has no cells"),
        (b'{"cells": 3}', "it has no cells"),
        (b'{"worksheets": []}', "before 2015"),
        (b"[" * 100_000, "nested too deep"),
        (notebook(kernelspec={"name": "ir", "language": "R"}).encode(), "it is in R"),
        (notebook(language_info={"name": "julia"}).encode(), "it is in julia"),
        (notebook(*["1"] * 2001).encode(), "2000 are the most"),
    ],
)
def test_a_broken_notebook_says_why(content, words):
    with pytest.raises(UnreadableError, match=words):
        read_cells(content)


def test_magics_do_nothing_and_code_like_them_stays():
    cells = ["%matplotlib inline\nx = 1", "!ls\ny = 2", "np.dot?\nz = 3", "a = (7\n  % 4)"]
    names = {}
    for cell in read_cells(notebook(*cells, "%%bash\nrm -rf /").encode()):
        exec(cell, names)
    assert (names["x"], names["y"], names["z"], names["a"]) == (1, 2, 3, 3)


def test_strange_cells_are_passed_over():
    cells = [3, {}, {"cell_type": "code"}, {"cell_type": "code", "source": ["a = 1\n", "b = 2"]}]
    assert read_cells(json.dumps({"cells": cells}).encode()) == ["a = 1\nb = 2"]


def test_a_copied_stub_does_not_hide_the_answer():
    stub, answer = "def f():\n    raise NotImplementedError()", "def f():\n    return 1"
    assert read_cells(notebook(answer, stub).encode()) == [answer]
    assert read_cells(notebook(stub).encode()) == [stub]


def test_a_name_by_chance_makes_no_other_lecture():
    answers = [f"def {name}(): ..." for name in POINTS]
    assert lectures_in([*answers, "def conv2d_forward(): ..."]) == [LECTURE]
    assert lectures_in(["def conv2d_forward(): ..."]) == ["10-convnets"]
    assert lectures_in(["def nothing(): ..."]) == []


# ---- grades --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def graded(sandbox, tmp_path_factory):
    """A class of all kinds, graded once from the command line; its report, and what it deserves."""
    folder = tmp_path_factory.mktemp("graded")
    mixture = dict.fromkeys(MIXTURE, 1)
    expected = write_class(folder / "class", 36, mixture=mixture, seed=1)
    for name, kind in (("a_7_1_x.ipynb", "starter"), ("a_LATE_7_2_x-1.ipynb", "right")):
        hand_in(folder / "class", f"canvas/{name}", submission(kind, 1)[0])
    expected["a"] = 0.75 * FULL + 2.5
    hand_in(folder / "class", "=cmd()|x/04-backprop.ipynb", submission("right", 2)[0])
    expected["'=cmd()|x"] = FULL
    points = hand_in(folder, "points.csv", "person,task,points,of\na,essay,2.5,4\n")
    first = next(person for person in expected if person.startswith("starter"))
    with points.open("a") as file:
        file.write(f"{first},essay,3,4\n{first},mlp-gaps,1,\nnobody,essay,1,4\n")
    expected[first] += 4
    options = ["--seed", 5, "--late-penalty", 25, "--points", points, "--lms", "canvas"]
    options += ["--lms", "moodle", "--assignment", "Backprop (77)", "--workers", 1]
    done = dlcourse("grade", folder / "class", "--out", folder / "report", *options)
    assert done.exit_code == 0, done.output
    assert "points were given to nobody, who handed in nothing" in done.output
    return folder / "report", expected, first


def test_everybody_gets_the_known_score(graded):
    report, expected, _ = graded
    assert {row["person"]: float(row["points"]) for row in rows(report / "grades.csv")} == expected


def test_the_table_has_a_column_for_each_task(graded):
    report, _, first = graded
    table = rows(report / "grades.csv")
    tasks = [name.replace("_", "-") for name in POINTS]
    assert list(table[0]) == [
        *("person", "number", "points", "of", "late", "seed"),
        *(*tasks, "essay", "notes"),
    ]
    by_name = {row["person"]: row for row in table}
    assert {row["of"] for row in table} == {str(FULL + 4)}
    assert by_name["a"]["late"] == "late" and by_name["a"]["number"] == "7"
    assert "2 attempts at 04-backprop" in by_name["a"]["notes"]
    assert by_name[first]["essay"] == "3" and by_name[first]["mlp-gaps"] == "1"
    assert by_name[first]["box-rounds"] == ""


def test_learning_platforms_get_their_columns(graded):
    report, expected, _ = graded
    possible, *canvas = rows(report / "canvas.csv")
    columns = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Backprop (77)"]
    assert list(possible) == columns
    assert possible["Backprop (77)"] == str(FULL + 4)
    assert {row["ID"] for row in canvas} == {"", "7"} and len(canvas) == len(expected)
    moodle = rows(report / "moodle.csv")
    assert {"Identifier", "Full name", "Grade", "Maximum Grade"} < set(moodle[0])
    assert {row["Identifier"] for row in moodle} == {"", "Participant 7"}


def test_gradescope_gets_its_schema(graded):
    report, expected, _ = graded
    for path in (report / "results").glob("*.json"):
        found = json.loads(path.read_text(encoding="utf-8"))
        assert {"score", "output", "tests", "visibility"} <= set(found)
        assert found["score"] == pytest.approx(sum(test["score"] for test in found["tests"]))
        for test in found["tests"]:
            assert 0 <= test["score"] <= test["max_score"]
            assert test["status"] in ("passed", "failed")
    assert len(list((report / "results").iterdir())) == len(expected)


class Tags(html.parser.HTMLParser):
    """The tags of a page that are not closed, and all that were met."""

    EMPTY = ("meta", "rect", "line", "br")

    def __init__(self, text):
        super().__init__()
        self.open, self.met = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.met.append((tag, dict(attributes)))
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in self.EMPTY:
            assert self.open.pop() == tag


def test_pages_stand_alone_and_can_be_read_by_everybody(graded):
    report, expected, _ = graded
    pages = [report / "class.html", *(report / "feedback").glob("*.html")]
    assert len(pages) == len(expected) + 1
    for path in pages:
        text = path.read_text(encoding="utf-8")
        tags = Tags(text)
        assert tags.open == []
        names = [name for name, _ in tags.met]
        assert dict(tags.met)["html"] == {"lang": "en"} and names.count("h1") == 1
        assert {"title", "main", "h2", "caption"} <= set(names)
        assert not {"script", "img", "link", "iframe", "object"} & set(names)
        assert "http:" not in text and "https:" not in text
        levels = [int(name[1]) for name in names if name in ("h1", "h2", "h3")]
        assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
        for name, attributes in tags.met:
            if name == "svg":
                assert attributes["role"] == "img" and len(attributes["aria-label"]) > 40


def test_feedback_has_hints_and_public_cases_and_nothing_hidden(graded):
    report, _, _ = graded
    pages = [path.read_text(encoding="utf-8") for path in (report / "feedback").glob("*.html")]
    whole = "\n".join(pages) + (report / "class.html").read_text(encoding="utf-8")
    assert "Hint: " in whole and "The smallest case that fails" in whole
    public, secret = (
        answer_key(find("estimated-slopes"), seed) for seed in (0, secret_of(report, 5))
    )
    shown = {f"{value:.4f}" for case in public.cases for value in case.arguments[0].ravel()}
    hidden = {f"{value:.4f}" for case in secret.cases for value in case.arguments[0].ravel()}
    assert any(number in whole for number in shown)
    assert not any(number in whole for number in hidden - shown)


def test_the_class_page_shows_tasks_and_mistakes(graded):
    report, _, _ = graded
    page = (report / "class.html").read_text(encoding="utf-8")
    for words in ("Persons by their share", "% right", "Known mistakes", "Notes on what was"):
        assert words in page


def test_each_problem_has_a_line(graded):
    report, expected, _ = graded
    noted = {row["person"] for row in rows(report / "notes.csv")}
    assert {name for name in expected if name.startswith("broken")} <= noted


def test_the_secret_is_not_in_the_report_but_for_its_own_file(sandbox, tmp_path):
    hand_in(tmp_path / "class", "ann.ipynb", submission("wrong", 1)[0])
    done = dlcourse("grade", tmp_path / "class", "--out", tmp_path / "r", "--workers", 1)
    assert done.exit_code == 0
    secret = (tmp_path / "r" / "secret-seed").read_text().strip()
    assert stat.S_IMODE((tmp_path / "r" / "secret-seed").stat().st_mode) == 0o600
    derived = str(secret_of(tmp_path / "r", None))
    for path in (tmp_path / "r").rglob("*"):
        if path.is_file() and path.name != "secret-seed":
            assert secret not in path.read_text() and derived not in path.read_text()


def contents(report):
    """Everything in a report that must not depend on how it came about."""
    kept = (path for path in sorted(report.rglob("*")) if path.is_file())
    skipped = ("judged.jsonl", ".lock")
    return {str(p.relative_to(report)): p.read_bytes() for p in kept if p.name not in skipped}


def test_an_interrupted_run_goes_on_and_gives_the_same_bytes(sandbox, tmp_path, monkeypatch):
    write_class(tmp_path / "class", 20, seed=3)
    arguments = ["grade", tmp_path / "class", "--seed", 1, "--workers", 1, "--out"]
    assert dlcourse(*arguments, tmp_path / "whole").exit_code == 0

    class Interrupted(BaseException):
        pass

    def some(*arguments, **options):
        yield from itertools.islice(grading.judge_class(*arguments, **options), 1)
        raise Interrupted

    monkeypatch.setattr(whole_class, "judge_class", some)
    with pytest.raises(Interrupted):
        whole_class.grade_class(
            tmp_path / "class", tmp_path / "parts", whole_class.Choices(seed=1, workers=1)
        )
    monkeypatch.undo()
    kept = tmp_path / "parts" / "judged.jsonl"
    before = kept.read_bytes()
    assert 0 < before.count(b"\n") < 20
    kept.write_bytes(before + b'{"key": "half a li')
    assert dlcourse(*arguments, tmp_path / "parts").exit_code == 0
    assert kept.read_bytes().startswith(before)
    assert contents(tmp_path / "parts") == contents(tmp_path / "whole")
    monkeypatch.setattr(grading, "judge_notebook", None)  # nothing is left to judge
    (tmp_path / "whole" / "feedback" / "gone.html").write_text("of an earlier report")
    assert dlcourse(*arguments, tmp_path / "whole").exit_code == 0
    assert contents(tmp_path / "parts") == contents(tmp_path / "whole")


def test_the_last_attempt_counts_if_wanted(sandbox, tmp_path):
    hand_in(tmp_path / "class", "ann/x-1.ipynb", submission("right", 1)[0])
    hand_in(tmp_path / "class", "ann/x-2.ipynb", submission("partly", 1)[0])
    points = {}
    for attempts in ("best", "last"):
        out = tmp_path / attempts
        done = dlcourse(
            "grade", tmp_path / "class", "--out", out, "--attempts", attempts, "--workers", 1
        )
        assert done.exit_code == 0, done.output
        points[attempts] = float(rows(out / "grades.csv")[0]["points"])
    assert points == {"best": FULL, "last": submission("partly", 1)[1]}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("held_up", "ended"),
    [((), "silent"), ((True,), "silent"), ((True, True, True), "finished")],
)
def test_who_is_held_up_by_the_machine_may_be_silent_for_longer(held_up, ended):
    reading, writing = os.pipe()
    late = threading.Timer(0.5, lambda: (os.write(writing, END), os.close(writing)))
    late.start()
    limits = {"silence": 0.2, "deadline": time.monotonic() + 60}
    answers = iter((*held_up, False))
    how, written = sandbox_of.collect(reading, writing, b"", **limits, is_held_up=answers.__next__)
    assert (how, written) == (ended, END if ended == "finished" else b"")
    late.join()
    os.close(reading)


def test_without_a_sandbox_the_scores_are_the_same(tmp_path):
    hand_in(tmp_path / "class", "ann.ipynb", submission("right", 1)[0])
    text, points = submission("wrong", 1)
    hand_in(tmp_path / "class", "bo.ipynb", text)
    done = dlcourse("grade", tmp_path / "class", "--out", tmp_path / "r", "--no-sandbox")
    assert done.exit_code == 0, done.output
    assert [float(row["points"]) for row in rows(tmp_path / "r" / "grades.csv")] == [
        FULL,
        points,
    ]


def test_a_grader_that_fails_on_one_notebook_goes_on(monkeypatch):
    monkeypatch.setattr(grading, "judge_notebook", lambda *a, **k: 1 / 0)
    found = grading.judge_content(Settings(1), notebook("x = 1").encode())
    assert "GRADE IT BY HAND" in found.notes[0]


def test_a_notebook_without_time_left_is_late(sandbox):
    settings = Settings(1, limits=Limits(seconds=0))
    found = grading.judge_content(settings, notebook("def neuron_forward(x, w, b): ...").encode())
    said = {v.text for v in found.verdicts}
    assert {v.state for v in found.verdicts} == {"wrong"}
    assert said and all("The notebook took too long." in text for text in said), said


@pytest.mark.parametrize(
    ("ended", "said"), [("", "it gave nothing"), ("it was silent for too long", "")]
)
def test_who_stops_at_the_secret_cases_is_told_how(ended, said):
    task = find("neuron-forward")
    keys = judging.Keys(task, 0, secret=1)
    tried = judging.Tried(public=probe(task.reference, keys.public.cases), stopped=ended)
    result = judging.result_of(keys, tried, [])
    assert result.state == "wrong"
    assert "It is right on the cases of the check; on others like them" in repr(result)
    assert (said or ended) in repr(result)
    tried.secret = probe(task.reference, keys.secret.cases)
    assert judging.result_of(keys, tried, []).state == "right"


@pytest.mark.parametrize(
    "lie",
    [
        {"values": (1.0,), "after": ()},
        {"values": (np.zeros(1),), "after": (np.zeros(1),)},
        {"values": (np.zeros(20_000),), "after": ()},
        {"values": (np.zeros(1),)},
        {"values": 3, "after": ()},
    ],
)
def test_a_forged_answer_gains_nothing(lie):
    (key,) = keys = [judging.Keys(find("relu-counter-example"), 0, secret=1)]
    seen = {"task": 0, "seen": [lie | {"error": ""}]}
    tried = {key.task.id: judging.Tried()}
    played = sandbox_of.Played("finished", framed(pack(seen)), b"")
    assert reading.read(played, keys, ["x"], tried, []) == (0, "relu-counter-example")
    assert tried[key.task.id].public is None
    seen["seen"] = [{"values": (np.array([-1.0, 0.0]),), "after": (), "error": ""}]
    played = sandbox_of.Played("finished", framed(pack(seen)), b"")
    reading.read(played, keys, ["x"], tried, [])
    assert len(tried[key.task.id].public) == 1


def test_a_sandbox_that_does_not_come_up_says_why(monkeypatch):
    monkeypatch.setattr(sandbox_of, "bubblewrap", lambda: "bwrap")
    broken = [sys.executable, "-c", "import sys; sys.exit('no room for it')"]
    monkeypatch.setattr(sandbox_of, "command", lambda *_, **__: broken)
    server = Server(torch=False)
    assert server.is_held_up() is False
    with pytest.raises(SandboxError, match=r"does not come up here \(no room for it\)"):
        server.start()
    assert server.process is None and server.control is None
    with pytest.raises(SandboxError, match=r"the sandbox broke: .*no room for it"):
        server.run({"seconds": 1}, [])


def test_a_sandbox_that_ends_with_its_submission_is_started_once_more(sandbox, monkeypatch):
    with Server(torch=False) as server:
        begun = []
        monkeypatch.setattr(server, "start", lambda start=server.start: begun.append(1) or start())
        server.start()
        server.process.kill()
        cells = ["def neuron_forward(x, w, b):\n    return np.tanh(x @ w + b)"]
        servers = {False: server, True: server}
        found = judging.judge_notebook(
            ["import numpy as np", *cells], servers, secret=1, limits=Limits()
        )
        assert next(v for v in found.verdicts if v.task == "neuron-forward").state == "right"
        assert len(begun) == 2


def test_workers_that_die_again_and_again_end_the_run(tmp_path, monkeypatch):
    def die(*arguments):
        raise grading.BrokenExecutor

    monkeypatch.setattr(grading, "on_cores", die)
    with Records(tmp_path / "judged.jsonl") as records, pytest.raises(grading.GradingError):
        list(grading.judge_class([], records, Settings(1)))


ORPHANS = """
import os, sys, time
from dlcourse.processes import in_processes

def work(item):
    open(f"{sys.argv[1]}/{os.getpid()}", "w").close()
    time.sleep(120)

if __name__ == "__main__":
    list(in_processes(work, range(2), 2))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows gives orphans no other parent")
def test_workers_end_when_the_run_is_killed(tmp_path):
    script = hand_in(tmp_path, "run.py", ORPHANS)
    (tmp_path / "workers").mkdir()
    process = subprocess.Popen([sys.executable, script, tmp_path / "workers"])
    deadline = time.monotonic() + 60
    while len(list((tmp_path / "workers").iterdir())) < 2 and time.monotonic() < deadline:
        time.sleep(0.1)
    workers = [psutil.Process(int(path.name)) for path in (tmp_path / "workers").iterdir()]
    process.kill()
    process.wait()
    assert len(workers) == 2 and not psutil.wait_procs(workers, timeout=30)[1]


# ---- on a cluster --------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals")
def test_a_cluster_that_loses_a_worker_gives_the_same_report(
    cluster, sandbox, tmp_path, monkeypatch
):
    write_class(tmp_path / "class", 36, seed=4)
    choices = whole_class.Choices(seed=1, workers=1)
    whole_class.grade_class(tmp_path / "class", tmp_path / "here", choices)
    judge_class = grading.judge_class

    def deadly(*arguments, cluster, **options):
        for number, judged in enumerate(judge_class(*arguments, cluster=cluster, **options)):
            if number == 1:
                os.kill(next(iter(cluster.run(os.getpid).values())), signal.SIGKILL)
            yield judged

    monkeypatch.setattr(whole_class, "judge_class", deadly)
    choices = whole_class.Choices(seed=1, scheduler=cluster.scheduler_address)
    whole_class.grade_class(tmp_path / "class", tmp_path / "there", choices)
    assert contents(tmp_path / "there") == contents(tmp_path / "here")


def many(people, blocks):
    """Give everybody's grades, and note how many pieces of memory are in use after some."""
    for number in range(people):
        if number in (people // 10, people - 1):
            gc.collect()
            blocks.append(sys.getallocatedblocks())
        yield Grades(
            f"person {number}",
            str(number),
            grades=[Grade(task, LECTURE, "wrong", 0, 2, "text", "<p>page</p>") for task in "ab"],
            notes=["a note"],
        )


def test_a_report_of_twenty_thousand_people_keeps_nobody_in_memory(tmp_path, monkeypatch):
    people, blocks, pages = 20_000, [], itertools.count()

    def write(path, content):  # making a file takes longer than all the rest
        if path.parent == tmp_path or next(pages) % 200 < 2:
            write_whole(path, content)

    monkeypatch.setattr(reporting, "write_whole", write)
    overview = reporting.write_report(
        tmp_path, many(people, blocks), lms=["canvas"], assignment="x"
    )
    assert (len(overview.shares), len(overview.notes), overview.noted) == (people, 200, people)
    assert next(pages) == 2 * people
    for name in ("results", "feedback"):
        assert len(list((tmp_path / name).iterdir())) == people // 100
    for name, others in (("grades", 0), ("notes", 0), ("canvas", 1)):
        assert len(rows(tmp_path / f"{name}.csv")) == people + others
    page = (tmp_path / "class.html").read_text(encoding="utf-8")
    assert "20000 persons" in page and "And 19800 more, in notes.csv." in page
    assert len(page) < 50_000
    assert np.diff(blocks) < 2.5 * 0.9 * people  # of each person: the share and the file's name


# ---- small things --------------------------------------------------------------------------------


def test_file_names_are_safe_and_never_the_same_twice():
    people = ["ann", "Ann", "ann lee", "../ann", "Ünal", "=1+1", "a" * 300, "", "安", "con/nul"]
    names = [file_name(person, "") for person in people]
    names += [file_name("ann", "7"), file_name("ann--7", ""), file_name("ann-7", "")]
    assert len({name.casefold() for name in names}) == len(names)
    for name in names:
        assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") and 0 < len(name) < 90


def test_spreadsheets_compute_nothing_that_a_learner_wrote():
    assert harmless("=HYPERLINK(1)") == "'=HYPERLINK(1)" and harmless("@x")[0] == "'"
    assert harmless("ann\x1b[2J") == "ann [2J" and harmless("Ann-Lee") == "Ann-Lee"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("who,what\n", "needs the columns person"),
        ("person,task,points\nann,essay,many\n", "line 2: 'many' should be points"),
        ("person,task,points\nann,essay,-1\n", "line 2: '-1' should be points"),
        ("person,task,points\n,essay,1\n", "the person or the task is missing"),
        ("person,task,points\nann,e,1\nann,e,2\n", "line 3: ann has points for e already"),
        ("person,task,points\nJörg,e,1\n".encode("latin-1"), "is no text in UTF-8"),
        ("person,task,points\n" + "a" * 200_000, "is no table"),
    ],
)
def test_a_wrong_table_of_points_is_refused(tmp_path, text, words):
    with pytest.raises(ValueError, match=words):
        read_points(hand_in(tmp_path, "points.csv", text))


def test_points_come_with_either_sign_for_fractions(tmp_path):
    path = hand_in(tmp_path, "points.csv", "\ufeffnumber;task;points;of\n7;essay;2,5;4\n")
    assert read_points(path) == ({"7": {"essay": 2.5}}, {"essay": 4.0})
    path = hand_in(tmp_path, "points.csv", "person,task,points\nMu\u0308ller,essay,1\n")
    assert read_points(path)[0] == {"Müller": {"essay": 1.0}}


def test_a_damaged_record_or_secret_is_noticed(tmp_path):
    lines = ['{"key": "a"}', "nonsense", '{"key": "b", "verdicts": [], "seed": 0, "notes": []}']
    with Records(hand_in(tmp_path, "judged.jsonl", "\n".join([*lines, ""]))) as records:
        assert "a" not in records and "b" in records and records.read("b").notes == []
    hand_in(tmp_path, "secret-seed", "lost")
    with pytest.raises(ValueError, match=r"secret-seed is damaged; remove it"):
        secret_of(tmp_path, None)


def test_a_verdict_depends_on_content_secret_course_and_limits():
    one = Settings(1)
    keys = {
        one.key(b"a"),
        one.key(b"b"),
        Settings(2).key(b"a"),
        Settings(1, Limits(seconds=9)).key(b"a"),
        Settings(1, sandbox=False).key(b"a"),
    }
    assert len(keys) == 5 and one.key(b"a") == Settings(1).key(b"a")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["gone"], "there is no"),
        (["class", "--lms", "blackboard"], "--lms is canvas or moodle, not blackboard"),
        (["class", "--attempts", "first"], "--attempts is best or last, not first"),
        (["class", "--points", "gone.csv"], "--points is a table of points"),
        (["class", "--lecture", "99"], "no exercises are called '99'"),
        (["class", "--scheduler", "nonsense"], "--scheduler is an address such as tcp://host:8786"),
        (["class", "--out", "ann.ipynb/report"], "the folder ann.ipynb/report cannot be made"),
        (["class", "--out", "class/report"], "is inside class; name a folder elsewhere"),
        (["class", "--out", "ann.ipynb"], "is a file; name a folder"),
    ],
)
def test_bad_usage_gets_one_sentence(tmp_path, monkeypatch, options, words):
    monkeypatch.chdir(tmp_path)
    hand_in(tmp_path, "class/ann.ipynb", notebook())
    hand_in(tmp_path, "ann.ipynb", notebook())
    options = options if "--out" in options else [*options, "--out", "report"]
    done = dlcourse("grade", *options)
    assert done.exit_code == 2
    assert words in done.output and done.output.count("\n") == 1
    assert not (tmp_path / "report").exists()


def test_without_bubblewrap_grading_refuses_and_says_why(tmp_path, monkeypatch):
    hand_in(tmp_path, "class/ann.ipynb", notebook())
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    done = dlcourse("grade", tmp_path / "class", "--out", tmp_path / "report")
    assert done.exit_code == 2
    assert "--no-sandbox grades without one" in done.output
    assert "submitted code do all that you can do" in done.output


def test_two_runs_do_not_write_into_one_report(sandbox, tmp_path):
    from filelock import FileLock

    hand_in(tmp_path, "class/ann.ipynb", notebook())
    (tmp_path / "report").mkdir()
    with FileLock(tmp_path / "report" / ".lock"):
        done = dlcourse("grade", tmp_path / "class", "--out", tmp_path / "report")
    assert done.exit_code == 2 and "another run is writing" in done.output
