"""What an agent is asked: the findings are somebody else's words, so they are cleaned and cut before."""

import re
import secrets
from collections.abc import Iterable

from msgspec.structs import replace

from eee_ci import text
from eee_ci.agent import Ask
from eee_ci.agents.work import Work
from eee_ci.model import Finding

MOST = 200  # findings that an agent is told of at once
_MESSAGE, _NAME = 300, 200
_COMMENT = re.compile(r"<!--.*?(?:-->|$)", re.DOTALL)  # seen by models, and by no reader of the page


def ask(work: Work, *, run: str, workdir: str, python: str) -> Ask:
    """The question of this attempt, with a new nonce."""
    return Ask(
        run=run,
        item=work.item.id,
        agent=work.agent,
        backend=work.backend,
        task=f"{work.item.task}\n\n{work.hint}" if work.hint else work.item.task,
        findings=tuple(map(cleaned, _told(work.findings))),
        scope=work.item.scope,
        workdir=workdir,
        python=python,
        limits=work.limits,
        nonce=secrets.token_hex(16),
        round=work.round,
    )


def cleaned(finding: Finding) -> Finding:
    """Without controls, hidden comments and lengths that could hide something."""
    return replace(
        finding,
        message=_short(finding.message, _MESSAGE),
        rule=_short(finding.rule, _NAME),
        fix=None,
        url=None,
    )


def _told(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(findings)[:MOST]


def _short(raw: str, size: int) -> str:
    return text.clip(text.line(_COMMENT.sub("", raw)), size)
