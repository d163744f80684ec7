"""The whole way: `eee-ci task` has the real mini-swe-agent mend a project by the script of a model."""

import os
from pathlib import Path

import pytest

from tests.agents import mini, scripted_model
from tests.agents.scripted import Scripted, agent
from tests.agents.scripted_model import DONE, TOO_MANY, Step, Trouble

pytestmark = [
    pytest.mark.live,
    pytest.mark.network,
    pytest.mark.slow,
    pytest.mark.skipif(
        not os.environ.get(mini.WANTED), reason=f"wants the package registry: set {mini.WANTED}"
    ),
]
CONFIG = """version: 1
gates:
  lint: {tool: ruff, args: [--isolated, --select, F], limits: {findings: 0}}
  tests: {tool: pytest, coverage: false}
"""
ACCEPT = "python3 -m unittest -q"


@pytest.fixture
def project(tmp_path: Path) -> Scripted:
    made = Scripted(mini.project(tmp_path / "project"))
    assert not mini.passes(made.root)
    return made


def configured(project: Scripted, url: str) -> None:
    backend: dict[str, object] = {
        "kind": "mini-swe-agent",
        "model": mini.MODEL,
        "key": "OPENAI_API_KEY",
        "env": {"OPENAI_API_BASE": url},
    }
    project.configured({"mini": backend}, CONFIG, budgets={"seconds": 300})
    project.write({".gitignore": "__pycache__/\n"})
    project.write({".claude/agents/tester.md": agent("tester", "mini", "Mends tests that fail.")}).commit()


def run(project: Scripted, program: Path, *words: str) -> int:
    env = {"PATH": f"{program}:{os.environ['PATH']}", "OPENAI_API_KEY": "dummy-key-of-the-test"}
    ran = project.run("task", "A test fails: mend the cause.", *words, env=env, timeout=580)
    print(ran.stdout, ran.stderr)  # noqa: T201 - shown when it fails
    return ran.returncode


def test_a_failing_test_is_mended_verified_and_applied(
    project: Scripted, tmp_path_factory: pytest.TempPathFactory
) -> None:
    program = mini.environment(tmp_path_factory.mktemp("mini"))
    script: list[Step | Trouble] = [
        Step(mini.LOOK, shows="FAILED (failures=1)"),
        TOO_MANY,
        Step(mini.MEND),
        Step(mini.LOOK, shows="OK"),
        Step(DONE),
    ]
    with scripted_model.serve(script) as model:
        configured(project, model.url)
        code = run(project, program, "--accept", ACCEPT, "--apply")
    assert model.faults == []
    assert code == 0
    [result] = project.stage().results
    assert (result.end, result.backend, result.model) == ("accepted", "mini", mini.MODEL)
    assert result.told is not None
    assert (result.told.turns, result.told.usd) == (4, None)
    assert mini.passes(project.root)
    assert project.git("status", "--porcelain").split() == ["M", "cart.py"]
    transcript = next((project.root / project.stage().folder / "transcripts").iterdir()).read_text()
    assert "dummy-key-of-the-test" not in transcript


def test_a_model_that_mends_the_test_instead_of_the_cause_is_caught(
    project: Scripted, tmp_path_factory: pytest.TempPathFactory
) -> None:
    program = mini.environment(tmp_path_factory.mktemp("mini"))
    with scripted_model.serve([Step("sed -i 's/90)/110)/' test_cart.py"), Step(DONE)]) as model:
        configured(project, model.url)
        code = run(project, program, "--accept", ACCEPT, "--apply")
    assert code == 1
    [result] = project.stage().results
    assert result.end in ("tampered", "rejected"), result
    assert not mini.passes(project.root)
