"""Which test files an edit can have broken, and what is remembered for it.

A test file is skipped when it passed and nothing that it depended on has changed: its import closure, the
bodies of the functions that ran, the files it read or looked for, the folders it listed. Doubt means: run it.
"""

from collections.abc import Mapping

from eee_ci.model import TestCase, Tree
from eee_ci.selection.leftovers import displaced as displaced
from eee_ci.selection.leftovers import disturbed as disturbed
from eee_ci.selection.record import Record as Record
from eee_ci.selection.record import Recorded as Recorded
from eee_ci.selection.record import doubt as doubt
from eee_ci.selection.record import load as load
from eee_ci.selection.state import Choice as Choice
from eee_ci.selection.state import State as State
from eee_ci.selection.state import pack as pack
from eee_ci.selection.state import unpack as unpack
from eee_ci.selection.steadiness import with_unsteady as with_unsteady


def choose(state: State | None, tree: Tree, *, env_key: str) -> Choice:
    """The test files to run and to skip; whatever goes wrong here means: run all."""
    from eee_ci.selection import choosing  # it reads Python, which most runs need not

    return choosing.choose(state, tree, env_key=env_key)


def reminded(record: Record, choice: Choice, state: State, tree: Tree) -> str:
    """Which file ran something that remembers, and did not before an edit of what that may call."""
    from eee_ci.selection import reminding  # as above

    return reminding.reminded(record, state, tree) if choice.unmet else ""


def learn(
    state: State | None,
    choice: Choice,
    *,
    record: Record,
    cases: Mapping[tuple[str, str], TestCase],
    tree: Tree,
    env_key: str,
) -> State:
    """What is known after a run. Where that is doubtful the state says so, and the next choice is all."""
    from eee_ci.selection import learning

    return learning.learn(state, choice, record=record, cases=cases, tree=tree, env_key=env_key)
