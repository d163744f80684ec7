"""What a gate may say, and how a wrong one is told: place, found, wanted, the nearest name."""

from pathlib import Path
from typing import Any

import pytest

from eee_ci import config
from eee_ci.errors import ConfigError
from eee_ci.model import Gate, Limit, Noun
from tests.config import config_room as room


def test_a_gate_has_all_that_is_said_of_it(tmp_path: Path) -> None:
    text = """\
version: 1
timeout: 5m
gates:
  b: {tool: command, run: [x, y]}
  a:
    tool: ruff
    args: [-n, 4, true, 1.10]
    paths: [./src/, src, .]
    exclude: [src/old/**]
    needs: [b, b]
    limits: {seconds: 60}
    severity: {E5*: low, W: off}
    timeout: 90s
    retries: 2
    mode: warn
    version: 1.10
    cores: 2
    fix: true
    depth: null
    table: {x: 1}
    raw: [1, {a: null}]
"""
    b, a = room.load(tmp_path, text).gates
    assert b == Gate(id="b", tool="command", timeout=300.0, options={"run": ("x", "y")})
    assert a == Gate(
        id="a",
        tool="ruff",
        args=("-n", "4", "true", "1.10"),
        paths=("src", "."),
        exclude=("src/old/**",),
        needs=("b",),
        limits={"seconds": Limit(max=60)},
        severity={"E5*": "low", "W": "off"},
        timeout=90.0,
        retries=2,
        mode="warn",
        version="1.10",
        cores=2,
        options={"fix": True, "depth": None, "table": {"x": 1}, "raw": [1, {"a": None}]},
    )


def test_a_map_may_have_numbers_as_keys(tmp_path: Path) -> None:
    assert room.gate(tmp_path, "tool: command, exits: {0: pass, '3': findings}").options == {
        "exits": {0: "pass", 3: "findings"}
    }


def test_a_key_of_all_gates_is_never_the_tools(tmp_path: Path) -> None:
    class Greedy(Noun, frozen=True, kw_only=True):
        args: int = 0
        own: int = 0

    room.write(tmp_path, "version: 1\ngates: {a: {tool: greedy, args: [x], own: 1}}\n")
    loaded = config.load(tmp_path, file=None, tools={"greedy": config.ToolSpec(options=Greedy)})
    assert (loaded.gates[0].args, loaded.gates[0].options) == (("x",), {"own": 1})


@pytest.mark.parametrize(
    ("written", "seconds"), [("90", 90), ("0.5", 0.5), ("90s", 90), ("10m", 600), ("1.5h", 5400)]
)
def test_a_timeout_is_seconds_or_says_its_unit(tmp_path: Path, written: str, seconds: float) -> None:
    assert room.gate(tmp_path, f"timeout: {written}").timeout == seconds


def test_a_gate_without_a_timeout_has_ten_minutes(tmp_path: Path) -> None:
    assert room.gate(tmp_path, "retries: 0").timeout == 600.0


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ("{coverage: 70}", {"coverage": Limit(min=70)}),
        ("{branch_coverage: 70.5}", {"branch_coverage": Limit(min=70.5)}),
        ("{tests: 3}", {"tests": Limit(min=3)}),
        ("{tests_min: 3}", {"tests": Limit(min=3)}),
        ("{tests_min: {min: 3}}", {"tests": Limit(min=3)}),
        ("{share_min: 3}", {"share_min": Limit(min=3)}),
        ("{complexity_max: 10}", {"complexity_max": Limit(max=10)}),
        ("{wheel_bytes: {min: 1, max: 9}}", {"wheel_bytes": Limit(min=1, max=9)}),
        ("{coverage: {max: 9, min: null}}", {"coverage": Limit(max=9)}),
        ("{lines: {min: 1, max: 1}}", {"lines": Limit(min=1, max=1)}),
        ("{seconds: null}", {"seconds": Limit()}),
        ("{findings: {high: 0}}", {"findings.high": Limit(max=0)}),
        (
            "{findings: {low: {max: 2}, critical: null}}",
            {"findings.critical": Limit(), "findings.low": Limit(max=2)},
        ),
        ("{findings: 3}", {"findings.info": Limit(max=3)}),
        ("{findings: null}", {"findings.info": Limit()}),
    ],
)
def test_limits_become_ranges(tmp_path: Path, limits: str, expected: dict[str, Limit]) -> None:
    assert room.gate(tmp_path, f"limits: {limits}").limits == expected


