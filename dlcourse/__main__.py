"""The command `python -m dlcourse`: sets up its environment if need be, and goes on inside it.

Until then only the standard library is used, and this file can be read by older Pythons, so
that they can say that they are too old.
"""

import os
import shutil
import sys

HELP = """dlcourse: a deep learning course, every concept by hand and in PyTorch.

  python3 -m dlcourse lab     set everything up and open the course in JupyterLab
  python3 -m dlcourse test    set everything up and run every test and notebook

The first start makes an environment in the folder .venv; `lab --help` and the like
say more once it is there.
"""


def main() -> None:
    """Run the command line, inside an environment that has what it needs."""
    if sys.version_info < (3, 11):
        sys.exit(too_old())
    from dlcourse import setting_up

    arguments = sys.argv[1:]
    root = setting_up.checkout()
    inside = os.environ.get("DLCOURSE_INSIDE") == "1"
    if inside or not setting_up.missing(root, test=root is not None):
        from dlcourse.commands import run

        run()
        return
    if root is None:
        lacking = ", ".join(setting_up.missing(None, test=False))
        sys.exit(f"dlcourse: {lacking} missing; run `pip install dlcourse` again.")
    if not arguments or arguments[0] in ("-h", "--help"):
        sys.stdout.write(HELP)
        sys.exit(0)
    try:
        python = setting_up.ensure(root, say=say)
    except setting_up.SetupError as error:
        sys.exit(f"dlcourse: {error}")
    except KeyboardInterrupt:
        sys.stderr.write("\ndlcourse: stopped; start again and the set-up is done afresh.\n")
        sys.exit(130)
    sys.exit(setting_up.go_on_inside(python, arguments, {"DLCOURSE_INSIDE": "1"}))


def say(line: str) -> None:
    """Show a line; one that begins with a carriage return is replaced by the next on a terminal."""
    terminal = sys.stdout.isatty()
    if line.startswith("\r") and terminal:
        sys.stdout.write("\r\033[K" + line[1:])
    else:
        sys.stdout.write(("\r\033[K" if terminal else "") + line.lstrip("\r") + "\n")
    sys.stdout.flush()


def too_old() -> str:
    """Say which Python this is, and which one to take."""
    newer = [name for name in ("python3.13", "python3.12", "python3.11") if shutil.which(name)]
    advice = "install a newer one from python.org"
    if newer:
        advice = f"start with `{newer[0]} -m dlcourse`"
    found = ".".join(map(str, sys.version_info[:3]))
    return f"dlcourse: the course needs Python 3.11 or newer, and this is {found}; {advice}."


if __name__ == "__main__":
    main()
