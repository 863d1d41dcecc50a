"""Confine a process that is about to run somebody else's code: Linux only, for good.

bubblewrap has already hidden the machine.  Here each submission is parted from the next: own
namespaces, own empty folders, limits, no privileges, and no system calls but for computing.
"""

import ctypes
import os
import platform
import resource
import signal
import struct
from itertools import pairwise
from pathlib import Path

from dlcourse.grading.inside.system_calls import filter_of, number_of

NEW_MOUNTS, NEW_IPC, NEW_USERS, NEW_PIDS = 0x00020000, 0x08000000, 0x10000000, 0x20000000
NO_NEW_PRIVILEGES, SET_SECCOMP, DROP_FROM_BOUNDS, SECCOMP_FILTER = 38, 22, 24, 2

libc = ctypes.CDLL(None, use_errno=True)
holding = ctypes.PyDLL(None, use_errno=True)  # the same, without letting go of the interpreter
holding.syscall.restype = ctypes.c_long
holding.syscall.argtypes = [ctypes.c_long] * 6


def check(result: int, what: str) -> None:
    """Raise the error that a call of the C library reported."""
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def fork_apart() -> int:
    """Fork, and have the child in namespaces of its own: the kernel's clone with flags.

    The child is the first process of its process namespace: when it ends, the kernel ends all
    others there.  With `unshare` that takes two forks, and a fork of a process with PyTorch in it
    takes most of the time of a submission.

    Returns
    -------
    int
        0 in the child, and its number in the parent.
    """
    user, group = os.getuid(), os.getgid()
    flags = NEW_USERS | NEW_PIDS | NEW_MOUNTS | NEW_IPC | signal.SIGCHLD
    ctypes.pythonapi.PyOS_BeforeFork()
    child = int(holding.syscall(number_of("clone"), flags, 0, 0, 0, 0))
    if child != 0:
        ctypes.pythonapi.PyOS_AfterFork_Parent()
        check(min(child, 0), "clone")
        return child
    ctypes.pythonapi.PyOS_AfterFork_Child()
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"0 {user} 1")
    Path("/proc/self/gid_map").write_text(f"0 {group} 1")
    return 0


def own_folders(megabytes: int) -> None:
    """Mount an empty /tmp of limited size, and an empty /proc over the one of the server."""
    private = 1 << 18 | 1 << 14
    check(libc.mount(b"none", b"/", None, private, None), "mount /")
    options = f"size={megabytes}m,nr_inodes=2000".encode()
    for folder in (b"/tmp", b"/proc"):
        check(libc.mount(b"tmpfs", folder, b"tmpfs", 2 | 4, options), f"mount {folder.decode()}")
    os.chdir("/tmp")


def limits(*, memory: int, seconds: int) -> None:
    """Limit memory, processor time, files, open files, and leave no core dumps.

    Parameters
    ----------
    memory : int
        Bytes of address space beyond what the server has.
    seconds : int
        Of processor time.
    """
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    room = pages * resource.getpagesize() + memory
    for what, most in (
        (resource.RLIMIT_AS, room),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 32 << 20),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def no_privileges() -> None:
    """Give up every capability, and the way back to any."""
    for capability in range(64):
        if libc.prctl(DROP_FROM_BOUNDS, capability, 0, 0, 0) != 0:
            break  # the last one of this kernel
    check(libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0), "no new privileges")
    header, data = struct.pack("Ii", 0x20080522, 0), bytes(24)
    check(libc.capset(header, data), "capset")


def few_system_calls() -> None:
    """Deny this process every system call that is not for computing, from here on."""
    program = filter_of(platform.machine())
    buffer = ctypes.create_string_buffer(program, len(program))
    described = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(buffer))
    check(libc.prctl(SET_SECCOMP, SECCOMP_FILTER, described, 0, 0), "seccomp")


def only_descriptors(*kept: int) -> None:
    """Close every open file but these, and give the standard streams to nobody."""
    nobody = os.open("/dev/null", os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nobody, standard)
    edges = [2, *sorted(kept), 4096]
    for low, high in pairwise(edges):
        os.closerange(low + 1, high)
