"""Tools found: in the project's environment, else in our own, exactly pinned, in node_modules or on PATH."""

import os
import re
import shlex
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from eee_ci import files, search, text
from eee_ci.ports import Requirement, Tool
from eee_ci.process import short
from eee_ci.tools import interpreter as interpreters
from eee_ci.tools import pinned
from eee_ci.tools.interpreter import Interpreter as Interpreter  # the noun of this door

PROBE_TIMEOUT = 10.0
LEND = "--lend="  # the launcher's option, with the module's name and folder
_LARGEST = 1024 * 1024


class Missing(NamedTuple):
    """A tool that is not there: a sentence, and the command that brings it."""

    name: str
    message: str
    install: str


class _Wanted(NamedTuple):
    requirement: Requirement
    interpreter: Interpreter
    root: Path
    launcher: Path
    folders: str  # PATH without the project

    @property
    def program(self) -> str:
        return self.requirement.module or self.requirement.name


def python(root: Path, configured: str | None, environ: Mapping[str, str]) -> Interpreter:
    """The project's interpreter; a UsageError with what to do when the one that is named does not work."""
    return interpreters.python(root, configured, environ)


def find(
    requirement: Requirement,
    *,
    interpreter: Interpreter,
    root: Path,
    version: str | None,
    launcher: Path,
    environ: Mapping[str, str],
) -> Tool | Missing:
    """The tool that an adapter asks for. `version` pins it; `launcher` starts modules, so that nothing of the
    project's folder is imported in their place."""
    folders = search.path(environ, root)
    wanted = _Wanted(requirement, interpreter, root, launcher, folders)
    found = _KINDS[requirement.kind](wanted)
    if version is None or (isinstance(found, Tool) and found.version == version):
        return found
    return _pinned(wanted, version)


def unfetched(tool: Tool, kept: Collection[str]) -> bool:
    """Did the steps of `prepare` end without the pinned tool? `kept` are the names of the kept files."""
    return tool.origin == "pinned" and pinned.MARK not in kept


def prepare(tool: Tool) -> tuple[Any, ...]:
    """The steps that must go before the tool's own, each a `Step`: a pinned one is fetched when it is new."""
    return pinned.prepare(tool)


def _module(wanted: _Wanted) -> Tool | Missing:
    name = interpreters.normal(wanted.requirement.name)
    project, own = wanted.interpreter, interpreters.own()
    words = (os.fspath(wanted.launcher), "-m", wanted.program)
    if version := project.distributions.get(name):
        origin = "eee-ci" if project.chosen == "eee-ci" else "project"
        return _tool(wanted, _native(wanted, project) or (project.path, *words), version, origin)
    if (version := own.distributions.get(name)) and not wanted.requirement.project:
        return _tool(wanted, _native(wanted, own) or (own.path, *words), version, "eee-ci")
    return _lent(wanted) or _absent(wanted)


def _lent(wanted: _Wanted) -> Tool | None:
    """Our own copy, imported by the project's interpreter. Compiled parts fit the same version of Python."""
    project, own = wanted.interpreter, interpreters.own()
    version = own.distributions.get(interpreters.normal(wanted.requirement.name))
    if not wanted.requirement.lent or version is None or own.version[:2] != project.version[:2]:
        return None
    name = wanted.program
    for folder in own.site_packages:
        if Path(folder, name, "__init__.py").is_file():
            words = (project.path, os.fspath(wanted.launcher), f"{LEND}{name}:{folder}", "-m", name)
            return _tool(wanted, words, version, "eee-ci")
    return None


def is_lent(tool: Tool) -> bool:
    """Is it ours, in the project's interpreter?"""
    return any(word.startswith(LEND) for word in tool.argv)


def _native(wanted: _Wanted, place: Interpreter) -> tuple[str, ...]:
    """The machine program that the module would start. Only of a virtual environment, where a program of this
    name is the distribution's; elsewhere the system may have another version of it in the same folder."""
    path = Path(place.prefix, "bin", wanted.program)
    if not wanted.requirement.native or not Path(place.prefix, "pyvenv.cfg").is_file() or not _starts(path):
        return ()
    with path.open("rb") as stream:
        return () if stream.read(2) == b"#!" else (os.fspath(path),)


def _program(wanted: _Wanted) -> Tool | Missing:
    project, own = wanted.interpreter, interpreters.own()
    name = interpreters.normal(wanted.requirement.name)
    places = [(project, "eee-ci" if project.chosen == "eee-ci" else "project"), (own, "eee-ci")]
    for place, origin in places[: 1 if wanted.requirement.project else 2]:
        for folder in (place.bin, f"{place.prefix}/bin"):
            if _starts(path := f"{folder}/{wanted.program}"):
                version = place.distributions.get(name) or _asked(path)
                return _tool(wanted, (path,), version, origin)
    return _absent(wanted)


