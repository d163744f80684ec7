"""What a GitHub Actions step gets: its summary and its outputs, through the runner's files."""

import os
from collections.abc import Mapping
from pathlib import Path

from eee_ci.errors import UsageError
from eee_ci.files import plain
from eee_ci.model import Run

_LARGEST_SUMMARY = 1024 * 1024  # bytes; the runner drops a larger one whole
PRIVILEGED = ("pull_request_target", "workflow_run")


def guard(environ: Mapping[str, str], commit: str | None) -> None:
    """Refuse what would hand the base's rights to a stranger's code, before any of it runs."""
    if environ.get("ACTIONS_ALLOW_UNSECURE_COMMANDS", "").lower() == "true":
        raise UsageError(
            "ACTIONS_ALLOW_UNSECURE_COMMANDS is set: any tool's output could set variables", "unset it"
        )
    if not environ.get("GITHUB_STEP_SUMMARY") or not environ.get("GITHUB_OUTPUT"):
        raise UsageError(
            "--github: GITHUB_STEP_SUMMARY and GITHUB_OUTPUT are not set", "use it in a GitHub Actions step"
        )
    event = environ.get("GITHUB_EVENT_NAME", "")
    if event in PRIVILEGED and commit != environ.get("GITHUB_SHA"):
        raise UsageError(
            f"{event} runs with the rights of the base, but {commit or 'no commit'} is checked out",
            "judge pull requests in a workflow on the event pull_request",
        )


def publish(run: Run, reports: Path, environ: Mapping[str, str]) -> None:
    """Append the summary and the outputs to the runner's files."""
    words = reports / "summary.md"
    if words.is_file() and words.stat().st_size < _LARGEST_SUMMARY:
        plain.append(Path(environ["GITHUB_STEP_SUMMARY"]), words.read_bytes())
    said = "".join(output(name, value) for name, value in values(run, reports).items())
    plain.append(Path(environ["GITHUB_OUTPUT"]), said.encode())


def values(run: Run, reports: Path) -> dict[str, str]:
    """The declared outputs, every one of them."""
    return {
        "verdict": "green" if run.exit_code == 0 else "red",
        "exit-code": str(run.exit_code),
        "report-dir": str(reports.absolute()),
        "sarif": str((reports / "eee-ci.sarif").absolute()),
        "junit": str((reports / "junit.xml").absolute()),
    }


def output(name: str, value: str) -> str:
    """One output in the runner's form, with a delimiter that nobody can guess."""
    delimiter = f"eee_{os.urandom(16).hex()}"
    return f"{name}<<{delimiter}\n{value}\n{delimiter}\n"
