"""The commands that list, prove and derive the exercises."""

from pathlib import Path
from typing import Annotated

import typer

from dlcourse.stopping import stop, unusable

exercises = typer.Typer(no_args_is_help=True, help="List, derive or prove the exercises.")


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


@exercises.command("check")
def check_exercises(
    names: Annotated[
        list[str] | None, typer.Argument(help="Tasks such as conv2d-forward, or lectures: 03.")
    ] = None,
) -> None:
    """Prove tasks: right answers score, starters do not, wrong ones draw their own hints.

    For a new task, it says what is missing.
    """
    from dlcourse.exercises import proving

    proved, broken = 0, 0
    try:
        for name, problems in proving.prove(names or ()):
            proved, broken = proved + 1, broken + bool(problems)
            typer.echo(f"{name}: {'proven' if not problems else 'NOT proven'}")
            for problem in problems:
                typer.echo("  - " + problem.replace("\n", "\n    "))
    except ValueError as error:
        stop(str(error), code=2)
    if broken:
        stop(f"{broken} of {proved} are not proven.")


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
    """Write the exercises anew from the solutions.

    Without --out the solutions get what follows from their tasks: headings, points, metadata.
    """
    from dlcourse.exercises import derive

    if seed and out is None:
        stop("exercises with a seed are for one learner; name a folder with --out.", code=2)
    try:
        done = derive.derive_all(out, names or (), seed=seed)
    except ValueError as error:
        stop(str(error), code=2)
    except OSError as error:
        stop(unusable(error, out or "exercises"))
    for name, state in done:
        typer.echo(f"{name}: {state}")
