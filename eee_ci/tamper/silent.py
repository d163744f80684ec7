"""What silences a tool or a test in the syntax of Python itself."""

import ast
from collections.abc import Callable, Iterator

from eee_ci.tamper import source
from eee_ci.tamper.marks import ALL, Mark
from eee_ci.tamper.names import Names, name
from eee_ci.tamper.source import Lines

_BROAD = {"Exception", "BaseException", "AssertionError"}  # the last one is how a test fails
_SKIPS = {
    *(f"pytest.{word}" for word in ("skip", "xfail", "importorskip", "exit", "mark.skip", "mark.skipif")),
    *(f"unittest.{word}" for word in ("skip", "skipIf", "skipUnless", "expectedFailure", "SkipTest")),
    "pytest.mark.xfail", "unittest.case.SkipTest", "self.skipTest", "_pytest.outcomes.skip",
}  # fmt: skip  # read in rows
_COLLECTING = {"collect_ignore", "collect_ignore_glob", "pytest_plugins", "__test__", "pytestmark"}
_CASTS = {"typing.cast", "typing_extensions.cast"}
_UNTYPED = {"typing.no_type_check", "typing_extensions.no_type_check", "typing.no_type_check_decorator"}
_UNWARNED = {"warnings.filterwarnings", "warnings.simplefilter", "pytest.mark.filterwarnings"}
_EQUAL = {"__eq__", "__ne__", "__contains__", "__instancecheck__"}

Seen = tuple[str, ast.AST, str]  # kind, where, and what it stands at when that is not its line


def marks(path: str, data: bytes, lines: Lines) -> Iterator[Mark]:
    """All of them, in the order of the tree."""
    nodes = source.nodes(data)
    names = Names(nodes)
    for node in nodes:
        for rule in _RULES:
            for kind, at, anchor in rule(node, names):
                line = getattr(at, "lineno", 1)
                held = anchor or lines.anchors.get(line, ast.dump(at)[:400])
                yield Mark(kind=kind, codes=ALL, path=path, line=line, anchor=held)


def _swallowed(node: ast.AST, _names: Names) -> Iterator[Seen]:
    if not isinstance(node, ast.Try | ast.TryStar):
        return
    for handler in node.handlers:
        if _broad(handler.type) and all(_nothing(statement) for statement in handler.body):
            yield "except: pass", handler, f"try {ast.unparse(node.body[0])[:200]}"


def _broad(kind: ast.expr | None) -> bool:
    if kind is None:
        return True
    return any(name(part).rpartition(".")[2] in _BROAD for part in getattr(kind, "elts", [kind]))


def _nothing(statement: ast.stmt) -> bool:
    match statement:
        case ast.Pass() | ast.Continue() | ast.Break() | ast.Expr(value=ast.Constant()):
            return True
        case ast.Return(value=value):
            return value is None or isinstance(value, ast.Constant)
        case _:
            return False


def _suppressed(node: ast.AST, names: Names) -> Iterator[Seen]:
    if isinstance(node, ast.With | ast.AsyncWith):
        for item in node.items:
            call = item.context_expr
            given = call.args if isinstance(call, ast.Call) else []
            if names.of(call) == "contextlib.suppress" and any(map(_broad, given)):
                yield "suppress(Exception)", node, f"with {ast.unparse(node.body[0])[:200]}"


def _skipped(node: ast.AST, names: Names) -> Iterator[Seen]:
    match node:
        case ast.Attribute() | ast.Name() if names.of(node) in _SKIPS:
            yield "skip or xfail", node, ""
        case ast.Assign(targets=targets, value=value):
            truthy = isinstance(value, ast.Constant) and value.value is True
            for word in (name(target).rpartition(".")[2] for target in targets):
                if word in _COLLECTING and not (word == "__test__" and truthy):
                    yield f"{word} =", node, ""
        case _:
            pass


def _untyped(node: ast.AST, names: Names) -> Iterator[Seen]:
    match node:
        case ast.Call() if names.of(node) in _CASTS:
            yield "cast", node, ""
        case ast.Name() | ast.Attribute() if names.of(node) in _UNTYPED:
            yield "no_type_check", node, ""
        case ast.If(test=test) if _hidden(test):
            yield "not TYPE_CHECKING", node, ""
        case _:
            pass


def _hidden(test: ast.expr) -> bool:
    """Does a type checker not see the branch?"""
    plain = name(test).rpartition(".")[2] == "TYPE_CHECKING"
    return not plain and "TYPE_CHECKING" in ast.dump(test)


def _any(node: ast.AST, names: Names) -> Iterator[Seen]:
    """Where an annotation says that nothing is known. `*args: Any` says what it must."""
    match node:
        case ast.FunctionDef(returns=hint) | ast.AsyncFunctionDef(returns=hint):
            yield from _anys(hint, f"{node.name} ->", names)
            for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
                yield from _anys(argument.annotation, f"{node.name} {argument.arg}", names)
        case ast.AnnAssign(target=target, annotation=hint):
            yield from _anys(hint, ast.unparse(target), names)
        case _:
            pass


def _anys(hint: ast.expr | None, anchor: str, names: Names) -> Iterator[Seen]:
    for part in ast.walk(hint) if hint is not None else ():
        match part:
            case ast.Name() | ast.Attribute() if _last(part, names) == "Any":
                yield "Any", part, anchor
            case ast.Constant(value=str(words)):
                for inner in ast.walk(_unquoted(words)):
                    if isinstance(inner, ast.Name | ast.Attribute) and _last(inner, names) == "Any":
                        yield "Any", part, anchor
            case _:
                pass


def _last(node: ast.Name | ast.Attribute, names: Names) -> str:
    return names.of(node).rpartition(".")[2]


def _unquoted(words: str) -> ast.AST:
    """A hint in quotes says the same as without; what is no expression says nothing."""
    try:
        return ast.parse(words, mode="eval")
    except (SyntaxError, ValueError):
        return ast.Pass()


def _unwarned(node: ast.AST, names: Names) -> Iterator[Seen]:
    if isinstance(node, ast.Call) and names.of(node) in _UNWARNED:
        given = [*node.args[:1], *(word.value for word in node.keywords if word.arg == "action")]
        if any(isinstance(one, ast.Constant) and str(one.value).startswith("ignore") for one in given):
            yield "ignored warnings", node, ""


def _equal(node: ast.AST, names: Names) -> Iterator[Seen]:
    """Whatever it is compared with, it is that."""
    match node:
        case ast.FunctionDef(name=word, body=body) if word in _EQUAL:
            if all(_constant(statement) for statement in body):
                yield f"constant {word}", node, ""
        case ast.Assign(targets=targets, value=ast.Lambda(body=ast.Constant())):
            if any(name(target).rpartition(".")[2] in _EQUAL for target in targets):
                yield "constant __eq__", node, ""
        case ast.Attribute() | ast.Name() if names.of(node) == "unittest.mock.ANY":
            yield "mock.ANY", node, ""
        case _:
            pass


def _constant(statement: ast.stmt) -> bool:
    match statement:
        case ast.Return(value=ast.Constant(value=bool())) | ast.Expr(value=ast.Constant()) | ast.Pass():
            return True
        case _:
            return False


_RULES: tuple[Callable[[ast.AST, Names], Iterator[Seen]], ...] = (
    _swallowed, _suppressed, _skipped, _untyped, _any, _unwarned, _equal,
)  # fmt: skip  # read in rows
