"""The built-in agents on a real project with seeded faults: what can be mended without a model is mended."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from eee_ci.model import Run
from tests.real import faults, projects

pytestmark = [pytest.mark.network, pytest.mark.slow]
CHECKOUT = Path(__file__).parent.parent.parent
GATES = ("lint", "format", "types", "tests", "security")
MENDED = ("lint", "format")


def run(root: Path, reports: Path, *words: str) -> tuple[int, Run, str]:
    done = subprocess.run(
        [sys.executable, "-m", "eee_ci", "-C", str(root), *words, "--report-dir", str(reports)],
        cwd=CHECKOUT,
        env=dict(os.environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    return done.returncode, msgspec.json.decode((reports / "report.json").read_bytes(), type=Run), done.stdout


def test_what_is_sure_is_mended_the_rest_stays_red_and_the_tree_holds_nothing_else(tmp_path: Path) -> None:
    chosen = [
        fault for fault in faults.OF["flask"] if fault.gate in GATES and fault.name != "uncovered function"
    ]
    with projects.use(projects.FLASK) as root, faults.seeded(root, chosen):
        projects.git(root, "commit", "--quiet", "--all", "--message=seeded")
        code, judged, said = run(root, tmp_path, "check", *GATES, "--agents", "--apply")
        statuses = {verdict.gate: verdict.status for verdict in judged.verdicts if verdict.asked}
        assert code == 1, said
        assert statuses == {gate: "passed" if gate in MENDED else "failed" for gate in GATES}, said
        stage = judged.agents
        assert stage is not None
        assert stage.applied, said
        assert {result.end for result in stage.results} <= {"accepted", "skipped", "no-op"}, said
        changed = projects.git(root, "diff", "--name-only", "HEAD").split()
        assert changed == sorted(fault.file for fault in chosen if fault.gate in MENDED)
        patch = (root / stage.folder / "changes.patch").read_text(encoding="utf-8")
        projects.git(root, "checkout", "--quiet", "--", ".")
        (tmp_path / "changes.patch").write_text(patch, encoding="utf-8")
        projects.git(root, "apply", str(tmp_path / "changes.patch"))
        assert projects.git(root, "diff", "--name-only", "HEAD").split() == changed
        for fault in chosen:
            if fault.gate == "lint":
                assert fault.mark not in (root / fault.file).read_text(encoding="utf-8")
        for gate in set(GATES) - set(MENDED):
            [verdict] = [each for each in judged.verdicts if each.gate == gate]
            assert verdict.reasons, gate
