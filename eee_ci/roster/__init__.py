"""The agents that there are: files of `.claude/agents`, read as of a commit, and the built-in ones.

A file that is no agent, or not as it is written, is a finding; never an end, never silence.
"""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from eee_ci import files as disk
from eee_ci import git
from eee_ci.agent import Agent, Origin
from eee_ci.model import Finding, Noun
from eee_ci.roster import agents, committed, documents, rules
from eee_ci.roster.rules import Desk

FOLDER = committed.FOLDER
_EVERY = "**/*.md"
_HERE = Path(__file__).parent
_BUILT_IN = _HERE / "builtin"
# Files by which a coding agent finds eee-ci, by where they belong in a project.
ENTRANCES = {
    ".claude/commands/enterprise.md": _HERE / "entrances" / "enterprise.md",
    ".claude/skills/eee-ci/SKILL.md": _HERE / "entrances" / "SKILL.md",
}


class Roster(Noun, frozen=True, kw_only=True):
    """Agents by name, and what is wrong with files."""

    agents: tuple[Agent, ...] = ()
    findings: tuple[Finding, ...] = ()


def read(files: Mapping[str, bytes], *, origin: Origin = "project") -> Roster:
    """The agents of files given by path. Of two with one name the first by path counts."""
    seen: dict[str, Agent] = {}
    findings: list[Finding] = []
    for path in sorted(files):
        desk = Desk(path)
        agent = agents.agent(files[path], desk, origin=origin)
        if agent is not None and agent.name in seen:
            first = seen[agent.name].path
            desk.say("duplicate-name", f"name: '{agent.name}' is that of {first} already; it is skipped")
        elif agent is not None:
            seen[agent.name] = agent
        findings += desk.findings()
    return Roster(agents=tuple(seen[name] for name in sorted(seen)), findings=tuple(findings))


def of(repo: git.Repository, base: str) -> Roster:
    """The project's agents as of a commit, and the built-in ones that none of them replaces."""
    found = committed.files(repo, base)
    return merged(_with(read(found.files), found.findings), Roster(agents=builtin()))


def here(root: Path) -> Roster:
    """The project's agents as they lie on disk now, to be validated before they are committed."""
    for place in (committed.ABOVE, FOLDER):
        if (root / place).is_symlink():  # it may lead to anything, and to very much of it
            return Roster(findings=(rules.finding("no-file", place, "is a link; it is skipped"),))
    return _folder(root / FOLDER, f"{FOLDER}/", origin="project")


def user(home: Path) -> Roster:
    """The agents of the user, for those who ask for them; their paths are absolute."""
    return _folder(Path(os.path.realpath(home / FOLDER)), f"{home / FOLDER}/", origin="user")


def builtin() -> tuple[Agent, ...]:
    """The agents that come with eee-ci and need no model."""
    contents = {path.name: path.read_bytes() for path in _BUILT_IN.glob("*.md")}
    return read(contents, origin="built-in").agents


def merged(*rosters: Roster) -> Roster:
    """One roster: of agents with one name the first counts."""
    seen: dict[str, Agent] = {}
    for agent in _all(rosters):
        seen.setdefault(agent.name, agent)
    findings = tuple(finding for roster in rosters for finding in roster.findings)
    return Roster(agents=tuple(seen[name] for name in sorted(seen)), findings=findings)


def _all(rosters: Iterable[Roster]) -> Iterable[Agent]:
    return (agent for roster in rosters for agent in roster.agents)


def _folder(folder: Path, shown: str, *, origin: Origin) -> Roster:
    """Nothing is read through a link, and no more of a file than is needed to know that it is too large."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.glob(_EVERY))
    found = disk.kept(folder, (_EVERY,), documents.LARGEST) if names else {}
    odd = tuple(
        rules.finding("no-file", f"{shown}{name}", "is a link or no regular file; it is skipped")
        for name in names
        if name not in found
    )
    return _with(read({f"{shown}{name}": found[name] for name in found}, origin=origin), odd)


def _with(roster: Roster, findings: tuple[Finding, ...]) -> Roster:
    return Roster(agents=roster.agents, findings=(*findings, *roster.findings))
