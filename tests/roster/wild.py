"""Agent files as they are found in the wild, seeded: each kind of malformation, in files of random content.

python -m tests.roster.wild [SEED]      prints what was made of 200 of them
"""

import random
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from typing import NamedTuple

from eee_ci import roster
from eee_ci.roster import documents
from eee_ci.roster.rules import RULES

FILES = 200
_WORDS = "reviews code and tests of the parser with care before it is released to many users".split()  # noqa: SIM905 - prose
_TOOLS = ("Read", "Edit", "Write", "Bash", "Grep", "mcp__docs__find", "Bash(git log:*)", "Agent(a,b)")


class Made(NamedTuple):
    """A file, the rules that must speak of it, and whether it is an agent all the same."""

    data: bytes
    rules: frozenset[str]
    used: bool
    path: str


class Kind(NamedTuple):
    """A malformation."""

    make: Callable[[random.Random, str], str | bytes]
    rules: tuple[str, ...]
    used: bool = True
    file: str = "{name}.md"


def prose(chance: random.Random, least: int = 3, most: int = 12) -> str:
    return " ".join(chance.choice(_WORDS) for _ in range(chance.randint(least, most)))


def file(chance: random.Random, name: str, *lines: str, description: str | None = None) -> str:
    """A sound file with lines of keys besides."""
    about = prose(chance) if description is None else description
    keys = [f"name: {name}", f"description: {about}", *lines]
    return "\n".join(["---", *keys, "---", "", f"# {name}", "", prose(chance), ""])


def key(*lines: str) -> Callable[[random.Random, str], str]:
    """A sound file but for these lines."""
    return lambda chance, name: file(chance, name, *lines)


def _bomb(chance: random.Random, name: str) -> str:
    levels = [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 10)]
    return file(chance, name, "l0: &l0 [x, x]", *levels)


def _deep(chance: random.Random, name: str) -> str:
    return file(chance, name, f"meta: {'[' * 5000}{']' * 5000}")


