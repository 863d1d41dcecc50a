"""Ending a command."""

from typing import NoReturn

import typer


def stop(message: str, *, code: int = 1) -> NoReturn:
    """Say one sentence and end."""
    typer.echo(f"dlcourse: {message}", err=True)
    raise typer.Exit(code)


def unusable(error: OSError, place: object) -> str:
    """Say what the system refuses, and why.

    Parameters
    ----------
    error : OSError
    place : object
        What was used, where the error names no file, as when a disk is full.
    """
    return f"{error.filename or place} cannot be used: {error.strerror or error}."
