"""Who does it: every agent is scored with reasons, each domain goes to its best one."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from eee_ci import text
from eee_ci.agent import Agent
from eee_ci.agents import lexicon
from eee_ci.agents.analysis import HISTORY, Analysis
from eee_ci.errors import UsageError
from eee_ci.history import History
from eee_ci.model import Noun

GENERAL = "general"  # the domain of a task whose words tell none
_IN_NAME, _IN_DESCRIPTION, _SHARED, _PAST = 3.0, 1.0, 0.5, 1.0
_MOST = 3  # words of a description that count
_LEAST_SHARED = 2  # words in common, below which a task of no domain is nobody's
_CHANGING = ("Edit", "Write", "MultiEdit", "NotebookEdit", "Bash")


class Row(Noun, frozen=True, kw_only=True):
    """One line of the score table. `unable` says why the agent cannot be chosen at all."""

    agent: str
    score: float
    domains: tuple[str, ...] = ()  # those that it is chosen for
    reasons: tuple[str, ...] = ()
    unable: str | None = None


class Selection(Noun, frozen=True, kw_only=True):
    """The chosen agents, best first, or as they were asked for; which of them has which domain; the score
    table of all. Nothing chosen is a skip; `notes` say what nobody does."""

    chosen: tuple[Agent, ...] = ()
    domains: dict[str, str] = {}
    table: tuple[Row, ...] = ()
    notes: tuple[str, ...] = ()


class _Score(Noun, frozen=True, kw_only=True):
    agent: Agent
    fits: dict[str, float]  # by domain, only where it fits
    more: float  # for all of them
    reasons: tuple[str, ...]
    unable: str | None


def choose(
    analysis: Analysis,
    agents: Sequence[Agent],
    names: Sequence[str] = (),
    *,
    history: History | None = None,
    unable: Mapping[str, str] | None = None,
) -> Selection:
    """For each domain the agent that fits best; of those that are named, where some are. `unable` says of
    agents why they cannot run, such as the lack of a backend."""
    _refuse_unknown(names, agents)
    asked = [agent for agent in agents if not names or agent.name in names]
    domains = analysis.domains or (GENERAL,)
    scores = [_score(agent, analysis, domains, history or History(), unable or {}) for agent in asked]
    able = [score for score in scores if score.unable is None]
    best = {name: one for name in domains if (one := _best(name, able, named=bool(names))) is not None}
    chosen = {score.agent.name: score.agent for score in best.values()}
    order = [name for name in names if name in chosen] if names else _by_score(able, chosen)
    rows = [_row(score, [name for name, one in best.items() if one is score]) for score in scores]
    return Selection(
        chosen=tuple(chosen[name] for name in dict.fromkeys(order)),
        domains={name: one.agent.name for name, one in best.items()},
        table=tuple(sorted(rows, key=lambda row: (-row.score, row.agent))),
        notes=tuple(_notes(domains, best, rows, names)),
    )


def lines(selection: Selection) -> Iterator[str]:
    """The score table for people, and what nobody does."""
    width = max((len(row.agent) for row in selection.table), default=0)
    for row in selection.table:
        mark = f"chosen for {', '.join(row.domains)}" if row.domains else row.unable or "not chosen"
        why = "; ".join(row.reasons) or "no word in common"
        yield f"  {row.score:5.1f}  {text.line(row.agent):{width}}  {text.line(mark)} ({text.line(why)})"
    yield from (f"  {text.line(note)}" for note in selection.notes)


def _refuse_unknown(names: Collection[str], agents: Sequence[Agent]) -> None:
    from eee_ci.config.words import near

    known = [agent.name for agent in agents]
    for name in names:
        if name not in known:
            raise UsageError(
                f"there is no agent {text.line(name)!r}{near(name, known)}",
                "`eee-ci agents list` shows which there are",
            )


def _score(
    agent: Agent, analysis: Analysis, domains: Sequence[str], history: History, unable: Mapping[str, str]
) -> _Score:
    fits, reasons = dict[str, float](), list[str]()
    for name in domains:
        points, why = _fit(agent, name, analysis.task)
        if points:
            fits[name] = points
            reasons.append(f"{name}: {why} {points:+.1f}")
    more, whence = _past(agent, history)
    return _Score(
        agent=agent,
        fits=fits,
        more=more if fits else 0.0,
        reasons=(*reasons, *((whence,) if whence and fits else ())),
        unable=unable.get(agent.name) or _hindered(agent),
    )


def _fit(agent: Agent, name: str, task: str | None) -> tuple[float, str]:
    """How well an agent fits a domain, by its own words."""
    if name == GENERAL:
        shared = sorted(lexicon.telling(task or "") & lexicon.telling(f"{agent.name} {agent.description}"))
        enough = len(shared) >= _LEAST_SHARED
        return (_SHARED * len(shared), f"shares {', '.join(shared)}") if enough else (0.0, "")
    known = dict.fromkeys((name, *lexicon.DOMAINS[name]))
    in_name = lexicon.found(agent.name, known)[:1]
    in_words = lexicon.found(agent.description, known)[:_MOST]
    said = [f"'{word}' in its name" for word in in_name]
    said += [f"{', '.join(map(repr, in_words))} in its description"] if in_words else []
    return _IN_NAME * len(in_name) + _IN_DESCRIPTION * len(in_words), " and ".join(said)


def _past(agent: Agent, history: History) -> tuple[float, str]:
    known = history.failed.get(f"{HISTORY}{agent.name}", ())
    if not known:
        return 0.0, ""
    points = _PAST * (1.0 - 2.0 * history.failing(f"{HISTORY}{agent.name}"))
    return points, f"{known.count(False)} of {len(known)} earlier items accepted {points:+.1f}"


def _hindered(agent: Agent) -> str | None:
    """Can it change a file at all?"""
    denied = {word.partition("(")[0] for word in agent.denied if "(" not in word}
    may = _CHANGING if agent.tools is None else {word.partition("(")[0] for word in agent.tools}
    return None if (set(_CHANGING) & set(may)) - denied else "its tools change no file"


def _best(name: str, scores: Sequence[_Score], *, named: bool) -> _Score | None:
    """Ties go by name. Who is named does what nobody else fits."""
    fitting = [score for score in scores if name in score.fits] or (list(scores) if named else [])
    return min(
        fitting, key=lambda score: (-score.fits.get(name, 0.0) - score.more, score.agent.name), default=None
    )


def _total(score: _Score) -> float:
    return round(sum(score.fits.values()) + score.more, 2)


def _by_score(scores: Sequence[_Score], chosen: Collection[str]) -> list[str]:
    ranked = sorted(scores, key=lambda score: (-_total(score), score.agent.name))
    return [score.agent.name for score in ranked if score.agent.name in chosen]


def _row(score: _Score, domains: Sequence[str]) -> Row:
    return Row(
        agent=score.agent.name,
        score=_total(score),
        domains=tuple(domains),
        reasons=score.reasons,
        unable=score.unable,
    )


def _notes(
    domains: Sequence[str], best: Mapping[str, _Score], rows: Sequence[Row], names: Collection[str]
) -> Iterator[str]:
    for name in domains:
        if name not in best:
            yield f"no agent for {name}" if name != GENERAL else "no agent matches the words of the task"
    for row in rows:
        if row.agent in names and not row.domains:
            yield f"{row.agent}: {row.unable or 'the others that are named fit better'}"
