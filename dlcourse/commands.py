"""The commands, once inside an environment that has everything."""

import os
import sys
import tempfile
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from dlcourse import setting_up
from dlcourse.data_commands import data
from dlcourse.exercise_commands import exercises
from dlcourse.installing import hand_over, wait_for
from dlcourse.own_copy import copy_course, own_copy
from dlcourse.reproduce.commands import reproduce
from dlcourse.stopping import stop, unusable

app = typer.Typer(
    name="dlcourse",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    add_completion=False,
    epilog="The course is read in the order of its lectures; begin with `dlcourse lab`.",
)
notebooks = typer.Typer(no_args_is_help=True, help="Run or check the lectures (for authors).")
app.add_typer(notebooks, name="notebooks")
app.add_typer(exercises, name="exercises")
app.add_typer(data, name="data")
app.add_typer(reproduce, name="reproduce")


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
    """Learn deep learning: every concept by hand in NumPy and in PyTorch, tested to be equal.

    Learners: `dlcourse lab`. Instructors: `dlcourse test`. To see the two sides of one concept
    differ by nothing but rounding: `dlcourse compare Affine --seed 3 n=2`.
    """


@app.command()
def lab(
    browser: Annotated[bool, typer.Option(help="Open a browser window.")] = True,
    port: Annotated[int, typer.Option(min=1, max=65535, help="The first port to try.")] = 8888,
    exercises: Annotated[
        bool, typer.Option("--exercises", help="Begin with the exercises instead.")
    ] = False,
) -> None:
    """Open the course in JupyterLab, at the page with its chapters and how far you are."""
    from dlcourse.jupyter import EXERCISES, open_lab

    try:
        root = own_copy(typer.echo) if setting_up.checkout() is None else setting_up.course_root()
    except OSError as error:
        stop(str(error))
    variables = environment()
    os.environ.clear()
    os.environ.update(variables)
    open_lab(root, browser=browser, port=port, first=EXERCISES if exercises else "")


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def test(context: typer.Context) -> None:
    """Run every test, and every notebook with nbval.

    Further arguments go to pytest: `dlcourse test -m "not slow"`, `dlcourse test -k affine -x`.
    """
    if lacking := setting_up.missing(setting_up.checkout(), test=True):
        needed = ", ".join(lacking)
        stop(f"the tests need {needed}: {setting_up.to_add('test')}, and start again.")
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

    Both sides run in turn in one process, with one thread and the same allocator. Imports are timed
    too, and, where that can be done, grading and moving pictures. It takes minutes; keep the
    machine quiet.
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
    from dlcourse.exercises.tasks import chosen

    try:
        standing = record.so_far(None if lecture is None else chosen([lecture])[0])
    except ValueError as error:
        stop(str(error), code=2)
    except OSError as error:
        stop(f"{record.record_file()} cannot be read: {error.strerror}.")
    typer.echo(repr(standing))
    typer.echo(f"Kept in {record.record_file()}")


