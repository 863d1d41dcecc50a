"""What the kernels that run lectures begin with: no network, and other roundings if asked for.

Python imports this file when it starts, since `dlcourse.kernels` puts this folder in front of
their PYTHONPATH.
"""

import os
import sys
from typing import Any

HERE = {"", "localhost", "::1", "0.0.0.0", "::"}
TO_AN_ADDRESS = {"socket.connect", "socket.sendto", "socket.sendmsg"}
FOR_A_NAME = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}


def local_only(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse what leaves this machine, before it happens (an audit hook of Python)."""
    if event in TO_AN_ADDRESS:
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) and address else ""
    elif event in FOR_A_NAME:
        host = arguments[0]
    else:
        return
    name = host.decode() if isinstance(host, bytes) else host
    if isinstance(name, str) and name not in HERE and not name.startswith("127."):
        raise OSError(f"a lecture asks the network for {name}; lectures run without one")


if __name__ == "sitecustomize":
    sys.addaudithook(local_only)
    if rounding := os.environ.get("DLCOURSE_ROUNDING"):
        if not rounding.isdecimal():
            sys.exit(f"DLCOURSE_ROUNDING should be a whole number such as 1, not {rounding!r}")
        from dlcourse.rounding import train_otherwise

        train_otherwise(int(rounding))
