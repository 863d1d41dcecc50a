"""The two sides mirror each other, file for file and name for name."""

import ast
import doctest
import inspect
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
import torch

import dlcourse
from dlcourse import by_hand, in_torch, parity, slides, widgets
from dlcourse.setting_up import checkout, course_root
from dlcourse.twins import TWINS

PACKAGE = Path(dlcourse.__file__).parent
SOURCES = [p for p in sorted(PACKAGE.rglob("*.py")) if PACKAGE / "course" not in p.parents]
FILES = sorted(path.name for path in (PACKAGE / "by_hand").glob("*.py"))
VARIADIC = {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}
ABSTRACT = {"Box"}  # what all boxes have in common; it computes nothing to compare
OF_ITSELF = {"LayerCount"}  # a row of a table, without arithmetic of its own
UNFINISHED = {"Pooling"}  # what two boxes share
SIDES = {"dlcourse.by_hand", "dlcourse.in_torch"}  # whose methods are about shapes
CONCEPTS = sorted(set(by_hand.__all__) - ABSTRACT)
PACKAGES = [
    f"dlcourse.{path.parent.name}"
    for path in sorted(PACKAGE.glob("*/__init__.py"))
    if "__all__" in path.read_text(encoding="utf-8")
]


def public_definitions(path):
    """The exported names that a file defines, in its order."""
    nodes = ast.parse(path.read_text(encoding="utf-8")).body
    return [
        node.name
        for node in nodes
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name in by_hand.__all__
    ]


def arguments(function):
    parameters = inspect.signature(function).parameters.values()
    return [(p.name, p.kind, p.default) for p in parameters if p.kind not in VARIADIC]


def test_both_sides_export_the_same_names():
    for one, other in ((by_hand, in_torch), (in_torch, by_hand)):
        missing = set(one.__all__) - set(other.__all__)
        assert not missing, f"{other.__name__} does not export {', '.join(sorted(missing))}"
    assert by_hand.__all__ == in_torch.__all__, "the two lists have another order"


def test_both_sides_have_the_same_files():
    assert sorted(path.name for path in (PACKAGE / "in_torch").glob("*.py")) == FILES


@pytest.mark.parametrize("file", FILES)
def test_mirrored_files_define_the_same_names_in_one_order(file):
    hand = public_definitions(PACKAGE / "by_hand" / file)
    shared = {"topological_order", "KinkWarning", "output_size", "LayerCount"}  # written once
    if file == "box.py":  # PyTorch has these already
        assert hand == ["Box", "Sequential", "Chain"]
        return
    assert [name for name in hand if name not in shared] == public_definitions(
        PACKAGE / "in_torch" / file
    )


@pytest.mark.parametrize("name", CONCEPTS)
def test_twins_have_one_signature(name):
    if name in {"Sequential", "KinkWarning", "LayerCount"}:
        pytest.skip("PyTorch's own arguments, or shared")
    hand, net = getattr(by_hand, name), getattr(in_torch, name)
    assert arguments(hand) == arguments(net)
    if "fprop" in vars(hand):
        assert arguments(hand.fprop) == arguments(net.forward)


@pytest.mark.parametrize("part", [slice(2), slice(1, None), slice(None, None, 2), slice(-2, None)])
@pytest.mark.parametrize(
    "build",
    [
        lambda lib: lib.Sequential(lib.Affine(3, 4), lib.Tanh(), lib.Affine(4, 2)),
        lambda lib: lib.Chain(first=lib.Affine(3, 4), g=lib.Tanh(), last=lib.Affine(4, 2)),
        lambda lib: lib.MLP([3, 4, 2], batch_norm=True),
    ],
    ids=["Sequential", "Chain", "MLP"],
)
def test_a_slice_holds_the_same_boxes_under_the_same_names(build, part):
    hand, net = (build(lib) for lib in (by_hand, in_torch))
    ours, theirs = hand[part], net[part]
    assert isinstance(ours, by_hand.Sequential)
    assert isinstance(theirs, in_torch.Sequential)
    assert list(ours) == list(hand)[part]
    assert list(theirs) == list(net)[part]
    assert sorted(ours.state_dict()) == sorted(theirs.state_dict())
    assert isinstance(net[-1], in_torch.Box)
    assert hand[-1] is hand.boxes[-1]


