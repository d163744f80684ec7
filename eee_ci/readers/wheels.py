"""Judges what `inject/wheelcheck.py` saw of built files: metadata, completeness, imports."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from packaging.metadata import Metadata
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from eee_ci import text
from eee_ci.model import Finding, Severity
from eee_ci.ports import Site

PYPROJECT = "pyproject.toml"
# a metadata field and the key of `[project]` that it comes from, where they differ
KEYS = {
    "summary": "description",
    "description": "readme",
    "requires-dist": "dependencies",
    "license-file": "license-files",
    "classifier": "classifiers",
    "project-url": "urls",
}
SPECIAL = ("__pycache__", "tests", "test", "conftest.py")
SHOWN = 5
MODULES = (".py", ".pyi", ".so", ".pyd")


def finding(
    rule: str, message: str, path: str | None, line: int | None, severity: Severity = "high"
) -> Finding:
    """A finding of the build gate."""
    return Finding(
        tool="build", rule=rule, message=message, severity=severity, category="build", path=path, line=line
    )


def line_of(root: str, key: str) -> int | None:
    """The line of a key of `[project]`, else of that table; None when there is neither."""
    try:
        rows = Path(root, PYPROJECT).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    start = rows.index("[project]") + 1 if "[project]" in rows else 0
    wanted = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[.=]")
    for number, row in enumerate(rows[start:], start + 1):
        if wanted.match(row) or row.strip() == f"[project.{key}]":
            return number
        if row.startswith("[") and not row.startswith("[project."):
            break
    return start or None


def findings(seen: dict[str, Any], site: Site) -> Iterator[Finding]:
    """Everything that is wrong with the built files."""
    yield from _metadata(seen, site.root)
    yield from _required(seen)
    yield from _empty(seen["wheel"]["files"], site)
    yield from _missing(frozenset(seen["wheel"]["files"]), site)
    for module, result in seen["wheel"]["imports"].items():
        yield from _import(module, result)


def doubts(seen: dict[str, Any], site: Site) -> tuple[str, ...]:
    """Why a failed import says nothing: dependencies are not installed, or another Python built the wheel."""
    if not any("error" in result for result in seen["wheel"]["imports"].values()):
        return ()
    major, minor = site.python_version
    version = f"{major}.{minor}"
    if not _fits(seen["wheel"]["wheel"] or "", f"cp{major}{minor}"):
        return (f"the wheel was not built by the project's Python {version}: install `build` there",)
    here = {"extra": "", "python_version": version, "python_full_version": f"{version}.0"}
    wanted = (_needed(row, here) for row in _heads(seen["wheel"]["metadata"], "requires-dist"))
    lacking = sorted({name for name in wanted if name and name not in site.distributions})
    if lacking:
        return (f"cannot import the wheel: the project's interpreter has no {', '.join(lacking)}",)
    return ()


def _fits(wheel: str, ours: str) -> bool:
    tags = [row.strip().split("-") for row in _heads(wheel, "tag")]
    return any(tag[0] == ours or tag[0].startswith("py") or "abi3" in tag for tag in tags)


def _needed(row: str, here: dict[str, str]) -> str | None:
    try:
        requirement = Requirement(row)
    except InvalidRequirement:
        return None  # the metadata check says so
    wanted = requirement.marker is None or requirement.marker.evaluate(here)
    return canonicalize_name(requirement.name) if wanted else None


def _metadata(seen: dict[str, Any], root: str) -> Iterator[Finding]:
    """Faults of both files, each once; both must be of one name and version."""
    faults: dict[tuple[str, str, Severity], list[str]] = {}
    for kind, file in (("wheel", "METADATA"), ("sdist", "PKG-INFO")):
        for fault in _faults(seen[kind]["metadata"]):
            faults.setdefault(fault, []).append(f"{file} of the {kind}")
    for (field, message, severity), files in faults.items():
        line = line_of(root, KEYS.get(field, field))
        yield finding("metadata", f"{message} ({' and '.join(files)})", PYPROJECT, line, severity)
    versions = [_heads(seen[kind]["metadata"], "version") for kind in ("wheel", "sdist")]
    if versions[0] != versions[1]:
        yield finding("metadata", f"wheel and sdist differ in their version: {versions}", PYPROJECT, None)


def _faults(raw: str | None) -> Iterator[tuple[str, str, Severity]]:
    if raw is None:
        yield "name", "the metadata file is missing", "high"
        return
    try:
        Metadata.from_email(raw, validate=True)
    except ExceptionGroup as group:
        for fault in group.exceptions:
            field = str(getattr(fault, "field", ""))
            newer = "unrecognized field" in str(fault) or (
                field == "metadata-version" and "None" not in str(fault)
            )
            yield field, text.line(str(fault)), "info" if newer else "high"


def _heads(raw: str | None, field: str) -> list[str]:
    """Every value of a header field."""
    return [value.strip() for value in re.findall(rf"(?im)^{field}:(.*)$", (raw or "").split("\n\n")[0])]


def _required(seen: dict[str, Any]) -> Iterator[Finding]:
    """Files that every wheel and sdist has, and the licences that the metadata names."""
    wheel, sdist = seen["wheel"], seen["sdist"]
    held = {name.partition("/")[2] for name in sdist["files"]}
    if not held & {PYPROJECT, "setup.py"}:
        yield finding("missing-file", f"the sdist holds no {PYPROJECT}", PYPROJECT, None)
    for fault in (*wheel["record"], *(() if wheel["wheel"] else ("WHEEL is missing",))):
        yield finding("record", f"the wheel contradicts itself: {fault}", PYPROJECT, None)
    folders = {str(PurePosixPath(name).parent) for name in wheel["files"] if name.endswith("/METADATA")}
    for licence in _heads(wheel["metadata"], "license-file"):
        places = {f"{folder}/{inner}{licence}" for folder in folders for inner in ("", "licenses/")}
        if not places & set(wheel["files"]):
            yield finding("missing-file", f"the wheel lacks its licence file {licence}", PYPROJECT, None)


def _empty(held: Sequence[str], site: Site) -> Iterator[Finding]:
    """Some backends look for the package in the wrong folder, find nothing, and build that."""
    roots = tuple(f"{source.rstrip('/')}/" for source in site.sources)
    modules = [file for file in site.files if file.startswith(roots) and file.endswith(".py")]
    if modules and not any(name.endswith(MODULES) for name in held):
        message = f"the wheel holds no module, the project has {text.count(len(modules), 'module')}"
        yield finding("empty-wheel", f"{message} such as {min(modules)}", PYPROJECT, None)


def _missing(held: frozenset[str], site: Site) -> Iterator[Finding]:
    """Modules of a package that the wheel has in part; other files of it only as a remark."""
    data: list[str] = []
    for prefix, package in _packages(held, site):
        for file in site.files:
            inner = file.removeprefix(prefix)
            if not file.startswith(f"{prefix}{package}/") or inner in held or _special(inner):
                continue
            if inner.endswith((".py", ".pyi", "/py.typed")):
                yield finding("missing-file", f"the wheel lacks {inner}", file, 1)
            else:
                data.append(file)
    if data:
        shown = ", ".join(sorted(data)[:SHOWN])
        message = f"{text.count(len(data), 'data file')} of its packages not in the wheel: {shown}"
        yield finding("missing-data", message, PYPROJECT, None, "info")


def _packages(held: frozenset[str], site: Site) -> Iterator[tuple[str, str]]:
    """Where the sources of the wheel's packages lie, and the packages."""
    tops = sorted({name.partition("/")[0] for name in held if name.endswith("/__init__.py")})
    files = frozenset(site.files)
    for top in tops:
        for prefix in ("src/", "", *(f"{source.rstrip('/')}/" for source in site.sources)):
            if f"{prefix}{top}/__init__.py" in files:
                yield prefix, top
                break


def _special(file: str) -> bool:
    parts = file.split("/")
    return any(part in SPECIAL for part in parts) or parts[-1].startswith(("test_", "."))


def _import(module: str, result: dict[str, Any]) -> Iterator[Finding]:
    if "error" in result:
        rows = [text.line(row) for row in str(result["error"]).splitlines() if row.strip()]
        yield finding("import", f"cannot import {module} from the wheel: {rows[-1]}", PYPROJECT, None)
    for stray, file in result.get("strays", ()):
        message = f"importing {module} took {stray} from {text.line(file)}: the wheel lacks it"
        yield finding("import", message, PYPROJECT, None)
