"""Names that are filled when somebody first asks for them: caches of functions without arguments.

    _version = ""

    def version():
        global _version
        if not _version:
            _version = look_it_up()
        return _version

Whoever asks first leaves the name filled. Nobody can tell who that was where no other code says the name, and
where it is filled with the same each time: a test file that leaves nothing else may be skipped.
"""

import ast
import re
from collections.abc import Iterator

_EMPTY, _FULL = True, False
_Function = ast.FunctionDef | ast.AsyncFunctionDef


def is_filled(source: bytes, name: str) -> bool:
    """Is `X` or `C.X` of this module filled so, by each function of it that says it?"""
    owner, _, word = name.rpartition(".")
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    functions = [node for node in _outermost(tree) if _says(node, word)]
    place = _class(tree, owner) if owner else tree.body
    begun = [node for node in place if _binds(node, word)]
    bodies = [node for function in functions for node in function.body]
    rest = _count(tree, word) - sum(_count(node, word) for node in (*bodies, *begun))
    return bool(functions) and not rest and all(_fills(node.body, word) for node in functions)


def is_said(source: bytes, word: str) -> bool:
    """Has a source this word, be it in a comment?"""
    return re.search(rb"\b" + re.escape(word.encode()) + rb"\b", source) is not None


def _outermost(node: ast.AST) -> Iterator[_Function]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, _Function):
            yield child
        else:
            yield from _outermost(child)


def _class(tree: ast.Module, name: str) -> list[ast.stmt]:
    return next((node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name), [])


def _fills(body: list[ast.stmt], word: str) -> bool:
    """Is the first that these statements do with it to fill it where it is empty?"""
    told = [node for node in body if _says(node, word) and not isinstance(node, ast.Global)]
    if not told:
        return False
    first, rest = told[0], told[1:]
    if isinstance(first, ast.With) and not any(_says(item, word) for item in first.items):
        return _fills(first.body, word) and not _stored(rest, word)
    if not isinstance(first, ast.If):
        return False
    state = _asks(first.test, word)
    if state is _EMPTY:
        return _made(first.body, word) and not _stored([*first.orelse, *rest], word)
    ends = isinstance(first.body[-1], ast.Return) and not first.orelse
    return state is _FULL and ends and not _stored(first.body, word) and _made(rest, word)


def _made(body: list[ast.stmt], word: str) -> bool:
    """Is the first that these statements do with it to bind it to something, and the only time?"""
    told = [node for node in body if _says(node, word)]
    if not told:
        return False
    first, rest = told[0], told[1:]
    if isinstance(first, ast.With | ast.If):  # asked again under a lock
        return _fills([first], word) and not _stored(rest, word)
    return _binds(first, word) and not _stored(rest, word)


def _asks(test: ast.expr, word: str) -> bool | None:
    """Whether it asks for the empty one or the full one, and nothing else."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return _EMPTY if _is(_measured(test.operand), word) else None
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.comparators[0], ast.Constant):
        kind = type(test.ops[0])
        if not _is(_measured(test.left), word):
            return None
        return {ast.Is: _EMPTY, ast.Eq: _EMPTY, ast.IsNot: _FULL, ast.NotEq: _FULL, ast.Gt: _FULL}.get(kind)
    return _FULL if _is(_measured(test), word) else None


def _measured(node: ast.expr) -> ast.expr:
    """What `len` is taken of."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "len" and node.args:
        return node.args[0]
    return node


def _is(node: ast.expr, word: str) -> bool:
    """The name itself, or that of a class."""
    if isinstance(node, ast.Attribute):
        return node.attr == word and isinstance(node.value, ast.Name)
    return isinstance(node, ast.Name) and node.id == word


def _binds(node: ast.stmt, word: str) -> bool:
    """Is it an assignment to the name, of something that does not say it?"""
    if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None or _says(node.value, word):
        return False
    targets: list[ast.expr] = node.targets if isinstance(node, ast.Assign) else [node.target]
    return any(_is(target, word) for target in targets)


def _stored(body: list[ast.stmt], word: str) -> bool:
    """Is it bound or deleted anywhere in these?"""
    return any(
        isinstance(node, ast.Name | ast.Attribute) and _is(node, word) and not isinstance(node.ctx, ast.Load)
        for statement in body
        for node in ast.walk(statement)
    )


def _says(node: ast.AST, word: str) -> bool:
    return _count(node, word) > 0


def _count(node: ast.AST, word: str) -> int:
    """How often anything in it has the word: names, attributes, arguments, imports, text."""
    return sum(_has(value, word) for one in ast.walk(node) for _, value in ast.iter_fields(one))


def _has(value: object, word: str) -> bool:
    if isinstance(value, list):  # the names of `global`
        return word in [part for part in value if isinstance(part, str)]
    return isinstance(value, str) and bool(re.search(rf"\b{re.escape(word)}\b", value))
