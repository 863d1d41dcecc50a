"""Attacks on the grader: small notebooks, what each tries, and what it deserves.

Each is a cell that runs before the honest answers of lecture 01, and may answer itself.  In
`neuron_forward` it can return what it found: the feedback shows that as the answer.
"""

from dataclasses import dataclass

HONEST = {
    "neuron_forward": "def neuron_forward(x, w, b):\n    return np.tanh(x @ w + b)",
    "sigmoid_slope": """
def sigmoid_slope(a):
    e = np.exp(-np.abs(a))
    h = np.where(a >= 0, 1, e) / (1 + e)
    return h, h * (1 - h)""",
    "sigmoid_chain": """
def sigmoid_chain(x, w):
    x = x.clone().requires_grad_()
    h = x
    for weight in w:
        h = torch.sigmoid(weight * h)
    h.sum().backward()
    return x.grad""",
}
START = "import numpy as np\nimport torch\nfrom dlcourse.exercises import ask, check"


@dataclass(frozen=True)
class Attack:
    """What is tried.

    Attributes
    ----------
    name : str
    cell : str
        The code.
    neuron : str
        What `neuron_forward` deserves; the two other answers are right, unless `others` says else.
    shows : str
        What its feedback has to show, such as that something was refused.
    """

    name: str
    cell: str
    neuron: str = "wrong"
    shows: str = ""
    others: str = "right"

    @property
    def cells(self):
        answers = [text for name, text in HONEST.items() if f"def {name}(" not in self.cell]
        return [START, self.cell, *answers]


def refused(name, statement, error):
    """An attack that the system refuses with an error, which it reports as its answer."""
    cell = f"""
try:
    {statement}
    said = "DONE"
except BaseException as problem:
    said = "refused: " + type(problem).__name__
def neuron_forward(x, w, b):
    return said"""
    return Attack(name, cell, shows=f"refused: {error}")


ZERO = "\ndef neuron_forward(x, w, b):\n    return np.zeros(len(x))"
FOUND = "\ndef neuron_forward(x, w, b):\n    return str(found)"
LIBC = "import ctypes; libc = ctypes.CDLL(None, use_errno=True); "

