"""What there is to do is counted from whole words and from findings, with reasons."""

import pytest

from eee_ci.agents import analysis, lexicon
from eee_ci.agents.analysis import Analysis, Complexity, Estimate
from eee_ci.history import History
from eee_ci.model import Cost
from tests.agents.work import NEVER, TREE, finding, past


def domains(task: str) -> tuple[str, ...]:
    return analysis.of_task(task, TREE, NEVER).domains


@pytest.mark.parametrize(
    ("task", "known"),
    [
        ("Build it", ("build",)),
        ("the latest suite of guides", ()),
        ("Greatest attestation", ()),
        ("fix the tests", ("tests",)),
        ("fix e2e-tests, then the UI", ("interface", "tests")),
        ("add type-hints and type_annotations", ("types",)),
        ("isort the imports; reformat", ("imports", "format")),
        ("the rest of the date format", ()),
        ("", ()),
    ],
)
def test_domains_are_known_by_whole_words(task: str, known: tuple[str, ...]) -> None:
    assert domains(task) == known


@pytest.mark.parametrize("domain", lexicon.DOMAINS)
def test_a_word_within_a_word_says_nothing(domain: str) -> None:
    for word in lexicon.DOMAINS[domain]:
        assert domains(f"x{word}x") == ()
        assert domain in domains(f"please: {word.upper()}!")


def test_a_task_is_told_with_its_reasons() -> None:
    task = "Urgent: rewrite the whole API and its tests"
    assert analysis.of_task(task, TREE, NEVER) == Analysis(
        task=task,
        complexity=Complexity(value="medium", score=5, reasons=("'rewrite', 'whole' +4", "2 domains +1")),
        priority="high",
        domains=("api", "tests"),
        reasons={"api": "'api'", "tests": "'test'", "priority": "'urgent'"},
        signals={"files in the tree": 3, "changed files": 1, "files .py": 2, "files .ts": 1},
        estimate=Estimate(),
    )


@pytest.mark.parametrize(
    ("task", "value", "score"),
    [
        ("fix a typo in a comment", "low", 0),
        ("rewrite and redesign", "medium", 4),
        ("rewrite, redesign and migrate the tests and docs", "high", 7),
        ("word " * 200, "medium", 3),
    ],
)
def test_the_size_of_a_task_is_counted(task: str, value: str, score: int) -> None:
    found = analysis.of_task(task, TREE, NEVER).complexity
    assert (found.value, found.score) == (value, score)


@pytest.mark.parametrize(
    ("task", "priority"),
    [
        ("production down, minor", "critical"),
        ("a blocker", "high"),
        ("cosmetic", "low"),
        ("prioritise", "normal"),
    ],
)
def test_the_priority_of_a_task_is_its_most_urgent_word(task: str, priority: str) -> None:
    assert analysis.of_task(task, TREE, NEVER).priority == priority


def test_findings_are_told_with_their_reasons() -> None:
    findings = [
        finding(),
        finding(path="b.py", severity="high"),
        finding("I001", "web/x.py"),
        finding("v1", None, tool="pip-audit", category="security"),
    ]
    assert analysis.of_findings(findings, TREE, NEVER) == Analysis(
        complexity=Complexity(
            value="medium",
            score=4,
            reasons=("4 findings +1", "3 files +1", "3 rules +1", "1 finding without a file +1"),
        ),
        priority="high",
        domains=("lint", "dependencies", "imports"),
        reasons={
            "lint": "2 findings",
            "dependencies": "1 finding",
            "imports": "1 finding",
            "priority": "the worst finding is high",
        },
        signals={
            "findings": 4,
            "files": 3,
            "folders": 2,
            "rules": 3,
            "files in the tree": 3,
            "changed files": 1,
            "files .py": 2,
            "files .ts": 1,
        },
    )


@pytest.mark.parametrize(
    ("severity", "priority"),
    [("critical", "critical"), ("high", "high"), ("medium", "normal"), ("low", "low"), ("info", "low")],
)
def test_the_priority_of_findings_is_that_of_the_worst(severity: str, priority: str) -> None:
    found = analysis.of_findings([finding(severity=severity), finding(severity="info")], TREE, NEVER)
    assert found.priority == priority


def test_no_findings_are_no_work() -> None:
    found = analysis.of_findings([], TREE, NEVER)
    assert (found.complexity.score, found.priority, found.domains) == (0, "low", ())


@pytest.mark.parametrize(
    ("tool", "rule", "category", "domain"),
    [
        ("ruff", "F401", "lint", "lint"),
        ("ruff", "I001", "lint", "imports"),
        ("ruff", "ICN001", "lint", "lint"),
        ("ruff", "ANN201", "lint", "types"),
        ("ruff-format", "format", "format", "format"),
        ("mypy", "arg-type", "types", "types"),
        ("pip-audit", "CVE-1", "security", "dependencies"),
        ("bandit", "B101", "security", "security"),
        ("pytest", "fail", "coverage", "tests"),
        ("x", "I001", "other", "lint"),
    ],
)
def test_a_finding_belongs_to_a_domain(tool: str, rule: str, category: str, domain: str) -> None:
    assert analysis.domain(finding(rule, tool=tool, category=category)) == domain


def test_time_is_told_by_earlier_items_alone() -> None:
    history = past(a=[(60.0, False), (120.0, False)], b=[(180.0, True), (240.0, False)])
    gates = {**history.gates, "lint": (Cost(seconds=9999.0),) * 9, "agent/c": (Cost(),)}
    told = analysis.estimate(History(gates=gates))
    assert told == Estimate(minutes_p50=2.5, minutes_p90=3.7, basis="4 earlier items")


def test_too_few_items_are_no_basis() -> None:
    assert analysis.estimate(past(a=[(60.0, False)] * 2)) == Estimate(basis="no basis")


def test_time_can_be_that_of_some_agents() -> None:
    history = past(a=[(60.0, False)] * 3, b=[(600.0, False)] * 3)
    assert analysis.estimate(history, {"a"}).minutes_p90 == 1.0
    assert analysis.estimate(history, set()).basis == "no basis"


def test_an_analysis_reads_as_lines() -> None:
    told = analysis.of_task("fix the tests", TREE, past(a=[(60.0, False)] * 3))
    assert list(analysis.lines(told)) == [
        "complexity: low (score 0: nothing adds to it)",
        "priority: normal (no word says otherwise)",
        "domains: tests ('test')",
        "an item takes: 1.0 min in the middle, 1.0 min at the long end, by 3 earlier items",
    ]
    bare = analysis.of_task("do it", TREE, NEVER)
    assert list(analysis.lines(bare))[2:] == [
        "domains: none is known by its words",
        "an item takes: no basis",
    ]