KINDS: Mapping[str, Kind] = {
    "sound": Kind(lambda c, n: file(c, n, f"tools: {', '.join(c.sample(_TOOLS, 3))}", "model: sonnet"), ()),
    "colon in description": Kind(
        lambda c, n: file(c, n, "tools: Read", description=f"Use when: {prose(c)}: now"), ("lenient-yaml",)
    ),
    "bad escape": Kind(lambda c, n: file(c, n, description=f'"{prose(c)} \\d+"'), ("lenient-yaml",)),
    "tab for indentation": Kind(lambda c, n: file(c, n, "tools:", "\t- Read", "\t- Bash"), ("lenient-yaml",)),
    "deep nesting": Kind(_deep, ("lenient-yaml",)),
    "very many values": Kind(lambda c, n: file(c, n, f"meta: [{'x,' * 11_000}]"), ("lenient-yaml",)),
    "yaml bomb": Kind(_bomb, ("refused-yaml", "unknown-key")),
    "merge key": Kind(key("<<: {model: opus}"), ("refused-yaml",)),
    "tag": Kind(key("meta: !!python/object/apply:os.system [id]"), ("refused-yaml", "unknown-key")),
    "two documents": Kind(key("--- # more", "x: y"), ("lenient-yaml",)),
    "only a list": Kind(lambda c, _: f"---\n- {prose(c)}\n---\n{prose(c)}", ("unreadable-yaml",), used=False),
    "garbage": Kind(lambda c, _: f"---\n[[{{{prose(c)}\n---\n", ("unreadable-yaml",), used=False),
    "no frontmatter": Kind(lambda c, n: f"# {n}\n\n{prose(c)}\n", ("no-frontmatter",), used=False),
    "a readme": Kind(
        lambda c, _: f"# Agents\n\n{prose(c)}\n", ("no-agent",), used=False, file="{name}/README.md"
    ),
    "open frontmatter": Kind(
        lambda c, n: f"---\nname: {n}\ndescription: {prose(c)}\n", ("open-frontmatter",), used=False
    ),
    "empty": Kind(lambda c, _: "\n" * c.randint(0, 3), ("empty-file",), used=False),
    "empty keys": Kind(lambda c, _: f"---\n---\n{prose(c)}", ("no-name",), used=False),
    "byte order mark": Kind(lambda c, n: b"\xef\xbb\xbf" + file(c, n).encode(), ("byte-order-mark",)),
    "carriage returns": Kind(lambda c, n: file(c, n).replace("\n", "\r\n"), ("line-ends",)),
    "old carriage returns": Kind(lambda c, n: file(c, n).replace("\n", "\r"), ("line-ends",)),
    "blank line first": Kind(lambda c, n: "\n" * c.randint(1, 3) + file(c, n), ("blank-first",)),
    "indented": Kind(
        lambda c, n: "\n" + "\n".join(f"  {line}" for line in file(c, n).split("\n")),
        ("indented-frontmatter", "blank-first"),
    ),
    "no name": Kind(lambda c, _: f"---\ndescription: {prose(c)}\n---\n{prose(c)}", ("no-name",), used=False),
    "null name": Kind(lambda c, _: f"---\nname:\ndescription: {prose(c)}\n---\nx", ("no-name",), used=False),
    "title case": Kind(lambda c, n: file(c, n.replace("-", " ").title()), ("name-spelling",)),
    "name with colon": Kind(lambda c, n: file(c, f"plugin:{n}"), ("bad-name",), used=False),
    "name with hyphen first": Kind(lambda c, n: file(c, f"-{n}"), ("bad-name",), used=False),
    "name that is a path": Kind(lambda c, n: file(c, f"../../{n}"), ("bad-name",), used=False),
    "name of another file": Kind(file, ("name-of-file",), file="x/{name}-v2.md"),
    "name that is a list": Kind(
        lambda c, n: f"---\nname: [{n}]\ndescription: {prose(c)}\n---\nx", ("bad-type", "no-name"), used=False
    ),
    "no description": Kind(lambda c, n: f"---\nname: {n}\n---\n{prose(c)}", ("no-description",), used=False),
    "description that is a map": Kind(
        lambda c, n: file(c, n, description="{a: b}"), ("bad-type", "no-description"), used=False
    ),
    "description that is a number": Kind(lambda c, n: file(c, n, description="42"), ("bad-type",)),
    "long description": Kind(lambda c, n: file(c, n, description=prose(c, 400, 500)), ("long-description",)),
    "key twice": Kind(key("model: opus", "model: haiku"), ("duplicate-key",)),
    "unknown key": Kind(key("x-owner: team"), ("unknown-key",)),
    "near key": Kind(key("tool: Read"), ("near-key",)),
    "key of commands": Kind(key("allowed-tools: Read"), ("near-key",)),
    "thousands of keys": Kind(
        lambda c, n: file(c, n, *(f"k{number}: v" for number in range(3000))),
        ("unknown-key", "more-findings"),
    ),
    "free text model": Kind(key("model: Claude Sonnet 4.5"), ("free-text-model",)),
    "model that is a list": Kind(key("model: [opus]"), ("bad-type",)),
    "bypass": Kind(key("permissionMode: bypassPermissions"), ("bypass-permissions",)),
    "unknown mode": Kind(key("permissionMode: yolo"), ("bad-value",)),
    "unknown effort": Kind(key("effort: heroic"), ("bad-value",)),
    "turns below one": Kind(key("maxTurns: 0"), ("bad-value",)),
    "turns in words": Kind(key("maxTurns: many"), ("bad-value",)),
    "hooks": Kind(key("hooks: {Stop: [{command: rm -rf /}]}"), ("ignored-key",)),
    "servers": Kind(key("mcpServers: {evil: {command: sh}}"), ("ignored-key",)),
    "unheeded": Kind(key("memory: project"), ("unheeded-key",)),
    "tools of a wrong kind": Kind(key("tools: {Read: true}"), ("bad-tool",)),
    "tools unclear": Kind(key("tools: Read, Bash(git"), ("bad-tool",)),
    "no tools": Kind(key("tools:"), ("no-tools",)),
    "old tool": Kind(key("tools: Read, Task(helper)"), ("old-tool",)),
    "denied tools of a wrong kind": Kind(key("disallowedTools: 7"), ("bad-denial",), used=False),
    "denied tools unclear": Kind(key("disallowedTools: Bash("), ("bad-denial",), used=False),
    "fixers of a wrong kind": Kind(key("fixers: {a: b}"), ("bad-type",)),
    "backend of a wrong kind": Kind(key("backend: rm -rf /"), ("bad-value",)),
    "no prompt": Kind(lambda c, n: f"---\nname: {n}\ndescription: {prose(c)}\n---\n", ("no-prompt",)),
    "hidden characters": Kind(lambda c, n: file(c, n) + "\u202eevil\u202c", ("hidden-characters",)),
    "latin-1": Kind(
        lambda c, n: file(c, n, description="für alle").encode("latin-1"), ("not-utf-8",), used=False
    ),
    "utf-16": Kind(lambda c, n: file(c, n).encode("utf-16"), ("not-utf-8",), used=False),
    "nul bytes": Kind(lambda c, n: file(c, n).encode() + b"\0", ("binary",), used=False),
    "random bytes": Kind(
        lambda c, _: b"\xff" + c.randbytes(200).replace(b"\0", b"\1"), ("not-utf-8",), used=False
    ),
    "huge": Kind(lambda c, n: file(c, n) + "x" * documents.LARGEST, ("too-large",), used=False),
    "a control character": Kind(lambda c, n: file(c, n, description="a\x07b"), ("lenient-yaml",)),
    "half a character": Kind(lambda c, n: file(c, n, description='"\\ud800"'), ("lenient-yaml",)),
}


def one(kind: str, chance: random.Random, name: str = "some-agent") -> Made:
    """A file of a kind."""
    how = KINDS[kind]
    data = how.make(chance, name)
    encoded = data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass")
    return Made(encoded, frozenset(how.rules), how.used, f".claude/agents/{how.file.format(name=name)}")


def made(seed: int, number: int = FILES) -> dict[str, Made]:
    """So many files by path; each kind is among them."""
    chance = random.Random(seed)
    kinds = [*KINDS, *chance.choices(list(KINDS), k=number - len(KINDS))]
    files = [one(kind, chance, f"agent-{at:03d}") for at, kind in enumerate(kinds)]
    return {file.path: file for file in files}


def table(found: roster.Roster, files: int) -> list[str]:
    """How often each rule spoke."""
    counted = Counter(finding.rule for finding in found.findings)
    rows = [f"{rule:22} {RULES[rule][0]:8} {number:5}" for rule, number in sorted(counted.items())]
    return [*rows, f"{files} files, {len(found.agents)} agents, {sum(counted.values())} findings"]


if __name__ == "__main__":
    wild = made(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
    told = roster.read({path: one.data for path, one in wild.items()})
    sys.stdout.write("\n".join(table(told, len(wild))) + "\n")
