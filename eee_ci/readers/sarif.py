"""Reads SARIF 2.1.0 of any tool into findings."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from eee_ci import reading, sources, text
from eee_ci.errors import ReportError
from eee_ci.model import Finding, Reading, Severity
from eee_ci.readers import numbers, uris

LEVELS: dict[str, Severity] = {"error": "high", "warning": "medium", "note": "low", "none": "info"}
SCORES: tuple[tuple[float, Severity], ...] = ((9.0, "critical"), (7.0, "high"), (4.0, "medium"), (0.0, "low"))
Rules = dict[int | None, dict[str, dict[str, Any]]]  # rules by id, of the driver (None) and of each extension
_CWE = re.compile(r"(?:external/cwe/)?cwe-0*(\d{1,6})", re.IGNORECASE)
_BLANK = re.compile(r"\{(\d{1,3})\}")
_DEEPEST = 10  # bases of bases


def read(data: bytes, what: str, root: str, tool: str) -> Reading:
    """All findings that are not suppressed; the tool's own troubles are errors."""
    report = reading.json(data, what)
    try:
        if report["version"] != "2.1.0" or not report["runs"]:
            raise ReportError(f"{what} is SARIF {report['version']!r} with no run in it; want 2.1.0")
        parts = [_run(run, root, tool) for run in report["runs"]]
    except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
        raise ReportError(f"{what} is not readable SARIF: {error!r}") from None
    hidden = sum(part.measures["suppressed"] for part in parts)
    return Reading(
        findings=tuple(finding for part in parts for finding in part.findings),
        errors=tuple(error for part in parts for error in part.errors),
        notes=(f"{text.count(int(hidden), 'finding')} suppressed by the tool",) if hidden else (),
    )


def _run(run: dict[str, Any], root: str, tool: str) -> Reading:
    results = run["results"]
    if results is None:
        raise ReportError("the tool says that it could not compute results (`results: null`)")
    shown = [result for result in results if _counts(result)]
    open_ones = [result for result in shown if not _suppressed(result)]
    known: Rules = {}
    unit: sources.Unit = "points" if run.get("columnKind") == "unicodeCodePoints" else "utf16"
    return Reading(
        findings=reading.finish(root, (_finding(result, run, known, tool) for result in open_ones), unit),
        measures={"suppressed": float(len(shown) - len(open_ones))},
        errors=tuple(_troubles(run)),
    )


def _troubles(run: dict[str, Any]) -> Iterator[str]:
    """Why the tool did not do its work, in its own words."""
    for invocation in run.get("invocations") or ():
        said = [
            text.line(str((note.get("message") or {}).get("text") or "an error without a word"))
            for kind in ("toolExecutionNotifications", "toolConfigurationNotifications")
            for note in invocation.get(kind) or ()
            if note.get("level") == "error"
        ]
        yield from said
        if invocation.get("executionSuccessful") is False and not said:
            yield "the tool says that it did not run to its end (`executionSuccessful: false`)"


def _counts(result: dict[str, Any]) -> bool:
    return (
        result.get("kind", "fail") in ("fail", "review", "open") and result.get("baselineState") != "absent"
    )


def _suppressed(result: dict[str, Any]) -> bool:
    marks = result.get("suppressions") or ()
    return bool(marks) and all(mark.get("status", "accepted") == "accepted" for mark in marks)


def _finding(result: dict[str, Any], run: dict[str, Any], known: Rules, tool: str) -> Finding:
    rule = _rule(result, run, known)
    tags = [str(tag) for tag in (rule.get("properties") or {}).get("tags") or ()]
    score = _score(rule, result)
    cwe = next((int(match[1]) for tag in tags if (match := _CWE.fullmatch(tag))), None)
    finding = Finding(
        tool=tool,
        rule=text.line(str(_rule_id(result) or rule.get("id") or "")) or "(no rule)",
        message=_message(result.get("message") or {}, rule),
        severity=_severity(result, rule, score),
        category="security" if score is not None or "security" in tags else "lint",
        url=text.line(rule["helpUri"]) if isinstance(rule.get("helpUri"), str) else None,
        fix=_fix(result),
        cwe=cwe,
    )
    return _placed(finding, result, run)


