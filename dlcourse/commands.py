"""The commands, once inside an environment that has everything."""

import os
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from dlcourse import setting_up
from dlcourse.installing import hand_over, wait_for

app = typer.Typer(
    name="dlcourse",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    add_completion=False,
    epilog="The course is read in the order of its lectures; begin with `dlcourse lab`.",
)
notebooks = typer.Typer(no_args_is_help=True, help="Run or check the lectures (for authors).")
app.add_typer(notebooks, name="notebooks")
exercises = typer.Typer(no_args_is_help=True, help="List, derive or prove the exercises.")
app.add_typer(exercises, name="exercises")


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
    from dlcourse.jupyter import open_lab

    root = own_copy() if setting_up.checkout() is None else setting_up.course_root()
    variables = environment()
    os.environ.clear()
    os.environ.update(variables)
    open_lab(root, browser=browser, port=port)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def test(context: typer.Context) -> None:
    """Run every test, and every notebook with nbval.

    Further arguments go to pytest: `dlcourse test -m "not slow"`, `dlcourse test -k affine -x`.
    """
    if lacking := setting_up.missing(setting_up.checkout(), test=True):
        stop(f"the tests need {', '.join(lacking)}; install them with pip, and start again.")
    pytest = [sys.executable, "-m", "pytest", *context.args]
    if root := setting_up.checkout():
        raise typer.Exit(hand_over(pytest, environment=environment(), folder=root))
    with tempfile.TemporaryDirectory(prefix="dlcourse-", ignore_cleanup_errors=True) as folder:
        copy_course(Path(folder))
        code = wait_for(pytest, environment=environment(), folder=Path(folder))
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


@app.command()
def bench(
    json: Annotated[
        Path | None, typer.Option(help="Write every ratio to this file.", dir_okay=False)
    ] = None,
    quick: Annotated[bool, typer.Option(help="Only see that it runs.")] = False,
) -> None:
    """Measure by hand against PyTorch: ratios of training steps and of each operation.

    Both sides run in turn in one process, with one thread and the same allocator. It takes about a
    minute; keep the machine quiet.
    """
    if json is not None and not json.absolute().parent.is_dir():
        stop(f"there is no folder {json.absolute().parent} for the numbers; make it first.", code=2)
    command = [sys.executable, "-m", "dlcourse.bench", *["--quick"] * quick]
    command += ["--json", str(json.absolute())] if json else []
    settings = {**environment(), **setting_up.ONE_THREAD, **setting_up.KEEP_MEMORY}
    raise typer.Exit(hand_over(command, environment=settings))


@app.command()
def progress(
    lecture: Annotated[str | None, typer.Argument(help="Such as 10: its tasks one by one.")] = None,
) -> None:
    """Show how far you are in the exercises; nothing of it is sent anywhere."""
    from dlcourse.exercises import record
    from dlcourse.exercises.derive import chosen

    try:
        standing = record.so_far(None if lecture is None else chosen([lecture])[0])
    except ValueError as error:
        stop(str(error), code=2)
    except OSError as error:
        stop(f"{record.record_file()} cannot be read: {error.strerror}.")
    typer.echo(repr(standing))
    typer.echo(f"Kept in {record.record_file()}")


@exercises.command("list")
def list_exercises(
    names: Annotated[list[str] | None, typer.Argument(help="Such as 03.")] = None,
) -> None:
    """List the tasks, with their kinds, points and minutes."""
    from dlcourse.exercises import listing

    try:
        raise typer.Exit(listing.list_tasks(names or ()))
    except ValueError as error:
        stop(str(error), code=2)


@exercises.command("derive")
def derive_exercises(
    names: Annotated[list[str] | None, typer.Argument(help="Such as 03.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="The folder for them; exercises/ by default.")
    ] = None,
    seed: Annotated[
        int, typer.Option(min=0, help="Other numbers in the questions: one seed for each learner.")
    ] = 0,
) -> None:
    """Write the exercises anew from the solutions."""
    from dlcourse.exercises import derive

    if seed and out is None:
        stop("exercises with a seed are for one learner; name a folder with --out.", code=2)
    try:
        done = derive.derive_all(
            out or setting_up.course_root() / "exercises", names or (), seed=seed
        )
    except ValueError as error:
        stop(str(error), code=2)
    except OSError as error:
        stop(f"{error.filename} cannot be written: {error.strerror}.")
    for name, state in done:
        typer.echo(f"{name}: {state}")


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
    """Give the variables that kernels and tests run with.

    One thread, unless the user chose otherwise; this checkout's package, whichever one is
    installed; this environment's kernel, whichever ones the user has; pictures in the notebook.
    """
    chosen = {**setting_up.ONE_THREAD, "JUPYTER_PREFER_ENV_PATH": "1", **os.environ}
    chosen.pop("MPLBACKEND", None)
    if root := setting_up.checkout():
        paths = [str(root), *filter(None, [chosen.get("PYTHONPATH")])]
        chosen["PYTHONPATH"] = os.pathsep.join(paths)
    return chosen


def own_copy() -> Path:
    """Find or make the learner's own copy of the lectures, when the course came as a wheel."""
    here = Path.cwd()
    if (here / "lectures" / "00-start.ipynb").is_file():
        return here
    folder = here / "dlcourse-course"
    try:
        new, kept = copy_course(folder, but=("tests", "pyproject.toml"))
    except OSError as error:
        reason = error.strerror
        stop(f"the lectures cannot be copied to {folder} ({reason}); go to a folder of your own.")
    news = [f"{new} new files"] * bool(new)
    news += [f"left as they are, since they differ from the course's: {kept}"] * bool(kept)
    typer.echo(f"The course is in {folder}{': ' * bool(news)}{'; '.join(news)}.")
    return folder


def copy_course(target: Path, *, but: Sequence[str] = ()) -> tuple[int, int]:
    """Copy the course of the wheel, leaving alone what is there already.

    Returns
    -------
    (int, int)
        How many files are new, and how many were there in another version.
    """
    source, new, kept = setting_up.course_root(), 0, 0
    for file in sorted(source.rglob("*")):
        inside = file.relative_to(source)
        if not file.is_file() or "__pycache__" in inside.parts or inside.parts[0] in but:
            continue
        place = target / inside
        if place.exists():
            kept += place.read_bytes() != file.read_bytes()
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        partial = place.with_name(place.name + ".part")
        partial.write_bytes(file.read_bytes())
        partial.replace(place)
        new += 1
    return new, kept
