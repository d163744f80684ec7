"""Config files that were parsed before: the same words make the same nodes. The parser is slow to load."""

import importlib.util
import marshal
from typing import Any

from eee_ci import signature
from eee_ci.config import nodes
from eee_ci.config.nodes import Node, Place
from eee_ci.errors import Fault
from eee_ci.ports import Store

KIND = "config"

_Plain = tuple[Any, tuple[int, int], tuple[int, int], str]  # value, place, place of the key, as it is written


def parse(source: str, file: str, faults: list[Fault], store: Store | None) -> tuple[Node | None, bool]:
    """As `nodes.parse`; only what is faultless is remembered."""
    if store is None:
        return nodes.parse(source, file, faults)
    key = _key(source)
    if (data := store.get(KIND, key)) is not None:
        return _node(marshal.loads(data), file), True  # noqa: S302  # nosec B302 - sealed by this user
    before = len(faults)
    node, complete = nodes.parse(source, file, faults)
    if node is not None and complete and len(faults) == before:
        store.put(KIND, key, marshal.dumps(_plain(node)))
    return node, complete


def _key(source: str) -> str:
    """The words, and who reads them."""
    parser = importlib.util.find_spec("yaml")
    readers = (nodes.__file__, (parser and parser.origin) or "")
    return "\0".join((*(repr(signature.of(reader)) for reader in readers), source))


def _plain(node: Node) -> _Plain:
    value = node.value
    if isinstance(value, dict):
        value = {key: _plain(child) for key, child in value.items()}
    elif isinstance(value, list):
        value = [_plain(child) for child in value]
    return value, node.at[1:], node.key[1:], node.written


def _node(plain: _Plain, file: str) -> Node:
    value, at, key, written = plain
    if isinstance(value, dict):
        value = {name: _node(child, file) for name, child in value.items()}
    elif isinstance(value, list):
        value = [_node(child, file) for child in value]
    return Node(value=value, at=Place(file, *at), key=Place(file, *key), written=written)
