"""Edits of whole statements in one Python file. Pure: a source in, bytes out, None where none fits."""

import ast
import itertools
from random import Random

from tests.soundness.source import Function, Mutation, Source, Span, before, is_docstring, passed, pick


def statement_removed(source: Source, chance: Random) -> bytes | None:
    return passed(source, pick(chance, source.statements()))


def statement_added(source: Source, chance: Random) -> bytes | None:
    """One that changes nothing, or one that raises."""
    new = chance.choice((b"_added = 1", b"_added = [n for n in range(3)]", b'raise RuntimeError("added")'))
    return before(source, pick(chance, source.statements()), new)


def comment_added(source: Source, chance: Random) -> bytes | None:
    rows = [row for row in source.walk(ast.stmt) if isinstance(row, ast.stmt) and source.stands_alone(row)]
    return before(source, pick(chance, rows), b"# a remark")


def lines_added(source: Source, chance: Random) -> bytes | None:
    """Empty lines: nothing but line numbers changes below them."""
    node = pick(chance, source.module.body)
    if node is None:
        return None
    start = source.whole(node).start
    return source.put(Span(start, start), b"\n" * chance.randint(1, 3))


def decorator_removed(source: Source, chance: Random) -> bytes | None:
    nodes = [node for node in source.functions() if node.decorator_list]
    node = pick(chance, nodes)
    decorator = pick(chance, node.decorator_list) if node else None
    if decorator is None:
        return None
    span = Span(source.line_of(decorator), source.span(decorator).end)
    indent = source.data[span.start : source.span(decorator).start - 1]
    return source.put(span, indent + b"# a decorator was here")


def function_added(source: Source, chance: Random) -> bytes | None:
    name = b"added_%d" % chance.randrange(1000)
    used = b"\n\n%s()\n" % name if chance.random() < 0.5 else b"\n"
    return source.data + b"\n\ndef %s(n: int = 1) -> int:\n    return n + 1%s" % (name, used)


def function_removed(source: Source, chance: Random) -> bytes | None:
    return passed(source, pick(chance, (node for node in source.functions() if source.stands_alone(node))))


def function_renamed(source: Source, chance: Random) -> bytes | None:
    node = pick(chance, source.functions())
    if node is None:
        return None
    span = source.span(node)
    old = node.name.encode()
    at = source.data.find(old, span.start, span.end)
    return source.put(Span(at, at + len(old)), old + b"_renamed") if at >= 0 else None


def functions_swapped(source: Source, chance: Random) -> bytes | None:
    """Two that stand side by side change places: every name is still there, the lines moved."""
    body = source.module.body
    pairs = [(a, b) for a, b in itertools.pairwise(body) if _plain(a) and _plain(b)]
    pair = pick(chance, pairs)
    if pair is None:
        return None
    first, second = (source.whole(node) for node in pair)
    middle = source.data[first.end : second.start]
    one, two = source.data[first.start : first.end], source.data[second.start : second.end]
    return source.put(Span(first.start, second.end), two + middle + one)


def _plain(node: ast.stmt) -> bool:
    return isinstance(node, Function)


def import_added(source: Source, chance: Random) -> bytes | None:
    names = (b"import json", b"import colorsys", b"from collections import OrderedDict", b"import not_there")
    body = [row for row in source.module.body if not is_docstring(row) and not _is_future(row)]
    return before(source, body[0] if body else None, chance.choice(names))


def import_removed(source: Source, chance: Random) -> bytes | None:
    rows = [row for row in source.module.body if isinstance(row, ast.Import | ast.ImportFrom)]
    return passed(source, pick(chance, (row for row in rows if not _is_future(row))))


def _is_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def unparsable(source: Source, chance: Random) -> bytes | None:
    at = chance.choice(source.starts)
    return source.put(Span(at, at), b"def (:\n")


MUTATIONS: dict[str, Mutation] = {
    "statement removed": statement_removed,
    "statement added": statement_added,
    "comment added": comment_added,
    "lines added": lines_added,
    "decorator removed": decorator_removed,
    "function added": function_added,
    "function removed": function_removed,
    "function renamed": function_renamed,
    "functions swapped": functions_swapped,
    "import added": import_added,
    "import removed": import_removed,
    "unparsable": unparsable,
}
