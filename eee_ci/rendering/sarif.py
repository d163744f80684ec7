"""A gate as a SARIF run, by GitHub's rules: nothing it requires is empty, nothing it refuses is written."""

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

import msgspec

from eee_ci import digests, text
from eee_ci.model import Finding, Run, Severity, Verdict
from eee_ci.rendering import words

MOST_RESULTS = 5_000  # GitHub shows no more of a run
_MESSAGE = 4_000
_TEXT = 1_000  # GitHub refuses a description above 1,024 characters
_RULE_ID = 255
_CWES = 8  # GitHub shows ten tags of a rule
_LEVELS: dict[Severity, str] = {
    "critical": "error", "high": "error", "medium": "warning", "low": "note", "info": "note",
}  # fmt: skip  # read in rows
_PROBLEMS = {"error": "error", "warning": "warning", "note": "recommendation"}
_SECURITY: dict[Severity, str] = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "3.0"}


def run(whole: Run, verdict: Verdict, *, most: int = MOST_RESULTS) -> dict[str, Any]:
    """The run of a gate that ran to its end, with its worst `most` results."""
    placed = [(spot, it) for it in verdict.reading.findings if (spot := _spot(whole, it)) is not None]
    spots = {id(finding): spot for spot, finding in placed}
    kept = words.worst_first(finding for _, finding in placed)[:most]
    rules = _by_rule(verdict, kept)
    numbers = {rule: number for number, rule in enumerate(rules)}
    return {
        "tool": {"driver": _driver(verdict, [_rule(verdict, rule, found) for rule, found in rules.items()])},
        "automationDetails": {"id": f"eee-ci/{verdict.gate}/"},
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The root of the source tree."}}},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(verdict, placed=len(placed), kept=len(kept))],
        "results": [_result(verdict, it, spots[id(it)], numbers) for it in kept],
    }


def _driver(verdict: Verdict, rules: Sequence[dict[str, Any]]) -> dict[str, Any]:
    version = verdict.version or ""
    name = verdict.tool or verdict.gate
    driver = {"name": name, "fullName": f"{name} {version}".strip() + " (run by eee-ci)", "rules": rules}
    return {**driver, "version": version} if version else driver


def _invocation(verdict: Verdict, *, placed: int, kept: int) -> dict[str, Any]:
    """It ran to its end; what is left out is said, never dropped in silence."""
    nowhere = len(verdict.reading.findings) - placed
    said = []
    if placed > kept:
        said.append(f"{text.count(placed - kept, 'more finding')} left out: the worst {kept} are listed.")
    if nowhere:
        said.append(f"{text.count(nowhere, 'finding')} left out: not in a file of the source tree.")
    invocation: dict[str, Any] = {"executionSuccessful": True}
    if said:
        invocation["toolExecutionNotifications"] = [
            {"level": "warning", "message": {"text": sentence}} for sentence in said
        ]
    return invocation


def _by_rule(verdict: Verdict, found: Iterable[Finding]) -> dict[str, list[Finding]]:
    rules: dict[str, list[Finding]] = {}
    for finding in found:
        rules.setdefault(_rule_id(verdict, finding), []).append(finding)
    return dict(sorted(rules.items()))


def _rule_id(verdict: Verdict, finding: Finding) -> str:
    """The rule's own id; before it the tool, where a gate passes on what another tool found."""
    rule = text.line(finding.rule) or "unnamed"
    foreign = finding.tool and finding.tool != verdict.tool
    return text.clip(f"{text.line(finding.tool)}/{rule}" if foreign else rule, _RULE_ID)


def _rule(verdict: Verdict, rule: str, found: Sequence[Finding]) -> dict[str, Any]:
    worst = words.worst_first(found)[0].severity
    tool = found[0].tool or verdict.tool or verdict.gate
    title = f"{text.line(tool)} rule {rule}"
    url = next((it.url for it in found if it.url and it.url.startswith(("https://", "http://"))), None)
    fix = next((text.line(it.fix) for it in found if it.fix), "")
    help_text = text.clip(" ".join(filter(None, [f"{title}.", fix, f"See {url}" if url else ""])), _TEXT)
    entry: dict[str, Any] = {
        "id": rule,
        "shortDescription": {"text": title},
        "fullDescription": {"text": text.clip(f"{title}. {fix}".strip(), _TEXT)},
        "help": {"text": help_text},
        "defaultConfiguration": {"level": _LEVELS[worst]},
        "properties": _properties(found, worst),
    }
    return {**entry, "helpUri": quote(url, safe=":/?#[]@!$&'()*+,;=%~")} if url else entry


def _properties(found: Sequence[Finding], worst: Severity) -> dict[str, Any]:
    cwes = sorted({it.cwe for it in found if it.cwe is not None and it.cwe > 0})[:_CWES]
    categories = {text.line(it.category) for it in found if text.line(it.category)}
    if not cwes and "security" not in categories:
        return {"tags": sorted(categories)[:2], "problem.severity": _PROBLEMS[_LEVELS[worst]]}
    properties: dict[str, Any] = {"tags": ["security", *(f"external/cwe/cwe-{cwe:03d}" for cwe in cwes)]}
    if worst in _SECURITY:  # a string by GitHub's rules, and none at all for mere information
        properties["security-severity"] = _SECURITY[worst]
    return properties


def _spot(whole: Run, finding: Finding) -> dict[str, Any] | None:
    """Where it is; what has no file stands on the first line of the config, when that is a file."""
    path = words.inside(finding.path)
    line = finding.line if path and finding.line and finding.line > 0 else None
    path = path or words.config_file(whole)
    if path is None:
        return None
    start = max(finding.column or 1, 1) if line else 1
    end_line = max(finding.end_line or line, line) if line else 1
    end = max(finding.end_column or 1, 1) if line else 1
    region = {
        "startLine": line or 1,
        "startColumn": start,
        "endLine": end_line,
        "endColumn": end if end_line > (line or 1) else max(end, start),
    }
    uri = quote(path.encode("utf-8", "surrogatepass"), safe="/~")
    return {
        "physicalLocation": {"artifactLocation": {"uri": uri, "uriBaseId": "%SRCROOT%"}, "region": region}
    }


def _result(
    verdict: Verdict, finding: Finding, spot: dict[str, Any], numbers: dict[str, int]
) -> dict[str, Any]:
    rule = _rule_id(verdict, finding)
    # plain text may hold [links](of its own): a tool's words must not make one
    said = text.clip(finding.message.strip(), _MESSAGE).replace("](", "] (") or rule
    prints = {"eeeCi/v1": finding.fingerprint or _fingerprint(finding)}
    if finding.line_hash:
        prints["primaryLocationLineHash"] = finding.line_hash
    return {
        "ruleId": rule,
        "ruleIndex": numbers[rule],
        "level": _LEVELS[finding.severity],
        "message": {"text": said},
        "locations": [spot],
        "partialFingerprints": prints,
    }


def _fingerprint(finding: Finding) -> str:
    words_of_it = msgspec.json.encode([finding.tool, finding.rule, finding.path, finding.message])
    return digests.sha256(words_of_it).hexdigest()[:32]
