"""The real mini-swe-agent mends a project by the script of a model, through its adapter and the executor."""

import os
import sys
import time
from pathlib import Path

import pytest

from eee_ci.agent import Limits, Told
from tests.agents import mini, scripted_model
from tests.agents.scripted_model import BROKEN, DONE, GARBAGE, HANG, TOO_MANY, Model, Step, Trouble
from tests.backends import asks
from tests.faults import lab

pytestmark = [
    pytest.mark.live,
    pytest.mark.network,
    pytest.mark.slow,
    pytest.mark.skipif(
        not os.environ.get(mini.WANTED), reason=f"wants the package registry: set {mini.WANTED}"
    ),
]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return mini.environment(tmp_path_factory.mktemp("mini"))


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lab, "PATIENCE", 400.0)


def run(program: Path, model: Model, root: Path, **limits: float) -> Told:
    """One turn of work, with an empty HOME and this model."""
    asked = asks.ask(
        "mini-swe-agent", task="A test fails: mend the cause.", workdir=str(root), findings=(),
        backend={"model": mini.MODEL}, limits=Limits(**{"seconds": 300, **limits}),  # type: ignore[arg-type]  # fields of the tests
    )  # fmt: skip  # read in rows
    began = time.monotonic()
    told, _ = asks.run(asked, root, **mini.variables(program, model.url))
    sys.stderr.write(f"{told.status} after {time.monotonic() - began:.1f} s\n")
    return told


def test_it_mends_a_failing_test_through_refusals_and_garbage(program: Path, tmp_path: Path) -> None:
    root = mini.project(tmp_path / "project")
    assert not mini.passes(root)
    script: list[Step | Trouble] = [
        Step(mini.LOOK, shows="FAILED (failures=1)"),
        TOO_MANY, BROKEN, GARBAGE,
        Step(mini.MEND),
        Step(mini.LOOK, shows="OK"),
        Step(DONE),
    ]  # fmt: skip  # read in rows
    with scripted_model.serve(script) as model:
        told = run(program, model, root)
    assert model.faults == []
    assert (told.status, told.turns, told.usd) == ("ok", 4, None)
    assert told.tokens.total == 4 * scripted_model.TOKENS["total_tokens"]
    assert mini.passes(root)
    assert "A test fails: mend the cause." in model.requests[0]["messages"][1]["content"]


def test_a_model_that_always_refuses_is_worth_another_try(program: Path, tmp_path: Path) -> None:
    with scripted_model.serve([TOO_MANY] * 20) as model:
        told = run(program, model, mini.project(tmp_path / "project"))
    assert (told.status, told.transient, told.turns) == ("error", True, 1)


def test_a_model_that_hangs_ends_in_our_time_and_what_was_done_is_known(
    program: Path, tmp_path: Path
) -> None:
    with scripted_model.serve([Step("ls", shows="cart.py"), HANG]) as model:
        told = run(program, model, mini.project(tmp_path / "project"), seconds=75)
    assert model.faults == []
    assert (told.status, told.turns, told.last) == ("timeout", 1, "bash ls")


def test_its_limit_of_turns_is_a_budget(program: Path, tmp_path: Path) -> None:
    with scripted_model.serve([Step("true")] * 4) as model:
        told = run(program, model, mini.project(tmp_path / "project"), turns=2)
    assert (told.status, len(model.requests)) == ("budget", 2)
