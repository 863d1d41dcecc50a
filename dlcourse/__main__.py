"""The command `python -m dlcourse`: sets up its environment if need be, and goes on inside it.

Until then only the standard library is used, and this file can be read by older Pythons, so
that they can say that they are too old.
"""

import os
import shutil
import signal
import subprocess
import sys

COMMANDS = [
    "lab",
    "test",
    "progress",
    "grade",
    "compare",
    "bench",
    "site",
    "data",
    "slides",
    "reproduce",
    "exercises",
    "notebooks",
]
HELP = """dlcourse: deep learning, every concept by hand and in PyTorch, tested to be equal.

  python3 -m dlcourse lab     set everything up and open the course in JupyterLab
                              (--no-browser, --port 8889)
  python3 -m dlcourse test    set everything up and run every test and notebook
                              (further arguments go to pytest, such as -k affine)
  python3 -m dlcourse bench   measure by hand against PyTorch (--json FILE)

The first start makes an environment in the folder .venv (1.7 GB or more, a minute or a few);
inside it, `dlcourse --help` tells of more. To delete it is safe: it is made again.

  DLCOURSE_DATA          the folder for MNIST, Fashion-MNIST and CIFAR-10 (`dlcourse data --help`)
  DLCOURSE_VENV          another folder for the environment
  DLCOURSE_TORCH_INDEX   where PyTorch comes from: an address, or none for what pip finds;
                         on Linux without an NVIDIA card, PyTorch's index of builds for the CPU
"""


def main() -> None:
    """Run the command line, inside an environment that has what it needs."""
    if sys.version_info < (3, 11):
        sys.exit(too_old())
    from dlcourse.installing import SetupError

    try:
        start(sys.argv[1:])
    except SetupError as error:
        clear_line()
        sys.exit(f"dlcourse: {error}")
    except KeyboardInterrupt:
        clear_line()
        sys.stderr.write("dlcourse: stopped; nothing is broken, start again whenever you like.\n")
        sys.exit(130)


def start(arguments: "list[str]") -> None:
    """Go on to the commands, here if everything is there, else in an environment of our own."""
    from dlcourse import setting_up
    from dlcourse.installing import SetupError, clean_environment, hand_over

    root = setting_up.checkout()
    inside = os.environ.pop("DLCOURSE_INSIDE", "") == "1"
    test = arguments[:1] == ["test"] and root is not None  # from a wheel, the command asks itself
    if setting_up.suffices(root, test=test):
        from dlcourse.commands import run

        run()
        return
    lacking = ", ".join(setting_up.missing(root, test=test))
    if root is None:
        raise SetupError(f"{lacking} missing; run `pip install dlcourse` again.")
    if inside:
        raise SetupError(f"{sys.prefix} has lost {lacking}; delete that folder and start again.")
    answer_without_setup(arguments)
    end_tidily()
    python = setting_up.ensure(root, test=test, say=say)
    command = [str(python), "-m", "dlcourse", *arguments]
    sys.exit(hand_over(command, environment={**clean_environment(), "DLCOURSE_INSIDE": "1"}))


def end_tidily() -> None:
    """Make a closed terminal or a request to end take pip along, as Ctrl-C does."""
    for name in ("SIGTERM", "SIGHUP"):  # a fresh program, started later, has them as usual
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, lambda number, _: sys.exit(128 + number))


def answer_without_setup(arguments: "list[str]") -> None:
    """Answer what needs no environment: help, the version, and a command that does not exist."""
    import difflib

    from dlcourse import __version__

    if not arguments or "--help" in arguments or arguments[0] == "-h":
        sys.stdout.write(HELP)
        sys.exit(0)
    if arguments[0] == "--version":
        sys.stdout.write(f"dlcourse {__version__}\n")
        sys.exit(0)
    if arguments[0] not in COMMANDS:
        near = difflib.get_close_matches(arguments[0], COMMANDS, n=1)
        advice = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(COMMANDS)}."
        sys.stderr.write(f"dlcourse: no command is called {arguments[0]!r}; {advice}\n")
        sys.exit(2)


def say(line: str) -> None:
    """Show a line; one that begins with a carriage return is replaced by the next on a terminal."""
    clear_line()
    if line.startswith("\r") and sys.stdout.isatty():
        line = line[1 : shutil.get_terminal_size().columns]
    else:
        line = line.lstrip("\r") + "\n"
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(line.encode(encoding, "backslashreplace").decode(encoding))
    sys.stdout.flush()


def clear_line() -> None:
    """Wipe the line of progress off a terminal."""
    if sys.stdout.isatty():
        sys.stdout.write("\r" + " " * (shutil.get_terminal_size().columns - 1) + "\r")
        sys.stdout.flush()


def too_old() -> str:
    """Say which Python this is, and which one to take."""
    newer = next(filter(runs, ("python3.13", "python3.12", "python3.11", "python3.14")), None)
    advice = f"start with `{newer} -m dlcourse`" if newer else "install a newer one from python.org"
    found = ".".join(map(str, sys.version_info[:3]))
    return f"dlcourse: the course needs Python 3.11 or newer, and this is {found}; {advice}."


def runs(name: str) -> bool:
    """Whether a command is there and starts: the stand-ins of version managers may not."""
    path = shutil.which(name)
    nowhere = subprocess.DEVNULL
    if path is None:
        return False
    return subprocess.call([path, "-c", ""], stdout=nowhere, stderr=nowhere) == 0


if __name__ == "__main__":
    main()
