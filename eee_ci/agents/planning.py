"""What each chosen agent is given: items with the findings they are to mend and the files they may touch."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from eee_ci import text
from eee_ci.agent import Agent, Item
from eee_ci.agents import scopes
from eee_ci.agents.analysis import domain
from eee_ci.agents.selection import Selection
from eee_ci.config.agents import FIXERS
from eee_ci.model import Finding

MOST = 50  # findings of an item, unless one file has more: then an agent has too much to read
_SHOWN = 5  # rules that a task lists
_TITLE = 72
_ELSEWHERE = ("tests", "coverage", "build")  # a test fails where its code is wrong
# Formatting comes last: what the others change is formatted then.
_ORDER = ("dependencies", "imports", "types", "lint")
_LAST = ("format",)


def items(
    selection: Selection,
    *,
    task: str | None = None,
    findings: Sequence[Finding] = (),
    scope: tuple[str, ...] = (),
    most: int = MOST,
) -> tuple[Item, ...]:
    """The plan, in the order in which items that meet are to run. A task is given whole to each of the
    chosen, with the scope of the config; findings go to the agent of their domain, with their files."""
    made = (
        _of_task(selection, task, scope)
        if task is not None
        else _of_findings(selection, findings, most, scope)
    )
    return tuple(
        msgspec.structs.replace(item, id=f"{number:02d}-{item.agent}") for number, item in enumerate(made, 1)
    )


def unassigned(selection: Selection, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings that nobody is given."""
    return tuple(finding for finding in findings if domain(finding) not in selection.domains)


def meets(one: Item, other: Item) -> bool:
    """May the two touch one file? Then one waits for the other."""
    return scopes.meet(one.scope, other.scope)


def _of_task(selection: Selection, task: str, scope: tuple[str, ...]) -> Iterator[Item]:
    for agent in sorted(selection.chosen, key=lambda one: _rank(_domains(selection, one))):
        yield Item(
            id="",
            agent=agent.name,
            title=_short(task),
            task=task,
            scope=scope,
            domains=_domains(selection, agent),
        )


def _of_findings(
    selection: Selection, findings: Sequence[Finding], most: int, scope: tuple[str, ...]
) -> Iterator[Item]:
    of_agent: dict[str, list[Finding]] = {}
    for finding in findings:
        if name := selection.domains.get(domain(finding)):
            of_agent.setdefault(name, []).append(finding)
    ranked = sorted(
        (agent for agent in selection.chosen if agent.name in of_agent),
        key=lambda one: _rank(_domains(selection, one)),
    )
    for agent in ranked:
        size = len(findings) if agent.backend == FIXERS else most  # they take any number at once
        for part in _parts(of_agent[agent.name], size):
            yield _item(agent, part, scope)


def _item(agent: Agent, findings: Sequence[Finding], scope: tuple[str, ...]) -> Item:
    """Findings without a file, and those whose cause lies elsewhere, leave the scope to the config: where it
    is open as well, nobody works beside the item."""
    paths = {finding.path for finding in findings}
    known = tuple(sorted(scopes.exact(path) for path in paths if path))
    where = text.count(len(known), "file") if known else "the project"
    title = f"{text.count(len(findings), 'finding')} in {where}"
    return Item(
        id="",
        agent=agent.name,
        title=title,
        task=f"Mend {title}: {_rules(findings)}.",
        targets=tuple(dict.fromkeys(one.fingerprint for one in findings if one.fingerprint)),
        findings=tuple(findings),
        scope=scope if any(one.category in _ELSEWHERE for one in findings) else known,
        domains=tuple(sorted({domain(finding) for finding in findings})),
    )


def _parts(findings: Iterable[Finding], most: int) -> Iterator[list[Finding]]:
    """Of so many findings each, in the order of paths; a file is never in two. First those without one."""
    by_path: dict[str | None, list[Finding]] = {}
    for finding in findings:
        by_path.setdefault(finding.path, []).append(finding)
    if nowhere := by_path.pop(None, []):
        yield nowhere
    part: list[Finding] = []
    for _, found in sorted(by_path.items(), key=lambda pair: pair[0] or ""):
        if part and len(part) + len(found) > most:
            yield part
            part = []
        part = [*part, *found]
    if part:
        yield part


def _domains(selection: Selection, agent: Agent) -> tuple[str, ...]:
    return tuple(sorted(name for name, one in selection.domains.items() if one == agent.name))


def _rank(domains: Sequence[str]) -> int:
    places: Mapping[str, int] = {name: at for at, name in enumerate(_ORDER)}
    if domains and all(name in _LAST for name in domains):
        return len(_ORDER) + 1
    return min((places.get(name, len(_ORDER)) for name in domains), default=len(_ORDER))


def _rules(findings: Iterable[Finding]) -> str:
    counted = Counter(text.line(f"{one.tool} {one.rule}") for one in findings).most_common()
    said = [f"{name} ({number})" for name, number in sorted(counted, key=lambda pair: (-pair[1], pair[0]))]
    more = [f"{text.count(len(said) - _SHOWN, 'more rule')}"] if len(said) > _SHOWN else []
    return ", ".join([*said[:_SHOWN], *more])


def _short(task: str) -> str:
    line = text.line(task)
    return line if len(line) <= _TITLE else line[: _TITLE - 1] + "…"
