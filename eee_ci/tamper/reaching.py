"""T7 in the sources: code that reaches for what judges it, or looks whether it is being judged."""

import ast
from collections.abc import Callable, Iterator

from eee_ci import text
from eee_ci.finding import Finding
from eee_ci.tamper import retaking, rules, source, suppressions
from eee_ci.tamper.marks import Mark
from eee_ci.tamper.names import Names, name

NUMBER = 7
_LEAVING = {"os._exit", "os.abort", "os.killpg", "signal.raise_signal", "faulthandler._sigsegv"}
_WATCHING = {
    "sys.settrace", "sys.setprofile", "threading.settrace", "threading.setprofile",
    "sys.monitoring.use_tool_id", "sys.monitoring.free_tool_id", "sys.monitoring.set_events",
    "coverage.Coverage", "coverage.process_startup", "coverage.Coverage.current", "gc.get_objects",
    "gc.get_referrers",
}  # fmt: skip  # read in rows
_LOOKING = {
    "inspect.stack",
    "inspect.currentframe",
    "sys._getframe",
    "sys._current_frames",
    "traceback.extract_stack",
}
_INSIDE = ("_pytest", "pluggy", "xdist", "pytest_cov", "execnet")
_ORACLE = ("pytest", "_pytest", "unittest", "builtins", "coverage", "pluggy", "sys.modules", "sys.meta_path")
_TOLD = (
    "PYTEST_CURRENT_TEST",
    "PYTEST_VERSION",
    "PYTEST_XDIST",
    "PYTEST_ADDOPTS",
    "PYTEST_PLUGINS",
    "COVERAGE_RUN",
)

Seen = Iterator[tuple[str, ast.AST]]


def judge(pairs: tuple[rules.Pair, ...], _candidate: rules.Files, told: rules.Rules) -> Iterator[Finding]:
    """What a patch adds of it; what moved is none."""
    pairs = rules.altered(pairs)
    gone = [mark for pair in pairs for mark in _marks(pair.path, pair.before, told)]
    new = [mark for pair in pairs for mark in _marks(pair.path, pair.after, told)]
    for mark in suppressions.unaccounted(gone, new):
        yield rules.found(
            NUMBER,
            f"{mark.kind} at `{mark.anchor[:120]}` in {text.path(mark.path)}; want none",
            mark.path,
            mark.line,
            severity="critical",
        )


def _marks(path: str, data: bytes | None, told: rules.Rules) -> Iterator[Mark]:
    if data is None or not source.is_python(path):
        return
    lines = source.lines(data)
    if lines is None:
        return
    names, test = Names(source.nodes(data)), retaking.is_test(path, told.tests)
    asked = _RULES if test else (*_RULES, _imported)
    for node in source.nodes(data):
        for rule in asked:
            for kind, at in rule(node, names):
                line = getattr(at, "lineno", 1)
                anchor = lines.anchors.get(line, ast.dump(at)[:400])
                yield Mark(kind=kind, path=path, line=line, anchor=anchor)


def _hook(node: ast.AST, _names: Names) -> Seen:
    match node:
        case ast.FunctionDef(name=word) | ast.AsyncFunctionDef(name=word) if word.startswith("pytest_"):
            yield f"a hook of pytest, {word},", node
        case _:
            pass


def _inner(node: ast.AST, _names: Names) -> Seen:
    match node:
        case ast.Import(names=aliases):
            modules = [alias.name for alias in aliases]
        case ast.ImportFrom(module=str(module), level=0):
            modules = [module]
        case _:
            modules = []
    if any(module.partition(".")[0] in _INSIDE for module in modules):
        yield "an import of what runs the tests", node


def _imported(node: ast.AST, _names: Names) -> Seen:
    """Outside of tests, pytest itself as well."""
    match node:
        case ast.Import(names=aliases) if any(alias.name.partition(".")[0] == "pytest" for alias in aliases):
            yield "an import of pytest outside of the tests", node
        case ast.ImportFrom(module="pytest", level=0):
            yield "an import of pytest outside of the tests", node
        case _:
            pass


def _called(node: ast.AST, names: Names) -> Seen:
    if not isinstance(node, ast.Attribute | ast.Name):
        return
    word = names.of(node)
    if word in _LEAVING:
        yield f"{word} ends the process without a word", node
    elif word in _WATCHING:
        yield f"{word} takes part in what is measured", node
    elif word in _LOOKING:
        yield f"{word} looks who is calling", node


def _asked(node: ast.AST, names: Names) -> Seen:
    match node:
        case ast.Constant(value=str(word)) if word.startswith(_TOLD):
            yield f"{word} says whether a test runs", node
        case ast.Compare(ops=[ast.In() | ast.NotIn()], comparators=[right]) if (
            names.of(right) == "sys.modules"
        ):
            yield "a look whether pytest is loaded", node
        case _:
            pass


def _set(node: ast.AST, names: Names) -> Seen:
    """Assignments to, and deletions from, modules that judge."""
    match node:
        case ast.Assign(targets=targets) | ast.Delete(targets=targets):
            pass
        case ast.AugAssign(target=target) | ast.AnnAssign(target=target):
            targets = [target]
        case ast.Call(args=[ast.expr() as target, *_]) if name(node) in (
            "setattr",
            "delattr",
            "mock.patch.object",
        ):
            if _judges(names.of(target)):
                yield f"{name(node)} on {names.of(target)}", node
            return
        case _:
            return
    for target in targets:
        held = target.value if isinstance(target, ast.Attribute | ast.Subscript) else None
        if held is not None and _judges(names.of(held)):
            yield f"an assignment to {names.of(held)}", node


def _judges(dotted: str) -> bool:
    return any(dotted == word or dotted.startswith(f"{word}.") for word in _ORACLE)


_RULES: tuple[Callable[[ast.AST, Names], Seen], ...] = (_hook, _inner, _called, _asked, _set)
