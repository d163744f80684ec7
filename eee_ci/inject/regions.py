"""Which function a line belongs to."""

from __future__ import annotations

import ast
import tokenize
from typing import Iterator  # noqa: UP035 - Python 3.8

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def of_file(path: str) -> dict[int, str]:
    """Line to function. Raises OSError, SyntaxError or ValueError."""
    with tokenize.open(path) as stream:
        return of_source(stream.read())


def of_source(source: str) -> dict[int, str]:
    """Line to the qualified name of the innermost function whose body has it. The lines of a lambda or a class
    belong to the function around. A body that begins on the line of its `def` is taken for entered when that
    line is run."""
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
