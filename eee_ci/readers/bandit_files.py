"""Which files bandit judges, by which configuration: what it finds by itself, what it has to be told."""

import os
import re
from collections.abc import Iterator

from eee_ci import reading
from eee_ci.errors import ReportError
from eee_ci.model import Gate
from eee_ci.ports import Site
from eee_ci.readers import bandit

INI, TOML = ".bandit", "pyproject.toml"
OUTSIDE = (
    ".svn",
    "CVS",
    ".bzr",
    ".hg",
    ".git",
    "__pycache__",
    ".tox",
    ".eggs",
    "*.egg",
)  # `-x` replaces these


# Words after which any file is still judged as before, whoever found it; and settings of that kind.
_HARMLESS = re.compile(
    r"-l{1,3}|-i{1,3}|--ignore-nosec|--(?:severity|confidence)-level=\w+|--(?:tests|skip)=[\w,]+"
)
_MILD = {"tests", "skips", "exclude", "severity", "confidence"}


def targets(gate: Gate, site: Site) -> tuple[str, ...]:
    """For the whole project its own folders: bandit knows no ignore files and would judge `.venv` as well."""
    paths = reading.targets(gate, site.sources)
    own = sorted({file.split("/")[0] for file in site.files if file.endswith(".py")})
    return tuple(own) if own and {".", "./"} & set(paths) else paths


def configs(gate: Gate) -> tuple[str, ...]:
    """The files that bandit is told to read; one that the gate's arguments name is bandit's own business."""
    given = {word.rpartition("=")[2] for word in gate.args}
    return tuple(file for file in (INI, TOML) if file not in given)


def options(gate: Gate, site: Site) -> Iterator[str]:
    """bandit looks for `.bandit` below its targets only, and into pyproject.toml never by itself."""
    try:
        found = reading.configs(site.root, configs(gate))
    except ReportError:  # `read` says it
        found = {}
    ini = reading.table(found, INI, "bandit")
    if ini:
        yield from ("--ini", INI)
    if reading.table(found, TOML, "tool", "bandit") and not {"-c", "--configfile"} & {*gate.args, *ini}:
        yield from ("--configfile", TOML)
    if gate.exclude:
        own = filter(None, str(ini.get("exclude", "")).split(","))
        yield from ("--exclude", ",".join((*OUTSIDE, *own, *bandit.patterns(gate.exclude))))


def listed(gate: Gate, site: Site) -> tuple[str, ...] | None:
    """The files that bandit would find, sorted; None where that cannot be told from here."""
    try:
        found = reading.configs(site.root, configs(gate))
    except ReportError:
        return None
    ini, toml = reading.table(found, INI, "bandit"), reading.table(found, TOML, "tool", "bandit")
    plain = all(_HARMLESS.fullmatch(word) for word in gate.args) and ini.keys() <= _MILD
    if not plain or "include" in toml:
        return None
    known, files = set(site.files), set[str]()
    for target in targets(gate, site):
        below = list(_below(site.root, target, own=not ini))
        if not below or not known.issuperset(below):
            return None
        files.update(below)
    return tuple(sorted(files))


def _below(root: str, target: str, *, own: bool) -> Iterator[str]:
    """What bandit takes up at a target; an empty name for what it may take in another way than we do: links,
    `.pyw`, names that are not plain, and an own `.bandit` of a folder where it looks for one."""
    top = f"{root}/{target}"
    if os.path.normpath(target) != target or target.startswith(("/", "..")) or os.path.islink(top):  # noqa: PTH114 - pathlib costs more than the call
        yield ""
    elif os.path.isfile(top):  # noqa: PTH113 - pathlib costs more than the call
        yield target
    for folder, folders, files in os.walk(top):
        for name in files:
            if name.endswith(".py") and not os.path.islink(f"{folder}/{name}"):  # noqa: PTH114 - pathlib costs more than the call
                yield f"{folder}/{name}"[len(root) + 1 :]
            elif name.endswith((".py", ".pyw")) or (own and name == INI):
                yield ""
        folders[:] = [name for name in folders if name != "__pycache__" or os.path.islink(f"{folder}/{name}")]  # noqa: PTH114 - pathlib costs more than the call
