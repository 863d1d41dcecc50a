"""Settings of every test: one thread, no display, the same cases on every machine."""

import os

from dlcourse.setting_up import ONE_THREAD

os.environ.update(ONE_THREAD)  # before NumPy or PyTorch is imported, here and in kernels
os.environ["PYTHONHASHSEED"] = "0"

from hypothesis import settings

settings.register_profile("course", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("course")


def pytest_terminal_summary(terminalreporter):
    """Print the table of mutants: for each box, the planted bugs and whether they were caught."""
    table = {}
    for outcome, word in (("passed", "killed"), ("failed", "ALIVE")):
        for report in terminalreporter.getreports(outcome):
            _, _, mutant = report.nodeid.partition("test_every_mutant_is_killed[")
            if mutant:
                box, _, bug = mutant.removesuffix("]").partition("-")
                table.setdefault(box, []).append(f"{bug} {word}")
    if table:
        terminalreporter.section("mutants")
        for box, bugs in sorted(table.items()):
            terminalreporter.line(f"{box:22} {len(bugs)}: {', '.join(sorted(bugs))}")
        terminalreporter.line(f"{sum(map(len, table.values()))} mutants of {len(table)} boxes")