def test_every_public_name_has_one_row_and_every_row_a_name():
    rows = [twin.name for twin in TWINS]
    missing, extra = set(CONCEPTS) - set(rows), set(rows) - set(CONCEPTS)
    assert not missing, f"no row in dlcourse/cases: {', '.join(sorted(missing))}"
    assert not extra, f"rows of what is not exported: {', '.join(sorted(extra))}"
    assert len(rows) == len(CONCEPTS), "a name has two rows"


@pytest.mark.parametrize("lib", [by_hand, in_torch], ids=["by_hand", "in_torch"])
def test_every_box_is_exported(lib):
    base = by_hand.Box if lib is by_hand else torch.nn.Module
    for file in FILES:
        module = import_module(f"{lib.__name__}.{file.removesuffix('.py')}")
        for name, found in inspect.getmembers(module, inspect.isclass):
            if issubclass(found, base) and found.__module__ == module.__name__ != lib.__name__:
                named = f"{name} in {file} is not in __all__ of {lib.__name__}"
                assert name in {*lib.__all__, *UNFINISHED}, named


def test_the_readme_says_where_every_package_is():
    if checkout() is None:
        pytest.skip("the README stands in a checkout")
    readme = (course_root() / "README.md").read_text(encoding="utf-8")
    tree = readme.partition("## Adding to it")[2].partition("\n\n[")[0]
    named = set(re.findall(r"(?:^|[ /])(\w+)/(?= )", tree, re.MULTILINE))
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert named - {"lectures", "solutions", "tests"} == folders


def test_no_two_sides_are_called_equal_that_are_farther_apart_than_the_readme_says():
    assert max(twin.tolerance for twin in TWINS) <= 1e-6
    assert sum(twin.tolerance > 1e-10 for twin in TWINS) <= 7
    assert parity.SINGLE_PRECISION <= 1e-3


def test_every_concept_has_a_known_value():
    tests = Path(__file__).parent.glob("test_known_values*.py")
    text = "\n".join(path.read_text(encoding="utf-8") for path in tests)
    missing = {name for name in CONCEPTS if not re.search(rf"\b{name}\b", text)} - OF_ITSELF
    assert not missing, f"assert a number you know of {', '.join(sorted(missing))}"


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.name)
def test_rows_name_slide_rows_and_the_docstring_names_some_of_them(twin):
    rows = twin.slides.split()
    assert rows
    for row in rows:
        assert row in slides.ROWS, f"{twin.name} names {row}, which is no row of the slides"
    if twin.name == "KinkWarning":
        return
    documented = set(rows_in(inspect.getdoc(getattr(by_hand, twin.name))))
    assert documented, f"the docstring of {twin.name} names no slide row"
    others = documented - set(rows)
    assert not others, f"the docstring of {twin.name} names {', '.join(others)}, its row does not"


def rows_in(docstring):
    """The rows that a docstring names, in "Slide rows N11 to N14, N17." all five."""
    for named in re.findall(r"Slide rows? (.*?)(?:\n\n|\Z)", docstring, re.DOTALL):
        yield from re.findall(r"\b[A-Z]+\d\d\b", named)
        for letters, first, last in re.findall(r"\b([A-Z]+)(\d\d)\s+to\s+[A-Z]+(\d\d)", named):
            yield from (f"{letters}{n:02}" for n in range(int(first), int(last)))


@pytest.mark.parametrize(
    "module", ["by_hand", "twins", "cases.training", "slides", "data", "model_selection"]
)
def test_torch_is_not_reachable(module):
    code = f"import sys, dlcourse.{module}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_data_needs_no_network_library_until_something_is_fetched():
    heavy = {"torch", "requests", "urllib3", "PIL", "filelock"}
    code = f"import sys, dlcourse.data; sys.exit(str({heavy} & set(sys.modules) or ''))"
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert done.stderr.strip() == ""


def test_the_package_itself_imports_nothing():
    code = "import sys, dlcourse; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("path", sorted((PACKAGE / "in_torch").glob("*.py")), ids=lambda p: p.name)
def test_the_torch_side_is_torch_alone(path):
    source = path.read_text(encoding="utf-8")
    assert "numpy" not in source
    assert ".data" not in source
    assert "autograd.Function" not in source


