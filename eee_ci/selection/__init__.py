"""Which test files an edit can have broken, and what is remembered for it.

A test file is skipped when it passed and nothing that it depended on has changed: its import closure, the
bodies of the functions that ran, the files it read or looked for, the folders it listed. Doubt means: run it.
"""

from eee_ci.selection.choosing import choose as choose
from eee_ci.selection.learning import learn as learn
from eee_ci.selection.record import Record as Record
from eee_ci.selection.record import Recorded as Recorded
from eee_ci.selection.record import doubt as doubt
from eee_ci.selection.record import load as load
from eee_ci.selection.shape import Shape as Shape
from eee_ci.selection.shape import linemap as linemap
from eee_ci.selection.shape import shape as shape
from eee_ci.selection.state import Choice as Choice
from eee_ci.selection.state import State as State
from eee_ci.selection.state import pack as pack
from eee_ci.selection.state import unpack as unpack
