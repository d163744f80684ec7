"""Faults to seed into the real projects: text edits, each with the gate, rule and line that must tell."""

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple


class Fault(NamedTuple):
    """`new` takes the place of `old`, or comes at the end of the file where `old` is empty. The finding is
    expected at the line that starts with `mark`; without one, anywhere in the file.

    Each is written to upset no other gate: sorted, formatted, typed, and executed by the import."""

    name: str
    gate: str
    rule: str
    file: str
    new: str
    mark: str
    old: str = ""


@contextlib.contextmanager
def seeded(root: Path, faults: Iterable[Fault]) -> Iterator[None]:
    """The project with the faults in it, as it was again afterwards."""
    edits = list(faults)
    before = {fault.file: (root / fault.file).read_bytes() for fault in edits}
    try:
        for fault in edits:
            _apply(root / fault.file, fault)
        yield
    finally:
        for file, content in before.items():
            (root / file).write_bytes(content)


def line(root: Path, fault: Fault) -> int | None:
    """Where the finding is expected, in the file as it is now."""
    if not fault.mark:
        return None
    lines = (root / fault.file).read_text(encoding="utf-8").splitlines()
    (number,) = (at for at, row in enumerate(lines, 1) if row.lstrip().startswith(fault.mark))
    return number


def _apply(file: Path, fault: Fault) -> None:
    content = file.read_text(encoding="utf-8")
    if fault.old and content.count(fault.old) != 1:
        raise ValueError(f"{file}: {fault.old!r} is there {content.count(fault.old)} times, want once")
    changed = content.replace(fault.old, fault.new) if fault.old else content + fault.new
    file.write_text(changed, encoding="utf-8")


def _unused_import(file: str, module: str, old: str, new: str) -> Fault:
    return Fault("unused import", "lint", "F401", file, new, f"import {module}", old)


def _unformatted(file: str) -> Fault:
    """Without a line: releases of ruff before 0.16 tell the file alone."""
    return Fault("unformatted", "format", "unformatted", file, '\n\nSTYLE = {"one":1}\n', "")


def _wrong_type(file: str) -> Fault:
    return Fault("wrong type", "types", "assignment", file, '\n\nNUMBER: int = "one"\n', "NUMBER:")


def _failing_test(file: str) -> Fault:
    code = "\n\ndef test_seeded() -> None:\n    assert sum((1, 1)) == 3\n"
    return Fault("failing test", "tests", "test-failed", file, code, "assert sum((1, 1)) == 3")


def _uncovered(file: str) -> Fault:
    code = '\n\ndef nobody_calls_me() -> str:\n    return "unheard"\n'
    return Fault("uncovered function", "tests", "uncovered-function", file, code, "def nobody_calls_me")


def _eval(file: str) -> Fault:
    return Fault("eval", "security", "B307", file, '\n\nSUM = eval("1 + 1")\n', "SUM = eval")


def _maze(file: str, limit: int) -> Fault:
    """One branch a step, entered once: covered, though not to its end."""
    steps = "".join(f"    if number == {step}:\n        number += 1\n" for step in range(1, limit + 3))
    code = f"\n\ndef maze(number: int) -> int:\n{steps}    return number\n\n\nWAY_OUT = maze(0)\n"
    return Fault("over-complex function", "complexity", "too-complex", file, code, "def maze")


FLASK = (
    _unused_import(
        "src/flask/views.py", "colorsys", "\nimport typing as t\n", "\nimport colorsys\nimport typing as t\n"
    ),
    _unformatted("src/flask/signals.py"),
    _wrong_type("src/flask/debughelpers.py"),
    _failing_test("tests/test_subclassing.py"),
    _uncovered("src/flask/templating.py"),
    _eval("src/flask/testing.py"),
    _maze("src/flask/helpers.py", 17),
    Fault(
        "readme that is not there", "build", "", "pyproject.toml",
        'readme = "MISSING.md"', "", 'readme = "README.md"',
    ),
)  # fmt: skip  # read in rows
CLICK = (
    _unused_import(
        "src/click/_textwrap.py", "types", "import textwrap\n", "import textwrap\nimport types\n"
    ),
    _unformatted("src/click/_utils.py"),
    _wrong_type("src/click/globals.py"),
    _failing_test("tests/test_compat.py"),
    _uncovered("src/click/parser.py"),
    Fault(
        "shell injection", "security", "B605", "src/click/_compat.py",
        '\n\nif "SEEDED" in os.environ:\n    os.system(os.environ["SEEDED"])\n', "os.system",
    ),
    _maze("src/click/_textwrap.py", 20),
    Fault(
        "license file that is not there", "build", "", "pyproject.toml",
        'license-files = ["MISSING.txt"]', "", 'license-files = ["LICENSE.txt"]',
    ),
)  # fmt: skip  # read in rows
ATTRS = (
    _unused_import(
        "src/attr/filters.py", "colorsys",
        "from ._make import Attribute\n", "import colorsys\n\nfrom ._make import Attribute\n",
    ),
    _unformatted("src/attr/_config.py"),
    _wrong_type("typing-examples/baseline.py"),
    _failing_test("tests/test_config.py"),
    _uncovered("src/attr/_version_info.py"),
    _eval("src/attr/exceptions.py"),
    _maze("src/attr/_cmp.py", 29),
    Fault(  # hatchling builds it all the same, with nothing in it
        "wheel without the package", "build", "", "pyproject.toml",
        'packages = ["src/missing"]', "", 'packages = ["src/attr", "src/attrs"]',
    ),
)  # fmt: skip  # read in rows
PACKAGING = (
    _unused_import(
        "src/packaging/utils.py", "colorsys", "\nimport re\nfrom", "\nimport colorsys\nimport re\nfrom"
    ),
    _unformatted("src/packaging/_structures.py"),
    _wrong_type("src/packaging/_tokenizer.py"),
    _failing_test("tests/test_elffile.py"),
    _uncovered("src/packaging/errors.py"),
    Fault(
        "shell injection", "security", "B605", "src/packaging/_elffile.py",
        '\n\nif "SEEDED" in os.environ:\n    os.popen(os.environ["SEEDED"])  # noqa: S605\n', "os.popen",
    ),
    _maze("src/packaging/utils.py", 32),
    Fault(
        "readme that is not there", "build", "", "pyproject.toml",
        'readme = "MISSING.rst"', "", 'readme = "README.rst"',
    ),
)  # fmt: skip  # read in rows
OF = {"flask": FLASK, "click": CLICK, "attrs": ATTRS, "packaging": PACKAGING}
