"""Shapes of Python files: what counts as changed, and where unchanged lines have gone."""

import ast
import sysconfig
import tokenize
from io import BytesIO
from pathlib import Path

import pytest

from eee_ci.selection.shape import Shape, changed, linemap, shape

STDLIB = Path(sysconfig.get_path("stdlib"))
FOLDERS = (".", "asyncio", "email", "json", "unittest")
MODULES = sorted(path for folder in FOLDERS for path in (STDLIB / folder).glob("*.py"))
SOURCE = b'''"""A module."""
import os

LIMIT = 3


class Shop(object):
    """Sells."""

    open = True

    def sell(self, what, count=1):
        """Sell one."""
        total = count * 2
        if what:
            return [item for item in what]
        return total

    @property
    def size(self):
        return 1

    @size.setter
    def size(self, value):
        self._size = value


def outer(x):
    y = lambda: x

    def inner(z):
        return (x +
                z)

    return inner(y())


async def later():
    return os.name
'''


def shaped(source: bytes) -> Shape:
    made = shape(source)
    assert made is not None
    return made


def edited(old: str, new: str) -> bytes:
    assert SOURCE.count(old.encode()) == 1
    return SOURCE.replace(old.encode(), new.encode())


def code_lines(source: bytes) -> set[int]:
    """The lines on which anything of the syntax begins; docstrings of functions are no code."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _documented(node):
            node.body = node.body[1:]
    return {node.lineno for node in ast.walk(tree) if hasattr(node, "lineno")}


def test_functions_have_their_qualified_names() -> None:
    names = ["Shop.sell", "Shop.size", "outer", "outer.<locals>.inner", "later"]
    assert sorted(shaped(SOURCE).functions) == sorted(names)


@pytest.mark.parametrize(
    ("old", "new", "functions"),
    [
        ("count * 2", "count * 3", {"Shop.sell"}),
        ("[item for item in what]", "[item for item in reversed(what)]", {"Shop.sell"}),
        ("return 1\n", "return 2\n", {"Shop.size"}),
        ("self._size = value", "self._size = value + 1", {"Shop.size"}),
        ("lambda: x", "lambda: -x", {"outer"}),
        ("x +\n", "x -\n", {"outer.<locals>.inner"}),
        ("return (x +\n                z)", "return (x + z)", {"outer.<locals>.inner"}),
        ("def inner(z)", "def inner(z=None)", {"outer"}),
        ("return os.name", "return 1.0", {"later"}),
        ("return os.name", "return os . name  # a comment", set()),
        ("    if what:\n", "    # a comment\n\n        if what:\n", set()),
    ],
)
def test_an_edit_of_a_body_changes_that_function_alone(old: str, new: str, functions: set[str]) -> None:
    before, after = shaped(SOURCE), shaped(edited(old, new))
    assert linemap(before, after) is not None
    assert changed(before, after) == functions


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("LIMIT = 3", "LIMIT = 4"),
        ("LIMIT = 3", "LIMIT = 3.0"),
        ("LIMIT = 3", "LIMIT = \\\n  3"),
        ("import os", "import os, sys"),
        ("Shop(object)", "Shop"),
        ("open = True", "open: bool = True"),
        ("count=1", "count=2"),
        ("def sell(self, what", "def sell(self, why"),
        ("    @property\n", "    @staticmethod\n"),
        ("async def later", "def later"),
        ("def later()", "def later() -> str"),
        ("def outer", "def outside"),
        ('"""Sell one."""', '"""Sell two."""'),
        ('"""A module."""', '"""The module."""'),
        ("async def later():\n    return os.name\n", ""),
    ],
)
def test_everything_else_is_the_module_level(old: str, new: str) -> None:
    assert linemap(shaped(SOURCE), shaped(edited(old, new))) is None


def test_comments_move_lines_and_change_nothing() -> None:
    before = shaped(SOURCE)
    for number, _ in enumerate(SOURCE.splitlines()[2:-1], 3):
        lines = SOURCE.splitlines(keepends=True)
        if number == 30:
            continue  # inside of brackets a comment moves the rest of a statement as well
        after = shaped(b"".join([*lines[: number - 1], b"# a comment\n", *lines[number - 1 :]]))
        mapped = linemap(before, after)
        assert mapped is not None
        assert changed(before, after) == frozenset()
        assert mapped == {line: line + (line >= number) for line in mapped}


def test_changed_functions_have_no_lines_in_the_map() -> None:
    mapped = linemap(shaped(SOURCE), shaped(edited("total = count * 2", "total = count\n        total *= 2")))
    assert mapped is not None
    assert mapped == {
        line: line if line < 14 else line + 1 for line in code_lines(SOURCE) - {13, 14, 15, 16, 17}
    }


def test_functions_of_one_name_count_together() -> None:
    source = b"if 1:\n    def f():\n        return 1\nelse:\n    def f():\n        return 2\n"
    before = shaped(source)
    assert list(before.functions) == ["f"]
    assert (before.functions["f"].first, before.functions["f"].last) == (3, 6)
    assert changed(before, shaped(source.replace(b"2", b"3"))) == {"f"}


def test_the_layout_of_a_statement_is_part_of_it() -> None:
    before = shaped(b"def f():\n    return {a: b,\n            c: d}\n")
    after = shaped(b"def f():\n    return {a:\n            b,\n            c:\n            d}\n")
    assert changed(before, after) == {"f"}
    assert linemap(before, after) == {1: 1}


def test_lines_that_two_units_shared_cannot_be_mapped_apart() -> None:
    joined, apart = shaped(b"def f(): return 1\n"), shaped(b"def f():\n    return 1\n")
    assert linemap(joined, apart) is None
    assert linemap(apart, joined) is None
    assert linemap(joined, joined) == {1: 1}


@pytest.mark.parametrize("source", [b"def", b"\xff", b"a\0b", b"x = " + b"(" * 5000, b"#" * (5 << 20)])
def test_what_cannot_be_parsed_has_no_shape(source: bytes) -> None:
    assert shape(source) is None


def test_doubtful_escapes_are_no_trouble() -> None:
    assert shape(b"x = '\\d'\n") is not None


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(STDLIB)))
def test_real_modules_map_onto_themselves(path: Path) -> None:
    source = path.read_bytes()
    made = shaped(source)
    mapped = linemap(made, made)
    assert mapped is not None
    assert mapped == {line: line for line in code_lines(source)}


@pytest.mark.parametrize("path", MODULES[::4], ids=lambda path: str(path.relative_to(STDLIB)))
def test_a_line_more_at_the_top_of_a_real_module_shifts_all(path: Path) -> None:
    encoding, _ = tokenize.detect_encoding(BytesIO(path.read_bytes()).readline)
    source = path.read_text(encoding=encoding).encode()
    before, after = shaped(source), shaped(b"# a comment\n" + source)
    mapped = linemap(before, after)
    assert mapped == {line: line + 1 for line in code_lines(source)}
    assert changed(before, after) == frozenset()


@pytest.mark.parametrize("path", MODULES[::12], ids=lambda path: str(path.relative_to(STDLIB)))
def test_each_body_of_a_real_module_has_its_own_digest(path: Path) -> None:
    source = path.read_bytes()
    before, lines = shaped(source), source.splitlines(keepends=True)
    for name, function in [*before.functions.items()][:10]:
        row = lines[function.last - 1]
        plain = row.strip()
        if not plain.startswith(b"return ") or function.last != _ends(source, function.last):
            continue
        indent = row[: len(row) - len(row.lstrip())]
        more = [*lines[: function.last - 1], indent + b"added = 1\n", *lines[function.last - 1 :]]
        after = shaped(b"".join(more))
        assert changed(before, after) == {name}
        assert before.digest == after.digest


def _documented(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return ast.get_docstring(node, clean=False) is not None


def _ends(source: bytes, line: int) -> int:
    """The line of the statement that begins here, if one does."""
    found = (node.lineno for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Return))
    return line if line in found else 0
