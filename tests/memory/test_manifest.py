"""Differences are told in words, a few for each."""

import pytest

from eee_ci import memory
from eee_ci.memory import Manifest, Remembered, manifest
from eee_ci.model import Cost, Covered, Finding, Reading, TestCase


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("env CI", None, "1", "variable CI is new"),
        ("env CI", "1", None, "variable CI is gone"),
        ("env CI", "1", "2", "variable CI changed"),
        ("tool ruff", "0.1 abc", "0.2 abc", "ruff 0.1 -> 0.2"),
        ("tool ruff", "0.1 abc", "0.1 def", "ruff 0.1 has other files"),
        ("tool ruff", None, "0.1 abc", "ruff 0.1 is new"),
        ("tool ruff", "0.1 abc", None, "ruff 0.1 is gone"),
        ("dist attrs", "1 x", "2 x", "installed: attrs 1 -> 2"),
        ("Python", "3.11 x", "3.12 x", "Python 3.11 -> 3.12"),
        ("outside /etc/x", None, "1", "/etc/x, outside of the project, is new"),
        ("outside /etc/x", "1", None, "/etc/x, outside of the project, is gone"),
        ("outside /etc/x", "1", "2", "/etc/x, outside of the project, changed"),
        ("site a.pth", None, "1", "a.pth among the installed packages is new"),
        ("site a.pth", "1", None, "a.pth among the installed packages is gone"),
        ("site a.pth", "1", "2", "a.pth among the installed packages changed"),
        ("limits", "1", "2", "limits changed"),
    ],
)
def test_a_fact_that_differs(name: str, old: str | None, new: str | None, said: str) -> None:
    before = {} if old is None else {name: old}
    after = {} if new is None else {name: new}
    assert list(manifest.facts(before, after)) == [said]


def test_of_many_files_three_are_named() -> None:
    told = list(manifest.files({}, {f"{number}.py": "id" for number in range(5)}))
    assert told == ["new file 0.py", "new file 1.py", "new file 2.py", "new file 2 more"]


def test_a_path_of_this_checkout_is_no_part_of_what_counts() -> None:
    assert manifest.placed("/a/b/c /a", {"/a": "{x}", "/a/b": "{y}", "": "{z}"}) == "{y}/c {x}"


class Kept:
    """A store that keeps what it likes."""

    def __init__(self, *, full: bool = False) -> None:
        self.values: dict[tuple[str, str], bytes] = {}
        self.noted: list[str] = []
        self.full = full

    def get(self, kind: str, key: str) -> bytes | None:
        return self.values.get((kind, key))

    def put(self, kind: str, key: str, value: bytes) -> bool:
        if not self.full:
            self.values[kind, key] = value
        return not self.full

    def latest(self, kind: str, scope: str) -> list[str]:  # noqa: ARG002 - the port names it
        return self.noted

    def note(self, kind: str, scope: str, key: str) -> None:  # noqa: ARG002 - the port names it
        self.noted.append(key)

    def digest(self, purpose: str, value: str) -> str:
        return f"{purpose}{value}"


FACTS = Manifest(gate="lint", facts={"env A": "1"}, listing="l")


def said(root: str) -> Remembered:
    found = Finding(tool="t", rule="r", message=f"in {root}/a.py")
    other = Finding(tool="t", rule="r", message="elsewhere")
    cases = (
        TestCase(classname="c", name="n", status="failed", message=f"{root}/x"),
        TestCase(classname="c", name="m", status="passed"),
    )
    return Remembered(
        reading=Reading(
            findings=(found, other),
            cases=cases,
            notes=(f"{root}",),
            files={"a.py": Covered(statements=3, covered=2, excluded=1)},
        ),
        cost=Cost(),
        command=((f"{root}/run",),),
        log=root,
        when="then",
    )


def test_what_is_kept_is_found_by_a_checkout_elsewhere() -> None:
    store = Kept()
    memory.keep(store, FACTS, {"a.py": "id"}, scope="s", found=said("/one"), root="/one")
    assert memory.recall(store, FACTS, "/two") == said("/two")


def test_a_full_disk_keeps_nothing_at_all() -> None:
    store = Kept(full=True)
    memory.keep(store, FACTS, {}, scope="s", found=said("/one"), root="/one")
    assert (store.values, store.noted) == ({}, [])


def test_an_entry_of_another_version_is_none() -> None:
    store = Kept()
    store.put(memory.READINGS, FACTS.key, b"\x93nonsense")
    assert memory.recall(store, FACTS, "/one") is None


def test_what_was_kept_in_an_older_form_is_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    store = Kept()
    with monkeypatch.context() as older:
        older.setattr(manifest, "SCHEMA", "1")  # without coverage by file, which would read as none measured
        memory.keep(store, FACTS, {}, scope="s", found=said("/one"), root="/one")
    assert memory.recall(store, FACTS, "/one") is None


def test_why_is_told_by_the_nearest_of_the_last_runs() -> None:
    store = Kept()
    assert memory.why(store, FACTS, {}, "s") == ("nothing is remembered of it yet",)
    for facts, listing in (({"env A": "2", "env B": "1"}, "l"), ({"env A": "1"}, "m")):
        made = Manifest(gate="lint", facts=facts, listing=listing)
        memory.keep(store, made, {"a.py": "old"}, scope="s", found=said("/one"), root="/one")
    assert memory.why(store, FACTS, {"a.py": "new"}, "s") == ("a.py changed",)
    del store.values[memory.LISTINGS, "m"]
    assert memory.why(store, FACTS, {"a.py": "new"}, "s") == ("its files changed",)


def test_the_same_that_is_gone_is_said_to_be() -> None:
    store = Kept()
    memory.keep(store, FACTS, {}, scope="s", found=said("/one"), root="/one")
    del store.values[memory.READINGS, FACTS.key]
    assert memory.why(store, FACTS, {}, "s") == ("what was remembered is gone",)
