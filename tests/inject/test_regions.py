"""Lines belong to the innermost function whose body has them."""

import sqlite3
from pathlib import Path

import pytest

from eee_ci.inject import regions

EMPTY = 7  # a line of the source without code
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


@pytest.mark.skipif(not regions.NAMED, reason="code of this version is not read")
def test_code_that_ran_tells_the_same_as_its_source(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("nothing that can be parsed (", encoding="utf-8")
    body = compile(SOURCE, "a.py", "exec")
    found = [(str(line), f"{tmp_path}/a.py", line) for line in range(1, SOURCE.count("\n") + 1)]
    made = regions.entered(found, str(tmp_path), {"a.py": [body]})
    wanted = {str(line): {name} for line, name in regions.of_source(SOURCE).items() if line != EMPTY}
    assert {label: paths["a.py"] for label, paths in made.items() if paths["a.py"]} == wanted


@pytest.mark.skipif(not regions.NAMED, reason="code of this version is not read")
@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("def f(): return 1\n", 1),
        ("def f(a): return [\n    a,\n]\n", 1),
        ("def f(\n    a, b=1\n): return a\n", 3),
        ("@property\ndef f(a): return a\n", 2),
        ("def f(a):\n    @a\n    def g(): pass\n", 2),
        ("def f(a):\n    return (\n        yield)\n", 3),
        ("def f(a):\n    class C:\n        x = 1\n    return lambda: a\n", 3),
        ("async def f(a):\n    return [\n        x for x in a\n    ]\n", 3),
        ("def f(a):\n    def g():\n        return a\n    return g\n", 4),
    ],
)
def test_code_of_every_kind_belongs_to_its_function(source: str, line: int, tmp_path: Path) -> None:
    body = compile(source, "a.py", "exec")
    made = regions.entered([("one", f"{tmp_path}/a.py", line)], str(tmp_path), {"a.py": [body]})
    assert "f" in made["one"]["a.py"]


@pytest.mark.skipif(not regions.NAMED, reason="code of this version is not read")
def test_to_define_a_function_is_not_to_enter_it(tmp_path: Path) -> None:
    source = "def f(a, b):\n    def g():\n        return a + b\n\n    return g\n"
    bodies = {"a.py": [compile(source, "a.py", "exec")]}
    made = regions.entered([("one", f"{tmp_path}/a.py", line) for line in (1, 2)], str(tmp_path), bodies)
    assert made["one"]["a.py"] == {"f"}


def test_of_files_whose_code_is_not_all_known_the_source_is_parsed(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(SOURCE, encoding="utf-8")
    made = regions.entered([("one", f"{tmp_path}/a.py", 7)], str(tmp_path), {"a.py": None})
    assert made["one"]["a.py"] == {"first"}


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
