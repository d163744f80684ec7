"""What there is to do: how much, how urgent, of which kind. Counted from words and findings, each with its
reason; nothing is guessed."""

import statistics
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import PurePosixPath
from typing import Literal

from eee_ci import text
from eee_ci.agents import lexicon
from eee_ci.history import History
from eee_ci.model import SEVERITIES, Finding, Noun, Tree

Size = Literal["low", "medium", "high"]
Priority = Literal["low", "normal", "high", "critical"]

HISTORY = "agent/"  # before an agent's name, under which the stage keeps what its items cost
NO_BASIS = "no basis"
_MEDIUM, _HIGH = 3, 7  # scores from which a size is called so
_LONG = 60  # words of a task
_FEWEST = 3  # earlier items below which no time is told
_CATEGORIES = {
    "lint": "lint", "format": "format", "types": "types", "security": "security", "tests": "tests",
    "coverage": "tests", "complexity": "complexity", "build": "build",
}  # fmt: skip  # read in rows
_BY_RULE = (  # tools and the beginnings of their rules that are of another kind than their category
    (("ruff", "isort", "flake8"), ("I0", "I1"), "imports"),
    (("ruff", "flake8"), ("ANN",), "types"),
    (("pip-audit", "safety", "osv-scanner", "npm-audit"), ("",), "dependencies"),
)
_STEPS = ((1, 1), (5, 2), (20, 3), (100, 4))  # from so many on, so many points
_LANGUAGES = (".py", ".pyi", ".ts", ".tsx", ".js", ".jsx", ".go", ".rs", ".java", ".rb", ".c", ".cpp", ".cs")
_TO_PRIORITY: dict[str, Priority] = {"critical": "critical", "high": "high", "medium": "normal"}


class Complexity(Noun, frozen=True, kw_only=True):
    """`score` is the sum of what the reasons count."""

    value: Size
    score: int
    reasons: tuple[str, ...] = ()


class Estimate(Noun, frozen=True, kw_only=True):
    """Minutes that one item may take, by earlier ones; None where these are too few."""

    minutes_p50: float | None = None
    minutes_p90: float | None = None
    basis: str = NO_BASIS


class Analysis(Noun, frozen=True, kw_only=True):
    """What there is to do. `domains`: the strongest first; `reasons` say what each, and the priority, is
    known by."""

    task: str | None = None
    complexity: Complexity
    priority: Priority
    domains: tuple[str, ...] = ()
    reasons: dict[str, str] = {}
    signals: dict[str, int] = {}
    estimate: Estimate = Estimate()


def of_task(task: str, tree: Tree, history: History) -> Analysis:
    """A task in free words."""
    words = {name: lexicon.found(task, known) for name, known in lexicon.DOMAINS.items()}
    domains = sorted((name for name in words if words[name]), key=lambda name: (-len(words[name]), name))
    priority, why = _priority(task)
    signals = _tree_signals(tree)
    points = [*_words_weigh(task), *_many("domain", len(domains), ((2, 1), (4, 2)))]
    return Analysis(
        task=task,
        complexity=_complexity(points),
        priority=priority,
        domains=tuple(domains),
        reasons={**{name: _quoted(words[name]) for name in domains}, "priority": why},
        signals=signals,
        estimate=estimate(history),
    )


def of_findings(findings: Sequence[Finding], tree: Tree, history: History) -> Analysis:
    """What gates found."""
    kinds = Counter(domain(finding) for finding in findings)
    rules = Counter(f"{finding.tool} {finding.rule}" for finding in findings)
    paths = {finding.path for finding in findings if finding.path}
    folders = {str(PurePosixPath(path).parent) for path in paths}
    worst = min((finding.severity for finding in findings), key=SEVERITIES.index, default="info")
    points = [
        *_many("finding", len(findings), _STEPS),
        *_many("file", len(paths), _STEPS),
        *_many("rule", len(rules), ((3, 1), (10, 2))),
        *_many("folder", len(folders), ((3, 1), (10, 2))),
        *_many("finding without a file", sum(not one.path for one in findings), ((1, 1),)),
    ]
    said = {name: text.count(number, "finding") for name, number in kinds.items()}
    counts = {"findings": len(findings), "files": len(paths), "folders": len(folders), "rules": len(rules)}
    return Analysis(
        complexity=_complexity(points),
        priority=_TO_PRIORITY.get(worst, "low"),
        domains=tuple(sorted(kinds, key=lambda name: (-kinds[name], name))),
        reasons={**dict(sorted(said.items())), "priority": f"the worst finding is {worst}"},
        signals={**counts, **_tree_signals(tree)},
        estimate=estimate(history),
    )


