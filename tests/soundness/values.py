"""Edits of expressions and values in one Python file. Pure: a source in, bytes out, None where none fits."""

import ast
from collections.abc import Iterable
from random import Random

from tests.soundness.source import Mutation, Source, Span, passed, pick

OPERATORS: dict[type[ast.AST], tuple[bytes, bytes]] = {
    ast.Eq: (b"==", b"!="),
    ast.NotEq: (b"!=", b"=="),
    ast.Lt: (b"<", b"<="),
    ast.LtE: (b"<=", b"<"),
    ast.Gt: (b">", b">="),
    ast.GtE: (b">=", b">"),
    ast.Is: (b"is", b"is not"),
    ast.IsNot: (b"is not", b"is"),
    ast.In: (b"in", b"not in"),
    ast.NotIn: (b"not in", b"in"),
    ast.Add: (b"+", b"-"),
    ast.Sub: (b"-", b"+"),
    ast.Mult: (b"*", b"+"),
    ast.And: (b"and", b"or"),
    ast.Or: (b"or", b"and"),
}


def operator(source: Source, chance: Random) -> bytes | None:
    """== to !=, < to <=, + to -, `and` to `or` ..."""
    found: list[tuple[ast.AST, ast.expr, ast.expr]] = []
    for node in ast.walk(source.module):
        if isinstance(node, ast.Compare):
            found.append((node.ops[0], node.left, node.comparators[0]))
        elif isinstance(node, ast.BinOp):
            found.append((node.op, node.left, node.right))
        elif isinstance(node, ast.BoolOp):
            found.append((node.op, node.values[0], node.values[1]))
    chosen = pick(chance, (one for one in found if type(one[0]) in OPERATORS))
    if chosen is None:
        return None
    old, new = OPERATORS[type(chosen[0])]
    between = Span(source.span(chosen[1]).end, source.span(chosen[2]).start)
    words = source.data[between.start : between.end]
    return source.put(between, words.replace(old, new, 1)) if old in words else None


def condition(source: Source, chance: Random) -> bytes | None:
    """`if x` to `if not (x)`."""
    node = pick(chance, source.walk(ast.If, ast.IfExp, ast.While))
    if not isinstance(node, ast.If | ast.IfExp | ast.While):
        return None
    span = source.span(node.test)
    return source.put(span, b"not (" + source.data[span.start : span.end] + b")")


def returned(source: Source, chance: Random) -> bytes | None:
    """`return x` to `return None`."""
    found = (node for node in source.walk(ast.Return) if isinstance(node, ast.Return) and node.value)
    node = pick(chance, found)
    return source.put(source.span(node), b"return None") if node else None


def constant(source: Source, chance: Random) -> bytes | None:
    """Another number, string or truth value, anywhere; docstrings stay."""
    inside = {id(part.value) for part in ast.walk(source.module) if isinstance(part, ast.Expr)}
    inside |= {id(part) for node in source.walk(ast.JoinedStr) for part in ast.walk(node)}
    found = [node for node in ast.walk(source.module) if isinstance(node, ast.Constant)]
    return _replaced(source, pick(chance, (node for node in found if id(node) not in inside)))


def module_constant(source: Source, chance: Random) -> bytes | None:
    return _assigned(source, source.module.body, chance)


def class_attribute(source: Source, chance: Random) -> bytes | None:
    bodies = [
        row for node in source.walk(ast.ClassDef) if isinstance(node, ast.ClassDef) for row in node.body
    ]
    return _assigned(source, bodies, chance)


def attribute_removed(source: Source, chance: Random) -> bytes | None:
    bodies = [source.module.body, *(n.body for n in source.walk(ast.ClassDef) if isinstance(n, ast.ClassDef))]
    rows = [row for body in bodies for row in body if isinstance(row, ast.Assign | ast.AnnAssign)]
    return passed(source, pick(chance, (row for row in rows if source.stands_alone(row))))


def attribute_added(source: Source, chance: Random) -> bytes | None:
    node = pick(chance, (n for n in source.walk(ast.ClassDef) if isinstance(n, ast.ClassDef)))
    if node is None or not source.stands_alone(node.body[-1]):
        return None
    end = source.span(node.body[-1]).end
    row = (
        b"\n" + source.indent(node.body[-1]) + b"added_%d = %d" % (chance.randrange(9), chance.randrange(99))
    )
    return source.put(Span(end, end), row) if source.data[end : end + 1] in (b"\n", b"") else None


def _assigned(source: Source, rows: Iterable[ast.stmt], chance: Random) -> bytes | None:
    """A constant takes another value; what is no constant becomes None."""
    found = [row for row in rows if isinstance(row, ast.Assign | ast.AnnAssign) and row.value]
    node = pick(chance, found)
    if node is None or node.value is None:
        return None
    if isinstance(node.value, ast.Constant):
        return _replaced(source, node.value)
    return source.put(source.span(node.value), b"None")


def _replaced(source: Source, node: ast.Constant | None) -> bytes | None:
    return source.put(source.span(node), _other(node.value)) if node else None


def _other(value: object) -> bytes:
    match value:
        case bool():
            return repr(not value).encode()
        case int() | float():
            return repr(value + 1).encode()
        case str():
            return ascii(value + "x").encode()
        case bytes():
            return repr(value + b"x").encode()
        case _:
            return b"0"


MUTATIONS: dict[str, Mutation] = {
    "operator": operator,
    "condition": condition,
    "returned": returned,
    "constant": constant,
    "module constant": module_constant,
    "class attribute": class_attribute,
    "attribute removed": attribute_removed,
    "attribute added": attribute_added,
}