FORGERIES = [
    Attack("numpy.testing", "np.testing.assert_allclose = lambda *a, **k: None" + ZERO),
    Attack("allclose", "np.allclose = np.isfinite = np.array_equal = lambda *a, **k: True" + ZERO),
    Attack(
        "builtins",
        "import builtins\nbuiltins.all = builtins.any = lambda *a: True\nbuiltins.abs = lambda x: 0"
        + ZERO,
        others="any",
    ),
    Attack(
        "savez",
        "import json\nnp.savez = np.save = json.dumps = lambda *a, **k: ''" + ZERO,
        others="any",
    ),
    Attack(
        "transformer",
        "get_ipython().input_transformers_post.append(lambda lines: ['pass'])" + ZERO,
        neuron="not attempted",
    ),
    Attack(
        "lying eq",
        "class Yes:\n    __eq__ = __le__ = __bool__ = lambda *a: True\n"
        "def neuron_forward(x, w, b):\n    return Yes()",
    ),
    Attack(
        "lying array",
        "class Yes(np.ndarray):\n"
        "    def __array__(self, *a, **k): return self\n    __eq__ = __sub__ = lambda *a: True\n"
        "def neuron_forward(x, w, b):\n    return np.zeros(len(x)).view(Yes)",
    ),
    Attack("check", "import dlcourse.exercises as e\ne.check = lambda *a: 'right'" + ZERO),
    Attack(
        "probe",
        "import sys\nm = sys.modules['__main__']\n"
        "m.probe = lambda f, cases, **k: [m.Seen(error='') for c in cases]" + ZERO,
        others="any",
    ),
    Attack(
        "as_dict",
        "import sys\nsys.modules['__main__'].as_dict = lambda s: 'right'" + ZERO,
        others="any",
    ),
    Attack(
        "forged verdict",
        """
import os, sys
m = sys.modules["__main__"]
for fd in range(3, 64):
    try:
        for n in range(9):
            line = m.pack({"task": n, "state": "right", "points": 99, "verdict": "right"})
            os.write(fd, len(line).to_bytes(8, "big") + line)
    except OSError:
        pass"""
        + ZERO,
        others="any",
    ),
    Attack(
        "forged answer",
        """
import os, sys
m = sys.modules["__main__"]
seen = {"values": (np.zeros(2),), "after": (), "error": "", "missing": ""}
line = m.pack({"task": 0, "seen": [seen] * 4})
for fd in range(3, 64):
    try: os.write(fd, len(line).to_bytes(8, "big") + line)
    except OSError: pass"""
        + ZERO,
    ),
    Attack(
        "early end",
        """
import os
def neuron_forward(x, w, b):
    for fd in range(3, 64):
        try: os.write(fd, b"\\0half\\0"); os.write(fd, b"\\0end\\0")
        except OSError: pass
    os._exit(0)""",
    ),
    Attack(
        "noise in the pipe",
        """
import os
def neuron_forward(x, w, b):
    for fd in range(3, 64):
        try: os.write(fd, os.urandom(5000))
        except OSError: pass
    return np.tanh(x @ w + b)""",
        others="any",
    ),
    Attack(
        "array of a terabyte",
        """
import os, json
def neuron_forward(x, w, b):
    head = json.dumps({"dict": [["task", 0], ["seen",
        {"list": [{"array": "<f8", "shape": [10**12], "bytes": 8 * 10**12}]}]]}).encode()
    line = len(head).to_bytes(8, "big") + head
    for fd in range(3, 64):
        try: os.write(fd, len(line).to_bytes(8, "big") + line)
        except OSError: pass
    return np.zeros(len(x))""",
    ),
    Attack(
        "array of objects",
        "def neuron_forward(x, w, b):\n    return np.array([neuron_forward, {}], dtype=object)",
    ),
    Attack(
        "pickle",
        "class Bomb:\n    def __reduce__(self): return (print, ('BOOM',))\n"
        "def neuron_forward(x, w, b):\n    return Bomb()",
    ),
    Attack(
        "deep JSON",
        """
import os
def neuron_forward(x, w, b):
    head = b"[" * 200_000
    line = len(head).to_bytes(8, "big") + head
    for fd in range(3, 64):
        try: os.write(fd, len(line).to_bytes(8, "big") + line)
        except OSError: pass
    return np.zeros(len(x))""",
    ),
    Attack(
        "a million messages",
        """
import os
def neuron_forward(x, w, b):
    for fd in range(3, 64):
        try:
            for _ in range(80): os.write(fd, bytes(100_000))
        except OSError: pass
    os._exit(0)""",
    ),
    Attack("a word of 4 MB", "def neuron_forward(x, w, b):\n    return 'A' * (1 << 20)"),
    Attack(
        "steering signs",
        "E = type('\\x1b[2J<script>alert(1)</script>', (Exception,), {})\n"
        "def neuron_forward(x, w, b):\n    raise E",
        shows="&lt;script&gt;",
    ),
    Attack(
        "public cases known by heart",
        """
def neuron_forward(x, w, b):
    if np.shape(x) in PUBLIC and np.isclose(np.sum(x), PUBLIC[np.shape(x)]).any():
        return np.tanh(x @ w + b)
    return np.zeros(len(x))""",
        shows="not on others like them",
    ),
    Attack(
        "right as long as the check",
        """
calls = 0
def neuron_forward(x, w, b):
    global calls
    calls += 1
    return np.tanh(x @ w + b) if calls <= PUBLIC_CALLS else np.zeros(len(x))""",
        shows="not on others like them",
    ),
    Attack(
        "patched for later tasks",
        """
right = np.tanh
def neuron_forward(x, w, b):
    np.exp = np.tanh = np.where = np.abs = lambda *a: np.float64(0.5)
    return right(x @ w + b)""",
        neuron="right",
        others="broken",
    ),
    Attack(
        "PyTorch by hand",
        "import torch\ndef neuron_forward(x, w, b):\n"
        "    return torch.tanh(torch.tensor(x) @ torch.tensor(w) + b).numpy()",
        shows="It leaves the work to PyTorch",
    ),
]

