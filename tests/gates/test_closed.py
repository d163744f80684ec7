"""What holds for every adapter here: no end but a believable one is green."""

import contextlib
import importlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eee_ci.errors import ReportError
from eee_ci.model import SEVERITIES, Outcome, Reading
from tests.gates import recorded

# adapter: a clean case, one with findings, and the report that the verdict stands on
ADAPTERS = {
    "ruff": ("ruff-clean", "ruff-findings", "ruff.json"),
    "ruff_format": ("format-clean", "format-findings", "ruff.json"),
    "complexity": ("complexity-clean", "complexity-over", "ruff.json"),
    "mypy": ("mypy-clean", "mypy-findings", "mypy.jsonl"),
    "bandit": ("bandit-clean", "bandit-findings", "bandit.json"),
    "tsc": ("tsc-clean", "tsc-findings", "tsc.txt"),
}
EVERY = pytest.mark.parametrize("name", ADAPTERS)


def adapter(name: str) -> Any:
    return importlib.import_module(f"eee_ci.gates.{name}")


def green(module: Any, reading: Reading) -> bool:
    """As the judge does it, in small."""
    if reading.errors:
        return False
    for measure, limit in module.LIMITS.items():
        if measure.startswith("findings."):
            worst = SEVERITIES[: SEVERITIES.index(measure.removeprefix("findings.")) + 1]
            value: float | None = sum(finding.severity in worst for finding in reading.findings)
        else:
            value = reading.measures.get(measure)
        if value is None or value > limit.max:
            return False
    return True


def is_green(module: Any, case: recorded.Case) -> bool:
    try:
        return green(module, module.read(*case))
    except ReportError:
        return False


@EVERY
def test_a_clean_run_is_green(name: str, tmp_path: Path) -> None:
    module = adapter(name)
    case = recorded.case(ADAPTERS[name][0], tmp_path)
    assert green(module, module.read(*case))


@EVERY
def test_findings_are_not_green(name: str, tmp_path: Path) -> None:
    module = adapter(name)
    case = recorded.case(ADAPTERS[name][1], tmp_path)
    reading = module.read(*case)
    assert reading.findings
    assert not green(module, reading)


@EVERY
def test_of_all_exit_codes_only_zero_can_end_a_clean_run(name: str, tmp_path: Path) -> None:
    module = adapter(name)
    case = recorded.case(ADAPTERS[name][0], tmp_path)
    usual = case.outcome.steps[-1].exit  # complexity asks for every function, so that findings are usual
    assert [code for code in range(256) if is_green(module, case.ended(code))] in ([usual], [0, usual])


@EVERY
def test_no_exit_code_makes_findings_green(name: str, tmp_path: Path) -> None:
    module = adapter(name)
    case = recorded.case(ADAPTERS[name][1], tmp_path)
    assert [code for code in range(256) if is_green(module, case.ended(code))] == []


@EVERY
def test_a_signal_is_a_report_error(name: str, tmp_path: Path) -> None:
    case = recorded.case(ADAPTERS[name][0], tmp_path)
    step = msgspec.structs.replace(case.outcome.steps[-1], exit=None, signal=9)
    outcome = msgspec.structs.replace(case.outcome, steps=(*case.outcome.steps[:-1], step))
    with pytest.raises(ReportError, match="was ended by signal 9"):
        adapter(name).read(case.gate, case.site, outcome)


@EVERY
def test_a_problem_of_the_process_is_a_report_error(name: str, tmp_path: Path) -> None:
    case = recorded.case(ADAPTERS[name][0], tmp_path)
    outcome = msgspec.structs.replace(case.outcome, problem="timed out after 3 s")
    with pytest.raises(ReportError, match="timed out after 3 s"):
        adapter(name).read(case.gate, case.site, outcome)
    with pytest.raises(ReportError, match="no process was started"):
        adapter(name).read(case.gate, case.site, Outcome())


@EVERY
def test_a_missing_report_is_a_report_error(name: str, tmp_path: Path) -> None:
    case = recorded.case(ADAPTERS[name][0], tmp_path)
    for file in case.outcome.files:
        files = {key: data for key, data in case.outcome.files.items() if key != file}
        outcome = msgspec.structs.replace(case.outcome, files=files)
        with pytest.raises(ReportError, match="wrote no report"):
            adapter(name).read(case.gate, case.site, outcome)


@EVERY
def test_a_report_that_is_cut_off_is_not_green(name: str, tmp_path: Path) -> None:
    module = adapter(name)
    case = recorded.case(ADAPTERS[name][1], tmp_path)
    report = case.outcome.files[ADAPTERS[name][2]]
    for end in range(0, len(report) - 2, 1 + len(report) // 50):
        files = case.outcome.files | {ADAPTERS[name][2]: report[:end]}
        assert not is_green(module, case._replace(outcome=msgspec.structs.replace(case.outcome, files=files)))


def mutations(report: bytes) -> st.SearchStrategy[bytes]:
    """Any bytes; the report with a piece replaced; JSON of any shape."""
    values = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=8,
    )
    place = st.integers(0, len(report))
    cut = st.builds(lambda a, b, piece: report[:a] + piece + report[b:], place, place, st.binary(max_size=9))
    return st.binary() | cut | values.map(lambda value: json.dumps(value).encode()) | _edited(report, values)


def _edited(report: bytes, values: st.SearchStrategy[Any]) -> st.SearchStrategy[bytes]:
    """The report, as JSON or JSON lines, with one value somewhere replaced."""

    def edit(data: Any, value: Any, pick: Callable[[int], int]) -> Any:
        if isinstance(data, dict) and data:
            key = sorted(data)[pick(len(data))]
            return data | {key: edit(data[key], value, pick)}
        if isinstance(data, list) and data:
            at = pick(len(data))
            return [*data[:at], edit(data[at], value, pick), *data[at + 1 :]]
        return value

    def build(value: Any, numbers: list[int]) -> bytes:
        turns = iter(numbers)
        row = report.split(b"\n")[0] if report.startswith(b'{"') else report
        try:
            data = json.loads(row)
        except ValueError:
            return report
        return json.dumps(edit(data, value, lambda size: next(turns, 0) % size)).encode()

    return st.builds(build, values, st.lists(st.integers(0, 99), max_size=9))


@EVERY
@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_any_bytes_as_report_end_in_a_reading_or_a_report_error(
    name: str, tmp_path: Path, data: st.DataObject
) -> None:
    module = adapter(name)
    case = recorded.case(ADAPTERS[name][1], tmp_path)
    report = data.draw(mutations(case.outcome.files[ADAPTERS[name][2]]))
    stderr = data.draw(st.just(case.outcome.steps[-1].stderr) | st.binary())
    step = msgspec.structs.replace(case.outcome.steps[-1], stderr=stderr, exit=data.draw(st.integers(0, 3)))
    outcome = msgspec.structs.replace(
        case.outcome,
        steps=(*case.outcome.steps[:-1], step),
        files=case.outcome.files | {ADAPTERS[name][2]: report},
    )
    with contextlib.suppress(ReportError):
        msgspec.json.encode(module.read(case.gate, case.site, outcome))  # what was read can be written