def test_every_moving_picture_is_exported_tested_and_in_a_lecture():
    tests = [p.read_text(encoding="utf-8") for p in Path(__file__).parent.glob("test_widgets_*.py")]
    lectures = [p.read_text(encoding="utf-8") for p in course_root().glob("lectures/*.ipynb")]
    for file in sorted((PACKAGE / "widgets").glob("*.py")):
        module = import_module(f"dlcourse.widgets.{file.stem}".removesuffix(".__init__"))
        for name, found in inspect.getmembers(module, inspect.isfunction):
            if inspect.get_annotations(found).get("return") is not widgets.MovingPicture:
                continue
            exported = f"{name} in {file.name} is not in __all__ of dlcourse.widgets"
            assert name in widgets.__all__, exported
            tested = re.compile(rf"widgets\.{name}\(|\"{name}\"")
            assert any(map(tested.search, tests)), f"no tests/test_widgets_*.py tests {name}"
            shown = f"widgets.{name}("
            assert any(shown in text for text in lectures), f"no lecture shows {shown})"


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_files_stay_short_and_have_a_purpose(path):
    longest = 700 if path.parent.name == "tasks" else 400  # a chapter's tasks stand together
    assert len(path.read_text(encoding="utf-8").splitlines()) <= longest
    assert path.stem not in {"utils", "helpers", "common", "misc"}


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_says_what_it_takes_and_gives(package):
    module = import_module(package)
    found = {
        f"{name}: {lacking}"
        for name in module.__all__
        for lacking in undescribed(getattr(module, name))
    }
    assert not found, f"the docstrings in {package} lack {', '.join(sorted(found))}"


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_method_names_what_it_takes(package):
    module, found = import_module(package), set()
    for name, kind in inspect.getmembers(module, inspect.isclass):
        if name not in module.__all__:
            continue
        for method, thing in vars(kind).items():
            if method.startswith("_") or not inspect.isfunction(thing):
                continue
            text = inspect.getdoc(thing) or ""
            takes = [] if package in SIDES else list(inspect.signature(thing).parameters)[1:]
            found |= {f"{name}.{method}: {a}" for a in takes if not re.search(rf"\b{a}\b", text)}
            found |= set() if text else {f"{name}.{method}: all"}
    assert not found, f"the docstrings in {package} lack {', '.join(sorted(found))}"


def lent(rooms):
    """What other rooms of the package take from some: pairs of a module and a name."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("dlcourse."):
                room, own = node.module.split(".")[1], path.relative_to(PACKAGE).parts[0]
                if room in rooms and room != own.removesuffix(".py"):
                    yield from ((node.module, alias.name) for alias in node.names)


@pytest.mark.parametrize("room", ["data", "grading", "notebooks", "processes", "site", "twins"])
def test_what_a_room_lends_to_others_says_what_it_takes_and_gives(room):
    names = sorted(set(lent({room})))
    assert names
    found = {
        f"{module}.{name}: {lacking}"
        for module, name in names
        for lacking in undescribed(getattr(import_module(module), name, None))
    }
    assert not found, f"the docstrings lack {', '.join(sorted(found))}"


def undescribed(thing):
    """What the docstring of a class or function of ours lacks, unless it leads to another."""
    is_class, is_function = inspect.isclass(thing), inspect.isfunction(thing)
    if not (is_class or is_function) or not thing.__module__.startswith("dlcourse"):
        return
    text = inspect.getdoc(thing) or ""
    if re.search(r"(?:Arguments|Parameters)[\w, ]*(?::| for) `[\w.]+`", text):
        return
    if not text:
        yield "all"
    if is_class and issubclass(thing, Exception):
        return
    described = set()
    for section in re.findall(r"(?:Parameters|Attributes)\n-+\n(.*?)(?:\n\n|\Z)", text, re.DOTALL):
        heads = (line.split(" : ")[0] for line in section.splitlines() if line[0] != " ")
        described |= set(re.findall(r"\w+", " ".join(heads)))
    signature = inspect.signature(thing)
    for name, parameter in signature.parameters.items():
        if name not in described and parameter.kind not in VARIADIC:
            yield name
    gives = is_function and signature.return_annotation is not None
    if gives and not re.search(r"(?:Returns|Yields)\n-+\n", text):
        yield "what is returned"


def test_examples_in_docstrings_print_what_they_say():
    with_examples = [path for path in SOURCES if ">>>" in path.read_text("utf-8")]
    assert with_examples
    for path in with_examples:
        name = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
        module, runner = import_module(name), doctest.DocTestRunner()
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                said = doctest.DocTestParser().get_doctest(
                    ast.get_docstring(node) or "", vars(module).copy(), name, str(path), 0
                )
                runner.run(said, clear_globs=False)
        assert runner.tries == path.read_text("utf-8").count(">>> "), name
        assert runner.failures == 0, name
