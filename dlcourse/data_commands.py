"""The commands that list, fetch, check and take the data sets."""

from pathlib import Path
from typing import Annotated

import typer

from dlcourse.stopping import stop, unusable

data = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="List, fetch, check or take the data sets: MNIST, Fashion-MNIST, CIFAR-10.",
    epilog="They are kept in the folder that `DLCOURSE_DATA` names, or in the user's cache.",
)


@data.command("list")
def list_data() -> None:
    """List the data sets, and which of them are there."""
    from dlcourse.data.cache import MissingDataError, cache_folder, present
    from dlcourse.data.catalogue import DATA_SETS
    from dlcourse.data.formats import DataError

    for data_set in DATA_SETS.values():
        try:
            state = present(data_set)[0].source(data_set)
        except MissingDataError:
            state = "not there"
        except DataError:
            state = "damaged"
        except OSError as error:
            state = f"cannot be read: {error.strerror}"
        megabytes = f"{data_set.size / 1e6:.0f} MB"
        typer.echo(f"{data_set.name:14} {data_set.title:14} {megabytes:>7}  {state}")
    typer.echo(f"Kept in {cache_folder()}")


@data.command("get")
def get_data(
    names: Annotated[list[str], typer.Argument(help="Such as mnist or cifar10.", metavar="NAME")],
) -> None:
    """Fetch data sets from the mirrors of their authors, and check them.

    What breaks off goes on when the command is given again.
    """
    from dlcourse.data.cache import cache_folder
    from dlcourse.data.catalogue import find
    from dlcourse.data.download import get
    from dlcourse.data.formats import DataError

    try:
        sets = [find(name) for name in names]
    except ValueError as error:
        stop(f"{error}.", code=2)
    for data_set in sets:
        try:
            record = get(data_set, say=typer.echo)
        except DataError as error:
            stop(f"{error}. Files that you have can be taken with `dlcourse data import FOLDER`.")
        except OSError as error:
            stop(unusable(error, cache_folder()))
        except KeyboardInterrupt:
            stop("stopped; give the same command again, and it goes on.", code=130)
        typer.echo(f"{data_set.name}: {record.source(data_set)}, checksum {record.checksum}")


@data.command("import")
def import_data(
    path: Annotated[
        Path, typer.Argument(help="A folder, a compressed file, or a tar or zip archive.")
    ],
    name: Annotated[
        str | None, typer.Option(help="The only data set to look for, such as mnist.")
    ] = None,
    copies: Annotated[
        str,
        typer.Option(help="Take files that are not the originals; of what kind: 'JPEG copies'."),
    ] = "",
) -> None:
    """Take data sets from files that you have, such as those that their authors offer.

    Each file is known by its name and its checksum: MNIST and Fashion-MNIST in IDX files, CIFAR-10
    in its binary version. They are copied; nothing is downloaded.
    """
    from dlcourse.data.cache import cache_folder
    from dlcourse.data.catalogue import find
    from dlcourse.data.formats import DataError
    from dlcourse.data.local_copies import import_from

    if not (path.is_dir() or path.is_file()):
        stop(f"{path} is no folder and no file; name one with the data.", code=2)
    if copies and (not copies.isprintable() or len(copies) > 60 or not copies.strip()):
        stop("--copies should be a few words, such as 'JPEG copies'.", code=2)
    try:
        if name:
            find(name)
        done = import_from(path, name=name, copies=copies.strip(), say=typer.echo)
    except DataError as error:
        stop(f"{error}.")
    except ValueError as error:
        stop(f"{error}.", code=2)
    except OSError as error:
        stop(unusable(error, cache_folder()))
    for key, record in done.records.items():
        typer.echo(f"{key}: {record.source(find(key))}, checksum {record.checksum}")
    if done.problems:
        stop("; ".join(done.problems) + ".")


@data.command("verify")
def verify_data(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Such as mnist; all that are there.", metavar="NAME"),
    ] = None,
) -> None:
    """Read the files anew, and compare their checksums with those recorded and published."""
    from dlcourse.data.cache import MissingDataError, find_record, verify
    from dlcourse.data.catalogue import DATA_SETS, find
    from dlcourse.data.formats import DataError

    problems = []
    try:
        sets = [find(name) for name in names or DATA_SETS]
    except ValueError as error:
        stop(f"{error}.", code=2)
    for data_set in sets:
        try:
            if names or find_record(data_set):
                record = verify(data_set)
                what = "as they came" if record.copies else "the originals"
                typer.echo(f"{data_set.name}: {record.source(data_set)}, all files are {what}")
        except (DataError, MissingDataError) as error:
            problems.append(str(error))
        except OSError as error:
            problems.append(f"{error.filename} cannot be read: {error.strerror}")
    if problems:
        stop("; ".join(problems) + ".")
