"""What the names of a source stand for, by its imports."""

import ast
from collections.abc import Iterable


def name(node: ast.AST) -> str:
    """`a.b.c` as written, of a call what is called; empty for what is no such name."""
    match node:
        case ast.Name(id=word):
            return word
        case ast.Attribute(value=value, attr=word):
            before = name(value)
            return f"{before}.{word}" if before else ""
        case ast.Call(func=func):
            return name(func)
        case _:
            return ""


class Names:
    """The imports of one source, wherever they stand in it."""

    def __init__(self, nodes: Iterable[ast.AST]) -> None:
        self._known: dict[str, str] = {}
        for node in nodes:
            if isinstance(node, ast.Import):
                self._known |= {alias.asname: alias.name for alias in node.names if alias.asname}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                self._known |= {
                    alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names
                }

    def of(self, node: ast.AST) -> str:
        """The dotted name in full: `pytest.mark.skip` also after `from pytest import mark as m`."""
        first, dot, rest = name(node).partition(".")
        return f"{self._known.get(first, first)}{dot}{rest}"
