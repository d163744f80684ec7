"""The story of a run, told with a scripted executor: order, needs, retries, signals; what is never green."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import msgspec
import pytest

from eee_ci import history, pipeline, tree
from eee_ci.config import Config
from eee_ci.model import Command, Gate, Limit, Mode, Outcome, Ran, Run, Step, Verdict
from eee_ci.pipeline import dispatch
from eee_ci.plan import Job, Plan
from eee_ci.ports import Place, Site

GOOD = Outcome(steps=(Ran(argv=("tool",), exit=0),), seconds=1.0, cpu=0.5)
BAD = Outcome(steps=(Ran(argv=("tool",), exit=1, stderr=b"it went wrong\n"),), seconds=1.0)


class Script:
    """An executor that answers from a script, one job at a time, and keeps the order of what it was given."""

    def __init__(
        self, answers: dict[str, list[Outcome]], *, touch: Callable[[], None] = lambda: None
    ) -> None:
        self.answers, self.touch = answers, touch
        self.order: list[str] = []
        self.most = 0
        self.stops: list[bool] = []
        self.waiting: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self.waiting == []

    def warm(self) -> None:
        raise AssertionError("the story of a run does not care")

    def submit(self, job: str, command: Command, place: Place) -> None:
        assert command.steps
        assert place.cache.endswith(job)
        self.order.append(job)
        self.waiting.append(job)
        self.most = max(self.most, len(self.waiting))

    def collect(self, timeout: float | None) -> list[tuple[str, Outcome]]:
        assert timeout is not None
        self.touch()
        job = self.waiting.pop(0)
        if self.stops:
            return [(job, Outcome(problem="it was stopped"))]
        queue = self.answers.get(job, [GOOD])
        return [(job, queue.pop(0) if len(queue) > 1 else queue[0])]

    def stop(self, *, now: bool) -> None:
        self.stops.append(now)


class Onlooker:
    def __init__(self) -> None:
        self.seen: list[str] = []

    def started(self, gate: str) -> None:
        self.seen.append(f"{gate} started")

    def ended(self, verdict: Verdict) -> None:
        self.seen.append(f"{verdict.gate} {verdict.status}")

    def beat(self, running: tuple[tuple[str, float], ...]) -> None:
        assert all(spent >= 0 for _, spent in running)


class Caught:
    def __init__(self, first: int | None = None) -> None:
        self.first = first
        self.count = 0 if first is None else 1


def job(root: Path, name: str, *needs: str, retries: int = 0, mode: Mode = "block", **extra: object) -> Job:
    gate = Gate(id=name, tool="command", needs=needs, retries=retries, mode=mode, options={"run": ["tool"]})
    site = Site(root=str(root), python="python", python_version=(3, 11), tools={})
    made = Job(
        gate=gate, limits={"exit": Limit(max=0)}, site=site, command=Command(steps=(Step(argv=("tool",)),))
    )
    return msgspec.structs.replace(made, **extra)


def run(
    root: Path,
    *jobs: Job,
    script: Script | None = None,
    signals: Caught | None = None,
    cores: int = 2,
    fail_fast: bool = False,
    **extra: Any,
) -> Run:
    plan = planned(root, *jobs, cores=cores, **extra)
    return pipeline.run(
        plan, script or Script({}), watch=Onlooker(), signals=signals or Caught(), fail_fast=fail_fast
    )


def planned(root: Path, *jobs: Job, cores: int, **extra: Any) -> Plan:
    return Plan(
        root=str(root),
        config=Config(source="a test", digest="d", gates=tuple(j.gate for j in jobs)),
        tree=tree.snapshot(root),
        python="python",
        python_version="3.11.0",
        cores=cores,
        jobs=jobs,
        **extra,
    )


def statuses(result: Run) -> dict[str, str]:
    return {verdict.gate: verdict.status for verdict in result.verdicts}


def test_all_gates_green_is_exit_0(tmp_path: Path) -> None:
    result = run(tmp_path, job(tmp_path, "a"), job(tmp_path, "b"))
    assert (result.exit_code, statuses(result), result.complete) == (0, {"a": "passed", "b": "passed"}, True)


def test_a_failing_gate_is_exit_1_and_keeps_what_it_said(tmp_path: Path) -> None:
    result = run(tmp_path, job(tmp_path, "a"), script=Script({"a": [BAD]}))
    assert result.exit_code == 1
    assert result.verdicts[0].log == "it went wrong"


def test_lines_that_a_logger_marks_as_debug_are_no_part_of_the_log(tmp_path: Path) -> None:
    loud = msgspec.structs.replace(
        BAD.steps[0], stderr=b"[2026-01-01][x][DEBUG] one\n\nit broke\n[DEBUG] two\n"
    )
    result = run(tmp_path, job(tmp_path, "a"), script=Script({"a": [Outcome(steps=(loud,))]}))
    assert result.verdicts[0].log.endswith("it broke")
    assert "DEBUG" not in result.verdicts[0].log


def test_an_outcome_with_a_problem_is_broken(tmp_path: Path) -> None:
    script = Script({"a": [Outcome(problem="timed out after 3 s")]})
    result = run(tmp_path, job(tmp_path, "a"), script=script)
    assert (result.exit_code, result.verdicts[0].reasons[0]) == (4, "timed out after 3 s")


def test_a_missing_tool_is_broken_without_a_process(tmp_path: Path) -> None:
    script = Script({})
    result = run(tmp_path, job(tmp_path, "a", command=None, missing=("ruff is missing",)), script=script)
    assert (result.exit_code, script.order, result.verdicts[0].reasons) == (4, [], ("ruff is missing",))


def test_a_gate_waits_for_what_it_needs(tmp_path: Path) -> None:
    script = Script({})
    run(tmp_path, job(tmp_path, "late", "early", expected=99.0), job(tmp_path, "early"), script=script)
    assert script.order == ["early", "late"]


def test_a_gate_whose_need_did_not_pass_is_skipped_with_that_reason(tmp_path: Path) -> None:
    jobs = job(tmp_path, "a"), job(tmp_path, "b", "a"), job(tmp_path, "c", "b")
    result = run(tmp_path, *jobs, script=Script({"a": [BAD]}))
    assert statuses(result) == {"a": "failed", "b": "skipped", "c": "skipped"}
    assert result.verdicts[1].reasons == ("it needs a, which did not pass",)


def test_a_gate_that_only_warns_does_not_turn_the_run_red(tmp_path: Path) -> None:
    result = run(tmp_path, job(tmp_path, "a", mode="warn"), job(tmp_path, "b"), script=Script({"a": [BAD]}))
    assert (result.exit_code, statuses(result)["a"]) == (0, "failed")


def test_what_was_not_asked_for_is_listed_and_does_not_count(tmp_path: Path) -> None:
    result = run(tmp_path, job(tmp_path, "a"), job(tmp_path, "b", command=None, skip="not asked for"))
    assert (result.exit_code, result.verdicts[1].asked, result.verdicts[1].reasons) == (
        0,
        False,
        ("not asked for",),
    )


def test_never_more_jobs_than_cores(tmp_path: Path) -> None:
    script = Script({})
    run(tmp_path, *(job(tmp_path, f"g{i}") for i in range(5)), script=script, cores=2)
    assert script.most == 2


def test_the_heaviest_job_starts_first(tmp_path: Path) -> None:
    script = Script({})
    run(tmp_path, job(tmp_path, "a", expected=1.0), job(tmp_path, "b", expected=9.0), script=script, cores=1)
    assert script.order == ["b", "a"]


def test_jobs_that_need_more_memory_than_is_free_run_one_after_another(tmp_path: Path) -> None:
    script = Script({})
    run(tmp_path, *(job(tmp_path, f"g{i}", memory=6) for i in range(3)), script=script, cores=3, memory=10)
    assert (script.order, script.most) == (["g0", "g1", "g2"], 1)


def test_the_memory_of_a_job_that_runs_counts(tmp_path: Path) -> None:
    beside: list[set[str]] = []
    script = Script({}, touch=lambda: beside.append(set(script.waiting)))
    jobs = (
        job(tmp_path, "quick", expected=9.5),
        job(tmp_path, "large", expected=9.0, memory=6),
        job(tmp_path, "other", expected=5.0, memory=6),
    )
    run(tmp_path, *jobs, script=script, cores=3, memory=10)
    assert beside == [{"quick", "large"}, {"large"}, {"other"}]


def test_what_failed_lately_starts_first_where_that_is_wanted(tmp_path: Path) -> None:
    script = Script({})
    jobs = job(tmp_path, "a", expected=9.0), job(tmp_path, "b", expected=1.0)
    run(tmp_path, *jobs, script=script, cores=1, failing={"b": 0.5})
    assert script.order == ["b", "a"]


def test_failures_are_remembered_for_the_next_run(tmp_path: Path) -> None:
    run(tmp_path, job(tmp_path, "a"), job(tmp_path, "b"), script=Script({"a": [BAD]}))
    assert history.load(tmp_path).failed == {"a": (True,), "b": (False,)}


def test_a_verdict_knows_when_its_last_attempt_was_over(tmp_path: Path) -> None:
    times = iter(range(1000))
    plan = planned(tmp_path, job(tmp_path, "a", retries=1), cores=1)
    course = dispatch.Course(
        plan,
        Script({"a": [BAD, GOOD]}),
        watch=Onlooker(),
        clock=lambda: float(next(times)),
        fail_fast=False,
    )
    [verdict] = course.run(Caught())
    assert verdict.attempts == 2
    assert verdict.started is not None
    assert verdict.ended is not None
    assert verdict.ended > verdict.started + 2


@pytest.mark.parametrize(
    ("retries", "seen"),
    [
        (0, ["a started", "b started", "a passed", "b passed"]),
        (1, ["a started", "a passed", "b started", "b passed"]),  # it may need its place again
    ],
)
def test_a_free_place_is_taken_before_what_left_it_is_judged(
    tmp_path: Path, retries: int, seen: list[str]
) -> None:
    jobs = job(tmp_path, "a", expected=9.0, retries=retries), job(tmp_path, "b")
    plan = planned(tmp_path, *jobs, cores=1)
    watch = Onlooker()
    dispatch.Course(plan, Script({}), watch=watch, fail_fast=False).run(Caught())
    assert watch.seen == seen


def test_fail_fast_starts_nothing_new(tmp_path: Path) -> None:
    jobs = job(tmp_path, "a", expected=9.0), job(tmp_path, "b")
    result = run(tmp_path, *jobs, script=Script({"a": [BAD]}), cores=1, fail_fast=True)
    assert statuses(result) == {"a": "failed", "b": "skipped"}
    assert result.verdicts[1].reasons == ("not started: a is failed (--fail-fast)",)


def test_a_pass_on_a_second_attempt_is_green_but_flaky(tmp_path: Path) -> None:
    result = run(tmp_path, job(tmp_path, "a", retries=2), script=Script({"a": [BAD, GOOD]}))
    verdict = result.verdicts[0]
    assert (result.exit_code, verdict.status, verdict.flags, verdict.attempts) == (0, "passed", ("flaky",), 2)
    assert verdict.reasons[0].startswith("flaky: it passed on attempt 2 only")


def test_retries_end(tmp_path: Path) -> None:
    script = Script({"a": [BAD]})
    result = run(tmp_path, job(tmp_path, "a", retries=2), script=script)
    assert (script.order, result.exit_code, result.verdicts[0].attempts) == (["a", "a", "a"], 1, 3)


def test_a_signal_stops_the_run_and_is_its_exit_code(tmp_path: Path) -> None:
    script = Script({})
    result = run(tmp_path, job(tmp_path, "a"), script=script, signals=Caught(15))
    assert (result.exit_code, result.complete, result.signal, script.stops) == (143, False, 15, [False])
    assert result.verdicts[0].reasons == ("not started: the run was stopped",)


def test_a_second_signal_stops_at_once_and_nothing_is_retried(tmp_path: Path) -> None:
    caught = Caught()

    def press() -> None:
        caught.first = 2
        caught.count = min(caught.count + 1, 2)

    jobs = job(tmp_path, "a", retries=3), job(tmp_path, "b")
    script = Script({}, touch=press)
    result = run(tmp_path, *jobs, script=script, signals=caught)
    assert script.stops[:1] == [False]
    assert result.exit_code == 130
    assert script.order == ["a", "b"]


def test_a_gate_that_changes_the_project_is_not_green(tmp_path: Path) -> None:
    def write() -> None:
        (tmp_path / "made.txt").write_text("by the tool", encoding="utf-8")

    writing = Command(steps=(Step(argv=("tool",)),), writes=True)
    result = run(tmp_path, job(tmp_path, "a", command=writing), script=Script({}, touch=write))
    assert (result.exit_code, result.verdicts[0].flags) == (1, ("modified",))
    assert "made.txt" in result.verdicts[0].reasons[-1]


def test_a_file_edited_under_a_reading_gate_makes_it_stale(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("a = 1\n", encoding="utf-8")

    def edit() -> None:
        (tmp_path / "a.py").write_text("a = 22\n", encoding="utf-8")

    result = run(tmp_path, job(tmp_path, "a"), script=Script({}, touch=edit))
    assert (result.exit_code, result.verdicts[0].status, result.verdicts[0].flags) == (
        4,
        "broken",
        ("stale",),
    )


def test_processes_left_behind_are_named(tmp_path: Path) -> None:
    leaky = msgspec.structs.replace(GOOD, leaky=("sleep (pid 7)",))
    result = run(tmp_path, job(tmp_path, "a"), script=Script({"a": [leaky]}))
    assert result.verdicts[0].flags == ("leaky",)
    assert "sleep (pid 7)" in result.verdicts[0].reasons[0]


@pytest.mark.parametrize("outcome", [GOOD, BAD])
def test_the_cost_of_a_gate_is_what_was_measured(tmp_path: Path, outcome: Outcome) -> None:
    cost = run(tmp_path, job(tmp_path, "a"), script=Script({"a": [outcome]})).verdicts[0].cost
    assert (cost.seconds, cost.cpu, cost.peak) == (outcome.seconds, outcome.cpu, None)


def test_the_next_run_knows_how_long_a_gate_took(tmp_path: Path) -> None:
    from eee_ci import history

    run(tmp_path, job(tmp_path, "a"))
    assert history.load(tmp_path).expected("a", 99.0) == 1.0
