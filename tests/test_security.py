"""Nothing in the package makes code of data; SECURITY.md in .github says why and where."""

import ast
from pathlib import Path

import pytest

import dlcourse

PACKAGE = Path(dlcourse.__file__).parent
UNPICKLING = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "marshal", "shelve"}
CODE, SHELL, PROGRAM = "runs text as code", "runs text in a shell", "starts another program"
OTHERS = {"l", "le", "lp", "lpe", "v", "ve", "vp", "vpe"}  # the endings of os.exec* and os.spawn*
CALLS = {
    "eval": CODE,
    "exec": CODE,
    "compile": "makes code of text",
    "__import__": "imports what a text names",
    "os.system": SHELL,
    "os.popen": SHELL,
    "subprocess.getoutput": SHELL,
    "subprocess.getstatusoutput": SHELL,
    "asyncio.create_subprocess_shell": SHELL,
    "os.posix_spawn": PROGRAM,
    "os.posix_spawnp": PROGRAM,
    "os.startfile": PROGRAM,
    **{f"os.{kind}{ending}": PROGRAM for kind in ("exec", "spawn") for ending in OTHERS},
    "yaml.load": "makes any object: take yaml.safe_load",
    "yaml.load_all": "makes any object: take yaml.safe_load_all",
    "yaml.unsafe_load": "makes any object: take yaml.safe_load",
    "yaml.full_load": "makes many objects: take yaml.safe_load",
    "joblib.load": "unpickles",
    "pandas.read_pickle": "unpickles",
    "torch.hub.load": "downloads code and runs it",
}
OPTIONS = {  # of a call: what its truth does, and where it stands among the arguments
    "numpy.load": ("allow_pickle", 2, "unpickles"),
    "numpy.lib.format.read_array": ("allow_pickle", 1, "unpickles"),
    "numpy.lib.npyio.NpzFile": ("allow_pickle", 2, "unpickles"),
    **{
        f"subprocess.{name}": ("shell", 8, "goes through a shell")
        for name in ("Popen", "run", "call", "check_call", "check_output")
    },
}
ALLOWED = {
    ("exercises/parsons.py", "exec"): "lines of the course itself, in the learner's order",
    ("exercises/proving.py", "exec"): "solutions of the course itself, for authors",
    ("slides/glossary.py", "eval"): "expressions of the glossary, which the course itself holds",
    ("grading/inside/server.py", "exec"): "what was handed in, inside the sandbox",
    ("grading/inside/server.py", "compile"): "the same, under the name of its cell",
    ("installing.py", "os.execve"): "the course goes on in its own environment",
}


def dotted(node):
    """Write a name such as np.load as text; nothing for what is computed."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def truth(call, option, place=None):
    """The constant that an option of a call has, by name or in its place; None without it."""
    given = [named.value for named in call.keywords if named.arg == option]
    if place is not None and not any(isinstance(a, ast.Starred) for a in call.args):
        given += call.args[place : place + 1]
    if not given:
        return None
    return given[0].value if isinstance(given[0], ast.Constant) else "computed"


def imported_as(tree):
    """What each imported name stands for: np for numpy, load for torch.load."""
    names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.asname: alias.name for alias in node.names if alias.asname}
        elif isinstance(node, ast.ImportFrom):
            names |= {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
    return names


def modules_of(node):
    """The modules that a node imports."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and not node.level:
        return [node.module]
    return []


def dangers(source):
    """Find what makes code of data: pairs of a name and what is wrong with it."""
    tree = ast.parse(source)
    names = imported_as(tree)
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        for module in modules_of(node):
            if module.partition(".")[0] in UNPICKLING:
                yield module, "unpickles"
        if not isinstance(node, ast.Name | ast.Attribute | ast.Call):
            continue
        first, dot, rest = dotted(getattr(node, "func", node)).partition(".")
        name = (names.get(first, first) + dot + rest).removeprefix("builtins.")
        if not isinstance(node, ast.Call):  # handed on: map(eval, texts)
            if name in CALLS and id(node) not in called and isinstance(node.ctx, ast.Load):
                yield name, CALLS[name]
            continue
        if name in CALLS:
            yield name, CALLS[name]
        option, place, what = OPTIONS.get(name, ("", None, ""))
        if option and truth(node, option, place):
            yield name, what
        for option, what in (("shell", "goes through a shell"), ("allow_pickle", "unpickles")):
            if name not in OPTIONS and truth(node, option):
                yield name, what
        if name == "torch.load" and truth(node, "weights_only") is not True:
            yield name, "unpickles: say weights_only=True"


