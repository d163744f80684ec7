"""Which functions were entered, out of the lines that coverage.py saw under each context."""

from __future__ import annotations

import ast
import os
import sqlite3
import tokenize
from typing import Iterable, Iterator  # noqa: UP035 - Python 3.8

LINES = """
    select context.context, file.path, seen.line from (
        select context_id, file_id, fromno as line from arc where fromno > 0
        union select context_id, file_id, tono from arc where tono > 0
    ) as seen join context on context.id = seen.context_id join file on file.id = seen.file_id
"""
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def lines(file: str) -> Iterable[tuple[str, str, int]]:
    """Label, path and line of all that was run."""
    with sqlite3.connect(file) as data:
        found = data.execute(LINES).fetchall()
    data.close()
    return found


def entered(found: Iterable[tuple[str, str, int]], root: str) -> dict[str, dict[str, set[str]]]:
    """The functions that these lines belong to."""
    owners: dict[str, dict[int, str]] = {}
    below: dict[str, str] = {}
    made: dict[str, dict[str, set[str]]] = {}
    for label, path, line in found:
        if path not in owners:
            absolute = os.path.join(root, path)
            inside = absolute.startswith(os.path.join(root, ""))
            below[path] = absolute[len(root) + 1 :].replace(os.sep, "/") if inside else ""
            owners[path] = of_file(absolute) if below[path].endswith(".py") else {}
        if below[path]:
            names = made.setdefault(label, {}).setdefault(below[path], set())
            name = owners[path].get(line)
            if name is not None:
                names.add(name)
    return made


def told(made: dict[str, dict[str, set[str]]], labels: Iterable[str]) -> dict[str, list[str]]:
    """One map out of those of several labels."""
    merged: dict[str, set[str]] = {}
    for label in labels:
        for path, names in made.get(label, {}).items():
            merged.setdefault(path, set()).update(names)
    return {path: sorted(names) for path, names in sorted(merged.items())}


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