@app.command()
def grade(
    submissions: Annotated[
        Path,
        typer.Argument(help="A folder for each person, a folder of notebooks, or a zip of either."),
    ],
    out: Annotated[Path, typer.Option(help="The folder for the report.")],
    lecture: Annotated[
        list[str] | None,
        typer.Option(help="What is graded, such as 04; what a tenth of the class answered."),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, help="Of the secret cases; drawn once, and kept in OUT.")
    ] = None,
    attempts: Annotated[
        str, typer.Option(help="Of several, the best or the last counts.")
    ] = "best",
    late_penalty: Annotated[
        float, typer.Option(min=0, max=100, help="Percent that Canvas's late files lose.")
    ] = 0.0,
    points: Annotated[
        Path | None, typer.Option(help="CSV of points by hand: person or number, task, points.")
    ] = None,
    lms: Annotated[
        list[str] | None, typer.Option(help="Write a table for canvas or moodle, too.")
    ] = None,
    assignment: Annotated[str, typer.Option(help="Its name on that platform.")] = "",
    seconds: Annotated[int, typer.Option(min=1, help="The most for one notebook.")] = 60,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Notebooks at a time; one on each core.")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(help="Address of a Dask cluster, such as tcp://host:8786.")
    ] = None,
    sandbox: Annotated[
        bool,
        typer.Option(help="Without one, submitted code can do all that you can do."),
    ] = True,
) -> None:
    """Grade a class on the tasks of the exercises, with secret cases, in a sandbox.

    The report has grades.csv, notes.csv, class.html, and for each person a page in feedback/ and
    Gradescope's JSON in results/. Started again with the same OUT, it judges only what is new.
    """
    from dlcourse.grading.grading import GradingError
    from dlcourse.grading.judging import Limits
    from dlcourse.grading.sandbox import SandboxError
    from dlcourse.grading.whole_class import Choices, grade_class

    choices = Choices(
        lectures=lecture or (),
        seed=seed,
        attempts=attempts,
        late_penalty=late_penalty,
        points=points,
        lms=lms or (),
        assignment=assignment,
        limits=Limits(silence=min(Limits.silence, seconds), seconds=seconds),
        workers=workers,
        scheduler=scheduler,
        sandbox=sandbox,
    )
    try:
        overview = grade_class(submissions, out, choices)
    except (ValueError, SandboxError) as error:
        stop(f"{error}.", code=2)
    except GradingError as error:
        stop(f"{error}.")
    except KeyboardInterrupt:
        stop("stopped; what is judged is kept: start again with the same --out.", code=130)
    except OSError as error:
        stop(unusable(error, out))
    people = len(overview.shares)
    mean = sum(overview.shares) / max(people, 1)
    typer.echo(
        f"{people} graded, {100 * mean:.1f} % of {overview.full:g} points on average; "
        f"{overview.noted} notes. The report: {out / 'class.html'}"
    )


@app.command()
def site(
    out: Annotated[Path, typer.Argument(help="A new or empty folder, or one made by this before.")],
    only: Annotated[
        list[str] | None,
        typer.Option(help="Only this lecture, such as 04, for a quick look; may be repeated."),
    ] = None,
    repository: Annotated[
        str | None,
        typer.Option(
            help="Link pages to Binder and Colab, which run what is public on GitHub.",
            metavar="OWNER/NAME[@BRANCH]",
        ),
    ] = None,
) -> None:
    """Build the course as a web site of static pages, which need no server and no network.

    Lectures as they were last run, exercises without answers, both sides of every concept, the
    rows of the slides, and a search. It takes a minute or two.
    """
    from dlcourse.site import elsewhere, selection
    from dlcourse.site.building import FolderError, SiteError, build, missing

    if lacking := missing():
        needed = ", ".join(lacking)
        stop(f"the site needs {needed}: {setting_up.to_add('site')}, and start again.", code=2)
    try:
        pages = build(
            out,
            replace(
                selection.part(only) if only else selection.whole_course(),
                repository=elsewhere.repository(repository) if repository is not None else None,
            ),
        )
    except (ValueError, FolderError) as error:
        stop(f"{error}.", code=2)
    except SiteError as error:
        stop(str(error))
    except OSError as error:
        stop(unusable(error, out))
    typer.echo(f"{len(pages)} pages; the first: {out / 'index.html'}")


@app.command()
def slides(row: Annotated[str | None, typer.Argument(help="Such as R12.")] = None) -> None:
    """Trace the slides to their proof: coverage of each chapter, or one row with everything.

    A row leads to its cell, code, tasks and tests, and to what was found.
    """
    from dlcourse.slides import report

    try:
        text, lacking = report.coverage() if row is None else report.one_row(row)
    except ValueError as error:
        stop(f"{error}.", code=2)
    typer.echo(text)
    raise typer.Exit(1 if lacking else 0)


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