RANGE = "want a number of at least 0 or a map of min, max"
TOOLS = ", ".join(sorted(room.ALL_TOOLS))
PINNABLE = "a version can be given to bandit, build, complexity, mypy, pytest, ruff, ruff-format, tsc"
KEYS = "tool, args, paths, exclude, needs, limits, severity, timeout, retries, mode, version, cores"
TOP = "agents, env, gates, jobs, python, reports, sources, tests, timeout"
REPORT = "one of json, junit, sarif, markdown, html"
SUCH = " such as ['html']"
MEASURE = "the name of a measure (a severity stands below findings)"
TIME = "want seconds above 0, or a time such as 90s, 10m or 1h"
SEVERITY = "want one of critical, high, medium, low, info, off"


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
        ("limits: {coverage: abc}", f"gates.a.limits.coverage: found 'abc', {RANGE}"),
        ("limits: {coverage: .nan}", f"gates.a.limits.coverage: found '.nan', {RANGE}"),
        ("limits: {coverage: -1}", f"gates.a.limits.coverage: found -1, {RANGE}"),
        ("limits: {coverage: [1]}", f"gates.a.limits.coverage: found a list, {RANGE}"),
        ("limits: {x: {min: .inf}}", "gates.a.limits.x.min: found '.inf', want a number of at least 0"),
        ("limits: {x: {max: -0.5}}", "gates.a.limits.x.max: found -0.5, want a number of at least 0"),
        ("limits: {x: {mx: 1, max: 2}}", "gates.a.limits.x.mx: unknown key (did you mean 'max'?)"),
        ("limits: {x: {min: 2, max: 1}}",
         "gates.a.limits.x: found min 2 above max 1, which nothing can meet"),
        (
            "limits: {x: {}}",
            "gates.a.limits.x: found neither min nor max; want one of them, or null to switch the limit off",
        ),
        ("limits: {tests: 3, tests_min: 4}",
         "gates.a.limits.tests_min: 'tests' has a limit already; want one of the two"),
        ("limits: {findings.high: 0}",
         f"gates.a.limits.findings.high: this key wants {MEASURE}"),
        ("limits: {findings: {hihg: 0}}", "gates.a.limits.findings.hihg: unknown key (did you mean 'high'?)"),
        ("limits: {findings: {high: {min: 0, max: 1}}}",
         "gates.a.limits.findings.high.min: unknown key; want one of max"),
        ("limits: {findings: {high: {}}}",
         "gates.a.limits.findings.high.max: missing; want a number of at least 0"),
        ("limits: [coverage]",
         "gates.a.limits: found a list, want a map of findings"),
        ("severity: {E1: hi}", f"gates.a.severity.E1: found 'hi', {SEVERITY} (did you mean 'high'?)"),
        ("severity: {E1: xxxx}", f"gates.a.severity.E1: found 'xxxx', {SEVERITY}"),
        ("severity: {E1: false}", f"gates.a.severity.E1: found false, {SEVERITY}"),
        ("severity: {'': low}", "gates.a.severity.: this key wants text that is not empty"),
        ("mode: of", "gates.a.mode: found 'of', want one of block, warn, off (did you mean 'off'?)"),
        ("timeout: 0", f"gates.a.timeout: found 0, {TIME}"),
        ("timeout: 2d", f"gates.a.timeout: found '2d', {TIME}"),
        ("timeout: 0s", "gates.a.timeout: found '0s', want more than 0 and at most 30 days"),
        ("timeout: 721h", "gates.a.timeout: found '721h', want more than 0 and at most 30 days"),
        ("retries: 1.5", "gates.a.retries: found 1.5, want a whole number of at least 0, at most 100"),
        ("cores: 0", "gates.a.cores: found 0, want a whole number of at least 1"),
        ("args: -x", "gates.a.args: found '-x', want a list, such as ['-x']"),
        ("args: ['']", "gates.a.args[0]: found '', want text that is not empty"),
        ("args: [x, ~]", "gates.a.args[1]: found ~, want text that is not empty"),
        ("args: [{a: 1}]", "gates.a.args[0]: found a map, want text that is not empty"),
        ("paths: [1]",
         "gates.a.paths[0]: found 1, want a path inside the project, relative to its root; put it in quotes"),
        ("paths: [/x]", "gates.a.paths[0]: found '/x', want a path relative to the project"),
        ("paths: ['C:\\x']", "gates.a.paths[0]: found 'C:\\x', want a path relative to the project"),
        ("exclude: [a/../../x]", "gates.a.exclude[0]: found 'a/../../x', want a path inside the project"),
        ("needs: [b]", "gates.a.needs: there is no gate 'b'; there are a"),
        ("needs: [aa]", "gates.a.needs: there is no gate 'aa' (did you mean 'a'?)"),
        ("needs: [a]", "gates.a.needs: the gate needs itself: a -> a"),
        ("version: latest", "gates.a.version: found 'latest', want one exact version, such as 1.2.3"),
        ("version: '>=1'", "gates.a.version: found '>=1', want one exact version, such as 1.2.3"),
        ('version: "1.0\\n"', "gates.a.version: found '1.0', want one exact version, such as 1.2.3"),
        ("tool: nox, session: t, version: 1.2",
         f"gates.a.version: nox always runs in the version that the project has; {PINNABLE}"),
        ("tool: rufff", "gates.a.tool: there is no tool 'rufff' (did you mean 'ruff'?)"),
        ("tool: zzz", f"gates.a.tool: there is no tool 'zzz'; want one of {TOOLS}"),
        ("tool: zzz, session: 1, fix: [x], table: 3",
         f"gates.a.tool: there is no tool 'zzz'; want one of {TOOLS}"),
        ("tool: nox", "gates.a.session: missing; want text"),
        ("tool: nox, session: 3.11", "gates.a.session: found 3.11, want text; put it in quotes"),
        ("session: x", "gates.a.session: a key of the tool nox; this gate's tool is ruff"),
        ("retrys: 1", "gates.a.retrys: unknown key (did you mean 'retries'?)"),
        ("fix: no", "gates.a.fix: found 'no', want true or false (did you mean false?)"),
        ("fix: 1", "gates.a.fix: found 1, want true or false"),
        ("depth: x", "gates.a.depth: found 'x', want a whole number"),
        ("table: {x: y}", "gates.a.table.x: found 'y', want a whole number"),
        ("table: 3", "gates.a.table: found 3, want a map"),
        ("isolation: [x]", "gates.a.isolation: found a list, want true or false or text"),
        ("tool: command, fix: x", "gates.a: 'fix' needs 'run'"),
        ("tool: command, exits: {x: pass}", "gates.a.exits.x: this key wants a whole number"),
        ("tool: command, exits: {0: ok}", "gates.a.exits.0: found 'ok', want one of pass, findings"),
        ("tool: command, words: []", "gates.a.words: found 0 values, want at least 1 and at most 2"),
        ("tool: command, words: [a, b, c]", "gates.a.words: found 3 values, want at least 1 and at most 2"),
        ("tool: command, report: {format: regex}", "gates.a.report: a regex needs a pattern"),
        ("tool: command, report: {format: rgex}",
         "gates.a.report.format: found 'rgex', want one of sarif, regex (did you mean 'regex'?)"),
        ("tool: command, report: {format: sarif, pattern: abcdefghij}",
         "gates.a.report.pattern: found 'abcdefghij', want text of at most 9 characters"),
        ("tool: command, matcher: [x, 1]", "gates.a.matcher[1]: found 1, want text; put it in quotes"),
    ],
)  # fmt: skip  # read in rows
def test_a_wrong_gate_is_told(tmp_path: Path, keys: str, fault: str) -> None:
    assert room.fault(tmp_path, keys) == fault


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("gates: {a: {args: []}}",
         f"2:9: gates.a.tool: missing; want a tool: {TOOLS}"),
        ("gates: {A b: {tool: ruff}}",
         "2:9: gates.A b: this key wants a name of at most 64 small letters, digits and dashes"),
        ("gates: [ruff]", "2:8: gates: found a list, want a map"),
        ("gates: null", "1:1: gates: there is none; name one, or extend a preset such as python"),
        ("gates: {}", "1:1: gates: there is none; name one, or extend a preset such as python"),
        ("gates: {a: ~}", "1:1: gates: there is none; name one, or extend a preset such as python"),
        ("jobs: 2", "1:1: gates: there is none; name one, or extend a preset such as python"),
        ("gates: {a: ruff}",
         f"2:12: gates.a: found 'ruff', want a map of {KEYS}"),
    ],
)  # fmt: skip  # read in rows
def test_wrong_gates_are_told_with_their_place(tmp_path: Path, text: str, fault: str) -> None:
    assert room.faults(tmp_path, f"version: 1\n{text}\n") == [f"eee-ci.yaml:{fault}"]


