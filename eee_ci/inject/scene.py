"""Who is on stage: to which test file, fixture or import what happens now is attributed."""

from __future__ import annotations

import os
import threading
from types import ModuleType
from typing import Any, Callable  # noqa: UP035 - Python 3.8

from .ground import Ground, is_folder, there

SHARED = "shared"
KINDS = ("data", "stats", "absent", "listings")


class Scope:
    """What was seen while one label was current."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.data: set[str] = set()
        self.stats: set[str] = set()
        self.absent: set[str] = set()
        self.listings: set[str] = set()
        self.imports: set[str] = set()  # top-level names
        self.modules: set[str] = set()  # project files whose body ran
        self.names: set[str] = set()  # dotted names that were imported by a computed name
        self.sought: set[str] = set()  # dotted names that were asked for and not imported
        self.codes: dict[int, tuple[Any, str, str]] = {}  # code objects whose import statements ran
        self.fixtures: set[str] = set()
        self.untrusted: dict[str, str] = {}
        self.everything = False  # imported something whose name is not known

    def distrust(self, kind: str, sentence: str) -> None:
        """One sentence a kind is enough."""
        self.untrusted.setdefault(kind, sentence)


class Scene:
    """The scopes, and the one that is current."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.scopes: dict[str, Scope] = {}
        self.shared = self.current = self.scope(SHARED)
        self.bodies: dict[str, list[Any] | None] = {}  # code of files that ran; None where some is not known
        self.trouble: str | None = None
        self.pid = os.getpid()
        self.thread = threading.get_ident()
        self.listening = False
        self.switches: list[Callable[[str], object]] = []
        self.meetings: list[Callable[[ModuleType], object]] = []

    def scope(self, label: str) -> Scope:
        if label not in self.scopes:
            self.scopes[label] = Scope(label)
        return self.scopes[label]

    def turn(self, scope: Scope) -> Scope:
        """Make it current; returns the one before."""
        before = self.current
        if scope is not before:
            self.current = scope
            for switch in self.switches:
                try:
                    switch(scope.label)
                except Exception as error:  # noqa: BLE001 - the tests must not notice
                    self.fail(error)
        return before

    def loaded(self, module: ModuleType) -> None:
        """The body of a module has just run."""
        for meet in self.meetings:
            try:
                meet(module)
            except Exception as error:  # noqa: BLE001 - the tests must not notice
                self.fail(error)

    def fail(self, error: object) -> None:
        """Nothing of this run may be trusted; the first reason is kept."""
        if self.trouble is None:
            self.trouble = error if isinstance(error, str) else f"the recorder failed: {error!r}"

    def note(self, path: str, found: str, modules: list[str]) -> None:
        """A path that was looked at: by the current scope, and for those who share the modules that did it,
        since a module may keep what it found for the next one who asks."""
        absolute = self.ground.absolute(path)
        kind = found
        if not there(absolute):
            kind = "absent"
        elif found == "data" and is_folder(absolute):
            kind = "listings"
        led = self.ground.real(path) if kind != "absent" else None
        for scope in (self.current, *(self.scope(f"kept:{module}") for module in modules)):
            getattr(scope, kind).add(path)
            if led is not None:
                getattr(scope, kind).add(led)
