"""When files leave another process behind than before, what others came to under it does not hold."""

import msgspec
import pytest

from eee_ci import selection
from eee_ci.selection import leftovers
from eee_ci.selection.record import NOTHING, Record
from eee_ci.selection.state import Choice, Known, State

A, B = "tests/test_a.py", "tests/test_b.py"
HOOK = f"{leftovers.LEFT}sys.excepthook"
PATH, OTHER = f"{leftovers.LEFT}sys.path (0123abcd)", f"{leftovers.LEFT}sys.path (0123abce)"
CACHE, OTHERWISE = f"{leftovers.LEFT}p.a.kept [0123abcd]", f"{leftovers.LEFT}p.a.kept [0123abce]"
VARIABLE = f"{leftovers.LEFT}os.environ['X'] (00000000)"


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
        (known(a=(PATH,), b=()), record(a=(OTHER,)), {A: PATH}, ""),  # such as a new temporary folder
        (known(a=(PATH,), b=()), record(a=(PATH,)), {A: "p/x.py changed"}, ""),
        (known(a=(PATH,), b=()), record(a=(OTHER,)), {A: "p/x.py changed"}, f"{A} may leave behind another"),
        (known(a=(HOOK,), b=()), record(a=(HOOK,)), {A: "p/x.py changed"}, f"{A} may leave behind another"),
        (known(a=(CACHE,), b=()), record(a=(CACHE,)), {A: "p/x.py changed"}, f"{A} may leave behind another"),
        (known(a=("failed last time",)), record(a=(PATH,)), {A: "failed last time"}, f"{A} {PATH[:-11]}"),
        (known(a=(PATH,), b=(VARIABLE,)), record(a=(PATH, VARIABLE)), {A: PATH}, ""),  # B does it as well
        (known(a=(PATH,), b=()), record(a=()), {A: PATH}, f"nothing {PATH[:-11]} any more"),
        (known(a=(PATH,), b=()), record(a=()), {A: "p/x.py changed"}, f"{A} may leave behind another"),
        (known(b=()), record(a=(PATH,)), {A: "is new"}, f"{A} {PATH[:-11]}"),
    ],
)
def test_another_process_is_told(before: State, now: Record, why: dict[str, str], reason: str) -> None:
    found = selection.disturbed(now, Choice(run=tuple(why), skip=(B,), why=why), before)
    assert found.startswith(reason)
    assert bool(found) == bool(reason)


def caching(doubts: dict[str, tuple[str, ...]], fills: dict[str, tuple[str, ...]]) -> State:
    made = known(**doubts)
    every = {
        path: msgspec.structs.replace(one, fills=fills.get(path[-4], ())) for path, one in made.known.items()
    }
    return msgspec.structs.replace(made, known=every)


@pytest.mark.parametrize(
    ("before", "now", "why", "reason"),
    [
        # B fills it in a whole run, and is left out: A fills it
        (caching({"a": (), "b": ()}, {"b": (CACHE,)}), record(a=(CACHE,)), {A: "p/x.py changed"}, ""),
        (caching({"a": (), "b": ()}, {"b": (CACHE,)}), record(a=()), {A: "p/x.py changed"}, ""),
        (
            caching({"a": (), "b": ()}, {"b": (CACHE,)}),
            record(a=(OTHERWISE,)),
            {A: "p/x.py changed"},
            f"{A} may leave behind another",
        ),
        (  # with something else, where it would run anyway
            caching({"a": (HOOK,), "b": ()}, {"b": (CACHE,)}),
            record(a=(HOOK, OTHERWISE)),
            {A: HOOK},
            f"{A} may leave behind another",
        ),
        (  # nobody can tell with what
            caching({"a": (HOOK,), "b": ()}, {"b": (CACHE,)}),
            record(a=(HOOK, CACHE.partition(" [")[0])),
            {A: HOOK},
            f"{A} may leave behind another",
        ),
        (caching({"a": (), "b": ()}, {"a": (CACHE,)}), record(a=(CACHE,)), {A: "p/x.py changed"}, ""),
        (
            caching({"a": (), "b": ()}, {"a": (CACHE,)}),
            record(a=(OTHERWISE,)),
            {A: "p/x.py changed"},
            f"{A} may leave behind another",
        ),
        (
            caching({"a": (), "b": ()}, {"a": (CACHE,)}),
            record(a=()),
            {A: "p/x.py changed"},
            f"nothing {CACHE[:-11]} any more",
        ),
        (  # where A and B both run, B finds it filled
            caching({"a": (), "b": ()}, {"a": (CACHE,), "b": (CACHE,)}),
            record(a=(CACHE,), b=()),
            {A: "p/x.py changed", B: "p/x.py changed"},
            "",
        ),
        (caching({"a": (HOOK,), "b": ()}, {"a": (CACHE,)}), record(a=(HOOK, CACHE)), {A: HOOK}, ""),
        (
            caching({"a": (HOOK,), "b": ()}, {"b": (CACHE,)}),
            record(a=(CACHE,)),
            {A: HOOK},
            f"nothing {HOOK} any more",
        ),
    ],
)
def test_a_cache_is_filled_by_whoever_comes_first(
    before: State, now: Record, why: dict[str, str], reason: str
) -> None:
    found = selection.disturbed(now, Choice(run=tuple(why), skip=(B,), why=why), before)
    assert found.startswith(reason)
    assert bool(found) == bool(reason)


def test_what_fixtures_for_all_fill_must_be_the_same_too() -> None:
    before = caching({"a": (), "b": ()}, {"b": (CACHE,)})
    for line, reason in ((CACHE, ""), (OTHERWISE, f"pytest {leftovers.UNCLEAR}")):
        shared = msgspec.structs.replace(NOTHING, untrusted=(line,))
        now = msgspec.structs.replace(record(a=()), shared=shared)
        assert (
            selection.disturbed(now, Choice(run=(A,), skip=(B,), why={A: "p/x.py changed"}), before) == reason
        )


LEAVES = f"they ran in another order, and {A} {HOOK}"


@pytest.mark.parametrize(
    ("before", "now", "choice", "reason"),
    [
        (known(a=()), record(a=()), Choice(first=(A,)), ""),
        (known(a=()), record(a=(HOOK,)), Choice(first=(A,)), LEAVES),
        (known(a=()), record(a=(HOOK,)), Choice(first=(B,)), LEAVES),
        (known(a=()), record(a=(HOOK,)), Choice(), ""),  # in their own order
        (known(a=()), record(a=(HOOK,)), Choice(first=(A,), skip=(B,)), ""),  # the others are not affected
        (known(a=(HOOK,)), record(a=(HOOK,)), Choice(first=(A,), fixed=(A,)), ""),
        (known(a=()), record(a=("opens a socket",)), Choice(first=(A,)), ""),
        (caching({"b": ()}, {"b": (CACHE,)}), record(a=(CACHE,)), Choice(first=(A,)), ""),
        (
            caching({"b": ()}, {"b": (CACHE,)}),
            record(a=(OTHERWISE,)),
            Choice(first=(A,)),
            f"they ran in another order, and {A} {OTHERWISE}",
        ),
    ],
)
def test_who_ran_in_another_order_may_have_found_something_else(
    before: State, now: Record, choice: Choice, reason: str
) -> None:
    assert selection.displaced(now, choice, before) == reason


@pytest.mark.parametrize(("left", "unclear"), [(HOOK, True), (PATH, False), ("starts it", False)])
def test_of_an_object_it_cannot_be_told_whether_it_is_the_same(left: str, unclear: bool) -> None:
    assert leftovers.unclear(Known(recorded=NOTHING, doubts=(left,))) == unclear
