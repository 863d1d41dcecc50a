"""The server in the sandbox: it has imported NumPy, and forks for every submission.

It reads a request, lets a confined child run the submitted code and answer, and passes on what
the child wrote, unread.
"""

import ast
import contextlib
import os
import select
import signal
import sys
import time
from typing import Any, BinaryIO

import numpy as np

from dlcourse.exercises.cases import Case
from dlcourse.exercises.probe import Seen, probe
from dlcourse.grading.inside import confine
from dlcourse.grading.inside.messages import pack, receive, send, unpack

REQUEST = 256 << 20  # bytes
ANSWER = 32 << 20


def main() -> None:
    """Answer requests from standard input until it ends."""
    torch = "torch" in sys.argv[1:]
    confined = "open" not in sys.argv[1:]
    if torch:
        warm_up_torch()
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    send(answers, pack({"ready": True}))
    while (request := receive(requests, limit=REQUEST)) is not None:
        ended, written = one_submission(unpack(request), torch=torch, confined=confined)
        send(answers, pack({"ended": ended, "bytes": len(written)}) + written)


def warm_up_torch() -> None:
    """Let PyTorch load what it loads at first use, once for all submissions.

    A backward pass is left to them: its engine does not survive a fork.
    """
    import torch

    torch.set_num_threads(1)
    weight = torch.ones(1, requires_grad=True)
    weight.grad = torch.ones(1)
    torch.optim.SGD([weight], lr=1.0, momentum=0.5).step()


def one_submission(request: dict[str, Any], *, torch: bool, confined: bool) -> tuple[str, bytes]:
    """Let a child run a submission, and collect what it writes.

    Returns
    -------
    (str, bytes)
        How it ended ("finished", "silent", "late", "long" or "died"), and what it wrote.
    """
    (reading, writing), (told, telling) = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        os.close(told)
        play(request, writing, telling, torch=torch, confined=confined)
    os.close(writing)
    os.close(telling)
    try:
        inner = int(os.read(told, 32) or child)  # the process that runs the submitted code
        return collect(reading, request["silence"], request["seconds"])
    finally:
        os.close(reading)
        os.close(told)
        for process in (inner, child):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        os.waitpid(child, 0)


def collect(reading: int, silence: float, seconds: float) -> tuple[str, bytes]:
    """Read until the child has finished, or has been silent, late or long-winded."""
    written, started = bytearray(), time.monotonic()
    heard = started
    while True:
        now = time.monotonic()
        wait = min(heard + silence, started + seconds) - now
        ready = select.select([reading], [], [], max(wait, 0))[0] if wait > 0 else []
        if not ready:
            return ("late" if now >= started + seconds else "silent"), bytes(written)
        block = os.read(reading, 1 << 16)
        if not block:
            return ("finished" if written.endswith(END) else "died"), bytes(written)
        heard = time.monotonic()
        written += block
        if len(written) > ANSWER:
            return "long", b""


END = b"\0end\0"


def play(
    request: dict[str, Any], writing: int, telling: int, *, torch: bool, confined: bool
) -> None:
    """Run a submission in a confined process and write what it does; never come back."""
    try:
        if confined:
            confine.own_namespaces()
            inner = os.fork()  # the first process of the new namespace
            if inner != 0:
                os.write(telling, str(inner).encode())
                os.close(telling)
                os.close(writing)
                os.waitpid(inner, 0)
                os._exit(0)
            confine.limits(memory=request["memory"], seconds=request["seconds"])
            confine.own_folders(request["disk"])
            confine.only_descriptor(writing)
            confine.no_privileges()
            confine.few_system_calls()
        else:
            os.close(telling)
        with os.fdopen(writing, "wb") as stream:
            answer(request, stream, torch=torch)
    finally:
        os._exit(0)


def answer(request: dict[str, Any], stream: BinaryIO, *, torch: bool) -> None:
    """Run the cells of a submission, and try its answers on the cases of each task."""
    names: dict[str, Any] = {"__name__": "__main__"}
    for number, source in enumerate(request["cells"]):
        send(stream, pack({"cell": number}))  # whoever listens knows then where it got stuck
        if failed := run_cell(source, names):
            send(stream, pack({"cell": number, "failed": failed}))
    for number, task in enumerate(request["tasks"]):
        send(stream, pack({"task": number}))
        function = names.get(task["function"])
        if not callable(function):
            send(stream, pack({"task": number, "missing": True}))
            continue
        cases = [Case(tuple(arguments)) for arguments in task["cases"]]
        try:
            found = pack(
                {"task": number, "seen": [as_dict(s) for s in probe(function, cases, torch=torch)]}
            )
        except BaseException as error:
            found = pack({"task": number, "seen": [as_dict(broken(error))] * len(cases)})
        send(stream, found)
    stream.write(END)
    stream.flush()


def run_cell(source: str, names: dict[str, Any]) -> str:
    """Run a code cell, and give the class of the error that it ended in, or nothing.

    A missing package fails only the statement that imports it: a by-hand task has no PyTorch.
    """
    failed = ""
    try:
        statements = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return type(error).__name__
    for statement in statements:
        try:
            exec(compile(ast.Module([statement], []), "<cell>", "exec"), names)
        except ImportError:
            failed = "ImportError"
        except BaseException as error:
            return type(error).__name__
    return failed


def as_dict(seen: Seen) -> dict[str, Any]:
    """Write what was seen so that it can be sent; messages of exceptions stay inside."""
    values = {"values": seen.values, "after": seen.after, "error": seen.error}
    return {**values, "missing": missing_name(seen)}


def missing_name(seen: Seen) -> str:
    """Give the name that a NameError is about: it tells a learner what is missing."""
    if seen.error != "NameError" or "'" not in seen.message:
        return ""
    return seen.message.split("'")[1][:40]


def broken(error: BaseException) -> Seen:
    """Describe an answer that broke the probe itself."""
    return Seen(error=type(error).__name__[:60])


if __name__ == "__main__":
    np.zeros(1) @ np.zeros(1)  # whatever is set up at first use is set up before the first fork
    main()