EXPIT = "2 * expit(2 * (x @ w + b)) - 1"
BORROWED = [
    Attack(
        "PyTorch's functions under their own name",
        "import torch.nn.functional as F\ndef neuron_forward(x, w, b):\n"
        "    return F.tanh(torch.tensor(x @ w + b)).numpy()",
        shows="It leaves the work to PyTorch",
    ),
    Attack(
        "SciPy by hand",
        f"from scipy.special import expit\ndef neuron_forward(x, w, b):\n    return {EXPIT}",
        shows="It leaves the work to SciPy",
    ),
    Attack(
        "SciPy in the answer",
        f"def neuron_forward(x, w, b):\n    from scipy.special import expit\n    return {EXPIT}",
        shows="It leaves the work to SciPy",
    ),
    Attack(
        "SciPy by way of another function",
        "import scipy.special as numpy_too\nbend = lambda a: 2 * numpy_too.expit(2 * a) - 1\n"
        "def neuron_forward(x, w, b):\n    return bend(x @ w + b)",
        shows="It leaves the work to SciPy",
    ),
    Attack(
        "SciPy by its name",
        "import importlib\ndef neuron_forward(x, w, b):\n"
        f"    expit = importlib.import_module('scipy.special').expit\n    return {EXPIT}",
        shows="It leaves the work to SciPy",
    ),
    Attack(
        "SciPy by half its name",
        "def neuron_forward(x, w, b):\n"
        f"    expit = getattr(__import__('sci' + 'py.special').special, 'ex' + 'pit')\n"
        f"    return {EXPIT}",
        shows="It raised ModuleNotFoundError",
    ),
    Attack(
        "SciPy kept for later",
        f"""
try:
    from scipy.special import expit
except ImportError:
    from dlcourse.exercises import ask as expit
def neuron_forward(x, w, b, expit=expit):
    return {EXPIT}""",
    ),
    Attack(
        "scikit-learn by hand",
        """
from sklearn.neural_network import _base
def neuron_forward(x, w, b):
    a = x @ w + b
    _base.ACTIVATIONS["tanh"](a)
    return a""",
        shows="It leaves the work to scikit-learn",
    ),
    Attack(
        "libraries that are loaded",
        """
import gc, sys
found = {str(getattr(o, "__module__", "")).split(".")[0] for o in gc.get_objects()
         if callable(o)} | {name.split(".")[0] for name, m in sys.modules.items() if m}
found = sorted(found & {"torch", "scipy", "sklearn", "jax", "tensorflow"})"""
        + FOUND,
        shows="your answer: '[]'",
    ),
    Attack(
        "libraries on the disk",
        """
import os, sys
places = {*sys.path, "/lib/python3", "/usr/lib/python3", "/usr/local"}
found = [folder for place in places for folder, _, names in os.walk(place) for name in names
         if name in ("_logsumexp.py", "extmath.py", "_tensor.py") or "_ufuncs_cxx" in name
         or "libtorch" in name]"""
        + FOUND,
        shows="your answer: '[]'",
    ),
    Attack(
        "the course by hand",
        "def neuron_forward(x, w, b):\n    from dlcourse import by_hand\n"
        "    return by_hand.Affine(3, 2)(x)",
        shows="It leaves the work to the course",
    ),
    Attack(
        "the course by its folder",
        """
import glob, site, sys
for folder in [*sys.path, *glob.glob("/*/*/"), *glob.glob("/*/*/*/")]:
    site.addsitedir(folder)
def neuron_forward(x, w, b):
    return getattr(__import__("dlcourse.by_" + "hand"), "by_hand").Tanh()(x @ w + b)""",
        shows="It raised ModuleNotFoundError",
    ),
]

SEARCH = """
import os
found = []
for folder, folders, names in os.walk("/"):
    if folder.endswith("-packages"):
        folders[:] = [f for f in folders if "course" in f]
    found += [f"{folder}/{n}" for n in names if n.endswith((".ipynb", ".csv", ".jsonl"))
              or "secret-seed" in n or "/exercises/tasks" in folder
              or n in ("judge.py", "neurons.py", "proving.py", "records.py")]
"""

