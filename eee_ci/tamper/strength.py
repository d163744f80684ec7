"""What one test asserts, read from its tree: the measures that T5 compares."""

import ast
import math
from collections import Counter
from collections.abc import Iterator

from eee_ci.finding import Noun
from eee_ci.tamper.names import name

_RAISES = (
    "raises",
    "assertRaises",
    "warns",
    "assertWarns",
    "assertRaisesRegex",
    "deprecated_call",
    "RaisesGroup",
)
_BROAD = ("Exception", "BaseException")
_TRUTHY = ("assertTrue", "assertFalse", "assertIsNotNone")
_NEAR = ("approx", "isclose", "allclose", "assert_allclose", "assertAlmostEqual", "assertNotAlmostEqual")
_HELPERS = ("assert", "check_", "expect", "verify_", "ensure_")
_WIDTHS = ("rel", "abs", "rel_tol", "abs_tol", "rtol", "atol", "delta")
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Strength(Noun, frozen=True, kw_only=True):
    """More is stronger, but for `constant`, `broad`, `guarded`, `width` and `dead`. `expected` counts the
    literals that results are compared with."""

    asserts: int = 0  # anything that can fail: assert, assertX, raises, a helper named like one
    equal: int = 0  # those that compare
    exact: int = 0  # `raises` with `match`
    constant: int = 0  # that cannot fail
    broad: int = 0  # raises(Exception)
    guarded: int = 0  # below an `if`, in a `try` that swallows, or in a loop over nothing
    dead: int = 0  # after a return
    width: float = 0.0  # of the widest tolerance
    expected: dict[str, int] = {}
    cases: int | None = None  # of its parametrisation, where they are written out


def strength(function: Function) -> Strength:
    """Of the whole body, nested functions included."""
    counted: Counter[str] = Counter()
    expected: Counter[str] = Counter()
    width = 0.0
    for node in ast.walk(function):
        counted.update(_kinds(node))
        expected.update(_literals(node))
        width = max(width, _width(node))
    return Strength(
        asserts=counted["asserts"],
        equal=counted["equal"],
        exact=counted["exact"],
        constant=counted["constant"],
        broad=counted["broad"],
        guarded=_guarded(function.body),
        dead=_dead(function),
        width=width,
        expected=dict(sorted(expected.items())),
        cases=cases(function),
    )


def cases(function: Function) -> int | None:
    """How often the parametrisation runs it; None where that is not written out."""
    total: int | None = 1
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call) and _parametrizes(decorator):
            values = decorator.args[1] if len(decorator.args) > 1 else _keyword(decorator, "argvalues")
            known = isinstance(values, ast.List | ast.Tuple | ast.Set)
            total = total * len(values.elts) if known and total is not None else None  # type: ignore[union-attr]  # known means that there are values
    return total


def asserting(node: ast.AST) -> bool:
    """Can it fail a test?"""
    match node:
        case ast.Assert():
            return True
        case ast.Raise(exc=exception):
            return exception is not None and name(exception).endswith("AssertionError")
        case ast.Call():
            last = name(node).rpartition(".")[2]
            return last in _RAISES or last.startswith(_HELPERS) or name(node) in ("pytest.fail", "self.fail")
        case _:
            return False


def _parametrizes(call: ast.Call) -> bool:
    return name(call).endswith("parametrize")


def _kinds(node: ast.AST) -> Iterator[str]:
    if asserting(node):
        yield "asserts"
    last = name(node).rpartition(".")[2]
    match node:
        case ast.Assert(test=test):
            yield from _assert(test)
        case ast.Call() if last in _RAISES:
            yield from _raises(node)
        case ast.Call(args=[argument, *_]) if last in _TRUTHY:
            yield from _assert(argument)
        case ast.Call(args=arguments) if last.startswith("assert"):
            yield "equal"
            if len(arguments) > 1 and ast.dump(arguments[0]) == ast.dump(arguments[1]):
                yield "constant"
        case _:
            pass


def _assert(test: ast.expr) -> Iterator[str]:
    if always(test):
        yield "constant"
    elif any(isinstance(node, ast.Compare) for node in ast.walk(test)):
        yield "equal"


def _raises(call: ast.Call) -> Iterator[str]:
    kinds = [name(part) for argument in call.args[:1] for part in getattr(argument, "elts", [argument])]
    if any(kind.rpartition(".")[2] in _BROAD for kind in kinds) or not call.args:
        yield "broad"
    if _keyword(call, "match") is not None or name(call).endswith("Regex"):
        yield "exact"


