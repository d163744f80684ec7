"""SARIF: valid, by GitHub's rules, inside its limits, and honest about what is left out."""

import gzip
import json
import os
import random
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import msgspec
import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from eee_ci import reports
from eee_ci.model import Finding, Reading, Run, Verdict
from tests.reports import runs


def files(run: Run) -> dict[str, bytes]:
    return reports.render(run, ["sarif"])


def logs(run: Run) -> list[dict[str, Any]]:
    return [json.loads(data) for data in files(run).values()]


def only(*findings: Finding, **other: Any) -> dict[str, Any]:
    """The SARIF run of a gate with these findings."""
    verdict = replace(runs.LINT, reading=Reading(findings=findings), **other)
    (log,) = logs(replace(runs.SAMPLE, verdicts=(verdict,)))
    (run,) = log["runs"]
    assert isinstance(run, dict)
    return run


def ids(log: dict[str, Any]) -> list[str]:
    return [run["automationDetails"]["id"] for run in log["runs"]]


def refusals(log: dict[str, Any]) -> Iterator[str]:
    """What GitHub refuses or misreads, beyond the schema."""
    if len(log["runs"]) > 20:
        yield "more than 20 runs"
    if len(set(ids(log))) < len(log["runs"]):
        yield "two runs of one category"
    for run in log["runs"]:
        rules = run["tool"]["driver"]["rules"]
        if not run["tool"]["driver"]["name"] or len(rules) > 25_000 or len(run["results"]) > 5_000:
            yield "a nameless tool or too much of it"
        for rule in rules:
            yield from _rule(rule)
        for result in run["results"]:
            yield from _result(result, rules)


def _rule(rule: dict[str, Any]) -> Iterator[str]:
    texts = [rule["id"], *(rule[key]["text"] for key in ("shortDescription", "fullDescription", "help"))]
    if not all(text.strip() and len(text) <= 1_024 for text in texts) or rule.get("name") == rule["id"]:
        yield f"texts of {rule['id']}"
    if len(rule["properties"]["tags"]) > 10:
        yield f"tags of {rule['id']}"
    score = rule["properties"].get("security-severity", "5.0")
    if not isinstance(score, str) or not 0 < float(score) <= 10:
        yield f"security-severity {score!r}"


def _result(result: dict[str, Any], rules: list[dict[str, Any]]) -> Iterator[str]:
    if not result["message"]["text"] or rules[result["ruleIndex"]]["id"] != result["ruleId"]:
        yield "no message or another rule's number"
    if result["level"] not in ("error", "warning", "note") or not result["partialFingerprints"]["eeeCi/v1"]:
        yield "no level or fingerprint"
    (location,) = result["locations"]
    uri = location["physicalLocation"]["artifactLocation"]["uri"]
    if not re.fullmatch(r"(?!/)[A-Za-z0-9/._~%-]+", uri) or {".", "..", ""} & set(uri.split("/")):
        yield f"uri {uri}"
    region = location["physicalLocation"]["region"]
    start, end = (region["startLine"], region["startColumn"]), (region["endLine"], region["endColumn"])
    if min(*start, *end) < 1 or start > end:
        yield f"region {region}"


def test_the_file_looks_as_reviewed(gold: Callable[[str, bytes], None]) -> None:
    gold("eee-ci.sarif", msgspec.json.format(files(runs.SAMPLE)["eee-ci.sarif"], indent=1))


