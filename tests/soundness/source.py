"""A Python file and its syntax tree, by byte offsets: where edits are made without touching the rest."""

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence
from random import Random
from typing import NamedTuple, TypeVar

T = TypeVar("T")
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Span(NamedTuple):
    """Bytes of a file, the end exclusive."""

    start: int
    end: int


class Source:
    """A Python file and its syntax tree, by byte offsets; SyntaxError or ValueError when there is none."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.module = ast.parse(data)
        self.starts = [0]
        for line in data.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))

    def span(self, node: ast.expr | ast.stmt) -> Span:
        start = self.starts[node.lineno - 1] + node.col_offset
        return Span(start, self.starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0))

    def line_of(self, node: ast.expr | ast.stmt) -> int:
        """Where the line begins that the node begins on."""
        return self.starts[node.lineno - 1]

    def whole(self, node: ast.stmt) -> Span:
        """The statement with its decorators, from the start of its line."""
        decorators: Sequence[ast.expr] = getattr(node, "decorator_list", [])
        line = min([node.lineno, *(decorator.lineno for decorator in decorators)])
        return Span(self.starts[line - 1], self.span(node).end)

    def stands_alone(self, node: ast.stmt) -> bool:
        return not self.data[self.line_of(node) : self.span(node).start].strip()

    def indent(self, node: ast.stmt) -> bytes:
        return self.data[self.line_of(node) : self.span(node).start]

    def put(self, span: Span, new: bytes) -> bytes:
        return self.data[: span.start] + new + self.data[span.end :]

    def walk(self, *kinds: type[ast.AST]) -> Iterator[ast.AST]:
        return (node for node in ast.walk(self.module) if isinstance(node, kinds))

    def functions(self) -> list[Function]:
        return [node for node in ast.walk(self.module) if isinstance(node, Function)]

    def statements(self) -> list[ast.stmt]:
        """Those inside functions, each on a line of its own, docstrings left out."""
        found = [row for function in self.functions() for row in function.body]
        return [row for row in found if self.stands_alone(row) and not is_docstring(row)]


def parse(data: bytes) -> Source | None:
    try:
        return Source(data)
    except (SyntaxError, ValueError):
        return None


def is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def pick(chance: Random, items: Iterable[T]) -> T | None:
    known = list(items)
    return chance.choice(known) if known else None


Mutation = Callable[[Source, Random], bytes | None]


def passed(source: Source, node: ast.stmt | None) -> bytes | None:
    if node is None:
        return None
    span = source.whole(node)
    return source.put(span, source.indent(node) + b"pass")


def before(source: Source, node: ast.stmt | None, row: bytes) -> bytes | None:
    if node is None:
        return None
    start = source.whole(node).start
    return source.put(Span(start, start), source.indent(node) + row + b"\n")