@pytest.mark.parametrize(
    ("key", "fault"),
    [
        ("gate: {}", "2:1: gate: unknown key (did you mean 'gates'?)"),
        ("zzz: 1", f"2:1: zzz: unknown key; want one of {TOP}"),
        ("jobs: 0", "2:7: jobs: found 0, want a whole number of at least 1"),
        ("jobs: 2024-01-01", "2:7: jobs: found '2024-01-01', want a whole number of at least 1"),
        ("sources: src", "2:10: sources: found 'src', want a list, such as ['src']"),
        ("tests: [..]", "2:9: tests[0]: found '..', want a path inside the project"),
        ("env: {passed: [A]}", "2:7: env.passed: unknown key (did you mean 'pass'?)"),
        ("env: {pass: ['*']}",
         "2:14: env.pass[0]: found '*', want the name of a variable, or its start and a *"),
        ("env: {set: {A-B: x}}", "2:13: env.set.A-B: this key wants the name of a variable"),
        ("env: {set: {A: [x]}}", "2:16: env.set.A: found a list, want text"),
        ("reports: [jsn]",
         f"2:11: reports[0]: found 'jsn', want {REPORT} (did you mean 'json'?)"),
        ("reports: html",
         f"2:10: reports: found 'html', want a list of {REPORT} or a map of formats, junit_dialect,{SUCH}"),
        ("reports: {junit_dialect: comon}",
         "2:26: reports.junit_dialect: found 'comon', want one of common, strict (did you mean 'common'?)"),
    ],
)  # fmt: skip  # read in rows
def test_a_wrong_key_at_the_top_is_told_with_its_place(tmp_path: Path, key: str, fault: str) -> None:
    text = f"version: 1\n{key}\ngates: {{a: {{tool: ruff}}}}\n"
    assert room.faults(tmp_path, text) == [f"eee-ci.yaml:{fault}"]


