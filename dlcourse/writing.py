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
    """
    partial = path.with_name(f"{path.name}.{os.getpid()}.part")  # others may write it, too
    partial.write_bytes(content.encode() if isinstance(content, str) else content)
    if path.exists() or private:
        partial.chmod(path.stat().st_mode if path.exists() else 0o600)
    partial.replace(path)
