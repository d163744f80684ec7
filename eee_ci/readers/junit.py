"""Reads JUnit XML of any dialect into test cases."""

import math
from collections.abc import Sequence

from junitparser import Attr, Error, Failure, JUnitXmlError, Skipped, xunit2
from junitparser.junitparser import Result

from eee_ci import text
from eee_ci.errors import ReportError
from eee_ci.model import Attempt, CaseStatus, TestCase
from eee_ci.readers import numbers, xml

LONGEST = 64 * 1024  # characters of one case's text
_STATUS: dict[type[Result], CaseStatus] = {Failure: "failed", Error: "error", Skipped: "skipped"}
_SOONER: dict[type[Result], CaseStatus] = {
    xunit2.FlakyFailure: "failed",
    xunit2.RerunFailure: "failed",
    xunit2.FlakyError: "error",
    xunit2.RerunError: "error",
}


class _Case(xunit2.TestCase):
    file = Attr()
    line = Attr()


class _Suite(xunit2.TestSuite):
    testcase = _Case
    failures = Attr()  # as written: the library would count, and change the tree
    errors = Attr()


class _Root(xunit2.JUnitXml):
    testsuite = _Suite


def cases(data: bytes, what: str) -> list[TestCase]:
    """Every test case, in the order of the file; a ReportError unless all of it could be read."""
    elements = xml.survey(data, what)
    try:
        root = _Root.fromstring(data)
        found = [_case(case) for suite in root for case in suite if isinstance(case, _Case)]
        declared = sum(numbers.line(count) or 0 for suite in root for count in (suite.failures, suite.errors))
    except (JUnitXmlError, SyntaxError, ValueError, TypeError, RecursionError) as error:
        raise ReportError(f"{what} is not readable JUnit XML: {error}") from None
    if len(found) != elements["testcase"]:
        raise ReportError(f"{what} holds {elements['testcase']} test cases, but {len(found)} could be read")
    if declared > 0 and not any(case.status in ("failed", "error") for case in found):
        raise ReportError(f"{what} counts {declared} failures, but no test case of it failed")
    return found


def _case(case: _Case) -> TestCase:
    results = case.result
    worst = _worst(results)
    message, body = _words(results)
    return TestCase(
        classname=text.line(case.classname or ""),
        name=text.line(case.name or "") or "(no name)",
        status=worst,
        seconds=_seconds(case),
        file=case.file or None,
        line=numbers.line(case.line),
        message=message,
        text=body,
        attempts=_attempts(case),
    )


def _worst(results: Sequence[Result]) -> CaseStatus:
    """What a case ended as that holds more than one result."""
    ends: set[CaseStatus] = {_STATUS[type(result)] for result in results}
    order: tuple[CaseStatus, ...] = ("failed", "error", "skipped")
    return next((status for status in order if status in ends), "passed")


def _words(results: Sequence[Result]) -> tuple[str, str]:
    """Message and body of the results; what is too long loses its middle."""
    bodies = [text.clean(result.text).strip("\n") for result in results if result.text]
    messages = [text.clean(result.message).strip() for result in results if result.message]
    body = "\n\n".join(bodies)
    if len(body) > LONGEST:
        left_out = f"\n(... {len(body) - LONGEST} characters left out ...)\n"
        body = body[: LONGEST // 2] + left_out + body[-LONGEST // 2 :]
    return "\n".join(messages)[:LONGEST] or body.partition("\n")[0], body


def _attempts(case: _Case) -> tuple[Attempt, ...]:
    """Earlier runs, in the words of Surefire."""
    sooner = []
    for result in case.interim_result:
        message, body = _words([result])
        sooner.append(Attempt(status=_SOONER[type(result)], message=message, text=body))
    return tuple(sooner)


def _seconds(case: _Case) -> float:
    try:
        seconds = case.time or 0.0
    except ValueError:
        return 0.0
    return seconds if math.isfinite(seconds) and seconds > 0 else 0.0
