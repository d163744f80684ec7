"""The files of a config made one: `extends` resolved, maps merged deeply."""

import os
import re
from pathlib import Path
from typing import NamedTuple

from eee_ci.config import remembered
from eee_ci.config.kinds import table
from eee_ci.config.nodes import Node
from eee_ci.config.packaged import presets
from eee_ci.config.shape import FileKeys
from eee_ci.config.source import text_of
from eee_ci.config.walk import Walk
from eee_ci.config.words import fault, found, near, quoted
from eee_ci.errors import Fault
from eee_ci.ports import Store
from eee_ci.text import line

HEAD = ("version", "extends")  # they speak of one file, and are gone when files are merged
MOST = 32  # files that one file names, and links of a chain
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


class ExtendsError(Exception):
    """What `extends` names cannot be used; the sentence stands beside the name."""


class Source(NamedTuple):
    """A config file. `home` is the folder that the files it extends must lie in."""

    label: str
    path: Path
    home: Path


def label(path: Path, home: Path) -> str:
    """What messages call a file."""
    return line(os.path.relpath(path, home))


def preset(name: str) -> Source:
    path = presets()[name]
    return Source(f"preset {name}", path, path.parent)


class Files:
    """The files of one config. Each is read once, however many extend it: without that, thirty small
    files that name their base twice would be read a thousand million times."""

    def __init__(self, store: Store | None = None) -> None:
        self._store = store
        self.faults: list[Fault] = []
        self.complete = True
        self._done: dict[Path, Node | None] = {}

    @property
    def paths(self) -> tuple[str, ...]:
        """All files that were read, or were to be."""
        return tuple(sorted(str(path) for path in self._done))

    def merged(self, source: Source, chain: tuple[Source, ...] = ()) -> Node | None:
        """The file upon what it extends; None when it cannot be read."""
        if source.path not in self._done:
            self._done[source.path] = self._merged(source, (*chain, source))
        return self._done[source.path]

    def _merged(self, source: Source, chain: tuple[Source, ...]) -> Node | None:
        node = self._read(source)
        if node is None:
            self.complete = False
            return None
        entries, node = self._head(node)
        base = None
        for entry in entries:
            lower = self._base(entry, source, chain)
            if lower is not None:
                base = merge(base, lower) if base else lower
        return merge(base, node) if base else node

    def _read(self, source: Source) -> Node | None:
        raw = text_of(source.path, source.label, self.faults)
        if raw is None:
            return None
        before = len(self.faults)
        node, complete = remembered.parse(raw, source.label, self.faults, self._store)
        self.complete = self.complete and complete
        if node is None or (node.value is None and not node.written):
            if len(self.faults) == before:
                self.faults.append(
                    Fault(source.label, 0, 0, "is empty; want at least 'version: 1' and gates")
                )
            return None
        if not isinstance(node.value, dict):
            message = f"found {found(node)}, want a map that starts with 'version: 1'"
            self.faults.append(Fault(*node.at, message))
            return None
        return node

    def _head(self, node: Node) -> tuple[list[Node], Node]:
        """What the file extends, and the file without the keys that speak of this one file only."""
        head = {key: node.value[key] for key in HEAD if key in node.value}
        rest = {key: child for key, child in node.value.items() if key not in HEAD}
        Walk(self.faults).members(_with(node, head), {key: table(FileKeys)[key] for key in HEAD}, "")
        said = head.get("extends")
        entries = said.value if said and isinstance(said.value, list) else [said] if said else []
        if len(entries) > MOST:
            self.faults.append(fault(entries[MOST].at, "extends", f"more than {MOST} files"))
            entries = []
        return [entry for entry in entries if isinstance(entry.value, str) and entry.value], _with(node, rest)

    def _base(self, entry: Node, source: Source, chain: tuple[Source, ...]) -> Node | None:
        try:
            target = _target(entry.value, source)
            _refuse_circle(target, chain)
        except ExtendsError as error:
            self.complete = False
            self.faults.append(fault(entry.at, "extends", str(error)))
            return None
        return self.merged(target, chain)


def _refuse_circle(target: Source, chain: tuple[Source, ...]) -> None:
    paths = [link.path for link in chain]
    if target.path in paths:
        circle = [*chain[paths.index(target.path) :], target]
        raise ExtendsError(f"the files extend each other: {' -> '.join(link.label for link in circle)}")
    if len(chain) >= MOST:
        raise ExtendsError(f"a chain of more than {MOST} files")


def _target(name: str, source: Source) -> Source:
    if _URL.match(name):
        raise ExtendsError(f"found {quoted(name)}, want a preset or a file of the project, no URL")
    if name.startswith(("/", "\\")):
        raise ExtendsError(f"found {quoted(name)}, want a path relative to this file")
    if "/" in name or name.endswith((".yaml", ".yml")):
        return _local(name, source)
    if name not in presets():
        known = near(name, presets()) or f"; want one of {', '.join(presets())}, or ./FILE"
        raise ExtendsError(f"there is no preset {quoted(name)}{known}")
    return preset(name)


def _local(name: str, source: Source) -> Source:
    path = Path(os.path.realpath(source.path.parent / name.replace("\x00", "")))
    if not path.is_relative_to(source.home):
        raise ExtendsError(f"{quoted(name)} leads out of the project")
    if not os.path.lexists(path):
        raise ExtendsError(f"there is no file {quoted(name)}")
    return Source(label(path, source.home), path, source.home)


def merge(low: Node, high: Node) -> Node:
    """Maps merge deeply; anything else replaces. A null stays, so that it also removes what a file merged
    later brings in below it."""
    if not (isinstance(low.value, dict) and isinstance(high.value, dict)):
        return high
    members = dict(low.value)
    for key, child in high.value.items():
        members[key] = merge(members[key], child) if key in members else child
    return _with(high, members)


def _with(node: Node, members: dict[str, Node]) -> Node:
    return Node(value=members, at=node.at, key=node.key)