def _rule_id(result: dict[str, Any]) -> str | None:
    return result.get("ruleId") or (result.get("rule") or {}).get("id")


def _rule(result: dict[str, Any], run: dict[str, Any], known: Rules) -> dict[str, Any]:
    """What the run says about the rule: by index, else by id, or by the id's first part; else nothing."""
    pointer = result.get("rule") or {}
    part = (pointer.get("toolComponent") or {}).get("index")
    component = run["tool"]["driver"] if part is None else run["tool"]["extensions"][part]
    rules = component.get("rules") or []
    index = result.get("ruleIndex", pointer.get("index", -1))
    if isinstance(index, int) and 0 <= index < len(rules):
        return dict(rules[index])
    wanted = _rule_id(result) or ""
    if part not in known:
        known[part] = {rule["id"]: rule for rule in rules}
    return dict(known[part].get(wanted) or known[part].get(wanted.rpartition("/")[0]) or {})


def _score(rule: dict[str, Any], result: dict[str, Any]) -> float | None:
    for holder in (result, rule):
        value = (holder.get("properties") or {}).get("security-severity")
        if value is not None and 0 <= float(value) <= SCORES[0][0] + 1:
            return float(value)
    return None


def _severity(result: dict[str, Any], rule: dict[str, Any], score: float | None) -> Severity:
    if score is not None:
        return next((severity for least, severity in SCORES if score >= least and score > 0), "info")
    default = (rule.get("defaultConfiguration") or {}).get("level") or "warning"
    return LEVELS[result.get("level") or default]


def _message(message: dict[str, Any], rule: dict[str, Any]) -> str:
    """The text, or the rule's own with the arguments filled in."""
    said = message.get("text") or message.get("markdown")
    if said is None and message.get("id"):
        said = ((rule.get("messageStrings") or {}).get(message["id"]) or {}).get("text")
    words = [str(word) for word in message.get("arguments") or ()]
    filled = _BLANK.sub(
        lambda blank: words[int(blank[1])] if int(blank[1]) < len(words) else blank[0], said or ""
    )
    return filled or str((rule.get("shortDescription") or {}).get("text") or rule.get("name") or "")


def _fix(result: dict[str, Any]) -> str | None:
    for fix in result.get("fixes") or ():
        said = (fix.get("description") or {}).get("text")
        return text.line(said) if said else None
    return None


def _placed(finding: Finding, result: dict[str, Any], run: dict[str, Any]) -> Finding:
    """The finding at its first location; an address that is no file of ours stays as words."""
    for location in result.get("locations") or ():
        physical = location.get("physicalLocation") or {}
        region = physical.get("region") or {}
        address = _address(physical.get("artifactLocation") or {}, run)
        path = uris.path(address, _base(physical.get("artifactLocation") or {}, run)) if address else None
        outside = f" (in {text.line(address)}, outside of the project)" if address and path is None else ""
        return msgspec.structs.replace(
            finding,
            message=finding.message + outside,
            path=path,
            line=numbers.line(region.get("startLine")),
            column=numbers.line(region.get("startColumn")),
            end_line=numbers.line(region.get("endLine")),
            end_column=numbers.line(region.get("endColumn")),
        )
    return finding


def _address(artifact: dict[str, Any], run: dict[str, Any]) -> str:
    index = artifact.get("index", -1)
    known = run.get("artifacts") or []
    if not artifact.get("uri") and isinstance(index, int) and 0 <= index < len(known):
        return str((known[index].get("location") or {}).get("uri") or "")
    return str(artifact.get("uri") or "")


def _base(artifact: dict[str, Any], run: dict[str, Any]) -> str:
    """What a relative address is relative to; empty for the root."""
    bases, found = run.get("originalUriBaseIds") or {}, ""
    name = artifact.get("uriBaseId")
    for _ in range(_DEEPEST):
        entry = bases.get(name) or {}
        found = str(entry.get("uri") or "") + found
        name = entry.get("uriBaseId")
        if name is None:
            break
    return found
