"""What a plan expects its jobs to need: cores and memory as earlier runs had them, orders of cost without."""

from pathlib import Path

import pytest

from eee_ci import gates, history, plan, tree
from eee_ci.config import Config
from eee_ci.model import Cost, Gate
from eee_ci.plan import Plan


def made(root: Path, *known: Gate, cores: int = 8) -> Plan:
    (root / "a.txt").touch()
    config = Config(source="a test", digest="d", gates=known, jobs=cores)
    return plan.make(config, tree.snapshot(root), environ={"PATH": "/usr/bin:/bin"})


def gate(name: str, cores: int = 1) -> Gate:
    return Gate(id=name, tool="command", cores=cores, options={"run": ("true",)})


def test_without_history_tests_go_first_then_types_build_security_and_lint() -> None:
    order = sorted(gates.TABLE, key=lambda name: -gates.TABLE[name].PRIOR)
    named = [name for name in order if name in ("pytest", "mypy", "build", "bandit", "ruff", "ruff-format")]
    assert named == ["pytest", "mypy", "build", "bandit", "ruff", "ruff-format"]


def test_a_gate_without_history_takes_the_cores_it_may_use_and_no_known_memory(tmp_path: Path) -> None:
    [job] = made(tmp_path, gate("a", cores=4)).jobs
    assert (job.cores, job.held, job.memory, job.node.memory) == (4, 4, None, None)


@pytest.mark.parametrize(("cpu", "held"), [(0.5, 1), (2.2, 3), (40.0, 4)])
def test_a_gate_takes_no_more_cores_than_it_kept_busy(tmp_path: Path, cpu: float, held: int) -> None:
    history.record(tmp_path, {"a": Cost(seconds=1.0, cpu=cpu, peak=7)})
    [job] = made(tmp_path, gate("a", cores=4)).jobs
    assert (job.cores, job.held, job.node.cores, job.node.memory) == (4, held, held, 7)


def test_a_gate_never_takes_more_cores_than_it_was_given(tmp_path: Path) -> None:
    history.record(tmp_path, {"a": Cost(seconds=1.0, cpu=6.0)})
    [job] = made(tmp_path, gate("a")).jobs
    assert (job.cores, job.held) == (1, 1)