def domain(finding: Finding) -> str:
    """The kind of work that a finding is."""
    for tools, beginnings, name in _BY_RULE:
        if finding.tool in tools and finding.rule.startswith(beginnings):
            return name
    return _CATEGORIES.get(finding.category, "lint")


def estimate(history: History, agents: Collection[str] | None = None) -> Estimate:
    """Minutes of an item by those that ran to their end before; of some agents, else of all."""
    known = [
        cost.seconds / 60
        for key, costs in sorted(history.gates.items())
        if key.startswith(HISTORY) and (agents is None or key.removeprefix(HISTORY) in agents)
        for cost in costs
        if cost.seconds is not None
    ]
    if len(known) < _FEWEST:
        return Estimate()
    tenths = statistics.quantiles(known, n=10, method="inclusive")
    return Estimate(
        minutes_p50=round(statistics.median(known), 2),
        minutes_p90=round(tenths[-1], 2),
        basis=f"{len(known)} earlier items",
    )


def lines(analysis: Analysis) -> Iterator[str]:
    """The analysis for people."""
    size = analysis.complexity
    yield f"complexity: {size.value} (score {size.score}: {'; '.join(size.reasons) or 'nothing adds to it'})"
    yield f"priority: {analysis.priority} ({analysis.reasons['priority']})"
    told = [f"{name} ({analysis.reasons[name]})" for name in analysis.domains]
    yield f"domains: {', '.join(told) or 'none is known by its words'}"
    one = analysis.estimate
    times = f"{one.minutes_p50} min in the middle, {one.minutes_p90} min at the long end, by "
    yield f"an item takes: {'' if one.minutes_p50 is None else times}{one.basis}"


def _complexity(points: Iterable[tuple[int, str]]) -> Complexity:
    counted = [(number, why) for number, why in points if number]
    score = max(sum(number for number, _ in counted), 0)
    value: Size = "high" if score >= _HIGH else "medium" if score >= _MEDIUM else "low"
    return Complexity(
        value=value, score=score, reasons=tuple(f"{why} {number:+d}" for number, why in counted)
    )


def _many(noun: str, number: int, steps: Sequence[tuple[int, int]]) -> Iterator[tuple[int, str]]:
    reached = [points for least, points in steps if number >= least]
    if reached:
        first, _, rest = noun.partition(" ")
        yield reached[-1], f"{text.count(number, first)} {rest}".strip()


def _words_weigh(task: str) -> Iterator[tuple[int, str]]:
    large, small = lexicon.found(task, lexicon.LARGE), lexicon.found(task, lexicon.SMALL)
    yield 2 * min(len(large), 3), _quoted(large)
    yield -min(len(small), 2), _quoted(small)
    words = len(task.split())
    yield min(words // _LONG, 3), f"{words} words"


def _priority(task: str) -> tuple[Priority, str]:
    known: tuple[Priority, ...] = ("critical", "high", "low")
    for name in known:
        if said := lexicon.found(task, lexicon.PRIORITIES[name]):
            return name, _quoted(said)
    return "normal", "no word says otherwise"


def _quoted(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)


def _tree_signals(tree: Tree) -> dict[str, int]:
    """What is known of the tree: its size, the languages by their endings, what changed."""
    endings = Counter(PurePosixPath(path).suffix for path in tree.files)
    languages = {f"files {name}": number for name, number in sorted(endings.items()) if name in _LANGUAGES}
    return {"files in the tree": len(tree.files), "changed files": len(tree.changed), **languages}
