"""Two checks of the same tree: all that they say, fact by fact, and the facts in which they differ.

Times, costs and marks of what was remembered are no facts. A fact's key names it; its value is what was said.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

Key = tuple[str, ...]
Facts = Mapping[Key, str]

ABSENT = "nothing"
NO_MEASURE = frozenset({"seconds"})
_READ_APART = frozenset({"findings", "cases", "measures", "errors", "notes"})  # notes tell of the memory
_VERDICT = ("status", "mode", "asked", "tool", "version", "origin", "suppressed", "limits")
_FLAGS_OF_THE_MACHINE = frozenset({"leaky"})
_CHANCE = (
    (re.compile(r"\b0x[0-9a-fA-F]+"), "{address}"),
    (re.compile(r"/pytest-of-\w+/pytest-\d+"), "{pytest}"),
    (re.compile(r"/eee-ci-[0-9a-f]{12}\b"), "/{scratch}"),
    (re.compile(r"(?<=/)tmp[a-z0-9_]{8}\b"), "{temporary}"),
    (re.compile(r"\b\d+(\.\d+)? ?(s|ms|seconds)\b"), "{time}"),
    (re.compile(r"\bpid \d+"), "{pid}"),
    (re.compile(r"\b\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d([,.]\d+)?"), "{moment}"),
)


class Difference(NamedTuple):
    key: Key
    warm: str
    scratch: str

    def __str__(self) -> str:
        return f"{' / '.join(self.key)}: warm {self.warm}, from scratch {self.scratch}"


def facts(report: Mapping[str, Any] | None, code: int, hosts: Mapping[str, str]) -> Facts:
    """All that a check said. `hosts` maps paths of this machine to the words that stand for them."""
    told: list[tuple[Key, str]] = [(("exit code",), str(code))]
    if report is None:
        told.append((("report.json",), "missing"))
    else:
        told.append((("complete",), json.dumps(report["complete"])))
        for verdict in report["verdicts"]:
            told.extend(((verdict["gate"], *key), value) for key, value in _verdict(verdict, hosts))
    return dict(told)


def _verdict(verdict: Mapping[str, Any], hosts: Mapping[str, str]) -> Iterator[tuple[Key, str]]:
    reading = verdict["reading"]
    for name in _VERDICT:
        yield (name,), scrubbed(_plain(verdict.get(name)), hosts)
    yield ("flags",), _plain(sorted(set(verdict["flags"]) - _FLAGS_OF_THE_MACHINE))
    yield from _counted("reason", (scrubbed(words, hosts) for words in verdict["reasons"]))
    yield from _counted("error", (scrubbed(words, hosts) for words in reading["errors"]))
    yield from _findings(reading["findings"], hosts)
    for name, value in reading["measures"].items():
        if name not in NO_MEASURE:
            yield ("measure", name), _plain(value)
    for key in sorted(reading.keys() - _READ_APART):
        yield from _each((key,), reading[key], hosts)
    yield from _cases(reading["cases"])


def _cases(cases: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Key, str]]:
    """A name may come more than once: then its statuses in their order."""
    statuses: dict[Key, list[str]] = {}
    for case in cases:
        key: Key = ("case", case["classname"], case["name"])
        statuses.setdefault(key, []).append(f"{case['status']} at {case.get('file')}:{case.get('line')}")
    for key, found in statuses.items():
        yield key, ", ".join(found)


def _findings(findings: Sequence[Mapping[str, Any]], hosts: Mapping[str, str]) -> Iterator[tuple[Key, str]]:
    """A finding is known by all but its message, which may hold what no two runs have alike, such as a signed
    time. Without a fingerprint where the message it was made from holds something of chance."""
    messages: dict[str, list[str]] = {}
    for finding in findings:
        words = _plain(finding)
        steady = finding if scrubbed(words, hosts) == words else {**finding, "fingerprint": ""}
        name = scrubbed(_plain({**steady, "message": ""}), hosts)
        messages.setdefault(name, []).append(scrubbed(_plain(finding.get("message")), hosts))
    for name, said in messages.items():
        yield ("finding", name), ", ".join(sorted(said))


def _counted(kind: str, values: Iterator[str]) -> Iterator[tuple[Key, str]]:
    for value, times in Counter(values).items():
        yield (kind, value), f"{times} times" if times > 1 else "once"


def _each(key: Key, value: Any, hosts: Mapping[str, str]) -> Iterator[tuple[Key, str]]:
    """What a reading says beside the parts known here, such as each file's coverage."""
    if isinstance(value, dict):
        for name in sorted(value):
            yield from _each((*key, name), value[name], hosts)
    else:
        yield key, scrubbed(_plain(value), hosts)


def _plain(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def scrubbed(words: str, hosts: Mapping[str, str]) -> str:
    for path in sorted(hosts, key=len, reverse=True):
        words = words.replace(path, hosts[path])
    for pattern, name in _CHANCE:
        words = pattern.sub(name, words)
    return words


def differences(warm: Facts, scratch: Facts) -> list[Difference]:
    keys = sorted(warm.keys() | scratch.keys())
    found = (Difference(key, warm.get(key, ABSENT), scratch.get(key, ABSENT)) for key in keys)
    return [one for one in found if one.warm != one.scratch]


class Told(NamedTuple):
    """Differences that memory made, and facts that no two checks agree on."""

    wrong: list[Difference]
    flaky: list[Difference]


def told_apart(warm: Facts, scratch: Facts, again: Facts) -> Told:
    """`again` is a second check from scratch: what it says differently from the first is of chance."""
    unsteady = {one.key for one in differences(scratch, again)}
    found = differences(warm, scratch)
    wrong = [one for one in found if one.key not in unsteady]
    return Told(wrong, [one for one in found if one.key in unsteady])


def selected(report: Mapping[str, Any] | None) -> tuple[int, int] | None:
    """Test files that ran, of how many, where the report tells."""
    for verdict in (report or {}).get("verdicts", ()):
        for reason in verdict.get("because", ()):
            if said := re.search(r"\b(\d+) of (\d+) test files\b", reason):
                return int(said[1]), int(said[2])
    return None
