"""Every agent has a score with reasons; each domain goes to the best one that can."""

import pytest

from eee_ci import roster
from eee_ci.agent import Agent
from eee_ci.agents import analysis, selection
from eee_ci.agents.selection import Row, Selection
from eee_ci.errors import UsageError
from tests.agents.work import NEVER, TREE, agent, finding, past

LINTER = agent("lint-master", "Mends what ruff finds.")
TESTER = agent("test-writer", "Writes tests with pytest.")
GENERALIST = agent("helper", "Does lint and docs.")
AGENTS = (LINTER, TESTER, GENERALIST)


def choose(task: str, *agents: Agent, names: tuple[str, ...] = (), **other: object) -> Selection:
    told = analysis.of_task(task, TREE, NEVER)
    return selection.choose(told, agents or AGENTS, names, **other)  # type: ignore[arg-type] # as a caller may


def test_each_domain_goes_to_the_agent_that_fits_best() -> None:
    found = choose("fix lint and tests and docs")
    assert found.domains == {
        "documentation": "helper",
        "lint": "lint-master",
        "tests": "test-writer",
    }
    assert found.chosen == (TESTER, LINTER, GENERALIST)
    assert found.notes == ()


def test_the_table_has_a_row_with_reasons_for_every_agent() -> None:
    found = choose("fix lint", LINTER, TESTER, GENERALIST)
    assert found.table == (
        Row(
            agent="lint-master",
            score=4.0,
            domains=("lint",),
            reasons=("lint: 'lint' in its name and 'ruff' in its description +4.0",),
        ),
        Row(agent="helper", score=1.0, reasons=("lint: 'lint' in its description +1.0",)),
        Row(agent="test-writer", score=0.0),
    )
    assert list(selection.lines(found)) == [
        "    4.0  lint-master  chosen for lint (lint: 'lint' in its name and 'ruff' in its description +4.0)",
        "    1.0  helper       not chosen (lint: 'lint' in its description +1.0)",
        "    0.0  test-writer  not chosen (no word in common)",
    ]


def test_ties_go_by_name() -> None:
    twins = (agent("b-lint", "x"), agent("a-lint", "x"))
    assert [one.name for one in choose("lint", *twins).chosen] == ["a-lint"]


def test_a_word_within_a_word_of_a_description_says_nothing() -> None:
    found = choose("the ui", agent("builder", "Builds the latest guide, quite suitable."))
    assert (found.chosen, found.notes) == ((), ("no agent for interface",))


def test_no_match_is_nothing_chosen() -> None:
    found = choose("tune the database")
    assert (found.chosen, found.domains, found.notes) == ((), {}, ("no agent for database",))


def test_a_task_of_no_domain_goes_by_words_in_common() -> None:
    poet = agent("poet", "Composes haiku about mountains")
    assert choose("compose a haiku about mountains", LINTER, poet).chosen == (poet,)
    found = choose("mountains", LINTER, poet)
    assert (found.chosen, found.notes) == ((), ("no agent matches the words of the task",))


@pytest.mark.parametrize(
    "fields",
    [
        {"tools": ("Read", "Grep")},
        {"tools": ()},
        {"tools": ("Read", "Edit"), "denied": ("Edit",)},
        {"denied": ("Edit", "Write", "MultiEdit", "NotebookEdit", "Bash")},
    ],
)
def test_who_may_change_no_file_is_not_chosen(fields: dict[str, tuple[str, ...]]) -> None:
    found = choose("lint", agent("lint-reader", "", **fields), GENERALIST)
    assert found.chosen == (GENERALIST,)
    (row,) = [row for row in found.table if row.agent == "lint-reader"]
    assert row.unable == "its tools change no file"


@pytest.mark.parametrize(
    "fields", [{"tools": ("Bash(sed:*)",)}, {"denied": ("Edit", "Bash(rm:*)")}, {"tools": ("Write",)}]
)
def test_who_may_change_some_file_can_be_chosen(fields: dict[str, tuple[str, ...]]) -> None:
    assert [one.name for one in choose("lint", agent("lint-x", "", **fields)).chosen] == ["lint-x"]


def test_who_cannot_run_is_not_chosen_and_it_says_why() -> None:
    found = choose("lint", LINTER, GENERALIST, unable={"lint-master": "has no backend"})
    assert found.chosen == (GENERALIST,)
    assert "lint-master  has no backend" in "\n".join(selection.lines(found))


def test_past_success_decides_between_equals() -> None:
    twins = (agent("a-lint", "x"), agent("b-lint", "x"))
    history = past(a_lint=[(1.0, True)] * 3, b_lint=[(1.0, False)] * 3)
    found = choose("lint", *twins, history=history)
    assert [one.name for one in found.chosen] == ["b-lint"]
    assert [row.reasons[1:] for row in found.table] == [
        ("3 of 3 earlier items accepted +1.0",),
        ("0 of 3 earlier items accepted -1.0",),
    ]


def test_past_success_makes_no_match() -> None:
    assert choose("tests", LINTER, history=past(lint_master=[(1.0, False)] * 9)).chosen == ()


def test_who_is_named_is_chosen_and_nobody_else() -> None:
    found = choose("lint", names=("helper",))
    assert (found.chosen, found.domains) == ((GENERALIST,), {"lint": "helper"})


def test_who_is_named_does_what_nobody_named_fits() -> None:
    found = choose("tune the database", names=("test-writer",))
    assert (found.chosen, found.domains) == ((TESTER,), {"database": "test-writer"})


def test_named_agents_come_in_the_order_of_their_names_in_the_question() -> None:
    found = choose("lint and tests", names=("test-writer", "lint-master", "helper"))
    assert found.chosen == (TESTER, LINTER)
    assert found.notes == ("helper: the others that are named fit better",)


def test_who_is_named_but_cannot_run_is_not_chosen() -> None:
    found = choose("lint", names=("lint-master",), unable={"lint-master": "has no backend"})
    assert (found.chosen, found.notes) == ((), ("no agent for lint", "lint-master: has no backend"))


def test_a_name_that_nobody_has_is_an_error_with_the_near_miss() -> None:
    with pytest.raises(UsageError) as caught:
        choose("lint", names=("lint-mastr",))
    assert caught.value.message == "there is no agent 'lint-mastr' (did you mean 'lint-master'?)"


def test_the_built_in_agents_fit_the_findings_that_they_mend() -> None:
    findings = [
        finding(),
        finding("I001"),
        finding("ANN201"),
        finding("x", tool="ruff-format", category="format"),
        finding("CVE-1", tool="pip-audit", category="security"),
        finding("B1", tool="bandit", category="security"),
    ]
    found = selection.choose(analysis.of_findings(findings, TREE, NEVER), roster.builtin())
    assert found.domains == {
        "dependencies": "dependency-fixer",
        "format": "formatter",
        "imports": "import-sorter",
        "lint": "lint-fixer",
        "types": "type-hint-fixer",
    }
    assert found.notes == ("no agent for security",)


def test_without_agents_nothing_is_chosen() -> None:
    told = analysis.of_task("lint", TREE, NEVER)
    assert selection.choose(told, ()) == Selection(notes=("no agent for lint",))
