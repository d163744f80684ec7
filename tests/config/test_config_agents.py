"""The section `agents:`: what it may say, and what it means when it says nothing."""

from pathlib import Path

import pytest

from eee_ci.agent import Backend, Limits
from eee_ci.config.agents import Agents, Allowed, Total
from tests.config import config_room as room

GATES = "version: 1\ngates: {a: {tool: ruff}}\n"


def test_the_stage_is_off_and_knows_the_fixers_when_nothing_is_said(tmp_path: Path) -> None:
    agents = room.load(tmp_path, GATES).agents
    assert agents == Agents()
    assert not agents.enabled
    assert agents.known == {"fixers": Backend(name="fixers", kind="fixers")}
    assert agents.default is None


def test_a_whole_section_is_read(tmp_path: Path) -> None:
    said = """agents:
  enabled: true
  mode: apply
  backends:
    mine: {kind: command, argv: [prog, 7], key: MY_KEY, env: {A: 1}, network: true}
  select: [lint-fixer]
  max_agents: 2
  budgets: {seconds: 5m, turns: 9, usd: 1.5, tokens: 100, files: 3, lines: 40, memory: 1G, rounds: 2,
    total: {seconds: 1h, usd: 4, tokens: 1000}}
  protected: [secret]
  allow: [{rule: T1, paths: [docs/conf.py], reason: it only makes pages}]
  scope: [src]
  proofs: [tests, mutants]
  sandbox: required
"""
    assert room.load(tmp_path, GATES + said).agents == Agents(
        enabled=True,
        mode="apply",
        backends={
            "mine": Backend(
                name="mine", kind="command", argv=("prog", "7"), key="MY_KEY", env={"A": "1"}, network=True
            )
        },
        select=("lint-fixer",),
        max_agents=2,
        limits=Limits(seconds=300.0, turns=9, usd=1.5, tokens=100, files=3, lines=40, memory=1 << 30),
        total=Total(seconds=3600.0, usd=4.0, tokens=1000),
        rounds=2,
        protected=("secret",),
        allow=(Allowed(rule="T1", paths=("docs/conf.py",), reason="it only makes pages"),),
        scope=("src",),
        proofs=("tests", "mutants"),
        sandbox="required",
    )


def test_the_only_backend_is_the_default_one(tmp_path: Path) -> None:
    one = "agents: {backends: {mine: {kind: command}}}\n"
    two = "agents: {backends: {mine: {kind: command}, other: {kind: aider}}}\n"
    named = "agents: {backend: other, backends: {mine: {kind: command}, other: {kind: aider}}}\n"
    assert [room.load(tmp_path, GATES + said).agents.default for said in (one, two, named)] == [
        "mine",
        None,
        "other",
    ]


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        (
            "backend: mine, backends: {mime: {kind: claude}}",
            "3:19: agents.backend: there is no backend 'mine' (did you mean 'mime'?)",
        ),
        ("backend: x", "3:19: agents.backend: there is no backend 'x'; there are fixers"),
        ("budgets: {memory: 1M}", "3:28: agents.budgets.memory: found '1M', want 32M at the least"),
        (
            "budgets: {rounds: 4}",
            "3:28: agents.budgets.rounds: found 4, want a whole number of at least 0, at most 3",
        ),
        ("mode: aply", "3:16: agents.mode: found 'aply', want one of suggest, apply (did you mean 'apply'?)"),
        (
            "allow: [{rule: T0, reason: no}]",
            "3:25: agents.allow[0].rule: found 'T0', want a rule of the tamper gate, T1 to T9",
        ),
        ("allow: [{rule: T1}]", "3:18: agents.allow[0].reason: missing; want text that is not empty"),
        ("scope: [../x]", "3:18: agents.scope[0]: found '../x', want a path inside the project"),
    ],
)
def test_a_wrong_value_is_told_with_its_place(tmp_path: Path, said: str, fault: str) -> None:
    assert room.faults(tmp_path, f"{GATES}agents: {{{said}}}\n") == [f"eee-ci.yaml:{fault}"]
