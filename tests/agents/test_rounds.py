"""What follows an attempt, by values alone: retries, rebases, repair rounds, breakers and budgets."""

import pytest
from msgspec.structs import replace

from eee_ci.agent import Agent, Backend, Item, Limits, Result, Stopped, Tokens, Told
from eee_ci.agents import budgets, monitor, rounds
from eee_ci.agents.monitor import Row, Snapshot
from eee_ci.agents.work import Decision, Ended, Spent, Work
from eee_ci.config.agents import Agents, Total
from tests.agents.verdicts import finding

BACKEND = Backend(name="mine", kind="command")
WORK = Work(
    item=Item(id="01", agent="a", title="t", task="t"),
    agent=Agent(name="a", description="d"),
    backend=BACKEND,
    limits=Limits(),
    base="base",
    start="base",
)
FIXER = replace(WORK, backend=Backend(name="fixers", kind="fixers"))
REJECTED = Decision(end="rejected", reasons=("1 new finding",), left=(finding("left"),))


def told(status: Stopped = "error", **more: object) -> Told:
    return Told(**{"status": status, **more})  # type: ignore[arg-type]  # fields of the tests


def test_only_trouble_that_passes_is_tried_again_and_only_so_often() -> None:
    again = rounds.retried(WORK, told(transient=True))
    assert again is not None
    assert (again.attempt, again.retries, again.round) == (2, 1, 1)
    assert rounds.retried(WORK, told()) is None
    assert rounds.retried(replace(WORK, retries=rounds.RETRIES), told(transient=True)) is None
    assert rounds.retried(WORK, told("budget", transient=True)) is None


def test_the_pauses_grow_and_are_not_all_alike() -> None:
    assert [rounds.pause(times, 0.0) for times in (1, 2, 3, 9)] == [0.5, 2.0, 8.0, 30.0]
    assert rounds.pause(1, 1.0) == 1.0


def test_a_conflict_is_worked_at_again_on_the_tip_at_most_twice() -> None:
    again = rounds.rebased(WORK, "tip")
    assert again is not None
    assert (again.base, again.start, again.conflicts, again.attempt) == ("tip", "tip", 1, 2)
    assert rounds.rebased(replace(WORK, conflicts=rounds.REBASES), "tip") is None


def test_a_rejected_patch_is_mended_from_where_it_is() -> None:
    again = rounds.repaired(WORK, REJECTED, "candidate", 1)
    assert again is not None
    assert (again.round, again.base, again.start) == (2, "base", "candidate")
    assert again.findings == REJECTED.left
    assert "- 1 new finding" in again.hint
    assert rounds.repaired(again, REJECTED, "candidate", 1) is None


@pytest.mark.parametrize(
    ("work", "decision"),
    [
        (FIXER, REJECTED),
        (WORK, replace(REJECTED, end="tampered")),
        (WORK, replace(REJECTED, end="accepted")),
        (WORK, replace(REJECTED, end="unverified")),
    ],
)
def test_others_get_no_second_chance(work: Work, decision: Decision) -> None:
    assert rounds.repaired(work, decision, "candidate", 3) is None


def test_what_all_attempts_took_is_one_sum_and_the_unknown_stays_unknown() -> None:
    def ended(cpu: float | None, peak: int | None) -> Ended:
        return Ended(work=WORK, told=told(), spent=Spent(seconds=1.5, cpu=cpu, peak=peak))

    assert rounds.Tally().plus(ended(None, None)) == rounds.Tally(seconds=1.5)
    both = rounds.Tally().plus(ended(1.0, 5)).plus(ended(2.0, 3))
    assert both == rounds.Tally(seconds=3.0, cpu=3.0, peak=5)


def test_findings_are_known_again_on_changed_lines() -> None:
    old = finding("old", message="os unused")
    now = finding("new", message="os unused")
    other = finding("other")
    assert rounds.present([old, other], [now, other]) == (now, other)
    assert rounds.present([old], [finding("x", message="sys unused")]) == ()


def result(end: str, reason: str = "", **more: object) -> Result:
    fields = {"item": "i", "agent": "a", "end": end, "told": told(reason=reason or None), **more}
    return Result(**fields)  # type: ignore[arg-type]  # fields of the tests


def test_a_backend_that_gets_nowhere_is_not_asked_any_more() -> None:
    breaker = budgets.Breaker()
    for end in ("rejected", "no-op"):
        breaker.note(BACKEND, result(end))
    assert breaker.open == {}
    breaker.note(BACKEND, result("budget"))
    assert breaker.open == {"mine": "nothing came of its last 3 items"}


def test_progress_makes_good_again() -> None:
    breaker = budgets.Breaker()
    for end in ("rejected", "no-op", "accepted", "rejected", "no-op", "unverified", "skipped", "conflict"):
        breaker.note(BACKEND, result(end))
    assert breaker.open == {}


def test_the_same_error_twice_is_enough_but_not_of_fixers() -> None:
    breaker = budgets.Breaker()
    for backend in (BACKEND, FIXER.backend):
        for _ in range(2):
            breaker.note(backend, result("failed", "no key"))
    assert breaker.open == {"mine": "it failed twice in the same way: no key"}


def test_budgets_of_the_run_count_what_is_told() -> None:
    spoken = [told(usd=1.0, tokens=Tokens(input=5, output=5)), told()]
    assert budgets.over(Total(), spoken, 9e9) is None
    assert budgets.over(Total(usd=1.0, tokens=10, seconds=5), spoken, 5.0) is None
    assert budgets.over(Total(usd=0.5), spoken, 0) == "the run used 1.00 USD, and may use 0.50 USD"
    assert budgets.over(Total(tokens=9), spoken, 0) == "the run used 10 tokens, and may use 9 tokens"
    assert budgets.over(Total(seconds=5), [], 6.0) == "the run used 6 s, and may use 5 s"


def test_the_pool_is_bounded_by_the_config(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eee_ci.environment.cores", lambda: 8)
    monkeypatch.setattr("eee_ci.environment.memory", lambda: 4 << 30)
    assert budgets.room(Agents(max_agents=3)) == 3
    assert budgets.room(Agents(max_agents=64)) == 8
    assert budgets.room(Agents(max_agents=64, limits=Limits(memory=1 << 30))) == 4
    monkeypatch.setattr("eee_ci.environment.memory", lambda: 1)
    assert budgets.room(Agents()) == 1
    monkeypatch.setattr("eee_ci.environment.memory", lambda: None)
    assert budgets.room(Agents(max_agents=2)) == 2


def test_the_monitor_counts_items_and_calls_the_unknown_unknown() -> None:
    working = Row(item="01-a", state="working", seconds=2.4, limit=60, cpu=1.25, memory=3 << 20, last="Edit")
    known = Row(item="02-b", state="gates", seconds=1, tokens=7, usd=0.5)
    rows = (working, known, Row(item="03", state="waiting"), Row(item="04", state="done", end="accepted"))
    assert list(monitor.lines(Snapshot(done=1, total=4, retries=2, conflicts=1, rows=rows))) == [
        "agents: 1 of 4 items done, 1 waiting, 2 retries, 1 conflict",
        "  01-a working, 2 of 60 s, CPU 1.2 s, 3 MiB, unknown tokens, unknown USD, Edit",
        "  02-b gates, 1 s, CPU unknown, memory unknown, 7 tokens, 0.50 USD",
    ]
