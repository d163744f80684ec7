"""When files leave another process behind than before, what others came to under it does not hold."""

import msgspec
import pytest

from eee_ci import selection
from eee_ci.selection import leftovers
from eee_ci.selection.record import NOTHING, Record
from eee_ci.selection.state import Choice, Known, State

A, B = "tests/test_a.py", "tests/test_b.py"
PATH, VARIABLE = f"{leftovers.LEFT}sys.path", f"{leftovers.LEFT}os.environ['X']"


def record(**left: tuple[str, ...]) -> Record:
    files = {
        f"tests/test_{name}.py": msgspec.structs.replace(NOTHING, untrusted=of) for name, of in left.items()
    }
    return Record(
        v=1, python="3.11", complete=True, untracked=None, files=files, shared=NOTHING, import_executed={}
    )


def known(**left: tuple[str, ...]) -> State:
    return State(
        known={f"tests/test_{name}.py": Known(recorded=NOTHING, doubts=of) for name, of in left.items()}
    )


@pytest.mark.parametrize(
    ("before", "now", "why", "reason"),
    [
        (known(a=(), b=()), record(a=()), {A: "p/x.py changed"}, ""),
        (known(a=(PATH,), b=()), record(a=(PATH,)), {A: PATH}, ""),
        (known(a=("starts it",), b=()), record(a=("starts it",)), {A: "p/x.py changed"}, ""),
        (known(a=(PATH,), b=()), record(a=(PATH,)), {A: "p/x.py changed"}, f"{A} may leave behind another"),
        (known(a=("failed last time",)), record(a=(PATH,)), {A: "failed last time"}, f"{A} {PATH}"),
        (known(a=(PATH,), b=(VARIABLE,)), record(a=(PATH, VARIABLE)), {A: PATH}, ""),  # B does it as well
        (known(a=(PATH,), b=()), record(a=()), {A: PATH}, f"nothing {PATH} any more"),
        (known(a=(PATH,), b=()), record(a=()), {A: "p/x.py changed"}, f"{A} may leave behind another"),
        (known(b=()), record(a=(PATH,)), {A: "is new"}, f"{A} {PATH}"),
    ],
)
def test_another_process_is_told(before: State, now: Record, why: dict[str, str], reason: str) -> None:
    found = selection.other(now, Choice(run=tuple(why), skip=(B,), why=why), before)
    assert found.startswith(reason)
    assert bool(found) == bool(reason)
