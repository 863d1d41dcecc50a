"""JupyterLab as the course opens it: its page in front, contents at the side, settings kept."""

import json
import os
import secrets
import tempfile
from pathlib import Path

from jupyterlab_server.workspaces_handler import WorkspacesManager

EXERCISES = "exercises/01-neurons.ipynb"
SETTINGS = {
    "@jupyterlab/apputils-extension/notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
    },
    "@jupyterlab/docmanager-extension/plugin": {"autosaveInterval": 30},  # seconds
    "@jupyterlab/notebook-extension/tracker": {
        "codeCellConfig": {"lineNumbers": True},  # errors name lines
        "kernelShutdown": True,  # a closed notebook gives its memory back
    },
}
CLASSROOM = Path(__file__).parent / "classroom"
LAYOUT = {
    "layout-restorer:data": {
        "left": {
            "collapsed": False,
            "visible": True,
            "current": "@jupyterlab/toc:plugin",
            "widgets": ["filebrowser", "running-sessions", "@jupyterlab/toc:plugin"],
        },
        "relativeSizes": [0.22, 0.78, 0],
    }
}


def open_lab(root: Path, *, browser: bool, port: int, first: str = "") -> None:
    """Run JupyterLab on the course until Ctrl-C; kernels inherit our environment variables."""
    from jupyterlab.labapp import LabApp

    os.chdir(root)
    token = secrets.token_hex(24)
    arguments = lab_arguments(root, browser=browser, port=port, token=token, first=first)
    server = LabApp.initialize_server(arguments)
    server.identity_provider.token_generated = True  # so that Jupyter prints it
    server.start()


def lab_arguments(
    root: Path, *, browser: bool, port: int, token: str, first: str = ""
) -> list[str]:
    """Give JupyterLab's arguments for the course, after preparing settings and layout.

    Parameters
    ----------
    root : Path
        The folder with lectures/.
    browser : bool
        Whether to open a browser window.
    port : int
        The first port to try; Jupyter takes the next free one and says so.
    token : str
        What the server asks for, whatever the user's own settings say.
    first : str
        The notebook to open; the page of the course by default.
    """
    state = root / ".jupyterlab"
    try:
        prepare(state)
    except OSError:  # a course folder that cannot be written to
        state = Path(tempfile.mkdtemp(prefix="dlcourse-"))
        prepare(state)
    return [
        f"--ServerApp.root_dir={root}",
        "--ServerApp.ip=127.0.0.1",  # for this machine alone, whatever the user's own settings say
        f"--IdentityProvider.token={token}",
        f"--LabApp.default_url=/lab{f'/tree/{first}' if first else ''}",
        f"--LabApp.extra_labextensions_path={CLASSROOM / 'labextensions'}",
        "--ServerApp.jpserver_extensions={'jupyterlab': True, 'dlcourse.classroom': True}",
        f"--LabApp.user_settings_dir={state / 'settings'}",
        f"--LabApp.workspaces_dir={state / 'workspaces'}",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.news_url=None",
        "--ServerApp.answer_yes=True",  # Ctrl-C ends it without a question
        "--LanguageServerManager.autodetect=False",  # or it asks npm for servers nobody has
        f"--port={port}",
        *([] if browser else ["--no-browser"]),
        *(["--allow-root"] if is_root() else []),
    ]


def is_root() -> bool:
    """Whether we are root, as in most containers: Jupyter then wants to be told that we know."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def prepare(state: Path) -> None:
    """Write the course's settings and layout once; what the learner changes later stays."""
    for plugin, values in SETTINGS.items():
        place = state / "settings" / f"{plugin}.jupyterlab-settings"
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(json.dumps(values, indent=2), encoding="utf-8")
    workspaces = state / "workspaces"
    if not workspaces.exists():
        workspaces.mkdir(parents=True)
        layout = {"data": LAYOUT, "metadata": {"id": "default"}}
        WorkspacesManager(str(workspaces)).save("default", json.dumps(layout))
