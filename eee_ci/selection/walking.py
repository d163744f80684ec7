"""One pass over the syntax tree: the words and lines of each unit, and what it may remember."""

import ast
import re
from collections.abc import Callable, Iterable
from typing import Any

from eee_ci.selection import spines
from eee_ci.selection.units import Unit

_CACHES = re.compile(r"cache|memo|lazy|once|singleton", re.IGNORECASE)
_ACCESSORS = frozenset(("setter", "getter", "deleter"))
_LEFT_OUT = frozenset(("ctx", "kind", "type_comment", "type_ignores"))
_FIELDS: dict[type[ast.AST], tuple[str, ...]] = {}


class Walk:
    """Visits each node once; `units[0]` is the module level."""

    def __init__(self) -> None:
        self.unit = Unit("")
        self.units = [self.unit]
        self.prefix = ""
        self.in_class = False
        self.classes: dict[str, tuple[str, ...]] = {}
        self.variables: set[str] = set()
        self.imports: set[str] = set()
        self.memoised: set[str] = set()
        self.renamed: dict[str, str] = {}
        self.blank: set[str] = set()  # classes without anything in them

    def visit(self, node: ast.AST) -> None:
        kind = type(node)
        unit = self.unit
        line: int = getattr(node, "lineno", 0)
        if line and line != unit.at:
            unit.at = line
            unit.lines.append(line)
            unit.words.append("\n")
        unit.words.append(kind.__name__)
        if (special := _SPECIAL.get(kind)) is not None:
            special(self, node)
        else:
            self.fields(node)

    def fields(self, node: ast.AST) -> None:
        kind = type(node)
        names = _FIELDS.get(kind)
        if names is None:
            names = _FIELDS[kind] = tuple(name for name in node._fields if name not in _LEFT_OUT)
        words = self.unit.words
        for name in names:
            value = getattr(node, name, None)
            if isinstance(value, ast.AST):
                self.visit(value)
            elif isinstance(value, list):
                words.append("[")
                self.each(value)
                words.append("]")
            else:
                words.append(repr(value))

    def each(self, nodes: Iterable[object]) -> None:
        for node in nodes:
            if isinstance(node, ast.AST):
                self.visit(node)
            else:
                self.unit.words.append(repr(node))


def walk(tree: ast.Module) -> Walk:
    done = Walk()
    done.visit(tree)
    for unit in done.units:
        unit.settle()
        unit.touched = {done.renamed.get(name, name) for name in unit.touched} - {""}
        unit.names = {done.renamed.get(name, name) for name in unit.names}
    return done


def _name(walk: Walk, node: ast.Name) -> None:
    unit = walk.unit
    unit.words.append(node.id)
    if isinstance(node.ctx, ast.Load):
        unit.names.add(node.id)
    else:
        unit.bound.add(node.id)


def _constant(walk: Walk, node: ast.Constant) -> None:
    walk.unit.words.append(repr(node.value))


def _attribute(walk: Walk, node: ast.Attribute) -> None:
    unit = walk.unit
    unit.words.append(node.attr)
    unit.names.add(node.attr)
    if not isinstance(node.ctx, ast.Load):
        unit.writes.append(spines.spine(node.value))
    walk.visit(node.value)


def _subscript(walk: Walk, node: ast.Subscript) -> None:
    if not isinstance(node.ctx, ast.Load):
        walk.unit.writes.append(spines.spine(node.value))
    walk.fields(node)


def _call(walk: Walk, node: ast.Call) -> None:
    unit, func = walk.unit, node.func
    base, parts = spines.spine(func)
    last = parts[-1] if parts else base
    if isinstance(func, ast.Attribute) and func.attr not in spines.PURE:
        unit.calls.append(spines.spine(func.value))
    elif last in ("setattr", "delattr") and node.args:
        unit.writes.append(spines.spine(node.args[0]))
    if last not in spines.READERS:
        unit.given.extend(spines.spine(arg) for arg in node.args if isinstance(arg, ast.Name | ast.Attribute))
    if last in ("getattr", "hasattr", "methodcaller", "attrgetter"):
        unit.names.update(word for word in map(spines.word, node.args) if word)
    if _CACHES.search(last):
        unit.keeps = True
        walk.memoised.update(filter(None, map(spines.last, node.args)))
    walk.fields(node)


def _assign(walk: Walk, node: ast.Assign | ast.AnnAssign | ast.NamedExpr | ast.AugAssign) -> None:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    for target in targets:
        for name in spines.targets(target):
            _bind(walk, name, node.value)
            if isinstance(node, ast.AugAssign):
                walk.unit.calls.append((name, ()))  # `items += more` changes a list in place
    walk.fields(node)


def _for(walk: Walk, node: ast.For | ast.AsyncFor) -> None:
    for name in spines.targets(node.target):
        _bind(walk, name, node.iter)
    walk.fields(node)