SPIES = [
    Attack("solutions", SEARCH + FOUND, shows="your answer: '[]'"),
    Attack(
        "references",
        """
found = []
for name in ("judge", "tasks", "tasks.neurons", "checking", "result"):
    try: __import__("dlcourse.exercises." + name); found.append(name)
    except ImportError: pass"""
        + FOUND,
        shows="your answer: '[]'",
    ),
    Attack(
        "environment",
        "import os\nfound = sorted(set(os.environ) & {'USER', 'SSH_AUTH_SOCK', 'WITNESS'})" + FOUND,
        shows="your answer: '[]'",
    ),
    Attack(
        "processes", "import os\nfound = os.listdir('/proc')" + FOUND, shows="your answer: '[]'"
    ),
    refused("memory of the parent", "open('/proc/1/mem', 'rb').read(1)", "FileNotFoundError"),
    Attack(
        "memory of others",
        """
import ctypes, os
libc = ctypes.CDLL(None)
def count(backwards):
    hits = 0
    for thing in (object(), [], {}, "a" * 50, bytes(5000), bytes(1 << 20), os, count):
        pages = os.memfd_create("pages")  # a write of what is not there fails, and harms nobody
        for page in range((id(thing) >> 12) - 1500, (id(thing) >> 12) + 1500):
            libc.write(pages, ctypes.c_void_p(page << 12), 4096)
        hits += os.pread(pages, 1 << 26, 0).count(backwards[::-1])
        os.close(pages)
    return hits
found = [count(b"NNA-FO-" + b"YASSE") - count(b"NNA-FO-" + b"YASSX")]"""
        + FOUND,
        shows="your answer: '[0]'",
    ),
    Attack(
        "other submissions",
        """
import os
found = []
for folder in ("/tmp", "/dev/shm", "/var/tmp", "/"):
    try: found += [n for n in os.listdir(folder) if "left" in n]
    except OSError: pass
    try: open(folder + "/left-behind", "w").write("for my friend")
    except OSError: pass"""
        + FOUND,
        shows="your answer: '[]'",
    ),
    refused("passwords", "open('/etc/passwd').read()", "FileNotFoundError"),
    refused("home", "open('/root/.bashrc').read()", "FileNotFoundError"),
    Attack(
        "descriptors",
        """
import os
found = []
for fd in range(3, 4096):
    try: found += [os.readlink(f"/proc/self/fd/{fd}")]
    except OSError: pass
    try:
        if fd and os.fstat(fd).st_mode & 0o170000 != 0o010000: found.append(fd)
    except OSError: pass"""
        + FOUND,
        shows="your answer: '[]'",
    ),
]

LEAKS = [
    Attack(
        "inputs in the class of an exception",
        "def neuron_forward(x, w, b):\n"
        "    raise type('E' + str(x.ravel()[:3].tolist()), (Exception,), {})",
    ),
    Attack(
        "inputs in the words of an exception",
        "def neuron_forward(x, w, b):\n    raise ValueError(str(x))",
    ),
    Attack(
        "inputs as a missing name",
        "def neuron_forward(x, w, b):\n"
        "    raise NameError(f\"name 'x{abs(int(1e9 * x.sum()))}' is not defined\")",
    ),
    Attack("inputs as the answer", "def neuron_forward(x, w, b):\n    return x.ravel()"),
    Attack(
        "all inputs that are there",
        """
import sys
def neuron_forward(x, w, b):
    found, frame = [], sys._getframe()
    while frame:
        found += [repr(v) for k, v in frame.f_locals.items() if k in
                  ("request", "cases", "inputs", "tried", "secret", "feed")]
        frame = frame.f_back
    return "".join(found)[-200:]""",
    ),
    Attack(
        "secret inputs written as public ones",
        """
import os, sys
calls = 0
def neuron_forward(x, w, b):
    global calls
    calls += 1
    m = sys.modules["__main__"]
    seen = {"values": (np.full(3, x.sum()),), "after": (x, w), "error": "", "missing": ""}
    for message in ({"cell": 0, "failed": str(x.sum())}, {"task": 0, "seen": [seen] * 4}):
        line = m.pack(message)
        for fd in range(3, 64):
            try: calls > PUBLIC_CALLS and os.write(fd, len(line).to_bytes(8, "big") + line)
            except OSError: pass
    return np.zeros(len(x))""",
    ),
]

