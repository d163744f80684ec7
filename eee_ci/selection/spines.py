"""Names in expressions: what is reached through what, and which values can never change."""

import ast

Spine = tuple[str, tuple[str, ...]]  # of `a.b[0].c()`: a, (b, c); the first is empty where it is no name

# Methods that leave what they are called on alone, whatever common type it has
PURE = frozenset((
    "get", "items", "keys", "values", "copy", "index", "count", "join", "format", "startswith",
    "endswith", "split", "rsplit", "splitlines", "strip", "lstrip", "rstrip", "lower", "upper", "title",
    "replace", "encode", "decode", "partition", "rpartition", "removeprefix", "removesuffix", "match",
    "search", "fullmatch", "findall", "finditer", "sub", "subn", "union", "intersection", "difference",
    "issubset", "issuperset", "isdisjoint", "most_common", "isoformat", "strftime", "total_seconds",
    "as_posix", "exists", "is_file", "is_dir", "read_text", "read_bytes", "joinpath", "with_name",
    "with_suffix", "relative_to", "debug", "info", "warning", "error", "exception", "critical", "log",
    "isEnabledFor",
))  # fmt: skip  # read in rows
# Functions that leave their arguments alone
READERS = frozenset((
    "len", "sorted", "isinstance", "issubclass", "str", "repr", "list", "tuple", "set", "frozenset", "dict",
    "sum", "min", "max", "any", "all", "enumerate", "zip", "map", "filter", "reversed", "iter", "print",
    "bool", "int", "float", "type", "hasattr", "getattr", "id", "hash", "join", "format",
))  # fmt: skip  # read in rows
# Calls whose results cannot change, or hold nothing that a test could leave there for another one
_LASTING = frozenset((
    "frozenset", "tuple", "str", "int", "float", "bool", "bytes", "complex", "range", "object", "compile",
    "getLogger", "get_logger", "Path", "PurePath", "PurePosixPath", "TypeVar", "ParamSpec", "NewType",
    "namedtuple", "NamedTuple", "Enum", "field", "Field", "attrib", "ib", "property", "MappingProxyType",
    "timedelta", "date", "datetime", "Decimal", "Fraction", "Struct", "itemgetter", "attrgetter",
))  # fmt: skip  # read in rows


def spine(node: ast.AST) -> Spine:
    parts: list[str] = []
    while not isinstance(node, ast.Name):
        if isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        elif isinstance(node, ast.Subscript | ast.Await | ast.Starred):
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        else:
            return "", tuple(reversed(parts))
    return node.id, tuple(reversed(parts))


def last(node: ast.AST) -> str:
    """The last name of `a.b.c`; empty where there is none."""
    base, parts = spine(node)
    return parts[-1] if parts else base


def word(node: ast.AST) -> str:
    """The name in a string constant, such as the second argument of `getattr`."""
    value = node.value if isinstance(node, ast.Constant) else None
    return value if isinstance(value, str) and value.isidentifier() else ""


def targets(node: ast.AST) -> list[str]:
    """The plain names that an assignment binds."""
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Tuple | ast.List):
        return [name for item in node.elts for name in targets(item)]
    return targets(node.value) if isinstance(node, ast.Starred) else []


def is_lasting(node: ast.expr | None) -> bool:
    """Is it evident that the value never changes?"""
    match node:
        case ast.Tuple() | ast.UnaryOp() | ast.BinOp():
            return all(is_lasting(part) for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr))
        case ast.Call():
            return last(node) in _LASTING
        case ast.Subscript():  # an alias such as `Dict[str, Any]`
            return isinstance(node.value, ast.Name | ast.Attribute) and is_lasting(node.value)
        case ast.Name() | ast.Attribute():  # another name of a class
            return last(node)[:1].isupper() and not last(node).isupper()
        case _:
            return isinstance(node, ast.Constant | ast.JoinedStr | ast.Lambda | ast.Compare)


def is_idle(node: ast.stmt) -> bool:
    """Does a statement do nothing?"""
    return isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
