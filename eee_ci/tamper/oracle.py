"""T7 in what was run: exit code, report and coverage say the same, of the files that were there."""

from collections.abc import Container, Iterable, Iterator

from eee_ci import text
from eee_ci.finding import Finding, Noun
from eee_ci.model import Covered, TestCase
from eee_ci.tamper import rules

NUMBER = 7
FAILING = ("failed", "error")
# Words for a run of pytest in which neither a conftest nor a plugin of the project has a say.
REPLAY = (
    "--noconftest", "-p", "no:cacheprovider", "--disable-plugin-autoload", "-o", "addopts=",
)  # fmt: skip  # read in rows


class Suite(Noun, frozen=True, kw_only=True):
    """One run of the tests. `report`: there was a report, written by this run outside of the tree. `measured`
    None: coverage was not asked for. `exit` None: a signal or a time limit ended it."""

    cases: tuple[TestCase, ...] = ()
    exit: int | None = 0
    report: bool = True
    measured: dict[str, Covered] | None = None


def agrees(suite: Suite) -> Iterator[Finding]:
    """Do exit code and report tell one story?"""
    failed = [case for case in suite.cases if case.status in FAILING]
    ran = [case for case in suite.cases if case.status != "skipped"]
    told = f"pytest ended with {'a signal' if suite.exit is None else f'exit {suite.exit}'}"
    if not suite.report:
        yield _found(f"{told} and left no report; want one written by this run")
    elif suite.exit == 0 and failed:
        yield _found(f"{told}, but {text.count(len(failed), 'test')} failed; want an exit code that says so")
    elif suite.exit == 1 and not failed:
        yield _found(f"{told}, but no test of its report failed; want a report of all tests")
    elif suite.exit not in (0, 1):
        yield _found(f"{told}, so its report is not of all tests; want it to end by itself")
    elif not ran:
        yield _found(f"{told} and ran no test; want those of the base")


def covers(base: Suite, candidate: Suite, changed: Iterable[str]) -> Iterator[Finding]:
    """Every file that was measured is measured, and one that did not change has as many lines. `changed` are
    the paths of the patch; those it deletes count as changed and may be missing."""
    if base.measured is None:
        return
    if candidate.measured is None:
        yield _found("coverage was measured of the base, and is not now; want the same measurement")
        return
    touched = set(changed)
    for path, before in sorted(base.measured.items()):
        after = candidate.measured.get(path)
        if path in touched:
            continue
        if after is None:
            yield _found(f"coverage of {text.path(path)} was measured, and is not now", path)
        elif (before.statements, before.excluded) != (after.statements, after.excluded):
            yield _found(
                f"{text.path(path)} did not change, but counts {after.statements} statements and"
                f" {after.excluded} excluded lines; want {before.statements} and {before.excluded}",
                path,
            )


def present(
    base: Suite, candidate: Suite, written: Iterable[str], anew: Container[str] = ()
) -> Iterator[Finding]:
    """Of the files that a patch wrote, those measured before are measured still, and exclude no more. Those
    whose code it only laid out `anew` may have it in more lines, left out or not."""
    for path in sorted(set(written)):
        before = (base.measured or {}).get(path)
        after = (candidate.measured or {}).get(path)
        if before is None or candidate.measured is None:
            continue
        if after is None or (before.statements and after.excluded and not after.statements):
            yield _found(f"{text.path(path)} was measured, and is not now; want its coverage", path)
        elif after.excluded > before.excluded and (path not in anew or after.statements < before.statements):
            yield _found(
                f"coverage leaves out {text.count(after.excluded, 'line')} of {text.path(path)}, and left out"
                f" {before.excluded}; want no more",
                path,
            )


def _found(message: str, path: str | None = None) -> Finding:
    return rules.found(NUMBER, message, path, severity="critical")
