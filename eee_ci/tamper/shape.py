"""T8: the shape of a patch: its size, and what no repair needs."""

import posixpath
import re
import tomllib
from collections.abc import Iterator
from typing import Any

from eee_ci import judge as verdicts
from eee_ci import text
from eee_ci.finding import Finding
from eee_ci.tamper import literals, protection, rules

NUMBER = 8
EXECUTABLE, PLAIN = "100755", "100644"
_SNIFFED = 8192
_FILTERS = re.compile(rb"\b(?:filter|diff|merge|textconv|ident|export-subst|working-tree-encoding)\b")


def judge(pairs: tuple[rules.Pair, ...], candidate: rules.Files, told: rules.Rules) -> Iterator[Finding]:
    """Caps of the whole patch first, then each file."""
    yield from _caps(pairs, told.caps)
    for pair in pairs:
        yield from _place(pair, told)
        yield from _kind(pair)
        yield from _content(pair, told.caps)
        yield from _dependencies(pair)
    yield from literals.judge(pairs, candidate, told)


def _caps(pairs: tuple[rules.Pair, ...], caps: rules.Caps) -> Iterator[Finding]:
    lines = sum((pair.change.added or 0) + (pair.change.removed or 0) for pair in pairs)
    for what, number, most in (("file", len(pairs), caps.files), ("line", lines, caps.lines)):
        if most is not None and number > most:
            yield rules.found(NUMBER, f"changes {text.count(number, what)}; want at most {most}", None)


def _place(pair: rules.Pair, told: rules.Rules) -> Iterator[Finding]:
    if told.scope and not any(verdicts.matches(pair.path, pattern) for pattern in told.scope):
        yield _found(
            pair, f"changes {text.path(pair.path)}, outside of its scope {', '.join(told.scope[:5])}"
        )
    parts = pair.path.split("/")
    if pair.path.startswith("/") or ".." in parts or "\\" in pair.path or not pair.path.isprintable():
        yield _found(pair, f"has a path that is none: {text.path(pair.path)}", critical=True)


def _kind(pair: rules.Pair) -> Iterator[Finding]:
    before, after = pair.change.mode_before, pair.change.mode_after
    if after == before or after is None:
        return
    if after == protection.LINK:
        aim = text.line(text.decode(pair.after or b""))
        yield _found(
            pair, f"makes {text.path(pair.path)} a symbolic link to {aim}; want a file", critical=True
        )
    elif after == protection.SUBMODULE:
        yield _found(pair, f"makes {text.path(pair.path)} a submodule; want a file", critical=True)
    elif after == EXECUTABLE:
        yield _found(pair, f"makes {text.path(pair.path)} executable; want no new program")
    elif after != PLAIN:
        yield _found(pair, f"gives {text.path(pair.path)} the mode {text.line(after)}; want {PLAIN}")


def _content(pair: rules.Pair, caps: rules.Caps) -> Iterator[Finding]:
    if pair.change.mode_after in (protection.LINK, protection.SUBMODULE) or pair.change.after is None:
        return
    if pair.after is None:
        yield _found(
            pair, f"{text.path(pair.path)} could not be read, so it is not known; want a readable file"
        )
        return
    if caps.bytes is not None and len(pair.after) > max(caps.bytes, len(pair.before or b"")):
        yield _found(pair, f"{text.path(pair.path)} has {len(pair.after)} bytes; want at most {caps.bytes}")
    if b"\0" in pair.after[:_SNIFFED]:
        yield _found(pair, f"{text.path(pair.path)} is binary, so nobody can read the change; want text")
    if posixpath.basename(pair.path) == ".gitattributes" and _filters(pair.after) > _filters(pair.before):
        yield _found(pair, f"{text.path(pair.path)} names a filter that git would run", critical=True)


def _filters(data: bytes | None) -> int:
    return len(_FILTERS.findall(data or b""))


def _dependencies(pair: rules.Pair) -> Iterator[Finding]:
    after = declared(pair.path, pair.after)
    for name in sorted(after - declared(pair.path, pair.before)):
        yield _found(pair, f"{text.path(pair.path)} asks for a new dependency, {text.line(name)}")


def declared(path: str, data: bytes | None) -> frozenset[str]:
    """The distributions and packages that a file asks for, by name."""
    base = posixpath.basename(path)
    if data is None:
        return frozenset()
    if base in ("pyproject.toml", "package.json", "Pipfile", "Cargo.toml"):
        return frozenset(_names(_loaded(base, data)))
    if re.search(r"requirements|constraints", path) and path.endswith((".txt", ".in")):
        rows = (row.split("#")[0].strip() for row in data.decode("utf-8", "replace").splitlines())
        return frozenset(_name(row) for row in rows if row)
    return frozenset()


def _loaded(base: str, data: bytes) -> Any:
    import json

    try:
        return json.loads(data) if base.endswith(".json") else tomllib.loads(data.decode())
    except (ValueError, RecursionError):
        return {}


def _names(config: Any, *, asked: bool = False) -> Iterator[str]:
    """Whatever stands below a key that speaks of dependencies or requirements."""
    match config:
        case dict():
            for key, value in config.items():
                below = asked or re.search(r"depend|require|packages", str(key), re.IGNORECASE) is not None
                if asked and not isinstance(value, list | dict):
                    yield _name(str(key))
                yield from _names(value, asked=below)
        case list():
            yield from (_name(entry) for entry in config if asked and isinstance(entry, str))
            yield from (
                name for entry in config if not isinstance(entry, str) for name in _names(entry, asked=asked)
            )
        case _:
            pass


def _name(requirement: str) -> str:
    """Of a line that names none (`-r x`, a URL) all of it."""
    match = re.match(r"[A-Za-z0-9@][\w.\-/@]*(?=\s*(?:$|[\[=<>!~;(]))", requirement)
    return match[0].casefold().replace("_", "-") if match else requirement


def _found(pair: rules.Pair, message: str, *, critical: bool = False) -> Finding:
    return rules.found(NUMBER, message, pair.path, severity="critical" if critical else "high")
