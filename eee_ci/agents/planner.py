"""From what the gates say, or a task, to items: who can do what, who is chosen, what each is given."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from eee_ci import history
from eee_ci.agent import Agent, Backend, Item
from eee_ci.agents import analysis, planning, selection
from eee_ci.agents.resuming import Order
from eee_ci.agents.selection import Selection
from eee_ci.config.agents import FIXERS, Agents
from eee_ci.model import Finding, Run, Tree
from eee_ci.roster import Roster

Staff = Mapping[str, tuple[Agent, Backend]]
NOTHING = "skipped: the gates found nothing to repair"


class Plan(NamedTuple):
    """The items, the lines that tell of analysis and selection, and who works by which means."""

    items: tuple[Item, ...]
    said: tuple[str, ...]
    staff: Staff


def staff(roster: Roster, settings: Agents) -> Staff:
    """The agents that have a backend, each with it."""
    return {
        agent.name: (agent, settings.known[name])
        for agent in roster.agents
        if (name := agent.backend or settings.default) in settings.known and name is not None
    }


def make(order: Order, settings: Agents, roster: Roster, before: Tree, judged: Run) -> Plan:
    """The plan of a run. Nobody chosen, or nothing found, is a skip."""
    able = staff(roster, settings)
    findings = () if order.task is not None else wanted(judged, everything=order.fixers)
    if order.task is None and not findings:
        return Plan((), (NOTHING,), able)
    past = history.load(Path(before.root))
    if order.task is not None:
        found = analysis.of_task(order.task, before, past)
    else:
        found = analysis.of_findings(findings, before, past)
    known = _candidates(order, settings, roster, able)
    unable = dict(_unable(known, order, able))
    chosen = selection.choose(found, known, order.names, history=past, unable=unable)
    ready = tuple(_whole(agent, able) for agent in chosen.chosen)
    items = planning.items(
        replace(chosen, chosen=ready), task=order.task, findings=findings, scope=settings.scope
    )
    return Plan(items, tuple(_said(found, chosen, findings)), able)


def wanted(judged: Run, *, everything: bool) -> tuple[Finding, ...]:
    """The findings that are to be mended: those of gates that failed, or of all that were asked."""
    return tuple(
        finding
        for verdict in judged.verdicts
        if verdict.asked and (everything or verdict.status == "failed")
        for finding in verdict.reading.findings
    )


def _candidates(order: Order, settings: Agents, roster: Roster, able: Staff) -> tuple[Agent, ...]:
    """Those that the config leaves to choose from; who is named is always among them."""
    return tuple(
        agent
        for agent in roster.agents
        if agent.name in order.names
        or (
            (not settings.select or agent.name in settings.select)
            and (not order.fixers or (agent.name in able and able[agent.name][1].kind == FIXERS))
        )
    )


def _unable(known: tuple[Agent, ...], order: Order, able: Staff) -> Iterator[tuple[str, str]]:
    for agent in known:
        if agent.name not in able:
            lacking = (
                f"its backend {agent.backend} is not configured" if agent.backend else "it has no backend"
            )
            yield agent.name, lacking
        elif order.task is not None and able[agent.name][1].kind == FIXERS:
            yield agent.name, "it mends findings only"
        elif order.fixers and able[agent.name][1].kind != FIXERS:
            yield agent.name, "it is no deterministic fixer"


def _whole(agent: Agent, able: Staff) -> Agent:
    """With its backend's kind named: the fixers take any number of findings at once."""
    kind = able[agent.name][1].kind if agent.name in able else None
    return replace(agent, backend=FIXERS) if kind == FIXERS else agent


def _said(found: analysis.Analysis, chosen: Selection, findings: tuple[Finding, ...]) -> Iterator[str]:
    yield from analysis.lines(found)
    yield from selection.lines(chosen)
    if left := planning.unassigned(chosen, findings):
        yield f"nobody is given {len(left)} of {len(findings)} findings"
    if not chosen.chosen:
        yield "skipped: no agent was chosen"
