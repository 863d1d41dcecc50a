"""The server in the sandbox: it has imported NumPy, and forks for every submission.

For each it is given two pipes, by the ends that its child needs, and looks into neither: so no
submission finds anything of another in its memory.  The child confines itself, reads what was
submitted, runs it, and writes what it does.

A submission is played in two halves: first its cells, and its answers on the public cases; and
only when all of that is written, its answers on the secret cases.  So nothing that is shown to
anybody can hold a secret input.
"""

import ast
import gc
import os
import random
import signal
import socket
import sys
from collections.abc import Sequence
from typing import Any, BinaryIO

import numpy as np

from dlcourse.exercises.cases import Case
from dlcourse.exercises.probe import Seen, probe
from dlcourse.exercises.task import LIBRARIES
from dlcourse.grading.inside import no_checks
from dlcourse.grading.inside.messages import pack, receive, send, unpack

REQUEST = 256 << 20  # bytes
HALF, END = b"\0half\0", b"\0end\0"
START, END_IT, READY = b"s", b"e", b"r"  # what the server is told, and what it says


def main() -> None:
    """Serve until there is nobody to serve; or, `open` to all, one submission without a sandbox."""
    torch = "torch" in sys.argv[1:]
    if torch:
        warm_up_torch()
    else:  # an empty folder, as the sandbox shows it, could still be imported
        sys.modules.update(dict.fromkeys(LIBRARIES))  # type: ignore[arg-type]
    if "open" in sys.argv[1:]:
        requests, answers = os.fdopen(os.dup(0), "rb", 0), os.fdopen(os.dup(1), "wb")
        os.dup2(2, 1)
        hide_the_course()
        play(read_request(requests), requests, answers, torch=torch)
    else:
        serve(torch=torch)


def serve(*, torch: bool) -> None:
    """Start a confined child when told to, and end it when told to."""
    from dlcourse.grading.inside import confine

    control = socket.socket(fileno=os.dup(0))
    gc.collect()
    gc.freeze()  # no child looks for garbage in what they share, which would copy it
    control.sendall(READY)
    while True:
        word, pipes, *_ = socket.recv_fds(control, 1, 2)
        if word != START or len(pipes) != 2:
            return
        child = confine.fork_apart()
        if child == 0:
            play_confined(*pipes, torch=torch)
        for pipe in pipes:
            os.close(pipe)
        ending = control.recv(1)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        if ending != END_IT:
            return
        control.sendall(READY)


def play_confined(reading: int, writing: int, *, torch: bool) -> None:
    """Run a submission in this process, confined for good; never come back."""
    from dlcourse.grading.inside import confine

    try:
        with os.fdopen(reading, "rb", 0) as requests, os.fdopen(writing, "wb") as stream:
            request = read_request(requests)
            try:
                confine.limits(memory=request["memory"], seconds=request["seconds"])
                confine.own_folders(request["disk"])
                confine.only_descriptors(reading, writing)
                confine.no_privileges()
                confine.few_system_calls()
            except OSError as error:
                send(stream, str(error).encode())
                return
            send(stream, READY)
            play(request, requests, stream, torch=torch)
    finally:
        os._exit(0)


def warm_up_torch() -> None:
    """Let PyTorch load what it loads at first use, once for all submissions.

    A backward pass is left to them: its engine does not survive a fork.
    """
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(0)
    weight = torch.ones(1, requires_grad=True)
    weight.grad = torch.ones(1)
    torch.optim.SGD([weight], lr=1.0, momentum=0.5).step()


def hide_the_course() -> None:
    """Make its solutions absent, and checks do nothing, where no sandbox hides them."""
    import dlcourse.exercises

    for name in ("dlcourse.by_hand", "dlcourse.in_torch"):
        sys.modules[name] = None  # type: ignore[assignment]
    for name in ("ask", "check", "so_far"):
        setattr(dlcourse.exercises, name, getattr(no_checks, name))


def read_request(requests: BinaryIO) -> Any:
    """Read one request.

    Raises
    ------
    EOFError
        When there is none.
    """
    data = receive(requests, limit=REQUEST)
    if data is None:
        raise EOFError("no request")
    return unpack(data)


def play(request: dict[str, Any], secrets: BinaryIO, stream: BinaryIO, *, torch: bool) -> None:
    """Run the cells of a submission, and try its answers on public and then on secret cases."""
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002 (for those who draw from it: the same in every run)
    names: dict[str, Any] = {"__name__": "__main__", "display": no_checks.ask}
    for number, source in enumerate(request["cells"]):
        send(stream, pack({"cell": number}))  # whoever listens knows then where it got stuck
        if failed := run_cell(source, names):
            send(stream, pack({"cell": number, "failed": failed}))
    functions = request["functions"]
    try_answers(names, functions, request["cases"], stream, torch=torch)
    stream.write(HALF)
    stream.flush()
    try_answers(names, functions, read_request(secrets), stream, torch=torch)
    stream.write(END)
    stream.flush()


def try_answers(
    names: dict[str, Any],
    functions: Sequence[str],
    cases: Sequence[Sequence[Any]],
    stream: BinaryIO,
    *,
    torch: bool,
) -> None:
    """Call each answer on its cases, and write what it did."""
    for number, (name, inputs) in enumerate(zip(functions, cases, strict=True)):
        function = names.get(name)
        if not callable(function):
            send(stream, pack({"task": number, "missing": True}))
        elif inputs:
            send(stream, pack({"task": number}))
            tried = [Case(tuple(arguments)) for arguments in inputs]
            try:
                seen = [as_dict(s) for s in probe(function, tried, torch=torch)]
                found = pack({"task": number, "seen": seen})
            except BaseException as error:
                found = pack({"task": number, "seen": [as_dict(broken(error))] * len(tried)})
            send(stream, found)


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
