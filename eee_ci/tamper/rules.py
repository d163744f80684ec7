"""What the tamper gate is told, and what a finding of it looks like."""

import hashlib
from collections.abc import Callable, Iterable, Mapping

import msgspec

from eee_ci import judge
from eee_ci.agent import Change
from eee_ci.finding import Finding, Noun, Severity
from eee_ci.tamper import source
from eee_ci.text import clean, clip, line

TOOL = "tamper"
PREFIX = "EEE-T00"
_LONGEST = 500

Files = Mapping[str, bytes]  # path to content, as of a commit; of a symbolic link the content is its target


class Allow(Noun, frozen=True, kw_only=True):
    """An exception of the base config: findings of `rule` (`T1` or `EEE-T001`) in these paths, or in all of
    them, only inform."""

    rule: str
    paths: tuple[str, ...] = ()
    reason: str


class Caps(Noun, frozen=True, kw_only=True):
    """How large a patch may be; None: no such limit."""

    files: int | None = 200
    lines: int | None = 10_000  # added and removed
    bytes: int | None = 1024 * 1024  # of one file afterwards
    literals: int = 200  # members of one literal, or branches of one comparison with constants


class Rules(Noun, frozen=True, kw_only=True):
    """All from the base. `protected` are patterns besides our own: what the gates read. `tests` are the
    folders and files of the tests, besides what is named like one. No `scope`: everything."""

    protected: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    allow: tuple[Allow, ...] = ()
    caps: Caps = Caps()


class Pair(Noun, frozen=True, kw_only=True):
    """One file before and after; None where there is none."""

    path: str
    before: bytes | None
    after: bytes | None
    change: Change


Rule = Callable[[tuple[Pair, ...], Files, Rules], Iterable[Finding]]


def pairs(base: Files, candidate: Files, changes: Iterable[Change]) -> tuple[Pair, ...]:
    """The changed files with their contents. What a side does not hold, by its listing or by the change,
    is not there."""
    return tuple(
        Pair(
            path=change.path,
            before=base.get(change.path) if change.before else None,
            after=candidate.get(change.path) if change.after else None,
            change=change,
        )
        for change in sorted(changes, key=lambda change: change.path)
    )


def altered(given: Iterable[Pair]) -> tuple[Pair, ...]:
    """Without Python that says the same as before, laid out anew."""
    return tuple(pair for pair in given if not _same(pair))


def _same(pair: Pair) -> bool:
    if pair.before is None or pair.after is None or not source.is_python(pair.path):
        return False
    return source.same(pair.before, pair.after)


def found(
    rule: int,
    message: str,
    path: str | None,
    at: int | None = None,
    *,
    severity: Severity = "high",
    fix: str | None = None,
) -> Finding:
    """A finding of rule T<n>. Bytes of the patch stand in the message, so it is cleaned and cut."""
    said = clip(clean(line(message)), _LONGEST)
    words = "\0".join((str(rule), path or "", said))
    return Finding(
        tool=TOOL,
        rule=f"{PREFIX}{rule}",
        message=said,
        severity=severity,
        category="tampering",
        path=path,
        line=at,
        fix=fix,
        fingerprint=hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:32],
    )


def settled(findings: Iterable[Finding], rules: Rules) -> tuple[Finding, ...]:
    """In one order, worst first within a place; what the base config allows is told, but only informs."""
    told = [_told(finding, rules.allow) for finding in findings]
    return tuple(sorted(told, key=lambda one: (one.path or "", one.line or 0, one.rule, one.message)))


def tampered(findings: Iterable[Finding]) -> bool:
    """Does any of them stop the patch?"""
    return any(finding.severity in ("critical", "high") for finding in findings)


def _told(finding: Finding, allow: Iterable[Allow]) -> Finding:
    for entry in allow:
        if _covers(entry, finding):
            message = f"allowed by the base config ({line(entry.reason)}): {finding.message}"
            return msgspec.structs.replace(finding, severity="info", message=message)
    return finding


def _covers(entry: Allow, finding: Finding) -> bool:
    if finding.rule not in (entry.rule, f"{PREFIX}{entry.rule.removeprefix('T')}"):
        return False
    return not entry.paths or (
        finding.path is not None and any(judge.matches(finding.path, pattern) for pattern in entry.paths)
    )