FILES = [p for p in sorted(PACKAGE.rglob("*.py")) if PACKAGE / "course" not in p.parents]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_no_data_becomes_code(path):
    place = path.relative_to(PACKAGE).as_posix()
    found = list(dangers(path.read_text(encoding="utf-8")))
    wrong = [f"{name} {what}" for name, what in found if (place, name) not in ALLOWED]
    assert not wrong, f"{place}: {', '.join(wrong)}"


@pytest.mark.parametrize(("place", "name"), ALLOWED)
def test_no_exception_is_out_of_date(place, name):
    text = (PACKAGE / place).read_text(encoding="utf-8")
    assert name in {found for found, _ in dangers(text)}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import pickle", ["pickle"]),
        ("from pickle import loads", ["pickle"]),
        ("import marshal\nmarshal.loads(b)", ["marshal"]),
        ("import shelve as kept", ["shelve"]),
        ("eval('1 + 1')", ["eval"]),
        ("import builtins\nbuiltins.eval('1 + 1')", ["eval"]),
        ("from builtins import exec as run\nrun('x = 1')", ["exec"]),
        ("list(map(eval, texts))", ["eval"]),
        ("import os\nf = os.system\nf('ls')", ["os.system"]),
        ("compile('1', 'x', 'eval')", ["compile"]),
        ("import re\nre.compile('a')", []),
        ("__import__('os')", ["__import__"]),
        ("import os\nos.execv('ls', ['ls'])", ["os.execv"]),
        ("import os\nos.execlpe('ls', 'ls', {})", ["os.execlpe"]),
        ("import os as o\no.spawnlp(o.P_WAIT, 'ls', 'ls')", ["os.spawnlp"]),
        ("from os import posix_spawn\nposix_spawn('ls', ['ls'], {})", ["os.posix_spawn"]),
        ("import os\nos.popen('ls')", ["os.popen"]),
        ("import joblib\njoblib.load('x')", ["joblib.load"]),
        ("from joblib import load\nload('x')", ["joblib.load"]),
        ("import os\nos.system('ls')", ["os.system"]),
        ("from os import system as go\ngo('ls')", ["os.system"]),
        ("import subprocess as s\ns.run('ls', shell=True)", ["subprocess.run"]),
        ("import subprocess\nsubprocess.run('ls', shell=False)", []),
        (
            "import subprocess as s\ns.Popen([], 0, None, None, None, None, None, True, True)",
            ["subprocess.Popen"],
        ),
        ("import numpy as np\nnp.load(f, allow_pickle=True)", ["numpy.load"]),
        ("import numpy as np\nnp.load(f, None, True)", ["numpy.load"]),
        ("import numpy as np\nnp.load(f, None, False)", []),
        ("import numpy as np\nnp.load(f, allow_pickle=chosen)", ["numpy.load"]),
        ("import numpy as np\nnp.load(f)", []),
        ("import torch\ntorch.load(f)", ["torch.load"]),
        ("from torch import load\nload(f, weights_only=False)", ["torch.load"]),
        ("import torch\ntorch.load(f, weights_only=True)", []),
        ("import yaml\nyaml.load(f)", ["yaml.load"]),
        ("import yaml\nyaml.safe_load(f)", []),
        ("net.eval()", []),
        ("'pickle, eval(x)'  # os.system('ls')", []),
    ],
)
def test_the_search_finds_what_it_is_for(source, found):
    assert [name for name, _ in dangers(source)] == found
