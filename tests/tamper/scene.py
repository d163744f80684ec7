"""A patch as the stage hands it to the tamper gate: files before, files after, and what changed."""

import hashlib
from collections import Counter

from eee_ci import tamper
from eee_ci.agent import Change
from eee_ci.finding import Finding

Texts = dict[str, str | bytes | None]
PLAIN = "100644"


def change(path: str, before: bytes | None, after: bytes | None, mode: str = PLAIN) -> Change:
    old, new = (Counter((data or b"").splitlines()) for data in (before, after))
    return Change(
        path=path,
        before=_id(before),
        after=_id(after),
        mode_before=PLAIN if before is not None else None,
        mode_after=mode if after is not None else None,
        size=None if after is None else len(after),
        added=(new - old).total(),
        removed=(old - new).total(),
    )


def changes(
    base: dict[str, bytes], candidate: dict[str, bytes], modes: dict[str, str] | None = None
) -> tuple[Change, ...]:
    """Of every path that differs, or got a mode."""
    told = modes or {}
    return tuple(
        change(path, base.get(path), candidate.get(path), told.get(path, PLAIN))
        for path in sorted({*base, *candidate})
        if base.get(path) != candidate.get(path) or path in told
    )


def judged(
    base: Texts,
    patch: Texts,
    rules: tamper.Rules | None = None,
    modes: dict[str, str] | None = None,
) -> tuple[Finding, ...]:
    """The findings on a patch: `patch` has the files that it writes, None for those that it deletes."""
    old = data(base)
    new = data({**base, **patch})
    return tamper.judge(old, new, changes(old, new, modes), rules)


def ruled(
    base: Texts, patch: Texts, rules: tamper.Rules | None = None, modes: dict[str, str] | None = None
) -> list[str]:
    """The rules that stop the patch, each once."""
    found = judged(base, patch, rules, modes)
    return sorted({finding.rule for finding in found if tamper.tampered([finding])})


def data(files: Texts) -> dict[str, bytes]:
    return {
        path: content.encode() if isinstance(content, str) else content
        for path, content in files.items()
        if content is not None
    }


def _id(content: bytes | None) -> str | None:
    return None if content is None else hashlib.sha1(content, usedforsecurity=False).hexdigest()
