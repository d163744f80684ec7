"""What an edit of a project module can have changed for those who import it."""

import msgspec

from eee_ci import text
from eee_ci.model import Tree
from eee_ci.selection import ground, shape
from eee_ci.selection.record import Recorded
from eee_ci.selection.shape import Function, Shape
from eee_ci.selection.state import State

_NONE = Function(b"", ())  # a nested function that came or went


class Edit(msgspec.Struct, frozen=True, kw_only=True):
    """`whole`: why everybody who imports the module is affected. Else only the `functions` that changed
    count; `names` are all that the module had. `lines` as of `shape.linemap`, `unmet` as of a choice."""

    whole: str = ""
    functions: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    lines: dict[int, int] | None = None
    unmet: bool = False


class Edits:
    """The edits of a tree since a state, each looked at once."""

    def __init__(self, state: State, tree: Tree) -> None:
        self._state, self._tree = state, tree
        self._seen: dict[str, Edit] = {}

    def of(self, path: str) -> Edit:
        if path not in self._seen:
            self._seen[path] = self._edit(path)
        return self._seen[path]

    def reason(self, path: str, recorded: Recorded) -> str:
        """Why an edited module affects who recorded this; empty when it does not."""
        edit, shown = self.of(path), text.path(path)
        if edit.whole:
            return f"{shown}: {edit.whole}"
        if not edit.functions:
            return ""
        if recorded.executed is None:
            return f"{shown} changed, and it is not known which functions ran"
        ran = frozenset(recorded.executed.get(path, ()))
        if hit := sorted(ran & edit.functions):
            return f"{shown}: body of {text.line(hit[0])} changed"
        if strange := sorted(ran - edit.names):
            return f"{shown} changed, and {text.line(strange[0])} ran, which is not found in it"
        return ""

    def _edit(self, path: str) -> Edit:
        old = shape.unpack(self._state.shapes.get(path))
        data = ground.source(self._tree, path) if old and path.endswith(".py") else None
        new = shape.shape(data) if data is not None else None
        if old is None or new is None:
            return Edit(whole="changed, and cannot be compared with what it was")
        lines = shape.linemap(old, new)
        if lines is None:
            return Edit(whole="module level changed")
        functions = shape.changed(old, new)
        reached = functions.intersection(self._state.lasting.get(path, ()))  # by what remembers
        met = reached.intersection(self._state.met.get(path, ()))
        return Edit(
            whole=self._spreads(path, functions, old, new, met),
            functions=functions,
            names=frozenset((*old.functions, *old.classes)),
            lines=lines,
            unmet=met != reached,
        )

    def _spreads(
        self, path: str, functions: frozenset[str], old: Shape, new: Shape, met: frozenset[str]
    ) -> str:
        """Why the change of a function's body reaches more than who executed it."""
        if not functions:
            return ""
        if path not in self._state.measured:
            return "changed, and which of its functions run is not measured"
        if early := sorted(functions.intersection(self._state.import_executed.get(path, ()))):
            return f"body of {text.line(early[0])} changed, which runs when modules are imported"
        if kept := sorted(met | {name for name in functions if self._remembers(name, old, new)}):
            return f"body of {text.line(kept[0])} changed, whose results may be remembered"
        return ""

    def _remembers(self, name: str, old: Shape, new: Shape) -> bool:
        """Does the function remember now? What it did before is in the state."""
        before, after = old.functions.get(name, _NONE), new.functions.get(name, _NONE)
        variables = {*self._state.variables, *new.variables}
        more = variables.intersection(after.touches).difference(before.touches)
        return after.remembers or (after.keeps and not before.keeps) or bool(more)