def test_all_faults_come_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = "version: 3\njobs: x\njobs: 2\ngates:\n  a: {tool: ruf}\n  b: {tool: ruff, needs: [b], x: 1}\n"
    assert [fault.split(":")[1] for fault in room.faults(tmp_path, text)] == ["1", "2", "3", "5", "6", "6"]


def test_of_very_many_names_some_are_listed(tmp_path: Path) -> None:
    gates = "".join(f"  g{number:02}: {{tool: ruff}}\n" for number in range(30))
    (fault,) = room.faults(tmp_path, f"version: 1\ngates:\n{gates}  z: {{tool: ruff, needs: [xxx]}}\n")
    assert fault.endswith(" there are " + "".join(f"g{number:02}, " for number in range(20)) + "…")


def test_among_very_many_names_none_is_proposed(tmp_path: Path) -> None:
    gates = "".join(f"  g{number}: {{tool: ruff}}\n" for number in range(301))
    (fault,) = room.faults(tmp_path, f"version: 1\ngates:\n{gates}  z: {{tool: ruff, needs: [g301]}}\n")
    assert "did you mean" not in fault


def test_very_many_faults_are_counted_and_not_shown(tmp_path: Path) -> None:
    keys = "".join(f"x{number}: 1\n" for number in range(300))
    room.write(tmp_path, f"version: 1\n{keys}gates: {{a: {{tool: ruff}}}}\n")
    with pytest.raises(ConfigError) as caught:
        room.load(tmp_path)
    assert (len(caught.value.faults), caught.value.hint) == (100, "200 more faults are not shown")


def test_a_hostile_value_is_shown_short_and_harmless(tmp_path: Path) -> None:
    (fault,) = room.faults(
        tmp_path, f'version: 1\njobs: "\\e[31m\u202e{"x" * 99}"\ngates: {{a: {{tool: ruff}}}}\n'
    )
    assert fault == (f"eee-ci.yaml:2:7: jobs: found '<U+202E>{'x' * 52}…', want a whole number of at least 1")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("", (("json", "junit", "sarif", "markdown"), "common")),
        ("reports: [html, json, html]", (("html", "json"), "common")),
        ("reports: []", ((), "common")),
        ("reports: {junit_dialect: strict}", (("json", "junit", "sarif", "markdown"), "strict")),
        ("reports: {formats: [junit]}", (("junit",), "common")),
    ],
)
def test_reports_are_a_list_or_a_map(tmp_path: Path, said: str, expected: tuple[Any, ...]) -> None:
    loaded = room.load(tmp_path, f"version: 1\n{said}\ngates: {{a: {{tool: ruff}}}}\n")
    assert (loaded.reports, loaded.junit_dialect) == expected


def test_the_top_of_a_config_becomes_fields(tmp_path: Path) -> None:
    text = """\
version: 1
python: ../venv/bin/python
sources: [./a/]
tests: [b]
jobs: 3
env: {pass: [TOKEN, MY_*], set: {A: 1, B: yes, C: "", D: 1.50}}
gates: {a: {tool: ruff}}
"""
    loaded = room.load(tmp_path, text)
    assert (loaded.python, loaded.sources, loaded.tests, loaded.jobs) == (
        "../venv/bin/python",
        ("a",),
        ("b",),
        3,
    )
    assert (loaded.pass_env, loaded.set_env) == (
        ("TOKEN", "MY_*"),
        {"A": "1", "B": "yes", "C": "", "D": "1.50"},
    )
