"""The commands, once inside an environment that has everything."""

import os
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from dlcourse import setting_up

app = typer.Typer(
    name="dlcourse",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    add_completion=False,
    epilog="The course is read in the order of its lectures; begin with `dlcourse lab`.",
)
notebooks = typer.Typer(no_args_is_help=True, help="Run or check the lectures (for authors).")
app.add_typer(notebooks, name="notebooks")


def show_version(wanted: bool) -> None:
    """Print the version and stop."""
    if wanted:
        typer.echo(f"dlcourse {version('dlcourse')}")
        raise typer.Exit


@app.callback()
def course(
    version: Annotated[
        bool,
        typer.Option("--version", callback=show_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Learn deep learning: every concept by hand in NumPy and in PyTorch, proven equal.

    Learners: `dlcourse lab`. Instructors: `dlcourse test`. To see the two sides of one concept
    differ by nothing but rounding: `dlcourse compare Affine --seed 3 n=2`.
    """


@app.command()
def lab(
    browser: Annotated[bool, typer.Option(help="Open a browser window.")] = True,
    port: Annotated[int, typer.Option(min=1, max=65535, help="The first port to try.")] = 8888,
) -> None:
    """Open the course in JupyterLab, at its first lecture."""
    from dlcourse.jupyter import lab_command

    root = own_copy() if setting_up.checkout() is None else setting_up.course_root()
    replace_by(lab_command(root, browser=browser, port=port), folder=root)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def test(context: typer.Context) -> None:
    """Run every test, and every notebook with nbval.

    Further arguments go to pytest: `dlcourse test -m "not slow"`, `dlcourse test -k affine -x`.
    """
    if lacking := setting_up.missing(setting_up.checkout(), test=True):
        stop(f"the tests need {', '.join(lacking)}; run `pip install 'dlcourse[test]'`.")
    pytest = [sys.executable, "-m", "pytest", *context.args]
    if setting_up.checkout() is not None:
        replace_by(pytest, folder=setting_up.course_root())
    with tempfile.TemporaryDirectory(prefix="dlcourse-") as folder:
        copy_course(Path(folder))
        code = subprocess.run(pytest, cwd=folder, env=environment(), check=False).returncode
    raise typer.Exit(code)


@app.command()
def compare(
    name: Annotated[str, typer.Argument(help="The concept, such as Affine.")],
    sizes: Annotated[
        list[str] | None,
        typer.Argument(help="Sizes of the case, such as n=2.", metavar="[SIZE=N]..."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Source of the case.")] = 0,
) -> None:
    """Show the differences of values and gradients of one concept, by hand against PyTorch."""
    from dlcourse.parity import report

    chosen = {}
    for size in sizes or []:
        key, _, value = size.partition("=")
        if not value.isdecimal():
            stop(f"{size!r} should be a size and a number, such as n=2.", code=2)
        chosen[key] = int(value)
    raise typer.Exit(report(name, seed=seed, sizes=chosen))


@notebooks.command("run")
def run_notebooks(
    names: Annotated[list[str] | None, typer.Argument(help="Such as 03.")] = None,
) -> None:
    """Execute lectures and write their outputs back."""
    from dlcourse import notebooks

    try:
        raise typer.Exit(notebooks.run(notebooks.lectures(names or ())))
    except ValueError as error:
        stop(str(error), code=2)


@notebooks.command("check")
def check_notebooks(
    names: Annotated[list[str] | None, typer.Argument(help="Such as 03.")] = None,
) -> None:
    """Execute copies of lectures and compare all that they show with what is committed."""
    from dlcourse import notebooks

    try:
        raise typer.Exit(notebooks.check(notebooks.lectures(names or ())))
    except ValueError as error:
        stop(str(error), code=2)


def run() -> None:
    """Run the command line."""
    app(prog_name="dlcourse")


def stop(message: str, *, code: int = 1) -> NoReturn:
    """Say one sentence and end."""
    typer.echo(f"dlcourse: {message}", err=True)
    raise typer.Exit(code)


def environment() -> dict[str, str]:
    """Give the variables that kernels and tests run with; the user's own choice wins."""
    return {**setting_up.ONE_THREAD, **os.environ}


def replace_by(command: list[str], *, folder: Path) -> NoReturn:
    """Run a command in place of this one, in a folder, and end with its exit code."""
    if os.name == "nt":
        done = subprocess.run(command, cwd=folder, env=environment(), check=False)
        raise typer.Exit(done.returncode)
    os.chdir(folder)
    os.execve(command[0], command, environment())


def own_copy() -> Path:
    """Find or make the learner's own copy of the lectures, when the course came as a wheel."""
    here = Path.cwd()
    if (here / "lectures" / "00-start.ipynb").is_file():
        return here
    folder = here / "dlcourse-course"
    try:
        new, kept = copy_course(folder)
    except OSError as error:
        stop(
            f"the lectures cannot be copied to {folder} ({error.strerror}); "
            "go to a folder of your own."
        )
    changed = f"; {kept} that you have changed were left as they are" if kept else ""
    typer.echo(f"The course is in {folder}: {new} new files{changed}.")
    return folder


def copy_course(target: Path) -> tuple[int, int]:
    """Copy the course of the wheel, leaving alone what is there already.

    Returns
    -------
    (int, int)
        How many files are new, and how many were there in another version.
    """
    source, new, kept = setting_up.course_root(), 0, 0
    for file in sorted(source.rglob("*")):
        place = target / file.relative_to(source)
        if not file.is_file() or "__pycache__" in file.parts:
            continue
        if place.exists():
            kept += place.read_bytes() != file.read_bytes()
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(file.read_bytes())
        new += 1
    return new, kept
