"""Nothing in the package makes code of data; SECURITY.md in .github says why and where."""

import ast
from pathlib import Path

import pytest

import dlcourse

PACKAGE = Path(dlcourse.__file__).parent
UNPICKLING = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "marshal", "shelve"}
CALLS = {
    "eval": "runs text as code",
    "exec": "runs text as code",
    "os.system": "runs text in a shell",
    "os.popen": "runs text in a shell",
    "subprocess.getoutput": "runs text in a shell",
    "subprocess.getstatusoutput": "runs text in a shell",
    "yaml.load": "makes any object: take yaml.safe_load",
    "yaml.unsafe_load": "makes any object: take yaml.safe_load",
    "joblib.load": "unpickles",
    "pandas.read_pickle": "unpickles",
    "torch.hub.load": "downloads code and runs it",
}
ALLOWED = {
    ("exercises/parsons.py", "exec"): "lines of the course itself, in the learner's order",
    ("exercises/proving.py", "exec"): "solutions of the course itself, for authors",
    ("slides/glossary.py", "eval"): "expressions of the glossary, which the course itself holds",
    ("grading/inside/server.py", "exec"): "what was handed in, inside the sandbox",
}


def dotted(node):
    """Write a name such as np.load as text; nothing for what is computed."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def truth(call, option):
    """The constant that an option of a call has; None without it."""
    for named in call.keywords:
        if named.arg == option:
            return named.value.value if isinstance(named.value, ast.Constant) else "computed"
    return None


def imported_as(tree):
    """What each imported name stands for: np for numpy, load for torch.load."""
    names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.asname: alias.name for alias in node.names if alias.asname}
        elif isinstance(node, ast.ImportFrom):
            names |= {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
    return names


def dangers(source):
    """Find what makes code of data: pairs of a name and what is wrong with it."""
    tree = ast.parse(source)
    names = imported_as(tree)
    for node in ast.walk(tree):
        modules = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        modules += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        for module in modules:
            if module.partition(".")[0] in UNPICKLING:
                yield module, "unpickles"
        if not isinstance(node, ast.Call):
            continue
        first, dot, rest = dotted(node.func).partition(".")
        name = names.get(first, first) + dot + rest
        if name in CALLS:
            yield name, CALLS[name]
        if truth(node, "shell"):
            yield name, "goes through a shell"
        if truth(node, "allow_pickle"):
            yield name, "unpickles"
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
        ("eval('1 + 1')", ["eval"]),
        ("import os\nos.system('ls')", ["os.system"]),
        ("from os import system as go\ngo('ls')", ["os.system"]),
        ("import subprocess as s\ns.run('ls', shell=True)", ["subprocess.run"]),
        ("import subprocess\nsubprocess.run('ls', shell=False)", []),
        ("import numpy as np\nnp.load(f, allow_pickle=True)", ["numpy.load"]),
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
