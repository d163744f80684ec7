"""T7's canary: tests that must fail, planted among those that are collected. A run that does not report them
as failed reports nothing that can be believed."""

import posixpath
import re
from collections.abc import Iterator, Sequence

from eee_ci.finding import Finding, Noun
from eee_ci.tamper import oracle, rules

NUMBER = 7
_BODY = """\
import unittest


def test_{nonce}_ends() -> None:
    left, right = {left}, {right}
    assert left == right


def test_{nonce}_holds() -> None:
    left, right = {left}, {left}
    assert left == right


class Test{title}(unittest.TestCase):
    def test_{nonce}_meets(self) -> None:
        self.assertEqual({left}, {right})

    def test_{nonce}_stands(self) -> None:
        raise RuntimeError({left})
"""
_FAILING = ("_ends", "_meets", "_stands")
_ALWAYS = ("_meets", "_stands")  # collected whatever `python_functions` says


class Canary(Noun, frozen=True, kw_only=True):
    """A file to write into the verification tree, for one run of its own, and never to keep. Run it together
    with `beside`, whose imports load the code under test first."""

    path: str
    data: bytes
    beside: str
    nonce: str


def canary(collected: Sequence[str], nonce: str) -> Canary | None:
    """Beside a test file that was collected in the base, and named like it, so that what collects that one
    collects this one; the nonce (letters and digits) tells nobody what it is. None without such a file."""
    files = sorted(
        {path for path in collected if path.endswith(".py")}, key=lambda path: (path.count("/"), path)
    )
    if not files or not re.fullmatch(r"[a-z][a-z0-9]{5,}", nonce):
        return None
    beside = files[int.from_bytes(nonce.encode()) % len(files)]
    folder, name = posixpath.split(beside)
    left, right = (sum(nonce.encode()) + extra for extra in (11, 12))
    source = _BODY.format(nonce=nonce, title=nonce.title(), left=left, right=right)
    return Canary(
        path=posixpath.join(folder, _named(name, nonce)), data=source.encode(), beside=beside, nonce=nonce
    )


def _named(name: str, nonce: str) -> str:
    stem = name.removesuffix(".py")
    if stem.endswith("_test"):
        return f"{nonce}_test.py"
    return f"{stem.partition('_')[0]}_{nonce}.py" if "_" in stem else f"test_{nonce}.py"


def sings(planted: Canary, suite: oracle.Suite) -> tuple[Finding, ...]:
    """None: every one that must fail is reported as failed, by the exit code too, and the others passed."""
    return tuple(rules.found(NUMBER, said, None, severity="critical") for said in _wrong(planted, suite))


def _wrong(planted: Canary, suite: oracle.Suite) -> Iterator[str]:
    if not suite.report:
        yield "a test that must fail left no report at all; want it reported as failed"
        return
    told = {
        case.name.removeprefix(f"test_{planted.nonce}"): case.status
        for case in suite.cases
        if planted.nonce in case.name
    }
    lost = [end for end in _ALWAYS if end not in told]
    quiet = [end for end in _FAILING if told.get(end, "failed") not in oracle.FAILING]
    if lost:
        yield f"{len(lost)} tests that must fail were not run; want every test that is collected"
    if quiet:
        ends = ", ".join(sorted({told[end] for end in quiet}))
        yield f"{ends}: tests that must fail did not; want them reported as failed"
    if told.get("_holds", "passed") != "passed":
        yield f"{told['_holds']}: a test that must pass did not, so failing proves nothing"
    if suite.exit == 0:
        yield "pytest ended with exit 0 though a test must fail; want exit 1"
