"""Writing files so that none is ever half written."""

import os
from pathlib import Path


def write_whole(path: Path, content: str | bytes, *, private: bool = False) -> None:
    """Write a file whole or not at all; one that was there keeps its permissions.

    Parameters
    ----------
    path : Path
        In a folder that is there.
    content : str or bytes
        Text is written in UTF-8, with the same line ends on every system.
    private : bool
        Whether a new file is for its owner alone.

    Raises
    ------
    OSError
        When the system refuses; it names the file, and what was there is as it was.
    """
    partial = path.with_name(f"{path.name}.{os.getpid()}.part")  # others may write it, too
    try:
        partial.write_bytes(content.encode() if isinstance(content, str) else content)
        if path.exists() or private:
            partial.chmod(path.stat().st_mode if path.exists() else 0o600)
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        error.filename = str(path)
        raise


def remove_parts(folder: Path) -> None:
    """Remove what `write_whole` left half written in processes that were killed.

    Parameters
    ----------
    folder : Path
        Need not be there.
    """
    for part in folder.glob("*.part"):
        import psutil  # it takes a while, and is seldom needed

        process = part.stem.rpartition(".")[2]
        if process.isdigit() and not psutil.pid_exists(int(process)):
            part.unlink(missing_ok=True)
