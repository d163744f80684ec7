"""Types of TypeScript with tsc."""

import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest

from eee_ci.errors import ReportError
from eee_ci.gates import tsc
from eee_ci.model import Reading
from eee_ci.ports import Tool
from tests.gates import live, recorded

VERSIONS = pytest.mark.parametrize("version", ["tsc", "tsc-new"])  # 5.9 and 7.0, with other exit codes
TOOL = Tool(name="typescript", argv=("tsc",), version="5.9.3")


def read(name: str, root: Path) -> Reading:
    return tsc.read(*recorded.case(name, root))


@VERSIONS
def test_findings_carry_code_place_in_code_points_and_the_whole_message(version: str, tmp_path: Path) -> None:
    reading = read(f"{version}-findings", tmp_path)
    first, second = reading.findings
    assert (first.rule, first.severity, first.category) == ("TS2322", "high", "types")
    assert (first.path, first.line, first.column) == (
        "src/a.ts",
        1,
        37,
    )  # a character before it has two units
    assert (second.line, second.column) == (2, 14)
    assert second.message.splitlines()[1:] == [
        "Types of parameters 'q' and 'a' are incompatible.",
        "Type 'number' is not assignable to type 'boolean'.",
    ]
    assert (reading.measures, reading.errors) == ({"files": 1.0}, ())


@VERSIONS
def test_a_clean_run_counts_the_files_of_the_project(version: str, tmp_path: Path) -> None:
    assert read(f"{version}-clean", tmp_path) == Reading(measures={"files": 1.0})


@VERSIONS
@pytest.mark.parametrize(
    ("name", "path", "rule"), [("syntax", "src/a.ts", "TS1109"), ("broken-config", "tsconfig.json", "TS1005")]
)
def test_a_syntax_error_is_a_finding(version: str, name: str, path: str, rule: str, tmp_path: Path) -> None:
    (found,) = read(f"{version}-{name}", tmp_path).findings
    assert (found.path, found.rule, found.severity, found.line) == (path, rule, "high", 1)


@VERSIONS
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("no-inputs", "TS18003: No inputs were found in config file"),
        ("missing-file", "Part of 'files' list in tsconfig.json"),
        ("usage", "TS5023: Unknown compiler option '--bogus'."),
        ("missing-project", "tsconfig.json does not exist; write it (`npx tsc --init`) or set `project`"),
        ("references", "tsconfig.json names no file of the project to check; where it only has `references`"),
    ],
)
def test_what_keeps_tsc_from_judging_is_an_error(version: str, name: str, words: str, tmp_path: Path) -> None:
    reading = read(f"{version}-{name}", tmp_path)
    assert reading.findings == ()
    assert len(reading.errors) == 1
    assert words in reading.errors[0]


def test_unknown_words_are_an_error(tmp_path: Path) -> None:
    case = recorded.case("tsc-findings", tmp_path)
    report = b"node:internal/errors\r\n  at main\r\n\r\n" + case.outcome.files["tsc.txt"]
    reading = tsc.read(*case.wrote(tsc_txt=report))
    assert reading.errors == ("tsc said something unexpected: node:internal/errors at main",)
    assert len(reading.findings) == 2


def test_success_with_errors_is_a_report_error(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="ended with exit 0 and yet reported errors"):
        tsc.read(*recorded.case("tsc-findings", tmp_path).ended(0))


def test_paths_choose_among_the_findings_and_never_hide_the_configuration(tmp_path: Path) -> None:
    case = recorded.case("tsc-findings", tmp_path)
    report = (
        case.outcome.files["tsc.txt"] + b"lib/b.ts(1,1): error TS1: no\ntsconfig.json(1,1): error TS2: no\n"
    )
    gate = msgspec.structs.replace(case.gate, paths=("./lib/",))
    reading = tsc.read(gate, case.site, case.wrote(tsc_txt=report).outcome)
    assert [one.path for one in reading.findings] == ["lib/b.ts", "tsconfig.json"]
    assert reading.notes == ("2 findings outside of `paths` left out",)
    assert reading.errors == ("./lib/ does not exist; mend `paths` of the gate, or `sources` and `tests`",)
    everything = msgspec.structs.replace(case.gate, paths=(".",))
    assert len(tsc.read(everything, case.site, case.outcome).findings) == 2


def test_the_command_emits_nothing_into_the_tree(tmp_path: Path) -> None:
    gate = recorded.gate("tsc", args=["--strict"], options={"project": "web/tsconfig.json"})
    command = tsc.command(gate, recorded.site(tmp_path, TOOL))
    assert command.steps[0].argv == (
        *("tsc", "--strict", "--noEmit", "--pretty", "false", "--listFiles", "--incremental"),
        *("--tsBuildInfoFile", "{scratch}/tsc.tsbuildinfo", "--project", "web/tsconfig.json"),
    )
    assert command.keep == ("tsc.txt",)
    (needed,) = tsc.requirements(gate)
    assert (needed.name, needed.module, needed.kind) == ("typescript", "tsc", "node")


@pytest.mark.live
@pytest.mark.network
def test_a_real_composite_project_is_judged_and_left_alone(tmp_path: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed")
    root = tmp_path / "root"
    config = '{"compilerOptions": {"composite": true, "strict": true, "types": [], "outDir": "dist"}}'
    recorded.lay(
        root, {"package.json": "{}", "tsconfig.json": config, "a.ts": 'export const x: number = "";\n'}
    )
    words = (npm, "install", "--no-audit", "--no-fund", "--no-package-lock", "typescript@5.9.3")
    if subprocess.run(words, cwd=root, capture_output=True, check=False).returncode:
        pytest.skip("the registry cannot be reached")
    argv = ("node", str(root / "node_modules/typescript/bin/tsc"))
    reading = live.run(tsc, "tsc", tmp_path, argv).reading
    assert [(one.rule, one.path, one.line, one.column) for one in reading.findings] == [
        ("TS2322", "a.ts", 1, 14)
    ]
    recorded.lay(root, {"a.ts": "export const x: number = 1;\n"})
    assert live.run(tsc, "tsc", tmp_path, argv).reading == Reading(measures={"files": 1.0})
