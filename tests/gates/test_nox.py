"""The nox gate believes nox's report, and only where it judged something."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from eee_ci.errors import ReportError
from eee_ci.gates import nox as gate_module
from eee_ci.model import Gate, Reading
from eee_ci.ports import GateAdapter
from tests.gates import samples

ADAPTER: GateAdapter = gate_module


def gate(session: str = "good", **settings: Any) -> Gate:
    return Gate(id="session", tool="nox", options={"session": session}, **settings)


@pytest.fixture
def project(tmp_path: Path) -> str:
    return str(samples.write(tmp_path / "project", samples.SESSIONS))


def read(name: str, root: str, session: str = "good", **changes: Any) -> Reading:
    at = samples.site(ADAPTER, gate(), root)
    outcome = samples.recorded(name, root)
    ran = msgspec.structs.replace(outcome.steps[0], **changes)
    return ADAPTER.read(gate(session), at, msgspec.structs.replace(outcome, steps=(ran,)))


def test_a_session_that_succeeds_says_nothing(project: str) -> None:
    assert read("nox-good", project) == Reading()


@pytest.mark.parametrize(
    ("name", "line", "message"),
    [
        ("nox-failed", 12, "session bad-one failed: Command python -c "),
        ("nox-aborted", 29, "session param(x=2) aborted: two is bad"),
        ("nox-raised", 35, "session raises failed: see its output"),
    ],
)
def test_a_red_session_is_a_finding_where_it_is_defined(
    name: str, line: int, message: str, project: str
) -> None:
    (finding,) = read(name, project).findings
    assert (finding.path, finding.line) == ("noxfile.py", line)
    assert finding.message.startswith(message)


def test_a_skipped_session_has_judged_nothing(project: str) -> None:
    assert read("nox-skipped", project).errors == ("session skipping was skipped: not today",)


def test_a_missing_interpreter_is_not_the_session_s_fault(project: str) -> None:
    seen = read("nox-interpreter", project)
    assert seen.errors == ("session versions-2.6: Python interpreter 2.6 not found",)
    assert seen.findings == ()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "nox-unknown",
            "no session 'good'; noxfile.py defines: good, bad-one, skipping, versions, param, raises",
        ),
        ("nox-no-file", r"exit 2 \(usage, or no noxfile\): .*no such file exists"),
        ("nox-syntax", "nox wrote no report: .*SyntaxError"),
    ],
)
def test_what_is_no_verdict_says_why(name: str, said: str, project: str) -> None:
    with pytest.raises(ReportError, match=said):
        read(name, project)


def test_without_a_readable_noxfile_no_session_is_named(tmp_path: Path) -> None:
    (tmp_path / "noxfile.py").write_text("def (", encoding="utf-8")
    with pytest.raises(ReportError, match=r"noxfile.py defines: none"):
        read("nox-unknown", str(tmp_path))


@pytest.mark.parametrize(("name", "exit_code"), [("nox-good", 1), ("nox-failed", 0), ("nox-good", 9)])
def test_a_code_that_contradicts_the_report_is_no_verdict(name: str, exit_code: int, project: str) -> None:
    with pytest.raises(ReportError, match=f"exit {exit_code}"):
        read(name, project, exit=exit_code)


@pytest.mark.parametrize(
    "report", [b"", b"[]", b"{", b'{"sessions": []}', b'{"sessions": [{"signatures": []}]}']
)
def test_an_odd_report_is_no_verdict(report: bytes, project: str) -> None:
    outcome = msgspec.structs.replace(samples.recorded("nox-good"), files={"nox.json": report})
    with pytest.raises(ReportError):
        ADAPTER.read(gate(), samples.site(ADAPTER, gate(), project), outcome)


def test_the_gate_s_own_words_come_last() -> None:
    command = ADAPTER.command(gate(args=("--", "-x")), samples.site(ADAPTER, gate(), "/project"))
    assert command.steps[0].argv[-2:] == ("--", "-x")
    assert "--error-on-missing-interpreters" in command.steps[0].argv


@pytest.mark.live
def test_live_nox(tmp_path: Path, project: str) -> None:
    at = samples.site(ADAPTER, gate(), project)
    assert ADAPTER.read(gate(), at, samples.live(ADAPTER, gate(), at, tmp_path)) == Reading()
