"""Python source as the rules see it: its tree, and one form for all ways to lay it out."""

import ast
import functools
import io
import tokenize
import warnings
from collections.abc import Iterator

from eee_ci.finding import Noun

SUFFIXES = (".py", ".pyi", ".pyw")
_LARGEST = 1024 * 1024  # beyond this a file is data
_LAYOUT = {"(", ")", ",", ";"}  # what a formatter adds and removes
_ENDS = {tokenize.NEWLINE, tokenize.ENDMARKER}
_SILENT = {
    tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING, tokenize.NEWLINE, tokenize.ENDMARKER,
}  # fmt: skip  # read in rows


class Comment(Noun, frozen=True, kw_only=True):
    """A comment, and the logical line that it stands in or before, in the one form."""

    text: str
    line: int
    anchor: str
    alone: bool  # nothing but the comment is on its line


class Lines(Noun, frozen=True, kw_only=True):
    """The comments of a source, and the logical line of each of its lines."""

    comments: tuple[Comment, ...] = ()
    anchors: dict[int, str] = {}


def is_python(path: str) -> bool:
    return path.endswith(SUFFIXES)


@functools.lru_cache(maxsize=512)  # each rule asks for the same few
def parsed(data: bytes) -> ast.Module | None:
    """The tree; None where our Python cannot parse it."""
    if len(data) > _LARGEST:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # doubtful escapes are the linter's matter
            return ast.parse(data, type_comments=False)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


@functools.lru_cache(maxsize=512)
def lines(data: bytes) -> Lines | None:
    """None where it cannot be cut into tokens."""
    if len(data) > _LARGEST:
        return None
    comments: list[Comment] = []
    anchors: dict[int, str] = {}
    try:
        for logical in _logical(data):
            anchor = _anchor(logical)
            for token in logical:
                anchors.setdefault(token.start[0], anchor)
                if token.type == tokenize.COMMENT:
                    comments.append(_comment(token, anchor))
    except (tokenize.TokenError, SyntaxError, ValueError, RecursionError):
        return None
    return Lines(comments=tuple(comments), anchors=anchors)


def _logical(data: bytes) -> Iterator[list[tokenize.TokenInfo]]:
    """The tokens of one statement's line after another, comments before it included."""
    row: list[tokenize.TokenInfo] = []
    for token in tokenize.tokenize(io.BytesIO(data).readline):
        row.append(token)
        if token.type in _ENDS:
            yield row
            row = []


def _comment(token: tokenize.TokenInfo, anchor: str) -> Comment:
    alone = not token.line[: token.start[1]].strip()
    return Comment(text=token.string, line=token.start[0], anchor=anchor, alone=alone)


def _anchor(row: list[tokenize.TokenInfo]) -> str:
    words = [_word(token) for token in row if token.type not in (*_SILENT, tokenize.COMMENT)]
    return " ".join(word for word in words if word not in _LAYOUT)[:400]


def _word(token: tokenize.TokenInfo) -> str:
    return token.string.replace("'", '"') if token.type == tokenize.STRING else token.string


@functools.lru_cache(maxsize=512)
def nodes(data: bytes) -> tuple[ast.AST, ...]:
    """All of the tree, in its order; none where it cannot be parsed."""
    tree = parsed(data)
    return tuple(ast.walk(tree)) if tree is not None else ()


def same(before: bytes, after: bytes) -> bool:
    """Do both say the same, but for layout, comments and the order of neighbouring imports?"""
    return form(before) == form(after) is not None


@functools.lru_cache(maxsize=512)
def form(data: bytes) -> str | None:
    """The tree without positions; imports that stand together are sorted, docstrings unindented."""
    tree = parsed(data)
    return "\n".join(_block(tree.body)) if tree is not None else None


def _block(body: list[ast.stmt]) -> Iterator[str]:
    run: list[str] = []
    for at, statement in enumerate(body):
        if isinstance(statement, ast.Import | ast.ImportFrom):
            run += _names(statement)
            continue
        yield from sorted(run)
        run = []
        yield _docstring(statement) if at == 0 else ast.dump(statement)
    yield from sorted(run)


def _names(statement: ast.Import | ast.ImportFrom) -> list[str]:
    origin = (
        (statement.level * "." + (statement.module or "")) if isinstance(statement, ast.ImportFrom) else ""
    )
    return [f"from {origin} import {alias.name} as {alias.asname}" for alias in statement.names]


def _docstring(statement: ast.stmt) -> str:
    match statement:
        case ast.Expr(value=ast.Constant(value=str(words))):
            return " ".join(words.split())
        case _:
            return ast.dump(statement)


def qualified(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Every function with its dotted name, those in classes and functions included."""

    def walk(
        body: list[ast.stmt], prefix: str
    ) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
        for node in body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{prefix}{node.name}", node
                yield from walk(node.body, f"{prefix}{node.name}.")
            elif isinstance(node, ast.ClassDef):
                yield from walk(node.body, f"{prefix}{node.name}.")
            else:
                for name in ("body", "orelse", "finalbody"):
                    yield from walk(getattr(node, name, []), prefix)
                for handler in getattr(node, "handlers", []):
                    yield from walk(handler.body, prefix)

    yield from walk(tree.body, "")
