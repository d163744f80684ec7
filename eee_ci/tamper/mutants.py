"""T9, opt-in: the tests see at least as many faults in the changed lines as they did in those before."""

import ast
from collections.abc import Iterable, Iterator, Sequence

from eee_ci import text
from eee_ci.finding import Finding, Noun
from eee_ci.tamper import rules, source

NUMBER = 9
MOST = 40  # of one side, spread over the changed lines
_COMPARES: dict[type[ast.cmpop], str] = {
    ast.Eq: "!=", ast.NotEq: "==", ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Is: "is not",
    ast.IsNot: "is", ast.In: "not in", ast.NotIn: "in",
}  # fmt: skip  # read in rows
_OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "-", ast.Sub: "+", ast.Mult: "//", ast.Div: "*", ast.FloorDiv: "*", ast.Mod: "*",
    ast.BitAnd: "|",
    ast.BitOr: "&", ast.LShift: ">>", ast.RShift: "<<",
}  # fmt: skip  # read in rows

Edit = tuple[ast.expr, str, str]  # what is replaced, by what, and in words


class Mutant(Noun, frozen=True, kw_only=True):
    """One fault in one file: the whole source with it, which Python can parse."""

    path: str
    line: int
    what: str
    data: bytes


class Fate(Noun, frozen=True, kw_only=True):
    """What the tests said of a mutant; None: they came to no end, which counts as seen."""

    mutant: Mutant
    seen: bool | None


def mutants(path: str, data: bytes, lines: Iterable[int]) -> tuple[Mutant, ...]:
    """The faults that these lines can have, in their order, at most MOST of them."""
    wanted = set(lines)
    tree = source.parsed(data)
    if tree is None or not source.is_python(path):
        return ()
    made = []
    for node in ast.walk(tree):
        for target, words, what in _edits(node):
            if target.lineno in wanted:
                made.append(_mutant(path, data, (target, words, what)))
    ordered = sorted(made, key=lambda mutant: (mutant.line, mutant.what, mutant.data))
    return tuple(mutant for mutant in spread(ordered) if source.parsed(mutant.data))


def spread(made: Sequence[Mutant]) -> tuple[Mutant, ...]:
    """At most MOST of them, from all over: each costs a run of the tests."""
    return tuple(made[:: max(1, -(-len(made) // MOST))])


def changed(before: bytes | None, after: bytes | None) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The lines that a patch takes away, by their numbers before, and those that it writes."""
    from difflib import SequenceMatcher

    old, new = ((data or b"").splitlines() for data in (before, after))
    gone: list[int] = []
    come: list[int] = []
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            gone += range(i + 1, j + 1)
            come += range(k + 1, m + 1)
    return tuple(gone), tuple(come)


def judge(base: Sequence[Fate], candidate: Sequence[Fate]) -> tuple[Finding, ...]:
    """A share of unseen faults that grew is a finding, at each line of them. With no mutant of the base, all
    but a half must be seen: new code without a test that minds is no repair."""
    before = _share(base) if base else 0.5
    if not candidate or _share(candidate) >= before:
        return ()
    share = f"{_share(candidate):.0%} of the faults in what changed are seen by a test; want {before:.0%}"
    return tuple(
        rules.found(NUMBER, f"no test minds {fate.mutant.what} ({share})", fate.mutant.path, fate.mutant.line)
        for fate in candidate
        if fate.seen is False
    )


def _share(fates: Sequence[Fate]) -> float:
    return sum(fate.seen is not False for fate in fates) / len(fates)


def _edits(node: ast.AST) -> Iterator[Edit]:
    match node:
        case ast.Compare(left=left, ops=[operator], comparators=[right]) if type(operator) in _COMPARES:
            word = _COMPARES[type(operator)]
            yield node, f"({ast.unparse(left)} {word} {ast.unparse(right)})", f"`{word}` in a comparison"
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _OPERATORS:
            word = _OPERATORS[type(operator)]
            yield node, f"({ast.unparse(left)} {word} {ast.unparse(right)})", f"`{word}` in a calculation"
        case ast.BoolOp(op=operator, values=values):
            word = "or" if isinstance(operator, ast.And) else "and"
            yield node, f"({f' {word} '.join(f'({ast.unparse(v)})' for v in values)})", f"`{word}`"
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield node, f"({ast.unparse(operand)})", "a missing `not`"
        case ast.Constant(value=bool(value)):
            yield node, str(not value), f"`{not value}`"
        case ast.Constant(value=int(value)):
            yield node, str(value + 1), f"{value + 1} for {value}"
        case ast.If(test=test) | ast.While(test=test) if not isinstance(test, ast.Compare | ast.Constant):
            yield test, f"(not ({ast.unparse(test)}))", "a condition turned round"
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
            yield value, "None", "None returned"
        case _:
            pass


def _mutant(path: str, data: bytes, edit: Edit) -> Mutant:
    """Columns of the tree count bytes of UTF-8."""
    node, words, what = edit
    rows = data.splitlines(keepends=True)
    last = node.end_lineno or node.lineno
    head = b"".join(rows[: node.lineno - 1]) + rows[node.lineno - 1][: node.col_offset]
    rest = rows[last - 1][node.end_col_offset or 0 :] + b"".join(rows[last:])
    return Mutant(path=path, line=node.lineno, what=text.clip(what, 120), data=head + words.encode() + rest)
