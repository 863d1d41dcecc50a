"""The commands that run the experiments of the slides, and show their records."""

from pathlib import Path
from typing import Annotated, Any

import typer

from dlcourse.stopping import stop, unusable

reproduce = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Run the experiments of the slides at full size, or show what they gave.",
    epilog="Records and checkpoints are kept in the folder that `DLCOURSE_RUNS` names, or in the "
    "user's data folder. Several processes for one net: `torchrun --nproc-per-node 2 -m dlcourse "
    "reproduce run NAME --side in_torch`.",
)


@reproduce.command("list")
def list_recipes() -> None:
    """List the recipes, and the records of them that come with the course."""
    from rich.console import Console

    from dlcourse.reproduce import tables

    Console().print(tables.recipes())


@reproduce.command("run")
def run_recipe(
    name: Annotated[str, typer.Argument(help="The recipe, such as mnist-lenet.")],
    quick: Annotated[
        bool, typer.Option("--quick", help="Only see that it runs, on scikit-learn's digits.")
    ] = False,
    seeds: Annotated[int | None, typer.Option(min=1, help="How many, from 0.")] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="For every arm.")] = None,
    examples: Annotated[
        int | None, typer.Option(min=10, help="So many of the training examples.")
    ] = None,
    side: Annotated[
        str | None, typer.Option(help="Train every arm by_hand or in_torch.", metavar="SIDE")
    ] = None,
    device: Annotated[str, typer.Option(help="cpu or cuda; cuda needs in_torch.")] = "cpu",
    precision: Annotated[
        str, typer.Option(help="tf32 or bf16, for faster products; in_torch only.")
    ] = "",
    jobs: Annotated[int, typer.Option(min=1, help="Runs at a time, one thread each.")] = 1,
    pictures: Annotated[
        Path | None, typer.Option(help="The folder of ImageNet, with train and val in it.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The folder for checkpoints and record.")] = None,
) -> None:
    """Train all that a recipe compares, and write the record.

    Stopped at any time and started again with the same options, it goes on where it was. What the
    options change stands in the record and in the name of its file.
    """
    from dlcourse.data import DataError, MissingDataError
    from dlcourse.reproduce.choices import Choices, run_chosen
    from dlcourse.reproduce.running import RunError

    choices = Choices(quick, seeds, epochs, examples, side, device, precision, jobs, pictures, out)
    try:
        path = run_chosen(name, choices, say=lambda line: typer.echo(line, err=True))
    except (ValueError, MissingDataError) as error:
        stop(f"{error}.", code=2)
    except (DataError, RunError) as error:
        stop(f"{error}.")
    except KeyboardInterrupt:
        stop("stopped; start again with the same options to go on.", code=130)
    except OSError as error:
        stop(unusable(error, out or "the folder of the record"))
    if path is not None:
        show(str(path))
        typer.echo(f"The record: {path}")


@reproduce.command("show")
def show(
    name: Annotated[str, typer.Argument(help="A recipe, or the file of a record.")],
) -> None:
    """Show what a record says, and what the slides or the papers say."""
    from rich.console import Console

    from dlcourse.reproduce import tables
    from dlcourse.reproduce.recipes import find

    record = read(name)
    typer.echo(tables.declared(find(record.name)))
    typer.echo(repr(record.note))
    Console().print(tables.results(record))


@reproduce.command("compare")
def compare_records(
    first: Annotated[str, typer.Argument(help="A recipe, or the file of a record.")],
    second: Annotated[str, typer.Argument(help="Another.")],
) -> None:
    """Show how two records differ: in what was run, and in what came out."""
    from rich.console import Console

    from dlcourse.reproduce import tables

    ours, theirs = read(first), read(second)
    for line in tables.circumstances(ours, theirs):
        typer.echo(line)
    Console().print(tables.comparison(ours, theirs))


def read(name: str) -> Any:
    """Read a record, or stop."""
    from dlcourse.reproduce.tables import named

    try:
        return named(name)
    except ValueError as error:
        stop(f"{error}.", code=2)
