"""Confine a process that is about to run somebody else's code: Linux only, for good.

bubblewrap has already hidden the machine.  Here each submission is parted from the next: own
namespaces, own empty folders, limits, no privileges, and only the system calls that computing
needs.
"""

import ctypes
import errno
import os
import platform
import resource
import signal
import struct
from itertools import pairwise
from pathlib import Path

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
    child = int(holding.syscall(CALLS[platform.machine()][1]["clone"], flags, 0, 0, 0, 0))
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


# ---- system calls ------------------------------------------------------------------------

SINCE_5_0 = {
    "pidfd_send_signal": 424, "io_uring_setup": 425, "open_tree": 428, "move_mount": 429,
    "fsopen": 430, "fsmount": 432, "pidfd_open": 434, "clone3": 435, "pidfd_getfd": 438,
    "mount_setattr": 442,
}  # fmt: skip
"""Numbers of system calls that are the same on all processors."""

CALLS: dict[str, tuple[int, dict[str, int]]] = {
    "x86_64": (0xC000003E, {
        "socket": 41, "connect": 42, "sendto": 44, "bind": 49, "listen": 50, "socketpair": 53,
        "clone": 56, "fork": 57, "vfork": 58, "execve": 59, "kill": 62, "ptrace": 101,
        "rt_sigqueueinfo": 129, "pivot_root": 155, "chroot": 161, "mount": 165, "umount2": 166,
        "tkill": 200, "tgkill": 234, "shmget": 29, "semget": 64, "msgget": 68, "mq_open": 240,
        "add_key": 248, "request_key": 249, "keyctl": 250, "unshare": 272,
        "rt_tgsigqueueinfo": 297, "perf_event_open": 298, "open_by_handle_at": 304, "setns": 308,
        "process_vm_readv": 310, "process_vm_writev": 311, "bpf": 321, "execveat": 322,
        "userfaultfd": 323, **SINCE_5_0,
    }),
    "aarch64": (0xC00000B7, {
        "socket": 198, "socketpair": 199, "bind": 200, "listen": 201, "connect": 203,
        "sendto": 206, "clone": 220, "execve": 221, "kill": 129, "ptrace": 117,
        "rt_sigqueueinfo": 138, "pivot_root": 41, "chroot": 51, "mount": 40, "umount2": 39,
        "tkill": 130, "tgkill": 131, "shmget": 194, "semget": 190, "msgget": 186, "mq_open": 180,
        "add_key": 217, "request_key": 218, "keyctl": 219, "unshare": 97,
        "rt_tgsigqueueinfo": 240, "perf_event_open": 241, "open_by_handle_at": 265, "setns": 268,
        "process_vm_readv": 270, "process_vm_writev": 271, "bpf": 280, "execveat": 281,
        "userfaultfd": 282, **SINCE_5_0,
    }),
}  # fmt: skip
"""For each processor how the kernel calls it, and the numbers of what is denied: processes and
threads, programs, the network, signals, other processes, mounts, shared memory."""

LOAD, EQUAL, AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06
ALLOW, KILL, REFUSE = 0x7FFF0000, 0x80000000, 0x00050000


def filter_of(machine: str) -> bytes:
    """Write the filter of system calls, in the kernel's instructions of eight bytes.

    Raises
    ------
    OSError
        When the processor is not known.
    """
    if machine not in CALLS:
        raise OSError(errno.ENOSYS, f"no filter of system calls is known for {machine}")
    arch, denied = CALLS[machine]
    program = [(LOAD, 0, 0, 4), (EQUAL, 1, 0, arch), (RETURN, 0, 0, KILL), (LOAD, 0, 0, 0)]
    if machine == "x86_64":  # its second way to number calls
        program += [(AT_LEAST, 0, 1, 0x40000000), (RETURN, 0, 0, KILL)]
    for name, number in denied.items():
        error = errno.ENOSYS if name == "clone3" else errno.EPERM  # so that clone is asked next
        program += [(EQUAL, 0, 1, number), (RETURN, 0, 0, REFUSE | error)]
    program += [(RETURN, 0, 0, ALLOW)]
    return b"".join(struct.pack("HBBI", *instruction) for instruction in program)


def few_system_calls() -> None:
    """Allow this process nothing but computing, from here on."""
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
