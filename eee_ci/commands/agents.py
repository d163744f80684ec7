"""`eee-ci agents`: which there are, what is wrong with their files, and the entrances for coding agents."""

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from eee_ci import __version__, commands, files, git, reports, roster, text
from eee_ci.agent import Agent
from eee_ci.agents import runs
from eee_ci.commands import agent_runs, entrances
from eee_ci.config.words import near
from eee_ci.console import Console, summary
from eee_ci.errors import FAILED, GREEN, UsageError
from eee_ci.model import Finding, Reading, Run, Verdict, plain
from eee_ci.rendering import words
from eee_ci.roster import Roster

_HEAD = "HEAD"
_ERRORS = ("critical", "high")
_SHOWN = 100  # characters of a description in a list


class _Found(NamedTuple):
    """Agents, what is wrong with their files, and what else is to be said."""

    roster: Roster
    notes: tuple[str, ...]


def run(arguments: argparse.Namespace) -> int:
    """0; 1 when `validate` found an error or `init` left a file as it was."""
    return _ACTIONS[arguments.action](arguments, Console())


def _list(arguments: argparse.Namespace, console: Console) -> int:
    found = _found(arguments)
    if arguments.json:
        console.raw(commands.pretty({**plain(found.roster), "notes": found.notes}))
    else:
        console.lines(_rows(found.roster.agents))
        console.lines(_said(found))
    return GREEN


def _rows(agents: Sequence[Agent]) -> Iterator[str]:
    name = max((len(agent.name) for agent in agents), default=0)
    place = max((len(_place(agent)) for agent in agents), default=0)
    for agent in agents:
        about = text.line(agent.description)
        about = about if len(about) <= _SHOWN else about[: _SHOWN - 1] + "…"
        yield f"{agent.name:{name}}  {_place(agent):{place}}  {about}"


def _place(agent: Agent) -> str:
    return agent.origin if agent.origin == "built-in" else f"{agent.origin} {text.line(agent.path)}"


def _said(found: _Found) -> Iterator[str]:
    """What a list does not show."""
    yield from (f"note: {text.line(note)}" for note in found.notes)
    if found.roster.findings:
        told = words.findings(found.roster.findings)
        yield f"note: {told} on agent files: `eee-ci agents validate` lists them"


def _show(arguments: argparse.Namespace, console: Console) -> int:
    if runs.is_name(arguments.name):
        return agent_runs.show(arguments, console)
    found = _found(arguments)
    agents = {agent.name: agent for agent in found.roster.agents}
    if arguments.name not in agents:
        meant = near(arguments.name, agents)
        raise UsageError(
            f"there is no agent {text.line(arguments.name)!r}{meant}",
            "`eee-ci agents list` shows which there are",
        )
    agent = agents[arguments.name]
    if arguments.json:
        console.raw(commands.pretty(plain(agent)))
    else:
        console.lines(_details(agent))
        own = [finding for finding in found.roster.findings if finding.path == agent.path]
        console.lines(["", *map(summary.finding_line, own)] if own else [])
    return GREEN


def _details(agent: Agent) -> Iterator[str]:
    """All that is heeded of it, with what holds where nothing is said; then its prompt."""
    values: Mapping[str, Any] = {
        "name": agent.name,
        "comes from": _place(agent),
        "description": agent.description,
        "backend": agent.backend or "as the config says",
        "tools": "all" if agent.tools is None else ", ".join(agent.tools) or "none",
        "denied tools": ", ".join(agent.denied) or "none",
        "model": agent.model or "the backend's own",
        "turns": agent.max_turns or "as the config says",
        "effort": agent.effort or "the backend's own",
        "permissions": agent.permission_mode or "the backend's own",
        "not heeded": ", ".join(sorted(set(agent.extra) - {"fixers"})) or "nothing",
    }
    yield from (f"{name:12}  {text.line(str(value))}" for name, value in values.items())
    yield ""
    yield from text.clean(agent.prompt).split("\n")


def _validate(arguments: argparse.Namespace, console: Console) -> int:
    target = commands.file(arguments.sarif, "--sarif") if arguments.sarif else None
    found = _found(arguments) if arguments.base else _on_disk(arguments)
    findings = found.roster.findings
    if target is not None:
        files.publish(target, _sarif(findings, commands.root(arguments)))
    if arguments.format == "sarif":
        console.raw(_sarif(findings, commands.root(arguments)).decode())
    elif arguments.format == "json":
        console.raw(commands.pretty([plain(finding) for finding in findings]))
    else:
        own = [agent for agent in found.roster.agents if agent.origin != "built-in"]
        console.lines(map(summary.finding_line, findings))
        console.lines([f"{text.count(len(own), 'agent')}, {words.findings(findings) or 'no findings'}"])
    return FAILED if any(finding.severity in _ERRORS for finding in findings) else GREEN


def _sarif(findings: Sequence[Finding], root: Path) -> bytes:
    """The findings as those of a gate `agents`."""
    failed = any(finding.severity in _ERRORS for finding in findings)
    verdict = Verdict(
        gate="agents",
        tool="agents",
        status="failed" if failed else "passed",
        version=__version__,
        reading=Reading(findings=tuple(findings)),
    )
    judged = Run(
        version=__version__,
        project=root.name,
        config="",
        config_digest="",
        started=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        exit_code=FAILED if failed else GREEN,
        verdicts=(verdict,),
    )
    (data,) = reports.render(judged, ["sarif"]).values()
    return data


def _init(arguments: argparse.Namespace, console: Console) -> int:
    written = entrances.write(commands.root(arguments))
    console.lines(f"{text.line(path)}: {said}" for path, said in written.items())
    return FAILED if any(said not in entrances.FINE for said in written.values()) else GREEN


def _found(arguments: argparse.Namespace) -> _Found:
    """The agents of a commit; without git only the built-in ones, and the reason."""
    root = commands.root(arguments)
    user = (roster.user(Path.home()),) if arguments.user_agents else ()
    built_in = Roster(agents=roster.builtin())
    try:
        project = roster.of(git.repository(root), arguments.base or _HEAD)
    except git.GitError as error:
        if arguments.base:
            raise
        note = f"no agent file counts before it is committed: {error.sentence}"
        return _Found(roster.merged(*user, built_in), (note,))
    own = Roster(agents=tuple(one for one in project.agents if one.origin == "project"))
    notes = () if arguments.base else tuple(_uncommitted(own, roster.here(root)))
    findings = Roster(findings=project.findings)
    return _Found(roster.merged(findings, own, *user, built_in), notes)


def _uncommitted(committed: Roster, here: Roster) -> Iterator[str]:
    if committed.agents != here.agents:
        yield f"the agent files on disk differ from those of {_HEAD}, which are the ones that count"


def _on_disk(arguments: argparse.Namespace) -> _Found:
    user = (roster.user(Path.home()),) if arguments.user_agents else ()
    return _Found(roster.merged(roster.here(commands.root(arguments)), *user), ())


_ACTIONS: dict[str, Callable[[argparse.Namespace, Console], int]] = {
    "list": _list,
    "validate": _validate,
    "show": _show,
    "init": _init,
    "runs": agent_runs.listed,
    "resume": agent_runs.resume,
    "clean": agent_runs.clean,
}
