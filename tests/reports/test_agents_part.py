"""The agent stage in every format of report."""

import json

from msgspec.structs import replace

from eee_ci import reports
from eee_ci.agent import Result, Stage, Tokens, Told
from eee_ci.model import Finding
from tests.reports.runs import GREEN

TAMPER = Finding(
    tool="tamper",
    rule="EEE-T001",
    message="changes <b>eee-ci.yaml</b>",
    severity="critical",
    path="eee-ci.yaml",
)


def result(item: str, end: str, *reasons: str, **more: object) -> Result:
    fields = {"item": item, "agent": "mender", "title": "2 findings", "end": end, "reasons": reasons, **more}
    return Result(**fields)  # type: ignore[arg-type]  # fields of the tests


STAGE = Stage(
    run="r-20261125-010203-abcdef",
    folder=".eee-ci/runs/r-20261125-010203-abcdef",
    results=(
        result(
            "01", "accepted", told=Told(usd=0.5, tokens=Tokens(input=2, output=3)), seconds=1.5, attempts=1
        ),
        result("02", "tampered", "EEE-T001: changes eee-ci.yaml", tampering=(TAMPER,)),
        result("03", "failed", "it crashed"),
        result("04", "skipped", "no match"),
    ),
    notes=("not applied: somebody changed a.py",),
)
RUN = replace(GREEN, agents=STAGE)
NOTHING = replace(GREEN, agents=replace(STAGE, results=(), notes=()))


def page(run: object, name: str) -> str:
    [data] = reports.render(run, [name]).values()  # type: ignore[arg-type]  # a name of the table
    return data.decode()


def test_junit_has_a_case_for_each_item() -> None:
    for name in ("junit", "junit-strict"):
        said = page(RUN, name)
        suite = said[said.index('name="agents"') :]
        assert 'tests="4" failures="1" errors="1" skipped="1"' in suite
        assert '<failure type="eee-ci.tampered" message="tampered: EEE-T001: changes eee-ci.yaml">' in suite
        assert '<error type="eee-ci.failed" message="failed: it crashed">' in suite
        assert "no match</skipped>" in suite


def test_junit_says_that_nothing_was_to_be_done() -> None:
    said = page(NOTHING, "junit")
    assert "there was nothing that an agent could do" in said[said.index('name="agents"') :]


def test_sarif_has_the_findings_of_the_tamper_gate() -> None:
    runs = json.loads(page(RUN, "sarif"))["runs"]
    [ours] = [run for run in runs if run["automationDetails"]["id"] == "eee-ci/agents/"]
    assert [(it["ruleId"], it["level"]) for it in ours["results"]] == [("EEE-T001", "error")]
    assert len(json.loads(page(NOTHING, "sarif"))["runs"]) == 1


def test_markdown_has_a_table_in_which_the_unknown_is_unknown() -> None:
    said = page(RUN, "markdown")
    assert "### Agents: 4 items: 1 accepted, 1 tampered, 1 failed, 1 skipped; proposed only" in said
    assert "| 01 | mender | accepted |  | 1 | 1.5 | 5 | 0.5 |" in said
    assert "| 03 | mender | failed | it crashed | 0 | unknown | unknown | unknown |" in said
    assert "- not applied: somebody changed a.py" in said


def test_html_shows_the_items_and_escapes_what_agents_say() -> None:
    evil = replace(STAGE, results=(result("01", "failed", "<script>alert(1)</script>"),))
    said = page(replace(GREEN, agents=evil), "html")
    assert "<h2>Agents</h2>" in said
    assert "<script>" not in said
    assert "&lt;script&gt;alert(1)" in said
    assert "<h2>Agents</h2>" not in page(GREEN, "html")


def test_the_json_report_decodes_to_the_same_run() -> None:
    [data] = reports.render(RUN, ["json"]).values()
    assert reports.load(data, "report.json") == RUN


def test_a_secret_in_what_an_agent_says_is_left_out() -> None:
    told = replace(STAGE, results=(result("01", "failed", "the key is hunter22x"),))
    [data] = reports.render(replace(GREEN, agents=told), ["json"], secrets=["hunter22x"]).values()
    assert b"hunter22x" not in data
    assert b"the key is ***" in data