def _bind(walk: Walk, name: str, value: ast.expr | None) -> None:
    if (walk.in_class or not walk.unit.name) and value is not None and not _lasts(walk, value):
        walk.variables.add(name)
    if isinstance(value, ast.Name | ast.Attribute | ast.Subscript | ast.Call):
        base, parts = spines.spine(value)
        walk.unit.aliases.setdefault(name, set()).update(parts, (base,))


def _lasts(walk: Walk, value: ast.expr) -> bool:
    return spines.is_lasting(value) or (isinstance(value, ast.Call) and spines.last(value) in walk.blank)


def _import(walk: Walk, node: ast.Import | ast.ImportFrom) -> None:
    if isinstance(node, ast.ImportFrom):
        walk.imports.update((node.module or "").split("."))
    for alias in node.names:
        walk.imports.update(alias.name.split("."))
        if alias.asname:
            walk.renamed[alias.asname] = alias.name.rpartition(".")[2]
    walk.imports.discard("")
    walk.fields(node)


def _scope(walk: Walk, node: ast.Global | ast.Nonlocal) -> None:
    if isinstance(node, ast.Global):
        walk.unit.remembers = True
    else:
        walk.unit.keeps = True
    walk.fields(node)


def _capture(walk: Walk, node: ast.ExceptHandler | ast.MatchAs | ast.MatchStar) -> None:
    if node.name:
        walk.unit.bound.add(node.name)
    walk.fields(node)


def _class(walk: Walk, node: ast.ClassDef) -> None:
    walk.unit.bound.add(node.name)
    prefix, in_class = walk.prefix, walk.in_class
    name = f"{prefix}{node.name}"
    bases = (*node.bases, *(keyword.value for keyword in node.keywords))
    walk.classes[name] = tuple(filter(None, map(spines.last, bases)))
    if not bases and not node.decorator_list and all(map(spines.is_idle, node.body)):
        walk.blank.add(node.name)
    walk.prefix, walk.in_class = f"{name}.", True
    walk.fields(node)
    walk.prefix, walk.in_class = prefix, in_class


def _function(walk: Walk, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    outer, prefix, in_class = walk.unit, walk.prefix, walk.in_class
    body = node.body
    if (docstring := ast.get_docstring(node, clean=False)) is not None:
        walk.units[0].words.append(f"doc {docstring!r}")  # anybody may read it
        body = body[1:]
    outer.bound.add(node.name)
    outer.words.append(node.name)
    walk.visit(node.args)
    walk.each([*node.decorator_list, node.returns, *getattr(node, "type_params", ())])
    walk.unit = unit = Unit(f"{prefix}{node.name}", outer)
    walk.units.append(unit)
    _sign(unit, node, owner=prefix.removesuffix(".").rpartition(".")[2] if in_class else "")
    walk.prefix, walk.in_class = f"{unit.name}.<locals>.", False
    walk.each(body)
    walk.unit, walk.prefix, walk.in_class = outer, prefix, in_class


def _sign(unit: Unit, node: ast.FunctionDef | ast.AsyncFunctionDef, *, owner: str) -> None:
    """What the unit knows from the signature, and whether its decorators remember for it."""
    args = node.args
    plain = [*args.posonlyargs, *args.args]
    every = [*plain, *args.kwonlyargs, *filter(None, (args.vararg, args.kwarg))]
    unit.bound.update(arg.arg for arg in every)
    late = plain[len(plain) - len(args.defaults) :]
    pairs = [*zip(late, args.defaults, strict=True), *zip(args.kwonlyargs, args.kw_defaults, strict=True)]
    for arg, value in pairs:
        if isinstance(value, ast.Name | ast.Attribute):  # it is what that name stands for
            base, parts = spines.spine(value)
            unit.aliases.setdefault(arg.arg, set()).update(parts, (base,))
            unit.named.add(arg.arg)
        elif value and not spines.is_lasting(value):
            unit.lasting.add(arg.arg)
    for decorator in node.decorator_list:
        base, parts = spines.spine(decorator)
        if (base, parts[1:]) == (node.name, ()) and parts and parts[0] in _ACCESSORS:
            base = ""  # `@name.setter` adds to the property `name`, and does not call its getter
        unit.decorators.update(filter(None, (base, *parts)))
    unit.remembers = any(map(_CACHES.search, unit.decorators))
    unit.names.update(unit.decorators, (owner,) if owner else ())


_SPECIAL: dict[type[ast.AST], Callable[[Walk, Any], None]] = {
    ast.Name: _name,
    ast.Constant: _constant,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.Call: _call,
    **dict.fromkeys((ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.AugAssign), _assign),
    **dict.fromkeys((ast.For, ast.AsyncFor), _for),
    **dict.fromkeys((ast.Import, ast.ImportFrom), _import),
    **dict.fromkeys((ast.Global, ast.Nonlocal), _scope),
    **dict.fromkeys((ast.ExceptHandler, ast.MatchAs, ast.MatchStar), _capture),
    ast.ClassDef: _class,
    **dict.fromkeys((ast.FunctionDef, ast.AsyncFunctionDef), _function),
}
