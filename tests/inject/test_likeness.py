"""What fills a cache: the same digits where another process has the same, none where nobody can tell."""

import functools
import importlib
import io
import json
import logging
import re
import sys
import threading
import types
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from eee_ci.inject import likeness, scene
from eee_ci.inject.ground import Ground
from eee_ci.inject.leftovers import LEFT, Leftovers

SOURCE = """
import re
from abc import ABC


class Plain:
    def __init__(self, **held):
        self.__dict__.update(held)

    def method(self):
        return 1

    class Inner:
        pass


class Abstract(ABC):
    pass


class Slots:
    __slots__ = ("held",)


class Both(Plain):
    __slots__ = ("other",)


class Words(dict):
    pass


class Loud:
    def __getattribute__(self, name):
        raise RuntimeError(name)


def function():
    pass


def maker():
    def inner():
        pass
    return inner


again = function
cache = None
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    (tmp_path / "alike_here.py").write_text(SOURCE, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("alike_here")
    sys.modules.pop("alike_here", None)


def known(name: str) -> bool:
    return name != "tests_here"


def look(value: object) -> str:
    return likeness.likeness(value, known)


def values(home: Any) -> dict[str, object]:
    """Each is another thing than all the others."""
    shared: list[object] = [1]
    return {
        "none": None,
        "one": 1,
        "true": True,
        "text": "1",
        "bytes": b"1",
        "list": [1, 2],
        "tuple": (1, 2),
        "order": [2, 1],
        "dict": {"a": 1, "b": 2},
        "order of a dict": {"b": 2, "a": 1},
        "set": {1, 2},
        "frozenset": frozenset((1, 2)),
        "deep": {"a": [(1, {"b": None})]},
        "twice the same": [shared, shared],
        "two alike": [[1], [1]],
        "pattern": re.compile("a+"),
        "flags": re.compile("a+", re.IGNORECASE),
        "match": re.compile("a+").match,
        "search": re.compile("a+").search,
        "function": home.function,
        "class": home.Plain,
        "inner class": home.Plain.Inner,
        "abstract": home.Abstract,
        "library": json.JSONDecodeError,
        "builtin": len,
        "method of a list": [1].append,
        "module": json,
        "object": home.Plain(),
        "held": home.Plain(a=1),
        "held otherwise": home.Plain(a=2),
        "method": home.Plain(a=1).method,
        "method otherwise": home.Plain(a=2).method,
        "of an abstract class": home.Abstract(),
    }


def test_the_same_looks_the_same_and_nothing_else_does(home: Any) -> None:
    first = {name: look(value) for name, value in values(home).items()}
    assert first == {name: look(value) for name, value in values(home).items()}
    assert all(re.fullmatch("[0-9a-f]{8}", sign) for sign in first.values()), first
    assert len(set(first.values())) == len(first)


def test_the_order_of_a_set_is_nobody_s(home: Any) -> None:
    few, same = {0, 8}, {8, 0}
    assert list(few) != list(same)
    assert look(home.Plain(held=few)) == look(home.Plain(held=same)) != ""


def test_what_holds_itself_has_an_end(home: Any) -> None:
    def ring() -> Any:
        made = home.Plain()
        made.held = [made]
        return made

    assert look(ring()) == look(ring()) != look(home.Plain(held=[]))


@pytest.mark.parametrize(
    "make",
    [
        lambda _: object(),
        lambda _: lambda: None,
        lambda home: home.maker(),
        lambda home: home.Slots(),
        lambda home: home.Both(),
        lambda home: home.Words(a=1),
        lambda home: home.Plain(held=object()),
        lambda home: [home.Plain(held={"a": [io.StringIO()]})],
        lambda _: OrderedDict(),
        lambda _: {("a", 1)},
        lambda _: functools.partial(len),
        lambda _: types.SimpleNamespace(a=1),
        lambda _: threading.Lock(),
        lambda _: ValueError("a"),
        lambda _: type("Plain", (), {"__module__": "alike_here"}),
        lambda home: home.Plain.method.__get__,
        lambda _: list(range(likeness.MOST)),
    ],
)
def test_where_nobody_can_tell_there_are_no_digits(make: Any, home: Any) -> None:
    assert look(make(home)) == ""


def test_no_code_of_the_object_runs(home: Any) -> None:
    assert look(home.Loud()) == look(home.Loud()) != ""


def test_what_has_another_name_now_is_not_told(home: Any) -> None:
    was = home.function
    home.function = len
    assert look(was) == ""


@pytest.mark.parametrize(
    ("module", "kept", "told"),
    [
        ("pack_here.one", "pack_here.two", True),
        ("pack_here.one", "other_here", False),  # of another package of the project
        ("pack_here.one", "pack_here.test_it", False),  # tests are edited and nobody knows who called them
        ("pack_here.one", "logging", True),
    ],
)
def test_it_counts_whose_code_a_cache_holds(
    module: str, kept: str, told: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = scene.Scene(Ground(str(tmp_path), str(tmp_path / "scratch")))
    made.scope("file:pack_here/test_it.py")
    left = Leftovers(made)
    left.settle()
    for name in {module, kept} - sys.modules.keys():
        one = types.ModuleType(name)
        vars(one).update(
            __file__=str(tmp_path / f"{name.replace('.', '/')}.py"), Logger=type("Logger", (), {})
        )
        one.Logger.__module__ = name
        monkeypatch.setitem(sys.modules, name, one)
        made.loaded(one)
    vars(sys.modules[module])["cache"] = {"a": vars(sys.modules[kept])["Logger"]}
    left.tell(made.scope("file:a"))
    signed = [
        sentence.removeprefix(f"{LEFT}{module}.cache") for sentence in made.scope("file:a").untrusted.values()
    ]
    wanted = r"(?:\[\.\.\.\])? \[[0-9a-f]{8}\]" if told else r"(?:\[\.\.\.\])?"
    assert len(signed) == 2
    assert all(re.fullmatch(wanted, one) for one in signed)
    assert logging.Logger.__module__ == "logging"


def test_what_a_class_holds_is_signed_as_what_a_module_holds(home: Any, tmp_path: Path) -> None:
    made = scene.Scene(Ground(str(tmp_path), str(tmp_path / "scratch")))
    left = Leftovers(made)
    left.settle()
    home.Plain.count = 1
    home.Plain.kept = home.Plain(a=1)
    left.tell(made.scope("file:a"))
    count, kept = made.scope("file:a").untrusted.values()
    assert re.fullmatch(rf"{LEFT}alike_here\.Plain\.count \([0-9a-f]{{8}}\)", count)
    assert re.fullmatch(rf"{LEFT}alike_here\.Plain\.kept \[[0-9a-f]{{8}}\]", kept)
