"""Names in expressions: what is reached through what, and which values can never change."""

import ast

Spine = tuple[str, tuple[str, ...]]  # of `a.b[0].c()`: a, (b, c); the first is empty where it is no name

# Methods that leave what they are called on alone, whatever common type it has
PURE = frozenset(
    [
        "get",
        "items",
        "keys",
        "values",
        "copy",
        "index",
        "count",
        "join",
        "format",
        "startswith",
        "endswith",
        "split",
        "rsplit",
        "splitlines",
        "strip",
        "lstrip",
        "rstrip",
        "lower",
        "upper",
        "title",
        "replace",
        "encode",
        "decode",
        "partition",
        "rpartition",
        "removeprefix",
        "removesuffix",
        "match",
        "search",
        "fullmatch",
        "findall",
        "finditer",
        "sub",
        "subn",
        "union",
        "intersection",
        "difference",
        "issubset",
        "issuperset",
        "isdisjoint",
        "most_common",
        "isoformat",
        "strftime",
        "total_seconds",
        "as_posix",
        "exists",
        "is_file",
        "is_dir",
        "read_text",
        "read_bytes",
        "joinpath",
        "with_name",
        "with_suffix",
        "relative_to",
        "debug",
        "info",
        "warning",
        "error",
        "exception",
        "critical",
        "log",
        "isEnabledFor",
    ]
)
# Calls whose results cannot change, or hold nothing that a test could leave there for another one
_LASTING = frozenset(
    [
        "frozenset",
        "tuple",
        "str",
        "int",
        "float",
        "bool",
        "bytes",
        "complex",
        "range",
        "object",
        "compile",
        "getLogger",
        "get_logger",
        "Path",
        "PurePath",
        "PurePosixPath",
        "TypeVar",
        "ParamSpec",
        "NewType",
        "namedtuple",
        "NamedTuple",
        "Enum",
        "field",
        "Field",
        "attrib",
        "ib",
        "property",
        "MappingProxyType",
        "timedelta",
        "date",
        "datetime",
        "Decimal",
        "Fraction",
        "Struct",
        "itemgetter",
        "attrgetter",
    ]
)


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


def is_lasting(node: ast.expr) -> bool:
    """Is it evident that the value never changes?"""
    match node:
        case ast.Constant() | ast.JoinedStr() | ast.Lambda() | ast.Compare():
            return True
        case ast.Tuple(elts=parts):
            return all(map(is_lasting, parts))
        case ast.UnaryOp(operand=inner):
            return is_lasting(inner)
        case ast.BinOp(left=left, right=right):
            return is_lasting(left) and is_lasting(right)
        case ast.Call():
            return last(node) in _LASTING
        case ast.Name() | ast.Attribute():  # another name of a class
            name = last(node)
            return name[:1].isupper() and not name.isupper()
        case _:
            return False
