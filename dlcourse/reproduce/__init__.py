"""The experiments of the slides at full size: declared, run, and recorded.

``record("mnist-lenet")`` reads what comes with the course; `dlcourse reproduce run mnist-lenet`
makes it anew.
"""

from dlcourse.reproduce.recipes import Arm, Recipe, find
from dlcourse.reproduce.records import Record, RecordError, read, record

__all__ = ["Arm", "Recipe", "Record", "RecordError", "find", "read", "record"]
