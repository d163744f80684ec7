"""What the result of a gate depends on, or why that is not known: then it runs each time."""

import os
import shlex
from collections.abc import Iterator, Mapping
from functools import cached_property

import msgspec

from eee_ci import environment, gates, identity, memory, search, text, tools, tree
from eee_ci.errors import EeeCiError
from eee_ci.identity import Seen
from eee_ci.memory import Remembered
from eee_ci.memory import manifest as manifests
from eee_ci.memory.manifest import Manifest
from eee_ci.model import Command, Gate, Limit, Noun, Tree
from eee_ci.ports import Inputs, Site, Store, Tool
from eee_ci.tools import Interpreter, interpreter

LINK = "120000"
WORKERS = "workers"  # the option: how many processes there are changes no result either
_COUNTED = frozenset((*environment.WORKERS, "MAKEFLAGS"))  # how many cores there are changes no result


class Found(Noun, frozen=True, kw_only=True):
    """What there is of a gate: its reading on the same inputs, or the reasons why it runs. Without a manifest
    its result cannot be kept either."""

    manifest: Manifest | None = None
    remembered: Remembered | None = None
    because: tuple[str, ...] = ()


class Keys:
    """Makes the manifests of one plan; what they share is found out once. `seen` is all that was looked at
    outside of the tree."""

    def __init__(self, store: Store, found: Tree, project: Interpreter) -> None:
        self.store = store
        self.seen = Seen(store)
        self.tree = found
        self._project, self._own = project, interpreter.own()
        self._environments: dict[str, dict[str, str]] = {}
        self._needed: dict[str, tuple[Site, Inputs | str]] = {}
        self._places = {
            found.root: "{root}",
            identity.PACKAGE: "{eee-ci}",
            self._project.prefix: "{environment}",
            self._own.prefix: "{own}",
        }

    @cached_property
    def ignored(self) -> dict[str, str]:
        """What git ignores and tools read all the same; found out once a gate asks."""
        return tree.ignored(self.tree)

    @cached_property
    def files(self) -> dict[str, str]:
        """All that a tool may read in the project."""
        return memory.listing({**self.tree.files, **self.ignored}, self.tree.modes)

    @cached_property
    def listing(self) -> str:
        """What stands for all of them."""
        return manifests.digest(self.files)

    def find(self, gate: Gate, held: Mapping[str, Limit], site: Site, command: Command) -> Found:
        """What is remembered of the gate. Whatever goes wrong here is a reason to run it, and no more."""
        try:
            made = self.manifest(gate, held, site, command)
            if isinstance(made, str):
                return Found(because=(made,))
            remembered = memory.recall(self.store, made, self.tree.root)
            files = self.listed(gate, site)
            why = () if remembered else memory.why(self.store, made, files, self.scope(gate))
            return Found(manifest=made, remembered=remembered, because=why)
        except (OSError, ValueError, EeeCiError) as error:
            return Found(because=(f"what it depends on could not be found out: {text.line(str(error))}",))

    def scope(self, gate: Gate) -> str:
        """Where earlier runs of a gate are looked for: all checkouts of a repository share it."""
        return memory.scope(self.tree.home or self.tree.root, gate.id)

    def manifest(self, gate: Gate, held: Mapping[str, Limit], site: Site, command: Command) -> Manifest | str:
        """All that the gate's result depends on; a sentence where that cannot be known."""
        needed = self.inputs(gate, site)
        if isinstance(needed, str):
            return needed
        facts = self.facts(gate, held, site, command, needed)
        listing = self.listing if needed.files is None else manifests.digest(self.listed(gate, site))
        return (
            self.seen.doubts[0] if self.seen.doubts else Manifest(gate=gate.id, facts=facts, listing=listing)
        )

    def inputs(self, gate: Gate, site: Site) -> Inputs | str:
        """What the gate reads; a sentence where nobody knows. Looked for once: what is kept of a run is what
        it was begun with."""
        known = self._needed.get(gate.id)
        if known is None or known[0] is not site:
            known = self._needed[gate.id] = (site, self._inputs(gate, site))
        return known[1]

    def _inputs(self, gate: Gate, site: Site) -> Inputs | str:
        if doubt := self._doubt(site):
            return doubt
        adapter = gates.TABLE[gate.tool]
        found = adapter.inputs(gate, site) if hasattr(adapter, "inputs") else Inputs()
        return getattr(adapter, "UNNAMED", "it depends on what cannot be named") if found is None else found

    def listed(self, gate: Gate, site: Site) -> Mapping[str, str]:
        """The files of the tree that a gate reads. Those that it can judge one by one are all that it might
        look at: any file."""
        needed = self.inputs(gate, site)
        if isinstance(needed, str) or needed.files is None or gate.tool in gates.DIVIDED:
            return self.files
        return {path: self.files[path] for path in needed.files if path in self.files}

    def facts(
        self, gate: Gate, held: Mapping[str, Limit], site: Site, command: Command, needed: Inputs
    ) -> dict[str, str]:
        """What the result depends on beside files of the tree."""
        outside = {manifests.placed(path, self._places): self.seen.digest(path) for path in needed.outside}
        named = {f"outside {path}": digest for path, digest in outside.items() if digest}
        there = needed.present if needed.present is not None else tuple(self.files)
        if there:
            named["names of files"] = manifests.digest(there)
        if needed.limits:
            named["limits"] = manifests.digest(msgspec.to_builtins(held))
        words = self._words(gate, site, command)
        return {**self._shared, **dict(self._tools(site, command)), **words, **named}

    @cached_property
    def _shared(self) -> dict[str, str]:
        return {**identity.ourselves(self.seen), **identity.system()}

    def _doubt(self, site: Site) -> str:
        """Why the inputs of no gate of this site are known; empty when they are."""
        if self.tree.id is None:
            return "some files of the project cannot be read"
        if out := next(self._leaving(), None):
            return f"{out} leads out of the project"
        if any(_is_node(tool) for tool in site.tools.values()) and not self.seen.digest(self._packages):
            return "node_modules has no .package-lock.json that tells what is in it"
        return ""

    @property
    def _packages(self) -> str:
        return f"{self.tree.root}/node_modules/.package-lock.json"

    def _leaving(self) -> Iterator[str]:
        root = self.tree.root
        for path, mode in self.tree.modes.items():
            if mode == LINK and not f"{os.path.realpath(f'{root}/{path}')}/".startswith(f"{root}/"):
                yield path

    def _tools(self, site: Site, command: Command) -> Iterator[tuple[str, str]]:
        """Each tool, and the environments that the processes run in."""
        used = {one.path: one for tool in site.tools.values() if (one := self._home(tool))}
        if any("{python}" in word for step in command.steps for word in step.argv):
            used[self._project.path] = self._project
        for name, tool in sorted(site.tools.items()):
            yield f"tool {name}", identity.tool(tool, self.seen)
            if _is_node(tool):
                node = search.program("node", command.env.get("PATH", "")) or ""
                yield "node_modules", self.seen.digest(self._packages)
                yield "tool node", f"node {self.seen.digest(node)[:16]}"
        for one in used.values():
            yield from self._environment(one).items()

    def _home(self, tool: Tool) -> Interpreter | None:
        """Whose packages the tool is made of: those of the interpreter that it names, or lies beside; ours of
        what is lent."""
        if tools.is_lent(tool):
            return self._own
        found = identity.by_interpreter(tool, self._project, self._own)
        if found is None and tool.argv and identity.is_script(tool):
            folder = tool.argv[0].rpartition("/")[0]
            return next((one for one in (self._project, self._own) if one.bin == folder), None)
        return found

    def _environment(self, one: Interpreter) -> dict[str, str]:
        if one.path not in self._environments:
            installed = identity.distributions(one, self.tree.root, self.seen)
            facts = {**identity.interpreter(one, self.seen), **installed}
            whose = "" if one is self._project else " of eee-ci"  # both may be at work in one gate
            self._environments[one.path] = {f"{name}{whose}": value for name, value in facts.items()}
        return self._environments[one.path]

    def _words(self, gate: Gate, site: Site, command: Command) -> dict[str, str]:
        steps = (shlex.join((step.cwd, *step.argv)) for step in command.steps)
        variables = {name: value for name, value in command.env.items() if name not in _COUNTED}
        options = {name: value for name, value in gate.options.items() if name != WORKERS}
        said = {"paths": gate.paths, "exclude": gate.exclude, "args": gate.args, "options": options}
        return {
            "arguments": manifests.digest([manifests.placed(step, self._places) for step in steps]),
            "settings of the gate": manifests.digest([gate.tool, msgspec.to_builtins(said, str_keys=True)]),
            "layout": " ".join((*site.sources, "|", *site.tests)),
            **{f"env {name}": self._value(value) for name, value in variables.items()},
        }

    def _value(self, value: str) -> str:
        """What stands for the value of a variable, which may be a secret."""
        return self.store.digest("variable", manifests.placed(value, self._places))[:16]


def _is_node(tool: Tool) -> bool:
    return "/node_modules/" in "".join(tool.argv[:1])