@pytest.mark.parametrize(
    "run", [runs.SAMPLE, runs.GREEN, replace(runs.SAMPLE, verdicts=())], ids=["sample", "green", "empty"]
)
def test_the_file_is_valid(run: Run, schemas: Path, tmp_path: Path) -> None:
    pytest.importorskip("check_jsonschema", reason="not checked against the schema: no check-jsonschema")
    (tmp_path / "eee-ci.sarif").write_bytes(files(run)["eee-ci.sarif"])
    command = [sys.executable, "-m", "check_jsonschema", "--schemafile", str(schemas / "sarif-2.1.0.json")]
    done = subprocess.run(
        [*command, str(tmp_path / "eee-ci.sarif")], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


def test_the_multitool_finds_nothing_against_githubs_rules(tmp_path: Path) -> None:
    folder = os.environ.get("EEE_CI_SARIF_MULTITOOL")
    if not folder:
        pytest.skip("not checked by sarif-multitool: EEE_CI_SARIF_MULTITOOL names no folder with it")
    program = Path(folder) / "Sarif.Multitool"
    if not os.access(program, os.X_OK):
        pytest.skip(f"not checked by sarif-multitool: {program} is not executable")
    (tmp_path / "eee-ci.sarif").write_bytes(files(runs.SAMPLE)["eee-ci.sarif"])
    command = [str(program), "validate", "eee-ci.sarif", "--rule-kind", "Sarif;Ghas", "-o", "v.sarif"]
    done = subprocess.run(
        [*command, "--log", "ForceOverwrite"], check=False, capture_output=True, text=True, cwd=tmp_path
    )
    # it ends with 0 whatever it found
    said = json.loads((tmp_path / "v.sarif").read_text(encoding="utf-8-sig"))
    found = [
        (it["ruleId"], it.get("level", "warning"), it["message"]) for it in said["runs"][0].get("results", [])
    ]
    assert [it for it in found if it[1] == "error"] == [], done.stdout
    assert {it[0] for it in found} <= {"SARIF2005"}  # it would like each tool's home page


@settings(deadline=None, max_examples=50)
@given(runs.RUNS)
def test_any_run_makes_files_that_github_takes(run: Run) -> None:
    named = replace(
        run, verdicts=tuple(replace(it, gate=f"gate{number}") for number, it in enumerate(run.verdicts))
    )
    for log in logs(named):
        assert list(refusals(log)) == []


def test_two_runs_of_one_category_are_noticed_by_our_own_check() -> None:
    (log,) = logs(replace(runs.SAMPLE, verdicts=(runs.LINT, runs.LINT)))
    assert list(refusals(log)) == ["two runs of one category"]


def test_only_gates_that_ran_to_their_end_have_a_run() -> None:
    (log,) = logs(runs.SAMPLE)
    assert ids(log) == [f"eee-ci/{gate}/" for gate in ("lint", "format", "security", "tests", "complexity")]
    assert [len(run["results"]) for run in log["runs"]] == [3, 0, 3, 0, 0]


def test_a_severity_becomes_a_level_and_for_security_a_score() -> None:
    levels, scores = [], []
    for severity in ("critical", "high", "medium", "low", "info"):
        run = only(runs.bandit(severity=severity))
        levels.append(run["results"][0]["level"])
        scores.append(run["tool"]["driver"]["rules"][0]["properties"].get("security-severity"))
    assert levels == ["error", "error", "warning", "note", "note"]
    assert scores == ["9.5", "8.0", "5.5", "3.0", None]


def test_a_rule_of_no_security_has_a_problem_severity_instead() -> None:
    rule = only(runs.finding(severity="low"))["tool"]["driver"]["rules"][0]
    assert rule["properties"] == {"problem.severity": "recommendation", "tags": ["lint"]}


def test_weaknesses_are_tags() -> None:
    run = only(*(runs.bandit(cwe=cwe) for cwe in (78, 703, 1004, None, 78)))
    tags = run["tool"]["driver"]["rules"][0]["properties"]["tags"]
    assert tags == ["security", "external/cwe/cwe-078", "external/cwe/cwe-703", "external/cwe/cwe-1004"]


def test_a_path_is_encoded_and_reads_back() -> None:
    path = "src/pkg mit raum/ä#b%?:\\c.py"
    (result,) = only(runs.finding(path=path))["results"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "src/pkg%20mit%20raum/%C3%A4%23b%25%3F%3A%5Cc.py"
    assert unquote(uri) == path


def test_a_region_has_all_four_numbers() -> None:
    (result,) = only(runs.finding(line=4, column=None, end_line=None, end_column=None))["results"]
    region = result["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 4, "startColumn": 1, "endLine": 4, "endColumn": 1}


@pytest.mark.parametrize(
    ("end_line", "end_column", "end"), [(4, 3, (4, 9)), (2, 3, (4, 9)), (5, 3, (5, 3)), (5, -1, (5, 1))]
)
def test_a_region_never_ends_before_it_begins(end_line: int, end_column: int, end: tuple[int, int]) -> None:
    finding = runs.finding(line=4, column=9, end_line=end_line, end_column=end_column)
    region = only(finding)["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert (region["endLine"], region["endColumn"]) == end


def test_fingerprints_are_written_and_made_up_where_they_are_missing() -> None:
    known, unknown = only(runs.finding(), runs.finding(rule="X", fingerprint="", line_hash=None))["results"]
    assert known["partialFingerprints"] == {
        "eeeCi/v1": "0123456789abcdef" * 2,
        "primaryLocationLineHash": "e6f6b63a077a9d7c:1",
    }
    assert len(unknown["partialFingerprints"]["eeeCi/v1"]) == 32


@pytest.mark.parametrize("path", [None, "/etc/passwd", "../x.py", "src/../../x"])
def test_what_is_in_no_file_of_the_tree_stands_on_the_first_line_of_the_config(path: str | None) -> None:
    (result,) = only(runs.finding(path=path))["results"]
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "eee-ci.yaml", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 1},
    }


def test_without_a_config_file_it_is_left_out_and_counted() -> None:
    run = replace(
        runs.SAMPLE, config="the preset python, there being no eee-ci.yaml", verdicts=(runs.SECURITY,)
    )
    (log,) = logs(run)
    assert len(log["runs"][0]["results"]) == 2
    assert log["runs"][0]["invocations"] == [
        {
            "executionSuccessful": True,
            "toolExecutionNotifications": [
                {
                    "level": "warning",
                    "message": {"text": "1 finding left out: not in a file of the source tree."},
                }
            ],
        }
    ]


def test_what_another_tool_found_bears_its_name() -> None:
    run = only(runs.finding(), runs.finding(tool="shellcheck", rule="SC1"))
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["F401", "shellcheck/SC1"]
    assert run["tool"]["driver"]["name"] == "ruff"


def test_a_rule_tells_what_is_known_of_it() -> None:
    (rule,) = only(runs.finding(url="https://a.b/c d", fix="Remove it."))["tool"]["driver"]["rules"]
    assert rule["help"]["text"] == "ruff rule F401. Remove it. See https://a.b/c d"
    assert rule["helpUri"] == "https://a.b/c%20d"
    (rule,) = only(runs.finding(url="javascript:alert(1)"))["tool"]["driver"]["rules"]
    assert "helpUri" not in rule
    assert rule["help"]["text"] == "ruff rule F401."


def test_a_message_makes_no_link() -> None:
    (result,) = only(runs.finding(message="see [here](http://x.y)"))["results"]
    assert result["message"]["text"] == "see [here] (http://x.y)"


def test_of_very_many_findings_the_worst_are_listed_and_the_rest_is_counted() -> None:
    data = files(replace(runs.SAMPLE, verdicts=(runs.many(100_000),)))
    (log,) = [json.loads(content) for content in data.values()]
    assert list(refusals(log)) == []
    assert len(gzip.compress(data["eee-ci.sarif"])) < 10_000_000
    (run,) = log["runs"]
    assert {result["level"] for result in run["results"]} == {"error"}
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"] == "95000 more findings left out: the worst 5000 are listed."


def test_more_gates_than_one_file_may_hold_make_a_second_file() -> None:
    gates = tuple(replace(runs.LINT, gate=f"gate{number}") for number in range(45))
    data = files(replace(runs.SAMPLE, verdicts=gates))
    assert list(data) == ["eee-ci.sarif", "eee-ci-2.sarif", "eee-ci-3.sarif"]
    parts = [json.loads(content) for content in data.values()]
    assert [len(part["runs"]) for part in parts] == [20, 20, 5]
    assert [name for part in parts for name in ids(part)] == [f"eee-ci/gate{number}/" for number in range(45)]


def noisy(number: int, gate: str) -> Verdict:
    """Findings with messages that no packing makes smaller."""
    source = random.Random(gate)
    found = tuple(
        runs.finding(message=source.randbytes(1_900).hex(), line=line, end_line=line)
        for line in range(1, number + 1)
    )
    return replace(runs.LINT, gate=gate, reading=Reading(findings=found))


def test_files_too_large_to_upload_are_parted() -> None:
    data = files(replace(runs.SAMPLE, verdicts=(noisy(1_500, "a"), noisy(1_500, "b"), noisy(1_500, "c"))))
    assert len(data) == 2
    assert all(len(gzip.compress(content)) < 10_000_000 for content in data.values())


def test_a_gate_too_large_for_any_file_gives_its_worst() -> None:
    data = files(replace(runs.SAMPLE, verdicts=(noisy(5_000, "a"),)))
    assert list(data) == ["eee-ci.sarif"]
    assert len(gzip.compress(data["eee-ci.sarif"])) < 10_000_000
    (run,) = json.loads(data["eee-ci.sarif"])["runs"]
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert len(run["results"]) == 2_500
    assert note["message"]["text"] == "2500 more findings left out: the worst 2500 are listed."
