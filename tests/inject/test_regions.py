"""Lines belong to the innermost function whose body has them."""

import sqlite3
from pathlib import Path

import pytest

from eee_ci.inject import regions

SOURCE = """\
import os


def first(a):
    def inner():
        return a

    return inner


class C:
    x = 1

    async def m(self):
        return [lambda: 1]


if os.name:
    try:
        def third(): return 3
    except OSError:
        def fourth():
            pass
with open(os.devnull) as f:
    match f:
        case None:
            def fifth():
                pass
"""


def test_each_line_of_a_body_has_its_function() -> None:
    assert regions.of_source(SOURCE) == {
        5: "first",
        6: "first.<locals>.inner",
        7: "first",
        8: "first",
        15: "C.m",
        20: "third",
        23: "fourth",
        28: "fifth",
    }


def test_functions_are_entered_when_one_of_their_lines_ran(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(SOURCE, encoding="utf-8")
    (tmp_path / "b.txt").write_text("x", encoding="utf-8")
    found = [("one", f"{tmp_path}/a.py", line) for line in (1, 6, 15)]
    found += [("one", f"{tmp_path}/b.txt", 1), ("two", "/elsewhere/c.txt", 1), ("two", "a.py", 8)]
    made = regions.entered(found, str(tmp_path))
    assert made == {
        "one": {"a.py": {"first.<locals>.inner", "C.m"}, "b.txt": set()},
        "two": {"a.py": {"first"}},
    }
    assert regions.told(made, ["one", "two", "three"]) == {
        "a.py": ["C.m", "first", "first.<locals>.inner"],
        "b.txt": [],
    }


def test_a_source_that_cannot_be_parsed_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("def (", encoding="utf-8")
    with pytest.raises(SyntaxError):
        regions.of_file(str(tmp_path / "a.py"))


def test_lines_come_from_both_ends_of_arcs(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "data") as data:
        data.execute("create table context (id integer, context text)")
        data.execute("create table file (id integer, path text)")
        data.execute("create table arc (file_id integer, context_id integer, fromno integer, tono integer)")
        data.execute("insert into context values (1, 'one')")
        data.execute("insert into file values (1, 'a.py')")
        data.executemany("insert into arc values (1, 1, ?, ?)", [(-1, 2), (2, 3), (3, -1)])
    data.close()
    assert sorted(regions.lines(str(tmp_path / "data"))) == [("one", "a.py", 2), ("one", "a.py", 3)]
