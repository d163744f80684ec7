"""Which functions were entered, out of the lines that coverage.py saw under each context."""

from __future__ import annotations

import ast
import contextlib
import dis
import os
import sqlite3
import sys
import tokenize
import types
from typing import Any, Callable, Iterable, Iterator, Mapping  # noqa: UP035 - Python 3.8

LINES = """
    select context.context, file.path, seen.line from (
        select context_id, file_id, fromno as line from arc where fromno > 0
        union select context_id, file_id, tono from arc where tono > 0
    ) as seen join context on context.id = seen.context_id join file on file.id = seen.file_id
"""
ARCS = """
    select context.context, arc.fromno, arc.tono from arc join context on context.id = arc.context_id
    join file on file.id = arc.file_id where file.path = ?
"""
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
OPTIMIZED = 1  # the flag of code that is a function's
BEGIN = dis.opmap.get("RESUME")
# Code did not know its qualified name before; later there is some for annotations, on lines of signatures.
NAMED = (3, 11) <= sys.version_info < (3, 14)


def lines(file: str) -> Iterable[tuple[str, str, int]]:
    """Label, path and line of all that was run."""
    with sqlite3.connect(file) as data:
        found = data.execute(LINES).fetchall()
    data.close()
    return found


def arcs(file: str, wanted: Callable[[str], bool]) -> Iterator[tuple[str, str, int, int]]:
    """Label, path and the two lines of all that was run of these files, as coverage.py has them."""
    with contextlib.closing(sqlite3.connect(file)) as data:
        for (path,) in data.execute("select path from file").fetchall():
            if wanted(path):
                yield from ((label, path, *arc) for label, *arc in data.execute(ARCS, (path,)))


def entered(
    found: Iterable[tuple[str, str, int]],
    root: str,
    bodies: Mapping[str, list[types.CodeType] | None] = types.MappingProxyType({}),
) -> dict[str, dict[str, set[str]]]:
    """The functions that these lines belong to. `bodies` are all that ran of a file, where that is known: to
    read them is a tenth of the work that parsing the file is."""
    by_file: dict[str, dict[str, set[int]]] = {}
    for label, path, line in found:
        by_file.setdefault(path, {}).setdefault(label, set()).add(line)
    made: dict[str, dict[str, set[str]]] = {}
    for path, labels in by_file.items():
        absolute = os.path.join(root, path)
        inside = absolute.startswith(os.path.join(root, ""))
        below = absolute[len(root) + 1 :].replace(os.sep, "/") if inside else ""
        if not below:
            continue
        seen: set[int] = set().union(*labels.values())
        owners = owning(absolute, bodies.get(below), seen) if below.endswith(".py") else {}
        known = owners.keys()
        for label, lines in labels.items():
            names = made.setdefault(label, {}).setdefault(below, set())
            for line in known & lines:
                names |= owners[line]
    return made


def told(made: dict[str, dict[str, set[str]]], labels: Iterable[str]) -> dict[str, list[str]]:
    """One map out of those of several labels."""
    merged: dict[str, set[str]] = {}
    for label in labels:
        for path, names in made.get(label, {}).items():
            merged.setdefault(path, set()).update(names)
    return {path: sorted(names) for path, names in sorted(merged.items())}


def owning(path: str, bodies: list[types.CodeType] | None, seen: set[int]) -> dict[int, set[str]]:
    """Line to functions, of the lines that were seen."""
    if not bodies or not NAMED:
        return {line: {name} for line, name in of_file(path).items() if line in seen}
    found: dict[int, set[str]] = {}
    todo: list[tuple[Any, str]] = [(body, "") for body in bodies]
    while todo:
        code, name = todo.pop()
        for line in of_code(code) & seen if name else ():
            found.setdefault(line, set()).add(name)
        for inner in code.co_consts:
            if type(inner) is types.CodeType:
                own = inner.co_flags & OPTIMIZED and inner.co_name[:1] != "<"
                todo.append((inner, inner.co_qualname if own else name))  # type: ignore[attr-defined,unused-ignore]  # since Python 3.11
    return found


def of_code(code: types.CodeType) -> set[int]:
    """The lines of a function without those in it; of a lambda or a class they belong to the function around.
    What comes before the body, on the line of the `def`, is no line of its own."""
    raw = code.co_code
    begin = next((at for at in range(0, len(raw), 2) if raw[at] == BEGIN), 0) + 2
    return {line for _, end, line in code.co_lines() if line and end > begin}


def of_file(path: str) -> dict[int, str]:
    """Line to function. Raises OSError, SyntaxError or ValueError."""
    with tokenize.open(path) as stream:
        return of_source(stream.read())


def of_source(source: str) -> dict[int, str]:
    """Line to the qualified name of the innermost function whose body has it. The lines of a lambda or a
    class belong to the function around. A body that begins on the line of its `def` is taken for entered when
    that line is run."""
    return {
        line: name
        for name, first, last in functions(ast.parse(source).body, "")
        for line in range(first, last + 1)
    }


def functions(body: list[ast.stmt], prefix: str) -> Iterator[tuple[str, int, int]]:
    """Qualified name, first and last line of the body; the outer ones first."""
    for node in body:
        if isinstance(node, FUNCTIONS):
            name = prefix + node.name
            yield name, node.body[0].lineno, node.end_lineno or node.lineno
            yield from functions(node.body, f"{name}.<locals>.")
        elif isinstance(node, ast.ClassDef):
            yield from functions(node.body, f"{prefix}{node.name}.")
        else:
            yield from functions(inner(node), prefix)


def inner(node: ast.AST) -> list[ast.stmt]:
    """The statements of an `if`, a `try`, a `with`, a `match` ..."""
    found: list[ast.stmt] = []
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt):
            found.append(child)
        elif not isinstance(child, ast.expr):
            found.extend(inner(child))
    return found
