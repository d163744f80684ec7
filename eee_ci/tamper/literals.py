"""T8 again: answers written down: a large new literal, or one comparison with a constant after another."""

import ast
from collections.abc import Iterator

from eee_ci import text
from eee_ci.finding import Finding
from eee_ci.tamper import rules, source

NUMBER = 8
_CHARACTERS = 20_000  # of one string


def judge(pairs: tuple[rules.Pair, ...], _candidate: rules.Files, told: rules.Rules) -> Iterator[Finding]:
    """A table that was as large before, in whichever file of the patch, has only moved."""
    before: dict[str, int] = {}
    pairs = rules.altered(pairs)
    for pair in pairs:
        for _, size, what in _sizes(pair.path, pair.before):
            before[what] = max(before.get(what, 0), size)
    for pair in pairs:
        for line, size, what in _sizes(pair.path, pair.after):
            if size > max(told.caps.literals, before.get(what, 0) * 11 // 10):
                yield rules.found(
                    NUMBER,
                    f"writes {what} of {size} constants into {text.path(pair.path)}; want code, or at most"
                    f" {told.caps.literals}",
                    pair.path,
                    line,
                )


def _sizes(path: str, data: bytes | None) -> Iterator[tuple[int, int, str]]:
    for node in source.nodes(data) if data is not None and source.is_python(path) else ():
        match node:
            case ast.List(elts=parts) | ast.Set(elts=parts) | ast.Tuple(elts=parts):
                yield node.lineno, sum(_fixed(part) for part in parts), "a literal"
            case ast.Dict(values=parts):
                yield node.lineno, sum(_fixed(part) for part in parts), "a literal"
            case ast.Constant(value=str() | bytes() as value) if len(value) > _CHARACTERS:
                yield node.lineno, len(value), "a string"
            case ast.FunctionDef(body=body) | ast.AsyncFunctionDef(body=body):
                yield node.lineno, sum(map(_cases, body)), "a chain of comparisons"
            case _:
                pass


def _fixed(node: ast.expr) -> bool:
    match node:
        case ast.Constant() | ast.UnaryOp(operand=ast.Constant()):
            return True
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return all(_fixed(part) for part in parts)
        case _:
            return False


def _cases(statement: ast.stmt) -> int:
    """Comparisons with a constant in one `if` and its `elif`s, or patterns of a `match`."""
    match statement:
        case ast.If(test=ast.Compare(comparators=[value]), orelse=rest) if _fixed(value):
            return 1 + sum(map(_cases, rest))
        case ast.Match(cases=cases):
            return sum(isinstance(case.pattern, ast.MatchValue) for case in cases)
        case _:
            return 0
