"""What a build backend needs, and what it says when it fails."""

import re
from pathlib import Path

from eee_ci import text
from eee_ci.errors import ReportError
from eee_ci.model import Finding, Ran
from eee_ci.ports import Site
from eee_ci.tools import interpreter

_NO_PROJECT = "does not appear to be a Python project"
_INSTALL = "install what it needs for the interpreter that builds"
LONGEST = 8  # lines of a backend's last words
ALSO = {"setuptools": "wheel"}  # what a backend asks for only once it runs
# a build that could not start for want of something outside of the project
_OUTSIDE = re.compile(
    r"^ERROR Unmet dependencies|No matching distribution found|Could not find a version that satisfies"
    rf"|No solution found when resolving|{_NO_PROJECT}|Failed to fetch",
    re.MULTILINE,
)
_RAISED = re.compile(r"^(?:[\w.]*\.)?\w*(?:Error|Exception|Invalid\w*|Failure|Exit)\b", re.MULTILINE)
# the name of a requirement
_NAME = re.compile(r"\s*([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*(?:[\[(<>=!~;@]|$)", re.ASCII)
_NOISE = re.compile(r"^(?:[*<>] |TIP |ERROR Backend subprocess exited|\s*$)")


def installed(site: Site) -> bool:
    """Whether the interpreter that builds has all that `build-system.requires` names. It is asked before the
    first gate starts, where the library that reads requirements costs more than all else of this gate."""
    import tomllib

    try:
        project = tomllib.loads(Path(site.root, "pyproject.toml").read_text(encoding="utf-8"))
        wanted = [_NAME.match(row) for row in project["build-system"]["requires"]]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    if None in wanted:
        return False
    names = {interpreter.normal(name[1]) for name in wanted if name}
    names |= {ALSO[name] for name in names & set(ALSO)}
    match site.tools["build"].origin:
        case "project":
            return names <= site.distributions
        case "eee-ci":
            return all(_is_ours(name) for name in names)
        case "pinned" | "path":
            return False  # nobody knows what is installed there


def _is_ours(name: str) -> bool:
    """Whether it is installed beside eee-ci itself, where a `build` of its own runs."""
    import importlib.metadata

    try:
        importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def fault(ran: Ran, root: str) -> Finding:
    """The failed build as a finding; a ReportError when something outside of the project was missing."""
    from eee_ci.readers import wheels

    output = text.clean(text.decode(ran.stdout) + "\n" + text.decode(ran.stderr))
    outside = _OUTSIDE.search(output)
    if outside:
        start = output.rfind("\n", 0, outside.start()) + 1
        said = " ".join(output[start : start + 300].split())
        todo = "write a pyproject.toml, or turn the gate off" if _NO_PROJECT in said else _INSTALL
        raise ReportError(f"the build could not start: {said} ({todo})")
    raised = list(_RAISED.finditer(output))
    words = output[raised[-1].start() :] if raised else output
    rows = [row for row in words.splitlines() if not _NOISE.match(row)]
    said = "\n".join(rows[:LONGEST] if raised else rows[-LONGEST:]) or f"exit {ran.exit} without a word"
    return wheels.finding("build-failed", said, wheels.PYPROJECT, _line(output, said, root))


def _line(output: str, said: str, root: str) -> int | None:
    """The line that is named, else that of the key which is named."""
    from eee_ci.readers import wheels

    broken = re.search(r"Failed to parse .*\(at line (\d{1,9})", output)
    if broken:
        return int(broken[1])
    key = re.search(r"\bproject\.([a-z-]+)", said)
    return wheels.line_of(root, key[1]) if key else None