HARM = [
    refused("write into NumPy", "open(np.__file__, 'w')", "OSError"),
    refused("delete NumPy", "__import__('os').remove(np.__file__)", "OSError"),
    refused("write at the root", "open('/left', 'w')", "OSError"),
    refused("write into /dev", "open('/dev/shm/left', 'w')", "OSError"),
    refused("fork", "__import__('os').fork()", "PermissionError"),
    refused("fork bomb", "[__import__('os').fork() for _ in range(10_000)]", "PermissionError"),
    refused("a program", "__import__('subprocess').run(['/bin/sh'])", "PermissionError"),
    refused("become a program", "import os; os.execv('/bin/sh', ['sh'])", "PermissionError"),
    refused(
        "a thread that stays",
        "import threading, time; threading.Thread(target=time.sleep, args=(99,)).start()",
        "RuntimeError",
    ),
    refused("network", "import socket; socket.socket()", "PermissionError"),
    refused("kill the parent", "import os; os.kill(os.getppid(), 9)", "PermissionError"),
    refused("kill everything", "import os; os.kill(-1, 9)", "PermissionError"),
    refused("stop", "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)", "PermissionError"),
    refused(
        "read another process",
        LIBC + "assert libc.ptrace(16, 1, 0, 0) == 0 or ctypes.get_errno() != 1, 'no'",
        "AssertionError",
    ),
    refused(
        "uncover /proc",
        LIBC + "assert libc.umount2(b'/proc', 2) == 0 or ctypes.get_errno() != 1, 'no'",
        "AssertionError",
    ),
    refused(
        "new namespaces",
        LIBC + "assert libc.unshare(0x10000000) == 0 or ctypes.get_errno() != 1, 'no'",
        "AssertionError",
    ),
    Attack(
        "every system call that is denied",
        """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
found = []
for name, number in SYSTEM_CALLS.items():
    ctypes.set_errno(0)
    if libc.syscall(number, -1, -1, -1, -1, -1, -1) != -1 or ctypes.get_errno() not in (1, 38):
        found.append(name)"""
        + FOUND,
        shows="your answer: '[]'",
    ),
    refused(
        "raise the limits",
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (-1, -1))",
        "ValueError",
    ),
    refused("a symlink to read through", "import os; os.symlink('/work', 'x'); open('x/y')", ""),
    refused("fill the disk", "open('x', 'wb').write(bytes(1 << 28))", "OSError"),
    refused(
        "many files", "[open(str(k), 'w').close() for k in range(100_000)]", "OSError"
    ),
    refused("memory bomb", "bytearray(1 << 40)", "MemoryError"),
    refused("slow memory bomb", "[bytearray(1 << 26) for _ in range(10_000)]", "MemoryError"),
    Attack("1 GB of output", "for _ in range(1000): print('x' * 1_000_000)", neuron="right"),
    Attack("exit", "import sys\nsys.exit(0)", neuron="right"),
    Attack("interrupt", "raise KeyboardInterrupt", neuron="right"),
    Attack("end the program", "import os\nos._exit(0)", neuron="right"),
    Attack(
        "end it in an answer", "import os\ndef neuron_forward(x, w, b):\n    os._exit(0)",
        shows="It ended the program",
    ),
    Attack("segfault", "import ctypes\nctypes.string_at(0)", neuron="right"),
    Attack("abort", "import os\nos.abort()", neuron="right"),
    Attack("recursion", "def f(): return f()\nf()", neuron="right"),
    Attack("close everything", "import os\nos.closerange(0, 4096)", neuron="right"),
    Attack("sleep in a cell", "import time\ntime.sleep(1000)", neuron="right"),
    Attack("endless cell", "while True: pass", neuron="right"),
    Attack(
        "endless answer",
        "def neuron_forward(x, w, b):\n    while True: pass",
        shows="It did not come to an end in time",
    ),
    Attack(
        "deaf endless answer",
        "import signal\nfor s in range(1, 32):\n"
        "    try: signal.signal(s, signal.SIG_IGN)\n    except (OSError, ValueError): pass\n"
        "def neuron_forward(x, w, b):\n    while True: pass",
        shows="It did not come to an end in time",
    ),
    Attack(
        "endless chatter",
        """
import os
def neuron_forward(x, w, b):
    while True:
        for fd in range(3, 64):
            try: os.write(fd, bytes(65536))
            except OSError: pass""",
        shows="It wrote far more than an answer",
    ),
]  # fmt: skip

ATTACKS = [*FORGERIES, *BORROWED, *SPIES, *LEAKS, *HARM]