def _node(wanted: _Wanted) -> Tool | Missing:
    name, modules = wanted.program, wanted.root / "node_modules"
    path = modules / ".bin" / name
    if not _starts(path):
        locked = (wanted.root / "package-lock.json").is_file() and not modules.is_dir()
        install = (
            "npm ci" if locked else shlex.join(["npm", "install", "--save-dev", wanted.requirement.name])
        )
        return Missing(name, f"{name} is not in the project's node_modules", install)
    if search.program("node", wanted.folders) is None:
        return Missing(name, f"{name} needs node, which is not on PATH", "install Node.js, and run `npm ci`")
    return _tool(
        wanted, (os.fspath(path),), _node_version(path, modules / wanted.requirement.name), "project"
    )


def _path(wanted: _Wanted) -> Tool | Missing:
    name = wanted.program
    folders = os.pathsep.join((wanted.interpreter.bin, wanted.folders))  # as in the environment of its job
    found = _local(wanted.root, name) if "/" in name else search.program(name, folders)
    if found:
        return _tool(wanted, (found,), None, "path")
    where = "no program of the project" if "/" in name else "not on PATH"
    return Missing(
        name, f"{text.path(name)} is {where}", f"install {text.path(name)}, or set the gate's `mode: off`"
    )


_KINDS = {"module": _module, "program": _program, "node": _node, "path": _path}


def _pinned(wanted: _Wanted, version: str) -> Tool | Missing:
    """The tool of one exact version, where it may come from outside of the project's environment."""
    name = wanted.requirement.name
    if not pinned.version(version):
        return Missing(name, f"version: found {version!r}, want one such as 1.2.3", "correct the config")
    if wanted.requirement.kind == "node":
        install = shlex.join(["npm", "install", "--save-dev", "--save-exact", f"{name}@{version}"])
        return Missing(name, f"{name} {version} is not in the project's node_modules", install)
    if wanted.requirement.kind == "path":
        return Missing(
            name, f"{text.path(name)} cannot be pinned: no package is known for it", "drop `version`"
        )
    if wanted.requirement.project:
        why = f"{name} {version} is not installed for the project's interpreter, which it has to judge with"
        return Missing(name, why, wanted.interpreter.install(f"{name}=={version}"))
    folders = os.pathsep.join((interpreters.own().bin, wanted.interpreter.bin, wanted.folders))
    uv = search.program("uv", folders)
    if uv is None:
        why = f"{name} {version} is to be run by uv, which was not found"
        return Missing(name, why, interpreters.own().install("uv"))
    return pinned.tool(uv, name, wanted.program, version)


def _tool(wanted: _Wanted, argv: tuple[str, ...], version: str | None, origin: Any) -> Tool:
    return Tool(name=wanted.requirement.name, argv=argv, version=version, origin=origin)


def _absent(wanted: _Wanted) -> Missing:
    name, path = wanted.requirement.name, text.path(wanted.interpreter.path)
    return Missing(name, f"{name} is not installed for {path}", wanted.interpreter.install(name))


def _starts(path: Path | str) -> bool:
    return Path(path).is_file() and os.access(path, os.X_OK)


def _local(root: Path, name: str) -> str | None:
    path = os.path.normpath(root / name)
    return path if _starts(path) else None


def _asked(path: str) -> str | None:
    """The version that a program without metadata tells, away from the project."""
    with files.scratch() as empty:
        environ = {"PATH": os.defpath, "LANG": "C.UTF-8", "HOME": os.fspath(empty)}
        try:
            ran = short.run((path, "--version"), cwd=empty, env=environ, timeout=PROBE_TIMEOUT)
        except OSError:
            return None
    match = re.search(rb"\d+(?:\.\d+)+\S*", ran.stdout[:4096]) if ran.exit == 0 else None
    return text.line(text.decode(match[0])) if match else None


def _node_version(path: Path, package: Path) -> str | None:
    """From the package that the link leads to; a wrapper script leads nowhere, so by the name then."""
    real = Path(os.path.realpath(path))
    for folder in (*real.parents, package):
        found = _package(folder / "package.json") if "node_modules" in folder.parts[:-1] else None
        if found:
            return found
    return None


def _package(file: Path) -> str | None:
    try:
        told = msgspec.json.decode(file.read_bytes()) if file.stat().st_size < _LARGEST else None
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    version = told.get("version") if isinstance(told, dict) else None
    return version if isinstance(version, str) else None
