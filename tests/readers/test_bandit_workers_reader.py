"""bandit's files are shared out among processes, and their reports are only believed when none is missing."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from eee_ci import inject, parts
from eee_ci.gates import bandit as adapter
from eee_ci.model import Command, Gate, Outcome, Ran
from eee_ci.ports import Site, Tool
from eee_ci.readers import bandit, bandit_workers
from tests.gates import recorded

TOOL = Tool(name="bandit", argv=("bandit",), version="1.9.4")
LARGE = "#" * bandit_workers.EACH + "\n"
FILES = {"src/a.py": "", "src/b.py": "#\n" * 3, "src/c.py": "#\n" * 2, "src/d.py": "#\n" * 2}


def site(root: Path, files: dict[str, str]) -> Site:
    recorded.lay(root, files)
    return recorded.site(root, TOOL)


def gate(**options: Any) -> Gate:
    paths = options.pop("paths", ())
    return Gate(id="safe", tool="bandit", args=("-ll",), paths=paths, options=options)


@pytest.mark.parametrize(("workers", "processes"), [("auto", 1), (1, 1), (2, 2), (3, 3), (4, 3), (9, 3)])
def test_a_number_counts_for_small_files_too_up_to_one_file_each(
    workers: object, processes: int, tmp_path: Path
) -> None:
    at = site(tmp_path, {"src/a.py": "", "src/b.py": "", "src/c.py": "", "README": ""})
    assert bandit_workers.number(gate(workers=workers), at, 8) == processes
    assert bandit_workers.number(gate(workers=workers), at, 2) == min(processes, 2)


def test_as_many_processes_as_pay(tmp_path: Path) -> None:
    at = site(tmp_path, {f"src/{name}.py": LARGE for name in "abc"} | {"other.py": LARGE})
    assert bandit_workers.number(gate(workers="auto"), at, 2) == 2
    assert bandit_workers.number(gate(workers="auto"), at, 8) == 3
    assert bandit_workers.number(gate(workers="auto", paths=("src/a.py",)), at, 8) == 1
    assert bandit_workers.number(gate(), at, 8) == 1


def test_one_process_where_nobody_but_bandit_finds_its_files(tmp_path: Path) -> None:
    files = {"src/a.py": LARGE, "src/b.py": LARGE}
    assert bandit_workers.number(gate(workers=2), site(tmp_path, files | {"src/c.pyw": ""}), 2) == 1
    assert bandit_workers.number(gate(workers=2), site(tmp_path / "none", {"src/a.txt": ""}), 2) == 1


def spread(root: Path, files: dict[str, str], processes: int) -> Command:
    at = site(root, files)
    whole = adapter.command(gate(), at)
    return bandit_workers.spread(gate(), at, msgspec.structs.replace(whole, timeout=7.0), processes)


def runs(command: Command) -> list[list[str]]:
    found: list[list[str]] = json.loads(command.give[bandit_workers.WISH])["runs"]
    return found


def test_the_command_hands_each_process_about_as_many_bytes(tmp_path: Path) -> None:
    made = spread(tmp_path, FILES, 2)
    (step,) = made.steps
    assert step.argv == (
        *("{python}", "-I", "-S", inject.script("side_by_side.py"), "{scratch}/bandit-wish.json"),
        *("bandit", "--quiet", "--recursive", "-ll", "--format", "json"),
    )
    assert step.go_on == (0, 1)
    assert json.loads(made.give["bandit-wish.json"])["most"] == 2
    assert runs(made) == [
        ["--output", "{scratch}/bandit-0.json", "--", "src/b.py", "src/a.py"],
        ["--output", "{scratch}/bandit-1.json", "--", "src/c.py", "src/d.py"],
    ]
    assert made.keep[-3:] == ("bandit-wish.json", "bandit-0.json", "bandit-1.json")
    assert made.timeout == 7.0


def test_files_that_take_more_than_one_command_line_have_more_reports_and_no_more_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "ARGUMENTS", 10)
    made = spread(tmp_path, FILES, 2)
    assert [run[3:] for run in runs(made)] == [["src/b.py"], ["src/a.py"], ["src/c.py"], ["src/d.py"]]
    assert json.loads(made.give["bandit-wish.json"])["most"] == 2
    assert made.keep[-1] == "bandit-3.json"


def test_only_files_that_are_not_remembered_are_cut_and_what_goes_before_stays(tmp_path: Path) -> None:
    at, some = site(tmp_path, FILES), ("src/a.py", "src/c.py")
    fetch = msgspec.structs.replace(adapter.command(gate(), at).steps[0], argv=("fetch",))
    part = adapter.part(gate(), at, some)
    part = msgspec.structs.replace(part, steps=(fetch, *part.steps), keep=("mark", *part.keep))
    made = bandit_workers.spread(gate(paths=some), at, part, 2)
    assert made.steps[0] == fetch
    assert len(made.steps) == 2
    assert [run[3:] for run in runs(made)] == [["src/c.py"], ["src/a.py"]]
    assert made.keep[0] == "mark"


def test_a_name_that_is_not_utf_8_is_handed_on(tmp_path: Path) -> None:
    assert [run[3:] for run in runs(spread(tmp_path, {"src/\udcff.py": "", "src/a.py": ""}, 2))] == [
        ["src/a.py"],
        ["src/\udcff.py"],
    ]


def result(filename: str, line: int) -> bandit.Result:
    return bandit.Result(
        filename=filename, line_number=line, test_id="B101", issue_text="x", issue_severity="LOW"
    )


def told(*files: str) -> bytes:
    metrics = {**{file: {"loc": 1.0} for file in files}, "_totals": {"loc": 9.0}}
    results = tuple(result(file, line) for file in files for line in (2, 1))
    return msgspec.json.encode(bandit.Report(results=results, errors=(), metrics=metrics))


def outcome(*reports: bytes | None, code: int | None = 1) -> Outcome:
    files = {f"bandit-{lot}.json": data for lot, data in enumerate(reports) if data is not None}
    wish = json.dumps({"most": 2, "runs": [[] for _ in reports]}).encode()
    ran = Ran(argv=("python", "-m", "bandit"), exit=code, signal=None if code is not None else 9)
    return Outcome(steps=(ran,), files={**files, "bandit-wish.json": wish})


def test_the_reports_are_one() -> None:
    whole = bandit_workers.report(outcome(told("./b.py", "./d.py"), told("./a.py", "./c.py")))
    places = sorted((one.filename, one.line_number) for one in whole.results)
    assert places == [(f"./{name}.py", line) for name in "abcd" for line in (1, 2)]
    assert whole.metrics.keys() == {"./a.py", "./b.py", "./c.py", "./d.py", "_totals"}


@pytest.mark.parametrize(
    ("reports", "code", "sentence"),
    [
        ((told("a.py"), told("b.py")), 1, ""),
        ((told("a.py"), told("b.py")), 0, ""),
        ((told("a.py"), told("b.py")), 2, "bandit in several processes ended with exit 2"),
        ((told("a.py"), told("b.py")), None, "bandit in several processes was ended by signal 9"),
        ((told("a.py"), None), 1, "bandit wrote no report"),
        ((None, told("b.py")), 0, "bandit wrote no report"),
        ((told("a.py"), b"{"), 1, "the report of bandit is not the JSON it should be"),
    ],
)
def test_whoever_did_not_tell_is_doubted(
    reports: tuple[bytes | None, ...], code: int | None, sentence: str
) -> None:
    why = bandit_workers.doubt(outcome(*reports, code=code))
    assert why.startswith(sentence)
    assert bool(why) == bool(sentence)


def test_processes_that_nobody_can_count_are_doubted() -> None:
    lost = msgspec.structs.replace(outcome(told("a.py")), files={"bandit-0.json": told("a.py")})
    assert bandit_workers.doubt(lost) == "bandit wrote no report"