def always(test: ast.expr) -> bool:  # noqa: C901, PLR0911 - one line for each form
    """Is it true whatever the code does?"""
    match test:
        case ast.Constant(value=value):
            return bool(value)
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
            return bool(parts)
        case ast.Dict(keys=keys):
            return bool(keys)
        case ast.JoinedStr() | ast.Lambda():
            return True
        case ast.NamedExpr(value=value):
            return always(value)
        case ast.BoolOp(op=ast.Or(), values=values):
            return any(always(value) for value in values)
        case ast.BoolOp(values=values):
            return all(always(value) for value in values)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return isinstance(operand, ast.Constant) and not operand.value
        case ast.Compare(left=left, ops=[ast.Eq() | ast.Is() | ast.LtE() | ast.GtE()], comparators=[right]):
            return ast.dump(left) == ast.dump(right) and not any(
                isinstance(n, ast.Call) for n in ast.walk(left)
            )
        case ast.Call(args=[_, ast.Name(id="object")]):
            return name(test) == "isinstance"
        case _:
            return False


def _literals(node: ast.AST) -> Iterator[str]:
    """Of comparisons in an assert, of assertEqual and its kin, and the cases of a parametrisation."""
    match node:
        case ast.Assert(test=test):
            for part in ast.walk(test):
                if isinstance(part, ast.Compare):
                    yield from _fixed(part.left, *part.comparators)
        case ast.Call(args=arguments) if name(node).rpartition(".")[2].startswith("assert"):
            yield from _fixed(*arguments[:2])
        case ast.Call(args=[_, ast.List(elts=values) | ast.Tuple(elts=values), *_]) if _parametrizes(node):
            yield from _fixed(*values)
        case _:
            pass


def _fixed(*values: ast.expr) -> Iterator[str]:
    for value in values:
        try:
            yield repr(ast.literal_eval(value))
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            if isinstance(value, ast.Call) and name(value).endswith("approx"):
                yield from _fixed(*value.args[:1])


def _width(node: ast.AST) -> float:
    if not isinstance(node, ast.Call) or name(node).rpartition(".")[2] not in _NEAR:
        return 0.0
    given = [_number(word.value) for word in node.keywords if word.arg in _WIDTHS]
    places = _keyword(node, "places")
    if places is not None:
        asked = _number(places)
        given.append(math.inf if math.isinf(asked) else 10**-asked)
    return max(given, default=0.0)


def _number(node: ast.expr) -> float:
    """What is no number could be any."""
    try:
        return float(ast.literal_eval(node))
    except (ValueError, TypeError, SyntaxError):
        return math.inf


def _guarded(body: list[ast.stmt], *, within: bool = False) -> int:
    total = 0
    for statement in body:
        total += within and any(asserting(node) for node in _own(statement))
        for part in ("body", "orelse", "finalbody", "handlers"):
            total += _guarded(getattr(statement, part, []), within=within or _guards(statement))
    return total


def _guards(statement: ast.stmt) -> bool:
    """May what is in it not run, or fail unseen?"""
    match statement:
        case ast.If() | ast.While():
            return True
        case ast.Try(handlers=handlers) | ast.TryStar(handlers=handlers):
            return bool(handlers)
        case ast.For(iter=ast.List(elts=[]) | ast.Tuple(elts=[]) | ast.Call(args=[], keywords=[])):
            return True
        case _:
            return False


def _own(statement: ast.stmt | ast.excepthandler) -> Iterator[ast.AST]:
    """The statement without those in it."""
    todo: list[ast.AST] = [statement]
    while todo:
        node = todo.pop()
        yield node
        todo += [n for n in ast.iter_child_nodes(node) if not isinstance(n, ast.stmt | ast.excepthandler)]


def _dead(function: Function) -> int:
    """Asserts of the body itself after something that leaves it."""
    left, total = False, 0
    for statement in function.body:
        total += left and any(asserting(node) for node in ast.walk(statement))
        left = left or isinstance(statement, ast.Return | ast.Raise | ast.Yield)
    return total


def _keyword(call: ast.Call, word: str) -> ast.expr | None:
    return next((given.value for given in call.keywords if given.arg == word), None)
