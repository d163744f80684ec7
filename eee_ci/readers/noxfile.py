"""Finds the sessions of a noxfile without running it."""

import ast
from pathlib import Path

NAME = "noxfile.py"


def sessions(root: str) -> dict[str, int]:
    """Names and lines of the sessions that are defined in plain sight; none where the file is unreadable."""
    try:
        tree = ast.parse(Path(root, NAME).read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    named = ((_name(node), node.lineno) for node in functions)
    return {name: line for name, line in named if name}


def _name(function: ast.FunctionDef) -> str | None:
    """`@nox.session(name=...)` or the function's own; None when it is no session."""
    for mark in function.decorator_list:
        called, given = (mark.func, mark.keywords) if isinstance(mark, ast.Call) else (mark, [])
        if ast.unparse(called).split(".")[-1] == "session":
            values = [word.value for word in given if word.arg == "name"]
            constants = [str(value.value) for value in values if isinstance(value, ast.Constant)]
            return constants[0] if constants else function.name
    return None
