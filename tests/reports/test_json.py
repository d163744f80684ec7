"""`report.json`: complete, versioned, and read as strictly as it is written."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given, settings

from eee_ci import reports
from eee_ci.errors import UsageError
from eee_ci.model import Run
from eee_ci.rendering import safe
from tests.reports import runs


def written(run: Run) -> bytes:
    return reports.render(run, ["json"])["report.json"]


def changed(**fields: object) -> bytes:
    return json.dumps({**json.loads(written(runs.SAMPLE)), **fields}).encode()


def test_the_file_looks_as_reviewed(gold: Callable[[str, bytes], None]) -> None:
    gold("report.json", written(runs.SAMPLE))


def test_the_whole_run_comes_back() -> None:
    assert reports.load(written(runs.SAMPLE), "report.json") == runs.SAMPLE


@settings(deadline=None, max_examples=25)
@given(runs.RUNS)
def test_any_run_comes_back_as_it_was_shown(run: Run) -> None:
    assert reports.load(written(run), "report.json") == safe.run(run)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "r.json: not readable JSON: Input data was truncated"),
        (b'{"schema": 1,\n "x" 2}', "r.json:2:6: not readable JSON: "),
        (b"\xff", "r.json:1:1: not readable JSON: "),
        (b'{"schema": 1, "version": "\xff"}', "r.json: a text in it is not UTF-8"),
        (b"[]", "r.json: the document: Expected `object`, got `array`"),
        (b"[" * 100_000, "r.json: "),
        (b'{"schema": ' + b"[" * 100_000, "r.json: nested too deeply for a report"),
        (b"{}", "r.json: schema: found nothing, want 1"),
        (changed(schema=2), "r.json: schema: found 2, want 1"),
        (changed(surprise=1), "r.json: the document: Object contains unknown field `surprise`"),
        (changed(cores="2"), "r.json: cores: Expected `int`, got `str`"),
        (changed(verdicts=[{"gate": "a", "tool": "b", "status": "green"}]),
         "r.json: verdicts[0].status: Invalid enum value 'green'"),
        (changed(started="yesterday"), "r.json: started: found 'yesterday', want a time like 2026-"),
        (changed(started="2026-13-22T06:00:00Z"), "r.json: started: found '2026-13-22T06:00:00Z'"),
    ],
)  # fmt: skip  # read in rows
def test_a_file_that_is_no_report_is_told_apart_by_its_place(data: bytes, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        reports.load(data, "r.json")
    assert caught.value.message.startswith(said)
    assert caught.value.hint


def test_a_report_from_before_coverage_by_file_is_read() -> None:
    report = json.loads(written(runs.SAMPLE))
    for verdict in report["verdicts"]:
        del verdict["reading"]["files"]
    run = reports.load(json.dumps(report).encode(), "r.json")
    assert [verdict.reading.files for verdict in run.verdicts] == [{}] * len(runs.SAMPLE.verdicts)
    assert run.verdicts[0] == runs.SAMPLE.verdicts[0]


def test_every_cut_short_file_is_refused() -> None:
    data = written(runs.GREEN)
    for end in range(len(data.rstrip())):
        with pytest.raises(UsageError):
            reports.load(data[:end], "r.json")
