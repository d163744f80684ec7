"""The project's interpreter: which one, and what is installed for it."""

import functools
import os
import re
import shlex
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from eee_ci import files, search, text
from eee_ci.errors import UsageError
from eee_ci.process import short

TIMEOUT = 20.0
Chosen = Literal["config", ".venv", "VIRTUAL_ENV", "eee-ci"]
# no import: it would take longer than all the rest
_PROBE = (
    "import sys; print(ascii((sys.executable, tuple(sys.version_info[:3]), sys.prefix, tuple(sys.path))))"
)
_Answer = tuple[str, tuple[int, int, int], str, tuple[str, ...]]
_FOLDER = r"([A-Za-z0-9][\w.-]*?)(?:-(\d[^-]*|[^-]+))?(?:-py[\d.]+)?\.(dist-info|egg-info)"


class Interpreter(NamedTuple):
    """`path` is the name that it is started by: through a link, so that its environment holds.
    `distributions` maps normalised names to versions."""

    path: str
    version: tuple[int, int, int]
    prefix: str
    site_packages: tuple[str, ...]
    distributions: dict[str, str]
    chosen: Chosen = "eee-ci"

    @property
    def bin(self) -> str:
        """The folder of its programs."""
        return self.path.rpartition("/")[0]

    @property
    def ours(self) -> bool:
        """Is it the one that runs eee-ci?"""
        return _same(self.path, sys.executable)

    def install(self, requirement: str) -> str:
        """The command that installs something for it."""
        if "pip" in self.distributions:
            return shlex.join([self.path, "-m", "pip", "install", requirement])
        return shlex.join(["uv", "pip", "install", "--python", self.path, requirement])


def python(root: Path, configured: str | None, environ: Mapping[str, str]) -> Interpreter:
    """The config's interpreter, else the one of `.venv`, else of VIRTUAL_ENV, else our own. A UsageError
    when the first of these that is named does not work."""
    found = _configured(root, configured, environ) or _environment(root, environ)
    if found is None:
        return own()
    path, chosen, hint = found
    return (
        own()._replace(path=path, chosen=chosen)
        if _same(path, sys.executable)
        else _probed(path, chosen, hint)
    )


@functools.cache
def own() -> Interpreter:
    """The interpreter that runs eee-ci; it stays the same as long as we live."""
    version = sys.version_info[:3]
    # the project's folder stands here too when eee-ci is started by `python -m`
    folders = [folder for folder in sys.path if _below(folder, sys.prefix) or _below(folder, sys.base_prefix)]
    return Interpreter(sys.executable, version, sys.prefix, _site(folders), installed(folders))


def normal(name: str) -> str:
    """A distribution's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def installed(folders: Iterable[str]) -> dict[str, str]:
    """Name and version of all distributions in the folders of an import path, the first of a name wins."""
    found: dict[str, str] = {}
    for folder in folders:
        for item in _listing(folder):
            name, version = _distribution(f"{folder}/{item}", item)
            if name:
                found.setdefault(normal(name), version)
    return dict(sorted(found.items()))


def _configured(root: Path, wanted: str | None, environ: Mapping[str, str]) -> tuple[str, Chosen, str] | None:
    if wanted is None:
        return None
    hint = "set `python` to an interpreter, such as .venv/bin/python"
    if "/" not in wanted and not (root / wanted).is_dir():
        found = search.program(wanted, search.path(environ, root))
        if found is None:
            raise UsageError(f"python: found {wanted!r}, which is not on PATH", hint)
        return found, "config", hint
    path = root / Path(wanted).expanduser()
    return _program(path / "bin/python" if path.is_dir() else path), "config", hint


def _environment(root: Path, environ: Mapping[str, str]) -> tuple[str, Chosen, str] | None:
    local = root / ".venv"
    if local.is_dir():
        make = shlex.join([sys.executable, "-m", "venv", "--clear", os.fspath(local)])
        return (
            _program(local / "bin/python"),
            ".venv",
            f"make it anew with `{make}`, or set `python` in the config",
        )
    if active := environ.get("VIRTUAL_ENV"):
        hint = "activate another environment, unset VIRTUAL_ENV, or set `python` in the config"
        return _program(Path(active) / "bin/python"), "VIRTUAL_ENV", hint
    return None


def _program(path: Path) -> str:
    """Absolute and tidy, but not resolved: an environment's interpreter is a link out of it."""
    return os.path.normpath(path.absolute())


def _probed(path: str, chosen: Chosen, hint: str) -> Interpreter:
    """Ask the interpreter itself, once, in an empty folder: nothing of the project is imported or run."""
    with files.scratch() as empty:
        environ = {"PATH": os.defpath, "LANG": "C.UTF-8", "HOME": os.fspath(empty)}
        try:
            ran = short.run((path, "-I", "-c", _PROBE), cwd=empty, env=environ, timeout=TIMEOUT)
        except OSError as error:
            raise UsageError(
                f"the interpreter {text.path(path)} cannot be started: {error.strerror}", hint
            ) from None
    if ran.exit != 0:
        said = text.line(text.decode(ran.stderr[-500:])) or "without a word"
        ended = "did not come to an end" if ran.exit is None else f"ended with exit {ran.exit}"
        raise UsageError(f"the interpreter {text.path(path)} {ended}: {said}", hint)
    import ast  # only here: most runs ask nobody

    try:
        told = msgspec.convert(ast.literal_eval(ran.stdout.decode("ascii")), type=_Answer)
    except (msgspec.ValidationError, ValueError, SyntaxError, MemoryError, RecursionError):
        message = f"the interpreter {text.path(path)} does not answer as Python does"
        raise UsageError(message, hint) from None
    real, version, prefix, folders = told
    # a shim of a version manager names the real one; it would choose anew in another folder
    path = real if not _below(path, prefix) and real.startswith("/") else path
    return Interpreter(path, version, prefix, _site(folders), installed(folders), chosen)


def _site(folders: Iterable[str]) -> tuple[str, ...]:
    return tuple(folder for folder in folders if folder.endswith(("site-packages", "dist-packages")))


def _same(one: str, two: str) -> bool:
    """The same interpreter in the same environment: `python` and `python3` of one folder."""
    folders = {os.path.realpath(path.rpartition("/")[0]) for path in (one, two)}
    return len(folders) == 1 and os.path.realpath(one) == os.path.realpath(two)


def _below(path: str, folder: str) -> bool:
    return path.startswith(f"{folder.rstrip('/')}/")


def _listing(folder: str) -> list[str]:
    try:
        with os.scandir(folder) as items:
            return sorted(item.name for item in items if item.name.endswith("-info"))
    except OSError:
        return []


def _distribution(path: str, item: str) -> tuple[str, str]:
    """Name and version; empty for what a broken removal left behind."""
    match = re.fullmatch(_FOLDER, item)
    if match is None:
        return "", ""
    name, version, kind = match.groups()
    inner = "METADATA" if kind == "dist-info" else "PKG-INFO"
    found = (file for file in (path, f"{path}/{inner}") if os.path.isfile(file))  # noqa: PTH113 - hundreds of them
    metadata = next(found, None)
    if metadata is None:
        return "", ""
    return (name, version) if version else _told(Path(metadata))


def _told(metadata: Path) -> tuple[str, str]:
    try:
        head = metadata.read_text(encoding="utf-8", errors="replace").partition("\n\n")[0]
    except OSError:
        return "", ""
    told = dict(row.split(": ", 1) for row in reversed(head.splitlines()) if ": " in row)
    return told.get("Name", ""), told.get("Version", "")
