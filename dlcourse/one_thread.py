"""A plugin for pytest that gives each process of the tests one thread, notebooks included.

It is loaded before NumPy and PyTorch, which read these variables once.
"""

import os

from dlcourse.setting_up import ONE_THREAD

os.environ.update(ONE_THREAD)
os.environ["PYTHONHASHSEED"] = "0"
