"""What can be wrong with an agent file: each kind of it has a rule, how bad it is, and what mends it."""

import hashlib
import os

import msgspec

from eee_ci import text
from eee_ci.model import SEVERITIES, Finding, Severity

TOOL = "agents"
MOST = 50  # findings on one file
_LONGEST = 300  # bytes of a message
# high: not used; medium: used, though not all of it as it is written; low and info: used as it is
RULES: dict[str, tuple[Severity, str]] = {
    "no-file": ("high", "Put a regular file in its place."),
    "too-large": ("high", "Shorten it: an agent file is a few pages."),
    "too-many": ("high", "Remove agent files that nobody uses."),
    "no-object": ("high", "`git fetch --refetch` brings what a partial clone left out."),
    "not-utf-8": ("high", "Save the file as UTF-8."),
    "binary": ("high", "Save the file as text."),
    "empty-file": ("high", "Write name and description between two lines of '---'."),
    "no-frontmatter": ("high", "Begin with '---', name and description, and '---'."),
    "no-agent": ("info", "Move it out of the folder of agents, if it is none."),
    "open-frontmatter": ("high", "End the keys with a line of '---'."),
    "unreadable-yaml": ("high", "Write one key a line, as `key: value`."),
    "no-name": ("high", "Add `name: some-name`."),
    "bad-name": ("high", "Use lower-case letters, digits and hyphens."),
    "duplicate-name": ("high", "Rename one of the two."),
    "no-description": ("high", "Add `description: what it is for`."),
    "bad-denial": ("high", "Name tools as in `disallowedTools: Bash, Write`."),
    "more-findings": ("medium", "Mend those that are listed."),
    "lenient-yaml": ("medium", "Put the value in quotes, or below `key: |`."),
    "refused-yaml": ("medium", "Write the value out."),
    "duplicate-key": ("medium", "Remove one of the two."),
    "name-spelling": ("medium", "Use lower-case letters, digits and hyphens."),
    "bad-tool": ("medium", "Name tools as in `tools: Read, Edit, Bash`."),
    "no-tools": ("medium", "Name tools, or remove the key: then it may use all."),
    "bad-type": ("medium", "Write a value of the kind that the key wants."),
    "bad-value": ("medium", "Write one of the values that the key knows."),
    "free-text-model": ("medium", "Write a model's id, sonnet, opus, haiku, fable or inherit."),
    "bypass-permissions": ("medium", "Remove `permissionMode: bypassPermissions`."),
    "ignored-key": ("medium", "Remove the key: what it starts is not started here."),
    "hidden-characters": ("medium", "Remove the characters that nobody sees."),
    "indented-frontmatter": ("low", "Begin the lines of '---' at the margin."),
    "blank-first": ("low", "Begin the file with '---'."),
    "byte-order-mark": ("low", "Save the file as UTF-8 without a byte order mark."),
    "near-key": ("low", "Correct the key."),
    "long-description": ("low", "Say in a sentence or two when it is to be used."),
    "no-prompt": ("low", "Write below the keys what it is to do."),
    "old-tool": ("info", "Write Agent in the place of Task."),
    "line-ends": ("info", "Save the file with line feeds alone."),
    "unknown-key": ("info", "Remove the key, if nobody reads it."),
    "unheeded-key": ("info", "Remove the key, if it is meant for eee-ci."),
    "name-of-file": ("info", "Name the file after its agent."),
}


def finding(
    rule: str, path: str, message: str, *, line: int | None = None, column: int | None = None
) -> Finding:
    """A finding on a file; its fingerprint stays when lines move."""
    severity, fix = RULES[rule]
    said = text.clip(text.line(message), _LONGEST)
    shown = text.decode(os.fsencode(path))  # a name need not be UTF-8, a report must
    return Finding(
        tool=TOOL,
        rule=rule,
        message=said,
        severity=severity,
        category="security" if rule in ("bypass-permissions", "hidden-characters") else "lint",
        path=shown,
        line=line,
        column=column,
        fix=fix,
        fingerprint=hashlib.sha256(msgspec.json.encode([TOOL, rule, shown, said])).hexdigest()[:32],
    )


class Desk:
    """Collects what is wrong with one file, and of very much the first of each kind, then the worst."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._said: list[Finding] = []

    def say(self, rule: str, message: str, line: int = 1, column: int | None = None) -> None:
        self._said.append(finding(rule, self.path, message, line=line, column=column))

    @property
    def full(self) -> bool:
        """Is there no use in looking closer?"""
        return len(self._said) >= MOST

    def findings(self) -> list[Finding]:
        """In the order of the file; how many are left out is said."""
        worst = sorted(self._said, key=lambda one: SEVERITIES.index(one.severity))
        first = list({one.rule: one for one in reversed(worst)}.values())  # none of a kind is left out
        rest = [one for one in worst if not any(one is other for other in first)]
        kept = [*first, *rest[: max(MOST - len(first), 0)]]
        said = sorted(kept, key=lambda one: (one.line or 0, one.column or 0, one.rule))
        if more := len(worst) - len(kept):
            said.append(finding("more-findings", self.path, f"{text.count(more, 'finding')} more", line=1))
        return said
