"""Ending a command."""

from typing import NoReturn

import typer


def stop(message: str, *, code: int = 1) -> NoReturn:
    """Say one sentence and end."""
    typer.echo(f"dlcourse: {message}", err=True)
    raise typer.Exit(code)
